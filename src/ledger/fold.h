/*
 * Moving what `recent` holds of earlier runs into `past`, while the rows of a run are inserted and
 * in the same transaction.
 *
 * Failure  As of the ledger: the run is dropped with all that was moved.
 * Threads  One at a time, not always the same; it is the one that has the ledger's connection.
 */
#ifndef CLAIMGATE_LEDGER_FOLD_H
#define CLAIMGATE_LEDGER_FOLD_H

#include "private.h"

struct cg_fold;
/* *out NULL: little has gathered, and nothing is moved. Whatever it returns, _free ends it. */
cg_must_use enum cg_status cg_fold_begin(struct cg_ledger *ledger, struct cg_fold **out,
                                         struct cg_error *err);
/* As much as so many lines of the open run pay for. */
cg_must_use enum cg_status cg_fold_move(struct cg_fold *fold, uint32_t lines, struct cg_error *err);
/* All lines have been told. */
cg_must_use enum cg_status cg_fold_end(struct cg_fold *fold, struct cg_error *err);
void cg_fold_free(struct cg_fold *fold); /* NULL is allowed, as above */

#endif
