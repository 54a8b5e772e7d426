/*
 * Which column of a header a name means, and what is said of the others.
 */
#include "record/header_columns.h"

#include "claimgate/record/layout.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MINIMAL                                                                                    \
    "claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi"

static void expect_near(const char *wanted, const char *const names[], bool near) {
    for (size_t i = 0; names[i] != NULL; i++) {
        cr_expect_eq(cg_column_is_near(cg_text_of(names[i]), cg_text_of(wanted)), near, "%s for %s",
                     names[i], wanted);
    }
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(header_columns, a_name_that_a_person_would_take_for_the_field_is_near) {
    expect_near("claim_frequency_code",
                NAMES("claim_freq_code", "CLM_FREQ_CD", "frequency_code", "claimFrequencyCode",
                      "claim_frequency", "frequency", "claim_frequncy_code", "freq code"),
                true);
    expect_near("claim_line_end_date",
                NAMES("claim_line_end_dt", "line_end_date", "CLM_LINE_END_DT", "end_date"), true);
    expect_near("hcpcs_modifier_1",
                NAMES("hcpcs_mod_1", "modifier_1", "mod1", "HCPCS Modifier #1", "hcpcs_mdfr_1"),
                true);
    expect_near(
        "original_claim_id",
        NAMES("orig_claim_id", "original_claim_number", "orgnl_clm_id", "claim_id_original"), true);
    expect_near("received_date", NAMES("received_dt", "recieved_date", "date_received", "recvd_dt"),
                true);
    expect_near("authorization_number", NAMES("auth_number", "auth_no", "authorization_nbr"), true);
    expect_near("birth_date", NAMES("birth_dt", "date_of_birth", "DOB", "member_birth_date"), true);
    expect_near("billing_npi", NAMES("bill_npi", "billing_provider_npi", "billing_npi_num"), true);
}

Test(header_columns, a_name_of_something_else_is_not_near) {
    expect_near("claim_frequency_code", NAMES("claim_type", "bill_type_code", "claim_type_code"),
                false);
    expect_near("hcpcs_modifier_1", NAMES("hcpcs_modifier_2", "hcpcs_code", "hcpcs"), false);
    expect_near("received_date", NAMES("paid_date", "admission_date", "file_date"), false);
    expect_near("birth_date", NAMES("death_date", "paid_date", "claim_start_date"), false);
    expect_near("billing_npi", NAMES("billing_tin", "facility_npi", "rendering_npi"), false);
    expect_near("diagnosis_code_1", NAMES("diagnosis_code_2", "diagnosis_code_type"), false);
}

/* A header bound under tuva; the caller ends the binding and frees the layout. */
static enum cg_status bind(const char *header, struct cg_layout **layout,
                           struct cg_binding *binding, struct cg_error *err) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    cr_assert_eq(cg_layout_load("tuva", layout, &problems, err), CG_OK);
    cg_problems_fini(&problems);
    return cg_layout_bind(*layout, cg_text_of(header), false, binding, err);
}

Test(header_columns, a_name_is_found_whatever_stands_between_its_words) {
    static const char header[] = "Claim ID,MEMBER-ID,claim\xe2\x80\x8b_line_start_date,HcpcsCode,"
                                 "service unit quantity,rendering_npi";
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(bind(header, &layout, &binding, &err), CG_OK, "%s", err.text);
    cr_expect_eq(binding.note_count, 5);
    cr_expect_eq(binding.notes[0].kind, CG_COLUMN_IS_READ);
    cr_expect_eq(binding.fields[CG_FIELD_HCPCS_CODE].column, 3);
    cr_expect_str_eq(binding.notes[2].name, "claim<U+200B>_line_start_date");
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

Test(header_columns, the_exact_name_goes_before_one_that_looks_like_it) {
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(bind("Claim ID," MINIMAL, &layout, &binding, &err), CG_OK, "%s", err.text);
    cr_expect_eq(binding.fields[CG_FIELD_CLAIM_ID].column, 1);
    cr_assert_eq(binding.note_count, 1);
    cr_expect_eq(binding.notes[0].kind, CG_COLUMN_IS_BESIDE);
    cr_expect_eq(binding.notes[0].column, 0);
    cr_expect_str_eq(binding.notes[0].wanted, "claim_id");
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

Test(header_columns, two_names_that_look_like_it_are_neither) {
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(bind("Claim ID,claim-id,member_id,claim_line_start_date,hcpcs_code,"
                      "service_unit_quantity,rendering_npi",
                      &layout, &binding, &err),
                 CG_BAD_DATA);
    cr_expect(strstr(err.text, "tuva: claim_id (is it Claim ID or claim-id?)") != NULL, "%s",
              err.text);
    cg_layout_free(layout);
}

/* A header with this column beside the needed ones warns that it may be `wanted`; NULL: of none. */
static void expect_noted(const char *name, const char *wanted) {
    char header[256];
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    snprintf(header, sizeof header, MINIMAL ",%s", name);
    cr_assert_eq(bind(header, &layout, &binding, &err), CG_OK, "%s", err.text);
    cr_expect_eq(binding.note_count, wanted != NULL, "%s", name);
    if (binding.note_count > 0 && wanted != NULL) {
        cr_expect_str_eq(binding.notes[0].wanted, wanted, "%s", name);
    }
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

Test(header_columns, a_column_near_a_field_that_was_not_found_is_noted) {
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(bind(MINIMAL ",claim_freq_code,paid_date,claim_line_end_dt,hcpcs_mod_1", &layout,
                      &binding, &err),
                 CG_OK);
    cr_assert_eq(binding.note_count, 3);
    static const struct {
        uint32_t column;
        const char *wanted;
    } noted[] = {{6, "claim_frequency_code"}, {8, "claim_line_end_date"}, {9, "hcpcs_modifier_1"}};
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect(cg_column_note_is_unread(&binding.notes[i]));
        cr_expect_eq(binding.notes[i].column, noted[i].column);
        cr_expect_str_eq(binding.notes[i].wanted, noted[i].wanted);
    }
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

Test(header_columns, other_usual_words_for_an_optional_field_are_noted) {
    const struct {
        const char *wanted;
        const char *const *names;
    } USUAL[] = {
        {"claim_line_number",
         NAMES("claim_line_no", "line_no", "line", "claim_line", "claim_line_nbr", "line_number",
               "clm_line_num", "LineNumber", "line_num", "service_line_number", "LINE_SEQ_NUM",
               "seq", "detail_number")},
        {"claim_line_end_date", NAMES("thru_dt", "to_date", "claim_line_thru_date", "ToDate",
                                      "service_to_date", "through_date", "last_service_date")},
        {"original_claim_id",
         NAMES("original_icn", "replaced_claim_id", "prior_claim_id", "orig_dcn",
               "previous_claim_number", "parent_claim_id", "parent_icn", "adjusted_icn",
               "void_claim_id", "replaces_claim", "related_claim_id", "ref_claim_no",
               "payer_claim_control_number", "replaces", "ReplacementOf", "void_of_claim")},
        {"claim_frequency_code",
         NAMES("type_of_bill", "TOB", "bill_type", "billtype", "bill_freq", "resubmission_code")},
        {"hcpcs_modifier_1", NAMES("modifier", "mod", "proc_mod_1")},
        {"received_date", NAMES("receipt_date")},

        {"birth_date", NAMES("member_dob")},
        {NULL, NAMES("line_charge", "line_date", "line_of_business", "paid_to_date", "total_date",
                     "tooth_number", "prior_auth", "bill_type_code", "claim_type", "claim_number",
                     "original_charge", "service_date", "timeline")},
    };
    for (size_t i = 0; i < sizeof USUAL / sizeof USUAL[0]; i++) {
        for (const char *const *name = USUAL[i].names; *name != NULL; name++) {
            expect_noted(*name, USUAL[i].wanted);
        }
    }
}

Test(header_columns, a_delimiter_that_would_fit_is_told) {
    static const char header[] = "claim_id;member_id;claim_line_start_date;hcpcs_code;"
                                 "service_unit_quantity;rendering_npi";
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(bind(header, &layout, &binding, &err), CG_BAD_DATA);
    cr_expect(strstr(err.text, "\"delimiter\": \";\"") != NULL, "%s", err.text);
    cg_layout_free(layout);
}

Test(header_columns, the_first_column_of_a_second_header_that_differs_is_named) {
    struct cg_layout *layout = NULL;
    struct cg_binding binding;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(bind(MINIMAL, &layout, &binding, &err), CG_OK);
    cr_assert_eq(
        cg_binding_check_header(&binding,
                                cg_text_of("claim_id,hcpcs_code,claim_line_start_date,member_id,"
                                           "service_unit_quantity,rendering_npi"),
                                &err),
        CG_BAD_DATA);
    cr_expect(strstr(err.text, "column 2 is hcpcs_code here and member_id there") != NULL, "%s",
              err.text);
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_binding_check_header(&binding, cg_text_of("Z9,M7,2025-01-06,H0038,1,17"), &err),
                 CG_BAD_DATA);
    cr_expect(strstr(err.text, "M7") == NULL && strstr(err.text, "Z9") == NULL, "%s", err.text);
    cg_binding_fini(&binding);
    cg_layout_free(layout);
}

Test(header_columns, a_name_has_no_number_of_four_digits_and_begins_with_none) {
    static const char *const NAMES[] = {"", "claim_id", "hcpcs_modifier_1", "ICD10_CD_100", "x837"};
    static const char *const VALUES[] = {"5", "1/6/25", "2025-01-06", "H0038", "rendering_npi1000"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        cr_expect(cg_column_looks_like_a_name(cg_text_of(NAMES[i])), "%s", NAMES[i]);
    }
    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++) {
        cr_expect_not(cg_column_looks_like_a_name(cg_text_of(VALUES[i])), "%s", VALUES[i]);
    }
}

Test(header_columns, a_column_that_tells_denied_or_reversed_rows_is_noted_unless_a_rule_reads_it) {
    const char *const *const telling = NAMES(
        "claim_status", "LineStatusCode", "CLM_STUS_CD", "is_denied", "void ind", "Reversed",
        "deny_cd", "pay_deny_ind", "reject_code", "reject_reason", "claim_disposition",
        "disposition_cd", "claim_outcome", "adjudication_result", "pymt_dnl_cd", "CLM_PMT_DNL_CD",
        "claim_state", "adj_status", "cancel_flag", "void_date", "dup_flag", "transaction_type",
        "txn_cd", "action_code", "record_action", "adj_type", "adjustment_indicator", "ln_stus_cd",
        "paid_flag", "Paid", "credit_debit", "test_indicator");
    const char *const *const others =
        NAMES("member_status", "patient_discharge_status", "state", "st", "reason_code", "result",
              "discharge_disposition", "patient_outcome", "member_state", "claim_member_state",
              "state_code", "result_code", "record_type_of_member", "paid_amount", "type_code",
              "adjudication_date", "action_plan");
    for (size_t i = 0; telling[i] != NULL; i++) {
        expect_noted(telling[i], "only");
    }
    for (size_t i = 0; others[i] != NULL; i++) {
        expect_noted(others[i], NULL);
    }
}

Test(header_columns, a_name_that_may_end_what_a_row_of_a_roster_grants_is_known) {
    static const char *const ENDING[] = {
        "revoked_date",  "Termination Date", "suspended_on", "expiry",           "end_dt",
        "inactive_date", "TermDt",           "valid_until",  "license_status",   "is_active",
        "exp_dt",        "SUSPENSION_START", "date_revoked", "authorized_units", "oig_exclusion"};
    static const char *const OTHERS[] = {
        "issued_by",  "last_updated", "status_date", "status_reason",  "notes",
        "death_rate", "renewed_on",   "county",      "term_of_school", "phone",
        "",           "exam_date",    "active_date", "state",          "endorsements"};
    for (size_t i = 0; i < sizeof ENDING / sizeof ENDING[0]; i++) {
        cr_expect(cg_column_ends_rows(cg_text_of(ENDING[i])), "%s", ENDING[i]);
    }
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        cr_expect_not(cg_column_ends_rows(cg_text_of(OTHERS[i])), "%s", OTHERS[i]);
    }
}

/* Values alone, or a name with a year in it, are no claim. */
Test(header_columns, a_claim_on_the_header_s_line_ends_the_run) {
    static const struct {
        const char *behind;
        bool refused;
    } cases[] = {
        {",received_dateC1,1,M1,2025-01-06,H0038,2,1000000004,2025-02-01", true},
        {",C1,1,M1,1/6/2025,H0038,2,1000000004", true},
        {",C1,1,M1,20250106,H0038,2,1000000004,", true},
        {",units_2025,1,2,3", false},
        {",2025-01-06", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char header[256];
        struct cg_layout *layout = NULL;
        struct cg_binding binding;
        struct cg_error err = CG_ERROR_INIT;
        snprintf(header, sizeof header, MINIMAL "%s", cases[i].behind);
        const enum cg_status status = bind(header, &layout, &binding, &err);
        cr_expect_eq(status, cases[i].refused ? CG_BAD_DATA : CG_OK, "%s: %s", header, err.text);
        cr_expect(!cases[i].refused || strstr(err.text, "goes on with a claim") != NULL, "%s",
                  err.text);
        if (status == CG_OK) {
            cg_binding_fini(&binding);
        }
        cg_layout_free(layout);
    }
}
