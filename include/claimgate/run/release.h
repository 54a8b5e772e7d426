/*
 * Release: free lines in a ledger that adjudication denied after the gate had accepted them.
 *
 * The file has the column claim_id; where there, claim_line_number (blank: every line of the claim)
 * and member_id. A release is a run of its own.
 *
 * Failure    Any bad row: all of them in `problems`, CG_BAD_DATA, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_RELEASE_H
#define CLAIMGATE_RUN_RELEASE_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/report/care_pages.h"

#include <stdint.h>

struct cg_release_plan {
    const char *file; /* CSV, plain or gzip; a regular file */
    const char *ledger;
    int lock_wait_seconds;
    int32_t as_of_day;
};

cg_must_use enum cg_status cg_release_run(const struct cg_release_plan *plan,
                                          struct cg_release_facts *facts,
                                          struct cg_problems *problems, struct cg_error *err);

#endif
