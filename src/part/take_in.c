/*
 * From the pieces of all tasks to decisions: rows become batches again, each of one input, and
 * these go to the history in the order of the inputs.
 */
#include "answered.h"
#include "asked.h"
#include "deciding.h"

#include "claimgate/base/date.h"
#include "claimgate/base/stop.h"

#include <stdio.h>

enum { LINES_AT_ONCE = 4096 };

/* --- a batch --- */

static void note_accepted(struct cg_deciding *deciding, const struct cg_line *line) {
    const bool counts =
        line->decision != CG_REJECTED && line->frequency != CG_VOID && line->accepted_units > 0;
    if (counts && line->start_day > deciding->last_day) { /* CG_DAY_NONE comes before all */
        deciding->last_day = line->start_day;
    }
}

static enum cg_status answer_lines(struct cg_deciding *deciding, struct cg_error *err) {
    const struct cg_batch *batch = deciding->batch;
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        if (line->out_of_scope) {
            continue;
        }
        note_accepted(deciding, line);
        if (!cg_answered_put(&deciding->answered.text, batch->source_no,
                             cg_batch_line_place(batch, line), line)) {
            return cg_error_no_memory(err);
        }
        if (cg_piece_put(&deciding->answered, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status decide_batch(struct cg_deciding *deciding, struct cg_error *err) {
    struct cg_batch *batch = deciding->batch;
    if (batch->lines.count + batch->passing_take_backs.count == 0) {
        return CG_OK;
    }
    if (cg_stop_check(err) != CG_OK ||
        cg_history_decide(deciding->history, batch->lines.items, batch->lines.count, err) !=
            CG_OK ||
        cg_vain_take_backs_add(&deciding->vain, deciding->history, batch, err) != CG_OK ||
        answer_lines(deciding, err) != CG_OK || cg_deciding_record(deciding, err) != CG_OK) {
        return err->status;
    }
    cg_batch_reset(batch);
    return CG_OK;
}

/* --- rows --- */

static enum cg_status is_none_of_ours(const struct cg_deciding *deciding, const char *what,
                                      struct cg_error *err) {
    return cg_step_damaged(deciding->part, &cg_step_ask, deciding->task, what, err);
}

static enum cg_status blame_task(const struct cg_deciding *deciding, struct cg_error *err) {
    return cg_step_blame(deciding->part, &cg_step_ask, deciding->task, err);
}

/* Lines come in the order of their inputs, or decisions would depend on how they were handed on. */
static enum cg_status check_order(struct cg_deciding *deciding, const struct cg_asked *asked,
                                  struct cg_error *err) {
    const struct cg_input_place place = {asked->input, asked->place};
    const int order = cg_input_place_compare(&deciding->last, &place);
    const bool rises = order < 0 || (order == 0 && asked->follows);
    deciding->last = place;
    return rises ? CG_OK
                 : is_none_of_ours(deciding, "its lines are not in the order of their inputs", err);
}

static bool add_record(struct cg_batch *batch, uint32_t line_index) {
    struct cg_record *record = cg_array_add(&batch->records);
    if (record != NULL) {
        *record = (struct cg_record){.line_index = line_index};
    }
    return record != NULL;
}

static bool add_to_record(struct cg_deciding *deciding, const struct cg_line *line,
                          uint64_t place) {
    struct cg_batch *batch = deciding->batch;
    struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
    struct cg_line *added = cg_batch_add_line(batch);
    uint64_t *kept = cg_array_add(&batch->line_places);
    if (added == NULL || kept == NULL) {
        return false;
    }
    *added = *line;
    *kept = place;
    added->record_no = batch->records.count - 1;
    added->more_lines = record->line_count == 0 ? 0 : (uint16_t)CG_NOT_FIRST;
    cg_batch_line(batch, record->line_index)->more_lines = record->line_count++;
    return true;
}

/* The line is one of the last record, or begins one. Lines out of scope, which did not travel,
 * stand or fall with their claim here too. */
static bool add_line(struct cg_deciding *deciding, const struct cg_asked *asked) {
    static const struct cg_line companion = {.out_of_scope = true,
                                             .start_day = CG_DAY_NONE,
                                             .end_day = CG_DAY_NONE,
                                             .received_day = CG_DAY_NONE,
                                             .birth_day = CG_DAY_NONE};
    bool good = asked->follows || add_record(deciding->batch, deciding->batch->lines.count);
    good = good && add_to_record(deciding, &asked->line, asked->place);
    for (uint32_t i = 0; good && i < asked->companions; i++) {
        good = add_to_record(deciding, &companion, asked->place);
    }
    return good;
}

static bool add_passing(struct cg_deciding *deciding, const struct cg_asked *asked) {
    struct cg_batch *batch = deciding->batch;
    struct cg_passing_take_back *passing = cg_array_add(&batch->passing_take_backs);
    if (!add_record(batch, CG_NO_LINE) || passing == NULL) {
        return false;
    }
    struct cg_record *record = cg_batch_record(batch, batch->records.count - 1);
    record->line_delta = (uint32_t)(asked->place - batch->first_line);
    *passing = asked->passing;
    passing->record_no = batch->records.count - 1;
    return true;
}

/* A batch has lines of one input, and behind them those who ask to take back. */
static bool ends_batch(const struct cg_batch *batch, const struct cg_asked *asked) {
    const bool is_empty = batch->lines.count + batch->passing_take_backs.count == 0;
    const bool follows = asked->follows;
    return !is_empty && !follows &&
           (batch->source_no != asked->input || batch->lines.count >= LINES_AT_ONCE ||
            batch->passing_take_backs.count >= LINES_AT_ONCE ||
            (!asked->passes && batch->passing_take_backs.count > 0));
}

/* Its texts live as long as its batch: a row that begins another one is read again for it. */
static enum cg_status read_row(struct cg_deciding *deciding, struct cg_text row,
                               struct cg_asked *asked, struct cg_error *err) {
    const struct cg_part_plan *plan = &deciding->part->plan;
    const struct cg_policy *policy = deciding->part->rules.policy;
    struct cg_batch *batch = deciding->batch;
    if (cg_asked_read(row, policy, &batch->scratch, asked, err) != CG_OK) {
        return blame_task(deciding, err);
    }
    if (ends_batch(batch, asked) &&
        (decide_batch(deciding, err) != CG_OK ||
         cg_asked_read(row, policy, &batch->scratch, asked, err) != CG_OK)) {
        return err->status;
    }
    return asked->input >= plan->first_inputs[deciding->task] &&
                   asked->input < plan->first_inputs[deciding->task + 1] &&
                   (batch->lines.count > 0 || !asked->follows)
               ? CG_OK
               : is_none_of_ours(deciding, "a row is of another task", err);
}

static enum cg_status take_row(struct cg_deciding *deciding, struct cg_text row,
                               struct cg_error *err) {
    struct cg_batch *batch = deciding->batch;
    struct cg_asked asked;
    if (read_row(deciding, row, &asked, err) != CG_OK ||
        (!asked.passes && check_order(deciding, &asked, err) != CG_OK)) {
        return err->status;
    }
    batch->source_no = asked.input;
    if (batch->records.count == 0) { /* records behind and before it are near enough */
        batch->first_line = asked.place > INT32_MAX ? asked.place - INT32_MAX : 0;
    }
    return (asked.passes ? add_passing(deciding, &asked) : add_line(deciding, &asked))
               ? CG_OK
               : cg_error_no_memory(err);
}

static enum cg_status take_rows(struct cg_deciding *deciding, struct cg_error *err) {
    struct cg_text row;
    bool more = true;
    while (more) {
        if (cg_piece_next(&deciding->asked, &row, &more, err) != CG_OK) {
            return blame_task(deciding, err);
        }
        if (more && take_row(deciding, row, err) != CG_OK) {
            return err->status;
        }
    }
    return decide_batch(deciding, err);
}

/* --- a task --- */

static bool note_days(struct cg_deciding *deciding, const struct cg_json *days) {
    enum { DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1 };
    bool good = true;
    for (size_t i = 0; i < cg_json_count(days); i++) {
        const uint64_t day = (uint64_t)cg_json_integer(cg_json_item(days, i));
        deciding->days[cg_tally_place(day - (uint64_t)CG_DAY_FIRST, DAYS, &good)] = 1;
    }
    return good;
}

static enum cg_status open_pieces(struct cg_deciding *deciding, const struct cg_attempt *attempt,
                                  const struct cg_json *root, struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    char name[32];
    struct cg_piece_facts facts;
    const struct cg_json *piece = cg_json_item(cg_json_member(root, "pieces"), deciding->part_no);
    cg_piece_facts_get(piece, &facts);
    (void)cg_part_path(deciding->part, path, "ask/%u/part-%u.rows.gz", deciding->task,
                       deciding->part_no);
    if (cg_json_is_null(piece)) {
        return is_none_of_ours(deciding, "it has other parts", err);
    }
    (void)snprintf(name, sizeof name, "ask-%u.rows.gz", deciding->task);
    if (cg_piece_create(attempt->dir_fd, name, cg_answered_header, deciding->deflater,
                        &deciding->answered, err) != CG_OK) {
        return err->status;
    }
    return cg_piece_open(path, cg_asked_header, &facts, &deciding->asked, err) == CG_OK
               ? CG_OK
               : blame_task(deciding, err);
}

static enum cg_status take_manifest(struct cg_deciding *deciding, const struct cg_attempt *attempt,
                                    const struct cg_json *root, struct cg_error *err) {
    if (!note_days(deciding, cg_json_member(root, "days"))) {
        return is_none_of_ours(deciding, "it has a day that there is none of", err);
    }
    if (cg_deciding_take_task(deciding, root, err) != CG_OK) {
        return blame_task(deciding, err);
    }
    if (open_pieces(deciding, attempt, root, err) != CG_OK || take_rows(deciding, err) != CG_OK) {
        return err->status;
    }
    return cg_piece_finish(&deciding->answered, &deciding->facts[deciding->task], err);
}

static enum cg_status decide_task(struct cg_deciding *deciding, const struct cg_attempt *attempt,
                                  struct cg_error *err) {
    struct cg_manifest manifest;
    enum cg_status status =
        cg_manifest_load(deciding->part, &cg_step_ask, deciding->task, &manifest, err);
    if (status == CG_OK) {
        status = take_manifest(deciding, attempt, cg_json_root(manifest.doc), err);
    }
    cg_piece_abandon(&deciding->answered);
    cg_piece_close(&deciding->asked);
    cg_manifest_free(&manifest);
    return status;
}

enum cg_status cg_take_in(struct cg_deciding *deciding, const struct cg_attempt *attempt,
                          struct cg_error *err) {
    for (deciding->task = 0; deciding->task < deciding->part->plan.tasks; deciding->task++) {
        if (decide_task(deciding, attempt, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}
