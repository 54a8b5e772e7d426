#include "claim_record.h"

static bool is_in_scope(const struct cg_line *lines, uint32_t count) {
    uint32_t out = 0;
    while (out < count && lines[out].out_of_scope) {
        out++;
    }
    return out < count;
}

void cg_claim_record_end(const struct cg_parse_plan *plan, struct cg_batch *batch) {
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
    lines->more_lines = (uint16_t)(count - 1);
    for (uint32_t i = 1; i < count; i++) {
        lines[i].more_lines = CG_NOT_FIRST;
    }
    if (count > 1 && plan->settle_claim != NULL) {
        (void)plan->settle_claim(lines, count);
    }
}
