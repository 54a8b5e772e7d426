/*
 * Lines that were paid or accepted before, which are not tested again: a line is decided under its
 * policy version without caps and twin edits. What remains of the gate are repeated lines and
 * take-backs, so that voids and replacements that stand among such lines come out right.
 *
 * Ownership  _init/_fini. Lines point at the versions, which live until _fini.
 */
#ifndef CLAIMGATE_RUN_UNTESTED_H
#define CLAIMGATE_RUN_UNTESTED_H

#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_untested {
    struct cg_policy_version *versions; /* those of the policy, without what is not tested */
    uint32_t count;
};

/* False: no memory. */
cg_must_use bool cg_untested_init(struct cg_untested *untested, const struct cg_policy *policy);
void cg_untested_fini(struct cg_untested *untested);

/* Make a line in scope ready to be decided so. Without some fields it cannot be remembered: then it
 * stays as it is, and the reasons for that are returned; else 0. */
uint64_t cg_untested_take(const struct cg_untested *untested, struct cg_line *line);

#endif
