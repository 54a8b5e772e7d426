#include "decided_rows.h"

#include "claimgate/record/field.h"
#include "claimgate/record/quotes.h"
#include "claimgate/record/rows.h"

#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 64, NUMBER_BYTES = 32 };

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
    enum cg_quotes state = CG_QUOTES_FIELD_START;
    int32_t count = 1;
    for (uint32_t i = 0; i < header.len; i++) {
        state = cg_quotes_step(state, header.ptr[i], delimiter);
        count += state == CG_QUOTES_FIELD_START;
    }
    return count;
}

static void take_sources(const struct cg_binding *binding, struct cg_decided_columns *out) {
    for (size_t i = 0; i < CG_FIELD_COUNT; i++) {
        out->fields[i] = binding->fields[i].column;
    }
    out->start_format = binding->date_formats[CG_FIELD_CLAIM_LINE_START_DATE];
    out->end_format = binding->date_formats[CG_FIELD_CLAIM_LINE_END_DATE];
}

static enum cg_status find_in_layout(const struct cg_layout *layout, struct cg_text header,
                                     struct cg_decided_columns *out, struct cg_error *err) {
    struct cg_binding found;
    const enum cg_status status = cg_layout_find(layout, header, &found, err);
    if (status == CG_OK) {
        take_sources(&found, out);
    }
    return status;
}

static bool names_lines(const struct cg_binding *binding, const struct cg_decided_columns *found) {
    const bool numbers = binding->fields[CG_FIELD_CLAIM_LINE_NUMBER].column >= 0;
    return found->fields[CG_FIELD_CLAIM_ID] >= 0 &&
           (!numbers || found->fields[CG_FIELD_CLAIM_LINE_NUMBER] >= 0);
}

/* Another system's files may have the default names, with commas, whatever the inputs have; ours
 * have them where the inputs are X12. */
static enum cg_status find_line_columns(const struct cg_binding *binding, struct cg_text header,
                                        struct cg_decided_columns *out, struct cg_error *err) {
    struct cg_layout *layout = NULL;
    out->delimiter = binding->delimiter;
    enum cg_status status =
        binding->is_x12 ? CG_OK : find_in_layout(binding->layout, header, out, err);
    if (status != CG_OK || (!binding->is_x12 && names_lines(binding, out))) {
        return status;
    }
    status = cg_layout_load("tuva", &layout, NULL, err);
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
    if (find_line_columns(binding, header, out, err) != CG_OK) {
        return err->status;
    }
    if (binding->span_count == 0 && !names_lines(binding, out)) {
        return cg_error_set(
            err, CG_BAD_DATA,
            "the header has no column %s; decisions are matched with lines by claim_id and "
            "claim_line_number, under these names or those of the inputs' layout",
            out->fields[CG_FIELD_CLAIM_ID] >= 0 ? "claim_line_number" : "claim_id");
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
    rows->multiline = binding->multiline || binding->is_x12; /* a raw record has segments */
    if (binding->is_headless && rows->accepted) {
        const struct cg_text own = {binding->header, binding->header_len};
        return find_columns(binding, own, &rows->columns, err);
    }
    if (cg_decided_row(&rows->file, binding->delimiter, false, &header, &found, err) != CG_OK) {
        return err->status;
    }
    if (!found) {
        return cg_error_set(err, CG_BAD_DATA, "%s is empty; its first line must name the columns",
                            rows->file.path);
    }
    return find_columns(binding, header, &rows->columns, err) == CG_OK
               ? CG_OK
               : cg_error_wrap(err, "%s", rows->file.path);
}

/* A row whose fields are found. */
struct found_row {
    struct cg_text text;
    const uint32_t *ends;
    uint32_t count;
};

static void copy_column(const struct found_row *row, int32_t column, char *out, size_t capacity) {
    out[0] = '\0';
    if (column >= 0 && (uint32_t)column < row->count) {
        const uint32_t start = column == 0 ? 0 : row->ends[column - 1] + 1;
        const struct cg_text field = {row->text.ptr + start, row->ends[column] - start};
        cg_decided_value(field, out, capacity);
    }
}

static uint64_t read_number(const struct found_row *row, int32_t column) {
    char text[NUMBER_BYTES];
    uint64_t number = 0;
    copy_column(row, column, text, sizeof text);
    return cg_field_integer(cg_text_of(text), UINT32_MAX, &number) ? number : 0;
}

static void read_ids(const struct found_row *row, const int32_t columns[CG_FIELD_COUNT],
                     struct cg_audit_ids *ids) {
    copy_column(row, columns[CG_FIELD_CLAIM_ID], ids->claim_id, sizeof ids->claim_id);
    copy_column(row, columns[CG_FIELD_CLAIM_LINE_NUMBER], ids->line_number,
                sizeof ids->line_number);
    copy_column(row, columns[CG_FIELD_MEMBER_ID], ids->member_id, sizeof ids->member_id);
}

static void read_service(const struct found_row *row, const struct cg_decided_columns *columns,
                         struct cg_audit_service *out) {
    struct cg_text texts[CG_FIELD_COUNT];
    char values[CG_FIELD_COUNT][NUMBER_BYTES];
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        copy_column(row, columns->fields[i], values[i], NUMBER_BYTES);
        texts[i] = cg_text_of(values[i]);
    }
    const struct cg_text start = texts[CG_FIELD_CLAIM_LINE_START_DATE];
    const struct cg_text end = texts[CG_FIELD_CLAIM_LINE_END_DATE];
    *out = (struct cg_audit_service){
        .start_day = cg_date_parse(start.ptr, start.len, columns->start_format),
        .procedure = cg_field_procedure(texts[CG_FIELD_HCPCS_CODE]),
        .rendering_npi = cg_field_npi(texts[CG_FIELD_RENDERING_NPI]),
        .billing_npi = cg_field_npi(texts[CG_FIELD_BILLING_NPI]),
        .charge = cg_audit_charge_of(texts[CG_FIELD_CHARGE_AMOUNT]),
        .units = cg_field_units(texts[CG_FIELD_SERVICE_UNIT_QUANTITY]),
        .is_void = cg_text_is(texts[CG_FIELD_CLAIM_FREQUENCY_CODE], "8")};
    out->end_day =
        end.len > 0 ? cg_date_parse(end.ptr, end.len, columns->end_format) : out->start_day;
    for (int i = CG_FIELD_HCPCS_MODIFIER_1; i <= CG_FIELD_HCPCS_MODIFIER_5; i++) {
        out->modifiers = cg_modifiers_append(out->modifiers, cg_field_modifier(texts[i]));
    }
}

static void read_row(const struct found_row *row, const struct cg_decided_columns *columns,
                     struct cg_decided_row *out) {
    struct cg_audit_then *then = &out->line.then;
    read_ids(row, columns->fields, &out->line.ids);
    read_service(row, columns, &out->line.service);
    copy_column(row, columns->source_file, out->line.source_file, sizeof out->line.source_file);
    copy_column(row, columns->reasons, then->reasons, sizeof then->reasons);
    out->line.source_line = read_number(row, columns->source_line);
    out->line.claim_line = (uint16_t)read_number(row, columns->claim_line);
    out->units_available = (uint32_t)read_number(row, columns->units_available);
    then->decision = CG_AUDIT_REJECTED;
    then->accepted_units = 0;
    then->reasons_compare = columns->source_line >= 0;
    then->scope_compares = false;
}

enum cg_status cg_decided_rows_next(struct cg_decided_rows *rows, struct cg_decided_row *out,
                                    bool *found, struct cg_error *err) {
    struct cg_text text;
    const enum cg_status status =
        cg_decided_row(&rows->file, rows->columns.delimiter, rows->multiline, &text, found, err);
    if (status != CG_OK || !*found) {
        return status;
    }
    const struct found_row row = {
        text, rows->ends,
        cg_decided_split(text, rows->columns.delimiter, rows->ends, CG_DECIDED_FIELDS_MAX)};
    read_row(&row, &rows->columns, out);
    if (rows->accepted) {
        out->line.then.decision = CG_AUDIT_ACCEPTED;
        out->line.then.reasons[0] = '\0';
    }
    return CG_OK;
}
