/*
 * The stations up to the verdict: read, unpack, cut, parse, recall, decide.
 *
 * read and cut are serial because a stream is; decide is serial because the first claim
 * filed wins. Between them everything is pure, so it scales with cores. A batch that has
 * failed is passed through untouched, and the write station keeps the first failure.
 */
#include "run_private.h"

#include "claimgate/base/assert.h"
#include "claimgate/gate/claim.h"

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

/* At its end the input's identity in the ledger is complete. */
static void add_content(struct cg_run *run, const struct cg_batch *batch) {
    struct cg_ledger_input *input = &run->ledger_inputs[batch->source_no];
    cg_content_hash_add(&run->content, batch->payload, batch->payload_bytes);
    if (batch->ends_source) {
        cg_content_hash_get(&run->content, input->head_sha256, input->content_sha256);
        cg_content_hash_restart(&run->content);
    }
}

static void cut(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (atomic_load(&run->stop)) {
        return;
    }
    if (run->ledger != NULL && batch->error.status == CG_OK) {
        add_content(run, batch);
    }
    cg_reader_cut(run->reader, batch);
    const struct cg_run_task *task = run->plan->task;
    if (task != NULL && batch->error.status == CG_OK && batch->text.len > 0) {
        (void)task->look_ahead(task->context, batch, &batch->error);
    }
}

static void parse(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    cg_reader_parse(run->reader, batch);
}

/* A ledger's members, so that decide finds them read. */
static void recall(void *context, struct cg_batch *batch) {
    const struct cg_run *run = context;
    if (run->ahead != NULL && batch->error.status == CG_OK) {
        cg_ledger_ahead_read(run->ahead, batch);
    }
}

static unsigned long long place_of(const struct cg_batch *batch, uint32_t record_no) {
    return batch->first_line + cg_batch_record(batch, record_no)->line_delta;
}

/* Lines that were gathered from other files say where they stood, and come in that order, or
 * decisions would depend on how they were gathered. */
static enum cg_status check_position(struct cg_run *run, struct cg_batch *batch, uint32_t record_no,
                                     const struct cg_position *position) {
    const struct cg_position *last = &run->last_position;
    const char *path = run->paths[batch->source_no];
    if (position->unclear_column >= 0) {
        return cg_error_set(&batch->error, CG_BAD_DATA,
                            "%s:%llu: column %ld: " CG_POSITION_INPUT " and " CG_POSITION_LINE
                            " must be whole numbers, and this is none; say with every line where "
                            "it stood, or leave both columns out",
                            path, place_of(batch, record_no), (long)position->unclear_column + 1);
    }
    if (last->is_known && (position->input < last->input ||
                           (position->input == last->input && position->line <= last->line))) {
        return cg_error_set(&batch->error, CG_BAD_DATA,
                            "%s:%llu: " CG_POSITION_INPUT " and " CG_POSITION_LINE
                            " do not rise: %llu,%llu comes behind %llu,%llu; hand lines on in "
                            "the order of their files",
                            path, place_of(batch, record_no), (unsigned long long)position->input,
                            (unsigned long long)position->line, (unsigned long long)last->input,
                            (unsigned long long)last->line);
    }
    return CG_OK;
}

static enum cg_status check_positions(struct cg_run *run, struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->positions.count; i++) {
        const struct cg_position *position = cg_array_at(&batch->positions, i);
        const bool is_told = position->is_known || position->unclear_column >= 0;
        if (is_told && check_position(run, batch, i, position) != CG_OK) {
            return batch->error.status;
        }
        run->last_position = is_told ? *position : run->last_position;
    }
    return CG_OK;
}

static enum cg_status decide_lines(struct cg_run *run, struct cg_batch *batch) {
    const struct cg_run_task *task = run->plan->task;
    if (task != NULL) {
        return task->decide(task->context, batch, &batch->error);
    }
    const enum cg_status status =
        cg_history_decide(run->history, batch->lines.items, batch->lines.count, &batch->error);
    batch->told_lines += cg_history_take_told(run->history);
    return status == CG_OK ? cg_vain_take_backs_add(&run->vain, run->history, batch, &batch->error)
                           : status;
}

static void decide_batch(struct cg_run *run, struct cg_batch *batch) {
    CG_ASSERT(batch->holds_claims || batch->lines.count <= batch->records.count);
    cg_reader_number(run->reader, batch);
    if (batch->error.status != CG_OK || check_positions(run, batch) != CG_OK) {
        return;
    }
    if (run->history != NULL && cg_reader_binding(run->reader)->is_x12 &&
        !run->plan->x12.other_numbers) {
        cg_history_take_same_number(run->history);
    }
    if (cg_claim_check_policy(run->plan->rules.policy, cg_reader_binding(run->reader),
                              &batch->error) != CG_OK) {
        return;
    }
    if (cg_run_take_past(run, batch) != CG_OK) {
        return;
    }
    const char *file = run->paths[batch->source_no];
    cg_notices_add_codes(&run->facts.notices, file, batch);
    if (decide_lines(run, batch) != CG_OK) {
        return;
    }
    cg_notices_add_lines(&run->facts.notices, file, batch);
    cg_run_decide_x12(run, batch);
    if (batch->error.status != CG_OK) {
        return;
    }
    if (!cg_run_records(run) ||
        cg_ledger_number_members(run->ledger, batch, &batch->error) == CG_OK) {
        if (!cg_tally_add(&run->tally, batch)) {
            cg_error_no_memory(&batch->error);
        }
    }
}

static void decide(void *context, struct cg_batch *batch) {
    struct cg_run *run = context;
    if (batch->error.status != CG_OK) {
        return;
    }
    if (run->ahead != NULL) {
        cg_ledger_ahead_begin(run->ahead, batch);
    }
    decide_batch(run, batch);
    if (run->ahead != NULL) {
        cg_ledger_ahead_end(run->ahead, batch);
    }
}

void cg_station_encode(void *context, struct cg_batch *batch);
void cg_station_write(void *context, struct cg_batch *batch);

const struct cg_station cg_run_stations[CG_RUN_STATIONS] = {
    {"read", CG_SERIAL, read_batch},
    {"unpack", CG_PARALLEL, unpack},
    {"cut", CG_SERIAL, cut},
    {"parse", CG_PARALLEL, parse},
    {"recall", CG_PARALLEL, recall},
    {"decide", CG_SERIAL, decide},
    {"encode", CG_PARALLEL, cg_station_encode},
    {"write", CG_SERIAL, cg_station_write},
};
