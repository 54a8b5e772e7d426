#include "claimgate/gate/history.h"
#include "claimgate/rules/reason.h"

#include "support/history_lines.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct cg_policy_version version;

static void set_up(void) {
    version = plain_version();
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 6);
    version.cap_count = 1;
}

TestSuite(history, .init = set_up);

static struct cg_past_line past_line(const char *claim) {
    return (struct cg_past_line){.claim_id = cg_text_of(claim),
                                 .start_day = date_day("2024-07-01"),
                                 .end_day = date_day("2024-07-01"),
                                 .rendering_npi = 1234567893,
                                 .submitted_units = 4,
                                 .accepted_units = 4,
                                 .line_number = 1};
}

struct ledger {
    struct cg_past_line lines[4];
    uint32_t count;
    uint32_t calls;
};

static enum cg_status recall(void *context, struct cg_text member_id, struct cg_member *member,
                             struct cg_error *err) {
    struct ledger *ledger = context;
    cr_assert(cg_text_equal(member_id, cg_text_of("M")));
    ledger->calls++;
    for (uint32_t i = 0; i < ledger->count; i++) {
        enum cg_status status = add_past_line(member, &ledger->lines[i]);
        if (status != CG_OK) {
            return cg_error_set(err, status, "line %u", i);
        }
    }
    return CG_OK;
}

Test(history, recall_is_asked_once_for_a_member_and_only_when_a_line_gets_to_the_history_edits) {
    struct ledger ledger = {.lines = {past_line("OLD")}, .count = 1};
    struct cg_history *history = cg_history_new(recall, &ledger);
    struct cg_line late = plain_line(&version, "A");
    late.reasons = cg_reason_bit(CG_REASON_LATE_FILING);
    decide_one(history, &late);
    cr_assert_eq(ledger.calls, 0);
    struct cg_line line = units_on(&version, "A", "2024-07-01", 3);
    cr_assert_eq(decide_one(history, &line), CG_REJECTED);
    cr_assert_eq(line.units_used, 4);
    struct cg_line fits = units_on(&version, "B", "2024-07-01", 2);
    cr_assert_eq(decide_one(history, &fits), CG_ACCEPTED);
    cr_assert_eq(ledger.calls, 1);
    cg_history_free(history);
}

Test(history, meeting_a_member_recalls_it_without_a_line) {
    struct ledger ledger = {.lines = {past_line("OLD")}, .count = 1};
    struct cg_history *history = cg_history_new(recall, &ledger);
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_history_meet(history, cg_text_of("M"), &err), CG_OK);
    cr_assert_eq(
        cg_history_units_used(history, cg_text_of("M"), &version.caps[0], date_day("2024-07-01")),
        4);
    cg_history_free(history);
}

Test(history, a_failing_recall_ends_the_decision_with_its_error) {
    struct ledger ledger = {.lines = {past_line("OLD")}, .count = 1};
    ledger.lines[0].start_day = CG_DAY_NONE;
    struct cg_history *history = cg_history_new(recall, &ledger);
    struct cg_line line = plain_line(&version, "A");
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_history_decide(history, &line, 1, &err), CG_BAD_DATA);
    cr_assert_str_eq(err.text, "line 0");
    cg_history_free(history);
}

static enum cg_status recall_bad_lines(void *context, struct cg_text member_id,
                                       struct cg_member *member, struct cg_error *err) {
    struct cg_past_line bad[7];
    (void)context;
    (void)member_id;
    (void)err;
    for (size_t i = 0; i < 7; i++) {
        bad[i] = past_line("OLD");
    }
    bad[0].start_day = bad[0].end_day = CG_DAY_FIRST - 1;
    bad[1].end_day = CG_DAY_LAST + 1;
    bad[2].end_day = bad[2].start_day - 1;
    bad[3].accepted_units = CG_UNITS_MAX + 1;
    bad[4].line_number = CG_LINE_KEY_MAX + 1;
    bad[5].claim_id.len = CG_ID_MAX_BYTES + 1;
    bad[6].rendering_npi = UINT64_C(1) << 32;
    for (size_t i = 0; i < 7; i++) {
        cr_assert_eq(cg_member_add_line(member, &bad[i]), CG_BAD_DATA, "case %zu", i);
    }
    return CG_OK;
}

Test(history, a_past_line_that_no_claim_can_be_is_refused) {
    struct cg_history *history = cg_history_new(recall_bad_lines, NULL);
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_history_meet(history, cg_text_of("M"), &err), CG_OK);
    cg_history_free(history);
}

Test(history, a_line_released_by_hand_is_no_original_any_more) {
    struct ledger ledger = {.lines = {past_line("OLD")}, .count = 1};
    ledger.lines[0].taken_back = true;
    version.reject_unknown_original = true;
    struct cg_history *history = cg_history_new(recall, &ledger);
    struct cg_line line = void_of(&version, "V", "OLD");
    cr_assert_eq(decide_one(history, &line), CG_REJECTED);
    cg_history_free(history);
}

Test(history, a_take_back_of_an_earlier_run_is_not_done_again) {
    struct ledger ledger = {.lines = {past_line("OLD"), past_line("OLD")}, .count = 2};
    ledger.lines[0].taken_back = true;
    ledger.lines[0].taken_back_by = cg_text_of("V");
    ledger.lines[0].taken_back_frequency = CG_VOID;
    ledger.lines[1].line_number = 2; /* came after the void */
    version.reject_unknown_original = true;
    struct cg_history *history = cg_history_new(recall, &ledger);
    struct cg_line again = void_of(&version, "V", "OLD");
    cr_assert_eq(decide_one(history, &again), CG_ACCEPTED);
    cr_assert_eq(again.taken_back_lines, 0);
    struct cg_line other = replacement_of(&version, "V", "OLD", 1);
    decide_one(history, &other);
    cr_assert_eq(other.taken_back_lines, 1);
    cg_history_free(history);
}

Test(history, a_past_line_of_a_code_no_longer_named_counts_under_a_cap_on_everything) {
    struct ledger ledger = {.lines = {past_line("OLD")}, .count = 1};
    ledger.lines[0].procedure_no = CG_PROCEDURE_OTHER;
    struct cg_history *history = cg_history_new(recall, &ledger);
    struct cg_line line = units_on(&version, "A", "2024-07-01", 3);
    cr_assert_eq(decide_one(history, &line), CG_REJECTED);
    cg_history_free(history);
}

struct seen {
    uint16_t numbers[8];
    uint32_t count;
};

static void see(void *context, const struct cg_past_line *line) {
    struct seen *seen = context;
    seen->numbers[seen->count++] = (uint16_t)line->line_number;
}

Test(history, visits_lines_that_stand_in_the_order_of_acceptance) {
    for (uint32_t large_member_lines = 0; large_member_lines < 2; large_member_lines++) {
        struct cg_history *history = cg_history_new(NULL, NULL);
        cg_history_set_large_member_lines(history, large_member_lines == 0 ? 0 : UINT32_MAX);
        static const char *const claims[] = {"A", "B", "A", "C"};
        for (uint16_t i = 0; i < 4; i++) {
            struct cg_line line = plain_line(&version, claims[i]);
            line.line_number = (uint16_t)(i + 1);
            decide_one(history, &line);
        }
        struct cg_line voided = void_of(&version, "V", "A");
        decide_one(history, &voided);
        struct seen seen = {.count = 0};
        cg_history_visit(history, cg_text_of("M"), see, &seen);
        cr_assert_eq(seen.count, 2);
        cr_assert_eq(seen.numbers[0], 2);
        cr_assert_eq(seen.numbers[1], 4);
        cg_history_visit(history, cg_text_of("nobody"), see, &seen);
        cr_assert_eq(seen.count, 2);
        cg_history_free(history);
    }
}

static struct cg_line reversal_of(const char *claim, uint16_t line_number) {
    struct cg_line line = void_of(&version, claim, claim);
    line.reverses = true;
    line.line_number = line_number;
    return line;
}

/* What was accepted of a line that was cut back, or all that it asked for: both are its units. */
Test(history, a_reversal_tells_where_its_units_are_not_those_of_the_line) {
    static const struct {
        uint16_t units;
        bool others;
    } rows[] = {{6, false}, {8, false}, {7, true}};
    struct cg_policy_version capped = {.cutback = true, .cap_count = 1};
    capped.duplicate_service = CG_SEVERITY_OFF;
    capped.caps[0] = plain_cap(CG_PERIOD_DAY, 6);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cg_history *history = cg_history_new(NULL, NULL);
        struct cg_line line = units_on(&capped, "A", "2024-07-01", 8);
        struct cg_line reversal = reversal_of("A", 1);
        reversal.reversed_units = rows[i].units;
        cr_assert_eq(decide_one(history, &line), CG_CUTBACK);
        decide_one(history, &reversal);
        cr_expect_eq(reversal.taken_back_lines, 1);
        cr_expect_eq(reversal.odd_take_back, rows[i].others ? CG_TOOK_OTHER_UNITS : 0, "%u units",
                     rows[i].units);
        cg_history_free(history);
    }
}

Test(history, a_reversal_takes_out_one_line_as_often_as_it_comes_or_the_whole_claim) {
    for (uint32_t large_member_lines = 0; large_member_lines < 2; large_member_lines++) {
        struct cg_history *history = cg_history_new(NULL, NULL);
        cg_history_set_large_member_lines(history, large_member_lines == 0 ? 0 : UINT32_MAX);
        for (uint16_t i = 1; i <= 4; i++) {
            struct cg_line line = plain_line(&version, i == 4 ? "B" : "A");
            line.line_number = i;
            decide_one(history, &line);
        }
        for (int again = 0; again < 2; again++) {
            struct cg_line reversal = reversal_of("A", 2);
            struct cg_line line = plain_line(&version, "A");
            line.line_number = 2;
            decide_one(history, &reversal);
            cr_assert_eq(reversal.taken_back_lines, 1);
            cr_assert_eq(decide_one(history, &line), CG_ACCEPTED);
        }
        struct seen seen = {.count = 0};
        cg_history_visit(history, cg_text_of("M"), see, &seen);
        cr_assert_eq(seen.count, 4);
        cr_assert_eq(seen.numbers[0], 1);
        cr_assert_eq(seen.numbers[1], 3);
        cr_assert_eq(seen.numbers[2], 4);
        cr_assert_eq(seen.numbers[3], 2);
        struct cg_line whole = reversal_of("A", CG_LINE_NUMBER_NONE);
        decide_one(history, &whole);
        cr_assert_eq(whole.taken_back_lines, 3);
        cg_history_free(history);
    }
}

/* Lines of many members in one call: more than the ring that fetches ahead, and table growth. */
Test(history, a_batch_is_decided_like_its_lines_one_by_one) {
    enum { LINES = 9000, MEMBERS = 3000 };
    static char members[MEMBERS][24];
    static struct cg_line whole[LINES];
    static struct cg_line single[LINES];
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(members[i], sizeof members[i], i % 3 == 0 ? "member no. %09d" : "M%d", i);
    }
    for (uint32_t i = 0; i < LINES; i++) {
        whole[i] = units_on(&version, i % 7 == 0 ? "A" : "B", "2024-07-01", (uint16_t)(1 + i % 4));
        whole[i].line_number = (uint16_t)(1 + i / MEMBERS);
        whole[i].member_id = id_key(members[i * 7919 % MEMBERS]);
        whole[i].reasons = i % 50 == 0 ? cg_reason_bit(CG_REASON_LATE_FILING) : 0;
        single[i] = whole[i];
    }
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(NULL, NULL);
    cr_assert_eq(cg_history_decide(history, whole, LINES, &err), CG_OK);
    cr_assert_eq(cg_history_decide(history, whole, 0, &err), CG_OK);
    cg_history_free(history);
    history = cg_history_new(NULL, NULL);
    for (uint32_t i = 0; i < LINES; i++) {
        decide_one(history, &single[i]);
        cr_assert_eq(whole[i].decision, single[i].decision);
        cr_assert_eq(whole[i].units_used, single[i].units_used);
        cr_assert_eq(whole[i].reasons, single[i].reasons);
    }
    cg_history_free(history);
}

/* 200,000 lines of one member: quadratic work would take minutes. */
static void crowd(const char *what, void (*vary)(struct cg_line *line, uint32_t i)) {
    enum { BATCH = 1000, BATCHES = 200 };
    static char claims[BATCH][16];
    static struct cg_line lines[BATCH];
    struct cg_error err = CG_ERROR_INIT;
    struct cg_history *history = cg_history_new(NULL, NULL);
    for (uint32_t b = 0; b < BATCHES; b++) {
        for (uint32_t i = 0; i < BATCH; i++) {
            uint32_t no = b * BATCH + i;
            snprintf(claims[i], sizeof claims[i], "C%u", no / 3);
            lines[i] = plain_line(&version, claims[i]);
            lines[i].line_number = (uint16_t)(1 + no % 3);
            vary(&lines[i], no);
        }
        cr_assert_eq(cg_history_decide(history, lines, BATCH, &err), CG_OK, "%s", what);
    }
    cg_history_free(history);
}

static void same_service(struct cg_line *line, uint32_t i) {
    (void)line;
    (void)i;
}

static void one_claim_without_numbers(struct cg_line *line, uint32_t i) {
    line->claim_id = id_key("one");
    line->line_number = CG_LINE_NUMBER_NONE;
    line->rendering_npi += i;
}

static void voided_again_and_again(struct cg_line *line, uint32_t i) {
    if (i % 3 == 2) {
        line->frequency = CG_VOID;
        line->original_claim_id = cg_key_text(&line->claim_id);
    }
}

Test(history, a_crowded_member_is_not_decided_in_quadratic_time, .timeout = 60) {
    version.caps[0].limit_units = UINT32_MAX;
    version.duplicate_service = CG_SEVERITY_WARN;
    crowd("the same service under many claims", same_service);
    crowd("one claim with all lines", one_claim_without_numbers);
    crowd("voids", voided_again_and_again);
}

/* --- forgetting --- */

static enum cg_status recall_five_units(void *context, struct cg_text member_id,
                                        struct cg_member *member, struct cg_error *err) {
    struct cg_past_line past = {.claim_id = cg_text_of("PAST"),
                                .start_day = date_day("2024-07-01"),
                                .end_day = date_day("2024-07-01"),
                                .rendering_npi = 1,
                                .submitted_units = 5,
                                .accepted_units = 5,
                                .line_number = 1};
    (void)member_id;
    (void)err;
    (*(int *)context)++;
    return cg_member_add_line(member, &past);
}

Test(history, after_forgetting_every_line_meets_the_past_as_recalled) {
    int recalls = 0;
    version = plain_version();
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 6);
    version.cap_count = 1;
    struct cg_history *history = cg_history_new(recall_five_units, &recalls);
    cr_assert(history != NULL);
    for (int i = 0; i < 2000; i++) {
        struct cg_line one = units_on(&version, "A", "2024-07-01", 1);
        struct cg_line again = units_on(&version, "B", "2024-07-01", 1);
        struct cg_line back = void_of(&version, "V", "PAST");
        struct cg_line free_again = units_on(&version, "C", "2024-07-01", 5);
        cg_history_forget(history);
        cr_expect(decide_one(history, &one) == CG_ACCEPTED, "round %d", i);
        cr_expect(decide_one(history, &again) == CG_REJECTED);
        cr_expect(decide_one(history, &back) == CG_ACCEPTED && back.taken_back_lines == 1);
        cr_expect(decide_one(history, &free_again) == CG_ACCEPTED);
    }
    cr_expect_eq(recalls, 2000);
    cg_history_free(history);
}

Test(history, a_crowded_member_is_forgotten_too) {
    int recalls = 0;
    version = plain_version();
    struct cg_history *history = cg_history_new(recall_five_units, &recalls);
    cr_assert(history != NULL);
    cg_history_set_large_member_lines(history, 8);
    for (int i = 0; i < 3; i++) {
        for (int line = 0; line < 100; line++) {
            char claim[16];
            snprintf(claim, sizeof claim, "C%d", line);
            struct cg_line added = units_on(&version, claim, "2024-07-01", 1);
            cr_expect(decide_one(history, &added) == CG_ACCEPTED);
        }
        cg_history_forget(history);
    }
    cr_expect_eq(recalls, 3);
    cg_history_free(history);
}
