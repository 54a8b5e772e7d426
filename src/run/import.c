/*
 * Import: the stations of a run one after another, with the same gate. What was paid is not tested
 * again (untested.h): a roster is asked for exemptions and persons alone. The file of a payer who
 * exports voids and replacements along with what they took back comes out right.
 */
#include "claimgate/run/import.h"

#include "claimgate/run/content_hash.h"
#include "claimgate/run/known_inputs.h"
#include "untested.h"

#include "claimgate/gate/field_edits.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/gate/tally.h"
#include "claimgate/gate/vain_take_backs.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/shapes.h"
#include "claimgate/report/notes.h"
#include "claimgate/report/notices.h"
#include "claimgate/rules/reason.h"
#include "claimgate/run/persons.h"

#include <string.h>

struct import {
    const struct cg_import_plan *plan;
    struct cg_problems *problems;
    struct cg_rules rules;
    struct cg_untested untested;
    struct cg_ledger *ledger;
    struct cg_history *history;
    struct cg_reader_input input;
    struct cg_reader *reader;
    struct cg_batch *batch;
    struct cg_content_hash content;
    struct cg_tally tally;
    struct cg_notices notices;
    struct cg_vain_take_backs vain;
    uint64_t repeated;
    struct cg_shape_counts shapes; /* of all batches */
    uint64_t tested;               /* lines and malformed records */
};

static void note_problem(struct import *import, const struct cg_line *line, uint64_t reasons) {
    const struct cg_reason_info *info = cg_reason_info((enum cg_reason)__builtin_ctzll(reasons));
    const struct cg_binding *binding = cg_reader_binding(import->reader);
    struct cg_verdict verdict = {.detail = ""};
    if (line->malformed != CG_WELL_FORMED) {
        cg_verdict_fill(&import->rules, binding, import->batch, line, &verdict);
    }
    cg_problems_add(import->problems, import->plan->file, cg_batch_line_place(import->batch, line),
                    cg_fault_column(binding, import->batch, line, reasons & -reasons), "%s: %s",
                    info->name, verdict.detail[0] != '\0' ? verdict.detail : info->text);
}

static void make_untested(struct import *import, struct cg_line *line) {
    if (line->out_of_scope) {
        return;
    }
    const uint64_t of_code = line->reasons & (cg_reason_bit(CG_REASON_PROCEDURE_CODE_INVALID) |
                                              cg_reason_bit(CG_REASON_PROCEDURE_CODE_NEAR));
    const uint64_t matters = cg_untested_take(&import->untested, line);
    import->tested++;
    if (of_code != 0) {
        cg_notices_add(&import->notices, CG_NOTICE_HELD_CODE, import->plan->file,
                       cg_batch_line_place(import->batch, line));
    }
    if (matters != 0) {
        cg_note_shapes(cg_reader_binding(import->reader), import->batch, line, matters,
                       &import->batch->shapes);
        note_problem(import, line, matters);
    }
}

static enum cg_status make_state(struct import *import, struct cg_error *err) {
    const struct cg_reader_plan plan = {
        .inputs = &import->input,
        .input_count = 1,
        .layout = import->plan->layout,
        .multiline = import->plan->multiline,
        .x12 = &import->plan->x12,
        .takes_past = true,
        .empty_mend = "fetch it again",
        .parse = {.edit_fields = cg_edit_fields,
                  .edit_credentials = cg_edit_credentials,
                  .rules = &import->rules},
    };
    import->reader = cg_reader_new(&plan);
    import->batch = cg_batch_new();
    import->history = cg_history_new(cg_ledger_recall, import->ledger);
    if (import->history != NULL) {
        cg_history_decide_lines_apart(import->history, true);
        cg_history_keep_lines(import->history);
    }
    return import->reader != NULL && import->batch != NULL && import->history != NULL &&
                   cg_untested_init(&import->untested, import->plan->policy) &&
                   cg_tally_init(&import->tally, import->plan->policy)
               ? cg_content_hash_init(&import->content, err)
               : cg_error_no_memory(err);
}

/* *known: the ledger has this content already, and a note has said so. */
static enum cg_status begin(struct import *import, bool *known, struct cg_error *err) {
    const struct cg_import_plan *plan = import->plan;
    const struct cg_ledger_plan ledger = {
        .path = plan->ledger, .lock_wait_seconds = plan->lock_wait_seconds, .policy = plan->policy};
    const char *inputs[] = {plan->file};
    uint32_t count = 1;
    if (cg_ledger_open(&ledger, &import->ledger, err) != CG_OK) {
        return err->status;
    }
    struct cg_sandbox_facts ignored;
    cg_sandbox_enter(plan->sandbox, &ignored);
    enum cg_status status = cg_known_inputs_drop(import->ledger, inputs, &count, NULL, err);
    *known = count == 0;
    if (status != CG_OK || *known) {
        return status;
    }
    status = cg_ledger_begin_import(import->ledger, plan->as_of_day, err);
    if (status == CG_OK) {
        status = make_state(import, err);
    }
    return status == CG_OK ? cg_ledger_lend_numbers(import->ledger, import->history, err) : status;
}

static void end(struct import *import) {
    cg_vain_take_backs_fini(&import->vain);
    cg_tally_fini(&import->tally);
    cg_content_hash_fini(&import->content);
    cg_reader_free(import->reader);
    cg_batch_free(import->batch);
    cg_history_free(import->history);
    cg_ledger_close(import->ledger);
    cg_untested_fini(&import->untested);
}

/* The lines of a batch, whose bytes are still to be read. */
static enum cg_status take_batch(struct import *import, struct cg_error *err) {
    struct cg_batch *batch = import->batch;
    if (cg_reader_read(import->reader, batch, err) != CG_OK) {
        return err->status;
    }
    cg_content_hash_add(&import->content, batch->payload, batch->payload_bytes);
    enum cg_status status = cg_reader_take(import->reader, batch, err);
    if (status != CG_OK) {
        return status;
    }
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        make_untested(import, cg_batch_line(batch, i));
    }
    cg_shapes_merge(&import->shapes, &batch->shapes);
    if (import->problems->total > 0) {
        return CG_OK; /* only to find the other problems */
    }
    if (cg_reader_binding(import->reader)->is_x12 && !import->plan->x12.other_numbers) {
        cg_history_take_same_number(import->history);
    }
    status = cg_history_decide(import->history, batch->lines.items, batch->lines.count, err);
    batch->told_lines += cg_history_take_told(import->history);
    if (status == CG_OK) {
        status = cg_vain_take_backs_add(&import->vain, import->history, batch, err);
    }
    if (status != CG_OK) {
        return cg_error_wrap(err, "%s", import->plan->file);
    }
    cg_notices_add_codes(&import->notices, import->plan->file, batch);
    cg_notices_add_lines(&import->notices, import->plan->file, batch);
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        import->repeated += cg_batch_line(batch, i)->decision == CG_REJECTED;
    }
    if (!cg_tally_add(&import->tally, batch)) {
        return cg_error_no_memory(err);
    }
    status = cg_ledger_number_members(import->ledger, batch, err);
    if (status == CG_OK) {
        status = cg_ledger_record(import->ledger, batch, err);
    }
    return status == CG_OK ? CG_OK : cg_error_wrap(err, "%s", import->plan->file);
}

static enum cg_status read_all(struct import *import, struct cg_error *err) {
    enum cg_status status = CG_OK;
    cg_reader_warn_of_names(import->reader);
    do {
        status = take_batch(import, err);
    } while (status == CG_OK && !import->batch->is_last);
    cg_reader_warn_of_cut_lines(import->reader);
    return status == CG_OK ? cg_reader_check_inputs(import->reader, err) : status;
}

static enum cg_status commit(struct import *import, struct cg_error *err) {
    struct cg_ledger_input input = {
        .file = import->plan->file, .bytes = import->input.bytes, .records = import->input.records};
    bool kept;
    memcpy(input.sha256, import->input.sha256, CG_SHA256_BYTES);
    cg_content_hash_get(&import->content, input.head_sha256, input.content_sha256);
    const struct cg_ledger_commit commit = {
        .inputs = &input,
        .input_count = 1,
        .tally = &import->tally,
        .layout = cg_reader_binding(import->reader)->is_x12 ? "x12-837p" : NULL};
    return cg_ledger_commit(import->ledger, &commit, &kept, err);
}

/* Nobody is cut off for what was paid: no line of theirs fits any more, which is worth saying. */
static enum cg_status count_over(const struct import *import, struct cg_import_facts *facts,
                                 struct cg_error *err) {
    for (uint32_t i = 0; i < facts->version->cap_count; i++) {
        if (!cg_history_count_over(import->history, &facts->version->caps[i], &facts->over[i])) {
            return cg_error_set(err, CG_INTERNAL, "out of memory after the lines were taken in");
        }
    }
    return CG_OK;
}

static void note_vain_take_back(void *context, uint32_t source_no, uint64_t line) {
    struct import *import = context;
    (void)source_no; /* there is but one */
    cg_notices_add(&import->notices, CG_NOTICE_VAIN_TAKE_BACK, import->plan->file, line);
}

static enum cg_status take_in(struct import *import, struct cg_import_facts *facts,
                              struct cg_error *err) {
    bool known = false;
    enum cg_status status = begin(import, &known, err);
    if (status != CG_OK || known) {
        return status;
    }
    if (read_all(import, err) != CG_OK) {
        return err->status;
    }
    if (import->problems->total > 0) {
        struct cg_remarks remarks;
        cg_shapes_remarks_of_claims(&import->shapes, import->tested,
                                    cg_reader_binding(import->reader)->is_x12, &remarks);
        cg_remarks_warn(&remarks, import->plan->file);
        return cg_problems_in_data(import->problems, err);
    }
    uint64_t vain;
    status = cg_vain_take_backs_end(&import->vain, import->history, note_vain_take_back, import,
                                    &vain, err);
    import->notices.of[CG_NOTICE_VAIN_TAKE_BACK].records = vain;
    if (status == CG_OK && import->plan->roster != NULL) {
        int64_t ignored;
        status = cg_persons_compare(import->ledger, import->plan->roster,
                                    &import->notices.of[CG_NOTICE_OTHER_PERSON], &ignored, err);
    }
    if (status == CG_OK) {
        status = commit(import, err);
    }
    if (status != CG_OK) {
        return status;
    }
    cg_notices_warn(&import->notices, CG_NOTICED_IN_IMPORT);
    cg_notes_utc_times(import->tally.utc_times);
    const struct cg_policy *policy = import->plan->policy;
    *facts = (struct cg_import_facts){
        .run_no = cg_ledger_run_no(import->ledger),
        .records = import->tally.records,
        .lines = import->tally.accepted - import->tally.out_of_scope,
        .units = import->tally.units_accepted,
        .out_of_scope = import->tally.out_of_scope,
        .repeated = import->repeated,
        .version = cg_policy_version(policy, cg_policy_version_count(policy) - 1),
    };
    return count_over(import, facts, err);
}

enum cg_status cg_import_run(const struct cg_import_plan *plan, struct cg_import_facts *facts,
                             struct cg_problems *problems, struct cg_error *err) {
    struct import import = {
        .plan = plan,
        .problems = problems,
        .rules = {.policy = plan->policy,
                  .roster = plan->roster,
                  .as_of_day = plan->as_of_day,
                  .untested = true},
        .input = {.file = plan->file},
    };
    *facts = (struct cg_import_facts){0};
    cg_vain_take_backs_init(&import.vain);
    const enum cg_status status = take_in(&import, facts, err);
    end(&import);
    return status;
}
