/*
 * What members have used of a cap, counted over all of them; and the short marks of claims in
 * outlines.
 */
#include "claimgate/gate/history.h"
#include "support/history_lines.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct cg_policy_version version;

static void accept(struct cg_history *history, const char *member, const char *claim,
                   uint16_t units) {
    struct cg_line line = units_on(&version, claim, "2024-07-01", units);
    line.member_id = id_key(member);
    decide_batch(history, &line, 1);
    cr_assert_eq(line.decision, CG_ACCEPTED);
}

Test(history_use, members_are_counted_by_tenths_of_the_cap_and_those_above_it_with_the_full) {
    const struct cg_cap cap = plain_cap(CG_PERIOD_DAY, 10);
    struct cg_history *history = cg_history_new(NULL, NULL);
    uint64_t members_at[CG_USE_SHARES];
    version = plain_version(); /* without the cap, so that one may be above it */
    accept(history, "A", "1", 1);
    accept(history, "B", "2", 5);
    accept(history, "C", "3", 10);
    accept(history, "D", "4", 25);
    cg_history_count_use(history, &cap, date_day("2024-07-01"), members_at);
    for (int i = 0; i < CG_USE_SHARES; i++) {
        cr_expect_eq(members_at[i], i == 1 || i == 5 ? 1 : i == 10 ? 2 : 0, "%d tenths", i);
    }
    cg_history_count_use(history, &cap, date_day("2024-07-02"), members_at);
    for (int i = 0; i < CG_USE_SHARES; i++) {
        cr_expect_eq(members_at[i], 0, "%d tenths of another day", i);
    }
    cg_history_free(history);
}

/* As many lines of the most units as come to more than four thousand million. */
Test(history_use, units_beyond_what_is_counted_are_told_as_the_most, .timeout = 120) {
    enum { UNITS = 9999, LINES = UINT32_MAX / UNITS + 2 };
    const struct cg_cap cap = plain_cap(CG_PERIOD_LIFETIME, 100);
    struct cg_history *history = cg_history_new(NULL, NULL);
    struct cg_policy_version capped = plain_version();
    version = plain_version();
    for (uint32_t i = 0; i < LINES; i++) {
        char claim[16];
        snprintf(claim, sizeof claim, "C%u", i);
        accept(history, "A", claim, UNITS);
    }
    cr_expect_eq(cg_history_units_used(history, cg_text_of("A"), &cap, date_day("2024-07-01")),
                 UINT32_MAX - 1);
    capped.caps[0] = cap;
    capped.cap_count = 1;
    struct cg_line line = units_on(&capped, "D", "2024-07-01", 1);
    line.member_id = id_key("A");
    decide_batch(history, &line, 1);
    cr_expect_eq(line.decision, CG_REJECTED);
    cr_expect_eq(line.units_used, UINT32_MAX - 1);
    cg_history_forget(history);
    cr_expect_eq(cg_history_units_used(history, cg_text_of("A"), &cap, date_day("2024-07-01")), 0);
    cg_history_free(history);
}

Test(history_use, of_a_cap_of_nothing_no_share_is_used) {
    const struct cg_cap cap = plain_cap(CG_PERIOD_DAY, 0);
    struct cg_history *history = cg_history_new(NULL, NULL);
    uint64_t members_at[CG_USE_SHARES];
    version = plain_version();
    accept(history, "A", "1", 1);
    cg_history_count_use(history, &cap, date_day("2024-07-01"), members_at);
    cr_expect_eq(members_at[0], 1);
    cg_history_free(history);
}

/* That mark stands for no line at all. */
Test(history_use, no_claim_has_the_tag_of_nobody) {
    enum { CLAIMS = 1 << 19 };
    for (uint32_t i = 0; i < CLAIMS; i++) {
        char id[16];
        const int len = snprintf(id, sizeof id, "C%u", i);
        const struct cg_text claim = {id, (uint32_t)len};
        cr_assert_neq(cg_outline_tag(claim, i), UINT16_MAX, "claim %s", id);
        cr_assert(cg_outline_tag_may_be(cg_outline_tag(claim, i), cg_outline_tag(claim, i + 1)));
    }
}
