#include "handed.h"

#include "claimgate/base/date.h"
#include "claimgate/base/phrase.h"
#include "claimgate/record/csv.h"

static void begin(struct cg_handed_writer *row) {
    if (row->has_any) {
        row->failed = !cg_buffer_append(row->out, ",", 1) || row->failed;
    }
    row->has_any = true;
}

void cg_handed_put_number(struct cg_handed_writer *row, uint64_t number) {
    char digits[CG_DIGITS_BYTES];
    begin(row);
    if (number != 0) {
        const struct cg_text text = cg_phrase_digits(number, digits);
        row->failed = !cg_buffer_append(row->out, text.ptr, text.len) || row->failed;
    }
}

/* Days are counted from the first that a claim may have, so that none is nought. */
void cg_handed_put_day(struct cg_handed_writer *row, int32_t day_no) {
    cg_handed_put_number(row, day_no == CG_DAY_NONE ? 0 : (uint64_t)(day_no - CG_DAY_FIRST) + 1);
}

void cg_handed_put_text(struct cg_handed_writer *row, struct cg_text text) {
    begin(row);
    row->failed = (text.len > 0 && !cg_csv_put(row->out, ',', text)) || row->failed;
}

void cg_handed_end(struct cg_handed_writer *row) {
    row->failed = !cg_buffer_append(row->out, "\n", 1) || row->failed;
    row->has_any = false;
}

/* --- reading --- */

/* Behind a cell there is a comma, or the row's end. */
static void go_on(struct cg_handed_reader *row, uint32_t taken) {
    row->is_past = taken >= row->rest.len;
    row->failed = row->failed || (!row->is_past && row->rest.ptr[taken] != ',');
    const uint32_t skipped = row->is_past ? row->rest.len : taken + 1;
    row->rest = (struct cg_text){row->rest.ptr + skipped, row->rest.len - skipped};
}

static struct cg_text plain_cell(struct cg_handed_reader *row) {
    const char *comma = memchr(row->rest.ptr, ',', row->rest.len);
    const uint32_t len = comma == NULL ? row->rest.len : (uint32_t)(comma - row->rest.ptr);
    const struct cg_text cell = {row->rest.ptr, len};
    go_on(row, len);
    return cell;
}

static struct cg_text quoted_cell(struct cg_handed_reader *row) {
    char *out = cg_arena_alloc(row->memory, row->rest.len);
    uint32_t len = 0;
    uint32_t at = 1;
    row->failed = row->failed || out == NULL;
    while (!row->failed && at < row->rest.len) {
        const bool is_quote = row->rest.ptr[at] == '"';
        if (is_quote && (at + 1 == row->rest.len || row->rest.ptr[at + 1] != '"')) {
            break;
        }
        out[len++] = row->rest.ptr[at];
        at += is_quote ? 2 : 1;
    }
    row->failed = row->failed || at >= row->rest.len;
    if (row->failed) {
        return (struct cg_text){"", 0};
    }
    go_on(row, at + 1);
    return (struct cg_text){out, len};
}

static struct cg_text next_cell(struct cg_handed_reader *row) {
    row->failed = row->failed || row->is_past;
    if (row->failed) {
        return (struct cg_text){"", 0};
    }
    return row->rest.len > 0 && row->rest.ptr[0] == '"' ? quoted_cell(row) : plain_cell(row);
}

uint64_t cg_handed_number(struct cg_handed_reader *row, uint64_t most) {
    const struct cg_text cell = next_cell(row);
    uint64_t number = 0;
    for (uint32_t i = 0; i < cell.len; i++) {
        const unsigned digit = (unsigned)(unsigned char)cell.ptr[i] - '0';
        row->failed = row->failed || digit > 9 || number > (UINT64_MAX - digit) / 10;
        number = number * 10 + digit;
    }
    row->failed = row->failed || number > most;
    return row->failed ? 0 : number;
}

int32_t cg_handed_day(struct cg_handed_reader *row) {
    const uint64_t number = cg_handed_number(row, CG_DAY_LAST - CG_DAY_FIRST + 1);
    return number == 0 ? CG_DAY_NONE : (int32_t)number - 1 + CG_DAY_FIRST;
}

struct cg_text cg_handed_text(struct cg_handed_reader *row, uint32_t most) {
    const struct cg_text cell = next_cell(row);
    row->failed = row->failed || cell.len > most;
    return row->failed ? (struct cg_text){"", 0} : cell;
}

bool cg_handed_is_good(const struct cg_handed_reader *row) {
    return !row->failed && row->is_past;
}
