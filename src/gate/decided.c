#include "claimgate/gate/decided.h"

#include "history_edits.h"

#include "claimgate/gate/claim.h"
#include "claimgate/rules/reason.h"

static const uint64_t history_reasons =
    UINT64_C(1) << CG_REASON_ORIGINAL_CLAIM_UNKNOWN | UINT64_C(1) << CG_REASON_DUPLICATE_LINE |
    UINT64_C(1) << CG_REASON_DUPLICATE_SERVICE | UINT64_C(1) << CG_REASON_CLAIM_REJECTED |
    UINT64_C(1) << CG_REASON_CAP;

static const uint64_t history_warnings =
    UINT64_C(1) << CG_REASON_ORIGINAL_CLAIM_UNKNOWN | UINT64_C(1) << CG_REASON_DUPLICATE_SERVICE;

/* Reasons of groups 1 and 2 keep a line from its history, so that it has either these or others. */
static bool has_met_the_same(const struct cg_decided *decided, const struct cg_line *line) {
    const uint64_t more = decided->warnings & ~line->warnings;
    return (line->reasons != 0 ? decided->reasons == line->reasons
                               : (decided->reasons & ~history_reasons) == 0) &&
           (line->warnings & ~decided->warnings) == 0 && (more & ~history_warnings) == 0;
}

static bool fits(const struct cg_decided *decided, const struct cg_line *line) {
    const bool has_cap = (decided->reasons & cg_reason_bit(CG_REASON_CAP)) != 0;
    const bool is_rejected = decided->decision == CG_REJECTED;
    if (decided->decision == CG_UNDECIDED || decided->decision > CG_CUTBACK ||
        decided->accepted_units > line->units) {
        return false;
    }
    return (decided->decision == CG_ACCEPTED ? decided->reasons == 0 : decided->reasons != 0) &&
           (!is_rejected || decided->accepted_units == 0) &&
           (!has_cap || (line->version != NULL && decided->cap_no < line->version->cap_count)) &&
           (decided->decision != CG_CUTBACK || (has_cap && line->version->cutback));
}

bool cg_decided_take(const struct cg_decided *decided, struct cg_line *line) {
    if (!has_met_the_same(decided, line) || !fits(decided, line)) {
        return false;
    }
    line->reasons = decided->reasons;
    line->warnings = decided->warnings;
    line->decision = decided->decision;
    line->cap_no = decided->cap_no;
    line->cap_day = decided->cap_day;
    line->accepted_units = decided->accepted_units;
    line->taken_back_lines = decided->taken_back_lines;
    line->taken_back_units = decided->taken_back_units;
    line->units_used = decided->units_used;
    line->units_available = decided->units_available;
    line->odd_take_back = decided->odd_take_back;
    line->near_member = decided->near_member;
    line->told = line->told || line->near_member || line->odd_take_back != 0;
    memcpy(line->cap_used, decided->cap_used, sizeof line->cap_used);
    /* The history numbers ids of lines; here it matters only that the line has one. */
    if (line->line_id.len > 0) {
        line->line_number = CG_LINE_NUMBER_MAX + 1;
    }
    return true;
}

void cg_decided_rest(struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        struct cg_line *line = cg_batch_line(batch, i);
        if (line->more_lines != 0 && line->more_lines != CG_NOT_FIRST) {
            (void)cg_claim_settle(line, 1U + line->more_lines);
        }
        if (!cg_decided_elsewhere(line)) {
            cg_member_clear_verdict(line);
            line->decision = line->reasons == 0 ? CG_ACCEPTED : CG_REJECTED;
        }
    }
}
