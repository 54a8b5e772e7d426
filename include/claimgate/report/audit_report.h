/*
 * The result of an audit: cells of then by now, as JSON and for people.
 */
#ifndef CLAIMGATE_REPORT_AUDIT_REPORT_H
#define CLAIMGATE_REPORT_AUDIT_REPORT_H

#include "claimgate/base/buffer.h"
#include "claimgate/report/audit_facts.h"

#include <stdbool.h>

/* "accepted", "out_of_scope", "cutback", "rejected", "absent" */
const char *cg_audit_decision_name(enum cg_audit_decision decision);

/* False: no memory. */
cg_must_use bool cg_audit_report_json(struct cg_buffer *out, const struct cg_audit_facts *facts);

/* A page for people that fits 80 columns. */
cg_must_use bool cg_audit_report_text(struct cg_buffer *out, const struct cg_audit_facts *facts,
                                      const char *folder);

#endif
