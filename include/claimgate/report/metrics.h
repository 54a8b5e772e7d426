/*
 * Metrics of a run for Prometheus, in its text format, version 0.0.4, as node_exporter's textfile
 * collector reads it. No label holds an id of a member, a claim or a provider.
 */
#ifndef CLAIMGATE_REPORT_METRICS_H
#define CLAIMGATE_REPORT_METRICS_H

#include "claimgate/report/page.h"
#include "claimgate/report/run_facts.h"

#include <stdbool.h>
#include <stdint.h>

/* How a run ended, known on every exit. */
struct cg_run_end {
    int exit_code;            /* 128 and the signal's number where a signal ended it */
    uint64_t started_unix_ms; /* since 1970 */
    uint64_t ended_unix_ms;
    uint64_t success_unix; /* end of the last run that completed with nothing tripped; 0: none */
    uint64_t ledger_bytes; /* 0: no ledger */
};

/* What was counted; for a run that came to its end. */
void cg_metrics_put_run(struct cg_page *page, const struct cg_run_facts *facts);
void cg_metrics_put_end(struct cg_page *page, const struct cg_run_end *end);

/* Whether a text begins as ours do. A failed run must not forget when the last one succeeded: the
 * time that earlier metrics tell; 0: none. */
bool cg_metrics_are(const char *text);
uint64_t cg_metrics_last_success(const char *text);

#endif
