#include "claimgate/parse.h"

/* A value that libcsv had to rewrite moves into the batch, for a line's texts outlive the record.
 */
struct cg_text cg_values_quoted(struct cg_values *values, uint32_t column) {
    struct cg_text value = cg_csv_field(values->csv, column).value;
    if (value.len == 0 || !cg_csv_owns(values->csv, value)) {
        return value;
    }
    const char *kept = cg_arena_copy(values->scratch, value.ptr, value.len);
    if (kept == NULL) {
        values->out_of_memory = true;
        return (struct cg_text){"", 0};
    }
    return (struct cg_text){kept, value.len};
}

static struct cg_text own_column(struct cg_values *values, const struct cg_field_source *source) {
    if (source->column < 0) {
        return (struct cg_text){"", 0};
    }
    return cg_values_column(values, (uint32_t)source->column);
}

/* The end of a whole claim is not the end of a line that has a date of its own: an end date falls
 * back only together with its start date. */
static bool may_fall_back(struct cg_values *values, enum cg_field field) {
    return field != CG_FIELD_CLAIM_LINE_END_DATE ||
           own_column(values, &values->binding->fields[CG_FIELD_CLAIM_LINE_START_DATE]).len == 0;
}

/* The column that a field's value comes from; -1: none. */
static int32_t column_used(struct cg_values *values, enum cg_field field) {
    const struct cg_field_source *source = &values->binding->fields[field];
    bool looks_on = source->fallback_column >= 0 && own_column(values, source).len == 0;
    return looks_on && may_fall_back(values, field) ? source->fallback_column : source->column;
}

struct cg_text cg_values_derive(struct cg_values *values, enum cg_field field) {
    const struct cg_field_source *source = &values->binding->fields[field];
    int32_t column = column_used(values, field);
    struct cg_text value = {"", 0};
    if (column >= 0) {
        value = cg_values_column(values, (uint32_t)column);
    } else if (source->fixed != NULL) {
        value = cg_text_of(source->fixed);
    }
    return source->is_mapped ? cg_layout_map(values->binding->layout, field, value) : value;
}

struct cg_csv_field cg_values_raw(struct cg_values *values, enum cg_field field) {
    int32_t column = column_used(values, field);
    if (column < 0) {
        return (struct cg_csv_field){.raw_len = 0};
    }
    if (values->ends == NULL) {
        return cg_csv_field(values->csv, (uint32_t)column);
    }
    uint32_t start = column == 0 ? values->record_offset : values->ends[(uint32_t)column - 1] + 1;
    return (struct cg_csv_field){
        .value = cg_values_column(values, (uint32_t)column),
        .raw_offset = start - values->record_offset,
        .raw_len = values->ends[column] - start,
    };
}
