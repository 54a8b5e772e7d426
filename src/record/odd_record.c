#include "odd_record.h"

#include "header_names.h"
#include "total_row.h"

/* --- trailers --- */

static bool parts_words(char byte) {
    return strchr(" \t,|;^~\"':=", byte) != NULL;
}

/* A number that can be a count: digits alone, from one separator to the next. */
static bool read_count(struct cg_text word, uint64_t *count) {
    enum { DIGITS_MAX = 18 };
    *count = 0;
    for (uint32_t i = 0; i < word.len; i++) {
        if (!cg_is_digit(word.ptr[i])) {
            return false;
        }
        *count = *count * 10 + (uint64_t)(word.ptr[i] - '0');
    }
    return word.len > 0 && word.len <= DIGITS_MAX;
}

bool cg_trailer_counts(struct cg_text text, uint64_t count, uint64_t *last) {
    bool has_number = false;
    uint32_t start = 0;
    for (uint32_t i = 0; i <= text.len; i++) {
        if (i < text.len && !parts_words(text.ptr[i])) {
            continue;
        }
        uint64_t number;
        if (read_count((struct cg_text){text.ptr + start, i - start}, &number)) {
            if (number == count) {
                return true;
            }
            has_number = true;
            *last = number;
        }
        start = i + 1;
    }
    return !has_number;
}

/* A claim whose id begins like a trailer is a claim. */
static bool is_trailer(const struct cg_odd_record *record, struct cg_text *rest) {
    const struct cg_text prefix = record->binding->lines.trailer;
    struct cg_text text = cg_text_trim(record->text);
    if (text.len > 0 && text.ptr[0] == '"' && prefix.len > 0 && prefix.ptr[0] != '"') {
        text = (struct cg_text){text.ptr + 1, text.len - 1};
    }
    if (prefix.len == 0 || text.len < prefix.len || memcmp(text.ptr, prefix.ptr, prefix.len) != 0 ||
        (record->is_claim && record->fault == CG_WELL_FORMED)) {
        return false;
    }
    *rest = (struct cg_text){text.ptr + prefix.len, text.len - prefix.len};
    return true;
}

static int keep_trailer(const struct cg_odd_record *record, struct cg_text rest) {
    struct cg_batch *batch = record->batch;
    struct cg_trailer *trailer = cg_array_add(&batch->trailers);
    if (trailer == NULL) {
        return CG_NO_MEMORY_LEFT;
    }
    *trailer = (struct cg_trailer){rest, record->line_delta, batch->records.count};
    return CG_NO_RECORD;
}

/* --- headers --- */

static int keep_other_header(const struct cg_odd_record *record,
                             const struct cg_record_fields *fields) {
    struct cg_batch *batch = record->batch;
    char differ[CG_HEADER_DIFFERENCE_BYTES];
    if (batch->other_header == NULL) {
        cg_header_names_differ(record->binding->names, fields, differ);
        batch->other_header = cg_arena_copy(&batch->scratch, differ, strlen(differ));
        batch->other_header_delta = record->line_delta;
    }
    return batch->other_header == NULL ? CG_NO_MEMORY_LEFT : CG_NO_RECORD;
}

/* Letters, and no digit. */
static bool is_word(struct cg_text text) {
    bool has_letter = false;
    for (uint32_t i = 0; i < text.len; i++) {
        const char small = (char)(text.ptr[i] | 0x20);
        has_letter = has_letter || (small >= 'a' && small <= 'z');
        if (cg_is_digit(text.ptr[i])) {
            return false;
        }
    }
    return has_letter;
}

/* A value of its field is a date or a number, so that a word there is none. A column that the file
 * does not have says nothing. */
static bool has_word(const struct cg_odd_record *record, const struct cg_record_fields *fields,
                     enum cg_field field) {
    const int32_t column = record->binding->fields[field].column;
    return column < 0 ||
           ((uint32_t)column < fields->count && is_word(cg_record_field(fields, (uint32_t)column)));
}

static bool has_words(const struct cg_odd_record *record, const struct cg_record_fields *fields) {
    return has_word(record, fields, CG_FIELD_CLAIM_LINE_START_DATE) &&
           has_word(record, fields, CG_FIELD_SERVICE_UNIT_QUANTITY) &&
           has_word(record, fields, CG_FIELD_RENDERING_NPI) &&
           has_word(record, fields, CG_FIELD_HCPCS_CODE);
}

static int keep_header_like(const struct cg_odd_record *record,
                            const struct cg_record_fields *fields) {
    const bool words = has_words(record, fields);
    if (record->binding->layout == NULL || (!words && !cg_header_names_may_be(fields))) {
        return (int)record->fault;
    }
    struct cg_header_like *like = cg_array_add(&record->batch->header_like);
    if (like == NULL) {
        return CG_NO_MEMORY_LEFT;
    }
    *like = (struct cg_header_like){record->text, record->line_delta, words};
    return (int)record->fault;
}

static int look_for_header(const struct cg_odd_record *record) {
    const struct cg_header_names *names = record->binding->names;
    struct cg_batch *batch = record->batch;
    const struct cg_record_fields fields = {record->csv, batch->text.ptr, record->ends,
                                            record->field_count};
    if (names == NULL) {
        /* A layout without a header may be given a file that has one: on its first line alone. */
        const bool may_be_first = record->binding->is_headless && record->line_delta == 0 &&
                                  record->binding->span_count == 0 && record->field_count > 0;
        return may_be_first ? keep_header_like(record, &fields) : (int)record->fault;
    }
    if (record->field_count == 0) {
        return cg_header_names_end(names, record->text) ? (int)CG_HEADER_STUCK : (int)record->fault;
    }
    switch (cg_header_names_look(names, &fields)) {
    case CG_STUCK_HEADER:
        return CG_HEADER_STUCK;
    case CG_OTHER_HEADER:
        return keep_other_header(record, &fields);
    case CG_REPEATED_HEADER:
        if (batch->repeated_headers++ == 0) {
            batch->first_repeated_delta = record->line_delta;
        }
        return CG_NO_RECORD;
    case CG_NO_HEADER:
        break;
    }
    return keep_header_like(record, &fields);
}

/* --- totals --- */

static bool keep_total(const struct cg_odd_record *record) {
    uint32_t *line_delta = cg_array_add(&record->batch->total_rows);
    if (line_delta != NULL) {
        *line_delta = record->line_delta;
    }
    return line_delta != NULL;
}

/* --- more or fewer fields, as the layout says --- */

static bool has_trailing_delimiter(const struct cg_odd_record *record) {
    const struct cg_record_fields fields = {record->csv, record->batch->text.ptr, record->ends,
                                            record->field_count};
    return record->binding->lines.trailing_delimiter &&
           record->field_count == record->binding->column_count + 1 &&
           cg_record_field(&fields, record->field_count - 1).len == 0;
}

/* Without its code nobody could say whether the record is in scope. */
static bool is_short(const struct cg_odd_record *record) {
    const int32_t code = record->binding->fields[CG_FIELD_HCPCS_CODE].column;
    return record->binding->lines.short_records && record->fault == CG_TOO_FEW_FIELDS &&
           (code < 0 || record->field_count > (uint32_t)code);
}

static bool is_mended(struct cg_odd_record *record) {
    if (record->fault == CG_TOO_MANY_FIELDS && has_trailing_delimiter(record)) {
        return true;
    }
    if (!is_short(record)) {
        return false;
    }
    if (record->ends != NULL) {
        (void)cg_csv_read(record->csv, record->text); /* it has no quote that could be broken */
        record->ends = NULL;
    }
    cg_csv_pad(record->csv, record->binding->column_count);
    return true;
}

/* What is wrong with a record that is one after all. */
static int settle(struct cg_odd_record *record, int fault) {
    const bool is_total = record->binding->layout != NULL && record->binding->span_count == 0 &&
                          !record->is_claim &&
                          cg_total_row_is(record->text, record->binding->delimiter,
                                          record->fault == CG_TOO_FEW_FIELDS);
    if (is_total && !keep_total(record)) {
        return CG_NO_MEMORY_LEFT;
    }
    return is_mended(record) ? CG_WELL_FORMED : fault;
}

int cg_odd_record_look(struct cg_odd_record *record) {
    struct cg_text rest;
    if (record->fault == CG_TOO_LONG || record->fault == CG_NUL_BYTE) {
        return (int)record->fault;
    }
    if (is_trailer(record, &rest)) {
        return keep_trailer(record, rest);
    }
    const int found = record->is_claim && record->fault == CG_TOO_FEW_FIELDS
                          ? (int)record->fault
                          : look_for_header(record);
    return found == (int)record->fault ? settle(record, found) : found;
}
