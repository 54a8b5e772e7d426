#include "claimgate/base/buffer.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(buffer, keeps_every_byte_appended) {
    struct cg_buffer buffer;
    cg_buffer_init(&buffer, 1000000);
    for (int i = 0; i < 1000; i++) {
        cr_assert(cg_buffer_append(&buffer, "a\0b", 3));
        cr_assert(cg_buffer_printf(&buffer, "%03d", i));
        cr_assert(cg_buffer_append_text(&buffer, "\n"));
    }
    cr_assert_eq(buffer.len_bytes, 7000);
    cr_assert_eq(memcmp(buffer.data + 6993, "a\0b999\n", 7), 0);
    cg_buffer_fini(&buffer);
    cr_assert_null(buffer.data);
}

Test(buffer, limit_is_reached_exactly_and_never_passed) {
    struct cg_buffer buffer;
    cg_buffer_init(&buffer, 1000);
    for (int i = 0; i < 1000; i++) {
        cr_assert(cg_buffer_append(&buffer, "x", 1));
    }
    cr_assert_not(cg_buffer_append(&buffer, "x", 1));
    cr_assert_not(cg_buffer_append_text(&buffer, "xyz"));
    cr_assert_not(cg_buffer_printf(&buffer, "%d", 1));
    cr_assert(cg_buffer_append(&buffer, NULL, 0));
    cr_assert_eq(buffer.len_bytes, 1000);
    cr_assert_leq(buffer.capacity_bytes, 1000);
    cg_buffer_fini(&buffer);
}

Test(buffer, sizes_that_overflow_are_refused) {
    struct cg_buffer buffer;
    cg_buffer_init(&buffer, SIZE_MAX);
    cr_assert(cg_buffer_append_text(&buffer, "kept"));
    cr_assert_not(cg_buffer_reserve(&buffer, SIZE_MAX));
    cr_assert_not(cg_buffer_reserve(&buffer, SIZE_MAX - 3));
    cr_assert_eq(memcmp(buffer.data, "kept", 4), 0);
    cg_buffer_fini(&buffer);
}

#ifndef __SANITIZE_ADDRESS__ /* which ends the program instead of returning NULL */
Test(buffer, out_of_memory_leaves_the_content) {
    struct cg_buffer buffer;
    cg_buffer_init(&buffer, SIZE_MAX);
    cr_assert(cg_buffer_append_text(&buffer, "kept"));
    cr_assert_not(cg_buffer_reserve(&buffer, SIZE_MAX / 2));
    cr_assert_eq(memcmp(buffer.data, "kept", 4), 0);
    cr_assert_eq(buffer.len_bytes, 4);
    cg_buffer_fini(&buffer);
}
#endif

Test(buffer, clear_keeps_the_memory) {
    struct cg_buffer buffer;
    cg_buffer_init(&buffer, 4096);
    cr_assert(cg_buffer_reserve(&buffer, 3000));
    char *data = buffer.data;
    size_t capacity = buffer.capacity_bytes;
    cr_assert(cg_buffer_append_text(&buffer, "something"));
    cg_buffer_clear(&buffer);
    cr_assert_eq(buffer.len_bytes, 0);
    cr_assert(cg_buffer_append_text(&buffer, "else"));
    cr_assert_eq(buffer.data, data);
    cr_assert_eq(buffer.capacity_bytes, capacity);
    cg_buffer_fini(&buffer);
}
