#include "decided_rows.h"

#include "claimgate/record/field.h"
#include "claimgate/record/rows.h"

#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 64, NUMBER_BYTES = 24 };

static bool is_named(struct cg_text header, char delimiter, int32_t column, const char *name) {
    char found[NAME_BYTES];
    cg_decided_field(header, delimiter, column, found, sizeof found);
    return strcasecmp(found, name) == 0;
}

static int32_t find_named(struct cg_text header, char delimiter, int32_t count, const char *name) {
    for (int32_t i = 0; i < count; i++) {
        if (is_named(header, delimiter, i, name)) {
            return i;
        }
    }
    return -1;
}

static int32_t count_columns(struct cg_text header, char delimiter) {
    int32_t count = 0;
    struct cg_csv *csv = cg_csv_new(delimiter, 1);
    if (csv != NULL && cg_csv_read(csv, header) == CG_WELL_FORMED) {
        count = (int32_t)cg_csv_field_count(csv);
    }
    cg_csv_free(csv);
    return count;
}

static void take_sources(const struct cg_field_source fields[CG_FIELD_COUNT],
                         struct cg_decided_columns *out) {
    out->claim_id = fields[CG_FIELD_CLAIM_ID].column;
    out->line_number = fields[CG_FIELD_CLAIM_LINE_NUMBER].column;
    out->member_id = fields[CG_FIELD_MEMBER_ID].column;
    out->quantity = fields[CG_FIELD_SERVICE_UNIT_QUANTITY].column;
}

static enum cg_status find_in_layout(const struct cg_layout *layout, struct cg_text header,
                                     struct cg_decided_columns *out, struct cg_error *err) {
    struct cg_binding found;
    const enum cg_status status = cg_layout_find(layout, header, &found, err);
    if (status == CG_OK) {
        take_sources(found.fields, out);
    }
    return status;
}

/* Another system's files may have the default names, with commas, whatever the inputs have. */
static enum cg_status find_line_columns(const struct cg_binding *binding, struct cg_text header,
                                        struct cg_decided_columns *out, struct cg_error *err) {
    struct cg_problems problems;
    struct cg_layout *layout = NULL;
    out->delimiter = binding->delimiter;
    enum cg_status status = find_in_layout(binding->layout, header, out, err);
    if (status != CG_OK || out->claim_id >= 0) {
        return status;
    }
    cg_problems_init(&problems);
    status = cg_layout_load("tuva", &layout, &problems, err);
    cg_problems_fini(&problems);
    if (status != CG_OK) {
        return status;
    }
    out->delimiter = cg_layout_delimiter(layout);
    status = find_in_layout(layout, header, out, err);
    cg_layout_free(layout);
    return status;
}

/* Ours puts its columns behind those of the input. */
static bool is_ours(struct cg_text header, char delimiter, int32_t behind) {
    bool ours = behind >= 2 && is_named(header, delimiter, 0, "source_file") &&
                is_named(header, delimiter, 1, "source_line");
    for (int32_t i = 0; ours && i < CG_REJECTED_COLUMNS; i++) {
        ours = is_named(header, delimiter, behind + i,
                        cg_rejected_column_name((enum cg_rejected_column)i));
    }
    return ours;
}

/* By place where the file is ours, for an input may have columns of these names too. */
static void find_own_columns(struct cg_text header, struct cg_decided_columns *out) {
    const char d = out->delimiter;
    const int32_t count = count_columns(header, d);
    const bool has_lines = is_named(header, d, count - 1, CG_REJECTED_CLAIM_LINE);
    const int32_t behind = count - has_lines - CG_REJECTED_COLUMNS;
    out->claim_line = has_lines ? count - 1 : -1;
    if (is_ours(header, d, behind)) {
        out->source_file = 0;
        out->source_line = 1;
        out->reasons = behind + CG_REJECTED_REASONS;
        out->units_available = behind + CG_REJECTED_UNITS_AVAILABLE;
        return;
    }
    out->source_file = -1;
    out->source_line = -1;
    out->units_available = -1;
    out->reasons = find_named(header, d, count, cg_rejected_column_name(CG_REJECTED_REASONS));
    if (out->reasons < 0) {
        out->reasons = find_named(header, d, count, cg_rejected_column_name(CG_REJECTED_REASON));
    }
}

static enum cg_status find_columns(const struct cg_binding *binding, struct cg_text header,
                                   struct cg_decided_columns *out, struct cg_error *err) {
    const enum cg_status status = find_line_columns(binding, header, out, err);
    if (status != CG_OK) {
        return status;
    }
    const bool numbers = binding->fields[CG_FIELD_CLAIM_LINE_NUMBER].column >= 0;
    if (out->claim_id < 0 || (numbers && out->line_number < 0)) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the header has no column %s; decisions are matched with lines by "
                            "claim_id and claim_line_number",
                            out->claim_id < 0 ? "claim_id" : "claim_line_number");
    }
    find_own_columns(header, out);
    return CG_OK;
}

enum cg_status cg_decided_rows_open(const char *dir, bool accepted, struct cg_decided_rows *out,
                                    struct cg_error *err) {
    *out = (struct cg_decided_rows){.accepted = accepted};
    return cg_decided_open(dir, accepted ? "accepted" : "rejected", &out->file, err);
}

void cg_decided_rows_close(struct cg_decided_rows *rows) {
    cg_decided_close(&rows->file);
}

enum cg_status cg_decided_rows_begin(struct cg_decided_rows *rows, const struct cg_binding *binding,
                                     struct cg_error *err) {
    struct cg_text header;
    bool found = false;
    rows->multiline = binding->multiline;
    enum cg_status status =
        cg_decided_row(&rows->file, binding->delimiter, false, &header, &found, err);
    if (status != CG_OK) {
        return status;
    }
    status = find_columns(binding, found ? header : cg_text_of(""), &rows->columns, err);
    return status == CG_OK ? CG_OK : cg_error_wrap(err, "%s", rows->file.path);
}

static uint64_t read_number(struct cg_text row, const struct cg_decided_columns *columns,
                            int32_t column) {
    char text[NUMBER_BYTES];
    uint64_t number = 0;
    cg_decided_field(row, columns->delimiter, column, text, sizeof text);
    return cg_field_integer(cg_text_of(text), UINT32_MAX, &number) ? number : 0;
}

static void read_row(struct cg_text row, const struct cg_decided_columns *columns,
                     struct cg_decided_row *out) {
    const char d = columns->delimiter;
    struct cg_audit_ids *ids = &out->line.ids;
    struct cg_audit_then *then = &out->line.then;
    char quantity[NUMBER_BYTES];
    cg_decided_field(row, d, columns->claim_id, ids->claim_id, sizeof ids->claim_id);
    cg_decided_field(row, d, columns->line_number, ids->line_number, sizeof ids->line_number);
    cg_decided_field(row, d, columns->member_id, ids->member_id, sizeof ids->member_id);
    cg_decided_field(row, d, columns->quantity, quantity, sizeof quantity);
    cg_decided_field(row, d, columns->source_file, out->line.source_file,
                     sizeof out->line.source_file);
    cg_decided_field(row, d, columns->reasons, then->reasons, sizeof then->reasons);
    out->line.source_line = read_number(row, columns, columns->source_line);
    out->line.claim_line = (uint16_t)read_number(row, columns, columns->claim_line);
    out->quantity = cg_field_units(cg_text_of(quantity));
    out->units_available = (uint32_t)read_number(row, columns, columns->units_available);
    then->decision = CG_AUDIT_REJECTED;
    then->accepted_units = 0;
    then->reasons_compare = columns->source_line >= 0;
}

enum cg_status cg_decided_rows_next(struct cg_decided_rows *rows, struct cg_decided_row *out,
                                    bool *found, struct cg_error *err) {
    struct cg_text text;
    const enum cg_status status =
        cg_decided_row(&rows->file, rows->columns.delimiter, rows->multiline, &text, found, err);
    if (status != CG_OK || !*found) {
        return status;
    }
    read_row(text, &rows->columns, out);
    if (rows->accepted) {
        out->line.then.decision = CG_AUDIT_ACCEPTED;
        out->line.then.reasons[0] = '\0';
    }
    return CG_OK;
}
