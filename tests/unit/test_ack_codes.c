#include "claimgate/report/ack_codes.h"

#include "support/memory_file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void load_reasons(void) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
}

TestSuite(ack_codes, .init = load_reasons);

static void tell(uint64_t reasons, const struct cg_x12_line *values, bool is_dependent,
                 struct cg_ack_composites *out) {
    struct cg_ack_codes *codes = NULL;
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_line line = {.reasons = reasons};
    cr_assert_eq(cg_ack_codes_load(NULL, &codes, &err), CG_OK, "%s", err.text);
    cg_ack_codes_tell(codes, &line, values, is_dependent, out);
    cg_ack_codes_free(codes);
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

/* How many problems a payer's own list has; told: what it says of lines without units. */
static size_t load_own(const char *rows, struct cg_ack_composites *told) {
    static const char header[] = "reason,stc,stc_blank\n";
    char text[512];
    struct memory_file file;
    struct cg_ack_codes *codes = NULL;
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_line line = {.reasons = cg_reason_bit(CG_REASON_UNITS_INVALID)};
    const struct cg_x12_line values = {.segment_delta = 0};
    const int len = snprintf(text, sizeof text, "%s%s", header, rows);
    memory_file_make(&file, text, (size_t)len);
    const enum cg_status status = cg_ack_codes_load(file.path, &codes, &err);
    const size_t found = status == CG_OK ? 0 : strstr(err.text, "(and 1 more)") != NULL ? 2 : 1;
    if (status == CG_OK) {
        cg_ack_codes_tell(codes, &line, &values, false, told);
    }
    cg_ack_codes_free(codes);
    memory_file_close(&file);
    return found;
}

Test(ack_codes, composites_that_no_payer_has_are_refused) {
    static const char *const wrong[] = {
        "a7:1", "A7/1", "A7;1", "A7:[", "A7@1", "A7:\xc3\xa9", "A7:123456789012345678901234567890"};
    struct cg_ack_composites told;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char row[128];
        snprintf(row, sizeof row, "units_invalid,%s,\n", wrong[i]);
        cr_expect_eq(load_own(row, &told), 1, "%s", wrong[i]);
    }
    cr_expect_eq(load_own("no_reason,A7:1,\n_cap,A7:1,\n", &told), 2);
}

Test(ack_codes, a_payers_own_stand_before_the_built_in_ones) {
    struct cg_ack_composites told;
    cr_expect_eq(load_own("daily_cap,A3:1,\nunits_invalid,A7:1  A7:2 A7:1,A6:9\n", &told), 0);
    cr_expect_eq(told.count, 1);
    cr_expect_str_eq(told.at[0], "A6:9");
    cr_expect_eq(load_own("units_invalid,A7:1  A7:2 A7:1,\n", &told), 0);
    cr_expect_eq(told.count, 2);
    cr_expect_str_eq(told.at[1], "A7:2");
    cr_expect_eq(load_own("units_invalid,,\n", &told), 0);
    cr_expect_eq(told.count, 0);
}
