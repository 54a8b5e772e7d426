/*
 * A task that answers: what its look-ups (look_up.c) and its step (answer.c) share.
 */
#ifndef CLAIMGATE_PART_ANSWERING_H
#define CLAIMGATE_PART_ANSWERING_H

#include "piece.h"
#include "plan.h"

#include "claimgate/report/ack_codes.h"

struct cg_answering {
    const struct cg_part *part;
    uint32_t task;
    uint32_t first_input;
    uint32_t input_count;
    struct cg_piece_reader *pieces; /* one a part, each in the order of the inputs, and behind them
                                     * what the task's ask tells (passing.h) */
    uint32_t piece_count;
    struct cg_ack_codes *codes;
    const char **paths;
};

cg_must_use enum cg_status cg_look_up_open(struct cg_answering *answering, struct cg_error *err);
/* A cg_run_task.look_ahead and a cg_run_task.decide, whose context is the task. */
enum cg_status cg_look_up_passing(void *context, struct cg_batch *batch, struct cg_error *err);
enum cg_status cg_look_up_decisions(void *context, struct cg_batch *batch, struct cg_error *err);
/* All that was told was of lines that are there. */
cg_must_use enum cg_status cg_look_up_end(const struct cg_answering *answering,
                                          struct cg_error *err);

#endif
