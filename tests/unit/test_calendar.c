#include "claimgate/base/date.h"
#include "gate/calendar.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct cg_spread on(int32_t first_day, int32_t last_day, uint32_t each, uint32_t more_days) {
    return (struct cg_spread){first_day, last_day, each, more_days};
}

Test(calendar, sums_any_range_as_if_each_day_were_added_up) {
    enum { DAYS = 3000 };
    static uint64_t naive[DAYS];
    struct cg_calendar *calendar = cg_calendar_new();
    cr_assert_not_null(calendar);
    uint32_t state = 1;
    for (int i = 0; i < 300; i++) {
        state = state * 1664525 + 1013904223;
        int32_t first = (int32_t)(state >> 8) % (DAYS - 40);
        struct cg_spread spread =
            on(first, first + (int32_t)(state % 30), 1 + state % 3, state % 5);
        cr_assert(cg_calendar_add(calendar, &spread));
        for (int32_t day = 0; day < DAYS; day++) {
            naive[day] += cg_spread_on_day(&spread, day);
        }
        if (i % 4 == 0) {
            cg_calendar_subtract(calendar, &spread);
            for (int32_t day = 0; day < DAYS; day++) {
                naive[day] -= cg_spread_on_day(&spread, day);
            }
        }
    }
    static uint64_t daily[DAYS];
    cg_calendar_daily(calendar, 0, DAYS - 1, daily);
    for (int32_t first = 0; first < DAYS; first += 37) {
        uint64_t sum = 0;
        for (int32_t last = first; last < DAYS; last++) {
            sum += naive[last];
            cr_assert_eq(cg_calendar_sum(calendar, first, last), sum);
            cr_assert_eq(daily[last], naive[last]);
        }
    }
    cg_calendar_free(calendar);
}

Test(calendar, holds_its_first_and_last_day_and_nothing_beyond) {
    struct cg_calendar *calendar = cg_calendar_new();
    struct cg_spread first = on(CG_DAY_FIRST, CG_DAY_FIRST, 3, 0);
    struct cg_spread last = on(CG_DAY_LAST, CG_DAY_LAST, 4, 0);
    cr_assert(cg_calendar_add(calendar, &first));
    cr_assert(cg_calendar_add(calendar, &last));
    cr_assert_eq(cg_calendar_sum(calendar, CG_DAY_FIRST, CG_DAY_LAST), 7);
    cr_assert_eq(cg_calendar_sum(calendar, CG_DAY_FIRST - 40000, CG_DAY_LAST + 40000), 7);
    cr_assert_eq(cg_calendar_sum(calendar, CG_DAY_LAST + 1, CG_DAY_LAST + 2), 0);
    cr_assert_eq(cg_calendar_sum(calendar, 5, 4), 0);
    cg_calendar_free(calendar);
    cg_calendar_free(NULL);
}

Test(spread, lays_units_evenly_with_the_remainder_on_the_first_days) {
    static const struct {
        uint32_t units;
        int32_t days;
        int32_t last_day;
        uint32_t laid[5];
    } cases[] = {
        {8, 3, 2, {3, 3, 2}}, {3, 3, 2, {1, 1, 1}},       {2, 4, 1, {1, 1, 0, 0}},
        {9, 1, 0, {9}},       {5, 5, 4, {1, 1, 1, 1, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_spread spread = cg_spread_of(100, 99 + cases[i].days, cases[i].units, true);
        cr_assert_eq(spread.last_day, 100 + cases[i].last_day, "case %zu", i);
        uint32_t sum = 0;
        for (int32_t day = 0; day < 5; day++) {
            sum += cases[i].laid[day];
            cr_assert_eq(cg_spread_on_day(&spread, 100 + day), cases[i].laid[day], "case %zu", i);
            cr_assert_eq(cg_spread_within(&spread, 100 + day, 100 + day), cases[i].laid[day]);
            cr_assert_eq(cg_spread_within(&spread, 0, 100 + day), sum, "case %zu", i);
        }
        cr_assert_eq(cg_spread_within(&spread, 101, 200), sum - cases[i].laid[0], "case %zu", i);
    }
}
