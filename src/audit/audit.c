/*
 * An audit is a dry run that is watched: every decided batch passes here in file order, and each of
 * its records is looked up among the decisions of then.
 */
#include "audit_private.h"

#include "changes.h"
#include "counts.h"
#include "decided_file.h"

#include "claimgate/base/log.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/report/notes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SCRATCH_MAX_BYTES = 1 << 20 };

struct audit {
    const struct cg_audit_plan *plan;
    struct cg_run_plan run;
    struct cg_audit_original original;
    struct cg_audit_history *history; /* NULL: one folder or run */
    struct cg_audit_source source;
    struct cg_audit_changes *changes;
    struct cg_audit_facts *facts;
    struct cg_scan_index index;
    struct cg_arena scratch;
    struct cg_audit_counts counts;
};

enum cg_audit_decision cg_audit_decision_of(uint8_t decision) {
    switch ((enum cg_decision)decision) {
    case CG_ACCEPTED:
        return CG_AUDIT_ACCEPTED;
    case CG_CUTBACK:
        return CG_AUDIT_CUTBACK;
    case CG_UNDECIDED:
    case CG_REJECTED:
        break;
    }
    return CG_AUDIT_REJECTED;
}

/* --- comparing --- */

/* Both stand in the accepted file, where nobody sees the difference. */
static enum cg_audit_decision in_output(enum cg_audit_decision decision) {
    return decision == CG_AUDIT_OUT_OF_SCOPE ? CG_AUDIT_ACCEPTED : decision;
}

static bool is_changed(const struct cg_audit_then *then, enum cg_audit_decision now,
                       const char *reasons_now, const struct cg_line *line) {
    if (in_output(then->decision) != in_output(now) ||
        (then->scope_compares && then->decision != now)) {
        return true;
    }
    if (now == CG_AUDIT_CUTBACK && then->accepted_units != line->accepted_units) {
        return true;
    }
    return then->reasons_compare && strcmp(then->reasons, reasons_now) != 0;
}

/* One changed line, where its reader may see whose it is. */
static enum cg_status add_change(struct audit *audit, const struct cg_audit_change *change,
                                 struct cg_error *err) {
    struct cg_array *listed = &audit->facts->listed;
    if (audit->plan->show_phi && listed->count < CG_AUDIT_LISTED_MAX) {
        struct cg_audit_listed *line = cg_array_add(listed);
        if (line == NULL) {
            return cg_error_no_memory(err);
        }
        *line = (struct cg_audit_listed){.then = change->then->decision, .now = change->now};
        memcpy(line->claim_id, change->ids.claim_id, CG_AUDIT_ID_BYTES);
        memcpy(line->line_number, change->ids.line_number, CG_AUDIT_ID_BYTES);
        memcpy(line->member_id, change->ids.member_id, CG_AUDIT_ID_BYTES);
        cg_audit_first_reason(change->reasons_now, line->reason_now);
    }
    return cg_audit_changes_add(audit->changes, change, err);
}

static const struct cg_rules *rules_of(const struct audit *audit, uint32_t input_no) {
    return audit->run.rules_of_inputs != NULL ? audit->run.rules_of_inputs[input_no]
                                              : &audit->run.rules;
}

static enum cg_status list_change(struct audit *audit, const struct cg_audit_record *record,
                                  const struct cg_audit_counted *line, struct cg_error *err) {
    struct cg_verdict verdict;
    struct cg_audit_change change = {.source_file = record->input,
                                     .source_line = record->source_line,
                                     .then = line->then,
                                     .now = line->now,
                                     .reasons_now = line->reasons_now,
                                     .detail_now = "",
                                     .service = line->service};
    cg_audit_ids_of(record, &change.ids);
    if (record->line != NULL) {
        change.accepted_units_now = record->line->accepted_units;
    }
    if (line->now == CG_AUDIT_REJECTED || line->now == CG_AUDIT_CUTBACK) {
        cg_verdict_fill(rules_of(audit, record->input_no), record->binding, record->batch,
                        record->line, &verdict);
        change.detail_now = verdict.detail;
    }
    return add_change(audit, &change, err);
}

static enum cg_status compare(struct audit *audit, const struct cg_audit_record *record,
                              struct cg_error *err) {
    const struct cg_line *line = record->line;
    struct cg_audit_then then;
    char reasons_now[CG_VERDICT_REASONS_BYTES];
    enum cg_status status = audit->source.find(audit->source.self, record, &then, err);
    if (status != CG_OK) {
        return status;
    }
    reasons_now[0] = '\0';
    if (line != NULL) {
        cg_reason_list(line, line->reasons, reasons_now);
    }
    const bool passes = line == NULL || (line->out_of_scope && line->decision == CG_ACCEPTED);
    struct cg_audit_service service = CG_AUDIT_NO_SERVICE;
    struct cg_audit_counted counted = {.then = &then,
                                       .now = passes ? CG_AUDIT_OUT_OF_SCOPE
                                                     : cg_audit_decision_of(line->decision),
                                       .reasons_now = reasons_now,
                                       .service = &service};
    counted.changed = is_changed(&then, counted.now, reasons_now, line);
    if (!passes || counted.changed) { /* others are in no table, and no row has them */
        cg_audit_service_of(record, &service);
    }
    status = cg_audit_counts_add(&audit->counts, &counted, err);
    return status == CG_OK && counted.changed ? list_change(audit, record, &counted, err) : status;
}

/* The lines of a record; one that passes through untouched has none, but is asked for all the same.
 */
static enum cg_status compare_record(struct audit *audit, const struct cg_binding *binding,
                                     const struct cg_batch *batch, uint32_t record_no,
                                     struct cg_error *err) {
    const struct cg_record *found = cg_batch_record(batch, record_no);
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < found->line_count; i++) {
        const struct cg_line *line =
            found->line_index != CG_NO_LINE ? cg_batch_line(batch, found->line_index + i) : NULL;
        const struct cg_audit_record record = {
            .binding = line != NULL ? cg_binding_of_line(binding, line) : binding,
            .batch = batch,
            .record = found,
            .line = line,
            .line_no = i,
            .input_no = batch->source_no,
            .input = audit->run.inputs[batch->source_no],
            .source_line = line != NULL ? cg_batch_line_place(batch, line)
                                        : batch->first_line + found->line_delta,
            .text = cg_batch_record_text(batch, record_no),
            .index = &audit->index,
            .scratch = &audit->scratch};
        status = compare(audit, &record, err);
    }
    return status;
}

static enum cg_status watch(void *context, const struct cg_binding *binding,
                            const struct cg_batch *batch, struct cg_error *err) {
    struct audit *audit = context;
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < batch->records.count; i++) {
        status = compare_record(audit, binding, batch, i, err);
    }
    return status;
}

/* Decided then, and not in the inputs now. */
static enum cg_status take_leftover(void *context, const struct cg_audit_leftover *leftover,
                                    struct cg_error *err) {
    struct audit *audit = context;
    const struct cg_audit_counted counted = {.then = &leftover->then,
                                             .now = CG_AUDIT_ABSENT,
                                             .reasons_now = "",
                                             .service = &leftover->service,
                                             .changed = true};
    const struct cg_audit_change change = {.source_file = leftover->source_file,
                                           .source_line = leftover->source_line,
                                           .ids = leftover->ids,
                                           .then = &leftover->then,
                                           .service = &leftover->service,
                                           .now = CG_AUDIT_ABSENT,
                                           .reasons_now = "",
                                           .detail_now = "The line is not in the inputs."};
    const enum cg_status status = cg_audit_counts_add(&audit->counts, &counted, err);
    return status == CG_OK ? add_change(audit, &change, err) : status;
}

/* --- the whole --- */

/* A pipe has no size; what comes out of it is compared record by record. */
static bool has_size(const char *path, uint64_t bytes) {
    struct stat facts;
    if (strcmp(path, "-") == 0 || stat(path, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return true;
    }
    return (uint64_t)facts.st_size == bytes;
}

static bool have_sizes(const struct cg_array *inputs, const struct cg_run_plan *now) {
    bool same = inputs->count == now->input_count;
    for (uint32_t i = 0; same && i < inputs->count; i++) {
        const struct cg_audit_input *input = cg_array_at(inputs, i);
        same = has_size(now->inputs[i], input->bytes);
    }
    return same;
}

static enum cg_status open_folder(struct audit *audit, struct cg_error *err) {
    const struct cg_audit_plan *plan = audit->plan;
    const char *dir = plan->decided[0];
    int32_t *as_of_day = &audit->run.rules.as_of_day;
    if (cg_audit_original_read(dir, &audit->original, err) != CG_OK) {
        return err->status;
    }
    if (*as_of_day == CG_DAY_NONE) {
        *as_of_day = audit->original.is_ours ? audit->original.as_of_day : cg_date_today();
    }
    if (audit->original.run_no != 0) {
        cg_log_warning("%s was decided on a ledger, as run %" PRId64 "; here every history starts "
                       "from nothing: to start where that run did, give --ledger FILE --run "
                       "%" PRId64 " instead of --decided",
                       dir, audit->original.run_no, audit->original.run_no);
    }
    if (audit->original.is_ours && have_sizes(&audit->original.inputs, &audit->run)) {
        audit->facts->out_of_scope_then = audit->original.out_of_scope;
        audit->facts->match = CG_AUDIT_BY_POSITION;
        return cg_audit_by_position(dir, &audit->original, &audit->source, err);
    }
    if (audit->original.is_ours) {
        cg_log_note("the inputs are not those that %s was made of: lines are matched by claim id "
                    "and line number",
                    dir);
    }
    audit->facts->match = CG_AUDIT_BY_KEY;
    return cg_audit_by_key(plan->decided, 1, audit->original.is_ours, &audit->source, err);
}

static enum cg_status open_history(struct audit *audit, struct cg_error *err) {
    const struct cg_audit_plan *plan = audit->plan;
    if (cg_audit_history_open(plan, &audit->run, &audit->history, &audit->source, err) != CG_OK) {
        return err->status;
    }
    const bool is_ours = cg_audit_history_is_ours(audit->history);
    audit->facts->match = plan->decided_count == 0 ? CG_AUDIT_BY_RUN
                          : is_ours                ? CG_AUDIT_BY_POSITION
                                                   : CG_AUDIT_BY_KEY;
    if (is_ours) {
        audit->facts->out_of_scope_then = cg_audit_history_out_of_scope(audit->history);
    }
    cg_audit_history_runs(audit->history, &audit->facts->first_run, &audit->facts->last_run);
    return CG_OK;
}

static enum cg_status open_source(struct audit *audit, struct cg_error *err) {
    const struct cg_audit_plan *plan = audit->plan;
    audit->facts->out_of_scope_then = -1;
    /* Inputs of X12 are found by their hashes, as those of a history are. */
    if (plan->decided_count == 1 && !cg_decided_is_of_x12(plan->decided[0])) {
        return open_folder(audit, err);
    }
    if (plan->decided_count == 0 && plan->run_no != 0) {
        audit->facts->match = CG_AUDIT_BY_RUN;
        return cg_audit_by_run(&plan->run, plan->run_no, &audit->run.rules.as_of_day,
                               &audit->source, err);
    }
    return open_history(audit, err);
}

static enum cg_status decide_again(struct audit *audit, struct cg_error *err) {
    struct cg_run *run = NULL;
    if (cg_run_new(&audit->run, &run, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_run_execute(run, err);
    if (status == CG_OK && audit->facts->match == CG_AUDIT_BY_RUN && audit->history == NULL) {
        status = cg_audit_run_has_read(audit->run.ledger, audit->plan->run_no, run, err);
    }
    if (status == CG_OK) {
        cg_notes_records(cg_run_facts_of(run));
        status = audit->source.visit_rest(audit->source.self, cg_run_binding(run), take_leftover,
                                          audit, err);
    }
    cg_run_free(run);
    return status;
}

static enum cg_status publish(struct audit *audit, struct cg_error *err) {
    if (cg_audit_counts_finish(&audit->counts, err) != CG_OK ||
        cg_audit_changes_finish(audit->changes, &audit->facts->changes, err) != CG_OK) {
        return err->status;
    }
    return cg_audit_changes_publish(audit->changes, audit->facts, audit->plan->html, err);
}

static void fill_run(struct audit *audit) {
    audit->run = audit->plan->run;
    audit->run.dry_run = true;
    audit->run.before_run = audit->plan->run_no;
    audit->run.output = (struct cg_output_plan){.group = (gid_t)-1, .level = CG_LEVEL_DEFAULT};
    audit->run.checks.max_reject_rate_milli = -1;
    audit->run.watch = watch;
    audit->run.watch_context = audit;
}

/* The source of then is opened, and may set the day, before the facts of now are told. */
static enum cg_status compare_all(struct audit *audit, struct cg_error *err) {
    if (cg_audit_changes_open(audit->plan, &audit->changes, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = open_source(audit, err);
    audit->facts->as_of_day = audit->run.rules.as_of_day;
    if (status != CG_OK) {
        return status;
    }
    status = decide_again(audit, err);
    return status == CG_OK ? publish(audit, err) : status;
}

enum cg_status cg_audit_run(const struct cg_audit_plan *plan, struct cg_audit_facts *out,
                            struct cg_error *err) {
    struct audit audit = {.plan = plan, .facts = out};
    *out = (struct cg_audit_facts){.ledger = plan->decided_count == 0 ? plan->run.ledger : NULL,
                                   .folders = plan->decided,
                                   .folder_count = plan->decided_count,
                                   .first_run = plan->run_no,
                                   .last_run = plan->run_no,
                                   .policy = plan->run.rules.policy,
                                   .roster = plan->run.rules.roster};
    cg_audit_counts_init(&audit.counts, out);
    fill_run(&audit);
    cg_arena_init(&audit.scratch, SCRATCH_MAX_BYTES);
    const enum cg_status status = compare_all(&audit, err);
    if (audit.source.free != NULL) {
        audit.source.free(audit.source.self);
    }
    cg_audit_changes_close(audit.changes);
    cg_audit_original_fini(&audit.original);
    cg_audit_history_close(audit.history);
    cg_scan_fini(&audit.index);
    cg_arena_fini(&audit.scratch);
    cg_audit_counts_fini(&audit.counts);
    return status;
}
