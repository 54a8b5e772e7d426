/*
 * The stations of a run, one after another on one thread: cut, parse (with the gate's field edits),
 * decide. What a read brings in is a batch, however small, so that a line is answered when it has
 * come and a hundred thousand are parsed together.
 *
 * The history forgets before each line. What the member has had accepted is then recalled from the
 * ledger by the same code as in a run.
 */
#include "claimgate/run/check.h"

#include "claimgate/base/stop.h"
#include "claimgate/gate/claim.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/sentences.h"
#include "claimgate/io/foreign.h"
#include "claimgate/io/input.h"
#include "claimgate/io/limits.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/record/reader.h"
#include "claimgate/record/shapes.h"
#include "claimgate/report/notes.h"
#include "claimgate/report/notices.h"
#include "claimgate/run/persons.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ids in files have no control characters. */
static const struct cg_text no_claim = {"\x01", 1};

struct cg_check {
    struct cg_check_plan plan;
    struct cg_ledger *ledger;
    struct cg_history *history;
    struct cg_batch *batch;
    struct cg_reader_input input;
    struct cg_reader *reader;
    struct cg_shape_counts shapes; /* of all batches */
    struct cg_notices notices;
    uint64_t utc_times;
    uint64_t tested; /* lines and malformed records */
};

static enum cg_status open_ledger(struct cg_check *check, struct cg_error *err) {
    if (check->plan.ledger == NULL) {
        return CG_OK;
    }
    const enum cg_status status = cg_ledger_open_reader(check->plan.ledger, &check->ledger, err);
    return status == CG_OK ? cg_ledger_recall_for(check->ledger, check->plan.rules.policy, 0, err)
                           : status;
}

static enum cg_status make_state(struct cg_check *check, struct cg_error *err) {
    check->input.file = "-";
    const struct cg_reader_plan plan = {
        .inputs = &check->input,
        .input_count = 1,
        .layout = check->plan.layout,
        .multiline = check->plan.multiline,
        .takes_rejected = true,
        .x12 = &check->plan.x12,
        .parse = {.edit_fields = cg_edit_fields,
                  .settle_claim = cg_claim_settle,
                  .edit_credentials = cg_edit_credentials,
                  .rules = &check->plan.rules},
    };
    check->history = cg_history_new(check->ledger != NULL ? cg_ledger_recall : NULL, check->ledger);
    check->batch = cg_batch_new();
    check->reader = cg_reader_new(&plan);
    if (check->history == NULL || check->batch == NULL || check->reader == NULL) {
        return cg_error_no_memory(err);
    }
    return check->ledger != NULL ? cg_ledger_lend_numbers(check->ledger, check->history, err)
                                 : CG_OK;
}

static enum cg_status warn_of_persons(struct cg_check *check, struct cg_error *err) {
    struct cg_notices notices = {0};
    int64_t ignored;
    const enum cg_status status =
        cg_persons_compare(check->ledger, check->plan.rules.roster,
                           &notices.of[CG_NOTICE_OTHER_PERSON], &ignored, err);
    cg_notices_warn(&notices, CG_NOTICED_IN_RUN);
    return status;
}

enum cg_status cg_check_open(const struct cg_check_plan *plan, struct cg_check **out,
                             struct cg_error *err) {
    struct cg_check *check = calloc(1, sizeof *check);
    if (check == NULL) {
        return cg_error_no_memory(err);
    }
    check->plan = *plan;
    enum cg_status status = open_ledger(check, err);
    if (status == CG_OK) {
        status = make_state(check, err);
    }
    if (status == CG_OK && check->ledger != NULL) {
        status = warn_of_persons(check, err);
    }
    if (status != CG_OK) {
        cg_check_close(check);
        return status;
    }
    *out = check;
    return CG_OK;
}

void cg_check_close(struct cg_check *check) {
    if (check == NULL) {
        return;
    }
    cg_reader_free(check->reader);
    cg_batch_free(check->batch);
    cg_history_free(check->history);
    cg_ledger_close(check->ledger);
    free(check);
}

/* --- one line --- */

/* A line that was rejected before its member was met, or that no cap counts, has tested no cap;
 * what the member has used is told all the same. */
static enum cg_status find_used(struct cg_check *check, struct cg_check_answer *answer,
                                struct cg_error *err) {
    const struct cg_line *line = answer->line;
    const struct cg_policy_version *version = line->version;
    if (version == NULL || line->start_day == CG_DAY_NONE || cg_key_len(&line->member_id) == 0 ||
        line->frequency == CG_VOID) {
        return CG_OK;
    }
    const struct cg_text member_id = cg_key_text(&line->member_id);
    bool is_known = true;
    if (check->ledger != NULL &&
        cg_ledger_knows_member(check->ledger, member_id, &is_known, err) != CG_OK) {
        return err->status;
    }
    answer->unknown_member = !is_known;
    if (cg_history_meet(check->history, member_id, err) != CG_OK) {
        return err->status;
    }
    for (uint32_t i = 0; i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        if (line->cap_used[i] != UINT32_MAX) {
            answer->used[i] = line->cap_used[i];
        } else if (cg_cap_counts(cap, line->procedure_no)) {
            answer->used[i] =
                cg_history_units_used(check->history, member_id, cap, line->start_day);
        }
    }
    return CG_OK;
}

/* The lines of a record are decided together, as if they came alone. */
static enum cg_status decide_record(struct cg_check *check, const struct cg_record *record,
                                    struct cg_error *err) {
    if (cg_claim_check_policy(check->plan.rules.policy, cg_reader_binding(check->reader), err) !=
        CG_OK) {
        return err->status;
    }
    struct cg_line *lines = cg_batch_line(check->batch, record->line_index);
    for (uint32_t i = 0; check->plan.unclaimed && i < record->line_count; i++) {
        lines[i].claim_id = cg_key_of(no_claim);
    }
    cg_history_forget(check->history);
    if (cg_reader_binding(check->reader)->is_x12 && !check->plan.x12.other_numbers) {
        cg_history_take_same_number(check->history);
    }
    return cg_history_decide(check->history, lines, record->line_count, err);
}

/* `line` is NULL where the record passes through untouched. */
static enum cg_status answer_line(struct cg_check *check, const struct cg_record *record,
                                  const struct cg_line *line, struct cg_error *err) {
    struct cg_check_answer answer = {
        .rules = &check->plan.rules,
        .binding = cg_reader_binding(check->reader),
        .batch = check->batch,
        .source_line = line != NULL ? cg_batch_line_place(check->batch, line)
                                    : check->batch->first_line + record->line_delta,
        .near_code = record->near_code};
    memset(answer.used, 0xFF, sizeof answer.used);
    if (line != NULL && !(line->out_of_scope && line->decision == CG_ACCEPTED)) {
        answer.line = line;
        if (find_used(check, &answer, err) != CG_OK) {
            return err->status;
        }
        check->tested++;
        if (line->decision == CG_REJECTED) {
            cg_note_shapes(answer.binding, check->batch, line, line->reasons,
                           &check->batch->shapes);
        }
    }
    return check->plan.answer(check->plan.context, &answer, err);
}

static enum cg_status answer_record(struct cg_check *check, const struct cg_record *record,
                                    struct cg_error *err) {
    const bool passes = record->line_index == CG_NO_LINE;
    enum cg_status status = passes ? CG_OK : decide_record(check, record, err);
    for (uint32_t i = 0; status == CG_OK && i < record->line_count; i++) {
        const struct cg_line *line =
            passes ? NULL : cg_batch_line(check->batch, record->line_index + i);
        status = answer_line(check, record, line, err);
    }
    return status;
}

/* --- a piece of input --- */

/* Records that come before another header, which ends the questions, are answered all the same. */
static enum cg_status answer_batch(struct cg_check *check, struct cg_error *err) {
    struct cg_batch *batch = check->batch;
    struct cg_error answering = CG_ERROR_INIT;
    const enum cg_status taken = cg_reader_take(check->reader, batch, err);
    const uint32_t last_delta =
        batch->other_header != NULL ? batch->other_header_delta : UINT32_MAX;
    for (uint32_t i = 0;
         (taken == CG_OK || batch->other_header != NULL) && i < batch->records.count; i++) {
        const struct cg_record *record = cg_batch_record(batch, i);
        if (record->line_delta < last_delta && answer_record(check, record, &answering) != CG_OK) {
            *err = answering;
            return answering.status;
        }
    }
    cg_shapes_merge(&check->shapes, &batch->shapes);
    if (taken == CG_OK) {
        batch->told_lines += cg_history_take_told(check->history);
        cg_notices_add_codes(&check->notices, "standard input", batch);
        cg_notices_add_lines(&check->notices, "standard input", batch);
        check->utc_times += batch->utc_times;
    }
    return taken;
}

/* At most CG_BATCH_BYTES. */
static enum cg_status answer_lines(struct cg_check *check, struct cg_text bytes, bool at_end,
                                   struct cg_error *err) {
    cg_reader_feed(check->batch, bytes, at_end);
    enum cg_status status = answer_batch(check, err);
    while (status == CG_OK && cg_reader_is_behind(check->reader)) {
        cg_reader_feed(check->batch, (struct cg_text){"", 0}, false);
        status = answer_batch(check, err);
    }
    return status;
}

enum cg_status cg_check_ask(struct cg_check *check, struct cg_text file, struct cg_error *err) {
    return answer_lines(check, file, true, err);
}

/* --- standard input --- */

/* Wait here and not in a read, for a signal must end the wait. */
static enum cg_status wait_for_input(struct cg_check *check, struct cg_error *err) {
    if (check->plan.wait != NULL) {
        check->plan.wait(check->plan.context);
    }
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!cg_stop_requested()) {
        if (poll(&input, 1, -1) >= 0 || errno != EINTR) {
            return CG_OK; /* whatever is wrong with it, reading it will say */
        }
    }
    return cg_error_set(err, CG_INTERRUPTED, "interrupted");
}

/* Looked at with each piece until the header has come: one byte of it tells little. */
static enum cg_status refuse_foreign(const uint8_t *window, size_t len_bytes,
                                     struct cg_error *err) {
    if (len_bytes >= 2 && window[0] == 0x1F && window[1] == 0x8B) {
        return cg_error_set(err, CG_BAD_DATA,
                            "standard input is compressed: zcat FILE | claimgate check -");
    }
    if (cg_foreign_is_x12(window, len_bytes)) {
        return CG_OK;
    }
    return cg_foreign_refuse("standard input", CG_WRAPPED_PLAIN, window, len_bytes, err);
}

/* One piece: whatever has come in. */
static enum cg_status answer_window(struct cg_check *check, struct cg_input *input, bool *at_end,
                                    struct cg_error *err) {
    if (wait_for_input(check, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_input_need(input, 1, err);
    if (status != CG_OK) {
        return status;
    }
    size_t len_bytes = 0;
    const uint8_t *window = cg_input_window(input, &len_bytes);
    const uint32_t taken_bytes = len_bytes < CG_BATCH_BYTES ? (uint32_t)len_bytes : CG_BATCH_BYTES;
    const struct cg_text taken = {(const char *)window, taken_bytes};
    *at_end = len_bytes == 0;
    if (cg_limits_check("standard input", cg_input_bytes(input), 0, err) != CG_OK) {
        return err->status;
    }
    if (*at_end && cg_input_bytes(input) == 0) {
        return cg_error_set(err, CG_BAD_DATA,
                            "standard input: is empty (0 bytes), there is no header line; the "
                            "first line must name the columns");
    }
    if (!cg_reader_is_bound(check->reader)) {
        status = refuse_foreign(window, len_bytes, err);
        if (status != CG_OK) {
            return status;
        }
    }
    status = answer_lines(check, taken, *at_end, err);
    cg_input_move_to(input, window + taken_bytes);
    return status;
}

enum cg_status cg_check_ask_stdin(struct cg_check *check, struct cg_error *err) {
    struct cg_input *input = NULL;
    bool at_end = false;
    enum cg_status status = cg_input_open("-", &input, err);
    while (status == CG_OK && !at_end) {
        status = answer_window(check, input, &at_end, err);
    }
    cg_input_close(input);
    if (status == CG_OK) {
        struct cg_remarks remarks;
        cg_shapes_remarks_of_claims(&check->shapes, check->tested,
                                    cg_reader_binding(check->reader)->is_x12, &remarks);
        cg_remarks_warn(&remarks, NULL);
        cg_notices_know_past(&check->notices, check->ledger != NULL);
        cg_notices_warn(&check->notices, CG_NOTICED_IN_RUN);
        cg_notes_utc_times(check->utc_times);
    }
    return status;
}
