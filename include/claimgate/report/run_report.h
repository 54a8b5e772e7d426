/*
 * Report: what a run did, as JSON (schemas/report.schema.json) and for people.
 */
#ifndef CLAIMGATE_REPORT_RUN_REPORT_H
#define CLAIMGATE_REPORT_RUN_REPORT_H

#include "claimgate/base/buffer.h"
#include "claimgate/report/run_facts.h"

#include <stdbool.h>

/* False: no memory. Everything but "timing" depends on inputs, policy, roster and as-of date alone.
 */
cg_must_use bool cg_report_json(struct cg_buffer *out, const struct cg_run_facts *facts);

/* A page for people: lines, units, reasons, warnings; fits 80 columns. */
cg_must_use bool cg_report_summary(struct cg_buffer *out, const struct cg_run_facts *facts,
                                   const char *published);

#endif
