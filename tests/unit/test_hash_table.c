#include "claimgate/base/hash.h"
#include "claimgate/base/hash_table.h"

#include <criterion/criterion.h>

enum { KEYS = 20000 };

/* References are positions in this list plus 1. */
static uint64_t keys[KEYS];

static bool same(const void *context, uint32_t ref, const void *key) {
    return ((const uint64_t *)context)[ref - 1] == *(const uint64_t *)key;
}

static uint32_t find(const struct cg_hash_table *table, uint64_t hash, uint64_t key) {
    return cg_hash_table_find(table, hash, same, keys, &key);
}

Test(hash_table, nothing_is_found_in_an_empty_one) {
    struct cg_hash_table table = {0};
    cr_assert_eq(find(&table, 5, 5), 0);
    cg_hash_table_fini(&table);
}

Test(hash_table, thousands_are_all_found_again_and_no_other) {
    struct cg_hash_table table = {0};
    for (uint32_t i = 0; i < KEYS; i++) {
        keys[i] = i * UINT64_C(7);
        const uint64_t hash = cg_hash64(&keys[i], sizeof keys[i], 1);
        cr_assert_eq(find(&table, hash, keys[i]), 0);
        cr_assert(cg_hash_table_add(&table, hash, i + 1));
    }
    cr_assert_eq(table.used, KEYS);
    for (uint64_t key = 0; key < KEYS; key++) {
        const uint64_t hash = cg_hash64(&key, sizeof key, 1);
        cr_assert_eq(find(&table, hash, key), key % 7 == 0 ? key / 7 + 1 : 0);
    }
    cg_hash_table_fini(&table);
}

Test(hash_table, keys_of_one_hash_are_told_apart) {
    struct cg_hash_table table = {0};
    for (uint32_t i = 0; i < 200; i++) {
        keys[i] = i;
        cr_assert(cg_hash_table_add(&table, UINT64_MAX, i + 1));
    }
    for (uint32_t i = 0; i < 200; i++) {
        cr_assert_eq(find(&table, UINT64_MAX, i), i + 1);
    }
    cr_assert_eq(find(&table, UINT64_MAX, 200), 0);
    cg_hash_table_fini(&table);
}

static bool never_asked(const void *context, uint32_t ref, const void *key) {
    (void)context, (void)key;
    cr_assert_fail("reference %u was asked", ref);
    return true;
}

Test(hash_table, another_hash_is_told_apart_without_a_question) {
    struct cg_hash_table table = {0};
    const uint64_t slot_mates = UINT64_C(1) << 44; /* the same place in a table of 2^12 slots */
    for (uint32_t i = 0; i < 100; i++) {
        cr_assert(cg_hash_table_add(&table, i * slot_mates, i + 1));
    }
    cr_assert_eq(cg_hash_table_find(&table, 100 * slot_mates, never_asked, NULL, NULL), 0);
    cg_hash_table_fini(&table);
}

Test(hash_table, at_most_three_quarters_of_the_slots_are_used) {
    struct cg_hash_table table = {0};
    for (uint32_t i = 1; i <= 5000; i++) {
        cr_assert(cg_hash_table_add(&table, (uint64_t)i << 32, i));
        cr_assert_leq(table.used, table.slot_count / 4 * 3);
    }
    cg_hash_table_fini(&table);
}

Test(hash_table, may_be_used_again_after_fini) {
    struct cg_hash_table table = {0};
    for (uint64_t round = 0; round < 3; round++) {
        keys[0] = round;
        cr_assert_eq(find(&table, 9, round), 0);
        cr_assert(cg_hash_table_add(&table, 9, 1));
        cr_assert_eq(find(&table, 9, round), 1);
        cg_hash_table_fini(&table);
    }
}

/* Of hashes that share a place, and of those that stand right behind it. */
Test(hash_table, what_stands_behind_one_that_is_removed_is_still_found) {
    for (uint32_t removed = 0; removed < 6; removed++) {
        struct cg_hash_table table = {0};
        for (uint32_t i = 0; i < 6; i++) {
            keys[i] = i;
            cr_assert(cg_hash_table_add(&table, (uint64_t)(62 + i / 3) << 32, i + 1));
        }
        cg_hash_table_remove(&table, (uint64_t)(62 + removed / 3) << 32, removed + 1);
        for (uint32_t i = 0; i < 6; i++) {
            cr_expect_eq(find(&table, (uint64_t)(62 + i / 3) << 32, i), i == removed ? 0 : i + 1,
                         "%u without %u", i, removed);
        }
        cr_expect_eq(table.used, 5);
        cg_hash_table_fini(&table);
    }
}
