#include "contents.h"

#include <stdio.h>
#include <string.h>

static char *put_bytes(char *out, const char *bytes, size_t len) {
    memcpy(out, bytes, len);
    return out + len;
}

char *cg_put_text(char *out, const char *text) {
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

char *cg_put_claim_id(char *out, uint64_t claim_no) {
    *out++ = 'C';
    return put_number(out, claim_no, 9);
}

static char *put_day(const struct cg_contents *contents, char *out, int32_t day_no) {
    memcpy(out, contents->dates[day_no - CG_DAY_FIRST], CG_DATE_MAX_BYTES);
    return out + contents->date_bytes[day_no - CG_DAY_FIRST];
}

static char *put_date(const struct cg_contents *contents, char *out, int32_t day_no) {
    out = put_day(contents, out, day_no);
    return put_bytes(out, contents->date_suffix, contents->date_suffix_bytes);
}

/* A line's service from its start to its end, of which a quarter pass midnight and another quarter
 * have no end. */
static char *put_session(const struct cg_contents *contents, const struct cg_mock_line *line,
                         bool is_end, char *out) {
    const bool has_days = line->end_day != line->start_day;
    const uint32_t kind = has_days ? 2 : line->variant >> 8 & 3;
    if (is_end && kind == 1) {
        return cg_put_text(out, "1970-01-01T00:00:00Z");
    }
    out = put_day(contents, out, is_end ? line->end_day + (kind == 0) : line->start_day);
    if (kind == 0) {
        return cg_put_text(out, is_end ? "T00:30:00Z" : "T23:30:00Z");
    }
    return cg_put_text(out, is_end ? "T15:00:00Z" : "T14:00:00Z");
}

static char *put_service_date(const struct cg_contents *contents, const struct cg_mock_line *line,
                              bool is_end, char *out) {
    const struct cg_columns *columns = contents->columns;
    if (columns->is_feed && columns->shape->has_sessions) {
        return put_session(contents, line, is_end, out);
    }
    if (is_end && columns->shape->end_of_spans_only && line->end_day == line->start_day) {
        return out;
    }
    return put_date(contents, out, is_end ? line->end_day : line->start_day);
}

static char *put_charge(char *out, uint32_t cents) {
    out = put_number(out, cents / 100, 1);
    *out++ = '.';
    return put_number(out, cents % 100, 2);
}

static char *put_units(const struct cg_contents *contents, const struct cg_row *row, char *out) {
    const uint32_t form = row->is_negative ? row->line->variant >> 12 & 3 : 3;
    if (form < 2) {
        *out++ = form == 0 ? '(' : '-';
    }
    out = put_number(out, row->line->units, 1);
    if (contents->columns->is_feed && row->line->variant >> 9 & 1) {
        out = cg_put_text(out, contents->units_suffix);
    }
    if (row->is_negative && form != 1) {
        *out++ = form == 0 ? ')' : '-';
    }
    return out;
}

static char *put_uuid(char *out, const char npi[CG_NPI_BYTES]) {
    out = put_bytes(out, npi, 8);
    out = cg_put_text(out, "-7b1c-3d2e-9f40-00");
    return put_bytes(out, npi, CG_NPI_BYTES);
}

/* Frequency 7 with a blank original or with one that nobody sent. */
static char *put_original(const struct cg_row *row, char *out) {
    const struct cg_mock_line *line = row->line;
    if (line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN) {
        return line->variant % 2 == 0 ? out : cg_put_text(out, "NEVER-SENT");
    }
    return line->original_no == CG_ORIGINAL_NONE || row->is_negative
               ? out
               : cg_put_claim_id(out, line->original_no);
}

/* 1, 7 or 8, as the row tells it: units below zero tell a void by themselves. */
static uint8_t frequency_of(const struct cg_row *row) {
    return row->line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN ? 7
           : row->is_negative                                      ? 1
                                                                   : row->line->frequency;
}

static char *put_frequency(const struct cg_row *row, char *out) {
    const uint8_t frequency = frequency_of(row);
    if (frequency != 1) {
        *out++ = (char)('0' + frequency);
    }
    return out;
}

static char *put_adjustment(const struct cg_contents *contents, const struct cg_row *row,
                            char *out) {
    const uint8_t frequency = contents->columns->is_feed ? frequency_of(row) : row->line->frequency;
    return cg_put_text(out, contents->adjustments[frequency == 8 ? 1 : frequency == 7 ? 2 : 0]);
}

static char *put_first_claim(const struct cg_row *row, char *out) {
    const bool is_of_another = row->line->original_no != CG_ORIGINAL_NONE ||
                               row->line->anomaly == CG_ANOMALY_ORIGINAL_CLAIM_UNKNOWN;
    return is_of_another && !row->is_negative ? put_original(row, out)
                                              : cg_put_claim_id(out, row->line->claim_no);
}

static char *put_field(const struct cg_contents *contents, const struct cg_row *row, int field,
                       char *out) {
    const struct cg_mock_line *line = row->line;
    switch (field) {
    case CG_FIELD_CLAIM_ID:
        return cg_put_claim_id(out, line->claim_no);
    case CG_FIELD_CLAIM_LINE_NUMBER:
        return put_number(out, line->line_no - contents->lines_before_first, 1);
    case CG_FIELD_MEMBER_ID:
        *out++ = 'M';
        out = put_number(out, line->member_id, 8);
        return row->dependent != NULL ? cg_put_text(out, row->dependent) : out;
    case CG_FIELD_CLAIM_LINE_START_DATE:
    case CG_FIELD_CLAIM_LINE_END_DATE:
        return put_service_date(contents, line, field == CG_FIELD_CLAIM_LINE_END_DATE, out);
    case CG_FIELD_PLACE_OF_SERVICE_CODE:
        return put_bytes(out, line->place_of_service, 2);
    case CG_FIELD_HCPCS_CODE:
        return put_bytes(out, line->procedure, 5);
    case CG_FIELD_HCPCS_MODIFIER_1:
        return cg_put_text(out, line->modifiers[0]);
    case CG_FIELD_HCPCS_MODIFIER_2:
        return cg_put_text(out, line->modifiers[1]);
    case CG_FIELD_SERVICE_UNIT_QUANTITY:
        return put_units(contents, row, out);
    case CG_FIELD_RENDERING_NPI:
        return put_bytes(out, line->rendering_npi, CG_NPI_BYTES);
    case CG_FIELD_BILLING_NPI:
        return put_bytes(out, line->billing_npi, CG_NPI_BYTES);
    case CG_FIELD_CHARGE_AMOUNT:
        return put_charge(out, line->charge_cents);
    case CG_FIELD_DIAGNOSIS_CODE_1:
        return cg_put_text(out, line->diagnosis);
    case CG_FIELD_CLAIM_FREQUENCY_CODE:
        return put_frequency(row, out);
    case CG_FIELD_ORIGINAL_CLAIM_ID:
        return put_original(row, out);
    case CG_FIELD_RECEIVED_DATE:
        return put_date(contents, out, line->received_day);
    case CG_FIELD_AUTHORIZATION_NUMBER:
        return line->authorization_no == 0
                   ? out
                   : put_number(cg_put_text(out, "A"), line->authorization_no, 8);
    case CG_FIELD_BIRTH_DATE:
        return put_date(contents, out, line->birth_day);
    }
    return out;
}

/* --- fall-back columns of feeds --- */

/* Whole members have their id there; both dates of a line stand there, or neither, and those of a
 * span always do, for a file may have one date a line. */
static bool is_in_other_column(const struct cg_columns *columns, const struct cg_mock_line *line,
                               int field) {
    if (field >= CG_FIELD_COUNT || !columns->falls_back[field]) {
        return false;
    }
    if (field == CG_FIELD_MEMBER_ID) {
        return line->member_id % 4 == 0;
    }
    if (field == CG_FIELD_CLAIM_LINE_START_DATE || field == CG_FIELD_CLAIM_LINE_END_DATE) {
        return line->end_day != line->start_day || (line->variant >> 10 & 3) == 0;
    }
    return (line->variant >> (12 + field) & 3) == 0;
}

/* What nobody must read. */
static char *put_misleading(const struct cg_contents *contents, const struct cg_mock_line *line,
                            int field, char *out) {
    switch (field) {
    case CG_FIELD_MEMBER_ID:
        *out++ = 'S';
        return put_number(out, line->member_id % 100, 8);
    case CG_FIELD_CLAIM_LINE_START_DATE:
        return put_date(contents, out, line->start_day - 2);
    case CG_FIELD_CLAIM_LINE_END_DATE:
        return put_date(contents, out, line->end_day + 3);
    case CG_FIELD_RENDERING_NPI:
        return put_bytes(out, line->billing_npi, CG_NPI_BYTES);
    case CG_FIELD_CLAIM_FREQUENCY_CODE:
        return cg_put_text(out, contents->adjustments[0]);
    }
    return out;
}

/* The field that a column holds, or would hold where its own column is blank. */
static int field_of(int content) {
    return content == CG_CONTENT_ADJUSTMENT || content == CG_CONTENT_OR_ADJUSTMENT
               ? CG_FIELD_CLAIM_FREQUENCY_CODE
           : content >= CG_CONTENT_OR ? content - CG_CONTENT_OR
                                      : content;
}

char *cg_content_put(const struct cg_contents *contents, const struct cg_row *row, int content,
                     char *out) {
    const struct cg_mock_line *line = row->line;
    const int field = field_of(content);
    const bool is_other = content >= CG_CONTENT_OR_ADJUSTMENT;
    if (is_in_other_column(contents->columns, line, field) != is_other) {
        return is_other ? put_misleading(contents, line, field, out) : out;
    }
    switch (content) {
    case CG_CONTENT_UUID:
        return put_uuid(out, line->rendering_npi);
    case CG_CONTENT_VERSION:
        return put_number(out, line->claim_no * 10 + line->frequency, 12);
    case CG_CONTENT_ADJUSTMENT:
    case CG_CONTENT_OR_ADJUSTMENT:
        return put_adjustment(contents, row, out);
    case CG_CONTENT_FIRST_CLAIM:
        return put_first_claim(row, out);
    case CG_CONTENT_ADJUSTING_CLAIM:
        return frequency_of(row) == 1 ? out : cg_put_claim_id(out, line->claim_no);
    }
    return put_field(contents, row, field, out);
}

static void render_date(enum cg_date_format format, int32_t day_no, char out[CG_DATE_MAX_BYTES],
                        uint8_t *bytes) {
    static const char *const MONTHS[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    struct cg_civil civil = cg_date_to_civil(day_no);
    unsigned year = (unsigned)civil.year, month = (unsigned)civil.month, day = (unsigned)civil.day;
    char text[40] = "";
    int len = 0;
    switch (format) {
    case CG_DATE_ISO:
    case CG_DATE_ISO_TIME:
        len = snprintf(text, sizeof text, "%04u-%02u-%02u", year, month, day);
        break;
    case CG_DATE_COMPACT:
        len = snprintf(text, sizeof text, "%04u%02u%02u", year, month, day);
        break;
    case CG_DATE_MDY:
        len = snprintf(text, sizeof text, "%u/%u/%04u", month, day, year);
        break;
    case CG_DATE_US_DASH:
        len = snprintf(text, sizeof text, "%02u-%02u-%04u", month, day, year);
        break;
    case CG_DATE_DMONY_SAS:
        len = snprintf(text, sizeof text, "%02u%s%04u", day, MONTHS[month - 1], year);
        break;
    case CG_DATE_US:
        len = snprintf(text, sizeof text, "%02u/%02u/%04u", month, day, year);
        break;
    case CG_DATE_DMONY:
        len = snprintf(text, sizeof text, "%02u-%s-%04u", day, MONTHS[month - 1], year);
        break;
    }
    memcpy(out, text, CG_DATE_MAX_BYTES);
    *bytes = (uint8_t)len;
}

void cg_contents_init(struct cg_contents *contents, const struct cg_columns *columns) {
    static const char *const ADJUSTMENTS[3] = {"0", "1", "2"};
    const struct cg_shape *shape = columns->shape;
    contents->columns = columns;
    for (int i = 0; i < 3; i++) {
        contents->adjustments[i] =
            shape->adjustments[0] != NULL ? shape->adjustments[i] : ADJUSTMENTS[i];
    }
    contents->lines_before_first = columns->is_feed && shape->lines_from_zero ? 1 : 0;
    contents->units_suffix = shape->units_suffix != NULL ? shape->units_suffix : "";
    contents->date_suffix = shape->date_suffix != NULL ? shape->date_suffix : "";
    contents->date_suffix_bytes = strlen(contents->date_suffix);
    for (int32_t day = CG_DAY_FIRST; day <= CG_DAY_LAST; day++) {
        const int32_t at = day - CG_DAY_FIRST;
        render_date(shape->date_format, day, contents->dates[at], &contents->date_bytes[at]);
    }
}
