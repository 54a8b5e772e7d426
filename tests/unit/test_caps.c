#include "claimgate/gate/history.h"
#include "claimgate/rules/reason.h"
#include "gate/caps.h"
#include "gate/history_edits.h"
#include "gate/member_history.h"

#include "support/history_lines.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>

static struct cg_policy_version version;
static struct cg_history *history;

static void set_up(void) {
    version = plain_version();
    history = cg_history_new(NULL, NULL);
    cr_assert_not_null(history);
}

static void tear_down(void) {
    cg_history_free(history);
}

TestSuite(caps, .init = set_up, .fini = tear_down);

static void add_cap(struct cg_cap cap) {
    version.caps[version.cap_count++] = cap;
}

/* One line a claim, so that nothing is a duplicate. */
static struct cg_line give(const char *date, uint16_t units) {
    static char claims[100][8];
    static unsigned claim_no;
    char *claim = claims[claim_no % 100];
    snprintf(claim, sizeof claims[0], "C%u", claim_no++);
    struct cg_line line = units_on(&version, claim, date, units);
    decide_one(history, &line);
    return line;
}

static struct cg_line give_span(const char *start, const char *end, uint16_t units) {
    static unsigned claim_no;
    static char claims[100][8];
    char *claim = claims[claim_no % 100];
    snprintf(claim, sizeof claims[0], "S%u", claim_no++);
    struct cg_line line = units_on(&version, claim, start, units);
    line.end_day = date_day(end);
    decide_one(history, &line);
    return line;
}

Test(caps, periods_of_every_kind) {
    static const struct {
        enum cg_period period;
        const char *day;
        const char *first;
        const char *last;
    } cases[] = {
        {CG_PERIOD_DAY, "2024-02-29", "2024-02-29", "2024-02-29"},
        {CG_PERIOD_MONTH, "2024-02-29", "2024-02-01", "2024-02-29"},
        {CG_PERIOD_MONTH, "2023-12-01", "2023-12-01", "2023-12-31"},
        {CG_PERIOD_YEAR, "2024-06-30", "2023-07-01", "2024-06-30"},
        {CG_PERIOD_YEAR, "2024-07-01", "2024-07-01", "2025-06-30"},
        {CG_PERIOD_ROLLING_MONTHS, "2024-03-31", "2024-03-01", "2024-03-31"},
        {CG_PERIOD_ROLLING_MONTHS, "2023-03-30", "2023-03-01", "2023-03-30"},
        {CG_PERIOD_ROLLING_MONTHS, "2024-05-15", "2024-04-16", "2024-05-15"},
        {CG_PERIOD_LIFETIME, "2024-05-15", "1900-01-01", "2199-12-31"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cg_cap cap = plain_cap(cases[i].period, 1);
        int32_t first;
        int32_t last;
        cg_cap_period(&cap, date_day(cases[i].day), &first, &last);
        cr_assert_eq(first, date_day(cases[i].first), "case %zu", i);
        cr_assert_eq(last, date_day(cases[i].last), "case %zu", i);
    }
}

Test(caps, the_limit_itself_is_within_the_cap) {
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    cr_assert_eq(give("2024-07-01", 6).decision, CG_ACCEPTED);
    struct cg_line over = give("2024-07-01", 1);
    cr_assert_eq(over.decision, CG_REJECTED);
    cr_assert_eq(over.reasons, cg_reason_bit(CG_REASON_CAP));
    cr_assert_eq(over.units_used, 6);
    cr_assert_eq(over.units_available, 0);
    cr_assert_eq(over.accepted_units, 0);
}

Test(caps, rejected_line_uses_no_units) {
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    cr_assert_eq(give("2024-07-01", 7).decision, CG_REJECTED);
    cr_assert_eq(give("2024-07-01", 6).decision, CG_ACCEPTED);
}

Test(caps, the_first_failing_cap_of_the_policy_is_the_reason) {
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    add_cap(plain_cap(CG_PERIOD_YEAR, 6));
    give("2024-07-01", 5);
    struct cg_line both = give("2024-07-01", 2);
    cr_assert_eq(both.cap_no, 0);
    cr_assert_eq(both.units_available, 1);
    struct cg_line yearly = give("2024-08-01", 2);
    cr_assert_eq(yearly.cap_no, 1);
    cr_assert_eq(yearly.cap_used[0], 0);
    cr_assert_eq(yearly.cap_used[1], 5);
}

Test(caps, benefit_year_begins_anew_on_its_first_day) {
    add_cap(plain_cap(CG_PERIOD_YEAR, 6));
    cr_assert_eq(give("2024-06-30", 6).decision, CG_ACCEPTED);
    cr_assert_eq(give("2023-07-01", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2024-07-01", 6).decision, CG_ACCEPTED);
}

Test(caps, a_cap_with_procedures_neither_tests_nor_counts_others) {
    struct cg_cap cap = plain_cap(CG_PERIOD_DAY, 2);
    cap.counts_all = false;
    cap.counts[1] = 1;
    add_cap(cap);
    struct cg_line other = give("2024-07-01", 9);
    cr_assert_eq(other.decision, CG_ACCEPTED);
    cr_assert_eq(other.cap_used[0], UINT32_MAX);
    struct cg_line counted = units_on(&version, "N", "2024-07-01", 2);
    counted.procedure_no = 1;
    cr_assert_eq(decide_one(history, &counted), CG_ACCEPTED);
    cr_assert_eq(counted.cap_used[0], 0);
}

Test(caps, exempt_line_is_neither_tested_nor_counted) {
    add_cap(plain_cap(CG_PERIOD_DAY, 2));
    struct cg_line exempt = units_on(&version, "E", "2024-07-01", 50);
    exempt.exempt = true;
    cr_assert_eq(decide_one(history, &exempt), CG_ACCEPTED);
    cr_assert_eq(exempt.accepted_units, 50);
    cr_assert_eq(exempt.cap_used[0], UINT32_MAX);
    cr_assert_eq(give("2024-07-01", 2).decision, CG_ACCEPTED);
}

Test(caps, cutback_accepts_what_fits_under_the_cap_with_the_least_room) {
    version.cutback = true;
    add_cap(plain_cap(CG_PERIOD_YEAR, 8));
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    give("2024-07-01", 4);
    struct cg_line cut = give("2024-07-01", 5);
    cr_assert_eq(cut.decision, CG_CUTBACK);
    cr_assert_eq(cut.cap_no, 1);
    cr_assert_eq(cut.accepted_units, 2);
    cr_assert_eq(cut.units_used, 4);
    cr_assert_eq(cut.units_available, 2);
    cr_assert_eq(cut.reasons, cg_reason_bit(CG_REASON_CAP));
    cr_assert_eq(give("2024-07-02", 3).accepted_units, 2);
}

Test(caps, cutback_names_the_first_of_caps_with_equal_room) {
    version.cutback = true;
    add_cap(plain_cap(CG_PERIOD_YEAR, 3));
    add_cap(plain_cap(CG_PERIOD_DAY, 3));
    cr_assert_eq(give("2024-07-01", 5).cap_no, 0);
}

Test(caps, cutback_with_nothing_left_is_a_rejection_under_that_cap) {
    version.cutback = true;
    add_cap(plain_cap(CG_PERIOD_DAY, 9));
    add_cap(plain_cap(CG_PERIOD_YEAR, 6));
    give("2024-07-01", 6);
    struct cg_line none = give("2024-07-01", 4);
    cr_assert_eq(none.decision, CG_REJECTED);
    cr_assert_eq(none.cap_no, 1);
    cr_assert_eq(none.accepted_units, 0);
}

Test(caps, span_line_is_never_cut_back) {
    version.cutback = true;
    version.split_spans = true;
    add_cap(plain_cap(CG_PERIOD_MONTH, 3));
    struct cg_line span = give_span("2024-07-01", "2024-07-02", 4);
    cr_assert_eq(span.decision, CG_REJECTED);
    cr_assert_eq(span.units_available, 3);
}

Test(caps, span_lays_the_remainder_on_the_first_days) {
    version.split_spans = true;
    add_cap(plain_cap(CG_PERIOD_DAY, 3));
    cr_assert_eq(give_span("2024-07-01", "2024-07-03", 8).decision, CG_ACCEPTED); /* 3, 3, 2 */
    cr_assert_eq(give("2024-07-01", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2024-07-02", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2024-07-03", 1).decision, CG_ACCEPTED);
}

Test(caps, days_of_a_span_without_a_unit_touch_no_period) {
    version.split_spans = true;
    add_cap(plain_cap(CG_PERIOD_MONTH, 5));
    give("2024-08-01", 5);
    cr_assert_eq(give_span("2024-07-30", "2024-08-15", 2).decision, CG_ACCEPTED);
    cr_assert_eq(give_span("2024-07-30", "2024-08-15", 3).decision, CG_REJECTED);
}

Test(caps, span_reports_the_failing_period_with_the_most_used_the_earliest_of_equals) {
    version.split_spans = true;
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    give("2024-07-01", 4);
    give("2024-07-02", 5);
    give("2024-07-03", 5);
    struct cg_line span = give_span("2024-07-01", "2024-07-04", 12);
    cr_assert_eq(span.decision, CG_REJECTED);
    cr_assert_eq(span.units_used, 5);
    cr_assert_eq(span.units_available, 1);
    cr_assert_eq(span.cap_day, date_day("2024-07-02"));
    cr_assert_eq(span.cap_used[0], 4);
}

Test(caps, rolling_window_ends_on_the_date_and_leaves_out_the_day_n_months_before) {
    add_cap(plain_cap(CG_PERIOD_ROLLING_MONTHS, 5));
    give("2024-07-15", 5);
    cr_assert_eq(give("2024-08-14", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2024-08-15", 5).decision, CG_ACCEPTED);
}

Test(caps, rolling_window_that_ends_later_and_holds_the_date_counts_too) {
    add_cap(plain_cap(CG_PERIOD_ROLLING_MONTHS, 5));
    give("2024-08-14", 4);
    struct cg_line before = give("2024-07-15", 2);
    cr_assert_eq(before.decision, CG_REJECTED);
    cr_assert_eq(before.units_used, 4);
    cr_assert_eq(before.cap_used[0], 0);
    cr_assert_eq(before.cap_day, date_day("2024-08-14"));
    cr_assert_eq(give("2024-07-14", 5).decision, CG_ACCEPTED);
}

Test(caps, rolling_window_is_clipped_at_the_end_of_a_short_month) {
    add_cap(plain_cap(CG_PERIOD_ROLLING_MONTHS, 5));
    give("2024-01-31", 5);
    /* 29 February less a month is 29 January: 30 and 31 January are inside. */
    cr_assert_eq(give("2024-02-29", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2024-03-01", 5).decision, CG_ACCEPTED);
    cr_assert_eq(give("2024-01-30", 1).decision, CG_REJECTED);
}

Test(caps, rolling_months_at_the_ends_of_the_calendar) {
    struct cg_cap cap = plain_cap(CG_PERIOD_ROLLING_MONTHS, 5);
    cap.months = 1200;
    add_cap(cap);
    cr_assert_eq(give("1900-01-01", 5).decision, CG_ACCEPTED);
    cr_assert_eq(give("2199-12-31", 5).decision, CG_ACCEPTED);
    cr_assert_eq(give("1950-06-15", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2150-06-15", 1).decision, CG_REJECTED);
    cr_assert_eq(give("2050-06-15", 5).decision, CG_ACCEPTED);
}

Test(caps, lifetime_counts_every_year) {
    add_cap(plain_cap(CG_PERIOD_LIFETIME, 5));
    give("1999-07-01", 5);
    cr_assert_eq(give("2024-07-01", 1).decision, CG_REJECTED);
}

Test(caps, units_of_an_earlier_version_count_under_a_later_one) {
    give("2024-07-01", 9); /* no cap yet */
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    struct cg_line over = give("2024-07-01", 1);
    cr_assert_eq(over.decision, CG_REJECTED);
    cr_assert_eq(over.units_used, 9);
    cr_assert_eq(over.units_available, 0);
}

Test(caps, members_do_not_share_a_cap) {
    add_cap(plain_cap(CG_PERIOD_DAY, 6));
    give("2024-07-01", 6);
    struct cg_line other = units_on(&version, "X", "2024-07-01", 6);
    other.member_id = id_key("N");
    cr_assert_eq(decide_one(history, &other), CG_ACCEPTED);
}

Test(caps, accepted_units_never_pass_the_limit_whatever_comes) {
    version.cutback = true;
    add_cap(plain_cap(CG_PERIOD_YEAR, 200));
    uint32_t accepted = 0;
    for (uint16_t i = 0; i < 100; i++) {
        accepted += give("2024-07-01", (uint16_t)(1 + i * 7 % 9)).accepted_units;
    }
    cr_assert_eq(accepted, 200);
    cr_assert_eq(
        cg_history_units_used(history, cg_text_of("M"), &version.caps[0], date_day("2025-06-30")),
        200);
}

/* So far from each other that the period found last is kept in the same place. */
Test(caps, two_caps_that_share_a_place_have_each_its_own_period) {
    enum { APART = CG_PERIOD_MEMOS * 256 };
    static _Alignas(max_align_t) unsigned char room[APART + sizeof(struct cg_cap)];
    static struct cg_history_memory memory;
    static struct cg_cap_scratch scratch;
    struct cg_member_history of_member = {.count = 0};
    struct cg_cap *yearly = (void *)room, *daily = (void *)(room + APART);
    const int32_t day = date_day("2024-07-09");
    const struct cg_spread spread = cg_spread_of(day, day, 1, false);
    const struct cg_cap_view view = {
        .store = &memory.store, .history = &of_member, .scratch = &scratch};
    *yearly = plain_cap(CG_PERIOD_YEAR, 9);
    *daily = plain_cap(CG_PERIOD_DAY, 9);
    cg_line_store_init(&memory.store);
    struct cg_service *service = cg_line_store_next(&memory.store);
    cr_assert_not_null(service);
    *service = (struct cg_service){.start = (uint32_t)(day - 1 - CG_DAY_FIRST) & 0x1FFFFU,
                                   .accepted_units = 3};
    cr_assert(cg_member_history_add(&memory.store, &of_member, 1));
    for (int round = 0; round < 2; round++) {
        cr_expect_eq(cg_cap_test(&view, yearly, &spread).used_at_start, 3);
        cr_expect_eq(cg_cap_test(&view, daily, &spread).used_at_start, 0);
    }
    cg_line_store_fini(&memory.store);
}
