#include "claimgate/record/key.h"
#include "claimgate/record/line.h"

#include <criterion/criterion.h>

/* A few bytes that differ everywhere, each text at a place of its own with nothing behind it. */
static char memory[2][CG_ID_MAX_BYTES + 1];

static struct cg_text text_at(int place, uint32_t len) {
    char *start = memory[place] + CG_ID_MAX_BYTES - len;
    for (uint32_t i = 0; i < len; i++) {
        start[i] = (char)('A' + i * 7 % 26);
    }
    return (struct cg_text){start, len};
}

Test(key, a_key_gives_its_text_back_whatever_the_length) {
    for (uint32_t len = 0; len <= CG_ID_MAX_BYTES; len++) {
        struct cg_text text = text_at(0, len);
        struct cg_key key = cg_key_of(text);
        cr_expect_eq(cg_key_len(&key), len);
        cr_expect(cg_text_equal(cg_key_text(&key), text), "%u bytes", len);
    }
}

Test(key, keys_are_equal_and_hash_alike_where_their_texts_are_equal) {
    for (uint32_t len = 0; len <= CG_ID_MAX_BYTES; len++) {
        struct cg_key a = cg_key_of(text_at(0, len));
        struct cg_key b = cg_key_of(text_at(1, len));
        cr_expect(cg_key_equal(&a, &b), "%u bytes", len);
        cr_expect_eq(cg_key_hash(&a, 7), cg_key_hash(&b, 7), "%u bytes", len);
    }
}

Test(key, one_other_byte_or_one_more_makes_another_key) {
    for (uint32_t len = 1; len <= CG_ID_MAX_BYTES; len++) {
        struct cg_key whole = cg_key_of(text_at(0, len));
        struct cg_key shorter = cg_key_of(text_at(1, len - 1));
        cr_expect_not(cg_key_equal(&whole, &shorter), "%u bytes", len);
        for (uint32_t at = 0; at < len; at++) {
            struct cg_text other = text_at(1, len);
            memory[1][CG_ID_MAX_BYTES - len + at] ^= 1;
            struct cg_key changed = cg_key_of(other);
            cr_expect_not(cg_key_equal(&whole, &changed), "byte %u of %u", at, len);
        }
    }
}

/* A short text that ends in zero bytes is not the shorter one without them. */
Test(key, a_zero_byte_counts) {
    struct cg_key with = cg_key_of((struct cg_text){"A\0", 2});
    struct cg_key without = cg_key_of((struct cg_text){"A", 1});
    cr_expect_not(cg_key_equal(&with, &without));
}

/* What `printf M00000001 | xxhsum -H3` prints is 1e44d66928e1ef3d: ledgers are kept by it. */
Test(key, a_member_stays_in_the_part_that_the_published_hash_gives) {
    const struct cg_text member = {"M00000001", 9};
    cr_expect_eq(cg_member_part(member, 1), 0);
    cr_expect_eq(cg_member_part(member, 4), UINT64_C(0x1e44d66928e1ef3d) % 4);
    cr_expect_eq(cg_member_part(member, 7), UINT64_C(0x1e44d66928e1ef3d) % 7);
    cr_expect_eq(cg_member_part(member, 64), UINT64_C(0x1e44d66928e1ef3d) % 64);
}

Test(key, a_line_without_a_member_belongs_to_the_first_part) {
    cr_expect_eq(cg_member_part((struct cg_text){"", 0}, 64), 0);
}
