#include "claimgate/record/claim_record.h"

#include "position.h"

#include "claimgate/record/field.h"

void cg_line_mark_malformed(struct cg_line *line, enum cg_malformed fault) {
    line->malformed = (uint8_t)fault;
    line->start_day = CG_DAY_NONE;
    line->end_day = CG_DAY_NONE;
    line->received_day = CG_DAY_NONE;
    line->birth_day = CG_DAY_NONE;
    line->reasons = CG_MALFORMED_REASONS;
}

/* A replacement is left out mostly because it was denied, and replaces nothing then. */
static bool is_void(struct cg_values *values) {
    const struct cg_text frequency = cg_values_get(values, CG_FIELD_CLAIM_FREQUENCY_CODE);
    return cg_text_equal(frequency, cg_text_of("8")) ||
           (values->binding->negative_units_void &&
            cg_field_negative_units(cg_values_get(values, CG_FIELD_SERVICE_UNIT_QUANTITY)) != 0);
}

bool cg_line_leave_out(const struct cg_parse_plan *plan, struct cg_values *values,
                       struct cg_line *line) {
    if (!is_void(values)) {
        return false;
    }
    values->left_out = true;
    if (plan->edit_fields(plan->rules, values, line)) {
        values->takes_back = line->frequency == CG_VOID && line->reasons == 0;
        if (plan->edit_credentials != NULL) { /* a person may be named */
            plan->edit_credentials(plan->rules, line, 1);
        }
    }
    values->left_out = false;
    values->near_code = false;
    values->words_for_code = false;
    return false;
}

bool cg_record_add_other(struct cg_batch *batch, const struct cg_binding *binding,
                         struct cg_record other) {
    struct cg_record *record = cg_array_add(&batch->records);
    if (record == NULL) {
        return false;
    }
    *record = other;
    record->line_index = CG_NO_LINE;
    record->line_count = 1;
    batch->passed_lines++;
    batch->other_records++;
    return !binding->has_positions || cg_position_keep_none(batch);
}

bool cg_claim_values_init(struct cg_claim_values *claim, const struct cg_binding *binding,
                          const struct cg_csv *csv, struct cg_batch *batch) {
    *claim = (struct cg_claim_values){.count = binding->line_count};
    if (claim->count == 0) {
        return true;
    }
    claim->of_lines = cg_arena_alloc(&batch->scratch, claim->count * sizeof *claim->of_lines);
    for (uint32_t i = 0; claim->of_lines != NULL && i < claim->count; i++) {
        cg_values_init(&claim->of_lines[i], &binding->of_lines[i], csv, &batch->scratch);
        claim->of_lines[i].text = batch->text.ptr;
    }
    return claim->of_lines != NULL;
}

static bool is_there(struct cg_values *values) {
    return cg_values_get(values, CG_FIELD_HCPCS_CODE).len > 0;
}

uint16_t cg_claim_values_take(struct cg_claim_values *claim, const struct cg_values *record) {
    uint16_t first = 0;
    for (uint32_t i = 0; i < claim->count; i++) {
        struct cg_values *values = &claim->of_lines[i];
        values->ends = record->ends;
        values->not_plain = record->not_plain;
        first = first == 0 && is_there(values) ? (uint16_t)(i + 1) : first;
    }
    return first;
}

/* A line that no edit is for. Keys that it may have been given serve its record, which asks to take
 * something back and passes all the same. */
static bool leave_out(struct cg_batch *batch, struct cg_values *values, struct cg_line *line,
                      uint32_t *take_backs) {
    struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
    const bool takes_back = values->takes_back && *take_backs == 0;
    const bool good = !takes_back || cg_batch_keep_take_back(batch);
    *take_backs += takes_back;
    if (!record->near_code && !record->words_for_code) { /* a record is told of once */
        record->near_code = values->near_code;
        record->words_for_code = values->words_for_code && !values->near_code;
        batch->near_codes += record->near_code;
        batch->words_for_code += record->words_for_code;
    }
    values->near_code = false;
    values->words_for_code = false;
    values->takes_back = false;
    *line = (struct cg_line){
        .record_no = line->record_no,
        .out_of_scope = true,
        .start_day = CG_DAY_NONE,
        .end_day = CG_DAY_NONE,
        .received_day = CG_DAY_NONE,
        .birth_day = CG_DAY_NONE,
    };
    return good;
}

struct cg_line *cg_claim_record_add(const struct cg_parse_plan *plan, struct cg_batch *batch,
                                    struct cg_values *values, bool left_out, uint32_t *take_backs) {
    struct cg_line *line = cg_batch_add_line(batch);
    if (line == NULL) {
        return NULL;
    }
    line->record_no = batch->records.count - 1;
    const bool has_line = left_out ? cg_line_leave_out(plan, values, line)
                                   : plan->edit_fields(plan->rules, values, line);
    if (!has_line && !leave_out(batch, values, line, take_backs)) {
        return NULL;
    }
    return values->out_of_memory ? NULL : line;
}

bool cg_claim_record_read(const struct cg_parse_plan *plan, struct cg_batch *batch,
                          struct cg_claim_values *claim, bool left_out) {
    uint32_t take_backs = 0;
    for (uint32_t i = 0; i < claim->count; i++) {
        struct cg_values *values = &claim->of_lines[i];
        if (!is_there(values)) {
            continue;
        }
        struct cg_line *line = cg_claim_record_add(plan, batch, values, left_out, &take_backs);
        if (line == NULL) {
            return false;
        }
        line->line_number = i + 1;
    }
    cg_claim_record_end(plan, batch, take_backs);
    return true;
}

static bool is_in_scope(const struct cg_line *lines, uint32_t count) {
    uint32_t out = 0;
    while (out < count && lines[out].out_of_scope) {
        out++;
    }
    return out < count;
}

void cg_claim_record_end(const struct cg_parse_plan *plan, struct cg_batch *batch,
                         uint32_t take_backs) {
    struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
    const uint32_t count = batch->lines.count - record->line_index;
    struct cg_line *lines = (struct cg_line *)batch->lines.items + record->line_index;
    CG_ASSERT(count < CG_NOT_FIRST);
    /* A claim without any line is one record all the same. */
    record->line_count = count > 0 ? (uint16_t)count : 1;
    if (!is_in_scope(lines, count)) {
        batch->lines.count = record->line_index;
        record->line_index = CG_NO_LINE;
        batch->passed_lines += record->line_count;
        return;
    }
    batch->passing_take_backs.count -= take_backs; /* its other lines say what becomes of it */
    lines->more_lines = (uint16_t)(count - 1);
    lines->is_claim = count == 1 && plan->binding->holds_claims;
    for (uint32_t i = 1; i < count; i++) {
        lines[i].more_lines = CG_NOT_FIRST;
    }
    if (count > 1 && plan->settle_claim != NULL) {
        (void)plan->settle_claim(lines, count);
    }
}
