/*
 * The answer to a check: plain data between the run, which finds it, and the report.
 */
#ifndef CLAIMGATE_REPORT_CHECK_ANSWER_H
#define CLAIMGATE_REPORT_CHECK_ANSWER_H

#include "claimgate/gate/field_edits.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/line.h"

#include <stdbool.h>
#include <stdint.h>

/* What was asked and what was decided. */
struct cg_check_answer {
    const struct cg_rules *rules;
    const struct cg_binding *binding;
    const struct cg_batch *batch;
    uint64_t source_line;       /* physical line of the question, from 1 */
    const struct cg_line *line; /* decided; NULL: out of scope */
    bool near_code;             /* out of scope, but its code looks like one of the policy's */
    bool unknown_member;        /* there is a ledger, and it has never seen the member */
    /* For each cap of line->version that counts the line's procedure: units used before the line in
     * the period that holds its start date. CG_CHECK_NOT_COUNTED for other caps, and where date or
     * member are not known. */
    uint32_t used[CG_CAPS_MAX];
};
#define CG_CHECK_NOT_COUNTED UINT32_MAX

#endif
