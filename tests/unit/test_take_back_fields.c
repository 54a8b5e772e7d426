/*
 * What a record says of lines that it takes back: by its frequency code, by units below zero, or in
 * passing, out of scope.
 */
#include "support/roster_stand_ins.h"

#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <string.h>

static struct cg_policy *policy;

static void setup(void) {
    policy = edited_load_policy("ms");
}

static void teardown(void) {
    cg_policy_free(policy);
}

TestSuite(take_back_fields, .init = setup, .fini = teardown);

static struct record with(const char *units, const char *frequency, const char *original) {
    struct record record = edited_with(&edited_good, CG_FIELD_SERVICE_UNIT_QUANTITY, units);
    record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = frequency;
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = original;
    return record;
}

Test(take_back_fields, units_below_zero_reverse_only_where_the_layout_says_so) {
    const struct record record = with("-2", "1", "");
    struct edited edited;
    cr_expect_eq(edited_reasons_of(policy, &record), BAD(UNITS_INVALID));
    edited_negative_units_void = true;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.reasons, 0);
    cr_expect(edited.line.reverses && edited.line.frequency == CG_VOID);
    cr_expect_eq(edited.line.reversed_units, 2);
    cr_expect(cg_text_equal(edited.line.original_claim_id, cg_text_of("C1")), "its own claim");
}

Test(take_back_fields, a_void_by_its_code_is_no_reversal_whatever_its_units) {
    const struct record record = with("-2", "8", "ORIGINAL");
    struct edited edited;
    edited_negative_units_void = true;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_not(edited.line.reverses);
    cr_expect_eq(edited.line.frequency, CG_VOID);
    cr_expect(cg_text_equal(edited.line.original_claim_id, cg_text_of("ORIGINAL")));
}

Test(take_back_fields, a_void_that_has_no_place_for_its_original_reverses_by_its_units) {
    const struct record record = with("-2", "8", "");
    struct edited edited;
    edited_negative_units_void = true;
    edited_layout_without_original = true;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect(edited.line.reverses && edited.line.reversed_units == 2);
}

Test(take_back_fields, a_line_of_units_above_zero_reverses_nothing) {
    const struct record record = with("2", "1", "");
    struct edited edited;
    edited_negative_units_void = true;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_not(edited.line.reverses);
    cr_expect_eq(edited.line.frequency, CG_ORIGINAL);
}

static const char *const unusable[] = {
    "", "0123456789012345678901234567890123456789012345678901234567890123X", "2.02501E+14", "NULL",
    "C\x01"};
enum { UNUSABLE = sizeof unusable / sizeof unusable[0] };

Test(take_back_fields, an_id_that_cannot_be_used_names_no_claim) {
    struct edited edited;
    edited_negative_units_void = true;
    for (size_t i = 0; i < UNUSABLE; i++) {
        struct record record = with("-2", "1", "");
        record.cells[CG_FIELD_CLAIM_ID] = unusable[i];
        cr_assert(edited_fields(policy, &record, &edited));
        cr_expect_eq(edited.line.reasons, BAD(CLAIM_ID_INVALID), "reversal %zu", i);
        cr_expect_eq(edited.line.original_claim_id.len, 0, "reversal %zu", i);
        record = with("2", "8", unusable[i]);
        cr_assert(edited_fields(policy, &record, &edited));
        cr_expect_eq(edited.line.reasons, BAD(ORIGINAL_CLAIM_UNKNOWN), "void %zu", i);
        cr_expect_eq(edited.line.original_claim_id.len, 0, "void %zu", i);
    }
}

static bool asks_in_passing(const char *frequency, enum cg_field field, const char *cell) {
    struct record record = with("2", frequency, "ORIGINAL");
    struct edited edited;
    record.cells[CG_FIELD_HCPCS_CODE] = "99213";
    record.cells[field] = cell;
    cr_assert_not(edited_fields(policy, &record, &edited), "out of scope");
    return edited.takes_back;
}

Test(take_back_fields, a_record_out_of_scope_asks_in_passing_where_its_ids_can_be_used) {
    cr_expect(asks_in_passing("8", CG_FIELD_CLAIM_ID, "C1"));
    cr_expect(asks_in_passing("7", CG_FIELD_CLAIM_ID, "C1"));
    cr_expect_not(asks_in_passing("1", CG_FIELD_CLAIM_ID, "C1"));
    cr_expect_not(asks_in_passing("8", CG_FIELD_CLAIM_ID, ""));
    cr_expect_not(asks_in_passing("8", CG_FIELD_MEMBER_ID, ""));
    for (size_t i = 0; i < UNUSABLE; i++) {
        cr_expect_not(asks_in_passing("8", CG_FIELD_ORIGINAL_CLAIM_ID, unusable[i]), "%zu", i);
    }
    edited_layout_without_original = true;
    cr_expect_not(asks_in_passing("8", CG_FIELD_CLAIM_ID, "C1"));
}
