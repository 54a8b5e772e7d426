#include "claimgate/base/array.h"

#include <criterion/criterion.h>

struct pair {
    uint64_t first;
    uint32_t second;
};

Test(array, items_stay_as_they_are_while_it_grows) {
    struct cg_array pairs;
    cg_array_init(&pairs, sizeof(struct pair), 100000);
    for (uint32_t i = 0; i < 5000; i++) {
        struct pair *pair = cg_array_add(&pairs);
        cr_assert_not_null(pair);
        *pair = (struct pair){i * UINT64_C(3), i};
    }
    cr_assert_eq(pairs.count, 5000);
    for (uint32_t i = 0; i < pairs.count; i++) {
        const struct pair *pair = cg_array_at(&pairs, i);
        cr_assert_eq(pair->first, i * UINT64_C(3));
        cr_assert_eq(pair->second, i);
    }
    cg_array_fini(&pairs);
}

Test(array, limit_is_reached_exactly_and_never_passed) {
    const uint32_t limits[] = {0, 1, 63, 64, 65, 100, 128, 1000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct cg_array bytes;
        cg_array_init(&bytes, 1, limits[i]);
        for (uint32_t k = 0; k < limits[i]; k++) {
            char *byte = cg_array_add(&bytes);
            cr_assert_not_null(byte, "item %u of %u", k, limits[i]);
            *byte = (char)k;
        }
        cr_assert_null(cg_array_add(&bytes), "beyond %u", limits[i]);
        cr_assert_eq(bytes.count, limits[i]);
        cr_assert_leq(bytes.capacity, limits[i]);
        cr_assert(limits[i] == 0 || *(char *)cg_array_at(&bytes, 0) == 0);
        cg_array_fini(&bytes);
    }
}

Test(array, may_be_used_again_after_fini) {
    struct cg_array numbers;
    cg_array_init(&numbers, sizeof(int), 2);
    for (int round = 0; round < 3; round++) {
        int *number = cg_array_add(&numbers);
        *number = round;
        cr_assert_eq(numbers.count, 1);
        cr_assert_eq(*(const int *)cg_array_at(&numbers, 0), round);
        cg_array_fini(&numbers);
        cr_assert_eq(numbers.count, 0);
    }
}
