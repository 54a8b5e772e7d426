/*
 * The stations of a run, one after another on one thread: cut, parse (with the gate's judge),
 * decide. What a read brings in is a batch, however small, so that a line is answered when it has
 * come and a hundred thousand are parsed together.
 *
 * The history forgets before each line. What the member has had accepted is then recalled from the
 * ledger by the same code as in a run.
 */
#include "claimgate/spot.h"

#include "bind.h"

#include "claimgate/csv.h"
#include "claimgate/history.h"
#include "claimgate/intake.h"
#include "claimgate/ledger.h"
#include "claimgate/parse.h"
#include "claimgate/service.h"
#include "claimgate/splitter.h"
#include "claimgate/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ids in files have no control characters. */
static const struct cg_text no_claim = {"\x01", 1};

struct cg_spot {
    struct cg_spot_plan plan;
    struct cg_ledger *ledger;
    struct cg_history *history;
    struct cg_batch *batch;
    struct cg_cutter *cutter;
    struct cg_csv *csv; /* set once the header is bound */
    struct cg_layout *layout;
    struct cg_binding binding;
    uint64_t next_line;
};

static enum cg_status open_ledger(struct cg_spot *spot, struct cg_error *err) {
    if (spot->plan.ledger == NULL) {
        return CG_OK;
    }
    enum cg_status status = cg_ledger_open_reader(spot->plan.ledger, &spot->ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_recall_for(spot->ledger, spot->plan.rules.policy, 0, err);
    }
    return status;
}

enum cg_status cg_spot_open(const struct cg_spot_plan *plan, struct cg_spot **out,
                            struct cg_error *err) {
    struct cg_spot *spot = calloc(1, sizeof *spot);
    if (spot == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    spot->plan = *plan;
    spot->next_line = 1;
    enum cg_status status = open_ledger(spot, err);
    if (status == CG_OK) {
        spot->history =
            cg_history_new(spot->ledger != NULL ? cg_ledger_recall : NULL, spot->ledger);
        spot->batch = cg_batch_new();
        spot->cutter = cg_cutter_new();
        if (spot->history == NULL || spot->batch == NULL || spot->cutter == NULL) {
            status = cg_error_set(err, CG_INTERNAL, "out of memory");
        }
    }
    if (status != CG_OK) {
        cg_spot_close(spot);
        return status;
    }
    *out = spot;
    return CG_OK;
}

void cg_spot_close(struct cg_spot *spot) {
    if (spot == NULL) {
        return;
    }
    cg_csv_free(spot->csv);
    cg_binding_fini(&spot->binding);
    cg_layout_free(spot->layout);
    cg_cutter_free(spot->cutter);
    cg_batch_free(spot->batch);
    cg_history_free(spot->history);
    cg_ledger_close(spot->ledger);
    free(spot);
}

/* --- one line --- */

/* A line that was rejected before its member was met, or that no cap counts, has tested no cap;
 * what the member has used is told all the same. */
static enum cg_status find_used(struct cg_spot *spot, struct cg_spot_answer *answer,
                                struct cg_error *err) {
    const struct cg_line *line = answer->line;
    const struct cg_policy_version *version = line->version;
    if (version == NULL || line->start_day == CG_DAY_NONE || cg_key_len(&line->member_id) == 0 ||
        line->frequency == CG_VOID) {
        return CG_OK;
    }
    const struct cg_text member_id = cg_key_text(&line->member_id);
    enum cg_status status = cg_history_meet(spot->history, member_id, err);
    for (uint32_t i = 0; status == CG_OK && i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        if (line->cap_used[i] != UINT32_MAX) {
            answer->used[i] = line->cap_used[i];
        } else if (cg_cap_counts(cap, line->procedure_no)) {
            answer->used[i] = cg_history_units_used(spot->history, member_id, cap, line->start_day);
        }
    }
    return status;
}

static enum cg_status answer_record(struct cg_spot *spot, const struct cg_record *record,
                                    struct cg_error *err) {
    struct cg_spot_answer answer = {.rules = &spot->plan.rules,
                                    .binding = &spot->binding,
                                    .batch = spot->batch,
                                    .source_line = spot->batch->first_line + record->line_delta};
    enum cg_status status = CG_OK;
    memset(answer.used, 0xFF, sizeof answer.used);
    if (record->line_index != CG_NO_LINE) {
        struct cg_line *line = &spot->batch->lines[record->line_index];
        if (spot->plan.unclaimed) {
            line->claim_id = cg_key_of(no_claim);
        }
        cg_history_forget(spot->history);
        status = cg_history_decide(spot->history, line, 1, err);
        answer.line = line;
        if (status == CG_OK) {
            status = find_used(spot, &answer, err);
        }
    }
    return status == CG_OK ? spot->plan.answer(spot->plan.context, &answer, err) : status;
}

/* --- a piece of input --- */

static enum cg_status bind(struct cg_spot *spot, const struct cg_header *header,
                           struct cg_error *err) {
    enum cg_status status = flow_bind_header(spot->plan.layout, spot->plan.multiline, header->line,
                                             &spot->layout, &spot->binding, err);
    if (status != CG_OK) {
        return status;
    }
    spot->csv = cg_csv_new(spot->binding.delimiter, spot->binding.column_count);
    if (spot->csv == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    spot->batch->csv = spot->csv;
    spot->next_line += header->physical_lines;
    cg_cutter_start(spot->cutter, spot->binding.delimiter, spot->binding.multiline);
    return CG_OK;
}

static enum cg_status take_header(struct cg_spot *spot, struct cg_error *err) {
    struct cg_header header;
    bool found = false;
    enum cg_status status = cg_cutter_header(spot->cutter, spot->batch, &header, &found, err);
    if (status == CG_OK && found) {
        status = bind(spot, &header, err);
    } else if (status == CG_OK && spot->batch->ends_source) {
        status = cg_error_set(err, CG_BAD_DATA,
                              "there is no header line; the first line must name the columns");
    }
    return status == CG_OK ? CG_OK : cg_error_wrap(err, "standard input");
}

static enum cg_status answer_records(struct cg_spot *spot, struct cg_error *err) {
    struct cg_batch *batch = spot->batch;
    const struct cg_parse_plan plan = {.binding = &spot->binding,
                                       .judge = cg_judge,
                                       .judge_lines = cg_judge_lines,
                                       .rules = &spot->plan.rules};
    enum cg_status status = CG_OK;
    cg_cutter_cut(spot->cutter, batch);
    if (batch->text.len != 0 && cg_parse_batch(&plan, spot->csv, batch) != CG_OK) {
        return cg_error_set(err, batch->error.status, "%s", batch->error.text);
    }
    batch->first_line = spot->next_line;
    spot->next_line += batch->physical_lines;
    for (uint32_t i = 0; status == CG_OK && i < batch->record_count; i++) {
        status = answer_record(spot, &batch->records[i], err);
    }
    return status;
}

/* At most CG_BATCH_BYTES. */
static enum cg_status feed(struct cg_spot *spot, const char *bytes, size_t len_bytes, bool at_end,
                           struct cg_error *err) {
    enum cg_status status = CG_OK;
    cg_batch_reset(spot->batch);
    if (len_bytes > 0) {
        memcpy(spot->batch->payload, bytes, len_bytes);
    }
    spot->batch->payload_bytes = len_bytes;
    spot->batch->ends_source = at_end;
    if (spot->csv == NULL) {
        status = take_header(spot, err);
    }
    return status == CG_OK && spot->csv != NULL ? answer_records(spot, err) : status;
}

enum cg_status cg_spot_ask(struct cg_spot *spot, struct cg_text file, struct cg_error *err) {
    return feed(spot, file.ptr, file.len, true, err);
}

/* --- standard input --- */

/* Wait here and not in a read, for a signal must end the wait. */
static enum cg_status wait_for_input(struct cg_spot *spot, struct cg_error *err) {
    if (spot->plan.wait != NULL) {
        spot->plan.wait(spot->plan.context);
    }
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!cg_stop_requested()) {
        if (poll(&input, 1, -1) >= 0 || errno != EINTR) {
            return CG_OK; /* whatever is wrong with it, reading it will say */
        }
    }
    return cg_error_set(err, CG_INTERRUPTED, "interrupted");
}

static enum cg_status refuse_gzip(const uint8_t *window, size_t len_bytes, struct cg_error *err) {
    if (len_bytes >= 2 && window[0] == 0x1F && window[1] == 0x8B) {
        return cg_error_set(err, CG_BAD_DATA,
                            "standard input is compressed: zcat FILE | claimgate check -");
    }
    return CG_OK;
}

/* One piece: whatever has come in. */
static enum cg_status feed_window(struct cg_spot *spot, struct cg_intake *intake, bool *at_end,
                                  struct cg_error *err) {
    enum cg_status status = wait_for_input(spot, err);
    if (status == CG_OK) {
        status = cg_intake_need(intake, 1, err);
    }
    if (status != CG_OK) {
        return status;
    }
    size_t len_bytes = 0;
    const uint8_t *window = cg_intake_window(intake, &len_bytes);
    const size_t fed_bytes = len_bytes < CG_BATCH_BYTES ? len_bytes : CG_BATCH_BYTES;
    *at_end = len_bytes == 0;
    if (spot->csv == NULL) {
        status = refuse_gzip(window, len_bytes, err);
    }
    if (status == CG_OK) {
        status = feed(spot, (const char *)window, fed_bytes, *at_end, err);
    }
    cg_intake_move_to(intake, window + fed_bytes);
    return status;
}

enum cg_status cg_spot_ask_stdin(struct cg_spot *spot, struct cg_error *err) {
    struct cg_intake *intake = NULL;
    bool at_end = false;
    enum cg_status status = cg_intake_open("-", &intake, err);
    while (status == CG_OK && !at_end) {
        status = feed_window(spot, intake, &at_end, err);
    }
    cg_intake_close(intake);
    return status;
}
