/*
 * The folder of an audit: changes.csv.gz, a row for each line whose decision is another now, and
 * summary.json. It appears whole or not at all.
 */
#ifndef CLAIMGATE_AUDIT_CHANGES_H
#define CLAIMGATE_AUDIT_CHANGES_H

#include "audit_private.h"

struct cg_audit_changes;

cg_must_use enum cg_status cg_audit_changes_open(const struct cg_audit_plan *plan,
                                                 struct cg_audit_changes **out,
                                                 struct cg_error *err);
void cg_audit_changes_close(struct cg_audit_changes *changes); /* NULL is allowed */

struct cg_audit_change {
    const char *source_file; /* "" where it is not known */
    uint64_t source_line;    /* 0 where it is not known */
    struct cg_audit_ids ids;
    const struct cg_audit_then *then;
    enum cg_audit_decision now;
    const char *reasons_now;
    const char *detail_now;
    const struct cg_audit_service *service;
    uint16_t accepted_units_now;
};
cg_must_use enum cg_status cg_audit_changes_add(struct cg_audit_changes *changes,
                                                const struct cg_audit_change *change,
                                                struct cg_error *err);

/* Ends changes.csv.gz and fills its facts. */
cg_must_use enum cg_status cg_audit_changes_finish(struct cg_audit_changes *changes,
                                                   struct cg_output_facts *out,
                                                   struct cg_error *err);
/* Writes summary.json, and audit.html where it is asked for, and makes the folder real. */
cg_must_use enum cg_status cg_audit_changes_publish(struct cg_audit_changes *changes,
                                                    const struct cg_audit_facts *facts, bool html,
                                                    struct cg_error *err);

#endif
