/*
 * Alias: tell a ledger which numbers a payer gave to claims, so that a void or a replacement which
 * names such a number finds the claim.
 *
 * The file has the columns claim_id and payer_claim_id and may have member_id. What it says is a
 * run of its own.
 *
 * Failure    Any bad row: all of them in `problems`, CG_BAD_DATA, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_ALIAS_H
#define CLAIMGATE_RUN_ALIAS_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/report/care_pages.h"

#include <stdint.h>

struct cg_alias_plan {
    const char *file; /* CSV, plain or gzip; a regular file */
    const char *ledger;
    int lock_wait_seconds;
    int32_t as_of_day;
};

cg_must_use enum cg_status cg_alias_run(const struct cg_alias_plan *plan,
                                        struct cg_alias_facts *facts, struct cg_problems *problems,
                                        struct cg_error *err);

#endif
