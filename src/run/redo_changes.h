/*
 * What changed for downstream when a night was decided again.
 */
#ifndef CLAIMGATE_RUN_REDO_CHANGES_H
#define CLAIMGATE_RUN_REDO_CHANGES_H

#include "claimgate/ledger/ledger_query.h"
#include "claimgate/run/redo.h"

/* Counts the lines to pay and to recover into `night`, and writes FOLDER.changes.csv, whole or not
 * at all, where the night has a folder. */
cg_must_use enum cg_status cg_redo_changes(struct cg_ledger *ledger, struct cg_redo_night *night,
                                           struct cg_error *err);

#endif
