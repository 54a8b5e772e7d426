/*
 * Report: what a run did, as JSON (schemas/report.schema.json) and for people.
 */
#ifndef CLAIMGATE_REPORT_RUN_REPORT_H
#define CLAIMGATE_REPORT_RUN_REPORT_H

#include "claimgate/report/page.h"
#include "claimgate/report/run_facts.h"

/* A document: everything but "timing" depends on inputs, policy, roster and as-of date alone. Or a
 * page for people that fits 80 columns: lines, units, reasons, warnings, and as its last line what
 * came of the run, which a document leaves out. */
void cg_report_put_run(struct cg_page *page, const struct cg_run_facts *facts);

#endif
