#include "gate/member_rows.h"

#include <criterion/criterion.h>
#include <string.h>

enum { CAPACITY = 24, DAY = 20000 };

static _Alignas(CG_CACHE_LINE_BYTES) char block[4096];
static const struct cg_cap first_procedure = {.counts = {1}};

/* A block as the pool hands it out: full of what others have left there. */
static struct cg_member_rows used_block(void) {
    memset(block, 0, sizeof block);
    struct cg_member_rows rows = cg_member_rows_in(block, CAPACITY);
    for (uint32_t row_no = 0; row_no < CAPACITY; row_no++) {
        struct cg_member_row row = {.day_no = DAY, .tag = 7, .units = 3, .service_tag = 9};
        cg_member_rows_put(&rows, row_no, &row);
    }
    return rows;
}

static uint32_t sum_both_ways(const struct cg_member_rows *rows, uint32_t count, int32_t first,
                              int32_t last) {
    uint32_t sum = cg_member_rows_sum(rows, count, first, last);
    cr_assert_eq(cg_member_rows_sum_counted(rows, count, &first_procedure, first, last), sum);
    return sum;
}

static void put_day(const struct cg_member_rows *rows, uint32_t row_no, int32_t day_no) {
    struct cg_member_row row = {.day_no = day_no, .units = 1, .service_tag = 5};
    cg_member_rows_put(rows, row_no, &row);
}

Test(member_rows, blocks_fill_cache_lines_and_hold_their_arrays) {
    for (uint32_t capacity = CG_REST_ROWS; capacity <= 200; capacity += CG_REST_ROWS) {
        struct cg_member_rows rows = cg_member_rows_in(block, capacity);
        cr_assert_eq(cg_member_rows_bytes(capacity) % CG_CACHE_LINE_BYTES, 0);
        cr_assert_eq((char *)(rows.rest + capacity / CG_REST_ROWS),
                     block + cg_member_rows_bytes(capacity));
    }
}

Test(member_rows, what_others_left_in_a_block_is_of_no_day) {
    struct cg_member_rows rows = used_block();
    cg_member_rows_clear(&rows, 0, CAPACITY);
    put_day(&rows, 0, DAY + 1);
    cr_assert_not(cg_row_groups_have_day(rows.groups, 1, DAY));
    cr_assert(cg_row_groups_have_day(rows.groups, 1, DAY + 1));
    cr_assert_eq(sum_both_ways(&rows, 1, CG_DAY_FIRST, CG_DAY_LAST), 1);
}

Test(member_rows, a_row_comes_back_as_it_was_put) {
    static const int32_t days[] = {CG_ROW_DAY_FIRST, DAY, CG_ROW_DAY_LAST, CG_DAY_NONE};
    struct cg_member_rows rows = used_block();
    for (uint32_t i = 0; i < 4; i++) {
        struct cg_member_row row = {days[i], 0x87654321, 9999, 0xFFFF, 254, 253};
        cg_member_rows_put(&rows, 17, &row);
        struct cg_member_row back = cg_member_rows_get(&rows, 17);
        cr_assert_eq(back.day_no, row.day_no);
        cr_assert_eq(back.ref, row.ref);
        cr_assert_eq(cg_member_rows_ref(&rows, 17), row.ref);
        cr_assert_eq(back.units, row.units);
        cr_assert_eq(back.tag, row.tag);
        cr_assert_eq(back.procedure_no, row.procedure_no);
        cr_assert_eq(back.service_tag, row.service_tag);
    }
}

Test(member_rows, days_that_no_row_can_hold_are_in_no_sum_and_found_as_any_day) {
    cr_assert_not(cg_row_can_hold_day(CG_ROW_DAY_FIRST - 1));
    cr_assert_not(cg_row_can_hold_day(CG_ROW_DAY_LAST + 1));
    struct cg_member_rows rows = used_block();
    cg_member_rows_clear(&rows, 0, CAPACITY);
    put_day(&rows, 0, CG_ROW_DAY_FIRST);
    put_day(&rows, 1, CG_DAY_NONE);
    put_day(&rows, 2, CG_ROW_DAY_LAST);
    static const struct {
        int32_t first, last;
        uint32_t units;
    } cases[] = {
        {CG_DAY_FIRST, CG_DAY_LAST, 2},
        {CG_DAY_FIRST, CG_ROW_DAY_FIRST - 1, 0},
        {CG_DAY_FIRST, CG_ROW_DAY_FIRST, 1},
        {CG_ROW_DAY_FIRST, CG_ROW_DAY_FIRST, 1},
        {CG_ROW_DAY_FIRST + 1, CG_ROW_DAY_LAST - 1, 0},
        {CG_ROW_DAY_LAST, CG_DAY_LAST, 1},
        {CG_ROW_DAY_LAST + 1, CG_DAY_LAST, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t units = sum_both_ways(&rows, 3, cases[i].first, cases[i].last);
        cr_assert_eq(units, cases[i].units, "case %zu: %u", i, units);
    }
    cr_assert_eq(cg_member_rows_find_service(&rows, 0, 3, DAY, 5), 1);
    cr_assert_eq(cg_member_rows_find_service(&rows, 0, 3, DAY, 6), 3);
    cr_assert_eq(cg_member_rows_find_service(&rows, 0, 3, CG_ROW_DAY_LAST + 1, 5), 1);
    cr_assert_eq(cg_member_rows_find_service(&rows, 2, 3, CG_ROW_DAY_LAST, 5), 2);
}

Test(member_rows, a_row_is_found_wherever_it_stands) {
    struct cg_member_rows rows = used_block();
    for (uint32_t row_no = 0; row_no < CAPACITY; row_no++) {
        cg_member_rows_clear(&rows, 0, CAPACITY);
        for (uint32_t i = 0; i < CAPACITY; i++) {
            struct cg_member_row row = {.day_no = DAY + (i == row_no),
                                        .tag = (uint16_t)(1 + (i == row_no)),
                                        .units = (uint16_t)(1 + i)};
            cg_member_rows_put(&rows, i, &row);
        }
        cr_assert(cg_row_groups_have_tag(rows.groups, CAPACITY, 2));
        cr_assert(cg_row_groups_have_day(rows.groups, CAPACITY, DAY + 1));
        cr_assert_eq(cg_member_rows_find_tag(&rows, 0, CAPACITY, 2), row_no);
        cr_assert_eq(cg_member_rows_find_service(&rows, 0, CAPACITY, DAY + 1, 0), row_no);
        cr_assert_eq(cg_member_rows_find_service(&rows, row_no + 1, CAPACITY, DAY + 1, 0),
                     CAPACITY);
        cr_assert_eq(sum_both_ways(&rows, CAPACITY, DAY + 1, DAY + 1), row_no + 1);
    }
}

Test(member_rows, sums_of_many_units_are_too_large_for_two_bytes) {
    struct cg_member_rows rows = used_block();
    for (uint32_t row_no = 0; row_no < CAPACITY; row_no++) {
        struct cg_member_row row = {.day_no = DAY + (int32_t)row_no, .units = 9999};
        cg_member_rows_put(&rows, row_no, &row);
    }
    cr_assert_eq(sum_both_ways(&rows, CAPACITY, DAY, DAY + CAPACITY), CAPACITY * 9999);
    cr_assert_eq(sum_both_ways(&rows, CAPACITY, DAY + 3, DAY + 19), 17 * 9999);
}
