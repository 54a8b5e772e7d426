/*
 * A drawing of lines that flow from what was decided then to what is decided now.
 */
#ifndef CLAIMGATE_REPORT_AUDIT_FLOW_H
#define CLAIMGATE_REPORT_AUDIT_FLOW_H

#include "claimgate/report/audit_report.h"

struct cg_audit_flow {
    struct cg_audit_sums sums[CG_AUDIT_DECISIONS][CG_AUDIT_DECISIONS]; /* [then][now] */
};

/* "cut back" */
const char *cg_audit_decision_label(enum cg_audit_decision decision);

/* Lines that no rule was for, then or now, are left out. */
void cg_audit_flow_sum(const struct cg_audit_facts *facts, struct cg_audit_flow *out);
void cg_audit_flow_draw(struct cg_page *page, const struct cg_audit_flow *flow);

#endif
