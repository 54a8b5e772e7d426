/*
 * The result of an audit: cells of then by now, as JSON and for people.
 */
#ifndef CLAIMGATE_REPORT_AUDIT_REPORT_H
#define CLAIMGATE_REPORT_AUDIT_REPORT_H

#include "claimgate/report/audit_facts.h"
#include "claimgate/report/page.h"

/* "accepted", "out_of_scope", "cutback", "rejected", "absent" */
const char *cg_audit_decision_name(enum cg_audit_decision decision);

/* "-12.5000" of ten-thousandths. Returns `out`. */
enum { CG_AUDIT_CHARGE_TEXT_BYTES = 24 };
const char *cg_audit_charge_text(int64_t charge, char out[CG_AUDIT_CHARGE_TEXT_BYTES]);

/* A document, or a page for people that ends by naming `folder`. */
void cg_report_put_audit(struct cg_page *page, const struct cg_audit_facts *facts,
                         const char *folder);

/* A page for a browser (html.h). Members and claims stand in it where facts->listed has any. */
void cg_report_put_audit_html(struct cg_page *page, const struct cg_audit_facts *facts);

#endif
