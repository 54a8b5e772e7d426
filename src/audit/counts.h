/*
 * The cells and tables of an audit, filled line by line.
 *
 * Ownership  The facts are the caller's and outlive it; _fini frees what only counting needs.
 */
#ifndef CLAIMGATE_AUDIT_COUNTS_H
#define CLAIMGATE_AUDIT_COUNTS_H

#include "audit_private.h"

#include "claimgate/base/hash_table.h"

struct cg_audit_counts {
    struct cg_audit_facts *facts;
    uint32_t last_cell; /* neighbours mostly share a cell */
    struct cg_hash_table tables[CG_AUDIT_TABLES];
    uint64_t seed;
};

void cg_audit_counts_init(struct cg_audit_counts *counts, struct cg_audit_facts *facts);
void cg_audit_counts_fini(struct cg_audit_counts *counts);

struct cg_audit_counted {
    const struct cg_audit_then *then;
    enum cg_audit_decision now;
    const char *reasons_now;
    const struct cg_audit_service *service;
    bool changed;
};
/* CG_BAD_DATA: charges are more than can be summed up. */
cg_must_use enum cg_status cg_audit_counts_add(struct cg_audit_counts *counts,
                                               const struct cg_audit_counted *line,
                                               struct cg_error *err);

/* Sums up by reason, and puts all in order. Nothing is added afterwards. */
cg_must_use enum cg_status cg_audit_counts_finish(struct cg_audit_counts *counts,
                                                  struct cg_error *err);

/* Of a list joined by ';'; "" for none. */
void cg_audit_first_reason(const char *reasons, char out[CG_VERDICT_REASON_BYTES]);

#endif
