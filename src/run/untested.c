#include "untested.h"

#include "claimgate/rules/reason.h"

#include <stdlib.h>

bool cg_untested_init(struct cg_untested *untested, const struct cg_policy *policy) {
    untested->count = cg_policy_version_count(policy);
    untested->versions = calloc(untested->count, sizeof untested->versions[0]);
    for (uint32_t i = 0; untested->versions != NULL && i < untested->count; i++) {
        struct cg_policy_version *version = &untested->versions[i];
        *version = *cg_policy_version(policy, i);
        version->cap_count = 0;
        version->duplicate_service = CG_SEVERITY_OFF;
        version->reject_unknown_original = false;
        version->split_spans = true; /* as they were paid for */
    }
    return untested->versions != NULL;
}

void cg_untested_fini(struct cg_untested *untested) {
    free(untested->versions);
    *untested = (struct cg_untested){.count = 0};
}

/* Without these a line cannot be remembered; whether any other reason holds was for the payer to
 * say. */
static uint64_t reasons_that_matter(void) {
    static const enum cg_reason reasons[] = {
        CG_REASON_MALFORMED_RECORD,       CG_REASON_CLAIM_ID_INVALID,
        CG_REASON_LINE_NUMBER_INVALID,    CG_REASON_MEMBER_ID_INVALID,
        CG_REASON_SERVICE_DATE_INVALID,   CG_REASON_SERVICE_END_DATE_INVALID,
        CG_REASON_UNITS_INVALID,          CG_REASON_FREQUENCY_CODE_INVALID,
        CG_REASON_ORIGINAL_CLAIM_UNKNOWN,
    };
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        bits |= cg_reason_bit(reasons[i]);
    }
    return bits;
}

uint64_t cg_untested_take(const struct cg_untested *untested, struct cg_line *line) {
    const uint64_t matters = line->reasons & reasons_that_matter();
    if (matters == 0) {
        line->reasons = 0;
        line->warnings = 0;
        line->version =
            &untested->versions[line->version != NULL ? line->version->index : untested->count - 1];
    }
    return matters;
}
