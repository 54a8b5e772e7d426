#include "rejected_rows.h"

#include "claimgate/record/field.h"

#include <string.h>
#include <strings.h>

/* The columns that rows.c puts behind those of the input; the last ones of the file. */
static const char *const own_columns[] = {
    "reject_reason", "reject_reasons", "group_code",      "carc",          "rarc",       "cap_id",
    "cap_limit",     "units_used",     "units_available", "reject_detail", "raw_record",
};
enum {
    OWN_COLUMNS = sizeof own_columns / sizeof own_columns[0],
    OWN_REASON = 0,
    OWN_REASONS = 1,
    OWN_CAP_ID = 5,
    OWN_AVAILABLE = 8,
    NAME_BYTES = 64,
    NUMBER_BYTES = 24,
};

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
                         struct audit_columns *out) {
    out->claim_id = fields[CG_FIELD_CLAIM_ID].column;
    out->line_number = fields[CG_FIELD_CLAIM_LINE_NUMBER].column;
    out->member_id = fields[CG_FIELD_MEMBER_ID].column;
    out->quantity = fields[CG_FIELD_SERVICE_UNIT_QUANTITY].column;
}

/* Another system's files may have the default names, with commas, whatever the inputs have. */
static enum cg_status find_line_columns(const struct cg_binding *binding, struct cg_text header,
                                        struct audit_columns *out, struct cg_error *err) {
    struct cg_field_source fields[CG_FIELD_COUNT];
    out->delimiter = binding->delimiter;
    enum cg_status status = cg_layout_find(binding->layout, header, fields, err);
    if (status == CG_OK) {
        take_sources(fields, out);
    }
    if (status != CG_OK || out->claim_id >= 0) {
        return status;
    }
    struct cg_problems problems;
    struct cg_layout *layout = NULL;
    cg_problems_init(&problems);
    status = cg_layout_load("tuva", &layout, &problems, err);
    cg_problems_fini(&problems);
    if (status == CG_OK) {
        status = cg_layout_find(layout, header, fields, err);
    }
    if (status == CG_OK) {
        out->delimiter = cg_layout_delimiter(layout);
        take_sources(fields, out);
    }
    cg_layout_free(layout);
    return status;
}

/* By place where the file is ours, for an input may have columns of these names too. */
static void find_own_columns(struct cg_text header, struct audit_columns *out) {
    const char d = out->delimiter;
    const int32_t count = count_columns(header, d);
    const int32_t behind = count - OWN_COLUMNS;
    bool ours = behind >= 2 && is_named(header, d, 0, "source_file") &&
                is_named(header, d, 1, "source_line");
    for (int32_t i = 0; ours && i < OWN_COLUMNS; i++) {
        ours = is_named(header, d, behind + i, own_columns[i]);
    }
    out->source_file = ours ? 0 : -1;
    out->source_line = ours ? 1 : -1;
    out->reason = ours ? behind + OWN_REASON : find_named(header, d, count, "reject_reason");
    out->reasons = ours ? behind + OWN_REASONS : find_named(header, d, count, "reject_reasons");
    out->cap_id = ours ? behind + OWN_CAP_ID : -1;
    out->units_available = ours ? behind + OWN_AVAILABLE : -1;
}

enum cg_status cg_audit_columns_find(const struct cg_binding *binding, struct cg_text header,
                                     struct audit_columns *out, struct cg_error *err) {
    enum cg_status status = find_line_columns(binding, header, out, err);
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

static uint64_t read_number(struct cg_text row, const struct audit_columns *columns,
                            int32_t column) {
    char text[NUMBER_BYTES];
    uint64_t number = 0;
    cg_decided_field(row, columns->delimiter, column, text, sizeof text);
    return cg_field_integer(cg_text_of(text), UINT32_MAX, &number) ? number : 0;
}

void cg_audit_rejected_read(struct cg_text row, const struct audit_columns *columns,
                            struct audit_rejected *out) {
    const char d = columns->delimiter;
    struct audit_ids *ids = &out->line.ids;
    struct audit_then *then = &out->line.then;
    char quantity[NUMBER_BYTES];
    cg_decided_field(row, d, columns->claim_id, ids->claim_id, sizeof ids->claim_id);
    cg_decided_field(row, d, columns->line_number, ids->line_number, sizeof ids->line_number);
    cg_decided_field(row, d, columns->member_id, ids->member_id, sizeof ids->member_id);
    cg_decided_field(row, d, columns->quantity, quantity, sizeof quantity);
    cg_decided_field(row, d, columns->source_file, out->line.source_file,
                     sizeof out->line.source_file);
    cg_decided_field(row, d, columns->reasons >= 0 ? columns->reasons : columns->reason,
                     then->reasons, sizeof then->reasons);
    out->line.source_line = read_number(row, columns, columns->source_line);
    out->quantity = cg_field_units(cg_text_of(quantity));
    out->units_available = (uint32_t)read_number(row, columns, columns->units_available);
    then->decision = CG_AUDIT_REJECTED;
    then->accepted_units = 0;
    then->reasons_compare = columns->source_line >= 0;
}
