/*
 * `part ask`: read the inputs of a task, and write what each part has to decide of them.
 */
#include "asked.h"
#include "asking.h"
#include "attempt.h"
#include "passing.h"
#include "tally_file.h"

#include "claimgate/base/date.h"

#include <stdio.h>
#include <stdlib.h>

enum { SPARE_BATCHES = 4, PIECE_NAME_BYTES = 32 };

/* Behind those of the parts comes one for who answers. */
static const char *piece_name(const struct cg_asking *asking, uint32_t number,
                              char out[PIECE_NAME_BYTES]) {
    (void)snprintf(out, PIECE_NAME_BYTES, "part-%u.rows.gz", number);
    return number < asking->part->plan.parts ? out : cg_passing_file;
}

/* What inputs hold beside the lines in scope belongs to it too. */
static void put_identity(struct cg_json_writer *json, const struct cg_asking *asking) {
    struct cg_buffer hashes;
    cg_buffer_init(&hashes, ((size_t)asking->input_count + 1) * CG_SHA256_BYTES);
    for (uint32_t i = 0; i < asking->input_count; i++) {
        json->failed =
            !cg_buffer_append(&hashes, asking->inputs[i].sha256, CG_SHA256_BYTES) || json->failed;
    }
    cg_identity_put(json, asking->facts, asking->piece_count,
                    (struct cg_text){hashes.data, (uint32_t)hashes.len_bytes});
    cg_buffer_fini(&hashes);
}

static void put_inputs(struct cg_json_writer *json, const struct cg_asking *asking) {
    cg_json_open_array(json, "inputs");
    for (uint32_t i = 0; i < asking->input_count; i++) {
        const struct cg_reader_input *input = &asking->inputs[i];
        cg_json_open_object(json, NULL);
        cg_json_put_integer(json, "number", asking->first_input + i);
        cg_json_put_string(json, "file", input->file);
        cg_json_put_integer(json, "bytes", (int64_t)input->bytes);
        cg_json_put_integer(json, "records", (int64_t)input->records);
        cg_json_put_hex(json, "sha256", input->sha256, sizeof input->sha256);
        if (asking->part->plan.ledgers != NULL) {
            cg_json_put_hex(json, "content_sha256", asking->hashes[i].content, CG_SHA256_BYTES);
            cg_json_put_hex(json, "head_sha256", asking->hashes[i].head, CG_SHA256_BYTES);
        }
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_manifest(struct cg_json_writer *json, const struct cg_asking *asking,
                         uint32_t task) {
    cg_json_put_integer(json, "task", task);
    put_identity(json, asking);
    put_inputs(json, asking);
    cg_json_open_array(json, "days");
    for (int32_t day = 0; day <= CG_DAY_LAST - CG_DAY_FIRST; day++) {
        if (asking->days[day] != 0) {
            cg_json_put_integer(json, NULL, day + CG_DAY_FIRST);
        }
    }
    cg_json_close_array(json);
    cg_tally_put(json, &asking->tally);
    cg_json_open_array(json, "pieces");
    for (uint32_t i = 0; i < asking->piece_count; i++) {
        char name[PIECE_NAME_BYTES];
        cg_piece_facts_put(json, piece_name(asking, i, name), &asking->facts[i]);
    }
    cg_json_close_array(json);
}

/* --- the step --- */

static enum cg_status open_pieces(struct cg_asking *asking, const struct cg_attempt *attempt,
                                  struct cg_error *err) {
    for (uint32_t i = 0; i < asking->piece_count; i++) {
        char name[PIECE_NAME_BYTES];
        if (cg_piece_create(attempt->dir_fd, piece_name(asking, i, name),
                            i < asking->part->plan.parts ? cg_asked_header : cg_passing_header,
                            asking->deflater, &asking->pieces[i], err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status finish_pieces(struct cg_asking *asking, struct cg_error *err) {
    for (uint32_t i = 0; i < asking->piece_count; i++) {
        if (cg_piece_finish(&asking->pieces[i], &asking->facts[i], err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status run_belt(struct cg_asking *asking, struct cg_error *err) {
    const struct cg_belt_plan belt = {.stations = cg_ask_stations,
                                      .station_count = CG_ASK_STATIONS,
                                      .batches = asking->batches,
                                      .depth = asking->depth,
                                      .threads =
                                          cg_belt_threads(asking->part->plan.options.threads),
                                      .context = asking};
    cg_reader_warn_of_names(asking->reader);
    const enum cg_status status = cg_belt_run(&belt, err);
    if (status == CG_OK && asking->error.status != CG_OK) {
        *err = asking->error;
    }
    if (err->status == CG_OK && cg_reader_check_inputs(asking->reader, err) == CG_OK) {
        cg_reader_warn_of_cut_lines(asking->reader);
    }
    return err->status;
}

static enum cg_status check_sizes(const struct cg_asking *asking, struct cg_error *err) {
    const struct cg_part_input *planned = asking->part->plan.inputs + asking->first_input;
    for (uint32_t i = 0; i < asking->input_count; i++) {
        if (asking->inputs[i].bytes != planned[i].bytes) {
            return cg_error_set(err, CG_BAD_DATA,
                                "%s has %llu bytes, and had %llu when the run was planned: bring "
                                "that file back, or begin again with another --run",
                                planned[i].file, (unsigned long long)asking->inputs[i].bytes,
                                (unsigned long long)planned[i].bytes);
        }
    }
    return CG_OK;
}

static enum cg_status write_task(struct cg_asking *asking, struct cg_attempt *attempt,
                                 uint32_t task, struct cg_error *err) {
    struct cg_page page;
    if (open_pieces(asking, attempt, err) != CG_OK ||
        (asking->input_count > 0 && run_belt(asking, err) != CG_OK) ||
        check_sizes(asking, err) != CG_OK || finish_pieces(asking, err) != CG_OK) {
        return err->status;
    }
    cg_page_open(&page, CG_PAGE_JSON);
    put_manifest(page.json, asking, task);
    return cg_attempt_keep(attempt, &page, err);
}

static bool make_batches(struct cg_asking *asking) {
    asking->depth = cg_belt_threads(asking->part->plan.options.threads) + SPARE_BATCHES;
    asking->batches = calloc(asking->depth, sizeof(struct cg_batch *));
    for (uint32_t i = 0; asking->batches != NULL && i < asking->depth; i++) {
        asking->batches[i] = cg_batch_new();
        if (asking->batches[i] == NULL) {
            return false;
        }
    }
    return asking->batches != NULL;
}

static bool start(struct cg_asking *asking, uint32_t task) {
    const struct cg_part_plan *plan = &asking->part->plan;
    asking->first_input = plan->first_inputs[task];
    asking->input_count = plan->first_inputs[task + 1] - asking->first_input;
    const size_t inputs = (size_t)asking->input_count + 1;
    asking->inputs = calloc(inputs, sizeof asking->inputs[0]);
    asking->hashes = calloc(inputs, sizeof asking->hashes[0]);
    asking->piece_count = plan->parts + 1;
    asking->pieces = calloc(asking->piece_count, sizeof asking->pieces[0]);
    asking->facts = calloc(asking->piece_count, sizeof asking->facts[0]);
    asking->days = calloc(CG_DAY_LAST - CG_DAY_FIRST + 1, 1);
    asking->deflater = cg_deflater_new(1, CG_CODEC_BEST);
    const bool has_tally = cg_tally_init(&asking->tally, asking->part->rules.policy);
    if (!has_tally || asking->inputs == NULL || asking->hashes == NULL || asking->pieces == NULL ||
        asking->facts == NULL || asking->days == NULL || asking->deflater == NULL ||
        !make_batches(asking)) {
        return false;
    }
    for (uint32_t i = 0; i < asking->input_count; i++) {
        asking->inputs[i].file = plan->inputs[asking->first_input + i].file;
    }
    struct cg_reader_plan reader =
        cg_part_reader_plan(asking->part, asking->inputs, asking->input_count);
    reader.begun = cg_part_begun(asking->part, task, &asking->begun);
    reader.given_up = &asking->stop;
    asking->reader = cg_reader_new(&reader);
    return asking->reader != NULL;
}

static void end(struct cg_asking *asking) {
    for (uint32_t i = 0; asking->pieces != NULL && i < asking->piece_count; i++) {
        cg_piece_abandon(&asking->pieces[i]);
    }
    for (uint32_t i = 0; asking->batches != NULL && i < asking->depth; i++) {
        cg_batch_free(asking->batches[i]);
    }
    cg_reader_free(asking->reader);
    cg_content_hash_fini(&asking->content);
    cg_deflater_free(asking->deflater);
    cg_tally_fini(&asking->tally);
    free(asking->batches);
    free(asking->days);
    free(asking->facts);
    free(asking->pieces);
    free(asking->hashes);
    free(asking->inputs);
}

static enum cg_status ask(struct cg_asking *asking, uint32_t task, struct cg_error *err) {
    struct cg_attempt attempt;
    if (cg_content_hash_init(&asking->content, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_attempt_open(asking->part, &cg_step_ask, task, &attempt, err);
    if (status == CG_OK && !start(asking, task)) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory; try fewer --threads");
    }
    if (status == CG_OK) {
        cg_part_confine(asking->part, asking->first_input, asking->input_count);
        status = write_task(asking, &attempt, task, err);
    }
    end(asking);
    cg_attempt_close(&attempt);
    return status;
}

enum cg_status cg_part_ask(struct cg_part *part, uint32_t task, struct cg_error *err) {
    struct cg_asking asking = {.part = part};
    bool is_done;
    if (cg_step_look(part, &cg_step_ask, task, &is_done, err) != CG_OK) {
        return err->status;
    }
    return is_done ? CG_OK : ask(&asking, task, err);
}
