/*
 * Rows of a file of decisions, accepted or rejected, and what each of them says.
 *
 * Ownership  _open/_close.
 */
#ifndef CLAIMGATE_AUDIT_DECIDED_ROWS_H
#define CLAIMGATE_AUDIT_DECIDED_ROWS_H

#include "audit_private.h"
#include "decided_file.h"

/* As many fields of a row are looked at: those of a claim file, and our own around them. */
enum { CG_DECIDED_FIELDS_MAX = CG_COLUMNS_MAX + 64 };

/* Columns of either file of decisions; -1: there is none. */
struct cg_decided_columns {
    char delimiter;
    int32_t fields[CG_FIELD_COUNT];
    enum cg_date_format start_format;
    enum cg_date_format end_format;
    int32_t source_file; /* this and all below: of a rejected file of ours, or by name */
    int32_t source_line;
    int32_t reasons; /* all of them, or where there is no such column the first */
    int32_t units_available;
    int32_t claim_line; /* of a row of a claim; -1 where a record is a line */
};

struct cg_decided_rows {
    struct cg_decided_file file;
    struct cg_decided_columns columns;
    bool accepted; /* of the two files this is the accepted one */
    bool multiline;
    uint32_t ends[CG_DECIDED_FIELDS_MAX]; /* of the fields of the last row */
};

struct cg_decided_row {
    struct cg_audit_leftover line;
    uint32_t units_available; /* of the cap that failed, else 0 */
};

cg_must_use enum cg_status cg_decided_rows_open(const char *dir, bool accepted,
                                                struct cg_decided_rows *out, struct cg_error *err);
void cg_decided_rows_close(struct cg_decided_rows *rows); /* zeroed is allowed */

/* Read the header: columns by the layout of the inputs, else by the names of the default one.
 * CG_BAD_DATA where the claim id, or with an input that numbers its lines the number, is missing.
 */
cg_must_use enum cg_status cg_decided_rows_begin(struct cg_decided_rows *rows,
                                                 const struct cg_binding *binding,
                                                 struct cg_error *err);
/* The next row; *found false at the end. */
cg_must_use enum cg_status cg_decided_rows_next(struct cg_decided_rows *rows,
                                                struct cg_decided_row *out, bool *found,
                                                struct cg_error *err);

#endif
