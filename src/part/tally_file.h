/*
 * tally.json: what a task has counted, as it is written by the task and added up by merge.
 *
 * Every count is a sum, but for what depends on where one task's lines end and the next one's
 * begin.
 */
#ifndef CLAIMGATE_PART_TALLY_FILE_H
#define CLAIMGATE_PART_TALLY_FILE_H

#include "claimgate/gate/tally.h"
#include "claimgate/json/json.h"
#include "claimgate/record/shape_counts.h"
#include "claimgate/report/notices.h"

/* Where a line or record stands, among all inputs. */
struct cg_input_place {
    uint32_t input;
    uint64_t line;
};
/* As qsort asks for it: in the order of the inputs. */
int cg_input_place_compare(const void *a, const void *b);

void cg_tally_put(struct cg_json_writer *json, const struct cg_tally *tally);

/* The claim that the tasks so far have ended with. Ids are told by their hashes. */
struct cg_claim_edge {
    char claim[CG_XXH128_HEX_BYTES]; /* "": none yet */
    char member[CG_XXH128_HEX_BYTES];
    bool counted;
};

/* A number of a manifest that names one of `count`; *good false: it names none of them. */
size_t cg_tally_place(uint64_t number, size_t count, bool *good);

/* Add the counts of the next task. CG_BAD_DATA: no task has written them. */
cg_must_use enum cg_status cg_tally_add_file(struct cg_tally *tally, struct cg_claim_edge *edge,
                                             const struct cg_json *object, struct cg_error *err);

void cg_shape_counts_put(struct cg_json_writer *json, const struct cg_shape_counts *counts);
/* The same. */
cg_must_use enum cg_status cg_shape_counts_add(struct cg_shape_counts *counts,
                                               const struct cg_json *object, struct cg_error *err);

#endif
