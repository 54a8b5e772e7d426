/*
 * `part answer`: read the inputs of a task again, and put the decisions of all parts to their
 * lines. Encode and write are those of any run.
 */
#include "answering.h"
#include "attempt.h"
#include "tally_file.h"

#include "claimgate/io/files.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the manifest --- */

static void put_output(struct cg_json_writer *json, const struct cg_output_facts *output) {
    if (output->file != NULL) {
        struct cg_piece_facts all = {.rows = output->records, .bytes = output->bytes};
        memcpy(all.sha256, output->sha256, sizeof all.sha256);
        memcpy(all.content_xxh128, output->content_xxh128, sizeof all.content_xxh128);
        cg_piece_facts_put(json, output->file, &all);
    }
}

static void put_identity(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    struct cg_piece_facts pieces[CG_OUTPUT_KINDS] = {0};
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        pieces[i].rows = facts->outputs[i].records;
        memcpy(pieces[i].content_xxh128, facts->outputs[i].content_xxh128, CG_XXH128_BYTES);
    }
    cg_identity_put(json, pieces, CG_OUTPUT_KINDS, (struct cg_text){"", 0});
}

static void put_inputs(struct cg_json_writer *json, const struct cg_run_facts *facts) {
    cg_json_open_array(json, "inputs");
    for (uint32_t i = 0; i < facts->input_count; i++) {
        const struct cg_reader_input *input = &facts->inputs[i];
        cg_json_open_object(json, NULL);
        cg_json_put_integer(json, "bytes", (int64_t)input->bytes);
        cg_json_put_integer(json, "records", (int64_t)input->records);
        cg_json_put_hex(json, "sha256", input->sha256, sizeof input->sha256);
        cg_json_put_hex(json, "content", input->content, sizeof input->content);
        cg_json_put_integer(json, "repeated_header", (int64_t)input->repeated_header);
        cg_json_put_integer(json, "interchanges", (int64_t)input->x12.interchanges);
        cg_json_put_integer(json, "groups", (int64_t)input->x12.groups);
        cg_json_put_integer(json, "transactions", (int64_t)input->x12.transactions);
        cg_json_put_integer(json, "segments", (int64_t)input->x12.segments);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_place(struct cg_json_writer *json, const struct cg_answering *answering,
                      const struct cg_place_of_record *place) {
    uint32_t input = 0;
    while (input + 1 < answering->input_count && answering->paths[input] != place->file) {
        input++;
    }
    cg_json_put_integers(json, NULL,
                         (const uint64_t[]){answering->first_input + input, place->line}, 2);
}

static void put_notices(struct cg_json_writer *json, const struct cg_answering *answering,
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

static void put_manifest(struct cg_json_writer *json, const struct cg_answering *answering,
                         const struct cg_run_facts *facts) {
    static const struct cg_shape_counts no_shapes;
    cg_json_put_integer(json, "task", answering->task);
    put_identity(json, facts);
    put_inputs(json, facts);
    cg_json_open_array(json, "pieces");
    for (int i = 0; i < CG_OUTPUT_KINDS; i++) {
        put_output(json, &facts->outputs[i]);
    }
    cg_json_close_array(json);
    cg_tally_put(json, facts->tally);
    cg_shape_counts_put(json, facts->shapes != NULL ? facts->shapes : &no_shapes);
    put_notices(json, answering, &facts->notices);
}

/* --- the step --- */

/* Whether an input is still the file that `part ask` has read, of whose manifest `asked` is what it
 * tells of this one. CG_BAD_DATA. */
static enum cg_status check_unchanged(const char *path, const uint8_t is_now[CG_SHA256_BYTES],
                                      const struct cg_json *asked, struct cg_error *err) {
    uint8_t was[CG_SHA256_BYTES];
    return cg_json_hex(cg_json_member(asked, "sha256"), was, sizeof was) &&
                   memcmp(was, is_now, sizeof was) == 0
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s has changed since `claimgate part ask`: bring that file back, or "
                              "begin again with another --run",
                              path);
}

/* After a step that went wrong in another way: where one of its inputs has changed, that is what to
 * tell, and takes the place of the error. */
static void tell_of_changed(const struct cg_answering *answering, const struct cg_json *asked,
                            struct cg_error *err) {
    uint8_t is_now[CG_SHA256_BYTES];
    struct cg_error changed = CG_ERROR_INIT;
    for (uint32_t i = 0; i < answering->input_count && changed.status == CG_OK; i++) {
        const char *path = answering->paths[i];
        const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd >= 0 && cg_file_hash(fd, is_now) &&
            check_unchanged(path, is_now, cg_json_item(asked, i), &changed) != CG_OK) {
            *err = changed;
        }
        if (fd >= 0) {
            (void)close(fd);
        }
    }
}

static enum cg_status check_inputs(const struct cg_answering *answering,
                                   const struct cg_run_facts *facts, const struct cg_json *asked,
                                   struct cg_error *err) {
    for (uint32_t i = 0; i < facts->input_count; i++) {
        if (check_unchanged(answering->paths[i], facts->inputs[i].sha256, cg_json_item(asked, i),
                            err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status keep(const struct cg_answering *answering, struct cg_attempt *attempt,
                           const struct cg_run_facts *facts, struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_JSON);
    put_manifest(page.json, answering, facts);
    return cg_attempt_keep(attempt, &page, err);
}

/* A task without inputs has an answer too. */
static enum cg_status keep_nothing(const struct cg_answering *answering, struct cg_attempt *attempt,
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

static enum cg_status execute(struct cg_answering *answering, struct cg_attempt *attempt,
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
        status = cg_look_up_end(answering, err);
    }
    if (status == CG_OK) {
        status = keep(answering, attempt, cg_run_facts_of(run), err);
    }
    cg_run_free(run);
    if (status == CG_INTERNAL) {
        tell_of_changed(answering, asked, err);
    }
    return err->status;
}

static enum cg_status answer(struct cg_answering *answering, struct cg_attempt *attempt,
                             const struct cg_json *asked, struct cg_error *err) {
    const struct cg_part *part = answering->part;
    const struct cg_part_options *o = &part->plan.options;
    struct cg_reader_begun begun;
    const struct cg_output_folder folder = {.fd = attempt->dir_fd, .path = attempt->path};
    const struct cg_run_task task = {.begun = cg_part_begun(part, answering->task, &begun),
                                     .look_ahead = cg_look_up_passing,
                                     .decide = cg_look_up_decisions,
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
                                     .threads = cg_belt_threads(o->threads),
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

static enum cg_status start(struct cg_answering *answering, struct cg_error *err) {
    const struct cg_part_plan *plan = &answering->part->plan;
    answering->first_input = plan->first_inputs[answering->task];
    answering->input_count = plan->first_inputs[answering->task + 1] - answering->first_input;
    answering->piece_count = plan->parts + 1;
    answering->pieces = calloc(answering->piece_count, sizeof answering->pieces[0]);
    answering->paths = calloc((size_t)answering->input_count + 1, sizeof answering->paths[0]);
    if (answering->pieces == NULL || answering->paths == NULL) {
        return cg_error_no_memory(err);
    }
    for (uint32_t i = 0; i < answering->input_count; i++) {
        answering->paths[i] = plan->inputs[answering->first_input + i].file;
    }
    if (cg_look_up_open(answering, err) != CG_OK || !plan->options.ack) {
        return err->status;
    }
    return cg_ack_codes_load(plan->options.reasons, &answering->codes, err);
}

static void end(struct cg_answering *answering) {
    for (uint32_t i = 0; answering->pieces != NULL && i < answering->piece_count; i++) {
        cg_piece_close(&answering->pieces[i]);
    }
    cg_ack_codes_free(answering->codes);
    free(answering->pieces);
    free(answering->paths);
}

enum cg_status cg_part_answer(struct cg_part *part, uint32_t task, struct cg_error *err) {
    struct cg_answering answering = {.part = part, .task = task};
    struct cg_attempt attempt = {.dir_fd = -1};
    struct cg_manifest asked;
    bool is_done;
    if (cg_step_look(part, &cg_step_answer, task, &is_done, err) != CG_OK || is_done) {
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
