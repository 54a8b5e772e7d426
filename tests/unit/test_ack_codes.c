#include "claimgate/report/ack_codes.h"

#include <criterion/criterion.h>
#include <string.h>

static void load_reasons(void) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
}

TestSuite(ack_codes, .init = load_reasons);

static void tell(uint64_t reasons, const struct cg_x12_line *values, bool is_dependent,
                 struct cg_ack_composites *out) {
    struct cg_ack_codes *codes = NULL;
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_line line = {.reasons = reasons};
    cg_problems_init(&problems);
    cr_assert_eq(cg_ack_codes_load(NULL, &codes, &problems, &err), CG_OK, "%s", err.text);
    cg_ack_codes_tell(codes, &line, values, is_dependent, out);
    cg_ack_codes_free(codes);
    cg_problems_fini(&problems);
}

/* A line that is rejected for another's sake caused nothing. A cap's reason needs its policy. */
Test(ack_codes, every_reason_but_that_of_another_line_has_a_composite) {
    const struct cg_x12_line values = {.segment_delta = 0};
    for (int i = 0; i < CG_REASON_COUNT - 1; i++) {
        struct cg_ack_composites told;
        tell(cg_reason_bit((enum cg_reason)i), &values, false, &told);
        cr_expect_eq(told.count == 0, i == CG_REASON_CLAIM_REJECTED, "%s",
                     cg_reason_info((enum cg_reason)i)->name);
        for (uint32_t k = 0; k < told.count; k++) {
            cr_expect(told.at[k][0] == 'A' && strchr("3678", told.at[k][1]) != NULL &&
                          told.at[k][2] == ':',
                      "%s", told.at[k]);
        }
    }
}

Test(ack_codes, a_blank_field_is_missing_and_another_is_wrong) {
    struct cg_x12_line values = {.segment_delta = 0};
    struct cg_ack_composites told;
    const uint64_t reasons = cg_reason_bit(CG_REASON_UNITS_INVALID);
    tell(reasons, &values, false, &told);
    cr_expect_str_eq(told.at[0], "A6:476");
    values.values[CG_FIELD_SERVICE_UNIT_QUANTITY] = cg_text_of("0");
    tell(reasons, &values, false, &told);
    cr_expect_str_eq(told.at[0], "A7:476");
}

Test(ack_codes, three_are_told_at_most_and_each_once) {
    const struct cg_x12_line values = {.segment_delta = 0};
    struct cg_ack_composites told;
    tell(cg_reason_bit(CG_REASON_CREDENTIAL_NOT_ACTIVE) | cg_reason_bit(CG_REASON_EXAM_NOT_PASSED) |
             cg_reason_bit(CG_REASON_NOT_EMPLOYED) | cg_reason_bit(CG_REASON_DUPLICATE_LINE),
         &values, false, &told);
    cr_expect_eq(told.count, 3);
    cr_expect_str_eq(told.at[0], "A3:743:82");
    cr_expect_str_eq(told.at[1], "A3:91:82");
    cr_expect_str_eq(told.at[2], "A3:677:82");
}

Test(ack_codes, a_birth_date_is_the_insureds_or_the_patients) {
    const struct cg_x12_line values = {.segment_delta = 0};
    struct cg_ack_composites told;
    tell(cg_reason_bit(CG_REASON_BIRTH_DATE_INVALID), &values, false, &told);
    cr_expect_str_eq(told.at[0], "A7:158:IL");
    tell(cg_reason_bit(CG_REASON_BIRTH_DATE_INVALID), &values, true, &told);
    cr_expect_str_eq(told.at[0], "A7:158:QC");
}
