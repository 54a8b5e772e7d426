/*
 * Verdict: the words and codes for a rejected line, ready to be written.
 *
 * Plain data between the gate, which knows the rules, and the writers of rows, reports and
 * the ledger, which do not.
 */
#ifndef CLAIMGATE_RECORD_VERDICT_H
#define CLAIMGATE_RECORD_VERDICT_H

#include "claimgate/record/line.h"

#include <stdint.h>

enum {
    CG_VERDICT_REASON_BYTES = 64, /* for a copy of one reason's name */
    CG_VERDICT_DETAIL_BYTES = 512,
    CG_VERDICT_REASONS_BYTES = 2048
};

struct cg_verdict {
    const char *reason; /* the first, e.g. "units_invalid" or "daily_cap"; never NULL */
    char reasons[CG_VERDICT_REASONS_BYTES]; /* all, joined by ';' */
    const char *group_code;                 /* of the first; never NULL */
    const char *carc;
    const char *rarc;
    const char *cap_id; /* NULL unless a cap failed; the policy's own */
    uint32_t cap_limit_units;
    uint32_t units_used;
    uint32_t units_available;
    char detail[CG_VERDICT_DETAIL_BYTES]; /* one plain sentence, no claim or member id */
};

#endif
