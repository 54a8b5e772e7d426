/*
 * Remittance: an X12 835 as a small table, a row a claim, for those who read such tables.
 *
 * The columns that a plan asks for are filled by their names: claim_id (CLP01), payer_claim_id
 * (CLP07) and member_id (NM109 of NM1*IL, else of NM1*QC); any other is blank. A row's line is the
 * ordinal of its CLP among all segments.
 *
 * Failure    As cg_table_read; CG_BAD_DATA for what is no 835, with segment and byte.
 */
#ifndef CLAIMGATE_X12_REMITTANCE_H
#define CLAIMGATE_X12_REMITTANCE_H

#include "claimgate/record/csv.h"

/* *is_x12: the file begins as X12 does. */
cg_must_use enum cg_status cg_remittance_look(const char *path, bool *is_x12, struct cg_error *err);

struct cg_remittance_plan {
    struct cg_table_plan table;
    bool denied_only; /* only claims that were denied whole (CLP02 is 4) */
};

struct cg_remittance_facts {
    struct cg_table_facts table;
    uint64_t
        denied_lines; /* SVC paid 0, with an adjustment, of claims that were not denied whole */
    uint64_t reversed_claims; /* CLP02 is 22: an earlier payment is taken back */
};

cg_must_use enum cg_status cg_remittance_read(const struct cg_remittance_plan *plan,
                                              struct cg_remittance_facts *facts,
                                              struct cg_error *err);

#endif
