/*
 * Take-backs in vain: records that pass, by a blank or another code or because their layout leaves
 * them out, and yet ask to take back a claim that stands.
 *
 * A void is in scope by its code. Where the payer's program leaves the code of a void blank, or a
 * replacement has no line of the service any more, nothing is taken back, and the units of the
 * original stay used: somebody must be told. Whether another line of the same claim takes it back
 * is known at the end of the run only.
 *
 * Ownership  _init/_fini; keys are copied.
 * Threads    One (the serial station).
 * Memory     Those that ask in vain when they are met, at most CG_VAIN_TAKE_BACKS_MAX; more are
 *            counted without being looked at again.
 */
#ifndef CLAIMGATE_GATE_VAIN_TAKE_BACKS_H
#define CLAIMGATE_GATE_VAIN_TAKE_BACKS_H

#include "claimgate/base/arena.h"
#include "claimgate/gate/history.h"

enum { CG_VAIN_TAKE_BACKS_MAX = 1 << 18 };

struct cg_vain_take_backs {
    struct cg_array kept;
    struct cg_arena keys;
    uint64_t beyond; /* not kept */
};

void cg_vain_take_backs_init(struct cg_vain_take_backs *vain);
void cg_vain_take_backs_fini(struct cg_vain_take_backs *vain);

/* Those of a batch whose lines have been decided. CG_INTERNAL (no memory), or what recall says. */
cg_must_use enum cg_status cg_vain_take_backs_add(struct cg_vain_take_backs *vain,
                                                  struct cg_history *history,
                                                  const struct cg_batch *batch,
                                                  struct cg_error *err);

/* Called at the end for each that still asks in vain, in order. Returns how many do. */
typedef void (*cg_vain_take_back_fn)(void *context, uint32_t source_no, uint64_t line);
cg_must_use enum cg_status cg_vain_take_backs_end(const struct cg_vain_take_backs *vain,
                                                  struct cg_history *history,
                                                  cg_vain_take_back_fn fn, void *context,
                                                  uint64_t *count, struct cg_error *err);

#endif
