/*
 * Take-backs: which claim has taken back which original, by void or by replacement.
 *
 * They are rare beside service lines, so one table serves all members.
 *
 * Ownership  _init and _fini; the keys must outlive the table (cg_line_store_keep_key).
 * Threads    One at a time.
 * Failure    Adding can run out of memory (false).
 */
#ifndef CLAIMGATE_GATE_TAKE_BACKS_H
#define CLAIMGATE_GATE_TAKE_BACKS_H

#include "claimgate/base/error.h"
#include "claimgate/record/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_take_back {
    struct cg_key claim;
    struct cg_key original;
    const void *member;
    uint8_t frequency; /* 0: an empty place */
    bool took_lines;   /* false: a replacement of itself that found nothing to take */
};

struct cg_take_backs {
    struct cg_take_back *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
    uint64_t seed;
};

void cg_take_backs_init(struct cg_take_backs *table, uint64_t seed);
void cg_take_backs_fini(struct cg_take_backs *table);

/* The one with these four keys; NULL: none. */
const struct cg_take_back *cg_take_backs_find(const struct cg_take_backs *table,
                                              const struct cg_take_back *wanted);

/* Adding what is there already does no harm; lines taken count even so. */
cg_must_use bool cg_take_backs_add(struct cg_take_backs *table, const struct cg_take_back *added);

#endif
