#include "claimgate/base/fault.h"
#include "gate/pool.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

static const uint32_t sizes[CG_POOL_CLASSES] = {128,  256,  320,  576,  832,  1280,
                                                1920, 2816, 4288, 6464, 9728, 14592};

Test(pool, a_block_given_back_is_the_next_one_of_its_class) {
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    uint32_t a = cg_pool_take_block(&pool, 3);
    uint32_t b = cg_pool_take_block(&pool, 3);
    cr_assert_neq(a, 0);
    cr_assert_neq(a, b);
    cg_pool_give_block(&pool, 3, a);
    cg_pool_give_block(&pool, 3, b);
    cr_assert_neq(cg_pool_take_block(&pool, 2), a);
    cr_assert_eq(cg_pool_take_block(&pool, 3), b);
    cr_assert_eq(cg_pool_take_block(&pool, 3), a);
    cg_pool_fini(&pool);
}

Test(pool, after_a_reset_it_hands_out_the_same_pieces_again) {
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    cg_pool_reset(&pool);
    uint32_t block = cg_pool_take_block(&pool, 0);
    uint32_t small = cg_pool_take_small(&pool, 40);
    cg_pool_give_block(&pool, 0, block);
    cg_pool_reset(&pool);
    cr_assert_eq(cg_pool_take_block(&pool, 0), block);
    cr_assert_eq((uintptr_t)cg_pool_at(&pool, block) % 64, 0);
    cr_assert_eq(cg_pool_take_small(&pool, 40), small);
    cg_pool_fini(&pool);
}

Test(pool, small_pieces_are_cut_from_blocks_given_back) {
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    uint32_t block = cg_pool_take_block(&pool, 0);
    cg_pool_give_block(&pool, 0, block);
    cr_assert_eq(cg_pool_take_small(&pool, 40), block);
    cr_assert_eq(cg_pool_take_small(&pool, 40), block + 5);
    cg_pool_fini(&pool);
}

Test(pool, pieces_never_overlap_and_blocks_are_aligned_over_many_chunks) {
    enum { PIECES = 30000 };
    static uint32_t refs[PIECES];
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    for (uint32_t i = 0; i < PIECES; i++) {
        uint32_t class_no = i % CG_POOL_CLASSES;
        bool small = i % 3 == 0;
        refs[i] = small ? cg_pool_take_small(&pool, 120) : cg_pool_take_block(&pool, class_no);
        cr_assert_neq(refs[i], 0);
        char *piece = cg_pool_at(&pool, refs[i]);
        cr_assert(small || (uintptr_t)piece % 64 == 0);
        memset(piece, (int)(i % 251), small ? 120 : sizes[class_no]);
    }
    cr_assert_gt(pool.chunk_count, 1);
    for (uint32_t i = 0; i < PIECES; i++) {
        const unsigned char *piece = cg_pool_at(&pool, refs[i]);
        size_t len_bytes = i % 3 == 0 ? 120 : sizes[i % CG_POOL_CLASSES];
        cr_assert_eq(piece[0], i % 251);
        cr_assert_eq(piece[len_bytes - 1], i % 251);
    }
    cg_pool_fini(&pool);
}

Test(pool, a_line_is_a_whole_cache_line_of_its_own) {
    enum { LINES = 1000 };
    static uint32_t refs[LINES];
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    for (uint32_t i = 0; i < LINES; i++) {
        refs[i] = cg_pool_take_line(&pool);
        cr_assert_neq(refs[i], 0);
        cr_assert_eq((uintptr_t)cg_pool_at(&pool, refs[i]) % CG_CACHE_LINE_BYTES, 0);
        memset(cg_pool_at(&pool, refs[i]), (int)(i % 251), CG_CACHE_LINE_BYTES);
        memset(cg_pool_at(&pool, cg_pool_take_small(&pool, 40)), 255, 40);
    }
    for (uint32_t i = 0; i < LINES; i++) {
        const unsigned char *line = cg_pool_at(&pool, refs[i]);
        cr_assert_eq(line[0], i % 251);
        cr_assert_eq(line[CG_CACHE_LINE_BYTES - 1], i % 251);
    }
    cg_pool_fini(&pool);
}

/* Nothing of it is written, so that it takes no memory. */
Test(pool, a_pool_that_is_full_gives_nothing_until_it_is_reset) {
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    const uint32_t first = cg_pool_take_block(&pool, 0);
    while (cg_pool_take_block(&pool, CG_POOL_CLASSES - 1) != 0) {
    }
    while (cg_pool_take_line(&pool) != 0) {
    }
    while (cg_pool_take_small(&pool, CG_POOL_SMALL_MAX_BYTES) != 0) {
    }
    cr_assert_eq(pool.chunk_count, CG_POOL_CHUNKS_MAX);
    void *second_chunk = cg_pool_at(&pool, 1U << CG_POOL_CHUNK_GRAINS_LOG2);
    cr_assert_eq(msync(second_chunk, 1, MS_ASYNC), 0);
    cg_pool_reset(&pool);
    cr_assert_eq(pool.chunk_count, 1);
    cr_assert_eq(msync(second_chunk, 1, MS_ASYNC), -1, "its memory is given back");
    cr_assert_eq(cg_pool_take_block(&pool, 0), first);
    cg_pool_fini(&pool);
}

#ifdef CG_FAULTS

Test(pool, whose_next_piece_is_to_fail_gives_none_of_any_kind) {
    struct cg_pool pool;
    cg_pool_init(&pool, sizes);
    for (int kind = 0; kind < 3; kind++) {
        cg_fault_want("pool.take:1:12");
        const uint32_t ref = kind == 0   ? cg_pool_take_block(&pool, 0)
                             : kind == 1 ? cg_pool_take_small(&pool, 40)
                                         : cg_pool_take_line(&pool);
        cg_fault_want(NULL);
        cr_expect_eq(ref, 0, "kind %d", kind);
    }
    cr_expect_neq(cg_pool_take_line(&pool), 0);
    cg_pool_fini(&pool);
}

#endif
