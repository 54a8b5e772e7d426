/*
 * What is recalled in outline lies in one ring: who is driven out is recalled again when asked
 * about.
 */
#include "gate/history_edits.h"
#include "gate/outlines.h"
#include "support/history_lines.h"

#include <criterion/criterion.h>

enum { RING_OUTLINES = 32, OUTLINES = 24 };

static uint32_t recalls, failing_recall;

/* Each member has so many that two are more than the ring holds. */
static enum cg_status recall(void *context, struct cg_text member_id, struct cg_member *member,
                             struct cg_error *err) {
    static const struct cg_outline outlines[OUTLINES] = {{.day = 1, .units = 1}};
    (void)context;
    (void)member_id;
    if (++recalls == failing_recall) {
        return cg_error_set(err, CG_IO, "no recall");
    }
    return cg_member_wants_lines(member) ? CG_OK
                                         : cg_member_add_outlines(member, outlines, OUTLINES);
}

static struct cg_line line_of(const struct cg_policy_version *version, const char *member) {
    struct cg_line line = plain_line(version, "A");
    line.member_id = id_key(member);
    return line;
}

/* One after another drives the one before out; then two in one claim. */
static enum cg_status decide(struct cg_error *err) {
    const struct cg_policy_version version = plain_version();
    struct cg_line lines[] = {line_of(&version, "M1"), line_of(&version, "M2"),
                              line_of(&version, "M1"), line_of(&version, "M2"),
                              line_of(&version, "M1")};
    struct cg_history *history = cg_history_new(recall, NULL);
    cr_assert_not_null(history);
    cg_history_set_outlines(history, RING_OUTLINES);
    for (uint32_t i = 2; i < 5; i++) {
        lines[i].claim_id = id_key("B");
        lines[i].line_number = i;
    }
    lines[3].more_lines = 1;
    lines[4].more_lines = CG_NOT_FIRST;
    recalls = 0;
    const enum cg_status status = cg_history_decide(history, lines, 5, err);
    cg_history_free(history);
    return status;
}

Test(outlines, that_were_driven_out_are_recalled_again_or_the_night_ends) {
    struct cg_error err = CG_ERROR_INIT;
    failing_recall = 0;
    cr_assert_eq(decide(&err), CG_OK);
    const uint32_t count = recalls;
    cr_assert_geq(count, 5);
    for (failing_recall = 1; failing_recall <= count; failing_recall++) {
        err = (struct cg_error)CG_ERROR_INIT;
        cr_expect_eq(decide(&err), CG_IO, "recall %u", failing_recall);
    }
}

/* Places are counted on and on: one that came again would be taken for the member's own. */
Test(outlines, are_refused_before_their_places_would_come_again) {
    static struct cg_history_memory memory;
    struct cg_member_history history = {.count = 0};
    struct cg_member member = {.memory = &memory, .history = &history};
    const struct cg_outline outline = {.day = cg_outline_day(20000), .units = 1};
    struct cg_outline_ring *ring = &memory.store.outlines;
    cg_line_store_init(&memory.store);
    ring->next = UINT32_MAX - 2 * ring->lines;
    cr_assert_eq(cg_member_add_outlines(&member, &outline, 1), CG_OK);
    cr_expect(cg_member_history_is_whole(&memory.store, &history));
    cr_expect_eq(cg_member_add_outlines(&member, &outline, 1), CG_INTERNAL);
    cg_line_store_fini(&memory.store);
}

/* The one before the days, two on the first, one on the last, one of another code, one behind. */
Test(outlines, count_for_a_cap_on_its_days_and_for_its_codes_alone) {
    enum { FIRST = 20000, DAYS = 3, OTHER_CODE = 1 };
    static struct cg_history_memory memory;
    const struct cg_cap cap = {.counts = {1}};
    const struct cg_outline all[] = {
        {.day = cg_outline_day(FIRST - 1), .units = 1},
        {.day = cg_outline_day(FIRST), .units = 2},
        {.day = cg_outline_day(FIRST), .units = 4},
        {.day = cg_outline_day(FIRST + 2), .units = 8},
        {.day = cg_outline_day(FIRST + 2), .units = 16, .procedure_no = OTHER_CODE},
        {.day = cg_outline_day(FIRST + 3), .units = 32},
    };
    struct cg_member_history history = {.count = 0};
    struct cg_member member = {.memory = &memory, .history = &history};
    const struct cg_outline_ring *ring = &memory.store.outlines;
    uint64_t days[1 + DAYS + 1] = {0};
    cg_line_store_init(&memory.store);
    cr_assert_eq(cg_member_add_outlines(&member, all, sizeof all / sizeof all[0]), CG_OK);
    const struct cg_outline_span span = cg_outlines_of(&history);
    cr_expect_eq(cg_outlines_units(ring, span, &cap, FIRST, FIRST + DAYS - 1), 14);
    cg_outlines_add_daily(ring, span, &cap, FIRST, FIRST + DAYS - 1, days + 1);
    static const uint64_t wanted[1 + DAYS + 1] = {0, 6, 0, 8, 0};
    cr_expect_arr_eq(days, wanted, sizeof days);
    cg_line_store_fini(&memory.store);
}

Test(outlines, of_one_member_lie_together_and_never_beyond_the_ring) {
    enum { LINES = 4, LINES_OF_ONE = 3 };
    static struct cg_history_memory memory;
    static const struct cg_outline outlines[OUTLINES] = {{.day = 1, .units = 1}};
    struct cg_outline_ring *ring = &memory.store.outlines;
    cg_line_store_init(&memory.store);
    ring->lines = LINES;
    for (uint32_t i = 0; i < 3; i++) {
        struct cg_member_history history = {.count = 0};
        struct cg_member member = {.memory = &memory, .history = &history};
        cr_assert_eq(cg_member_add_outlines(&member, outlines, OUTLINES), CG_OK);
        cr_expect_leq(history.outlines_at % LINES + LINES_OF_ONE, LINES);
        cr_expect_eq(history.outlines_at, i * LINES, "no room is skipped but the ring's end");
    }
    cg_line_store_fini(&memory.store);
}

Test(outlines, hold_days_of_our_time_alone) {
    const int32_t last = CG_OUTLINE_DAY_FIRST + CG_OUTLINE_DAY_NONE - 1;
    cr_expect_eq(cg_outline_day(CG_OUTLINE_DAY_FIRST), 0);
    cr_expect_eq(cg_outline_day(last), CG_OUTLINE_DAY_NONE - 1);
    cr_expect_eq(cg_outline_day(CG_OUTLINE_DAY_FIRST - 1), CG_OUTLINE_DAY_NONE);
    cr_expect_eq(cg_outline_day(last + 2), CG_OUTLINE_DAY_NONE);
}
