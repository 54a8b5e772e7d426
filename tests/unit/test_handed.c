#include "part/handed.h"

#include "claimgate/base/date.h"

#include <criterion/criterion.h>
#include <string.h>

static struct cg_text row_of(const struct cg_buffer *out) {
    return (struct cg_text){out->data + CG_HANDED_LEN_BYTES,
                            (uint32_t)(out->len_bytes - CG_HANDED_LEN_BYTES)};
}

static void put_row(struct cg_buffer *out) {
    cg_buffer_init(out, 1 << 16);
    struct cg_handed_writer row = cg_handed_begin(out);
    cg_handed_put_number(&row, 0);
    cg_handed_put_number(&row, UINT64_MAX);
    cg_handed_put_text(&row, (struct cg_text){"", 0});
    cg_handed_put_text(&row, cg_text_of("C,\"1\n"));
    cg_handed_put_day(&row, CG_DAY_NONE);
    cg_handed_put_day(&row, CG_DAY_FIRST);
    cr_assert(cg_handed_end(&row));
}

Test(handed, row_is_read_as_it_was_written) {
    struct cg_buffer out;
    put_row(&out);
    uint16_t len;
    memcpy(&len, out.data, sizeof len);
    cr_assert_eq(len, out.len_bytes - CG_HANDED_LEN_BYTES);
    struct cg_handed_reader row = cg_handed_open(row_of(&out), NULL);
    cr_assert_eq(cg_handed_number(&row, 0), 0);
    cr_assert_eq(cg_handed_number(&row, UINT64_MAX), UINT64_MAX);
    cr_assert_eq(cg_handed_text(&row, 5).len, 0);
    cr_assert(cg_text_equal(cg_handed_text(&row, 5), cg_text_of("C,\"1\n")));
    cr_assert_not(cg_handed_is_good(&row), "a day is left");
    cr_assert_eq(cg_handed_day(&row), CG_DAY_NONE);
    cr_assert_eq(cg_handed_day(&row), CG_DAY_FIRST);
    cr_assert(cg_handed_is_good(&row));
    cg_buffer_fini(&out);
}

static bool reads(struct cg_text text, uint64_t most, uint32_t most_bytes) {
    struct cg_handed_reader row = cg_handed_open(text, NULL);
    (void)cg_handed_number(&row, 0);
    (void)cg_handed_number(&row, most);
    (void)cg_handed_text(&row, 0);
    (void)cg_handed_text(&row, most_bytes);
    (void)cg_handed_day(&row);
    (void)cg_handed_day(&row);
    return cg_handed_is_good(&row);
}

Test(handed, row_that_is_cut_or_longer_or_over_a_limit_is_none_of_ours) {
    struct cg_buffer out;
    put_row(&out);
    const struct cg_text whole = row_of(&out);
    cr_assert(reads(whole, UINT64_MAX, 5));
    cr_assert_not(reads(whole, UINT64_MAX - 1, 5));
    cr_assert_not(reads(whole, UINT64_MAX, 4));
    for (uint32_t len = 0; len < whole.len; len++) {
        /* Of its own, so that a sanitizer sees a read behind the end. */
        char *copy = malloc(len + 1);
        memcpy(copy, whole.ptr, len);
        cr_assert_not(reads((struct cg_text){copy, len}, UINT64_MAX, 5), "%u bytes", len);
        free(copy);
    }
    cr_assert(cg_buffer_append(&out, "x", 1));
    cr_assert_not(reads(row_of(&out), UINT64_MAX, 5));
    cg_buffer_fini(&out);
}
