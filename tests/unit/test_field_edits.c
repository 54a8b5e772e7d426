#include "support/roster_stand_ins.h"

#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <string.h>

Test(field_edits, a_good_line_is_read_whole) {
    struct cg_policy *policy = edited_load_policy("ms");
    struct edited edited;
    char modifiers[CG_MODIFIERS_TEXT_BYTES];
    cr_assert(edited_fields(policy, &edited_good, &edited));
    const struct cg_line *line = &edited.line;
    cr_expect_eq(line->reasons, 0);
    cr_expect_eq(line->decision, CG_UNDECIDED);
    cr_expect(cg_text_equal(cg_key_text(&line->claim_id), cg_text_of("C1")));
    cr_expect_eq(cg_key_len(&line->member_id), 2);
    cr_expect_eq(line->start_day, edited_day("2024-03-05"));
    cr_expect_eq(line->end_day, edited_day("2024-03-05"));
    cr_expect_eq(line->received_day, edited_day("2024-03-20"));
    cr_expect_eq(line->birth_day, edited_day("1980-01-01"));
    cr_expect_eq(line->rendering_npi, UINT64_C(1234567893));
    cr_expect_eq(line->billing_npi, UINT64_C(1245319599));
    cr_expect_str_eq(cg_modifiers_text(line->modifiers, modifiers), "HQ:HE");
    cr_expect_eq(line->units, 4);
    cr_expect_eq(line->line_number, 1);
    cr_expect_eq(line->frequency, CG_ORIGINAL);
    cr_expect_eq(line->procedure_no, 0);
    cr_expect_eq(line->version, cg_policy_version(policy, 0));
    cr_expect_eq(line->original_claim_id.len, 0);
    cr_expect_eq(edited_credential_calls, 1);
    cg_policy_free(policy);
}

Test(field_edits, the_raw_quantity_of_a_line_that_may_be_cut_back_keeps_its_blanks) {
    struct cg_policy *policy =
        edited_policy("policies/ms.json", "\"over_cap\": \"reject\"", "\"over_cap\": \"cutback\"");
    struct record record = edited_with(&edited_good, CG_FIELD_SERVICE_UNIT_QUANTITY, "  4.0 ");
    struct edited edited;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.units, 4);
    cr_expect_eq(edited.line.quantity_len, 6);
    cr_expect_eq(memcmp(edited.text + edited.line.quantity_offset, "  4.0 ", 6), 0);
    cg_policy_free(policy);
}

struct field_row {
    enum cg_field field;
    const char *cell;
    uint64_t reasons;
};

static const struct field_row field_rows[] = {
    {CG_FIELD_CLAIM_ID, "x", 0},
    {CG_FIELD_CLAIM_ID, BYTES_64, 0},
    {CG_FIELD_CLAIM_ID, "\xC3\xA9t\xC3\xA9 1", 0},
    {CG_FIELD_CLAIM_ID, "  C1\t", 0},
    {CG_FIELD_CLAIM_ID, "", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "  ", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, BYTES_64 "4", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\t1", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\x7F", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\xFF", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_ID, "C\xC0\x80", BAD(CLAIM_ID_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "9999", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "0001", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "00000000000000000000000012", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "0", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "10000", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "1.0", 0},
    {CG_FIELD_CLAIM_LINE_NUMBER, "1.5", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "-1", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "+1", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_CLAIM_LINE_NUMBER, "1 2", BAD(LINE_NUMBER_INVALID)},
    {CG_FIELD_MEMBER_ID, BYTES_64, 0},
    {CG_FIELD_MEMBER_ID, "", BAD(MEMBER_ID_INVALID)},
    {CG_FIELD_MEMBER_ID, BYTES_64 "4", BAD(MEMBER_ID_INVALID)},
    {CG_FIELD_MEMBER_ID, "M\x1F", BAD(MEMBER_ID_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, " 2024-03-05", 0},
    {CG_FIELD_CLAIM_LINE_START_DATE, "", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2023-02-29", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2024-13-01", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2024-3-5", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "03/05/2024", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "20240305", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "1899-12-31", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2200-01-01", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_START_DATE, "2024-03-05T00:00", BAD(SERVICE_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "", 0},
    {CG_FIELD_CLAIM_LINE_END_DATE, "2024-03-04", BAD(SERVICE_END_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "2024-02-30", BAD(SERVICE_END_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "soon", BAD(SERVICE_END_DATE_INVALID)},
    {CG_FIELD_CLAIM_LINE_END_DATE, "2024-03-06", BAD(SERVICE_DATE_SPAN)},
    {CG_FIELD_HCPCS_CODE, "h0038 ", 0},
    {CG_FIELD_HCPCS_MODIFIER_1, "1a", 0},
    {CG_FIELD_HCPCS_MODIFIER_1, " ", 0},
    {CG_FIELD_HCPCS_MODIFIER_1, "H", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_2, "HQX", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_3, "H-", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_4, "\xC3\xA9", BAD(MODIFIER_INVALID)},
    {CG_FIELD_HCPCS_MODIFIER_5, "A", BAD(MODIFIER_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.0", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.00", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "0004", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "9999", 0},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.5", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "0", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "0.0", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "-1", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "+4", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "4.", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, ".0", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "10000", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "1e2", BAD(UNITS_INVALID)},
    {CG_FIELD_SERVICE_UNIT_QUANTITY, "99999999999999999999999", BAD(UNITS_INVALID)},
    {CG_FIELD_RENDERING_NPI, "", BAD(RENDERING_NPI_MISSING)},
    {CG_FIELD_RENDERING_NPI, " ", BAD(RENDERING_NPI_MISSING)},
    {CG_FIELD_RENDERING_NPI, "1234567890", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "3234567893", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "123456789", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "12345678933", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_RENDERING_NPI, "123456789X", BAD(RENDERING_NPI_INVALID)},
    {CG_FIELD_BILLING_NPI, "", 0},
    {CG_FIELD_BILLING_NPI, "1234567890", BAD(BILLING_NPI_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "", 0},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "2", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "0", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "01", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "A", BAD(FREQUENCY_CODE_INVALID)},
    {CG_FIELD_CLAIM_FREQUENCY_CODE, "7", BAD(ORIGINAL_CLAIM_UNKNOWN)}, /* without an original */
    {CG_FIELD_ORIGINAL_CLAIM_ID, "\xFF", 0}, /* not read for an original claim */
    {CG_FIELD_RECEIVED_DATE, "", 0},
    {CG_FIELD_RECEIVED_DATE, "yesterday", BAD(RECEIVED_DATE_INVALID)},
    {CG_FIELD_RECEIVED_DATE, "2024-02-30", BAD(RECEIVED_DATE_INVALID)},
    {CG_FIELD_BIRTH_DATE, "", 0},
    {CG_FIELD_BIRTH_DATE, "1980-00-01", BAD(BIRTH_DATE_INVALID)},
    {CG_FIELD_AUTHORIZATION_NUMBER, "\xFF", 0},
    {CG_FIELD_PLACE_OF_SERVICE_CODE, "\xFF", 0},
    {CG_FIELD_CHARGE_AMOUNT, "much", 0},
    {CG_FIELD_DIAGNOSIS_CODE_1, "\x01", 0},
};

Test(field_edits, each_field_has_its_reason_whether_the_record_is_known_to_be_bare_or_not) {
    struct cg_policy *policy = edited_load_policy("ms");
    for (size_t i = 0; i < 2 * ROW_COUNT(field_rows); i++) {
        const struct field_row *row = &field_rows[i / 2];
        edited_plainness_hidden = i % 2 == 1;
        struct record record = edited_with(&edited_good, row->field, row->cell);
        edited_credential_calls = 0;
        uint64_t reasons = edited_reasons_of(policy, &record);
        cr_expect_eq(reasons, row->reasons, "row %zu \"%s\": %llx, not %llx", i, row->cell,
                     (unsigned long long)reasons, (unsigned long long)row->reasons);
        cr_expect_eq(edited_credential_calls, row->reasons == 0 ? 1 : 0, "row %zu", i);
    }
    cg_policy_free(policy);
}

Test(field_edits, every_failing_edit_is_listed) {
    struct cg_policy *policy = edited_load_policy("ms");
    struct record record = edited_good;
    record.cells[CG_FIELD_CLAIM_ID] = "";
    record.cells[CG_FIELD_CLAIM_LINE_NUMBER] = "x";
    record.cells[CG_FIELD_MEMBER_ID] = "";
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "x";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "x";
    record.cells[CG_FIELD_HCPCS_MODIFIER_5] = "x";
    record.cells[CG_FIELD_SERVICE_UNIT_QUANTITY] = "x";
    record.cells[CG_FIELD_RENDERING_NPI] = "x";
    record.cells[CG_FIELD_BILLING_NPI] = "x";
    record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = "x";
    record.cells[CG_FIELD_RECEIVED_DATE] = "x";
    record.cells[CG_FIELD_BIRTH_DATE] = "x";
    cr_expect_eq(edited_reasons_of(policy, &record),
                 BAD(CLAIM_ID_INVALID) | BAD(LINE_NUMBER_INVALID) | BAD(MEMBER_ID_INVALID) |
                     BAD(SERVICE_DATE_INVALID) | BAD(SERVICE_END_DATE_INVALID) |
                     BAD(MODIFIER_INVALID) | BAD(UNITS_INVALID) | BAD(RENDERING_NPI_INVALID) |
                     BAD(BILLING_NPI_INVALID) | BAD(FREQUENCY_CODE_INVALID) |
                     BAD(RECEIVED_DATE_INVALID) | BAD(BIRTH_DATE_INVALID));
    cg_policy_free(policy);
}

Test(field_edits, columns_that_may_be_absent_pass) {
    static const enum cg_field optional[] = {
        CG_FIELD_CLAIM_LINE_NUMBER, CG_FIELD_CLAIM_LINE_END_DATE, CG_FIELD_PLACE_OF_SERVICE_CODE,
        CG_FIELD_HCPCS_MODIFIER_1,  CG_FIELD_HCPCS_MODIFIER_2,    CG_FIELD_HCPCS_MODIFIER_3,
        CG_FIELD_HCPCS_MODIFIER_4,  CG_FIELD_HCPCS_MODIFIER_5,    CG_FIELD_BILLING_NPI,
        CG_FIELD_CHARGE_AMOUNT,     CG_FIELD_DIAGNOSIS_CODE_1,    CG_FIELD_CLAIM_FREQUENCY_CODE,
        CG_FIELD_ORIGINAL_CLAIM_ID, CG_FIELD_RECEIVED_DATE,       CG_FIELD_AUTHORIZATION_NUMBER,
        CG_FIELD_BIRTH_DATE,
    };
    struct cg_policy *policy = edited_load_policy("ms");
    struct record record = edited_good;
    for (size_t i = 0; i < ROW_COUNT(optional); i++) {
        record.cells[optional[i]] = NULL;
    }
    struct edited edited;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.reasons, 0);
    cr_expect_eq(edited.line.line_number, CG_LINE_NUMBER_NONE);
    cr_expect_eq(edited.line.end_day, edited.line.start_day);
    cr_expect_eq(edited.line.received_day, CG_DAY_NONE);
    cr_expect_eq(edited.line.birth_day, CG_DAY_NONE);
    cr_expect_eq(edited.line.billing_npi, 0);
    cr_expect_eq(edited.line.modifiers, 0);
    cr_expect_eq(edited.line.frequency, CG_ORIGINAL);
    cg_policy_free(policy);
}

Test(field_edits, an_id_that_cannot_be_used_is_not_carried_on) {
    struct cg_policy *policy = edited_load_policy("ms");
    struct record record = edited_with(&edited_good, CG_FIELD_CLAIM_ID, BYTES_64 "4");
    struct edited edited;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(cg_key_len(&edited.line.claim_id), 0);
    cg_policy_free(policy);
}

Test(field_edits, a_layout_s_own_value_is_looked_at_in_a_bare_record_too) {
    struct cg_policy *policy = edited_load_policy("ms");
    struct record record = edited_with(&edited_good, CG_FIELD_AUTHORIZATION_NUMBER, NULL);
    struct edited edited;
    edited_fixed_authorization = "A\x7F";
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.authorization_number.len, 0);
    edited_fixed_authorization = "A7";
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.authorization_number.len, 2);
    cg_policy_free(policy);
}
