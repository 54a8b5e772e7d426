/*
 * The answer to a spot check: plain data between the flow, which finds it, and the report.
 */
#ifndef CLAIMGATE_SPOT_ANSWER_H
#define CLAIMGATE_SPOT_ANSWER_H

#include "claimgate/batch.h"
#include "claimgate/field_edits.h"
#include "claimgate/layout.h"
#include "claimgate/line.h"

#include <stdint.h>

/* What was asked and what was decided. */
struct cg_spot_answer {
    const struct cg_rules *rules;
    const struct cg_binding *binding;
    const struct cg_batch *batch;
    uint64_t source_line;       /* physical line of the question, from 1 */
    const struct cg_line *line; /* decided; NULL: out of scope */
    /* For each cap of line->version that counts the line's procedure: units used before the line in
     * the period that holds its start date. CG_SPOT_NOT_COUNTED for other caps, and where date or
     * member are not known. */
    uint32_t used[CG_CAPS_MAX];
};
#define CG_SPOT_NOT_COUNTED UINT32_MAX

#endif
