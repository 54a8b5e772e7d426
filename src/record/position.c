#include "position.h"

#include "claimgate/record/field.h"

/* -1: there is none. */
static int32_t find(const struct cg_header_columns *columns, const char *name,
                    struct cg_binding *binding, struct cg_error *err) {
    enum cg_column_match match;
    const int32_t column = cg_header_columns_find(columns, name, &match);
    if (match == CG_COLUMN_TWICE) {
        (void)cg_error_set(err, CG_BAD_DATA,
                           "the header has the column %s twice; which one counts is not known, so "
                           "leave one out",
                           name);
    }
    if (column > (int32_t)binding->last_column) {
        binding->last_column = (uint32_t)column;
    }
    return column;
}

enum cg_status cg_position_bind(const struct cg_header_columns *columns, struct cg_binding *binding,
                                struct cg_error *err) {
    binding->position_input = find(columns, CG_POSITION_INPUT, binding, err);
    binding->position_line = find(columns, CG_POSITION_LINE, binding, err);
    binding->past_column = find(columns, CG_PAST_COLUMN, binding, err);
    binding->has_positions = binding->position_input >= 0 && binding->position_line >= 0;
    binding->has_past = binding->past_column >= 0;
    return err->status;
}

static bool read_number(struct cg_values *values, int32_t column, uint64_t *out) {
    return cg_field_integer(cg_values_column(values, column), UINT32_MAX, out);
}

static enum cg_past_mark read_past(struct cg_values *values, int32_t column) {
    const struct cg_text mark = cg_values_column(values, column);
    if (mark.len == 0 || (mark.len == 1 && mark.ptr[0] == '0')) {
        return CG_PAST_NOT;
    }
    return mark.len == 1 && mark.ptr[0] == '1' ? CG_PAST : CG_PAST_UNCLEAR;
}

bool cg_position_keep_none(struct cg_batch *batch) {
    struct cg_position *position = cg_array_add(&batch->positions);
    if (position != NULL) {
        *position = (struct cg_position){.unclear_column = -1};
    }
    return position != NULL;
}

bool cg_position_keep(struct cg_batch *batch, struct cg_values *values,
                      const struct cg_binding *binding, bool is_malformed) {
    if (binding->has_past && !is_malformed) {
        cg_batch_record(batch, batch->records.count - 1)->past =
            (uint8_t)read_past(values, binding->past_column);
    }
    if (!binding->has_positions) {
        return true;
    }
    if (!cg_position_keep_none(batch)) {
        return false;
    }
    if (is_malformed) {
        return true;
    }
    struct cg_position *position = cg_array_at(&batch->positions, batch->positions.count - 1);
    const bool has_input = read_number(values, binding->position_input, &position->input);
    position->is_known = has_input && read_number(values, binding->position_line, &position->line);
    position->unclear_column = position->is_known ? -1
                               : has_input        ? binding->position_line
                                                  : binding->position_input;
    return true;
}

void cg_position_mark_lines(struct cg_batch *batch) {
    if (batch->records.count == 0) {
        return; /* it was taken as a further row of the record before it */
    }
    const struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
    for (uint32_t i = record->line_index; i < batch->lines.count; i++) {
        cg_batch_line(batch, i)->is_past = record->past == CG_PAST;
    }
}
