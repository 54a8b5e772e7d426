/*
 * Members are met in random order, so nearly every access to the pool is a miss in the translation
 * buffer with pages of 4 KiB; the kernel is asked for huge pages. A chunk is mapped whole, but
 * costs memory only where it has been written.
 *
 * Why small pieces are cut from freed blocks: members grow at about the same pace, so the blocks of
 * a class are all outgrown together and nobody else ever asks for that class again. With blocks
 * growing by half, what is outgrown adds up to about twice the lines' rows, and the lines' records
 * (small pieces) are larger than that: they swallow all of it.
 */
#include "pool.h"

#include "claimgate/base/fault.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

enum {
    CHUNK_GRAINS = 1 << CG_POOL_CHUNK_GRAINS_LOG2,
    CACHE_LINE_GRAINS = CG_CACHE_LINE_BYTES / CG_POOL_GRAIN_BYTES,
    FRESH_SMALL_GRAINS = 512, /* taken at once for small pieces when no block is free */
    FRESH_LINES_GRAINS = 64 * CACHE_LINE_GRAINS,
};
#define CHUNK_BYTES ((size_t)CHUNK_GRAINS * CG_POOL_GRAIN_BYTES)

void cg_pool_init(struct cg_pool *pool, const uint32_t block_bytes[CG_POOL_CLASSES]) {
    memset(pool, 0, sizeof *pool);
    for (uint32_t i = 0; i < CG_POOL_CLASSES; i++) {
        pool->block_grains[i] = block_bytes[i] / CG_POOL_GRAIN_BYTES;
    }
}

void cg_pool_fini(struct cg_pool *pool) {
    for (uint32_t i = 0; i < pool->chunk_count; i++) {
        munmap(pool->chunks[i], CHUNK_BYTES);
    }
    memset(pool, 0, sizeof *pool);
}

void cg_pool_reset(struct cg_pool *pool) {
    for (uint32_t i = 1; i < pool->chunk_count; i++) {
        munmap(pool->chunks[i], CHUNK_BYTES);
    }
    pool->chunk_count = pool->chunk_count > 0 ? 1 : 0;
    pool->fresh_grains = CACHE_LINE_GRAINS; /* as at first */
    pool->small_ref = 0;
    pool->small_grains = 0;
    pool->line_grains = 0;
    memset(pool->free_ref, 0, sizeof pool->free_ref);
}

static uint32_t take_fresh(struct cg_pool *pool, uint32_t grains) {
    if (pool->chunk_count == 0 || CHUNK_GRAINS - pool->fresh_grains < grains) {
        if (pool->chunk_count == CG_POOL_CHUNKS_MAX) {
            return 0;
        }
        void *chunk =
            mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (chunk == MAP_FAILED) {
            return 0;
        }
        /* Only a wish: without huge pages everything works, slower. */
        (void)madvise(chunk, CHUNK_BYTES, MADV_HUGEPAGE);
        pool->chunks[pool->chunk_count++] = chunk;
        /* Reference 0 means nothing; the rest stays aligned to cache lines. */
        pool->fresh_grains = pool->chunk_count == 1 ? CACHE_LINE_GRAINS : 0;
    }
    uint32_t ref = (pool->chunk_count - 1) << CG_POOL_CHUNK_GRAINS_LOG2 | pool->fresh_grains;
    pool->fresh_grains += grains;
    return ref;
}

static uint32_t take_free(struct cg_pool *pool, uint32_t class_no) {
    uint32_t ref = pool->free_ref[class_no];
    if (ref != 0) {
        memcpy(&pool->free_ref[class_no], cg_pool_at(pool, ref), sizeof ref);
    }
    return ref;
}

/* For tests; never in a release. */
static bool is_spent(void) {
    return cg_fault("pool.take") != 0;
}

uint32_t cg_pool_take_block(struct cg_pool *pool, uint32_t class_no) {
    if (is_spent()) {
        return 0;
    }
    uint32_t ref = take_free(pool, class_no);
    return ref != 0 ? ref : take_fresh(pool, pool->block_grains[class_no]);
}

void cg_pool_give_block(struct cg_pool *pool, uint32_t class_no, uint32_t ref) {
    memcpy(cg_pool_at(pool, ref), &pool->free_ref[class_no], sizeof ref);
    pool->free_ref[class_no] = ref;
}

/* The smallest blocks first: members have outgrown those for good. */
static bool refill_small(struct cg_pool *pool) {
    for (uint32_t class_no = 0; class_no < CG_POOL_CLASSES; class_no++) {
        uint32_t ref = take_free(pool, class_no);
        if (ref != 0) {
            pool->small_ref = ref;
            pool->small_grains = pool->block_grains[class_no];
            return true;
        }
    }
    pool->small_ref = take_fresh(pool, FRESH_SMALL_GRAINS);
    pool->small_grains = pool->small_ref != 0 ? FRESH_SMALL_GRAINS : 0;
    return pool->small_ref != 0;
}

uint32_t cg_pool_take_small(struct cg_pool *pool, size_t len_bytes) {
    uint32_t grains = (uint32_t)((len_bytes + CG_POOL_GRAIN_BYTES - 1) / CG_POOL_GRAIN_BYTES);
    if (is_spent() || (pool->small_grains < grains && !refill_small(pool))) {
        return 0;
    }
    uint32_t ref = pool->small_ref;
    pool->small_ref += grains;
    pool->small_grains -= grains;
    return ref;
}

uint32_t cg_pool_take_line(struct cg_pool *pool) {
    if (is_spent()) {
        return 0;
    }
    if (pool->line_grains == 0) {
        pool->line_ref = take_fresh(pool, FRESH_LINES_GRAINS);
        if (pool->line_ref == 0) {
            return 0;
        }
        pool->line_grains = FRESH_LINES_GRAINS;
    }
    uint32_t ref = pool->line_ref;
    pool->line_ref += CACHE_LINE_GRAINS;
    pool->line_grains -= CACHE_LINE_GRAINS;
    return ref;
}
