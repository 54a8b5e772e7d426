#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DATE_MAX_BYTES = 11,
    LONG_BYTES = 66000,
    MISSING_FIELDS = 3,
    DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1
};

/*
 * Every date that can stand in a file is rendered once, for a row has up to seven; a row then
 * copies.
 */
struct cg_row_writer {
    const struct cg_columns *columns;
    size_t date_bytes;
    size_t suffix_bytes;
    char long_text[LONG_BYTES];
    char dates[DAYS][DATE_MAX_BYTES];
};

/* One field that an anomaly spoils, and the texts that stand in its place. */
struct spoiled {
    int field;
    const char *texts[4];
};

static const struct spoiled SPOILED[CG_ANOMALY_COUNT] = {
    [CG_ANOMALY_BROKEN_QUOTING] = {CG_FIELD_CLAIM_ID,
                                   {"\"C12\"34", " \"C1234\"", "\"C12\" \"34\"", "\"C\"1"}},
    [CG_ANOMALY_UNCLOSED_QUOTE] = {CG_FIELD_CLAIM_ID, {"\"C1234", "\"", "\"C12\"\"34", "\"C1"}},
    [CG_ANOMALY_CLAIM_ID_INVALID] = {CG_FIELD_CLAIM_ID,
                                     {"", "  ", "\"\"",
                                      "C0000000000000000000000000000000000000000000000000000000000"
                                      "0000001"}},
    [CG_ANOMALY_LINE_NUMBER_INVALID] = {CG_FIELD_CLAIM_LINE_NUMBER, {"0", "A", "10000", "1.0"}},
    [CG_ANOMALY_MEMBER_ID_INVALID] = {CG_FIELD_MEMBER_ID, {"", " ", "\"\"", "M\x01"}},
    [CG_ANOMALY_SERVICE_DATE_INVALID] = {CG_FIELD_CLAIM_LINE_START_DATE,
                                         {"", "2023-02-30", "20231301", "13/45/2023"}},
    [CG_ANOMALY_SERVICE_END_DATE_INVALID] = {CG_FIELD_CLAIM_LINE_END_DATE,
                                             {"1999-12-31", "2023-02-30", "unknown", "0"}},
    [CG_ANOMALY_MODIFIER_INVALID] = {CG_FIELD_HCPCS_MODIFIER_1, {"H", "HEX", "H-", "??"}},
    [CG_ANOMALY_PROCEDURE_CODE_INVALID] = {CG_FIELD_HCPCS_CODE,
                                           {"H0038HQ", "H0038-HQ", "HCPCS:H0038", "H0038 HE"}},
    [CG_ANOMALY_PROCEDURE_CODE_NEAR] = {CG_FIELD_HCPCS_CODE, {"H0O38", "H00388", "H038", "HOO38"}},
    [CG_ANOMALY_UNITS_INVALID] = {CG_FIELD_SERVICE_UNIT_QUANTITY, {"0", "4.5", "", "-1"}},
    [CG_ANOMALY_RENDERING_NPI_MISSING] = {CG_FIELD_RENDERING_NPI, {"", " ", "\"\"", ""}},
    [CG_ANOMALY_RENDERING_NPI_INVALID] = {CG_FIELD_RENDERING_NPI,
                                          {"1234567890", "123456789", "3234567897", "PENDING"}},
    [CG_ANOMALY_BILLING_NPI_INVALID] = {CG_FIELD_BILLING_NPI,
                                        {"1234567890", "12345678930", "0000000000", "NPI"}},
    [CG_ANOMALY_FREQUENCY_CODE_INVALID] = {CG_FIELD_CLAIM_FREQUENCY_CODE, {"5", "0", "X", "11"}},
    [CG_ANOMALY_RECEIVED_DATE_INVALID] = {CG_FIELD_RECEIVED_DATE,
                                          {"2023-00-10", "yesterday", "2023-06-31", "0"}},
    [CG_ANOMALY_BIRTH_DATE_INVALID] = {CG_FIELD_BIRTH_DATE,
                                       {"1990-02-30", "unknown", "1890-01-01", "90"}},
};

static char *put_bytes(char *out, const char *bytes, size_t len) {
    memcpy(out, bytes, len);
    return out + len;
}

static char *put_text(char *out, const char *text) {
    while (*text != '\0') {
        *out++ = *text++;
    }
    return out;
}

/* Decimal digits, at least `width` of them. */
static char *put_number(char *out, uint64_t number, int width) {
    char digits[20];
    int count = 0;
    while (number > 0 || count < width) {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    }
    while (count > 0) {
        *out++ = digits[--count];
    }
    return out;
}

static char *put_claim_id(char *out, uint64_t claim_no) {
    *out++ = 'C';
    return put_number(out, claim_no, 9);
}

static char *put_date(const struct cg_row_writer *writer, char *out, int32_t day_no) {
    out = put_bytes(out, writer->dates[day_no - CG_DAY_FIRST], writer->date_bytes);
    return put_bytes(out, writer->columns->date_suffix, writer->suffix_bytes);
}

static char *put_charge(char *out, uint32_t cents) {
    out = put_number(out, cents / 100, 1);
    *out++ = '.';
    return put_number(out, cents % 100, 2);
}

static char *put_uuid(char *out, const char npi[CG_NPI_BYTES]) {
    out = put_bytes(out, npi, 8);
    out = put_text(out, "-7b1c-3d2e-9f40-00");
    return put_bytes(out, npi, CG_NPI_BYTES);
}

/* Frequency 7 with a blank original or with one that nobody sent. */
static char *put_original(const struct cg_mock_line *line, char *out) {
    if (line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN) {
        return line->variant % 2 == 0 ? out : put_text(out, "NEVER-SENT");
    }
    return line->original_no == CG_ORIGINAL_NONE ? out : put_claim_id(out, line->original_no);
}

static char *put_frequency(const struct cg_mock_line *line, char *out) {
    if (line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN) {
        *out++ = '7';
    } else if (line->frequency != 1) {
        *out++ = (char)('0' + line->frequency);
    }
    return out;
}

static char *put_content(const struct cg_row_writer *writer, const struct cg_mock_line *line,
                         int content, char *out) {
    switch (content) {
    case CG_FIELD_CLAIM_ID:
        return put_claim_id(out, line->claim_no);
    case CG_FIELD_CLAIM_LINE_NUMBER:
        return put_number(out, line->line_no, 1);
    case CG_FIELD_MEMBER_ID:
        *out++ = 'M';
        return put_number(out, line->member_id, 8);
    case CG_FIELD_CLAIM_LINE_START_DATE:
        return put_date(writer, out, line->start_day);
    case CG_FIELD_CLAIM_LINE_END_DATE:
        return writer->columns->end_of_spans_only && line->end_day == line->start_day
                   ? out
                   : put_date(writer, out, line->end_day);
    case CG_FIELD_PLACE_OF_SERVICE_CODE:
        return put_bytes(out, line->place_of_service, 2);
    case CG_FIELD_HCPCS_CODE:
        return put_bytes(out, line->procedure, 5);
    case CG_FIELD_HCPCS_MODIFIER_1:
        return put_text(out, line->modifiers[0]);
    case CG_FIELD_HCPCS_MODIFIER_2:
        return put_text(out, line->modifiers[1]);
    case CG_FIELD_SERVICE_UNIT_QUANTITY:
        return put_number(out, line->units, 1);
    case CG_FIELD_RENDERING_NPI:
        return put_bytes(out, line->rendering_npi, CG_NPI_BYTES);
    case CG_CONTENT_RENDERING_UUID:
        return put_uuid(out, line->rendering_npi);
    case CG_FIELD_BILLING_NPI:
        return put_bytes(out, line->billing_npi, CG_NPI_BYTES);
    case CG_FIELD_CHARGE_AMOUNT:
        return put_charge(out, line->charge_cents);
    case CG_FIELD_DIAGNOSIS_CODE_1:
        return put_text(out, line->diagnosis);
    case CG_FIELD_CLAIM_FREQUENCY_CODE:
        return put_frequency(line, out);
    case CG_CONTENT_ADJUSTMENT:
        *out++ = line->frequency == 8 ? '1' : line->frequency == 7 ? '2' : '0';
        return out;
    case CG_FIELD_ORIGINAL_CLAIM_ID:
        return put_original(line, out);
    case CG_FIELD_RECEIVED_DATE:
        return put_date(writer, out, line->received_day);
    case CG_FIELD_AUTHORIZATION_NUMBER:
        return line->authorization_no == 0
                   ? out
                   : put_number(put_text(out, "A"), line->authorization_no, 8);
    case CG_FIELD_BIRTH_DATE:
        return put_date(writer, out, line->birth_day);
    }
    return out;
}

/* The same with the field that the line's anomaly spoils. */
static char *put_spoiled(const struct cg_row_writer *writer, const struct cg_mock_line *line,
                         int content, char *out) {
    const struct spoiled *spoiled = &SPOILED[line->anomaly];
    if (spoiled->texts[0] != NULL && spoiled->field == content) {
        return put_text(out, spoiled->texts[line->variant % 4]);
    }
    if (content == CG_FIELD_CLAIM_ID && line->anomaly == CG_ANOMALY_OVER_LONG_RECORD) {
        return put_bytes(out, writer->long_text, LONG_BYTES);
    }
    if (content == CG_FIELD_CLAIM_ID && line->anomaly == CG_ANOMALY_QUOTED) {
        *out++ = '"';
        out = put_claim_id(out, line->claim_no);
        *out++ = '"';
        return out;
    }
    return put_content(writer, line, content, out);
}

/* What an anomaly does to the record as a whole, once all fields but the line end are there. */
static char *break_record(const struct cg_row_writer *writer, const struct cg_mock_line *line,
                          char *row, char *end) {
    char delimiter = writer->columns->binding.delimiter;
    if (line->anomaly == CG_ANOMALY_TOO_MANY_FIELDS) {
        *end++ = delimiter;
        *end++ = '1';
    } else if (line->anomaly == CG_ANOMALY_NUL_BYTE) {
        row[line->variant % (uint32_t)(end - row)] = '\0';
    } else if (line->anomaly == CG_ANOMALY_TOO_FEW_FIELDS) {
        for (int i = 0; i < MISSING_FIELDS; i++) {
            end = memrchr(row, delimiter, (size_t)(end - row));
        }
    }
    return end;
}

/* `other`: the mark of a row that is no service. */
static char *put_column(const struct cg_row_writer *writer, const struct cg_mock_line *line,
                        int content, bool other, char *out) {
    if (content >= CG_CONTENT_MARK && content < CG_CONTENT_MARK + CG_MARKS_MAX) {
        return put_text(out, writer->columns->marks[content - CG_CONTENT_MARK].texts[other]);
    }
    return line->anomaly == CG_ANOMALY_NONE ? put_content(writer, line, content, out)
                                            : put_spoiled(writer, line, content, out);
}

static char *put_row(const struct cg_row_writer *writer, const struct cg_mock_line *line,
                     bool other, char *out) {
    char delimiter = writer->columns->binding.delimiter;
    char *end = out;
    for (size_t i = 0; i < writer->columns->count; i++) {
        const struct cg_column *column = &writer->columns->list[i];
        end = put_column(writer, line, column->content, other, end);
        *end++ = delimiter;
        memset(end, delimiter, column->blanks_behind);
        end += column->blanks_behind;
    }
    end--; /* the delimiter behind the last field */
    if (line->anomaly != CG_ANOMALY_NONE) {
        end = break_record(writer, line, out, end);
    }
    *end++ = '\n';
    return end;
}

char *cg_row_put(const struct cg_row_writer *writer, const struct cg_mock_line *line, char *out) {
    const bool comes_twice = writer->columns->marks != NULL && line->anomaly == CG_ANOMALY_NONE &&
                             (line->claim_no + line->line_no) % 8 == 0;
    if (comes_twice) {
        out = put_row(writer, line, true, out);
    }
    return put_row(writer, line, false, out);
}

static void render_date(enum cg_date_format format, int32_t day_no, char out[DATE_MAX_BYTES]) {
    static const char *const MONTHS[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    struct cg_civil civil = cg_date_to_civil(day_no);
    unsigned year = (unsigned)civil.year, month = (unsigned)civil.month, day = (unsigned)civil.day;
    char text[40] = "";
    switch (format) {
    case CG_DATE_ISO:
    case CG_DATE_ISO_TIME:
        snprintf(text, sizeof text, "%04u-%02u-%02u", year, month, day);
        break;
    case CG_DATE_COMPACT:
        snprintf(text, sizeof text, "%04u%02u%02u", year, month, day);
        break;
    case CG_DATE_MDY:
        snprintf(text, sizeof text, "%u/%u/%04u", month, day, year);
        break;
    case CG_DATE_US_DASH:
        snprintf(text, sizeof text, "%02u-%02u-%04u", month, day, year);
        break;
    case CG_DATE_DMONY_SAS:
        snprintf(text, sizeof text, "%02u%s%04u", day, MONTHS[month - 1], year);
        break;
    case CG_DATE_US:
        snprintf(text, sizeof text, "%02u/%02u/%04u", month, day, year);
        break;
    case CG_DATE_DMONY:
        snprintf(text, sizeof text, "%02u-%s-%04u", day, MONTHS[month - 1], year);
        break;
    }
    memcpy(out, text, DATE_MAX_BYTES);
}

struct cg_row_writer *cg_row_writer_new(const struct cg_columns *columns) {
    struct cg_row_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return NULL;
    }
    writer->columns = columns;
    writer->date_bytes =
        columns->binding.date_formats[CG_FIELD_CLAIM_LINE_START_DATE] == CG_DATE_COMPACT ? 8
        : columns->binding.date_formats[CG_FIELD_CLAIM_LINE_START_DATE] == CG_DATE_DMONY ? 11
                                                                                         : 10;
    writer->suffix_bytes = strlen(columns->date_suffix);
    memset(writer->long_text, 'C', sizeof writer->long_text);
    for (int32_t day = CG_DAY_FIRST; day <= CG_DAY_LAST; day++) {
        render_date(columns->binding.date_formats[CG_FIELD_CLAIM_LINE_START_DATE], day,
                    writer->dates[day - CG_DAY_FIRST]);
    }
    return writer;
}

void cg_row_writer_free(struct cg_row_writer *writer) {
    free(writer);
}
