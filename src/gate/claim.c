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
        lines[i].odd_take_back = 0;
        memset(lines[i].cap_used, 0xFF, sizeof lines[i].cap_used);
    }
}

enum cg_status cg_claim_check_policy(const struct cg_policy *policy,
                                     const struct cg_binding *binding, struct cg_error *err) {
    const char *why = binding->holds_claims     ? "whole claims, and a claim's charge"
                      : binding->span_count > 0 ? "of fixed length, and a number in one"
                                                : NULL;
    if (why == NULL || !cg_policy_cuts_back(policy)) {
        return CG_OK;
    }
    return cg_error_set(err, CG_BAD_CONFIG,
                        "policy %s says \"over_cap\": \"cutback\", but the records of the "
                        "input are %s cannot be cut back: use a policy that says reject",
                        cg_policy_id(policy), why);
}
