/*
 * A part that decides: what its lines (take_in.c) and its step (decide.c) share.
 */
#ifndef CLAIMGATE_PART_DECIDING_H
#define CLAIMGATE_PART_DECIDING_H

#include "attempt.h"
#include "piece.h"

#include "claimgate/gate/history.h"
#include "claimgate/gate/vain_take_backs.h"
#include "claimgate/report/notices.h"

/* Where a line or record stands, among all inputs. */
struct cg_input_place {
    uint32_t input;
    uint64_t line;
};

struct cg_deciding {
    const struct cg_part *part;
    uint32_t part_no;
    uint32_t task; /* whose lines are being read */
    struct cg_history *history;
    struct cg_vain_take_backs vain;
    struct cg_batch *batch;
    struct cg_array places; /* of struct cg_input_place, one a line of the batch */
    struct cg_input_place last;
    bool has_last;
    int32_t last_day; /* of which anything was accepted */
    struct cg_deflater *deflater;
    struct cg_piece_reader asked;
    struct cg_piece_writer answered;
    struct cg_piece_facts *facts; /* one a task */
    uint8_t *days;                /* by day from CG_DAY_FIRST: 1 where some task has a line */
    uint64_t vain_count;
    uint32_t vain_named;
    struct cg_input_place vain_first[CG_RECORDS_NAMED];
};

/* Read the lines that the tasks have handed on, one task after another, decide them, and write
 * their decisions. */
cg_must_use enum cg_status cg_take_in(struct cg_deciding *deciding,
                                      const struct cg_attempt *attempt, struct cg_error *err);

#endif
