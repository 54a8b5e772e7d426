/*
 * Two stations: make, insert. Both are serial, so that two threads are busy at most, one of them
 * with SQLite. A block of rows has the number of its batch.
 */
#include "row_belt.h"

#include "claimgate/run/belt.h"

#include <stdatomic.h>

struct carrier {
    struct cg_ledger_rows *rows;
    struct cg_error error; /* set by insert: the first failure in the order of the blocks */
    atomic_bool stop;      /* set by insert, read by make: a block has failed */
};

static void make(void *context, struct cg_batch *batch) {
    struct carrier *carrier = context;
    bool is_last = false;
    const bool made =
        !atomic_load(&carrier->stop) &&
        cg_ledger_rows_make(carrier->rows, batch->sequence, &is_last, &batch->error) == CG_OK;
    batch->is_last = is_last || !made;
}

static void insert(void *context, struct cg_batch *batch) {
    struct carrier *carrier = context;
    if (carrier->error.status != CG_OK) {
        return; /* what was made meanwhile */
    }
    if (batch->error.status != CG_OK ||
        cg_ledger_rows_insert(carrier->rows, batch->sequence, &batch->error) != CG_OK) {
        carrier->error = batch->error;
        atomic_store(&carrier->stop, true);
    }
}

static const struct cg_station stations[] = {
    {"make", CG_SERIAL, make},
    {"insert", CG_SERIAL, insert},
};

enum cg_status cg_row_belt_carry(void *row_belt, struct cg_ledger_rows *rows,
                                 struct cg_error *err) {
    const struct cg_row_belt *plan = row_belt;
    struct carrier carrier = {.rows = rows, .error = CG_ERROR_INIT};
    const struct cg_belt_plan belt = {
        .stations = stations,
        .station_count = sizeof stations / sizeof stations[0],
        .batches = plan->batches,
        .depth = plan->depth < CG_LEDGER_ROW_BLOCKS ? plan->depth : CG_LEDGER_ROW_BLOCKS,
        .threads = plan->threads,
        .context = &carrier};
    const enum cg_status status = cg_belt_run(&belt, err);
    if (status == CG_OK && carrier.error.status != CG_OK) {
        *err = carrier.error;
        return err->status;
    }
    return status;
}
