#include "claimgate/record/sample.h"

#include "layout_search.h"
#include "splitter.h"

#include "claimgate/base/utf8.h"
#include "claimgate/record/field.h"
#include "claimgate/record/reader.h"
#include "claimgate/x12/places.h"
#include "claimgate/x12/x12.h"

#include <stdio.h>
#include <string.h>

struct sampling {
    const struct cg_layout *layout;
    struct cg_batch *batch;
    struct cg_sample *out;
};

static void show(struct cg_text text, char out[CG_SAMPLE_TEXT_BYTES]) {
    (void)cg_utf8_show_text(out, CG_SAMPLE_TEXT_BYTES, text);
}

/* --- what a value comes out as --- */

static void put_date(struct cg_values *values, enum cg_field field, struct cg_text text,
                     struct cg_sample_value *out) {
    const int32_t day_no = cg_values_day(values, field, text);
    const bool may_be_blank = field != CG_FIELD_CLAIM_LINE_START_DATE;
    out->is_valid = day_no != CG_DAY_NONE || (text.len == 0 && may_be_blank);
    if (day_no != CG_DAY_NONE) {
        show(cg_text_of(cg_date_text(day_no).text), out->text);
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

static bool is_line_number(struct cg_text text, uint64_t first) {
    uint64_t number = 0;
    return cg_field_whole(text, CG_LINE_NUMBER_MAX - first, &number) && number + first != 0;
}

static bool is_id(struct cg_text text) {
    return text.len >= 1 && text.len <= CG_ID_MAX_BYTES && cg_field_is_clean(text) &&
           !cg_field_is_exponent(text) && !cg_shape_is_null_mark(text);
}

/* Fields that no edit tests: at most so many letters, digits and these other bytes. */
static bool looks_like(enum cg_field field, struct cg_text text) {
    static const struct {
        uint32_t most_bytes;
        const char *others; /* NULL: anything will do */
    } looks[CG_FIELD_COUNT] = {
        [CG_FIELD_PLACE_OF_SERVICE_CODE] = {2, ""},
        [CG_FIELD_HCPCS_CODE] = {5, ""},
        [CG_FIELD_CHARGE_AMOUNT] = {16, ".,-$"},
        [CG_FIELD_DIAGNOSIS_CODE_1] = {8, "."},
    };
    uint32_t digits = 0;
    for (uint32_t i = 0; looks[field].others != NULL && i < text.len; i++) {
        const char byte = text.ptr[i];
        const bool is_digit = byte >= '0' && byte <= '9';
        const bool is_letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        digits += is_digit;
        if (!is_digit && !(is_letter && field != CG_FIELD_CHARGE_AMOUNT) &&
            strchr(looks[field].others, byte) == NULL) {
            return false;
        }
    }
    return looks[field].others == NULL || text.len == 0 ||
           (text.len <= looks[field].most_bytes && digits > 0);
}

/* The tests of single fields that field_edits.c makes of a line, without their reasons. */
static void fill_value(struct cg_values *values, enum cg_field field, struct cg_text text,
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
        out->is_valid = (values->binding->has_line_ids
                             ? is_id(text)
                             : is_line_number(text, values->binding->lines_from_zero)) ||
                        (values->binding->fields[field].column < 0 &&
                         values->binding->fields[field].fixed == NULL);
        break;
    case CG_FIELD_CLAIM_LINE_START_DATE:
    case CG_FIELD_CLAIM_LINE_END_DATE:
    case CG_FIELD_RECEIVED_DATE:
    case CG_FIELD_BIRTH_DATE:
        put_date(values, field, text, out);
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

/* Stands where the gate's field edits stand in a run; keeps the first rows and lets all records
 * go. */
static bool look(const void *context, struct cg_values *values, struct cg_line *line) {
    const struct sampling *sampling = context;
    if (values->left_out) {
        return false;
    }
    struct cg_batch *batch = sampling->batch;
    struct cg_sample *out = sampling->out;
    struct cg_sample_row looked_at = {.line = batch->first_line};
    const bool kept = out->row_count < CG_SAMPLE_ROWS;
    struct cg_sample_row *row = kept ? &out->rows[out->row_count++] : &looked_at;
    row->line = batch->first_line + cg_batch_record(batch, line->record_no)->line_delta;
    if (out->is_x12) {
        const struct cg_x12_line *x12 = cg_array_at(&batch->x12->lines, batch->lines.count - 1);
        row->line += x12->segment_delta;
    }
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        const struct cg_text text = cg_values_get(values, field);
        const uint32_t kind = cg_shape_kind_of((int)field);
        fill_value(values, field, text, &row->values[field]);
        row->values[field].fits = row->values[field].is_valid && looks_like(field, text);
        if (!row->values[field].is_valid && kind != 0) {
            cg_shapes_note_value(&batch->shapes, line->record_no, (enum cg_shape_kind)kind,
                                 (uint32_t)field, text);
        }
    }
    return false;
}

/* --- reading --- */

static void name_columns(const struct cg_csv *csv, struct cg_sample *out) {
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        struct cg_sample_field *field = &out->fields[i];
        if (field->source.column >= 0) {
            show(cg_csv_field(csv, (uint32_t)field->source.column).value, field->column);
        }
        if (field->source.fallback_column >= 0) {
            show(cg_csv_field(csv, (uint32_t)field->source.fallback_column).value, field->fallback);
        }
    }
}

static enum cg_status find_columns(const struct cg_layout *layout, struct cg_text header,
                                   struct cg_sample *out, struct cg_error *err) {
    struct cg_binding found;
    if (cg_layout_find(layout, header, &found, err) != CG_OK) {
        return err->status;
    }
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        out->fields[i].source = found.fields[i];
    }
    memcpy(out->notes, found.notes, sizeof found.notes);
    out->note_count = found.note_count;
    struct cg_csv *csv = cg_csv_new(cg_layout_delimiter(layout), CG_COLUMNS_MAX);
    if (csv == NULL) {
        return cg_error_no_memory(err);
    }
    /* The header has been taken apart before, so that no fault can come now. */
    (void)cg_csv_read(csv, header);
    name_columns(csv, out);
    cg_csv_free(csv);
    return CG_OK;
}

/* A cg_reader_plan.bind. Columns that are missing end the reading, and are kept apart. */
static enum cg_status bind_header(void *context, const struct cg_header *header,
                                  struct cg_binding *out, struct cg_error *err) {
    const struct sampling *sampling = context;
    struct cg_sample *sample = sampling->out;
    if (find_columns(sampling->layout, header->line, sample, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_layout_bind(sampling->layout, header->line, false, out, err);
    if (status == CG_BAD_DATA) {
        sample->missing = *err;
    }
    if (status != CG_OK || cg_layout_note_values(out, header->behind, err) != CG_OK) {
        return err->status;
    }
    memcpy(sample->only, out->only, sizeof sample->only);
    sample->has_line_ids = out->has_line_ids;
    sample->only_count = out->only_count;
    memcpy(sample->notes, out->notes, sizeof sample->notes);
    sample->note_count = out->note_count;
    return CG_OK;
}

static enum cg_status take_batch(struct cg_reader *reader, struct cg_batch *batch,
                                 struct cg_error *err) {
    const enum cg_status status = cg_reader_read(reader, batch, err);
    return status == CG_OK ? cg_reader_take(reader, batch, err) : status;
}

/* The batch that has the header. */
static enum cg_status take_sample(struct cg_reader *reader, struct cg_batch *batch,
                                  struct cg_sample *out, struct cg_error *err) {
    struct cg_error refused = CG_ERROR_INIT;
    enum cg_status status = CG_OK;
    while (status == CG_OK && !cg_reader_is_bound(reader)) {
        status = take_batch(reader, batch, &refused);
    }
    if (status != CG_OK && out->missing.status == CG_OK) {
        return cg_error_set(err, status, "%s", refused.text);
    }
    out->records = batch->records.count;
    out->malformed = batch->lines.count; /* only these have kept a line */
    for (uint32_t i = 0; i < batch->lines.count && !out->is_x12; i++) {
        cg_shapes_note_malformed(&batch->shapes, cg_reader_binding(reader), batch,
                                 cg_batch_line(batch, i)->record_no);
    }
    memcpy(out->left_out, batch->left_out, sizeof out->left_out);
    uint64_t tested = out->records;
    for (size_t i = 0; i < sizeof out->left_out / sizeof out->left_out[0]; i++) {
        tested -= out->left_out[i];
    }
    cg_shapes_remarks_of_claims(&batch->shapes, tested, out->is_x12, &out->remarks);
    return CG_OK;
}

/* A cg_reader_plan.bind that is asked only where no ISA begins the file. */
static enum cg_status refuse_header(void *context, const struct cg_header *header,
                                    struct cg_binding *out, struct cg_error *err) {
    (void)context;
    (void)header;
    (void)out;
    return cg_error_set(err, CG_BAD_DATA, "is no X12; name the layout that it has");
}

static void name_places(struct cg_sample *out) {
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        const char *place = cg_x12_place_of(field);
        out->fields[field].source = (struct cg_field_source){
            .column = place != NULL ? (int32_t)field : -1, .fallback_column = -1};
        show(cg_text_of(place != NULL ? place : ""), out->fields[field].column);
    }
}

enum cg_status cg_sample_read(const char *path, const struct cg_layout *layout,
                              struct cg_sample *out, struct cg_error *err) {
    static const struct cg_x12_options as_usual;
    struct cg_batch *batch = cg_batch_new();
    struct sampling sampling = {.layout = layout, .batch = batch, .out = out};
    struct cg_reader_input input = {.file = path};
    struct cg_layout_lines lines = {0};
    struct cg_reader_plan plan = {.inputs = &input,
                                  .input_count = 1,
                                  .takes_past = true,
                                  .empty_mend = "name a file that has claims",
                                  .parse = {.edit_fields = look, .rules = &sampling}};
    memset(out, 0, sizeof *out);
    if (layout != NULL) {
        lines = cg_layout_lines(layout);
        plan.bind = bind_header;
        plan.bind_context = &sampling;
        plan.lines = &lines;
    } else {
        out->is_x12 = true;
        plan.x12 = &as_usual;
        plan.bind = refuse_header;
        name_places(out);
    }
    struct cg_reader *reader = cg_reader_new(&plan);
    const enum cg_status status = batch != NULL && reader != NULL
                                      ? take_sample(reader, batch, out, err)
                                      : cg_error_no_memory(err);
    if (status == CG_OK) {
        cg_reader_warn_of_names(reader);
        cg_reader_warn_of_cut_lines(reader);
    }
    cg_reader_free(reader);
    cg_batch_free(batch);
    return status;
}
