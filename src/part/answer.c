/*
 * `part answer`: read the inputs of a task again, and put the decisions of all parts to their
 * lines. Encode and write are those of any run.
 */
#include "answered.h"
#include "attempt.h"
#include "changed.h"
#include "piece.h"
#include "tally_file.h"

#include "claimgate/gate/decided.h"
#include "claimgate/report/ack_codes.h"
#include "claimgate/report/page.h"
#include "claimgate/run/run.h"

#include <stdlib.h>

struct answering {
    const struct cg_part *part;
    uint32_t task;
    uint32_t first_input;
    uint32_t input_count;
    struct cg_piece_reader *pieces; /* one a part, each in the order of the inputs */
    struct cg_ack_codes *codes;
    const char **paths;
};

/* --- a line's decision --- */

static enum cg_status is_another(const struct answering *answering, const struct cg_batch *batch,
                                 const struct cg_line *line, uint32_t part_no,
                                 struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL,
                        "%s:%llu: %s/decide/%u has no decision for this line as it is read here: "
                        "was a step run with other files or another roster? Begin again with "
                        "another --run",
                        answering->paths[batch->source_no],
                        (unsigned long long)cg_batch_line_place(batch, line),
                        answering->part->run_dir, part_no);
}

static enum cg_status next_row(const struct answering *answering, uint32_t part_no,
                               struct cg_text *row, bool *more, struct cg_error *err) {
    const enum cg_status status = cg_piece_next(&answering->pieces[part_no], row, more, err);
    if (status != CG_BAD_DATA) {
        return status;
    }
    const struct cg_error why = *err;
    *err = (struct cg_error)CG_ERROR_INIT;
    return cg_step_damaged(answering->part, &cg_step_decide, part_no, why.text, err);
}

static enum cg_status take_decision(const struct answering *answering, struct cg_batch *batch,
                                    struct cg_line *line, uint32_t part_no, struct cg_error *err) {
    struct cg_answered answered;
    struct cg_text row;
    bool more;
    if (next_row(answering, part_no, &row, &more, err) != CG_OK) {
        return err->status;
    }
    if (!more || !cg_answered_read(row, &answered) ||
        answered.input != answering->first_input + batch->source_no ||
        answered.place != cg_batch_line_place(batch, line) ||
        !cg_decided_take(&answered.decided, line)) {
        return is_another(answering, batch, line, part_no, err);
    }
    return CG_OK;
}

/* A cg_run_task.decide. */
static enum cg_status look_up(void *context, struct cg_batch *batch, struct cg_error *err) {
    const struct answering *answering = context;
    uint32_t part_no = 0;
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        struct cg_line *line = cg_batch_line(batch, i);
        if (line->more_lines != CG_NOT_FIRST &&
            !cg_part_of_lines(&answering->part->plan, line, &part_no)) {
            return is_another(answering, batch, line, part_no, err);
        }
        if (cg_decided_elsewhere(line) &&
            take_decision(answering, batch, line, part_no, err) != CG_OK) {
            return err->status;
        }
    }
    cg_decided_rest(batch);
    return CG_OK;
}

static enum cg_status check_all_taken(const struct answering *answering, struct cg_error *err) {
    for (uint32_t i = 0; i < answering->part->plan.parts; i++) {
        struct cg_text row;
        bool more;
        if (next_row(answering, i, &row, &more, err) != CG_OK) {
            return err->status;
        }
        if (more) {
            return cg_error_set(err, CG_INTERNAL,
                                "%s/decide/%u decides lines that the inputs of task %u do not "
                                "have: has an input changed? Begin again with another --run",
                                answering->part->run_dir, i, answering->task);
        }
    }
    return CG_OK;
}

/* --- the manifest --- */

static void put_output(struct cg_json_writer *json, const struct cg_output_facts *output) {
    if (output->file != NULL) {
        const struct cg_piece_facts facts = {.rows = output->records, .bytes = output->bytes};
        struct cg_piece_facts all = facts;
        memcpy(all.sha256, output->sha256, sizeof all.sha256);
        memcpy(all.content_xxh128, output->content_xxh128, sizeof all.content_xxh128);
        cg_piece_facts_put(json, output->file, &all);
    }
}

static void put_identity(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    const struct cg_output_facts *outputs[] = {
        &facts->accepted, &facts->rejected, &facts->decisions, &facts->rejected_x12, &facts->ack};
    enum { OUTPUTS = sizeof outputs / sizeof outputs[0] };
    struct cg_piece_facts pieces[OUTPUTS] = {0};
    for (size_t i = 0; i < OUTPUTS; i++) {
        pieces[i].rows = outputs[i]->records;
        memcpy(pieces[i].content_xxh128, outputs[i]->content_xxh128, CG_XXH128_BYTES);
    }
    cg_identity_put(json, pieces, OUTPUTS, (struct cg_text){"", 0});
}

static void put_inputs(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    cg_json_open_array(json, "inputs");
    for (uint32_t i = 0; i < facts->input_count; i++) {
        const struct cg_reader_input *input = &facts->inputs[i];
        cg_json_open_object(json, NULL);
        cg_json_put_integer(json, "bytes", (int64_t)input->bytes);
        cg_json_put_integer(json, "records", (int64_t)input->records);
        cg_json_put_hex(json, "sha256", input->sha256, sizeof input->sha256);
        cg_json_put_integer(json, "repeated_header", (int64_t)input->repeated_header);
        cg_json_put_integer(json, "interchanges", (int64_t)input->x12.interchanges);
        cg_json_put_integer(json, "groups", (int64_t)input->x12.groups);
        cg_json_put_integer(json, "transactions", (int64_t)input->x12.transactions);
        cg_json_put_integer(json, "segments", (int64_t)input->x12.segments);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_place(struct cg_json_writer *json, const struct answering *answering,
                      const struct cg_place_of_record *place) {
    uint32_t input = 0;
    while (input + 1 < answering->input_count && answering->paths[input] != place->file) {
        input++;
    }
    cg_json_open_array(json, NULL);
    cg_json_put_integer(json, NULL, answering->first_input + input);
    cg_json_put_integer(json, NULL, (int64_t)place->line);
    cg_json_close_array(json);
}

static void put_notices(struct cg_json_writer *json, const struct answering *answering,
                        const struct cg_notices *notices) {
    cg_json_open_array(json, "notices");
    for (int kind = 0; kind < CG_NOTICE_KINDS; kind++) {
        const struct cg_notice *notice = &notices->of[kind];
        cg_json_open_object(json, NULL);
        cg_json_put_integer(json, "records", (int64_t)notice->records);
        cg_json_open_array(json, "first");
        for (uint32_t i = 0; i < notice->named; i++) {
            put_place(json, answering, &notice->first[i]);
        }
        cg_json_close_array(json);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_manifest(struct cg_json_writer *json, const struct answering *answering,
                         const struct cg_run_facts *facts) {
    static const struct cg_shape_counts no_shapes;
    cg_json_put_integer(json, "task", answering->task);
    put_identity(json, facts);
    put_inputs(json, facts);
    cg_json_open_array(json, "pieces");
    put_output(json, &facts->accepted);
    put_output(json, &facts->rejected);
    put_output(json, &facts->decisions);
    put_output(json, &facts->rejected_x12);
    put_output(json, &facts->ack);
    cg_json_close_array(json);
    cg_tally_put(json, facts->tally);
    cg_shape_counts_put(json, facts->shapes != NULL ? facts->shapes : &no_shapes);
    put_notices(json, answering, &facts->notices);
}

/* --- the step --- */

static enum cg_status check_inputs(const struct answering *answering,
                                   const struct cg_run_facts *facts, const struct cg_json *asked,
                                   struct cg_error *err) {
    for (uint32_t i = 0; i < facts->input_count; i++) {
        if (cg_changed_compare(answering->paths[i], facts->inputs[i].sha256, cg_json_item(asked, i),
                               err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status keep(const struct answering *answering, struct cg_attempt *attempt,
                           const struct cg_run_facts *facts, struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_JSON);
    put_manifest(page.json, answering, facts);
    enum cg_status status = cg_page_close(&page, CG_OK, err);
    if (status == CG_OK) {
        status = cg_attempt_keep(attempt, &page.text, err);
    }
    cg_page_fini(&page);
    return status;
}

/* A task without inputs has an answer too. */
static enum cg_status keep_nothing(const struct answering *answering, struct cg_attempt *attempt,
                                   struct cg_error *err) {
    struct cg_tally tally;
    struct cg_run_facts *facts = calloc(1, sizeof *facts);
    enum cg_status status = CG_INTERNAL;
    if (facts != NULL && cg_tally_init(&tally, answering->part->rules.policy)) {
        facts->tally = &tally;
        status = keep(answering, attempt, facts, err);
        cg_tally_fini(&tally);
    } else {
        status = cg_error_no_memory(err);
    }
    free(facts);
    return status;
}

static enum cg_status execute(struct answering *answering, struct cg_attempt *attempt,
                              const struct cg_run_plan *plan, const struct cg_json *asked,
                              struct cg_error *err) {
    struct cg_run *run = NULL;
    if (cg_run_new(plan, &run, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_run_execute(run, err);
    if (status == CG_OK) {
        status = check_inputs(answering, cg_run_facts_of(run), asked, err);
    }
    if (status == CG_OK) {
        status = check_all_taken(answering, err);
    }
    if (status == CG_OK) {
        status = keep(answering, attempt, cg_run_facts_of(run), err);
    }
    cg_run_free(run);
    if (status == CG_INTERNAL) {
        cg_changed_tell(answering->paths, answering->input_count, asked, err);
    }
    return err->status;
}

static enum cg_status answer(struct answering *answering, struct cg_attempt *attempt,
                             const struct cg_json *asked, struct cg_error *err) {
    const struct cg_part *part = answering->part;
    const struct cg_part_options *o = &part->plan.options;
    struct cg_reader_begun begun;
    const struct cg_output_folder folder = {.fd = attempt->dir_fd, .path = attempt->path};
    const struct cg_run_task task = {.begun = cg_part_begun(part, answering->task, &begun),
                                     .decide = look_up,
                                     .context = answering};
    const struct cg_run_plan plan = {.inputs = answering->paths,
                                     .input_count = answering->input_count,
                                     .rules = part->rules,
                                     .layout = o->layout,
                                     .multiline = o->multiline,
                                     .x12 = o->x12,
                                     .ack_codes = answering->codes,
                                     .payer_id = o->payer_id,
                                     .allow_empty = o->allow_empty,
                                     .threads = cg_part_threads(part),
                                     .output = {.folder = &folder,
                                                .without_accepted = o->x12.decides_lines,
                                                .group = (gid_t)-1,
                                                .with_decisions = o->with_decisions,
                                                .level = (int)o->level,
                                                .codec = CG_CODEC_BEST},
                                     .task = &task,
                                     .checks.max_reject_rate_milli = -1};
    cg_part_confine(part, answering->first_input, answering->input_count);
    return answering->input_count == 0 ? keep_nothing(answering, attempt, err)
                                       : execute(answering, attempt, &plan, asked, err);
}

static enum cg_status open_piece(struct answering *answering, uint32_t part_no,
                                 struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    struct cg_manifest manifest;
    struct cg_piece_facts facts;
    const struct cg_json *piece = NULL;
    enum cg_status status =
        cg_manifest_load(answering->part, &cg_step_decide, part_no, &manifest, err);
    if (status == CG_OK) {
        piece = cg_json_item(cg_json_member(cg_json_root(manifest.doc), "pieces"), answering->task);
        cg_piece_facts_get(piece, &facts);
        (void)cg_part_path(answering->part, path, "decide/%u/ask-%u.rows.gz", part_no,
                           answering->task);
        status = cg_piece_open(path, cg_answered_header, &facts, &answering->pieces[part_no], err);
    }
    if ((status == CG_BAD_DATA || status == CG_NO_INPUT) && piece != NULL) {
        const struct cg_error why = *err;
        *err = (struct cg_error)CG_ERROR_INIT;
        status = cg_step_damaged(answering->part, &cg_step_decide, part_no, why.text, err);
    }
    cg_manifest_free(&manifest);
    return status;
}

static enum cg_status start(struct answering *answering, struct cg_error *err) {
    const struct cg_part_plan *plan = &answering->part->plan;
    answering->first_input = plan->first_inputs[answering->task];
    answering->input_count = plan->first_inputs[answering->task + 1] - answering->first_input;
    answering->pieces = calloc(plan->parts, sizeof answering->pieces[0]);
    answering->paths = calloc((size_t)answering->input_count + 1, sizeof answering->paths[0]);
    if (answering->pieces == NULL || answering->paths == NULL) {
        return cg_error_no_memory(err);
    }
    for (uint32_t i = 0; i < answering->input_count; i++) {
        answering->paths[i] = plan->inputs[answering->first_input + i].file;
    }
    for (uint32_t i = 0; i < plan->parts; i++) {
        if (open_piece(answering, i, err) != CG_OK) {
            return err->status;
        }
    }
    if (!plan->options.ack) {
        return CG_OK;
    }
    struct cg_problems problems;
    cg_problems_init(&problems);
    const enum cg_status status =
        cg_ack_codes_load(plan->options.reasons, &answering->codes, &problems, err);
    cg_problems_fini(&problems);
    return status;
}

static void end(struct answering *answering) {
    for (uint32_t i = 0; answering->pieces != NULL && i < answering->part->plan.parts; i++) {
        cg_piece_close(&answering->pieces[i]);
    }
    cg_ack_codes_free(answering->codes);
    free(answering->pieces);
    free(answering->paths);
}

enum cg_status cg_part_answer(struct cg_part *part, uint32_t task, struct cg_error *err) {
    struct answering answering = {.part = part, .task = task};
    struct cg_attempt attempt = {.dir_fd = -1};
    struct cg_manifest asked;
    bool is_done;
    if (cg_part_check_number(part, &cg_step_answer, task, err) != CG_OK ||
        cg_step_look(part, &cg_step_answer, task, &is_done, err) != CG_OK || is_done) {
        return err->status;
    }
    enum cg_status status = cg_manifest_load(part, &cg_step_ask, task, &asked, err);
    if (status == CG_OK) {
        status = start(&answering, err);
    }
    if (status == CG_OK) {
        status = cg_attempt_open(part, &cg_step_answer, task, &attempt, err);
    }
    if (status == CG_OK) {
        status =
            answer(&answering, &attempt, cg_json_member(cg_json_root(asked.doc), "inputs"), err);
    }
    cg_attempt_close(&attempt);
    end(&answering);
    cg_manifest_free(&asked);
    return status;
}
