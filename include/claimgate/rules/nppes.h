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

#include <stdint.h>

struct cg_nppes_plan {
    const char *file;   /* plain or gzip */
    const char *type;   /* credential_type of every row */
    const char *status; /* one of the words of credentials.csv */
    const char *state;  /* two letters of the practice location; NULL: every state */
};

/* An NPI that another has taken the place of. */
struct cg_nppes_replaced {
    uint64_t npi;
    uint64_t replacement;
};

enum { CG_NPPES_REPLACED_NAMED = 10 };

struct cg_nppes_counts {
    uint64_t rows;          /* of the file */
    uint64_t peers;         /* people with taxonomy 175T00000X */
    uint64_t organizations; /* with that taxonomy; left out, for they render nothing */
    uint64_t elsewhere;     /* peers in another state; left out */
    uint64_t never_active;  /* peers without a day between enumeration and deactivation; left out */
    uint64_t spans;         /* rows written */
    uint64_t bare;          /* deactivated NPIs of which the file keeps no taxonomy: peers or not */
    uint64_t replaced;      /* peers with a replacement NPI */
    struct cg_nppes_replaced first_replaced[CG_NPPES_REPLACED_NAMED];
};

struct cg_nppes_merge_plan {
    const char *file;        /* of NPPES, plain or gzip */
    const char *credentials; /* credentials.csv, plain or gzip; dates as YYYY-MM-DD */
};

struct cg_nppes_merge_counts {
    uint64_t providers;   /* of credentials.csv */
    uint64_t deactivated; /* of those: NPIs that are not active any more */
    uint64_t reactivated; /* NPIs that were not for some time, and are again */
    uint64_t ended;       /* rows that end by the day before now */
    uint64_t begun;   /* rows that begin by the reactivation now; most are parted from one above */
    uint64_t dropped; /* rows without a day on which the NPI was active */
    uint64_t withholding; /* rows that would have been cut and grant nothing: as they were */
    uint64_t replaced;    /* providers with a replacement NPI */
    struct cg_nppes_replaced first_replaced[CG_NPPES_REPLACED_NAMED];
};

/* Whether the words of a plan are fit for credentials.csv. CG_USAGE with the mend. */
cg_must_use enum cg_status cg_nppes_check(const struct cg_nppes_plan *plan, struct cg_error *err);

/* Write the header and the rows of every peer (taxonomy 175T00000X, entity type 1): from
 * enumeration to the day before deactivation, and from reactivation on. CG_BAD_DATA with problems;
 * nothing is written then, as long as the rows before the first problem take less than 64 MiB. */
cg_must_use enum cg_status cg_nppes_import(const struct cg_nppes_plan *plan, struct cg_sink *out,
                                           struct cg_nppes_counts *counts,
                                           struct cg_problems *problems, struct cg_error *err);

/* Write credentials.csv again: rows that grant end by the day before their NPI's deactivation and
 * begin, parted in two where need be, by its reactivation; those without a day outside are left
 * out. Rows that withhold or block stay: a block must not end early. Words for a status are ours,
 * and those of a layout.json beside the file. Every other byte is as it was, and nobody is added.
 * Failures and problems as above, and nothing is written then. */
cg_must_use enum cg_status cg_nppes_merge(const struct cg_nppes_merge_plan *plan,
                                          struct cg_sink *out, struct cg_nppes_merge_counts *counts,
                                          struct cg_problems *problems, struct cg_error *err);

#endif
