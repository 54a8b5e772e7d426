/*
 * Belt: carry batches through a row of stations on N threads.
 *
 * A serial station sees batches one at a time in file order; a parallel one sees
 * several at once, in any order. This is the only module that creates threads.
 *
 * Ownership  A batch belongs to one station at a time. The belt looks at nothing inside
 *            but sequence, which it sets, and is_last, which the first station sets; a
 *            later one may take it off again, and the first is then asked for more.
 * Failure    A station cannot stop the belt: it leaves its outcome in the batch, and
 *            later stations pass such a batch through. Every batch comes back.
 * Memory     `depth` batches exist; nothing is allocated while the belt runs.
 */
#ifndef CLAIMGATE_RUN_BELT_H
#define CLAIMGATE_RUN_BELT_H

#include "claimgate/base/error.h"
#include "claimgate/record/batch.h"
#include "claimgate/report/station_times.h"

#include <stdint.h>
#include <stdio.h>

enum { CG_STATIONS_MAX = 8, CG_THREADS_MAX = 256, CG_THREADS_BY_CORES = -1 };

enum cg_station_kind { CG_SERIAL, CG_PARALLEL };

struct cg_station {
    const char *name; /* thread trace label, e.g. "parse" */
    enum cg_station_kind kind;
    void (*work)(void *context, struct cg_batch *batch);
};

struct cg_belt_plan {
    const struct cg_station *stations;
    uint32_t station_count; /* 1 to CG_STATIONS_MAX */
    struct cg_batch **batches;
    uint32_t depth;   /* batches in flight, at least 1 */
    uint32_t threads; /* 0: run every station on the caller's thread, a batch at a time */
    void *context;
    void (*tick)(void *context);    /* called now and then on the caller's thread; may be NULL */
    FILE *trace;                    /* Chrome trace events, one a line; NULL: none */
    struct cg_station_times *times; /* station_count entries, filled; may be NULL */
};

/* Run until a batch that is marked as the last has left the row. CG_INTERNAL when
 * no memory is left to start; fewer threads than asked for is no failure. */
cg_must_use enum cg_status cg_belt_run(const struct cg_belt_plan *plan, struct cg_error *err);

/* How many threads are asked for: of CG_THREADS_BY_CORES as many as this process may use cores. */
uint32_t cg_belt_threads(int64_t asked);

#endif
