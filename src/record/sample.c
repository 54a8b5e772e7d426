#include "claimgate/record/sample.h"

#include "claimgate/base/utf8.h"
#include "claimgate/io/source.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/field.h"
#include "claimgate/record/parse.h"
#include "claimgate/record/splitter.h"

#include <stdio.h>
#include <string.h>

/* What is open while a sample is taken. */
struct head {
    const char *path;
    struct cg_source *source;
    struct cg_batch *batch;
    struct cg_splitter *splitter;
    struct cg_csv *csv;
    struct cg_binding binding;
    struct cg_header header;
};

static void show(struct cg_text text, char out[CG_SAMPLE_TEXT_BYTES]) {
    char copy[CG_SAMPLE_TEXT_BYTES + 1]; /* one byte more than fits, so that a cut shows */
    uint32_t len = text.len < sizeof copy ? text.len : (uint32_t)sizeof copy - 1;
    if (len > 0) {
        memcpy(copy, text.ptr, len);
    }
    copy[len] = '\0';
    (void)cg_utf8_show(out, CG_SAMPLE_TEXT_BYTES, copy);
}

/* --- what a value comes out as --- */

static void put_date(struct cg_text text, enum cg_date_format format, bool may_be_blank,
                     struct cg_sample_value *out) {
    int32_t day_no = cg_date_parse(text.ptr, text.len, format);
    out->is_valid = day_no != CG_DAY_NONE || (text.len == 0 && may_be_blank);
    if (day_no != CG_DAY_NONE) {
        char date[CG_DATE_TEXT_BYTES];
        show(cg_text_of(cg_date_format(day_no, date)), out->text);
    }
}

static void put_units(struct cg_text text, struct cg_sample_value *out) {
    uint16_t units = cg_field_units(text);
    out->is_valid = units != 0;
    if (units != 0) {
        snprintf(out->text, sizeof out->text, "%u", (unsigned)units);
    }
}

static bool is_frequency(struct cg_text text) {
    return text.len == 0 || (text.len == 1 && memchr("178", text.ptr[0], 3) != NULL);
}

static bool is_line_number(struct cg_text text) {
    uint64_t number = 0;
    return cg_field_integer(text, CG_LINE_NUMBER_MAX, &number) && number != 0;
}

static bool is_id(struct cg_text text) {
    return text.len >= 1 && text.len <= CG_ID_MAX_BYTES && cg_field_is_clean(text);
}

/* The tests of single fields that field_edits.c makes of a line, without their reasons. */
static void fill_value(const struct cg_binding *binding, enum cg_field field, struct cg_text text,
                       struct cg_sample_value *out) {
    const bool is_blank = text.len == 0;
    out->len_bytes = text.len;
    out->is_valid = true;
    show(text, out->text);
    switch (field) {
    case CG_FIELD_CLAIM_ID:
    case CG_FIELD_MEMBER_ID:
        out->is_valid = is_id(text);
        break;
    case CG_FIELD_CLAIM_LINE_NUMBER:
        out->is_valid = is_line_number(text) ||
                        (binding->fields[field].column < 0 && binding->fields[field].fixed == NULL);
        break;
    case CG_FIELD_CLAIM_LINE_START_DATE:
        put_date(text, binding->date_format, false, out);
        break;
    case CG_FIELD_CLAIM_LINE_END_DATE:
    case CG_FIELD_RECEIVED_DATE:
    case CG_FIELD_BIRTH_DATE:
        put_date(text, binding->date_format, true, out);
        break;
    case CG_FIELD_HCPCS_MODIFIER_1:
    case CG_FIELD_HCPCS_MODIFIER_2:
    case CG_FIELD_HCPCS_MODIFIER_3:
    case CG_FIELD_HCPCS_MODIFIER_4:
    case CG_FIELD_HCPCS_MODIFIER_5:
        out->is_valid = is_blank || cg_field_modifier(text) != 0;
        break;
    case CG_FIELD_SERVICE_UNIT_QUANTITY:
        put_units(text, out);
        break;
    case CG_FIELD_RENDERING_NPI:
        out->is_valid = cg_field_npi(text) != 0;
        break;
    case CG_FIELD_BILLING_NPI:
        out->is_valid = is_blank || cg_field_npi(text) != 0;
        break;
    case CG_FIELD_CLAIM_FREQUENCY_CODE:
        out->is_valid = is_frequency(text);
        break;
    case CG_FIELD_ORIGINAL_CLAIM_ID:
        out->is_valid = is_blank || is_id(text);
        break;
    case CG_FIELD_PLACE_OF_SERVICE_CODE:
    case CG_FIELD_HCPCS_CODE:
    case CG_FIELD_CHARGE_AMOUNT:
    case CG_FIELD_DIAGNOSIS_CODE_1:
    case CG_FIELD_AUTHORIZATION_NUMBER:
    case CG_FIELD_COUNT:
        break;
    }
}

/* Stands where the gate's edit_fields stands in a run; keeps the first rows and lets all records
 * go. */
static bool look(const void *context, struct cg_values *values, struct cg_line *line) {
    struct cg_sample *const *sample = context;
    struct cg_sample *out = *sample;
    if (out->row_count == CG_SAMPLE_ROWS) {
        return false;
    }
    struct cg_sample_row *row = &out->rows[out->row_count++];
    row->line = line->record_no; /* its physical line is known once all are read */
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        fill_value(values->binding, field, cg_values_get(values, field), &row->values[field]);
    }
    return false;
}

/* --- reading --- */

static void name_columns(const struct head *head, struct cg_sample *out) {
    /* The header has been taken apart before, so that no fault can come now. */
    (void)cg_csv_read(head->csv, head->header.line);
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        struct cg_sample_field *field = &out->fields[i];
        if (field->source.column >= 0) {
            show(cg_csv_field(head->csv, (uint32_t)field->source.column).value, field->column);
        }
        if (field->source.fallback_column >= 0) {
            show(cg_csv_field(head->csv, (uint32_t)field->source.fallback_column).value,
                 field->fallback);
        }
    }
}

static enum cg_status find_columns(struct head *head, const struct cg_layout *layout,
                                   struct cg_sample *out, struct cg_error *err) {
    struct cg_field_source sources[CG_FIELD_COUNT];
    enum cg_status status = cg_layout_find(layout, head->header.line, sources, err);
    if (status != CG_OK) {
        return status;
    }
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        out->fields[i].source = sources[i];
    }
    head->csv = cg_csv_new(cg_layout_delimiter(layout), CG_COLUMNS_MAX);
    if (head->csv == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    name_columns(head, out);
    status = cg_layout_bind(layout, head->header.line, false, &head->binding, &out->missing);
    return status == CG_INTERNAL ? cg_error_set(err, status, "%s", out->missing.text) : CG_OK;
}

static enum cg_status read_rows(struct head *head, struct cg_sample *out, struct cg_error *err) {
    struct cg_batch *batch = head->batch;
    const struct cg_parse_plan plan = {
        .binding = &head->binding, .edit_fields = look, .rules = &out};
    cg_splitter_start(head->splitter, head->binding.delimiter, head->binding.multiline);
    cg_splitter_cut(head->splitter, batch);
    if (batch->text.len != 0 && cg_parse_batch(&plan, head->csv, batch) != CG_OK) {
        return cg_error_set(err, batch->error.status, "%s", batch->error.text);
    }
    out->records = batch->records.count;
    out->malformed = batch->lines.count; /* only these have kept a line */
    for (uint32_t i = 0; i < out->row_count; i++) {
        const struct cg_record *record = cg_batch_record(batch, (uint32_t)out->rows[i].line);
        out->rows[i].line = head->header.physical_lines + 1 + record->line_delta;
    }
    return CG_OK;
}

static enum cg_status look_at_head(struct head *head, const struct cg_layout *layout,
                                   struct cg_sample *out, struct cg_error *err) {
    bool found = false;
    enum cg_status status =
        cg_splitter_header(head->splitter, head->batch, &head->header, &found, err);
    if (status == CG_OK && !found) {
        status = cg_error_set(err, CG_BAD_DATA,
                              "there is no header line; the first line must name the columns");
    }
    if (status == CG_OK) {
        status = find_columns(head, layout, out, err);
    }
    if (status == CG_OK && out->missing.status == CG_OK) {
        status = read_rows(head, out, err);
    }
    if (status != CG_OK) {
        cg_error_wrap(err, "%s", head->path);
    }
    return status;
}

enum cg_status cg_sample_read(const char *path, const struct cg_layout *layout,
                              struct cg_sample *out, struct cg_error *err) {
    struct head head = {.path = path, .batch = cg_batch_new(), .splitter = cg_splitter_new()};
    enum cg_status status = CG_OK;
    memset(out, 0, sizeof *out);
    if (head.batch == NULL || head.splitter == NULL) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    if (status == CG_OK) {
        status = cg_source_open(path, &head.source, err);
    }
    if (status == CG_OK) {
        status = cg_batch_read(head.batch, head.source, err);
    }
    if (status == CG_OK) {
        status = look_at_head(&head, layout, out, err);
    }
    cg_csv_free(head.csv);
    cg_binding_fini(&head.binding);
    cg_splitter_free(head.splitter);
    cg_batch_free(head.batch);
    cg_source_close(head.source);
    return status;
}
