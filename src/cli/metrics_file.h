/*
 * --metrics FILE: written by rename at every exit of a run, also of one that failed.
 */
#ifndef CLAIMGATE_CLI_METRICS_FILE_H
#define CLAIMGATE_CLI_METRICS_FILE_H

#include "claimgate/base/error.h"
#include "claimgate/report/metrics.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_metrics_file {
    const char *path;   /* NULL: nobody asked for metrics, and nothing is done */
    const char *ledger; /* or the folder of a ledger set; NULL: none */
    uint64_t started_unix_ms;
    bool is_published;
    struct cg_page counts; /* of a run that came to its end; empty else */
};

void cg_metrics_file_begin(struct cg_metrics_file *file, const char *path, const char *ledger);
void cg_metrics_file_count(struct cg_metrics_file *file, const struct cg_run_facts *facts);
/* Writes and frees. That it cannot be written is a warning: the run is what counts. */
void cg_metrics_file_end(struct cg_metrics_file *file, int exit_code);
/* All of it, for a command that was not run because its command line has a slip. */
void cg_metrics_file_of_slip(const char *path, const char *ledger, int exit_code);

#endif
