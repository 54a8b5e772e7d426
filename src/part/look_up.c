/*
 * What who answers has been told, by its own ask and by the parts that have decided, put to the
 * lines of its files.
 */
#include "answered.h"
#include "answering.h"
#include "attempt.h"
#include "passing.h"

#include "claimgate/gate/decided.h"

/* --- a line's decision --- */

static enum cg_status is_another(const struct cg_answering *answering, const struct cg_batch *batch,
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

static bool is_asked(const struct cg_answering *answering, uint32_t piece_no) {
    return piece_no == answering->part->plan.parts;
}

/* The step that has made a piece, and its number. */
static const struct cg_step *maker_of(const struct cg_answering *answering, uint32_t piece_no,
                                      uint32_t *number) {
    *number = is_asked(answering, piece_no) ? answering->task : piece_no;
    return is_asked(answering, piece_no) ? &cg_step_ask : &cg_step_decide;
}

static enum cg_status next_row(const struct cg_answering *answering, uint32_t piece_no,
                               struct cg_text *row, bool *more, struct cg_error *err) {
    uint32_t number;
    const struct cg_step *step = maker_of(answering, piece_no, &number);
    return cg_piece_next(&answering->pieces[piece_no], row, more, err) == CG_OK
               ? CG_OK
               : cg_step_blame(answering->part, step, number, err);
}

/* Rows of a piece that is damaged may have been read as those of other lines: CG_OK, it is whole.
 */
static enum cg_status read_rest(const struct cg_answering *answering, uint32_t piece_no,
                                struct cg_error *err) {
    struct cg_text row;
    bool more = true;
    while (more) {
        if (next_row(answering, piece_no, &row, &more, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

enum cg_status cg_look_up_passing(void *context, struct cg_batch *batch, struct cg_error *err) {
    const struct cg_answering *answering = context;
    const struct cg_part_plan *plan = &answering->part->plan;
    struct cg_text row;
    bool more;
    if (plan->kind == CG_PART_X12 || next_row(answering, plan->parts, &row, &more, err) != CG_OK) {
        return err->status;
    }
    if ((more && cg_passing_read(row, batch)) || read_rest(answering, plan->parts, err) != CG_OK) {
        return err->status;
    }
    return cg_error_set(err, CG_INTERNAL,
                        "%s: %s/ask/%u tells of other records than are read here: was a step "
                        "run with other files? Begin again with another --run",
                        answering->paths[batch->source_no], answering->part->run_dir,
                        answering->task);
}

static enum cg_status take_decision(const struct cg_answering *answering, struct cg_batch *batch,
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
        return read_rest(answering, part_no, err) == CG_OK
                   ? is_another(answering, batch, line, part_no, err)
                   : err->status;
    }
    batch->told_lines += line->near_member || line->odd_take_back != 0;
    return CG_OK;
}

enum cg_status cg_look_up_decisions(void *context, struct cg_batch *batch, struct cg_error *err) {
    const struct cg_answering *answering = context;
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

/* All rows of a piece were asked for. */
static enum cg_status check_end(const struct cg_answering *answering, uint32_t piece_no,
                                struct cg_error *err) {
    struct cg_text row;
    bool more;
    uint32_t number;
    const struct cg_step *step = maker_of(answering, piece_no, &number);
    if (next_row(answering, piece_no, &row, &more, err) != CG_OK || !more ||
        read_rest(answering, piece_no, err) != CG_OK) {
        return err->status;
    }
    return cg_error_set(err, CG_INTERNAL,
                        "%s/%s/%u tells of lines that the inputs of task %u do not have: has an "
                        "input changed? Begin again with another --run",
                        answering->part->run_dir, step->name, number, answering->task);
}

enum cg_status cg_look_up_end(const struct cg_answering *answering, struct cg_error *err) {
    for (uint32_t i = 0; i < answering->piece_count; i++) {
        if (check_end(answering, i, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static enum cg_status open_piece(struct cg_answering *answering, uint32_t piece_no,
                                 struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    struct cg_manifest manifest;
    struct cg_piece_facts facts;
    uint32_t number;
    const struct cg_step *step = maker_of(answering, piece_no, &number);
    const bool asked = is_asked(answering, piece_no);
    if (cg_manifest_load(answering->part, step, number, &manifest, err) == CG_OK) {
        const struct cg_json *piece =
            cg_json_item(cg_json_member(cg_json_root(manifest.doc), "pieces"),
                         asked ? piece_no : answering->task);
        cg_piece_facts_get(piece, &facts);
        (void)cg_part_path(answering->part, path, "%s/%u/%s", step->name, number,
                           cg_json_string(cg_json_member(piece, "file")));
        if (cg_piece_open(path, asked ? cg_passing_header : cg_answered_header, &facts,
                          &answering->pieces[piece_no], err) != CG_OK) {
            (void)cg_step_blame(answering->part, step, number, err);
        }
    }
    cg_manifest_free(&manifest);
    return err->status;
}

enum cg_status cg_look_up_open(struct cg_answering *answering, struct cg_error *err) {
    for (uint32_t i = 0; i < answering->piece_count; i++) {
        if (open_piece(answering, i, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}
