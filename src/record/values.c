#include "claimgate/record/parse.h"

void cg_values_init(struct cg_values *values, const struct cg_binding *binding,
                    const struct cg_csv *csv, struct cg_arena *scratch) {
    *values =
        (struct cg_values){.binding = binding, .csv = csv, .scratch = scratch, .not_plain = -1};
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        const struct cg_field_source *source = &binding->fields[field];
        bool is_absent = source->column < 0 && source->fallback_column < 0 && source->fixed == NULL;
        bool is_direct = source->column >= 0 && source->fallback_column < 0 && !source->is_mapped &&
                         source->decimals == 0 && !binding->has_blanks;
        values->columns[field] = is_absent   ? CG_VALUE_ABSENT
                                 : is_direct ? source->column
                                             : CG_VALUE_DERIVED;
        if (!is_absent && field >= CG_FIELD_HCPCS_MODIFIER_1 &&
            field <= CG_FIELD_HCPCS_MODIFIER_5) {
            values->modifiers_end = (enum cg_field)(field + 1);
        }
    }
}

/* A value that libcsv had to rewrite moves into the batch, for a line's texts outlive the record.
 */
static struct cg_text quoted_column(struct cg_values *values, uint32_t column) {
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

static struct cg_text column_value(struct cg_values *values, int32_t column) {
    return values->ends == NULL ? quoted_column(values, (uint32_t)column)
                                : cg_text_trim(cg_values_slice(values, (uint32_t)column));
}

struct cg_text cg_values_column(struct cg_values *values, int32_t column) {
    const struct cg_text value = column_value(values, column);
    return values->binding->has_blanks && cg_layout_is_blank(values->binding->layout, value)
               ? (struct cg_text){"", 0}
               : value;
}

/* What a column gives a field, which may be blank though the file has something there. */
static struct cg_text meant(struct cg_values *values, enum cg_field field, int32_t column) {
    const struct cg_text value =
        column < 0 ? (struct cg_text){"", 0} : cg_values_column(values, column);
    return values->binding->fields[field].is_mapped
               ? cg_layout_map(values->binding->layout, field, value)
               : value;
}

/* The end of a whole claim is not the end of a line that has a date of its own: an end date falls
 * back only together with its start date. */
static bool may_fall_back(struct cg_values *values, enum cg_field field) {
    const enum cg_field start = CG_FIELD_CLAIM_LINE_START_DATE;
    return field != CG_FIELD_CLAIM_LINE_END_DATE ||
           meant(values, start, values->binding->fields[start].column).len == 0;
}

/* The column that a field's value comes from; -1: none. */
static int32_t column_used(struct cg_values *values, enum cg_field field) {
    const struct cg_field_source *source = &values->binding->fields[field];
    bool looks_on = source->fallback_column >= 0 && meant(values, field, source->column).len == 0;
    return looks_on && may_fall_back(values, field) ? source->fallback_column : source->column;
}

/* "00000004000" with three decimals is "00000004.000". */
static struct cg_text with_point(struct cg_values *values, struct cg_text digits,
                                 uint32_t decimals) {
    if (digits.len <= decimals) {
        return digits;
    }
    char *text = cg_arena_alloc(values->scratch, (size_t)digits.len + 1);
    if (text == NULL) {
        values->out_of_memory = true;
        return (struct cg_text){"", 0};
    }
    const uint32_t whole = digits.len - decimals;
    memcpy(text, digits.ptr, whole);
    text[whole] = '.';
    memcpy(text + whole + 1, digits.ptr + whole, decimals);
    return (struct cg_text){text, digits.len + 1};
}

/* Never inlined: the field edits inline all they call and ask for a value at many places, so that
 * their code would be much longer. */
__attribute__((noinline)) struct cg_text cg_values_derive(struct cg_values *values,
                                                          enum cg_field field) {
    const struct cg_field_source *source = &values->binding->fields[field];
    if (values->texts != NULL) {
        return values->texts[field];
    }
    int32_t column = column_used(values, field);
    if (column < 0 && source->fixed != NULL) {
        const struct cg_text fixed = cg_text_of(source->fixed);
        return source->is_mapped ? cg_layout_map(values->binding->layout, field, fixed) : fixed;
    }
    const struct cg_text value = meant(values, field, column);
    return source->decimals > 0 ? with_point(values, value, source->decimals) : value;
}

__attribute__((noinline)) int32_t cg_values_moment(struct cg_values *values, struct cg_text text) {
    const struct cg_binding *binding = values->binding;
    struct cg_moment moment;
    if (cg_moment_of(text, &moment) && moment.has_offset) {
        if (binding->has_time_zone) {
            return cg_time_zone_day(&binding->time_zone, moment.minute);
        }
        values->utc_times += !moment.is_midnight;
    }
    return cg_date_parse(text.ptr, text.len, CG_DATE_ISO_TIME);
}

__attribute__((noinline)) bool cg_values_is_session(struct cg_text start, struct cg_text end) {
    enum { DAY_MINUTES = 24 * 60 };
    struct cg_moment from;
    struct cg_moment to;
    return cg_moment_of(start, &from) && cg_moment_of(end, &to) && to.minute >= from.minute &&
           to.minute - from.minute < DAY_MINUTES;
}

struct cg_csv_field cg_values_cell(struct cg_values *values, uint32_t column) {
    if (values->ends == NULL) {
        struct cg_csv_field field = cg_csv_field(values->csv, column);
        field.value = quoted_column(values, column);
        return field;
    }
    const struct cg_text raw = cg_values_slice(values, column);
    const uint32_t record_start = values->ends[-1] + 1;
    return (struct cg_csv_field){
        .value = cg_text_trim(raw),
        .raw_offset = (uint32_t)(raw.ptr - values->text) - record_start,
        .raw_len = raw.len,
    };
}

struct cg_csv_field cg_values_raw(struct cg_values *values, enum cg_field field) {
    const int32_t column = column_used(values, field);
    if (column < 0) {
        return (struct cg_csv_field){.raw_len = 0};
    }
    return cg_values_cell(values, (uint32_t)column);
}

_Static_assert((int)CG_ONLY_MAX == (int)CG_LEFT_OUT_RULES,
               "a batch counts for each rule of a layout");

__attribute__((noinline)) bool cg_values_leave_out(struct cg_values *values,
                                                   struct cg_batch *batch) {
    const struct cg_binding *binding = values->binding;
    for (uint32_t i = 0; i < binding->only_count; i++) {
        const struct cg_only_column *only = &binding->only[i];
        if (!cg_only_holds(only->rule, cg_values_column(values, only->column))) {
            batch->left_out[i]++;
            cg_batch_record(batch, batch->records.count - 1)->left_out_by = (uint8_t)(i + 1);
            return true;
        }
    }
    return false;
}
