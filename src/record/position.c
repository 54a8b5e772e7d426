#include "position.h"

#include "claimgate/record/field.h"

void cg_position_bind(const struct cg_header_columns *columns, struct cg_binding *binding) {
    enum cg_column_match match;
    const int32_t input = cg_header_columns_find(columns, CG_POSITION_INPUT, &match);
    const int32_t line = cg_header_columns_find(columns, CG_POSITION_LINE, &match);
    const int32_t last = input > line ? input : line;
    binding->position_input = input;
    binding->position_line = line;
    binding->has_positions = input >= 0 && line >= 0;
    if (binding->has_positions && last > (int32_t)binding->last_column) {
        binding->last_column = (uint32_t)last;
    }
}

static bool read_number(struct cg_values *values, int32_t column, uint64_t *out) {
    return cg_field_integer(cg_values_column(values, column), UINT32_MAX, out);
}

bool cg_position_keep(struct cg_batch *batch, struct cg_values *values,
                      const struct cg_binding *binding, bool is_malformed) {
    struct cg_position *position = cg_array_add(&batch->positions);
    if (position == NULL) {
        return false;
    }
    position->is_known = !is_malformed &&
                         read_number(values, binding->position_input, &position->input) &&
                         read_number(values, binding->position_line, &position->line);
    return true;
}
