#include "claimgate/rules/policy.h"

#include "policy_private.h"

#include "claimgate/record/field.h"

#include <stdlib.h>

void cg_policy_free(struct cg_policy *policy) {
    if (policy != NULL) {
        cg_arena_fini(&policy->arena);
        free(policy);
    }
}

const char *cg_policy_id(const struct cg_policy *policy) {
    return policy->id;
}

const char *cg_policy_title(const struct cg_policy *policy) {
    return policy->title;
}

const uint8_t *cg_policy_sha256(const struct cg_policy *policy) {
    return policy->sha256;
}

const char *cg_policy_text(const struct cg_policy *policy, size_t *len_bytes) {
    *len_bytes = policy->text_bytes;
    return policy->text;
}

uint32_t cg_policy_version_count(const struct cg_policy *policy) {
    return policy->version_count;
}

bool cg_policy_cuts_back(const struct cg_policy *policy) {
    bool found = false;
    for (uint32_t i = 0; i < policy->version_count; i++) {
        found = found || policy->versions[i].cutback;
    }
    return found;
}

const struct cg_policy_version *cg_policy_version(const struct cg_policy *policy, uint32_t index) {
    return &policy->versions[index];
}

/* From the newest back, for most lines of a file fall under it. */
const struct cg_policy_version *cg_policy_in_force(const struct cg_policy *policy, int32_t day_no) {
    for (uint32_t i = policy->version_count; i > 0; i--) {
        if (policy->versions[i - 1].effective_day <= day_no) {
            return &policy->versions[i - 1];
        }
    }
    return NULL;
}

uint32_t cg_policy_slot(const struct cg_policy *policy, uint64_t procedure) {
    uint32_t slot = (uint32_t)(cg_hash_spread(procedure) >> 55);
    while (policy->slot_codes[slot] != 0 && policy->slot_codes[slot] != procedure) {
        slot = (slot + 1) % CG_PROCEDURE_SLOTS;
    }
    return slot;
}

const struct cg_cap *cg_policy_cap(const struct cg_policy_version *version, const char *id) {
    for (uint32_t i = 0; i < version->cap_count; i++) {
        if (strcmp(version->caps[i].id, id) == 0) {
            return &version->caps[i];
        }
    }
    return NULL;
}

int cg_policy_procedure(const struct cg_policy *policy, uint64_t procedure) {
    if (procedure == 0) {
        return -1;
    }
    uint32_t slot = cg_policy_slot(policy, procedure);
    return policy->slot_codes[slot] == procedure ? policy->slot_numbers[slot] : -1;
}

uint64_t cg_policy_procedure_code(const struct cg_policy *policy, uint8_t procedure_no) {
    return procedure_no < policy->procedure_count ? policy->procedures[procedure_no] : 0;
}

bool cg_policy_asks_roster(const struct cg_policy *policy, int procedure_no,
                           const struct cg_policy_version *in_force) {
    if (!policy->somewhere_roster_only[procedure_no]) {
        return false;
    }
    if (in_force != NULL && in_force->names[procedure_no]) {
        return in_force->roster_only[procedure_no];
    }
    return !policy->somewhere_outright[procedure_no];
}

bool cg_policy_has_crosswalk(const struct cg_policy *policy) {
    return policy->member_crosswalk;
}

bool cg_policy_takes_test_npis(const struct cg_policy *policy) {
    return policy->test_npis;
}

uint64_t cg_policy_npi(const struct cg_policy *policy, struct cg_text text) {
    return policy->test_npis ? cg_field_test_npi(text) : cg_field_npi(text);
}

const struct cg_status_words *cg_policy_status_words(const struct cg_policy *policy) {
    return &policy->status_words;
}

static bool version_demands(const struct cg_policy_version *version, enum cg_roster_file file) {
    switch (file) {
    case CG_ROSTER_CREDENTIALS:
        return true;
    case CG_ROSTER_CONTINUING_EDUCATION:
        return version->continuing_education != CG_SEVERITY_OFF;
    case CG_ROSTER_EMPLOYMENT:
        return version->employment != CG_SEVERITY_OFF;
    case CG_ROSTER_AGENCIES:
        return version->employment != CG_SEVERITY_OFF && version->agency_certification_count > 0;
    case CG_ROSTER_SUPERVISION:
        return version->supervision != CG_SEVERITY_OFF;
    case CG_ROSTER_AUTHORIZATIONS:
        return version->has_exemption && version->exemption_on_file;
    case CG_ROSTER_MEMBERS: /* demanded by the policy as a whole */
    case CG_ROSTER_FILE_COUNT:
        break;
    }
    return false;
}

bool cg_policy_demands(const struct cg_policy *policy, enum cg_roster_file file) {
    if (file == CG_ROSTER_MEMBERS) {
        return policy->member_crosswalk;
    }
    for (uint32_t i = 0; i < policy->version_count; i++) {
        if (version_demands(&policy->versions[i], file)) {
            return true;
        }
    }
    return false;
}
