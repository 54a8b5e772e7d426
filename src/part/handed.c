#include "handed.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/date.h"

enum {
    HEAD_BYTES = CG_HANDED_LEN_BYTES + sizeof(uint32_t),
    TEXT_MAX_BYTES = 1024,
    TEXTS_MAX = 5, /* of one row */
    ROW_MAX_BYTES =
        HEAD_BYTES + CG_HANDED_CELLS_MAX * CG_HANDED_NUMBER_BYTES + TEXTS_MAX * TEXT_MAX_BYTES,
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the head of a row is copied as it is");

/* Room is asked for once, for the longest row. */
struct cg_handed_writer cg_handed_begin(struct cg_buffer *out) {
    struct cg_handed_writer row = {.out = out, .failed = !cg_buffer_reserve(out, ROW_MAX_BYTES)};
    row.next = row.failed ? NULL : out->data + out->len_bytes + HEAD_BYTES;
    return row;
}

void cg_handed_put_cell(struct cg_handed_writer *row, uint64_t number) {
    CG_ASSERT(row->cells < CG_HANDED_CELLS_MAX);
    if (row->failed) {
        return;
    }
    row->filled |= UINT32_C(1) << row->cells;
    for (; number > 127; number >>= 7) {
        *row->next++ = (char)(number | 128);
    }
    *row->next++ = (char)number;
}

/* Days are counted from the first that a claim may have, so that none is nought. */
void cg_handed_put_day(struct cg_handed_writer *row, int32_t day_no) {
    cg_handed_put_number(row, day_no == CG_DAY_NONE ? 0 : (uint64_t)(day_no - CG_DAY_FIRST) + 1);
}

void cg_handed_put_text(struct cg_handed_writer *row, struct cg_text text) {
    CG_ASSERT(text.len <= TEXT_MAX_BYTES);
    cg_handed_put_number(row, text.len);
    if (text.len > 0 && !row->failed) {
        memcpy(row->next, text.ptr, text.len);
        row->next += text.len;
    }
}

bool cg_handed_end(struct cg_handed_writer *row) {
    if (row->failed) {
        return false;
    }
    char *begin = row->out->data + row->out->len_bytes;
    const size_t all_bytes = (size_t)(row->next - begin);
    const uint16_t len = (uint16_t)(all_bytes - CG_HANDED_LEN_BYTES);
    memcpy(begin, &len, sizeof len);
    memcpy(begin + sizeof len, &row->filled, sizeof row->filled);
    row->out->len_bytes += all_bytes;
    return true;
}

/* --- reading --- */

struct cg_handed_reader cg_handed_open(struct cg_text text, struct cg_arena *memory) {
    struct cg_handed_reader row = {.next = text.ptr, .end = text.ptr + text.len, .memory = memory};
    row.failed = text.len < sizeof row.filled;
    if (!row.failed) {
        memcpy(&row.filled, text.ptr, sizeof row.filled);
        row.next += sizeof row.filled;
    }
    return row;
}

uint64_t cg_handed_cell(struct cg_handed_reader *row) {
    uint64_t number = 0;
    for (unsigned shift = 0; row->next < row->end && shift < 64; shift += 7) {
        const uint8_t byte = (uint8_t)*row->next++;
        number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            return number;
        }
    }
    row->failed = true;
    return 0;
}

int32_t cg_handed_day(struct cg_handed_reader *row) {
    const uint64_t number = cg_handed_number(row, CG_DAY_LAST - CG_DAY_FIRST + 1);
    return number == 0 ? CG_DAY_NONE : (int32_t)number - 1 + CG_DAY_FIRST;
}

struct cg_text cg_handed_text(struct cg_handed_reader *row, uint32_t most) {
    const uint32_t len = (uint32_t)cg_handed_number(row, most);
    const struct cg_text text = {row->next, len};
    row->failed = row->failed || (size_t)(row->end - row->next) < len;
    if (row->failed) {
        return (struct cg_text){"", 0};
    }
    row->next += len;
    return text;
}

struct cg_text cg_handed_kept_text(struct cg_handed_reader *row, uint32_t most) {
    const struct cg_text text = cg_handed_text(row, most);
    if (text.len == 0) {
        return (struct cg_text){"", 0};
    }
    const char *copy = cg_arena_copy(row->memory, text.ptr, text.len);
    if (copy == NULL) {
        row->lacks_memory = row->failed = true;
        return (struct cg_text){"", 0};
    }
    return (struct cg_text){copy, text.len};
}

bool cg_handed_is_good(const struct cg_handed_reader *row) {
    return !row->failed && row->filled == 0 && row->next == row->end;
}
