/*
 * Any text as a policy. Under one that is taken no cap is ever passed, whatever is asked for.
 */
#include "support/tiny_run.h"

#include "claimgate/record/field.h"
#include "claimgate/rules/procedure_code.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES = 12, FIRST_DAY = 19700, DAYS_APART = 11 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines of one member, of every procedure of the policy in turn. */
static struct cg_line line_of(const struct cg_policy_version *version, unsigned i) {
    static char claims[LINES][8];
    snprintf(claims[i], sizeof claims[i], "C%u", i);
    return (struct cg_line){.claim_id = cg_key_of(cg_text_of(claims[i])),
                            .member_id = cg_key_of(cg_text_of("M")),
                            .start_day = FIRST_DAY + (int32_t)(i / 2 * DAYS_APART),
                            .end_day = FIRST_DAY + (int32_t)(i / 2 * DAYS_APART),
                            .received_day = CG_DAY_NONE,
                            .birth_day = CG_DAY_NONE,
                            .rendering_npi = 1234567893,
                            .units = (uint16_t)(1 + i * i),
                            .line_number = 1,
                            .frequency = CG_ORIGINAL,
                            .version = version};
}

static void expect_within_caps(const struct cg_history *history,
                               const struct cg_policy_version *version) {
    for (uint32_t c = 0; c < version->cap_count; c++) {
        for (int32_t day = FIRST_DAY - 5; day < FIRST_DAY + LINES * DAYS_APART; day += 5) {
            int32_t first = 0;
            int32_t last = 0;
            cg_cap_period(&version->caps[c], day, &first, &last);
            tiny_require(first <= day && day <= last, "a period without its day");
            tiny_require(cg_history_units_used(history, cg_text_of("M"), &version->caps[c], day) <=
                             version->caps[c].limit_units,
                         "a cap is passed");
        }
    }
}

static void decide_under(const struct cg_policy_version *version) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(NULL, NULL);
    struct cg_line lines[LINES];
    for (unsigned i = 0; i < LINES; i++) {
        lines[i] = line_of(version, i);
    }
    tiny_require(history != NULL && cg_history_decide(history, lines, LINES, &err) == CG_OK, "%s",
                 err.text);
    expect_within_caps(history, version);
    cg_history_free(history);
}

static void ask(const struct cg_policy *policy) {
    static const char *const codes[] = {"H0038", "h0038", "HOO38", "H0038HQ", "", "99213", "H2014"};
    for (uint32_t i = 0; i < cg_policy_version_count(policy); i++) {
        const struct cg_policy_version *version = cg_policy_version(policy, i);
        tiny_require(cg_policy_in_force(policy, version->effective_day) != NULL,
                     "a version is not in force on its first day");
        decide_under(version);
    }
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const int no = cg_policy_procedure(policy, cg_field_procedure(cg_text_of(codes[i])));
        if (no >= 0) {
            (void)cg_policy_asks_roster(policy, no, cg_policy_in_force(policy, FIRST_DAY));
        } else {
            (void)cg_policy_find_code(policy, cg_text_of(codes[i]));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    tiny_require(cg_reason_init(&err) == CG_OK, "%s", err.text);
    cg_problems_init(&problems);
    const enum cg_status status =
        cg_policy_load_text("policy", (const char *)data, size, &policy, &problems, &err);
    if (status == CG_OK) {
        ask(policy);
        cg_policy_free(policy);
    } else {
        tiny_require(status == CG_BAD_CONFIG && problems.total > 0, "refused without a problem: %s",
                     err.text);
    }
    cg_problems_fini(&problems);
    return 0;
}
