/*
 * From the inputs of a task to the pieces of the parts: read, unpack, cut and parse as in any run,
 * and then each line goes to the part that decides it.
 */
#include "asked.h"
#include "asking.h"
#include "passing.h"

#include "claimgate/base/date.h"
#include "claimgate/gate/claim.h"
#include "claimgate/gate/decided.h"
#include "claimgate/record/stretches.h"

static void read_batch(void *context, struct cg_batch *batch) {
    struct cg_asking *asking = context;
    if (atomic_load(&asking->stop)) {
        batch->is_last = true;
        return;
    }
    cg_reader_fill(asking->reader, batch);
}

static void unpack(void *context, struct cg_batch *batch) {
    const struct cg_asking *asking = context;
    cg_reader_unpack(asking->reader, batch);
}

/* By its content a ledger tells an input from another. */
static void hash_content(struct cg_asking *asking, const struct cg_batch *batch) {
    struct cg_input_hashes *hashes = &asking->hashes[batch->source_no];
    cg_content_hash_add(&asking->content, batch->payload, batch->payload_bytes);
    if (batch->ends_source) {
        cg_content_hash_get(&asking->content, hashes->head, hashes->content);
        cg_content_hash_restart(&asking->content);
    }
}

static void cut(void *context, struct cg_batch *batch) {
    struct cg_asking *asking = context;
    if (batch->error.status == CG_OK && asking->part->plan.ledgers != NULL) {
        hash_content(asking, batch);
    }
    cg_reader_cut(asking->reader, batch);
}

static void parse(void *context, struct cg_batch *batch) {
    const struct cg_asking *asking = context;
    cg_reader_parse(asking->reader, batch);
}

/* A day on which a line begins that may be accepted: the last of them will be asked for how much of
 * the caps has been used by then. */
static void note_day(struct cg_asking *asking, const struct cg_line *line) {
    if (line->reasons == 0 && line->start_day != CG_DAY_NONE) {
        asking->days[line->start_day - CG_DAY_FIRST] = 1;
    }
}

/* Where the lines of one claim go, and what is told with the next of them. */
struct destination {
    uint32_t part_no;
    bool follows;
    uint16_t companions;
};

static uint16_t count_out_of_scope(const struct cg_line *lines) {
    uint16_t count = 0;
    for (uint32_t i = 0; i <= lines->more_lines; i++) {
        count = (uint16_t)(count + lines[i].out_of_scope);
    }
    return count;
}

/* The ledger of its part keeps the sentence of a line that is rejected here, for its words are in
 * the record. */
static bool word_reason(const struct cg_asking *asking, struct cg_batch *batch,
                        struct cg_line *line) {
    return asking->part->plan.ledgers == NULL ||
           cg_asked_word_reason(&asking->part->rules, cg_reader_binding(asking->reader), batch,
                                line);
}

static enum cg_status hand_on(struct cg_asking *asking, struct cg_batch *batch,
                              struct cg_line *line, struct destination *to, struct cg_error *err) {
    struct cg_piece_writer *piece = &asking->pieces[to->part_no];
    const struct cg_asked_place at = {.input = asking->first_input + batch->source_no,
                                      .place = cg_batch_line_place(batch, line),
                                      .follows = to->follows,
                                      .companions = to->companions};
    note_day(asking, line);
    to->follows = true;
    to->companions = 0;
    return word_reason(asking, batch, line) && cg_asked_put(&piece->text, &at, line)
               ? cg_piece_put(piece, err)
               : cg_error_no_memory(err);
}

static enum cg_status find_part(const struct cg_asking *asking, const struct cg_batch *batch,
                                const struct cg_line *line, uint32_t *part_no,
                                struct cg_error *err) {
    return cg_part_of_lines(&asking->part->plan, line, part_no)
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s:%llu: by members.csv the lines of this claim are those of "
                              "different people, whom different parts decide: run this with "
                              "--parts 1, or give the claim a run of its own",
                              asking->inputs[batch->source_no].file,
                              (unsigned long long)cg_batch_line_place(batch, line));
}

static enum cg_status hand_lines_on(struct cg_asking *asking, struct cg_batch *batch,
                                    struct cg_error *err) {
    struct destination to = {0};
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        struct cg_line *line = cg_batch_line(batch, i);
        if (line->more_lines != CG_NOT_FIRST) {
            to.follows = false;
            to.companions = count_out_of_scope(line);
            if (find_part(asking, batch, line, &to.part_no, err) != CG_OK) {
                return err->status;
            }
        }
        if (cg_decided_elsewhere(line) && hand_on(asking, batch, line, &to, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

/* Behind the lines of their batch, for it is when these have been decided that they are asked for.
 */
static enum cg_status hand_take_backs_on(struct cg_asking *asking, const struct cg_batch *batch,
                                         struct cg_error *err) {
    for (uint32_t i = 0; i < batch->passing_take_backs.count; i++) {
        const struct cg_passing_take_back *passing = cg_array_at(&batch->passing_take_backs, i);
        struct cg_piece_writer *piece =
            &asking->pieces[cg_part_of_member(&asking->part->plan, &passing->member_id)];
        const uint64_t line =
            batch->first_line + cg_batch_record(batch, passing->record_no)->line_delta;
        if (!cg_asked_put_passing(&piece->text, asking->first_input + batch->source_no, line,
                                  passing)) {
            return cg_error_no_memory(err);
        }
        if (cg_piece_put(piece, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status tell_passing(struct cg_asking *asking, struct cg_batch *batch,
                                   struct cg_error *err) {
    struct cg_piece_writer *piece = &asking->pieces[asking->part->plan.parts];
    if (batch->text.len == 0 || asking->part->plan.kind == CG_PART_X12) {
        return CG_OK;
    }
    return cg_stretches_note(batch, cg_reader_binding(asking->reader)) &&
                   cg_passing_put(&piece->text, batch)
               ? cg_piece_put(piece, err)
               : cg_error_no_memory(err);
}

/* One run gives an interchange the end that its last segment lacks once another one is written
 * behind it. What is written of the next task's files is not known to this one. */
static enum cg_status check_end(struct cg_asking *asking, const struct cg_batch *batch,
                                struct cg_error *err) {
    const struct cg_x12_batch *x12 = batch->x12;
    if (x12 != NULL && x12->nodes.count > 0) {
        const struct cg_x12_node *last = cg_x12_node_at(x12, x12->nodes.count - 1);
        asking->lacks_end =
            last->kind == CG_X12_IEA &&
            memchr(last->bytes.ptr, last->marks.terminator, last->bytes.len) == NULL;
    }
    const bool ends_task = batch->ends_source && batch->source_no + 1 == asking->input_count;
    const bool is_last =
        asking->first_input + asking->input_count == asking->part->plan.input_count;
    return !asking->lacks_end || !ends_task || is_last
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s: its last segment has no end, and files of another task follow: "
                              "write the end of the segment, or begin again with --tasks 1",
                              asking->inputs[batch->source_no].file);
}

static void hand_batch_on(void *context, struct cg_batch *batch) {
    struct cg_asking *asking = context;
    if (asking->error.status != CG_OK) {
        return;
    }
    cg_reader_number(asking->reader, batch);
    if (batch->error.status == CG_OK &&
        cg_claim_check_policy(asking->part->rules.policy, cg_reader_binding(asking->reader),
                              &batch->error) == CG_OK &&
        check_end(asking, batch, &batch->error) == CG_OK &&
        hand_lines_on(asking, batch, &batch->error) == CG_OK &&
        hand_take_backs_on(asking, batch, &batch->error) == CG_OK &&
        tell_passing(asking, batch, &batch->error) == CG_OK &&
        !cg_tally_add_undecided(&asking->tally, batch)) {
        (void)cg_error_no_memory(&batch->error);
    }
    if (batch->error.status != CG_OK) {
        asking->error = batch->error;
        atomic_store(&asking->stop, true);
    }
}

const struct cg_station cg_ask_stations[CG_ASK_STATIONS] = {
    {"read", CG_SERIAL, read_batch}, {"unpack", CG_PARALLEL, unpack},       {"cut", CG_SERIAL, cut},
    {"parse", CG_PARALLEL, parse},   {"hand on", CG_SERIAL, hand_batch_on},
};
