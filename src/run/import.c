/*
 * Import: the stations of a run one after another, with the same gate. What was paid is not tested
 * again: a roster is asked for exemptions and persons alone, and a line is decided under its policy
 * version without caps and twin edits. What remains of the gate are repeated lines and take-backs,
 * so that the file of a payer who exports voids and replacements along with what they took back
 * comes out right.
 */
#include "bind.h"
#include "known_inputs.h"

#include "claimgate/base/stop.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/io/source.h"
#include "claimgate/io/unfinished.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/parse.h"
#include "claimgate/record/splitter.h"
#include "claimgate/rules/reason.h"
#include "claimgate/run/correction.h"

#include <stdlib.h>

struct import {
    const struct cg_correction_plan *plan;
    struct cg_problems *problems;
    struct cg_rules rules;
    struct cg_policy_version *versions; /* those of the policy, without caps */
    struct cg_ledger *ledger;
    struct cg_history *history;
    struct cg_source *source;
    struct cg_splitter *splitter;
    struct cg_batch *batch;
    struct cg_csv *csv; /* set once the header is bound */
    struct cg_layout *layout;
    struct cg_binding binding;
    struct cg_content_hash content;
    struct cg_tally tally;
    uint64_t repeated;
    uint64_t next_line;
};

/* Without these a line cannot be remembered; every other reason was the payer's to edit_fields. */
static uint64_t reasons_that_matter(void) {
    static const enum cg_reason reasons[] = {
        CG_REASON_MALFORMED_RECORD,       CG_REASON_CLAIM_ID_INVALID,
        CG_REASON_LINE_NUMBER_INVALID,    CG_REASON_MEMBER_ID_INVALID,
        CG_REASON_SERVICE_DATE_INVALID,   CG_REASON_SERVICE_END_DATE_INVALID,
        CG_REASON_UNITS_INVALID,          CG_REASON_FREQUENCY_CODE_INVALID,
        CG_REASON_ORIGINAL_CLAIM_UNKNOWN,
    };
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        bits |= cg_reason_bit(reasons[i]);
    }
    return bits;
}

static void note_problem(struct import *import, const struct cg_line *line, uint64_t reasons) {
    const struct cg_record *record = &import->batch->records[line->record_no];
    const struct cg_reason_info *info = cg_reason_info((enum cg_reason)__builtin_ctzll(reasons));
    cg_problems_add(import->problems, import->plan->file,
                    import->batch->first_line + record->line_delta, 0, "%s: %s", info->name,
                    info->text);
}

static void make_untested(struct import *import, struct cg_line *line) {
    const uint64_t matters = line->reasons & reasons_that_matter();
    const uint32_t newest = cg_policy_version_count(import->plan->policy) - 1;
    if (matters != 0) {
        note_problem(import, line, matters);
        return;
    }
    line->reasons = 0;
    line->warnings = 0;
    line->version = &import->versions[line->version != NULL ? line->version->index : newest];
}

static bool copy_versions(struct import *import) {
    const uint32_t count = cg_policy_version_count(import->plan->policy);
    import->versions = calloc(count, sizeof import->versions[0]);
    for (uint32_t i = 0; import->versions != NULL && i < count; i++) {
        import->versions[i] = *cg_policy_version(import->plan->policy, i);
        import->versions[i].cap_count = 0;
        import->versions[i].duplicate_service = CG_SEVERITY_OFF;
        import->versions[i].reject_unknown_original = false;
    }
    return import->versions != NULL;
}

static enum cg_status begin(struct import *import, bool *known, struct cg_error *err) {
    const struct cg_correction_plan *plan = import->plan;
    const struct cg_ledger_plan ledger = {
        .path = plan->ledger, .lock_wait_seconds = plan->lock_wait_seconds, .policy = plan->policy};
    const char *inputs[] = {plan->file};
    uint32_t count = 1;
    enum cg_status status = cg_ledger_open(&ledger, &import->ledger, err);
    if (status == CG_OK) {
        status = cg_known_inputs_drop(import->ledger, inputs, &count, err);
    }
    *known = count == 0;
    if (status == CG_OK && !*known) {
        status = cg_ledger_begin_import(import->ledger, plan->as_of_day, err);
    }
    if (status != CG_OK || *known) {
        return status;
    }
    import->history = cg_history_new(cg_ledger_recall, import->ledger);
    import->splitter = cg_splitter_new();
    import->batch = cg_batch_new();
    const bool made = import->history != NULL && import->splitter != NULL &&
                      import->batch != NULL && cg_content_hash_init(&import->content) &&
                      copy_versions(import) && cg_tally_init(&import->tally, plan->policy);
    return made ? cg_source_open(plan->file, &import->source, err)
                : cg_error_set(err, CG_INTERNAL, "out of memory");
}

static void end(struct import *import) {
    cg_tally_fini(&import->tally);
    cg_content_hash_fini(&import->content);
    cg_csv_free(import->csv);
    cg_binding_fini(&import->binding);
    cg_layout_free(import->layout);
    cg_source_close(import->source);
    cg_batch_free(import->batch);
    cg_splitter_free(import->splitter);
    cg_history_free(import->history);
    cg_ledger_close(import->ledger);
    free(import->versions);
}

static enum cg_status fill(struct import *import, struct cg_error *err) {
    struct cg_batch *batch = import->batch;
    cg_batch_reset(batch);
    batch->csv = import->csv;
    enum cg_status status = cg_stop_check(err);
    if (status == CG_OK) {
        status = cg_batch_read(batch, import->source, err);
    }
    if (status == CG_OK && batch->ends_source && cg_source_is_empty(import->source)) {
        status = cg_source_refuse_empty(import->source, "fetch it again", err);
    }
    if (status == CG_OK) {
        cg_content_hash_add(&import->content, batch->payload, batch->payload_bytes);
    }
    return status;
}

static enum cg_status take_header(struct import *import, struct cg_error *err) {
    struct cg_header header;
    bool found = false;
    enum cg_status status =
        cg_splitter_header(import->splitter, import->batch, &header, &found, err);
    if (status == CG_OK && !found) {
        return import->batch->ends_source
                   ? cg_error_set(err, CG_BAD_DATA,
                                  "there is no header line; the first line must name the columns")
                   : CG_OK;
    }
    if (status == CG_OK) {
        status = cg_bind_header(import->plan->layout, import->plan->multiline, header.line,
                                &import->layout, &import->binding, err);
    }
    if (status == CG_OK) {
        import->csv = cg_csv_new(import->binding.delimiter, import->binding.column_count);
        import->batch->csv = import->csv;
        import->next_line += header.physical_lines;
        cg_splitter_start(import->splitter, import->binding.delimiter, import->binding.multiline);
        status = import->csv != NULL ? CG_OK : cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    return status;
}

static enum cg_status take_records(struct import *import, struct cg_error *err) {
    struct cg_batch *batch = import->batch;
    const struct cg_parse_plan plan = {.binding = &import->binding,
                                       .edit_fields = cg_edit_fields,
                                       .edit_credentials = cg_edit_credentials,
                                       .rules = &import->rules};
    cg_splitter_cut(import->splitter, batch);
    if (batch->text.len != 0 && cg_parse_batch(&plan, import->csv, batch) != CG_OK) {
        return cg_error_set(err, batch->error.status, "%s", batch->error.text);
    }
    batch->first_line = import->next_line;
    import->next_line += batch->physical_lines;
    for (uint32_t i = 0; i < batch->line_count; i++) {
        make_untested(import, &batch->lines[i]);
    }
    if (import->problems->total > 0) {
        return CG_OK; /* only to find the other problems */
    }
    enum cg_status status =
        cg_history_decide(import->history, batch->lines, batch->line_count, err);
    for (uint32_t i = 0; status == CG_OK && i < batch->line_count; i++) {
        import->repeated += batch->lines[i].decision == CG_REJECTED;
    }
    if (status == CG_OK && !cg_tally_add(&import->tally, batch)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    if (status == CG_OK) {
        status = cg_ledger_record(import->ledger, batch, err);
    }
    return status;
}

static enum cg_status take_batch(struct import *import, struct cg_error *err) {
    enum cg_status status = CG_OK;
    if (import->csv == NULL) {
        status = take_header(import, err);
    }
    if (status == CG_OK && import->csv != NULL) {
        status = take_records(import, err);
    }
    return status == CG_OK ? CG_OK : cg_error_wrap(err, "%s", import->plan->file);
}

static enum cg_status read_all(struct import *import, struct cg_error *err) {
    enum cg_status status = CG_OK;
    cg_unfinished_name(import->plan->file);
    do {
        status = fill(import, err);
        status = status == CG_OK ? take_batch(import, err) : status;
    } while (status == CG_OK && !import->batch->ends_source);
    if (status == CG_OK && cg_source_lacks_line_end(import->source)) {
        cg_unfinished_line(import->plan->file);
    }
    return status;
}

static enum cg_status commit(struct import *import, struct cg_error *err) {
    struct cg_ledger_input input = {.file = import->plan->file,
                                    .bytes = cg_source_bytes(import->source),
                                    .records = import->tally.records};
    bool kept;
    if (!cg_source_sha256(import->source, input.sha256) ||
        !cg_content_hash_get(&import->content, input.head_sha256, input.content_sha256)) {
        return cg_error_set(err, CG_INTERNAL, "SHA-256 is not available");
    }
    const struct cg_ledger_commit commit = {
        .inputs = &input, .input_count = 1, .tally = &import->tally};
    return cg_ledger_commit(import->ledger, &commit, &kept, err);
}

enum cg_status cg_import_run(const struct cg_correction_plan *plan,
                             struct cg_correction_facts *facts, struct cg_problems *problems,
                             struct cg_error *err) {
    struct import import = {
        .plan = plan,
        .problems = problems,
        .rules = {.policy = plan->policy,
                  .roster = plan->roster,
                  .as_of_day = plan->as_of_day,
                  .untested = true},
        .next_line = 1,
    };
    bool known = false;
    *facts = (struct cg_correction_facts){0};
    enum cg_status status = begin(&import, &known, err);
    if (status == CG_OK && !known) {
        status = read_all(&import, err);
    }
    if (status == CG_OK && !known && problems->total > 0) {
        /* Claim data, not a file that people configure. */
        status = cg_problems_status(problems, err) == CG_OK ? CG_OK : CG_BAD_DATA;
        err->status = status;
    }
    if (status == CG_OK && !known) {
        status = commit(&import, err);
    }
    if (status == CG_OK && !known) {
        *facts = (struct cg_correction_facts){
            .run_no = cg_ledger_run_no(import.ledger),
            .records = import.tally.records,
            .lines = import.tally.accepted - import.tally.out_of_scope,
            .units = import.tally.units_accepted,
            .out_of_scope = import.tally.out_of_scope,
            .near_codes = import.tally.warnings[CG_REASON_PROCEDURE_CODE_NEAR],
            .repeated = import.repeated,
        };
    }
    end(&import);
    return status;
}
