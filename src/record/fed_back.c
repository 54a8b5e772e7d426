#include "fed_back.h"

#include "claimgate/record/field.h"
#include "claimgate/record/rows.h"

enum { COLUMN_FILE, COLUMN_LINE, COLUMNS_BEFORE };

static bool is_named(const struct cg_csv *csv, uint32_t column, const char *name) {
    return cg_text_equal_nocase(cg_csv_field(csv, column).value, cg_text_of(name));
}

/* Where a record is a claim, a last column names the line of it. */
static bool has_claim_line(const struct cg_csv *csv) {
    return is_named(csv, cg_csv_field_count(csv) - 1, CG_REJECTED_CLAIM_LINE);
}

static bool is_rejected_header(const struct cg_csv *csv) {
    const uint32_t all = cg_csv_field_count(csv);
    if (all <= CG_FED_BACK_COLUMNS_MORE || all != cg_csv_kept_count(csv)) {
        return false;
    }
    const uint32_t count = all - has_claim_line(csv);
    if (count <= CG_FED_BACK_COLUMNS_MORE || !is_named(csv, COLUMN_LINE, "source_line")) {
        return false;
    }
    for (uint32_t i = 0; i < CG_REJECTED_COLUMNS; i++) {
        if (!is_named(csv, count - CG_REJECTED_COLUMNS + i,
                      cg_rejected_column_name((enum cg_rejected_column)i))) {
            return false;
        }
    }
    return true;
}

/* From the first column of the first file to its last, as they stand. */
static struct cg_text inner_of(const struct cg_csv *csv, struct cg_text text, uint32_t behind) {
    const struct cg_csv_field first = cg_csv_field(csv, COLUMNS_BEFORE);
    const struct cg_csv_field last = cg_csv_field(csv, behind - 1);
    return (struct cg_text){text.ptr + first.raw_offset,
                            last.raw_offset + last.raw_len - first.raw_offset};
}

/* The delimiter follows the first name, which may stand in quotes. */
bool cg_fed_back_header(struct cg_text line, struct cg_text *inner) {
    static const char first[] = "source_file";
    const uint32_t quote = line.len > 0 && line.ptr[0] == '"';
    const uint32_t behind = (uint32_t)sizeof first - 1 + 2 * quote;
    if (line.len <= behind ||
        !cg_text_equal_nocase((struct cg_text){line.ptr + quote, sizeof first - 1},
                              cg_text_of(first)) ||
        strchr(",|\t;^~", line.ptr[behind]) == NULL) {
        return false;
    }
    struct cg_csv *csv = cg_csv_new(line.ptr[behind], CG_COLUMNS_MAX + CG_FED_BACK_COLUMNS_MORE);
    const bool found =
        csv != NULL && cg_csv_read(csv, line) == CG_WELL_FORMED && is_rejected_header(csv);
    if (found) {
        const uint32_t more = CG_REJECTED_COLUMNS + has_claim_line(csv);
        *inner = inner_of(csv, line, cg_csv_field_count(csv) - more);
    }
    cg_csv_free(csv);
    return found;
}

/* Single quotes for doubled ones, in place. */
static struct cg_text unquote(char *bytes, uint32_t len) {
    uint32_t to = 0;
    if (len < 2 || bytes[0] != '"' || bytes[len - 1] != '"') {
        return (struct cg_text){bytes, len};
    }
    for (uint32_t from = 1; from + 1 < len; from++) {
        bytes[to++] = bytes[from];
        from += bytes[from] == '"';
    }
    return (struct cg_text){bytes, to};
}

static bool keep_origin(struct cg_batch *batch, const struct cg_csv *csv,
                        struct cg_origin *origin) {
    const struct cg_text file = cg_csv_field(csv, COLUMN_FILE).value;
    const struct cg_text line = cg_csv_field(csv, COLUMN_LINE).value;
    if (!cg_field_whole(line, UINT32_MAX, &origin->line)) {
        origin->line = 0;
    }
    origin->file.ptr = cg_arena_copy(&batch->scratch, file.ptr, file.len);
    origin->file.len = origin->line == 0 || origin->file.ptr == NULL ? 0 : file.len;
    return origin->file.ptr != NULL;
}

static void exchange(char *bytes, uint32_t len, char from, char to) {
    char *found = memchr(bytes, from, len);
    while (found != NULL) {
        *found = to;
        found = memchr(found, from, len - (uint32_t)(found - bytes));
    }
}

/* A control byte that the text does not hold; 0 where it holds all of them. */
static char unused_byte(struct cg_text text) {
    for (int byte = 1; byte < '\t'; byte++) {
        if (memchr(text.ptr, byte, text.len) == NULL) {
            return (char)byte;
        }
    }
    return '\0';
}

static uint16_t read_claim_line(const struct cg_csv *csv) {
    uint64_t line = 0;
    const struct cg_text text = cg_csv_field(csv, cg_csv_field_count(csv) - 1).value;
    return cg_field_whole(text, CG_LINE_NUMBER_MAX, &line) ? (uint16_t)line : 0;
}

static bool unwrap(struct cg_batch *batch, struct cg_csv *csv, const struct cg_binding *binding,
                   struct cg_text *text, struct cg_origin *origin) {
    char *row = batch->memory + (text->ptr - batch->memory);
    const bool has_lines = binding->of_lines != NULL;
    if (cg_csv_read(csv, *text) != CG_WELL_FORMED ||
        cg_csv_field_count(csv) != binding->column_count + CG_FED_BACK_COLUMNS_MORE + has_lines) {
        return true;
    }
    if (!keep_origin(batch, csv, origin)) {
        return false;
    }
    origin->claim_line = has_lines ? read_claim_line(csv) : 0;
    const uint32_t reasons = binding->column_count + COLUMNS_BEFORE;
    const struct cg_csv_field raw = cg_csv_field(csv, reasons + CG_REJECTED_RAW_RECORD);
    const bool is_malformed = is_named(csv, reasons + CG_REJECTED_REASON, "malformed_record");
    const struct cg_text inner = is_malformed && raw.value.len > 0
                                     ? unquote(row + raw.raw_offset, raw.raw_len)
                                     : inner_of(csv, *text, reasons);
    char *moved = row + text->len - inner.len;
    memmove(moved, inner.ptr, inner.len);
    *text = (struct cg_text){moved, inner.len};
    return true;
}

/* A NUL byte, which is why many a record was malformed, is hidden from the reader of CSV. */
bool cg_fed_back_unwrap(struct cg_batch *batch, struct cg_csv *csv,
                        const struct cg_binding *binding, struct cg_text *text,
                        struct cg_origin *origin) {
    char *row = batch->memory + (text->ptr - batch->memory);
    const uint32_t row_len = text->len;
    const char stand_in = memchr(text->ptr, '\0', text->len) != NULL ? unused_byte(*text) : '\0';
    *origin = (struct cg_origin){.line = 0};
    if (stand_in != '\0') {
        exchange(row, row_len, '\0', stand_in);
    }
    const bool good = unwrap(batch, csv, binding, text, origin);
    if (stand_in != '\0') {
        exchange(row, row_len, stand_in, '\0');
    }
    return good;
}
