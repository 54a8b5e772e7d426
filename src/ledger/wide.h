/*
 * Lines as the view `line` gives them, read one after another: what stands in tables of their own
 * is held in memory or read beside them, so that no line pays for a join.
 */
#ifndef CLAIMGATE_LEDGER_WIDE_H
#define CLAIMGATE_LEDGER_WIDE_H

#include "private.h"

struct cg_wide {
    struct cg_ledger *ledger;
    sqlite3_stmt *lines;
    sqlite3_stmt *rejections;
    int64_t rejection_no; /* of the rejection in front; INT64_MAX: none */
    struct cg_buffer texts;
    struct cg_array services; /* of struct cg_wide_service, by number */
    bool more;                /* a line is in front: */
    int64_t line_no;
    int64_t run_no;
    uint32_t service_no;
    uint32_t provider_no;
    struct cg_cell cells[CG_LINE_CELLS]; /* until the next call */
    bool stray_rejection;                /* one has been met that belongs to no line */
};

/* The numbers of the ledger are loaded. Reads the first line. */
cg_must_use enum cg_status cg_wide_open(struct cg_wide *wide, struct cg_ledger *ledger,
                                        struct cg_error *err);
/* One that is zeroed was never opened. */
void cg_wide_close(struct cg_wide *wide);
cg_must_use enum cg_status cg_wide_next(struct cg_wide *wide, struct cg_error *err);

#endif
