/*
 * The summary of a run for people.
 */
#ifndef CLAIMGATE_REPORT_SUMMARY_H
#define CLAIMGATE_REPORT_SUMMARY_H

#include "claimgate/report/page.h"
#include "claimgate/report/run_facts.h"

void cg_report_put_summary(struct cg_page *page, const struct cg_run_facts *facts);

#endif
