/*
 * Claim lists: what a payer tells a ledger of claims afterwards, in a file that becomes a run of
 * its own. An X12 835 is taken as well as CSV.
 *
 * Failure    Any bad row: all of them in `problems`, CG_BAD_DATA, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_CLAIM_LIST_H
#define CLAIMGATE_RUN_CLAIM_LIST_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/report/care_pages.h"

#include <stdint.h>

struct cg_claim_list {
    const char *file; /* CSV or 835, plain or gzip; a regular file */
    const char *ledger;
    int64_t lock_wait_seconds;
    int32_t as_of_day;
};

/* Which numbers a payer gave to claims, so that a void or a replacement which names such a number
 * finds the claim: the columns claim_id and payer_claim_id, and member_id where it is there. */
cg_must_use enum cg_status cg_alias_run(const struct cg_claim_list *list,
                                        struct cg_alias_facts *facts, struct cg_problems *problems,
                                        struct cg_error *err);

/* Free lines that adjudication denied after the gate had accepted them: the column claim_id; where
 * there, claim_line_number (blank: every line of the claim) and member_id. */
cg_must_use enum cg_status cg_release_run(const struct cg_claim_list *list,
                                          struct cg_release_facts *facts,
                                          struct cg_problems *problems, struct cg_error *err);

#endif
