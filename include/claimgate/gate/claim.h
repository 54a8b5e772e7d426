/*
 * Claim: the lines of one record, which are accepted or rejected whole.
 *
 * They go through the three groups of edits together: when a line fails a group, no line of the
 * claim meets the next one. Lines that are rejected for the others' sake have a reason of their
 * own, claim_rejected.
 *
 * Threads    Pure functions of the lines.
 */
#ifndef CLAIMGATE_GATE_CLAIM_H
#define CLAIMGATE_GATE_CLAIM_H

#include "claimgate/base/error.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

/* True while no line of the claim has a reason. Else every line without one gets claim_rejected,
 * those out of scope too. A cg_parse_plan.settle_claim. */
bool cg_claim_settle(struct cg_line *lines, uint32_t count);

/* The verdicts of a claim that cg_claim_settle has found rejected after its lines were decided:
 * nothing was accepted or taken back by them. Warnings stay, for they were met, and so does what a
 * line was rejected for, with the units that the lines before it would have used. What else it met
 * in the caps was never so, and is told of none. */
void cg_claim_fall(struct cg_line *lines, uint32_t count);

/* CG_BAD_CONFIG where a version of the policy cuts lines back, and records are claims, whose charge
 * cannot be, or of fixed length. */
cg_must_use enum cg_status cg_claim_check_policy(const struct cg_policy *policy,
                                                 const struct cg_binding *binding,
                                                 struct cg_error *err);

#endif
