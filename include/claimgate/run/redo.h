/*
 * Redo: after a wrong roster or policy, nights are taken back from the newest down and decided
 * again in their order, each into a new folder.
 *
 * What is to be done is written beside the ledger, in "<ledger>-redo", before anything is changed,
 * and goes when all is done; each withdrawal and each night is a transaction of its own. So a redo
 * that was cut off anywhere goes on when it is asked for again.
 *
 * Threads    Called from one thread; each night makes its own.
 * Failure    CG_USAGE: nothing can be redone so (names why). CG_NO_INPUT: an input of one of the
 *            nights is not among the files given; nothing was changed then. Others as for a run.
 */
#ifndef CLAIMGATE_RUN_REDO_H
#define CLAIMGATE_RUN_REDO_H

#include "claimgate/base/error.h"
#include "claimgate/report/care_pages.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_redo_plan {
    const char *ledger;
    int64_t lock_wait_seconds;
    int64_t from_run; /* the first night to redo */
    const struct cg_policy *policy;
    const struct cg_roster *roster;
    const char *const *places; /* files, and folders with files, to look for inputs in */
    size_t place_count;
    const char *folders; /* an existing folder for the new ones; NULL: beside the old ones */
    const char *layout;  /* NULL: that of each night, else by the header */
    bool multiline;
    uint32_t threads;
    bool dry_run; /* on a copy of the ledger, which is removed again; nothing is published */
    bool show_progress;
};

typedef void (*cg_redo_fn)(void *context, const struct cg_redo_night *night);

/* Beside each new folder stands FOLDER.changes.csv: the lines to pay and to recover. */
cg_must_use enum cg_status cg_redo(const struct cg_redo_plan *plan, cg_redo_fn fn, void *context,
                                   struct cg_error *err);

#endif
