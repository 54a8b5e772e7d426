/*
 * A cap is a limit on units in every period of its kind. Days, months, years and the lifetime do
 * not overlap: a line touches the periods that hold one of its days with a unit, and in each of
 * them what is used and what the line brings must stay within the limit.
 *
 * Windows of rolling months overlap. The one that ends on X holds the days after X minus N months
 * up to X. A line is in the window of each of its own days, and in those that end later and still
 * hold one of its days. A window that ends on a day without units never decides: the one that ends
 * on the last day with units before it holds at least as much and comes earlier. Most lines are
 * done with one sum over everything that any of these windows can hold.
 */
#include "caps.h"

#include "claimgate/base/date.h"

static int32_t window_start(const struct cg_cap *cap, int32_t last_day) {
    return cg_date_add_months(last_day, -cap->months) + 1;
}

void cg_cap_period(const struct cg_cap *cap, int32_t day_no, int32_t *first_day,
                   int32_t *last_day) {
    struct cg_civil civil;
    *first_day = *last_day = day_no;
    switch (cap->period) {
    case CG_PERIOD_DAY:
        break;
    case CG_PERIOD_MONTH:
        civil = cg_date_to_civil(day_no);
        *first_day = day_no - civil.day + 1;
        *last_day = cg_date_add_months(*first_day, 1) - 1;
        break;
    case CG_PERIOD_YEAR:
        *first_day = cg_date_year_start(day_no, cap->year_start_month, cap->year_start_day);
        /* 370 days on is a day of the next year, wherever the leap days lie. */
        *last_day =
            cg_date_year_start(*first_day + 370, cap->year_start_month, cap->year_start_day) - 1;
        break;
    case CG_PERIOD_ROLLING_MONTHS:
        *first_day = window_start(cap, day_no);
        break;
    case CG_PERIOD_LIFETIME:
        *first_day = CG_DAY_FIRST;
        *last_day = CG_DAY_LAST;
        break;
    }
}

static void find_period(struct cg_cap_scratch *scratch, const struct cg_cap *cap, int32_t day_no,
                        int32_t *first_day, int32_t *last_day) {
    /* The caps of a version are neighbours, so a few bits of the address tell them apart. */
    struct cg_period_memo *memo = &scratch->memos[((uintptr_t)cap >> 8) % CG_PERIOD_MEMOS];
    bool holds = memo->cap == cap && memo->first_day <= day_no && day_no <= memo->last_day;
    if (!holds || (cap->period == CG_PERIOD_ROLLING_MONTHS && memo->last_day != day_no)) {
        memo->cap = cap;
        cg_cap_period(cap, day_no, &memo->first_day, &memo->last_day);
    }
    *first_day = memo->first_day;
    *last_day = memo->last_day;
}

/* Take a period into account: of those that fail the one with the most units used counts, the
 * earliest of equals. Periods come in the order of time. */
static void test_period(struct cg_cap_test *test, uint32_t limit, uint64_t used, uint64_t asked,
                        int32_t last_day) {
    if (used + asked > limit && (test->fits || used > test->used)) {
        test->fits = false;
        test->used = used;
        test->available = used < limit ? limit - used : 0;
        test->day_no = last_day;
    }
}

static void test_periods(const struct cg_cap_view *view, const struct cg_cap *cap,
                         const struct cg_spread *spread, struct cg_cap_test *test) {
    int32_t first_day;
    int32_t last_day;
    for (int32_t day_no = spread->first_day; day_no <= spread->last_day; day_no = last_day + 1) {
        find_period(view->scratch, cap, day_no, &first_day, &last_day);
        uint64_t used =
            cg_member_history_units(view->store, view->history, cap, first_day, last_day);
        if (day_no == spread->first_day) {
            test->used_at_start = used;
        }
        test_period(test, cap->limit_units, used, cg_spread_within(spread, first_day, last_day),
                    last_day);
    }
}

/* The same for the usual line, which touches one day and so one period. */
static void test_one_period(const struct cg_cap_view *view, const struct cg_cap *cap,
                            const struct cg_spread *spread, struct cg_cap_test *test) {
    if (cap->period != CG_PERIOD_DAY || !view->start_day_is_free) {
        int32_t first_day;
        int32_t last_day;
        find_period(view->scratch, cap, spread->first_day, &first_day, &last_day);
        test->used_at_start =
            cg_member_history_units(view->store, view->history, cap, first_day, last_day);
    }
    test_period(test, cap->limit_units, test->used_at_start, spread->each, spread->first_day);
}

/* For rolling months: the last day whose window still holds day_no. */
static int32_t last_window(const struct cg_cap *cap, int32_t day_no) {
    int32_t last_day = cg_date_add_months(day_no, cap->months);
    /* A month too short for the day: its last day's window reaches back beyond day_no. */
    bool clipped = cg_date_to_civil(last_day).day < cg_date_to_civil(day_no).day;
    return clipped ? last_day : last_day - 1;
}

static int32_t later_of(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static int32_t earlier_of(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* Slide the window over the days of the line and those after it. */
static void slide_window(const struct cg_cap_view *view, const struct cg_cap *cap,
                         const struct cg_spread *spread, int32_t to, struct cg_cap_test *test) {
    int32_t from = later_of(window_start(cap, spread->first_day), CG_DAY_FIRST);
    uint64_t *days = view->scratch->days;
    cg_member_history_daily_units(view->store, view->history, cap, from, to, days);
    uint64_t used = 0;
    for (int32_t day_no = from; day_no < spread->first_day; day_no++) {
        used += days[day_no - from];
    }
    int32_t oldest = from;
    for (int32_t day_no = spread->first_day; day_no <= to; day_no++) {
        uint64_t on_day = days[day_no - from];
        used += on_day;
        if (on_day == 0 && cg_spread_on_day(spread, day_no) == 0) {
            continue;
        }
        for (int32_t start = window_start(cap, day_no); oldest < start; oldest++) {
            used -= days[oldest - from];
        }
        test_period(test, cap->limit_units, used, cg_spread_within(spread, oldest, day_no), day_no);
    }
}

static void test_windows(const struct cg_cap_view *view, const struct cg_cap *cap,
                         const struct cg_spread *spread, struct cg_cap_test *test) {
    int32_t from;
    int32_t start_day;
    find_period(view->scratch, cap, spread->first_day, &from, &start_day);
    int32_t to = earlier_of(last_window(cap, spread->last_day), CG_DAY_LAST);
    test->used_at_start = cg_member_history_units(view->store, view->history, cap, from, start_day);
    uint64_t at_most = cg_member_history_units(view->store, view->history, cap, from, to) +
                       cg_spread_within(spread, spread->first_day, spread->last_day);
    if (at_most > cap->limit_units) {
        slide_window(view, cap, spread, to, test);
    }
}

struct cg_cap_test cg_cap_test(const struct cg_cap_view *view, const struct cg_cap *cap,
                               const struct cg_spread *spread) {
    struct cg_cap_test test = {.fits = true};
    if (cap->period == CG_PERIOD_ROLLING_MONTHS) {
        test_windows(view, cap, spread, &test);
    } else if (spread->first_day == spread->last_day) {
        test_one_period(view, cap, spread, &test);
    } else {
        test_periods(view, cap, spread, &test);
    }
    return test;
}
