/*
 * NPPES: rows for credentials.csv from the national file of NPIs.
 *
 * A payer without a roster starts from there. The file (CMS, "Full Replacement Monthly NPI File")
 * has some 330 columns and 9 million rows; it is read as a stream, and only the columns that matter
 * are looked at. NPPES is what providers say of themselves, so a row proves nothing about a
 * credential.
 *
 * Failure    Bad rows among the wanted ones are problems with file, line and column.
 */
#ifndef CLAIMGATE_RULES_NPPES_H
#define CLAIMGATE_RULES_NPPES_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/io/sink.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_nppes_plan {
    const char *file;   /* plain or gzip */
    const char *type;   /* credential_type of every row */
    const char *status; /* one of the words of credentials.csv */
    const char *state;  /* two letters of the practice location; NULL: every state */
};

struct cg_nppes_counts {
    uint64_t rows;          /* of the file */
    uint64_t peers;         /* people with taxonomy 175T00000X */
    uint64_t organizations; /* with that taxonomy; left out, for they render nothing */
    uint64_t elsewhere;     /* peers in another state; left out */
    uint64_t never_active;  /* peers without a day between enumeration and deactivation; left out */
    uint64_t spans;         /* rows written */
};

/* Whether the words of a plan are fit for credentials.csv. CG_USAGE with the mend. */
cg_must_use enum cg_status cg_nppes_check(const struct cg_nppes_plan *plan, struct cg_error *err);

/* Write the header and the rows of every peer (taxonomy 175T00000X, entity type 1): from
 * enumeration to the day before deactivation, and from reactivation on. CG_BAD_DATA with problems;
 * nothing is written then, as long as the rows before the first problem take less than 64 MiB. */
cg_must_use enum cg_status cg_nppes_import(const struct cg_nppes_plan *plan, struct cg_sink *out,
                                           struct cg_nppes_counts *counts,
                                           struct cg_problems *problems, struct cg_error *err);

#endif
