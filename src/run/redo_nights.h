/*
 * The nights that a redo is about, and where their inputs are.
 */
#ifndef CLAIMGATE_RUN_REDO_NIGHTS_H
#define CLAIMGATE_RUN_REDO_NIGHTS_H

#include "claimgate/base/array.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/run/redo.h"

struct cg_redo_input {
    char content_hex[CG_SHA256_HEX_BYTES];
    uint64_t bytes;
    char *file; /* as its run named it */
    char *path; /* where it was found; NULL: nowhere yet */
};

struct cg_redo_target {
    int64_t run_no;
    int32_t as_of_day;
    bool stands;
    char *folder;
    char *layout;           /* "": not kept */
    struct cg_array inputs; /* of struct cg_redo_input */
};

struct cg_redo_nights {
    struct cg_array list; /* of struct cg_redo_target, oldest first */
};

void cg_redo_nights_init(struct cg_redo_nights *nights);
void cg_redo_nights_fini(struct cg_redo_nights *nights);

/* The nights of the ledger from `from_run` on that stand or, where `resumed` lists some (as
 * "3,4,5"), those, whatever has become of them. CG_USAGE: there are none, or a run that is no night
 * stands among them. */
cg_must_use enum cg_status cg_redo_nights_read(struct cg_redo_nights *nights,
                                               struct cg_ledger *ledger, int64_t from_run,
                                               const char *resumed, struct cg_error *err);

/* Find all inputs: where their runs read them, then among the places, by content. CG_NO_INPUT names
 * the first that is missing. */
cg_must_use enum cg_status cg_redo_nights_find(struct cg_redo_nights *nights,
                                               const char *const *places, size_t place_count,
                                               struct cg_error *err);

static inline struct cg_redo_target *cg_redo_night_at(const struct cg_redo_nights *nights,
                                                      uint32_t index) {
    return cg_array_at(&nights->list, index);
}

#endif
