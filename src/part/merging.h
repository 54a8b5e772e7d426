/*
 * A merge at work: what its sums (sum.c) and its step (merge.c) share.
 */
#ifndef CLAIMGATE_PART_MERGING_H
#define CLAIMGATE_PART_MERGING_H

#include "join.h"
#include "plan.h"
#include "tally_file.h"

struct cg_merging {
    struct cg_part *part;
    const struct cg_part_merge *merge;
    uint64_t started_ms;
    struct cg_join joins[CG_OUTPUT_KINDS];
    struct cg_reader_input *inputs; /* of the whole run */
    struct cg_tally tally;
    struct cg_claim_edge edge;
    struct cg_shape_counts shapes;
    struct cg_reader *reader; /* for what the header says; it reads nothing */
    struct cg_run_facts facts;
    struct cg_ledger_set *set;      /* NULL: none, or no night of it */
    struct cg_ledger *ledger;       /* the same to read from; NULL: nothing is asked of it */
    struct cg_ledger_output *files; /* of the folder, for the set; room for all */
    uint32_t file_count;
};

/* Add up what tasks and parts have told, into facts that lack no more than the outcome and the
 * outputs. CG_NO_INPUT names a step that was not made; CG_INTERNAL: the books do not balance. */
cg_must_use enum cg_status cg_merging_sum(struct cg_merging *merging, struct cg_error *err);
void cg_merging_fini(struct cg_merging *merging);

#endif
