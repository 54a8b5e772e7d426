/*
 * Sentences for faults of single fields.
 *
 * A sentence names the column as the file's own header has it, what stands there and what
 * may stand there. The value is looked up again in the record's bytes, because only
 * rejected lines need it. It is shown only where it is made of what dates and
 * numbers are made of, so that an id or a name that slipped into a wrong column is not repeated;
 * claim and member ids are never shown.
 */
#include "code_meant.h"
#include "sentences_private.h"

#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"
#include "claimgate/rules/procedure_code.h"
#include "claimgate/x12/x12.h"

#include <string.h>

enum { SHOWN_MAX_BYTES = 12, COLUMN_NAME_MAX_BYTES = 64 };

/* The field that a reason is about, and what must stand there. */
struct field_rule {
    enum cg_field field;
    const char *valid;
};

static const char npi_valid[] = "an NPI: 10 digits, the first 1 or 2, with a right check digit";

static const struct field_rule rules_of_fields[CG_REASON_COUNT] = {
    [CG_REASON_CLAIM_ID_INVALID] = {CG_FIELD_CLAIM_ID, NULL},
    [CG_REASON_LINE_NUMBER_INVALID] = {CG_FIELD_CLAIM_LINE_NUMBER, "a whole number from 1 to 9999"},
    [CG_REASON_MEMBER_ID_INVALID] = {CG_FIELD_MEMBER_ID, NULL},
    [CG_REASON_SERVICE_DATE_INVALID] = {CG_FIELD_CLAIM_LINE_START_DATE, NULL},
    [CG_REASON_SERVICE_END_DATE_INVALID] = {CG_FIELD_CLAIM_LINE_END_DATE, NULL},
    [CG_REASON_MODIFIER_INVALID] = {CG_FIELD_HCPCS_MODIFIER_1, "two letters or digits, or blank"},
    [CG_REASON_UNITS_INVALID] = {CG_FIELD_SERVICE_UNIT_QUANTITY, "a whole number from 1 to 9999"},
    [CG_REASON_RENDERING_NPI_MISSING] = {CG_FIELD_RENDERING_NPI, npi_valid},
    [CG_REASON_RENDERING_NPI_INVALID] = {CG_FIELD_RENDERING_NPI, npi_valid},
    [CG_REASON_BILLING_NPI_INVALID] = {CG_FIELD_BILLING_NPI, npi_valid},
    [CG_REASON_FREQUENCY_CODE_INVALID] = {CG_FIELD_CLAIM_FREQUENCY_CODE, "1, 7, 8 or blank"},
    [CG_REASON_ORIGINAL_CLAIM_UNKNOWN] = {CG_FIELD_ORIGINAL_CLAIM_ID, NULL},
    [CG_REASON_RECEIVED_DATE_INVALID] = {CG_FIELD_RECEIVED_DATE, NULL},
    [CG_REASON_BIRTH_DATE_INVALID] = {CG_FIELD_BIRTH_DATE, NULL},
};

/* A field of the line as it stands in the file. */
struct cell {
    struct cg_text column;       /* as the header has it; may stand in the CSV reader's buffer */
    char bytes[SHOWN_MAX_BYTES]; /* the value's first bytes */
    uint32_t value_len;          /* of the whole value; 0: blank */
    bool is_exponent;            /* field.h: cg_field_is_exponent */
    bool is_null_mark;           /* shapes.h: cg_shape_is_null_mark */
};

static struct cg_text value_of(const struct cell *cell) {
    bool whole = cell->value_len <= SHOWN_MAX_BYTES;
    return (struct cg_text){cell->bytes, whole ? cell->value_len : SHOWN_MAX_BYTES};
}

/* One column of a record or header, both of which have been read before, so that no fault can come
 * now. Without a quote a delimiter is a delimiter, and looking for it is far cheaper than
 * libcsv, which would make all the other fields as well. */
static struct cg_text read_column(const struct cg_detail *detail, struct cg_text record,
                                  int32_t column) {
    const char *end = record.ptr + record.len;
    const char *start = record.ptr;
    if (memchr(start, '"', record.len) != NULL) {
        (void)cg_csv_read(detail->batch->csv, record);
        cg_csv_pad(detail->batch->csv, detail->binding->column_count);
        return cg_csv_field(detail->batch->csv, (uint32_t)column).value;
    }
    const char *stop = memchr(start, detail->binding->delimiter, record.len);
    for (; column > 0 && stop != NULL; column--) {
        start = stop + 1;
        stop = memchr(start, detail->binding->delimiter, (size_t)(end - start));
    }
    if (column > 0) {
        return (struct cg_text){"", 0}; /* of a short record */
    }
    return cg_text_trim((struct cg_text){start, (uint32_t)((stop == NULL ? end : stop) - start)});
}

static struct cg_text read_cell(const struct cg_detail *detail, struct cg_text record,
                                int32_t column) {
    const struct cg_binding *binding = detail->binding;
    return binding->span_count > 0 ? cg_text_trim(cg_byte_span_of(&binding->spans[column], record))
                                   : read_column(detail, record, column);
}

/* What the file has there, or a blank where that is what the layout takes it for. */
static struct cg_text read_value(const struct cg_detail *detail, enum cg_field field,
                                 struct cg_text record, int32_t column) {
    const struct cg_binding *binding = detail->binding;
    const struct cg_text value = read_cell(detail, record, column);
    const bool is_blank =
        (binding->has_blanks && cg_layout_is_blank(binding->layout, value)) ||
        (binding->fields[field].is_mapped && cg_layout_map(binding->layout, field, value).len == 0);
    return is_blank ? (struct cg_text){"", 0} : value;
}

struct cg_text cg_detail_find(const struct cg_detail *detail, enum cg_field field,
                              int32_t *column) {
    const struct cg_field_source *source = &detail->binding->fields[field];
    struct cg_text record = cg_batch_record_text(detail->batch, detail->line->record_no);
    struct cg_text value = {"", 0};
    const struct cg_x12_line *x12 = cg_x12_line_of(detail->batch, detail->line);
    *column = source->column;
    if (x12 != NULL) {
        return x12->values[field];
    }
    if (*column >= 0) {
        value = read_value(detail, field, record, *column);
    }
    if (value.len == 0 && source->fallback_column >= 0) {
        *column = source->fallback_column;
        value = read_value(detail, field, record, *column);
    }
    return value;
}

static void find_cell(const struct cg_detail *detail, enum cg_field field, struct cell *cell) {
    struct cg_text header = {detail->binding->header, detail->binding->header_len};
    int32_t column;
    struct cg_text value = cg_detail_find(detail, field, &column);
    *cell = (struct cell){0};
    if (column < 0) {
        cell->column = cg_text_of(cg_field_name(field));
        return;
    }
    cell->value_len = value.len;
    cell->is_exponent = cg_field_is_exponent(value);
    cell->is_null_mark = cg_shape_is_null_mark(value);
    if (value.len > 0) {
        memcpy(cell->bytes, value.ptr, value_of(cell).len);
    }
    cell->column = read_column(detail, header, column);
    if (cell->column.len > COLUMN_NAME_MAX_BYTES) {
        cell->column.len = COLUMN_NAME_MAX_BYTES;
    }
}

/* Short, and made of what dates and numbers are made of; anything else may be a name or an id. */
static bool may_show(const struct cell *cell) {
    static const char shown[] = "0123456789+-./: ";
    for (uint32_t i = 0; i < value_of(cell).len; i++) {
        if (memchr(shown, cell->bytes[i], sizeof shown - 1) == NULL) {
            return false;
        }
    }
    return cell->value_len <= SHOWN_MAX_BYTES;
}

static void say_value(const struct cg_detail *detail, const struct cell *cell, const char *valid) {
    const struct cg_text column = cell->column;
    if (cell->value_len == 0) {
        cg_say(detail->say, "%.*s is blank; it must be %s.", (int)column.len, column.ptr, valid);
    } else if (may_show(cell)) {
        cg_say(detail->say, "%.*s is \"%.*s\"; it must be %s.", (int)column.len, column.ptr,
               (int)cell->value_len, cell->bytes, valid);
    } else {
        cg_say(detail->say, "%.*s holds something else than %s.", (int)column.len, column.ptr,
               valid);
    }
}

void cg_detail_value(const struct cg_detail *detail) {
    struct cell cell;
    if (cg_say_other_kind(detail)) {
        return;
    }
    if (detail->reason == CG_REASON_LINE_NUMBER_INVALID && detail->binding->has_line_ids) {
        cg_detail_id(detail);
        return;
    }
    find_cell(detail, rules_of_fields[detail->reason].field, &cell);
    say_value(detail, &cell, rules_of_fields[detail->reason].valid);
}

/* Ids are described by their length, never shown. */
void cg_detail_id(const struct cg_detail *detail) {
    struct cell cell;
    find_cell(detail, rules_of_fields[detail->reason].field, &cell);
    struct cg_phrase *say = detail->say;
    cg_say(say, "%.*s", (int)cell.column.len, cell.column.ptr);
    if (cell.is_exponent) {
        cg_say(say, " is a number with an exponent, which stands for many ids; write all of its "
                    "digits.");
        return;
    }
    if (cell.is_null_mark) {
        cg_say(say, " holds a mark for no value, which would make one of many people; name it "
                    "under \"blank\" in the layout, or write the id.");
    } else if (cell.value_len == 0) {
        cg_say(say, " is blank; it must be 1 to %u bytes.", CG_ID_MAX_BYTES);
        if (detail->binding->is_x12 && detail->reason == CG_REASON_MEMBER_ID_INVALID) {
            cg_say(say, " A patient who is not the subscriber (HL03 23) has one with --dependents "
                        "joined.");
        }
    } else if (cell.value_len <= CG_ID_MAX_BYTES) {
        cg_say(say, " must be UTF-8 without control characters.");
    } else {
        cg_say(say, " is %u bytes long; it must be 1 to %u bytes.", cell.value_len,
               CG_ID_MAX_BYTES);
    }
}

void cg_detail_date(const struct cg_detail *detail) {
    const enum cg_field field = rules_of_fields[detail->reason].field;
    const enum cg_date_format format = detail->binding->date_formats[field];
    const bool has_time = format == CG_DATE_ISO_TIME;
    char valid[96];
    struct cg_phrase say = cg_phrase_start(valid, sizeof valid);
    struct cell cell;
    if (cg_say_other_kind(detail)) {
        return;
    }
    cg_say(&say, "a real date from 1900 to 2199, written %s%s",
           cg_date_format_name(has_time ? CG_DATE_ISO : format),
           has_time ? " and perhaps a time" : "");
    find_cell(detail, field, &cell);
    say_value(detail, &cell, valid);
    if (field == CG_FIELD_RECEIVED_DATE && detail->binding->is_x12) {
        cg_say(detail->say, " It is GS04; with --received unknown that is no received date.");
    }
}

void cg_detail_end_date(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    if (line->end_day == CG_DAY_NONE) {
        cg_detail_date(detail);
        return;
    }
    struct cell cell;
    find_cell(detail, rules_of_fields[detail->reason].field, &cell);
    cg_say(detail->say, "%.*s, %s, is before the start date, %s.", (int)cell.column.len,
           cell.column.ptr, cg_date_text(line->end_day).text, cg_date_text(line->start_day).text);
}

void cg_detail_modifier(const struct cg_detail *detail) {
    struct cell cell;
    enum cg_field field = CG_FIELD_HCPCS_MODIFIER_1;
    find_cell(detail, field, &cell);
    while (field < CG_FIELD_HCPCS_MODIFIER_5 &&
           (cell.value_len == 0 || cg_field_modifier(value_of(&cell)) != 0)) {
        find_cell(detail, ++field, &cell);
    }
    say_value(detail, &cell, rules_of_fields[detail->reason].valid);
}

/* The name of the column, other than the code's own, in which a code of the policy stands alone. It
 * may stand in the CSV reader's buffer. False: there is none, for the code's own cell looks like
 * one.
 */
static bool find_code_elsewhere(const struct cg_detail *detail, struct cg_text *column) {
    const struct cg_policy *policy = detail->rules->policy;
    const struct cg_text header = {detail->binding->header, detail->binding->header_len};
    const struct cg_text record = cg_batch_record_text(detail->batch, detail->line->record_no);
    int32_t own;
    const struct cg_text cell = cg_detail_find(detail, CG_FIELD_HCPCS_CODE, &own);
    if (cg_policy_find_code(policy, cell).likeness != CG_CODE_OTHER) {
        return false;
    }
    int32_t i = 0;
    while (i + 1 < (int32_t)detail->binding->column_count &&
           cg_code_in_another_column(policy, read_cell(detail, record, i)) < 0) {
        i++;
    }
    *column = read_column(detail, header, i);
    return true;
}

static void say_near_code(const struct cg_detail *detail, const char *code) {
    struct cg_phrase *say = detail->say;
    struct cg_text elsewhere;
    struct cell cell;
    if (find_code_elsewhere(detail, &elsewhere)) {
        const uint32_t len =
            elsewhere.len < COLUMN_NAME_MAX_BYTES ? elsewhere.len : COLUMN_NAME_MAX_BYTES;
        cg_say(say, "%s stands in the column %.*s, not in that of the code: have values slipped?",
               code, (int)len, elsewhere.ptr);
        return;
    }
    find_cell(detail, CG_FIELD_HCPCS_CODE, &cell);
    cg_say(say, "%.*s looks like %s, but is no code that the policy names.", (int)cell.column.len,
           cell.column.ptr, code);
}

/* The code that was found is the policy's own, so that it may be shown; the cell need not be. */
void cg_detail_procedure(const struct cg_detail *detail) {
    char code[6];
    struct cell cell;
    struct cg_phrase *say = detail->say;
    cg_procedure_text(cg_policy_procedure_code(detail->rules->policy, detail->line->procedure_no),
                      code);
    if (detail->reason == CG_REASON_PROCEDURE_CODE_NEAR) {
        say_near_code(detail, code);
        return;
    }
    if (detail->binding->is_x12) {
        cg_say(say,
               "SV101 holds %s with another qualifier than HC, with none, or together with "
               "something else; it must be HC, the code alone, and modifiers as components of "
               "their own.",
               code);
        return;
    }
    find_cell(detail, CG_FIELD_HCPCS_CODE, &cell);
    cg_say(say,
           "%.*s holds %s together with something else; it must be the code alone, with modifiers "
           "in columns of their own.",
           (int)cell.column.len, cell.column.ptr, code);
}

/* Where the code is 7 or 8 and yet at fault, the layout has no place for the original's id. */
void cg_detail_frequency(const struct cg_detail *detail) {
    struct cell cell;
    find_cell(detail, rules_of_fields[detail->reason].field, &cell);
    struct cg_text code = value_of(&cell);
    const bool is_mapped = detail->binding->fields[CG_FIELD_CLAIM_FREQUENCY_CODE].is_mapped;
    if (is_mapped) {
        code = cg_layout_map(detail->binding->layout, CG_FIELD_CLAIM_FREQUENCY_CODE, code);
    }
    if (code.len == 1 && (code.ptr[0] == '7' || code.ptr[0] == '8')) {
        cg_say(detail->say, "%.*s %s %u, but the layout has no column for the claim to %s.",
               (int)cell.column.len, cell.column.ptr, is_mapped ? "means" : "is",
               (uint32_t)(code.ptr[0] - '0'), code.ptr[0] == '7' ? "replace" : "void");
        return;
    }
    say_value(detail, &cell, rules_of_fields[detail->reason].valid);
}

void cg_detail_malformed(const struct cg_detail *detail) {
    const uint32_t record_no = detail->line->record_no;
    const uint32_t fields = cg_batch_record(detail->batch, record_no)->field_count;
    struct cg_phrase *say = detail->say;
    switch ((enum cg_malformed)detail->line->malformed) {
    case CG_TOO_FEW_FIELDS:
    case CG_TOO_MANY_FIELDS:
        cg_say(say, "The record has %u field%s where the header has %u.", fields,
               fields == 1 ? "" : "s", detail->binding->column_count);
        break;
    case CG_TOO_LONG:
        cg_say(say,
               "The record is %ju bytes long; at most %u are allowed, and the first %u are kept.",
               cg_batch_record_bytes(detail->batch, record_no), CG_RECORD_MAX_BYTES,
               CG_RECORD_MAX_BYTES);
        break;
    case CG_NUL_BYTE:
        cg_say(say, "The record holds a NUL byte.");
        break;
    case CG_UNCLOSED_QUOTE:
        cg_say(say, detail->binding->multiline
                        ? "A quote that opens on this line is not closed within 64 KiB or by the "
                          "end of the input, or the quote that closes it is another field's."
                        : "A quote that opens a field is not closed by the end of the line.");
        break;
    case CG_BROKEN_QUOTING:
        cg_say(say, "A quote stands where none may: it opens a field only as its first byte, and "
                    "after a closing quote only blanks, the delimiter or the line end may follow.");
        break;
    case CG_HEADER_STUCK:
        cg_say(say,
               "A header is stuck to the end of the record: the file before it had no line end "
               "after its last line.");
        break;
    default:
        cg_say_malformed_claim(detail);
        break;
    }
}
