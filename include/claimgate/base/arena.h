/*
 * Bump allocator: many small objects that are freed together.
 *
 * Ownership  What cg_arena_alloc returns lives until _fini (or _reset).
 * Memory     Blocks of 64 KiB or the size asked for; alignment 16 bytes.
 * Failure    NULL when memory or `limit_bytes` is exhausted.
 */
#ifndef CLAIMGATE_BASE_ARENA_H
#define CLAIMGATE_BASE_ARENA_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct cg_arena_block;

struct cg_arena {
    struct cg_arena_block *blocks;
    size_t used_bytes; /* handed out since _init or _reset */
    size_t limit_bytes;
    bool has_failed; /* for something there was no memory, since _init or _reset */
};

void cg_arena_init(struct cg_arena *arena, size_t limit_bytes);
void cg_arena_fini(struct cg_arena *arena);
void cg_arena_reset(struct cg_arena *arena); /* keeps the largest block for reuse */
cg_must_use void *cg_arena_alloc(struct cg_arena *arena, size_t len_bytes); /* zero-filled */
cg_must_use char *cg_arena_copy(struct cg_arena *arena, const char *bytes,
                                size_t len_bytes); /* NUL added */
cg_must_use char *cg_arena_string(struct cg_arena *arena, const char *text);
struct cg_text cg_arena_text(struct cg_arena *arena, struct cg_text text); /* ptr NULL: no memory */

#endif
