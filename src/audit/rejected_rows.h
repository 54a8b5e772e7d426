/*
 * Rows of a rejected file: where its columns are, and what a row says.
 */
#ifndef CLAIMGATE_AUDIT_REJECTED_ROWS_H
#define CLAIMGATE_AUDIT_REJECTED_ROWS_H

#include "audit_private.h"
#include "decided_file.h"

/* Columns of either file of decisions; -1: there is none. */
struct audit_columns {
    char delimiter;
    int32_t claim_id;
    int32_t line_number;
    int32_t member_id;
    int32_t quantity;
    int32_t source_file; /* this and all below: of a rejected file of ours, or by name */
    int32_t source_line;
    int32_t reason;
    int32_t reasons;
    int32_t cap_id;
    int32_t units_available;
};

/* Find them in a header: by the layout of the inputs, else by the names of the default one.
 * CG_BAD_DATA where the claim id, or with an input that numbers its lines the number, is missing.
 */
cg_must_use enum cg_status cg_audit_columns_find(const struct cg_binding *binding,
                                                 struct cg_text header, struct audit_columns *out,
                                                 struct cg_error *err);

/* A rejected row. */
struct audit_rejected {
    struct audit_leftover line;
    uint16_t quantity;        /* 0: invalid or not known */
    uint32_t units_available; /* of the cap that failed, else 0 */
};
void cg_audit_rejected_read(struct cg_text row, const struct audit_columns *columns,
                            struct audit_rejected *out);

#endif
