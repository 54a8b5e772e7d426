/*
 * The rows of a run into the ledger, on a belt of their own.
 */
#ifndef CLAIMGATE_RUN_ROW_BELT_H
#define CLAIMGATE_RUN_ROW_BELT_H

#include "claimgate/ledger/ledger.h"
#include "claimgate/record/batch.h"

#include <stdint.h>

struct cg_row_belt {
    struct cg_batch **batches; /* at rest; nothing in them is used but their place on the belt */
    uint32_t depth;            /* how many */
    uint32_t threads;          /* as in cg_belt_plan */
};

/* A cg_ledger_commit.carry; the context is a struct cg_row_belt. */
cg_must_use enum cg_status cg_row_belt_carry(void *row_belt, struct cg_ledger_rows *rows,
                                             struct cg_error *err);

#endif
