/*
 * Generate: synthetic claims and a roster for tests, benchmarks and demos.
 *
 * A folder with claims.csv.gz (or claims.csv, or claims-01.csv.gz and so on for several files)
 * and roster/ with all six roster files appears whole or not at all; an existing one is refused,
 * for somebody may have put files of their own into its roster. The same plan gives the
 * same content everywhere: nothing is taken from the clock, the machine or the C library.
 *
 * With a history beside the claims, history.csv.gz (or history.csv) tells the same services in the
 * default layout, as far as the claim files tell of them; beside X12 claim-rows.csv.gz has the same
 * claims, a row each.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_GENERATE_H
#define CLAIMGATE_TESTS_GENERATE_GENERATE_H

#include "claimgate/base/error.h"
#include "columns.h"
#include "line_source.h"
#include "population.h"

#include <stdbool.h>
#include <stdint.h>

enum { CG_GENERATE_FILES_MAX = 99 };

struct cg_generate_plan {
    const char *out; /* folder */
    bool plain;      /* .csv instead of .csv.gz */
    int level;       /* of gzip, 1 to 9 */
    uint32_t files;
    const struct cg_columns *columns;
    const struct cg_columns *history;    /* NULL: none is written */
    const struct cg_columns *claim_rows; /* of X12, a row a claim; NULL: none are written */
    bool is_x12;         /* 837 professional claims; `columns` are then those of the history */
    bool is_tidy;        /* X12 that keeps to the guide's word */
    uint32_t dependents; /* X12: thousandths of a percent of the members */
    struct cg_population_plan population;
    struct cg_line_source_plan source;
};

struct cg_generate_facts {
    uint64_t text_bytes; /* of the claim files, before compression */
    uint64_t file_bytes; /* as they stand on disk */
    uint32_t providers;  /* on the roster, flawed ones included */
};

/* Errors of staging.h and sink.h; CG_INTERNAL without memory. */
cg_must_use enum cg_status cg_generate_run(const struct cg_generate_plan *plan,
                                           struct cg_generate_facts *facts, struct cg_error *err);

#endif
