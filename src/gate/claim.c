#include "claimgate/gate/claim.h"

#include "claimgate/rules/reason.h"

bool cg_claim_settle(struct cg_line *lines, uint32_t count) {
    uint64_t reasons = 0;
    for (uint32_t i = 0; i < count; i++) {
        reasons |= lines[i].reasons;
    }
    for (uint32_t i = 0; reasons != 0 && i < count; i++) {
        if (lines[i].reasons == 0) {
            lines[i].reasons = cg_reason_bit(CG_REASON_CLAIM_REJECTED);
        }
    }
    return reasons == 0;
}

void cg_claim_fall(struct cg_line *lines, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        lines[i].decision = CG_REJECTED;
        lines[i].accepted_units = 0;
        lines[i].taken_back_lines = 0;
        lines[i].taken_back_units = 0;
        lines[i].reverses_other_units = false;
    }
}
