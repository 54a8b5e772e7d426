#include "claimgate/base/arena.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_zero(const char *bytes, size_t len_bytes) {
    for (size_t i = 0; i < len_bytes; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

Test(arena, objects_are_aligned_zero_filled_and_apart) {
    struct cg_arena arena;
    cg_arena_init(&arena, 64 * 1024 * 1024);
    char *objects[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t len = i % 500 == 0 ? 100000 : i % 97 + 1;
        objects[i] = cg_arena_alloc(&arena, len);
        cr_assert_not_null(objects[i]);
        cr_assert_eq((uintptr_t)objects[i] % 16, 0);
        cr_assert(is_zero(objects[i], len), "object %zu", i);
        memset(objects[i], (int)(i % 255) + 1, len);
    }
    for (size_t i = 0; i < 2000; i++) {
        cr_assert_eq((unsigned char)objects[i][0], i % 255 + 1, "object %zu", i);
    }
    cg_arena_fini(&arena);
}

Test(arena, memory_used_again_after_reset_is_zero_filled) {
    struct cg_arena arena;
    cg_arena_init(&arena, 10 * 1024 * 1024);
    const size_t sizes[] = {100, 300000, 50, 200000};
    for (size_t i = 0; i < 4; i++) {
        memset(cg_arena_alloc(&arena, sizes[i]), 0xAA, sizes[i]);
    }
    cg_arena_reset(&arena);
    cr_assert_eq(arena.used_bytes, 0);
    const char *again = cg_arena_alloc(&arena, 300000);
    cr_assert(is_zero(again, 300000));
    cg_arena_fini(&arena);
    cg_arena_reset(&arena); /* an empty arena is fine */
    cg_arena_fini(&arena);
}

Test(arena, limit_counts_what_is_handed_out) {
    struct cg_arena arena;
    cg_arena_init(&arena, 1024);
    for (int i = 0; i < 64; i++) {
        cr_assert_not_null(cg_arena_alloc(&arena, 16));
    }
    cr_assert_null(cg_arena_alloc(&arena, 1));
    cg_arena_reset(&arena);
    cr_assert_not_null(cg_arena_alloc(&arena, 1024));
    cr_assert_null(cg_arena_copy(&arena, "", 0));
    cg_arena_fini(&arena);
}

Test(arena, sizes_that_overflow_are_refused) {
    struct cg_arena arena;
    cg_arena_init(&arena, SIZE_MAX);
    cr_assert_null(cg_arena_alloc(&arena, SIZE_MAX));
    cr_assert_null(cg_arena_alloc(&arena, SIZE_MAX - 15));
    cr_assert_null(cg_arena_copy(&arena, "x", SIZE_MAX));
    cg_arena_fini(&arena);
}

Test(arena, copies_end_in_a_nul) {
    struct cg_arena arena;
    cg_arena_init(&arena, 65536);
    cr_assert_str_eq(cg_arena_copy(&arena, "H0038 and more", 5), "H0038");
    cr_assert_str_eq(cg_arena_copy(&arena, NULL, 0), "");
    cg_arena_fini(&arena);
}

Test(arena, it_tells_whether_anything_was_refused) {
    struct cg_arena arena;
    cg_arena_init(&arena, 64);
    const struct cg_text text = cg_arena_text(&arena, (struct cg_text){"H0038 and more", 5});
    cr_assert(cg_text_equal(text, cg_text_of("H0038")));
    cr_assert_str_eq(cg_arena_string(&arena, "T1019"), "T1019");
    cr_assert(!arena.has_failed);
    const struct cg_text refused =
        cg_arena_text(&arena, (struct cg_text){"a longer one of 33 bytes, no more", 33});
    cr_assert(refused.ptr == NULL && refused.len == 0 && arena.has_failed);
    cr_assert_not_null(cg_arena_alloc(&arena, 16));
    cr_assert(arena.has_failed);
    cg_arena_reset(&arena);
    cr_assert(!arena.has_failed);
    cg_arena_fini(&arena);
}
