/* Every sentence of the specification's section 4 on duplicates, voids and replacements. */
#include "claimgate/gate/history.h"
#include "claimgate/rules/reason.h"

#include "support/history_lines.h"

#include <criterion/criterion.h>

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

TestSuite(history_edits, .init = set_up, .fini = tear_down);

static struct cg_line give(struct cg_line line) {
    decide_one(history, &line);
    return line;
}

static bool has_reason(const struct cg_line *line, enum cg_reason reason) {
    return line->decision == CG_REJECTED && line->reasons == cg_reason_bit(reason);
}

static bool accepted(struct cg_line line) {
    return line.decision == CG_ACCEPTED && line.warnings == 0;
}

static bool accepted_with_unknown_original(struct cg_line line) {
    return line.decision == CG_ACCEPTED &&
           line.warnings == cg_reason_bit(CG_REASON_ORIGINAL_CLAIM_UNKNOWN);
}

static struct cg_line numbered(const char *claim, uint16_t line_number) {
    struct cg_line line = plain_line(&version, claim);
    line.line_number = line_number;
    return line;
}

/* --- lines that come with reasons --- */

Test(history_edits, a_line_with_reasons_is_rejected_with_these_alone) {
    give(plain_line(&version, "A"));
    struct cg_line late = plain_line(&version, "A");
    late.reasons = cg_reason_bit(CG_REASON_LATE_FILING);
    decide_one(history, &late);
    cr_assert(has_reason(&late, CG_REASON_LATE_FILING));
    cr_assert_eq(late.accepted_units, 0);
}

Test(history_edits, a_malformed_line_has_no_member_and_no_version) {
    struct cg_line line = {.reasons = cg_reason_bit(CG_REASON_MALFORMED_RECORD)};
    cr_assert_eq(decide_one(history, &line), CG_REJECTED);
}

Test(history_edits, a_rejected_line_is_no_twin) {
    struct cg_line line = plain_line(&version, "A");
    line.reasons = cg_reason_bit(CG_REASON_LATE_FILING);
    decide_one(history, &line);
    cr_assert(accepted(give(plain_line(&version, "A"))));
}

/* --- duplicates --- */

Test(history_edits, same_claim_and_line_number_is_a_duplicate_line_whatever_else_differs) {
    give(numbered("A", 1));
    struct cg_line again = units_on(&version, "A", "2024-01-05", 3);
    again.rendering_npi++;
    decide_one(history, &again);
    cr_assert(has_reason(&again, CG_REASON_DUPLICATE_LINE));
    cr_assert(accepted(give(numbered("A", 2))));
    cr_assert(accepted(give(numbered("A", 17)))); /* looks like line 1 where only bits are kept */
    cr_assert(accepted(give(numbered("B", 1))));
}

Test(history_edits, the_same_claim_of_another_member_is_no_duplicate) {
    give(numbered("A", 1));
    struct cg_line other = numbered("A", 1);
    other.member_id = id_key("N");
    cr_assert(accepted(give(other)));
}

Test(history_edits, without_line_numbers_a_duplicate_line_is_equal_in_all_that_is_compared) {
    struct cg_line line = numbered("A", CG_LINE_NUMBER_NONE);
    give(line);
    struct cg_line changed[6];
    for (size_t i = 0; i < 6; i++) {
        changed[i] = line;
    }
    changed[0].start_day = changed[0].end_day = line.start_day + 1;
    changed[1].end_day = line.end_day + 1;
    changed[2].procedure_no = 1;
    changed[3].modifiers = 1;
    changed[4].units = 2;
    changed[5].rendering_npi++;
    for (size_t i = 0; i < 6; i++) {
        cr_assert(accepted(give(changed[i])), "case %zu", i);
    }
    struct cg_line again = give(line);
    cr_assert(has_reason(&again, CG_REASON_DUPLICATE_LINE));
}

Test(history_edits, duplicate_service_is_rejected_warned_of_or_let_pass) {
    give(numbered("A", 1));
    cr_assert(accepted(give(numbered("B", 1))));
    version.duplicate_service = CG_SEVERITY_WARN;
    struct cg_line warned = give(numbered("C", 1));
    cr_assert_eq(warned.decision, CG_ACCEPTED);
    cr_assert_eq(warned.warnings, cg_reason_bit(CG_REASON_DUPLICATE_SERVICE));
    version.duplicate_service = CG_SEVERITY_REJECT;
    struct cg_line rejected = give(numbered("D", 1));
    cr_assert(has_reason(&rejected, CG_REASON_DUPLICATE_SERVICE));
}

Test(history_edits, a_service_under_the_same_claim_is_no_duplicate_service) {
    version.duplicate_service = CG_SEVERITY_REJECT;
    give(numbered("A", 1));
    cr_assert(accepted(give(numbered("A", 2))));
}

Test(history_edits, duplicate_service_compares_the_submitted_quantity) {
    version.duplicate_service = CG_SEVERITY_WARN;
    version.cutback = true;
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 3);
    version.cap_count = 1;
    cr_assert_eq(give(units_on(&version, "A", "2024-07-01", 5)).decision, CG_CUTBACK);
    version.cap_count = 0;
    cr_assert_eq(give(units_on(&version, "B", "2024-07-01", 3)).warnings, 0);
    cr_assert_neq(give(units_on(&version, "C", "2024-07-01", 5)).warnings, 0);
}

Test(history_edits, a_warned_duplicate_service_goes_on_to_the_caps) {
    version.duplicate_service = CG_SEVERITY_WARN;
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 1);
    version.cap_count = 1;
    give(numbered("A", 1));
    struct cg_line line = give(numbered("B", 1));
    cr_assert(has_reason(&line, CG_REASON_CAP));
    cr_assert_eq(line.warnings, cg_reason_bit(CG_REASON_DUPLICATE_SERVICE));
}

Test(history_edits, a_duplicate_line_is_the_only_reason_and_tests_no_cap) {
    version.duplicate_service = CG_SEVERITY_REJECT;
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 1);
    version.cap_count = 1;
    give(numbered("A", 1));
    struct cg_line line = give(numbered("A", 1));
    cr_assert(has_reason(&line, CG_REASON_DUPLICATE_LINE));
    cr_assert_eq(line.cap_used[0], UINT32_MAX);
}

/* --- voids --- */

Test(history_edits, a_void_takes_back_every_line_of_its_original_and_uses_nothing) {
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 2);
    version.cap_count = 1;
    give(numbered("A", 1));
    give(numbered("A", 2));
    struct cg_line voided = give(void_of(&version, "V", "A"));
    cr_assert(accepted(voided));
    cr_assert_eq(voided.accepted_units, 0);
    cr_assert_eq(voided.taken_back_lines, 2);
    cr_assert_eq(voided.taken_back_units, 2);
    struct cg_line next = give(units_on(&version, "B", "2024-07-01", 2));
    cr_assert(accepted(next), "taken-back units are free");
}

Test(history_edits, exempt_units_are_counted_among_those_taken_back) {
    struct cg_line exempt = units_on(&version, "A", "2024-07-01", 7);
    exempt.exempt = true;
    give(exempt);
    cr_assert_eq(give(void_of(&version, "V", "A")).taken_back_units, 7);
}

Test(history_edits, a_taken_back_line_is_no_twin) {
    version.duplicate_service = CG_SEVERITY_REJECT;
    give(numbered("A", 1));
    give(void_of(&version, "V", "A"));
    cr_assert(accepted(give(numbered("B", 1))));
    give(void_of(&version, "W", "B"));
    cr_assert(accepted(give(numbered("A", 1))));
}

Test(history_edits, a_void_meets_no_duplicate_test) {
    give(numbered("A", 1));
    struct cg_line voided = void_of(&version, "A", "A");
    cr_assert(accepted(give(voided)));
    cr_assert(accepted(give(voided)), "nor is it its own twin");
}

Test(history_edits, a_void_has_units_that_may_be_invalid_and_never_count) {
    give(numbered("A", 1));
    struct cg_line voided = void_of(&version, "V", "A");
    voided.units = 0;
    voided.start_day = voided.end_day = CG_DAY_NONE;
    voided.rendering_npi = 0;
    cr_assert(accepted(give(voided)));
}

Test(history_edits, a_void_of_another_members_claim_is_unknown) {
    give(numbered("A", 1));
    struct cg_line voided = void_of(&version, "V", "A");
    voided.member_id = id_key("N");
    cr_assert(accepted_with_unknown_original(give(voided)));
}

Test(history_edits, further_lines_of_a_void_take_nothing_more_and_are_not_unknown) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(void_of(&version, "V", "A"));
    give(numbered("A", 2));
    struct cg_line second = give(void_of(&version, "V", "A"));
    cr_assert(accepted(second));
    cr_assert_eq(second.taken_back_lines, 0);
}

Test(history_edits, a_void_is_no_original) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(void_of(&version, "V", "A"));
    struct cg_line line = give(void_of(&version, "W", "V"));
    cr_assert(has_reason(&line, CG_REASON_ORIGINAL_CLAIM_UNKNOWN));
}

Test(history_edits, an_original_taken_back_by_another_claim_is_unknown) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(void_of(&version, "V", "A"));
    struct cg_line line = give(void_of(&version, "W", "A"));
    cr_assert(has_reason(&line, CG_REASON_ORIGINAL_CLAIM_UNKNOWN));
    cr_assert_eq(line.taken_back_lines, 0);
}

Test(history_edits, an_original_of_which_a_line_still_stands_is_known_whoever_took_the_others) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(void_of(&version, "V", "A"));
    give(numbered("A", 2));
    struct cg_line line = give(void_of(&version, "W", "A"));
    cr_assert(accepted(line));
    cr_assert_eq(line.taken_back_lines, 1);
}

Test(history_edits, under_warn_a_void_of_an_unknown_original_is_accepted_taking_nothing_back) {
    cr_assert(accepted_with_unknown_original(give(void_of(&version, "V", "A"))));
    cr_assert(accepted_with_unknown_original(give(void_of(&version, "V", "A"))));
}

Test(history_edits, a_void_that_took_nothing_takes_the_original_when_it_turns_up) {
    give(void_of(&version, "V", "A"));
    give(numbered("A", 1));
    cr_assert_eq(give(void_of(&version, "V", "A")).taken_back_lines, 1);
}

/* --- replacements --- */

Test(history_edits, a_replacement_takes_its_original_back_once_and_is_decided_as_new) {
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 2);
    version.cap_count = 1;
    version.duplicate_service = CG_SEVERITY_REJECT;
    give(numbered("A", 1));
    give(numbered("A", 2));
    struct cg_line first = give(replacement_of(&version, "X", "A", 1));
    cr_assert(accepted(first));
    cr_assert_eq(first.taken_back_lines, 2);
    cr_assert_eq(first.accepted_units, 1);
    struct cg_line second = give(replacement_of(&version, "X", "A", 2));
    cr_assert(accepted(second));
    cr_assert_eq(second.taken_back_lines, 0);
    struct cg_line third = give(replacement_of(&version, "X", "A", 3));
    cr_assert(has_reason(&third, CG_REASON_CAP));
}

Test(history_edits, a_line_that_then_fails_leaves_the_original_taken_back) {
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 2);
    version.cap_count = 1;
    give(numbered("A", 1));
    struct cg_line replacement = replacement_of(&version, "X", "A", 1);
    replacement.units = 3;
    decide_one(history, &replacement);
    cr_assert(has_reason(&replacement, CG_REASON_CAP));
    cr_assert_eq(replacement.taken_back_lines, 1);
    cr_assert(accepted(give(units_on(&version, "B", "2024-07-01", 2))));
}

Test(history_edits, a_replacement_line_with_reasons_takes_nothing_back) {
    give(numbered("A", 1));
    struct cg_line late = replacement_of(&version, "X", "A", 1);
    late.reasons = cg_reason_bit(CG_REASON_LATE_FILING);
    cr_assert_eq(give(late).taken_back_lines, 0);
    cr_assert_eq(give(replacement_of(&version, "X", "A", 2)).taken_back_lines, 1);
}

Test(history_edits, a_line_number_twice_in_a_replacement_is_a_duplicate_line) {
    give(numbered("A", 1));
    give(replacement_of(&version, "X", "A", 1));
    struct cg_line again = give(replacement_of(&version, "X", "A", 1));
    cr_assert(has_reason(&again, CG_REASON_DUPLICATE_LINE));
}

Test(history_edits, a_void_with_the_two_ids_of_a_replacement_is_separate_and_not_unknown) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(replacement_of(&version, "X", "A", 1));
    struct cg_line voided = give(void_of(&version, "X", "A"));
    cr_assert(accepted(voided));
    cr_assert_eq(voided.taken_back_lines, 0);
    give(numbered("A", 2));
    cr_assert_eq(give(void_of(&version, "X", "A")).taken_back_lines, 1);
}

Test(history_edits, a_replacement_after_a_void_with_the_same_two_ids_is_not_unknown) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(void_of(&version, "X", "A"));
    cr_assert(accepted(give(replacement_of(&version, "X", "A", 1))));
}

Test(history_edits, a_void_of_a_replaced_claim_by_another_claim_is_unknown) {
    version.reject_unknown_original = true;
    give(numbered("A", 1));
    give(replacement_of(&version, "X", "A", 1));
    struct cg_line line = give(void_of(&version, "V", "A"));
    cr_assert(has_reason(&line, CG_REASON_ORIGINAL_CLAIM_UNKNOWN));
    cr_assert_eq(give(void_of(&version, "V", "X")).taken_back_lines, 1);
}

Test(history_edits, a_claim_may_replace_and_then_void_itself) {
    version.reject_unknown_original = true;
    give(numbered("X", 1));
    struct cg_line first = give(replacement_of(&version, "X", "X", 1));
    cr_assert(accepted(first));
    cr_assert_eq(first.taken_back_lines, 1);
    cr_assert_eq(give(replacement_of(&version, "X", "X", 2)).taken_back_lines, 0);
    cr_assert_eq(give(void_of(&version, "X", "X")).taken_back_lines, 2);
    cr_assert_eq(give(void_of(&version, "X", "X")).taken_back_lines, 0);
}

Test(history_edits, an_unknown_original_under_reject_is_the_only_reason) {
    version.reject_unknown_original = true;
    version.caps[0] = plain_cap(CG_PERIOD_DAY, 1);
    version.cap_count = 1;
    struct cg_line line = replacement_of(&version, "X", "A", 1);
    line.units = 5;
    decide_one(history, &line);
    cr_assert(has_reason(&line, CG_REASON_ORIGINAL_CLAIM_UNKNOWN));
}

Test(history_edits, under_warn_a_replacement_of_an_unknown_original_is_decided_as_new) {
    cr_assert(accepted_with_unknown_original(give(replacement_of(&version, "X", "A", 1))));
    cr_assert_eq(give(replacement_of(&version, "X", "A", 1)).decision, CG_REJECTED);
    give(numbered("A", 1));
    cr_assert_eq(give(replacement_of(&version, "X", "A", 2)).taken_back_lines, 1);
}

Test(history_edits, a_replacement_of_itself_never_takes_back_its_own_lines) {
    cr_assert(accepted_with_unknown_original(give(replacement_of(&version, "X", "X", 1))));
    struct cg_line second = give(replacement_of(&version, "X", "X", 2));
    cr_assert(accepted(second));
    cr_assert_eq(second.taken_back_lines, 0);
    cr_assert_eq(give(void_of(&version, "X", "X")).taken_back_lines, 2);
}

Test(history_edits, long_ids_that_differ_in_their_last_byte_are_two_claims) {
    const char *a = "sixty-four bytes are the longest claim id that passes the gate.A";
    const char *b = "sixty-four bytes are the longest claim id that passes the gate.B";
    give(numbered(a, 1));
    give(numbered(b, 1));
    cr_assert_eq(give(void_of(&version, "V", a)).taken_back_lines, 1);
    cr_assert_eq(give(void_of(&version, b, b)).taken_back_lines, 1);
}
