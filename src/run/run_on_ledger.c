/*
 * What a run does on a ledger beside deciding: which inputs are known, and what is kept at the end.
 */
#include "claimgate/run/known_inputs.h"
#include "row_belt.h"
#include "run_private.h"

#include "claimgate/base/log.h"
#include "claimgate/io/place.h"
#include "claimgate/ledger/ledger_query.h"

#include <string.h>

/* A pipe cannot be looked at before it is read. */
static enum cg_status check_ledger_inputs(const struct cg_run *run, struct cg_error *err) {
    for (uint32_t i = 0; i < run->path_count; i++) {
        if (cg_known_inputs_is_pipe(run->paths[i]) && run->path_count > 1) {
            return cg_error_set(err, CG_USAGE,
                                "%s: under --ledger, standard input or a pipe must be the only "
                                "input; run it by itself",
                                run->paths[i]);
        }
    }
    return CG_OK;
}

static enum cg_status open_ledger_dry(struct cg_run *run, const struct cg_ledger_plan *ledger,
                                      struct cg_error *err) {
    bool is_new;
    const enum cg_status status = cg_ledger_open_dry(ledger, &run->ledger, &is_new, err);
    if (status == CG_OK && is_new) {
        cg_log_note("%s: no ledger is there yet, so that nothing is known from earlier runs",
                    ledger->path);
    }
    return status;
}

/* The ledger as this run needs it: as it stood before another run, as it stands, or to write. */
static enum cg_status open_ledger_file(struct cg_run *run, struct cg_error *err) {
    const struct cg_run_plan *plan = run->plan;
    const struct cg_ledger_plan ledger = {.path = plan->ledger,
                                          .lock_wait_seconds = plan->lock_wait_seconds,
                                          .is_redo = plan->is_redo,
                                          .policy = plan->rules.policy,
                                          .check_whole = plan->check_ledger};
    if (plan->before_run != 0) {
        return cg_ledger_open_reader(plan->ledger, &run->ledger, err);
    }
    const enum cg_status status = plan->dry_run ? open_ledger_dry(run, &ledger, err)
                                                : cg_ledger_open(&ledger, &run->ledger, err);
    cg_run_confine(run); /* what an earlier run was cut off in, in folders of its own, is done */
    return status == CG_OK
               ? cg_known_inputs_drop(run->ledger, run->paths, &run->path_count, &run->known, err)
               : status;
}

enum cg_status cg_run_open_ledger(struct cg_run *run, struct cg_error *err) {
    const struct cg_run_plan *plan = run->plan;
    if (check_ledger_inputs(run, err) != CG_OK ||
        cg_content_hash_init(&run->content, err) != CG_OK || open_ledger_file(run, err) != CG_OK) {
        return err->status;
    }
    if (plan->dry_run) {
        return cg_ledger_recall_for(run->ledger, plan->rules.policy, plan->before_run, err);
    }
    return run->path_count != 0
               ? cg_ledger_begin(run->ledger, plan->rules.roster, plan->rules.as_of_day, err)
               : CG_OK;
}

struct whose_folder {
    const char *path;
    int64_t run_no; /* the last that has it; 0: none */
    bool is_withdrawn;
};

static enum cg_status find_whose(void *context, const struct cg_ledger_run_facts *run,
                                 struct cg_error *err) {
    struct whose_folder *whose = context;
    (void)err;
    if (strcmp(run->folder, whose->path) == 0) {
        whose->run_no = run->run_no;
        whose->is_withdrawn = run->state == CG_RUN_WITHDRAWN;
    }
    return CG_OK;
}

enum cg_status cg_run_tell_whose_folder(struct cg_run *run, struct cg_error *err) {
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_place place;
    if (run->ledger == NULL || run->plan->output.dir == NULL ||
        cg_place_find(run->plan->output.dir, &place, &ignored) != CG_OK) {
        return err->status;
    }
    struct whose_folder whose = {.path = place.path};
    if (cg_ledger_visit_runs(run->ledger, 0, find_whose, &whose, &ignored) == CG_OK &&
        whose.run_no != 0) {
        const long long run_no = (long long)whose.run_no;
        *err = (struct cg_error)CG_ERROR_INIT; /* the same failure in better words */
        if (whose.is_withdrawn) {
            (void)cg_error_set(err, CG_CANNOT_CREATE,
                               "%s: holds the outputs of run %lld, which was withdrawn, so that "
                               "nobody may use them; move them away first: mv %s %s.withdrawn-%lld",
                               place.path, run_no, place.path, place.path, run_no);
        } else {
            (void)cg_error_set(err, CG_CANNOT_CREATE,
                               "%s: exists already and holds the outputs of run %lld, which "
                               "stands; choose another folder",
                               place.path, run_no);
        }
    }
    cg_place_fini(&place);
    return err->status;
}

enum cg_status cg_run_find_known_stream(struct cg_run *run, bool *known, struct cg_error *err) {
    struct cg_ledger_known known_by = {0};
    *known = false;
    if (run->ledger == NULL || run->path_count != 1 || run->plan->before_run != 0) {
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_find_content(
        run->ledger, run->ledger_inputs[0].content_sha256, known, &known_by, err);
    if (status == CG_OK && *known) {
        cg_known_inputs_note(run->paths[0], "dropped", &known_by, &run->known);
    }
    return status;
}

enum cg_status cg_run_commit(struct cg_run *run, const struct cg_run_reports *reports,
                             struct cg_error *err) {
    enum { FILES_MAX = CG_OUTPUT_KINDS + 2 };
    const struct cg_output_facts *files[FILES_MAX] = {&reports->report, &reports->page};
    struct cg_ledger_output outputs[FILES_MAX];
    uint32_t count = 0;
    bool kept = false;
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        files[2 + i] = &run->facts.outputs[i];
    }
    for (int i = 0; i < FILES_MAX; i++) {
        if (files[i]->file != NULL) {
            outputs[count++] = cg_run_kept_output(files[i]);
        }
    }
    for (uint32_t i = 0; i < run->path_count; i++) {
        run->ledger_inputs[i].file = run->inputs[i].file;
        run->ledger_inputs[i].bytes = run->inputs[i].bytes;
        run->ledger_inputs[i].records = run->inputs[i].records;
        memcpy(run->ledger_inputs[i].sha256, run->inputs[i].sha256, CG_SHA256_BYTES);
    }
    if (cg_staging_sync(run->outputs.staging, err) != CG_OK) {
        return err->status;
    }
    struct cg_row_belt belt = {
        .batches = run->batches, .depth = run->depth, .threads = run->plan->threads};
    const struct cg_ledger_commit commit = {.inputs = run->ledger_inputs,
                                            .input_count = run->path_count,
                                            .outputs = outputs,
                                            .output_count = count,
                                            .tally = &run->tally,
                                            .layout = run->facts.layout,
                                            .staging = run->outputs.staging,
                                            .carry = cg_row_belt_carry,
                                            .carry_context = &belt};
    const enum cg_status status = cg_ledger_commit(run->ledger, &commit, &kept, err);
    run->outputs.keep_staging = kept;
    return status;
}
