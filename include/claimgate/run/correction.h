/*
 * Correction: lines that come into a ledger, or go out of it, without being tested.
 *
 * Import takes in lines that were paid before the gate went live: accepted, whatever credentials
 * and caps say. Voids and replacements take back as everywhere, and a line that stands already is
 * duplicate_line. Release frees lines that adjudication denied after the gate had accepted them.
 * Each is a run of its own.
 *
 * Failure    Any bad row: all of them in `problems`, CG_BAD_DATA, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_CORRECTION_H
#define CLAIMGATE_RUN_CORRECTION_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_correction_plan {
    const char *file; /* CSV, plain or gzip; a regular file */
    const char *ledger;
    int lock_wait_seconds;
    int32_t as_of_day;
    const struct cg_policy *policy; /* import: tells which codes are in scope */
    const struct cg_roster *roster; /* import: authorizations on file, and whose a member id is;
                                     * NULL: neither is known */
    const char *layout;             /* import: NULL: by the header */
    bool multiline;                 /* import */
};

struct cg_correction_facts {
    int64_t run_no; /* 0: the ledger has this content already, as a note has said */
    uint64_t records;
    uint64_t lines;        /* taken in, or freed */
    uint64_t units;        /* import: of those lines */
    uint64_t out_of_scope; /* import */
    uint64_t near_codes;   /* import: of those, records with procedure_code_near */
    uint64_t repeated;     /* import: stand in the ledger already */
    uint64_t not_found;    /* release: no such line stands */
};

cg_must_use enum cg_status cg_import_run(const struct cg_correction_plan *plan,
                                         struct cg_correction_facts *facts,
                                         struct cg_problems *problems, struct cg_error *err);
/* Columns: claim_id; where there, claim_line_number (blank: every line of the claim) and member_id.
 */
cg_must_use enum cg_status cg_release_run(const struct cg_correction_plan *plan,
                                          struct cg_correction_facts *facts,
                                          struct cg_problems *problems, struct cg_error *err);

#endif
