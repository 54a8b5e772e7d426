/*
 * Pool: the memory of the history, handed out in millions of small pieces without a heap call each.
 *
 * A piece is named by a 32-bit reference. Blocks come in size classes and can be given back;
 * small pieces stay until the end and are cut from blocks given back before fresh memory is
 * touched, so that what growing members leave behind is used up and not lost.
 *
 * Ownership  _fini frees everything at once.
 * Threads    One at a time.
 * Memory     Chunks of 32 MiB of address space, resident only where used; at most 32 GiB.
 * Failure    Reference 0 when memory is out.
 */
#ifndef CLAIMGATE_GATE_POOL_H
#define CLAIMGATE_GATE_POOL_H

#include "claimgate/base/error.h"
#include "claimgate/base/fetch.h"

#include <stddef.h>
#include <stdint.h>

enum {
    CG_POOL_GRAIN_BYTES = 8, /* references count these */
    CG_POOL_CHUNK_GRAINS_LOG2 = 22,
    CG_POOL_CHUNKS_MAX = 1024,
    CG_POOL_CLASSES = 12,
    CG_POOL_SMALL_MAX_BYTES = 120, /* a small piece fits every block */
};

struct cg_pool {
    char *chunks[CG_POOL_CHUNKS_MAX];
    uint32_t chunk_count;
    uint32_t fresh_grains; /* used of the last chunk */
    uint32_t small_ref;    /* small pieces are cut from here */
    uint32_t small_grains; /* left there */
    uint32_t line_ref;     /* cache lines are cut from here */
    uint32_t line_grains;
    uint32_t free_ref[CG_POOL_CLASSES]; /* blocks given back, each naming the next */
    uint32_t block_grains[CG_POOL_CLASSES];
};

/* block_bytes: the sizes of the classes, rising, the first at least CG_POOL_SMALL_MAX_BYTES, all
 * multiples of a cache line, to which blocks are aligned. */
void cg_pool_init(struct cg_pool *pool, const uint32_t block_bytes[CG_POOL_CLASSES]);
void cg_pool_fini(struct cg_pool *pool);
/* Every piece is given back at once; one chunk stays for those to come. */
void cg_pool_reset(struct cg_pool *pool);

/* Not zeroed. */
cg_must_use uint32_t cg_pool_take_block(struct cg_pool *pool, uint32_t class_no);
void cg_pool_give_block(struct cg_pool *pool, uint32_t class_no, uint32_t ref);
cg_must_use uint32_t cg_pool_take_small(struct cg_pool *pool, size_t len_bytes);

/* One whole cache line, for what is met at random. */
cg_must_use uint32_t cg_pool_take_line(struct cg_pool *pool);

static inline void *cg_pool_at(const struct cg_pool *pool, uint32_t ref) {
    uint32_t in_chunk = ref & ((1U << CG_POOL_CHUNK_GRAINS_LOG2) - 1);
    return pool->chunks[ref >> CG_POOL_CHUNK_GRAINS_LOG2] + (size_t)in_chunk * CG_POOL_GRAIN_BYTES;
}

#endif
