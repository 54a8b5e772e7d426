/*
 * What a part that decides does with its ledger: its run of the night, which is the same number in
 * every part of the set.
 *
 * The run is kept before the part's folder is made, so that a folder that stands is the sign that
 * both are. A part that is decided again, for it was cut off in between, finds its run and reads
 * what was known before it.
 */
#include "asked.h"
#include "deciding.h"

#include "claimgate/base/fault.h"

#include <stdlib.h>

enum { LOCK_WAIT_SECONDS = 600 };

static enum cg_status begin(struct cg_deciding *deciding, struct cg_error *err) {
    const struct cg_part *part = deciding->part;
    const struct cg_rules *rules = &part->rules;
    return deciding->is_kept
               ? cg_ledger_recall_for(deciding->ledger, rules->policy, part->plan.night.run_no, err)
               : cg_ledger_begin(deciding->ledger, rules->roster, rules->as_of_day, err);
}

enum cg_status cg_deciding_open_ledger(struct cg_deciding *deciding, struct cg_error *err) {
    const struct cg_part_plan *plan = &deciding->part->plan;
    const struct cg_ledger_plan ledger = {.lock_wait_seconds = LOCK_WAIT_SECONDS,
                                          .policy = deciding->part->rules.policy};
    if (plan->night.run_no == 0) {
        return CG_OK;
    }
    deciding->inputs = calloc((size_t)plan->input_count + 1, sizeof deciding->inputs[0]);
    if (deciding->inputs == NULL ||
        !cg_tally_init(&deciding->tally, deciding->part->rules.policy)) {
        return cg_error_no_memory(err);
    }
    enum cg_status status = cg_ledger_set_open(plan->ledgers, &deciding->set, err);
    if (status == CG_OK) {
        status = cg_ledger_set_open_part(deciding->set, deciding->part_no, &plan->night, &ledger,
                                         &deciding->ledger, &deciding->is_kept, err);
    }
    return status == CG_OK ? begin(deciding, err) : status;
}

static void take_input(struct cg_ledger_input *input, const struct cg_json *told) {
    input->file = cg_json_string(cg_json_member(told, "file"));
    input->bytes = (uint64_t)cg_json_integer(cg_json_member(told, "bytes"));
    input->records = (uint64_t)cg_json_integer(cg_json_member(told, "records"));
    cg_json_hex(cg_json_member(told, "sha256"), input->sha256, sizeof input->sha256);
    cg_json_hex(cg_json_member(told, "content_sha256"), input->content_sha256,
                sizeof input->content_sha256);
    cg_json_hex(cg_json_member(told, "head_sha256"), input->head_sha256, sizeof input->head_sha256);
}

/* What no part decides is part 0's, so that the sums over all parts are the night's. */
enum cg_status cg_deciding_take_task(struct cg_deciding *deciding, const struct cg_json *root,
                                     struct cg_error *err) {
    const struct cg_part_plan *plan = &deciding->part->plan;
    const uint32_t first = plan->first_inputs[deciding->task];
    const struct cg_json *inputs = cg_json_member(root, "inputs");
    if (deciding->ledger == NULL) {
        return CG_OK;
    }
    for (uint32_t i = first; i < plan->first_inputs[deciding->task + 1]; i++) {
        take_input(&deciding->inputs[i], cg_json_item(inputs, i - first));
        deciding->inputs[i].file = plan->inputs[i].file; /* it outlives the manifest */
    }
    return deciding->part_no != 0 ? CG_OK
                                  : cg_tally_add_file(&deciding->tally, &deciding->edge,
                                                      cg_json_member(root, "tally"), err);
}

enum cg_status cg_deciding_record(struct cg_deciding *deciding, struct cg_error *err) {
    static const struct cg_binding no_columns; /* what the history rejects needs none */
    struct cg_batch *batch = deciding->batch;
    if (deciding->ledger == NULL || deciding->is_kept) {
        return CG_OK;
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        struct cg_line *line = cg_batch_line(batch, i);
        cg_tally_add_line(&deciding->tally, line);
        if (!line->out_of_scope &&
            !cg_asked_word_reason(&deciding->part->rules, &no_columns, batch, line)) {
            return cg_error_no_memory(err);
        }
    }
    const enum cg_status status = cg_ledger_number_members(deciding->ledger, batch, err);
    return status == CG_OK ? cg_ledger_record(deciding->ledger, batch, err) : status;
}

enum cg_status cg_deciding_commit(struct cg_deciding *deciding, struct cg_error *err) {
    const struct cg_part_plan *plan = &deciding->part->plan;
    const struct cg_ledger_commit commit = {
        .inputs = deciding->inputs,
        .input_count = plan->input_count,
        .tally = &deciding->tally,
        .layout = plan->bound_layout != NULL ? plan->bound_layout : "none",
    };
    bool kept = false;
    if (deciding->ledger == NULL || deciding->is_kept) {
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_commit(deciding->ledger, &commit, &kept, err);
    const int fault = cg_fault("part.decided");
    return status == CG_OK && fault != 0
               ? cg_error_set_errno(err, CG_IO, fault, "%s", plan->ledgers)
               : status;
}

void cg_deciding_close_ledger(struct cg_deciding *deciding) {
    cg_ledger_close(deciding->ledger);
    cg_ledger_set_close(deciding->set);
    cg_tally_fini(&deciding->tally);
    free(deciding->inputs);
}
