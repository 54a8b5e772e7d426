/*
 * A plan while it is made: what its steps (plan.c), its ledgers (plan_ledger.c) and its writing
 * (plan_write.c) share.
 */
#ifndef CLAIMGATE_PART_MAKING_H
#define CLAIMGATE_PART_MAKING_H

#include "plan.h"

enum { CG_PLAN_BYTES_MAX = 64 << 20 };

/* What the making of a plan owns. */
struct cg_making {
    const struct cg_part_request *request;
    struct cg_part part; /* of which only run_dir and the plan are used */
    struct cg_plan_inputs files;
    struct cg_part *there; /* the plan that stands, where one is to be gone on with */
    struct cg_part_input *inputs;
    uint32_t *first_inputs;
    struct cg_reader_input *read;
    struct cg_reader *reader;
    struct cg_batch *batch;
    char folder[PATH_MAX];
    int lock_fd;
    bool begins_anew; /* what was there is gone, and nothing written yet */
};

/* Find the plan that stands, if any; one that is damaged or another version's is none. */
cg_must_use enum cg_status cg_making_look_for_plan(struct cg_making *making, struct cg_error *err);
/* Where a ledger set is asked for: its night, and the inputs less those that it knows. */
cg_must_use enum cg_status cg_making_take_ledgers(struct cg_making *making,
                                                  const struct cg_policy *policy,
                                                  struct cg_error *err);
/* Write plan.json, unless it stands and says the same. Where it says something else and may be
 * replaced, all that was made of it goes, and making->begins_anew is set. */
cg_must_use enum cg_status cg_making_write(struct cg_making *making, const struct cg_buffer *text,
                                           struct cg_error *err);

#endif
