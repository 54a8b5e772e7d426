/*
 * Take-backs: which claim has taken back which original, by void or by replacement.
 *
 * They are rare beside service lines, so one table serves all members.
 *
 * What a claim of several lines notes waits apart until it is known whether the claim stands.
 *
 * Ownership  _init and _fini; the keys must outlive the table (cg_line_store_keep_key), those that
 *            wait their claim.
 * Threads    One at a time.
 * Failure    Adding can run out of memory (false).
 */
#ifndef CLAIMGATE_GATE_TAKE_BACKS_H
#define CLAIMGATE_GATE_TAKE_BACKS_H

#include "claimgate/base/array.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/record/key.h"

struct cg_take_back {
    struct cg_key claim;
    struct cg_key original;
    struct cg_key named; /* as what the line named it: its own id, or a number of the payer's */
    void *member;
    uint8_t frequency;
    bool took_lines; /* false: a replacement of itself that found nothing to take */
};

struct cg_take_backs {
    struct cg_array notes; /* of struct cg_take_back */
    struct cg_hash_table table;
    struct cg_array waiting; /* of struct cg_take_back: noted by the open claim */
    uint64_t seed;
};

void cg_take_backs_init(struct cg_take_backs *take_backs, uint64_t seed);
void cg_take_backs_fini(struct cg_take_backs *take_backs);

/* The one with these five keys; NULL: none. */
const struct cg_take_back *cg_take_backs_find(const struct cg_take_backs *take_backs,
                                              const struct cg_take_back *wanted);

/* Until the claim that is open stands, which makes the caller add them, or falls, which makes it
 * clear `waiting`. */
cg_must_use bool cg_take_backs_wait(struct cg_take_backs *take_backs,
                                    const struct cg_take_back *added);

/* Adding what is there already does no harm; lines taken count even so. */
cg_must_use bool cg_take_backs_add(struct cg_take_backs *take_backs,
                                   const struct cg_take_back *added);

#endif
