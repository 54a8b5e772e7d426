#include "rows.h"

#include "contents.h"

#include <stdlib.h>
#include <string.h>

enum { LONG_BYTES = 66000, MISSING_FIELDS = 3 };

struct cg_row_writer {
    struct cg_contents contents;
    uint32_t blanks; /* ways to write one */
    char long_text[LONG_BYTES];
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

const char *cg_spoilt_text(const struct cg_mock_line *line, int field) {
    const struct spoiled *spoiled = &SPOILED[line->anomaly];
    return spoiled->texts[0] != NULL && spoiled->field == field ? spoiled->texts[line->variant % 4]
                                                                : NULL;
}

/* The field that a column shows, as far as mistakes go: what is no field is never spoilt. */
static int field_shown(const struct cg_mock_line *line, int content) {
    return content == CG_CONTENT_FIRST_CLAIM && line->frequency == 1 ? CG_FIELD_CLAIM_ID : content;
}

/* The same with the field that the line's anomaly spoils; its fall-back column is blank then. */
static char *put_spoiled(const struct cg_row_writer *writer, const struct cg_row *row, int content,
                         char *out) {
    const struct cg_mock_line *line = row->line;
    const int field = field_shown(line, content);
    const char *spoilt = cg_spoilt_text(line, field);
    if (spoilt != NULL) {
        return cg_put_text(out, spoilt);
    }
    if (content >= CG_CONTENT_OR && cg_spoilt_text(line, content - CG_CONTENT_OR) != NULL) {
        return out;
    }
    if (field == CG_FIELD_CLAIM_ID && line->anomaly == CG_ANOMALY_OVER_LONG_RECORD) {
        memcpy(out, writer->long_text, LONG_BYTES);
        return out + LONG_BYTES;
    }
    if (field == CG_FIELD_CLAIM_ID && line->anomaly == CG_ANOMALY_QUOTED) {
        *out++ = '"';
        out = cg_put_claim_id(out, line->claim_no);
        *out++ = '"';
        return out;
    }
    return cg_content_put(&writer->contents, row, content, out);
}

/* What an anomaly does to the record as a whole, once all fields but the line end are there. */
static char *break_record(char delimiter, const struct cg_mock_line *line, char *row, char *end) {
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

static char *put_content(const struct cg_row_writer *writer, const struct cg_row *row, int content,
                         char *out) {
    char *end = row->line->anomaly == CG_ANOMALY_NONE
                    ? cg_content_put(&writer->contents, row, content, out)
                    : put_spoiled(writer, row, content, out);
    if (end == out && writer->blanks > 0 && content != CG_CONTENT_BLANK) {
        const uint32_t pick = (row->line->variant >> 16) + (uint32_t)content;
        end = cg_put_text(out, writer->contents.columns->shape->blanks[pick % writer->blanks]);
    }
    return end;
}

/* What a column with marks of the shape says of the row; NULL: nothing. */
static const char *mark_text(const struct cg_shape *shape, const struct cg_row *row,
                             uint32_t marks) {
    const char *text = NULL;
    for (int i = 0; i < CG_MARKS_MAX; i++) {
        if ((marks >> i & 1) == 0) {
            continue;
        }
        if (row->mark == i) {
            return shape->marks[i].others[row->mark_text];
        }
        text = shape->marks[i].service;
    }
    return text;
}

static char *put_column(const struct cg_row_writer *writer, const struct cg_row *row,
                        const struct cg_column *column, char *out) {
    const char *mark =
        column->marks != 0 ? mark_text(writer->contents.columns->shape, row, column->marks) : NULL;
    if (mark != NULL) {
        return cg_put_text(out, mark);
    }
    if (column->line == 0) {
        return put_content(writer, row, column->content, out);
    }
    if (column->line > row->lines_behind) {
        return out;
    }
    struct cg_row other = *row;
    other.line += column->line;
    return put_content(writer, &other, column->content, out);
}

char *cg_row_put(const struct cg_row_writer *writer, const struct cg_row *row, char *out) {
    const struct cg_columns *columns = writer->contents.columns;
    const char delimiter = columns->delimiter;
    char *end = out;
    for (size_t i = 0; i < columns->count; i++) {
        const struct cg_column *column = &columns->list[i];
        end = put_column(writer, row, column, end);
        *end++ = delimiter;
        memset(end, delimiter, column->blanks_behind);
        end += column->blanks_behind;
    }
    end--; /* the delimiter behind the last field */
    if (row->line->anomaly != CG_ANOMALY_NONE) {
        end = break_record(delimiter, row->line, out, end);
    }
    *end++ = '\n';
    return end;
}

struct cg_row_writer *cg_row_writer_new(const struct cg_columns *columns) {
    struct cg_row_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return NULL;
    }
    cg_contents_init(&writer->contents, columns);
    writer->blanks = 0;
    while (columns->is_feed && writer->blanks < CG_BLANKS_MAX &&
           columns->shape->blanks[writer->blanks] != NULL) {
        writer->blanks++;
    }
    memset(writer->long_text, 'C', sizeof writer->long_text);
    return writer;
}

void cg_row_writer_free(struct cg_row_writer *writer) {
    free(writer);
}
