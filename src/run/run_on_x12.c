/*
 * What a run does with X12 beside deciding: which outputs there are, and what goes to which.
 *
 * Numbers that run on through a file (HL, SE, GE, IEA) are kept by two sides (x12/side.h), which go
 * over each batch as it is decided and leave in it what they were before, so that the bytes can be
 * made later, at many batches at once.
 */
#include "run_private.h"

#include "claimgate/x12/side.h"

static bool is_x12(const struct cg_batch *batch) {
    return batch->x12 != NULL && batch->x12->nodes.count > 0;
}

bool cg_run_writes_x12(const struct cg_run *run, const struct cg_batch *batch) {
    return is_x12(batch) && !run->plan->x12.decides_lines;
}

static enum cg_status put_ack(void *context, const char *bytes, size_t len_bytes,
                              struct cg_error *err) {
    struct cg_run *run = context;
    cg_buffer_clear(&run->ack_packed);
    cg_xxh128_update(run->outputs.ack.content, bytes, len_bytes);
    const enum cg_status status =
        cg_deflater_add(run->ack_deflater, bytes, len_bytes, &run->ack_packed, err);
    return status == CG_OK ? cg_output_write(&run->outputs.ack, &run->ack_packed, err) : status;
}

static bool make_ack(struct cg_run *run) {
    enum { PACKED_MAX_BYTES = 16 << 20 };
    const struct cg_ack277_plan plan = {.as_of_day = run->plan->rules.as_of_day,
                                        .payer_id = run->plan->payer_id,
                                        .codes = run->plan->ack_codes,
                                        .spool_dir =
                                            cg_outputs_folder(&run->outputs, &run->plan->output),
                                        .put = put_ack,
                                        .context = run};
    cg_buffer_init(&run->ack_packed, PACKED_MAX_BYTES);
    run->ack_deflater = cg_deflater_new(run->plan->output.level, run->plan->output.codec);
    run->ack = cg_ack277_new(&plan);
    return run->ack != NULL && run->ack_deflater != NULL;
}

void cg_run_free_ack(struct cg_run *run) {
    cg_ack277_free(run->ack);
    cg_deflater_free(run->ack_deflater);
    cg_buffer_fini(&run->ack_packed);
}

/* In file order, and so serial: what it says of a transaction stands before its claims. An input
 * ends a block, so that what is said of it does not depend on its neighbours. */
enum cg_status cg_run_write_ack(struct cg_run *run, struct cg_batch *batch) {
    /* Decide may be at the first batch of X12, where it opens the outputs, while one before it,
     * which has nothing yet, is written. */
    run->ack_has_begun = run->ack_has_begun || is_x12(batch);
    const bool ends = batch->is_last || (batch->ends_source && run->ack_has_begun);
    if ((!is_x12(batch) && !ends) || run->outputs.ack.sink == NULL) {
        return CG_OK;
    }
    if (is_x12(batch) && cg_ack277_take(run->ack, batch, &batch->error) != CG_OK) {
        return batch->error.status;
    }
    if (!ends) {
        return CG_OK;
    }
    cg_buffer_clear(&run->ack_packed);
    const enum cg_status status =
        cg_deflater_flush(run->ack_deflater, &run->ack_packed, &batch->error);
    return status == CG_OK ? cg_output_write(&run->outputs.ack, &run->ack_packed, &batch->error)
                           : status;
}

/* Before the first claim is written. */
static enum cg_status start(struct cg_run *run, struct cg_error *err) {
    const bool follows = run->plan->task != NULL && run->plan->task->begun != NULL;
    run->knows_x12 = true;
    run->sides[CG_X12_ACCEPTED].is_accepted = true;
    run->sides[CG_X12_ACCEPTED].has_begun = follows;
    run->sides[CG_X12_REJECTED].has_begun = follows;
    if (run->plan->x12.decides_lines) {
        return CG_OK;
    }
    if (cg_policy_cuts_back(run->plan->rules.policy)) {
        return cg_error_set(err, CG_BAD_CONFIG,
                            "the policy cuts lines back, and the charge of a claim in X12 cannot "
                            "be cut back; give a policy without \"over_cap\": \"cutback\"");
    }
    if (run->plan->dry_run) {
        return CG_OK;
    }
    const bool wants_ack = run->plan->ack_codes != NULL;
    const enum cg_status status =
        cg_outputs_take_x12(&run->outputs, &run->plan->output, wants_ack, err);
    return status == CG_OK && wants_ack && !make_ack(run) ? cg_error_no_memory(err) : status;
}

/* What was asked for would be missing. */
static void refuse_options(const struct cg_run *run, struct cg_batch *batch) {
    const bool is_other = batch->records.count > 0 && !cg_reader_binding(run->reader)->is_x12;
    if (is_other && run->plan->x12.decides_lines) {
        cg_error_set(&batch->error, CG_USAGE,
                     "--lines is for X12; the lines of other files are decided each by itself "
                     "as they are");
    } else if (is_other && run->plan->ack_codes != NULL) {
        cg_error_set(&batch->error, CG_USAGE,
                     "--ack is for X12: a 277CA answers an 837, and these claims came in none; "
                     "leave it out");
    }
}

void cg_run_decide_x12(struct cg_run *run, struct cg_batch *batch) {
    if (!is_x12(batch)) {
        refuse_options(run, batch);
        return;
    }
    if (!run->knows_x12 && start(run, &batch->error) != CG_OK) {
        return;
    }
    run->passed_claims += batch->x12->passed_records;
    for (int i = 0; i < CG_X12_SIDES && !run->plan->x12.decides_lines; i++) {
        batch->x12->sides[i] = run->sides[i];
        if (!cg_x12_side_pass(&run->sides[i], batch, NULL)) {
            cg_error_no_memory(&batch->error);
        }
    }
}

/* Segments are counted as the file is cut and again as its parts are put together; claims as they
 * are decided and as they are written. */
bool cg_run_x12_balances(const struct cg_run *run) {
    const struct cg_claim_counts *claims = &run->tally.claims;
    uint64_t segments = 0;
    for (uint32_t i = 0; i < run->path_count; i++) {
        segments += run->inputs[i].x12.segments;
    }
    return segments == run->physical_lines &&
           (run->plan->x12.decides_lines ||
            (run->sides[CG_X12_ACCEPTED].claims + run->passed_claims == claims->accepted &&
             run->sides[CG_X12_REJECTED].claims == claims->rejected));
}
