/*
 * The stations up to the verdict: read, unpack, cut, parse, decide.
 *
 * read and cut are serial because a stream is; decide is serial because the first claim
 * filed wins. Between them everything is pure, so it scales with cores. A batch that has
 * failed is passed through untouched, and the write station keeps the first failure.
 */
#include "run_private.h"

#include "claimgate/base/assert.h"

static void read_batch(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (atomic_load(&run->stop)) {
        batch->is_last = true; /* an earlier batch carries the failure */
        return;
    }
    cg_reader_fill(run->reader, batch);
}

static void unpack(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    cg_reader_unpack(run->reader, batch);
}

/* The input's identity in the ledger is complete. A failure stays in the batch. */
static void end_content(struct cg_run *run, struct cg_batch *batch) {
    struct cg_ledger_input *input = &run->ledger_inputs[batch->source_no];
    if (run->ledger != NULL && cg_content_hash_get(&run->content, input->head_sha256,
                                                   input->content_sha256, &batch->error) == CG_OK) {
        cg_content_hash_restart(&run->content);
    }
}

static void cut(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    if (run->ledger != NULL) {
        cg_content_hash_add(&run->content, batch->payload, batch->payload_bytes);
    }
    cg_reader_cut(run->reader, batch);
    if (batch->ends_source) {
        end_content(run, batch);
    }
}

static void parse(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    cg_reader_parse(run->reader, batch);
}

static void decide(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    CG_ASSERT(batch->lines.count <= batch->records.count);
    cg_reader_number(run->reader, batch);
    if (cg_history_decide(run->history, batch->lines.items, batch->lines.count, &batch->error) !=
        CG_OK) {
        return;
    }
    if (!cg_run_records(run) ||
        cg_ledger_number_members(run->ledger, batch, &batch->error) == CG_OK) {
        cg_tally_add(&run->tally, batch);
    }
}

void cg_station_encode(void *context, struct cg_batch *batch);
void cg_station_write(void *context, struct cg_batch *batch);

const struct cg_station cg_run_stations[CG_RUN_STATIONS] = {
    {"read", CG_SERIAL, read_batch},
    {"unpack", CG_PARALLEL, unpack},
    {"cut", CG_SERIAL, cut},
    {"parse", CG_PARALLEL, parse},
    {"decide", CG_SERIAL, decide},
    {"encode", CG_PARALLEL, cg_station_encode},
    {"write", CG_SERIAL, cg_station_write},
};
