/*
 * report.html: what a report.json says, to look at.
 */
#ifndef CLAIMGATE_REPORT_REPORT_HTML_H
#define CLAIMGATE_REPORT_REPORT_HTML_H

#include "claimgate/json/json.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/report/page.h"

/* `ledger` gives the last 90 runs up to the report's own; NULL: they are left out. `page` is a
 * text. */
cg_must_use enum cg_status cg_report_put_html(struct cg_page *page,
                                              const struct cg_json_doc *report,
                                              struct cg_ledger *ledger, struct cg_error *err);

/* The same of a report as a run has just written it, so that both say the same: opens and closes
 * the page, which is the caller's to free, also after a failure. */
cg_must_use enum cg_status cg_report_make_html(struct cg_page *page, const struct cg_buffer *report,
                                               struct cg_ledger *ledger, struct cg_error *err);

#endif
