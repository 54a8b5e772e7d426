/*
 * A part that decides: what its lines (take_in.c) and its step (decide.c) share.
 */
#ifndef CLAIMGATE_PART_DECIDING_H
#define CLAIMGATE_PART_DECIDING_H

#include "attempt.h"
#include "piece.h"
#include "tally_file.h"

#include "claimgate/gate/history.h"
#include "claimgate/gate/vain_take_backs.h"
#include "claimgate/report/notices.h"

struct cg_deciding {
    const struct cg_part *part;
    uint32_t part_no;
    uint32_t task; /* whose lines are being read */
    struct cg_history *history;
    struct cg_ledger_set *set; /* NULL: no ledger */
    struct cg_ledger *ledger;
    bool is_kept;                   /* the ledger has this part's run, and is only read */
    struct cg_ledger_input *inputs; /* of the whole run */
    struct cg_tally tally;
    struct cg_claim_edge edge;
    struct cg_vain_take_backs vain;
    struct cg_batch *batch;
    struct cg_input_place last; /* noughts before the first */
    int32_t last_day;           /* of which anything was accepted */
    struct cg_deflater *deflater;
    struct cg_piece_reader asked;
    struct cg_piece_writer answered;
    struct cg_piece_facts *facts; /* one a task */
    uint8_t *days;                /* by day from CG_DAY_FIRST: 1 where some task has a line */
    uint64_t vain_count;
    uint32_t vain_named;
    struct cg_input_place vain_first[CG_RECORDS_NAMED];
};

/* The part's ledger, where the run has a set: open it for its run of the night, and keep that run
 * once all lines have been decided. */
cg_must_use enum cg_status cg_deciding_open_ledger(struct cg_deciding *deciding,
                                                   struct cg_error *err);
cg_must_use enum cg_status cg_deciding_commit(struct cg_deciding *deciding, struct cg_error *err);
/* What a task tells the ledger of its inputs. CG_BAD_DATA: no task has written that. */
cg_must_use enum cg_status cg_deciding_take_task(struct cg_deciding *deciding,
                                                 const struct cg_json *root, struct cg_error *err);
/* A batch that was decided. */
cg_must_use enum cg_status cg_deciding_record(struct cg_deciding *deciding, struct cg_error *err);
void cg_deciding_close_ledger(struct cg_deciding *deciding);

/* Read the lines that the tasks have handed on, one task after another, decide them, and write
 * their decisions. */
cg_must_use enum cg_status cg_take_in(struct cg_deciding *deciding,
                                      const struct cg_attempt *attempt, struct cg_error *err);

#endif
