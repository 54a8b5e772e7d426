#include "support/roster_stand_ins.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Dates: what is tested against the version in force and the calendar, and what is not. */
struct date_row {
    const char *start;
    const char *end;
    const char *received;
    uint64_t reasons;
};

static const struct date_row date_rows[] = {
    /* ms is effective from 2012-07-01; the run is as of 2024-12-31 */
    {"2012-07-01", "", "", 0},
    {"2012-06-30", "", "", BAD(NO_POLICY_IN_FORCE)},
    {"2012-06-30", "2012-07-02", "2020-01-01", BAD(NO_POLICY_IN_FORCE)}, /* no span, no late */
    {"2024-12-31", "", "", 0},
    {"2025-01-01", "", "", BAD(SERVICE_DATE_FUTURE)},
    {"2024-03-05", "", "2024-03-05", 0},
    {"2024-03-05", "", "2024-03-04", BAD(SERVICE_DATE_FUTURE)},
    {"2024-03-05", "2024-03-07", "2024-03-06", BAD(SERVICE_DATE_FUTURE) | BAD(SERVICE_DATE_SPAN)},
    {"2024-12-31", "2025-01-01", "", BAD(SERVICE_DATE_FUTURE) | BAD(SERVICE_DATE_SPAN)},
    {"2010-01-01", "", "2009-12-31", BAD(NO_POLICY_IN_FORCE) | BAD(SERVICE_DATE_FUTURE)},
    {"2024-03-05", "", "2025-06-01", BAD(LATE_FILING)}, /* received after the as-of date */
    {"2023-03-05", "", "2024-03-04", 0},                /* 365 days */
    {"2023-03-05", "", "2024-03-05", BAD(LATE_FILING)},
    {"2023-03-01", "2023-03-05", "2024-03-04", BAD(SERVICE_DATE_SPAN)}, /* from the end date */
    {"2023-03-01", "2023-03-05", "2024-03-05", BAD(SERVICE_DATE_SPAN) | BAD(LATE_FILING)},
    {"2023-03-05", "x", "2024-12-31", BAD(SERVICE_END_DATE_INVALID)}, /* no end to be late from */
    {"2023-03-05", "2023-03-04", "2024-12-31", BAD(SERVICE_END_DATE_INVALID)},
    {"2023-03-05", "", "x", BAD(RECEIVED_DATE_INVALID)},
    {"2025-03-05", "", "x", BAD(RECEIVED_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "2024-03-05", "2024-03-04", BAD(SERVICE_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "2025-01-01", "", BAD(SERVICE_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "2000-01-01", "2024-01-01",
     BAD(SERVICE_DATE_INVALID)}, /* no version: neither is tested */
    {"2025-01-01", "x", "", BAD(SERVICE_END_DATE_INVALID) | BAD(SERVICE_DATE_FUTURE)},
    {"x", "", "2000-01-01", BAD(SERVICE_DATE_INVALID)},
};

Test(field_edits_scope, dates_are_tested_against_policy_and_calendar) {
    struct cg_policy *policy = edited_load_policy("ms");
    for (size_t i = 0; i < ROW_COUNT(date_rows); i++) {
        struct record record = edited_good;
        record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = date_rows[i].start;
        record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = date_rows[i].end;
        record.cells[CG_FIELD_RECEIVED_DATE] = date_rows[i].received;
        uint64_t reasons = edited_reasons_of(policy, &record);
        cr_expect_eq(reasons, date_rows[i].reasons, "row %zu: %llx, not %llx", i,
                     (unsigned long long)reasons, (unsigned long long)date_rows[i].reasons);
    }
    cg_policy_free(policy);
}

Test(field_edits_scope, a_policy_may_split_spans) {
    struct cg_policy *policy =
        edited_policy("policies/ms.json", "\"span\": \"reject\"", "\"span\": \"split\"");
    struct record record = edited_with(&edited_good, CG_FIELD_CLAIM_LINE_END_DATE, "2024-03-07");
    cr_expect_eq(edited_reasons_of(policy, &record), 0);
    cg_policy_free(policy);
}

Test(field_edits_scope, without_a_filing_limit_nothing_is_late) {
    struct cg_policy *policy = edited_load_policy("la");
    struct record record = edited_with(&edited_good, CG_FIELD_CLAIM_LINE_START_DATE, "2020-01-01");
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "";
    cr_expect_eq(edited_reasons_of(policy, &record), 0);
    cg_policy_free(policy);
}

/* H2017 is named from 2020 until the version of 2022, which has H0038 alone. */
static struct cg_policy *two_versions(const char *second_code_in_first) {
    static const char version[] =
        "{\"effective\":\"%s\",\"procedures\":[%s],\"caps\":[],\"over_cap\":\"reject\","
        "\"span\":\"reject\",\"timely_filing_days\":365,\"cap_exempt\":null,"
        "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"off\"},"
        "\"credential\":{\"types\":[\"A\"],\"source\":\"s\"}}";
    char first[1024];
    char second[1024];
    char text[4096];
    char codes[256];
    snprintf(codes, sizeof codes, "{\"code\":\"H0038\"},%s", second_code_in_first);
    snprintf(first, sizeof first, version, "2020-01-01", codes);
    snprintf(second, sizeof second, version, "2022-01-01", "{\"code\":\"H0038\"}");
    snprintf(text, sizeof text, "{\"id\":\"x\",\"title\":\"t\",\"versions\":[%s,%s]}", first,
             second);
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load_text("two", text, strlen(text), &policy, &problems, &err), CG_OK,
                 "%s", err.text);
    cg_problems_fini(&problems);
    return policy;
}

Test(field_edits_scope, a_version_that_does_not_name_the_code_lends_span_and_filing) {
    struct cg_policy *policy = two_versions("{\"code\":\"H2017\"}");
    struct record record = edited_with(&edited_good, CG_FIELD_HCPCS_CODE, "H2017");
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2022-03-01";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "2022-03-02";
    record.cells[CG_FIELD_RECEIVED_DATE] = "2024-01-01";
    cr_expect_eq(edited_reasons_of(policy, &record),
                 BAD(NO_POLICY_IN_FORCE) | BAD(SERVICE_DATE_SPAN) | BAD(LATE_FILING));
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2021-12-31";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "";
    record.cells[CG_FIELD_RECEIVED_DATE] = "";
    cr_expect_eq(edited_reasons_of(policy, &record), 0);
    cg_policy_free(policy);
}

/* Scope. */
struct scope_row {
    const char *code;
    const char *npi;
    const char *frequency;
    const char *start;
    bool in_scope;
    int roster_calls;
};

static void expect_scope(const struct cg_policy *policy, const struct scope_row *rows,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct record record = edited_with(&edited_good, CG_FIELD_HCPCS_CODE, rows[i].code);
        struct edited edited;
        record.cells[CG_FIELD_RENDERING_NPI] = rows[i].npi;
        record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = rows[i].frequency;
        record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = rows[i].start;
        record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "";
        record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "C0";
        edited_roster_calls = 0;
        cr_expect_eq(edited_fields(policy, &record, &edited), rows[i].in_scope, "row %zu", i);
        cr_expect_eq(edited_roster_calls, rows[i].roster_calls, "row %zu", i);
    }
}

Test(field_edits_scope, a_record_is_in_scope_when_some_version_names_its_code) {
    static const struct scope_row rows[] = {
        {"H0038", NPI_ELSEWHERE, "1", "2024-03-05", true, 0},
        {"h0038", NPI_ELSEWHERE, "1", "2024-03-05", true, 0},
        {" H0038 ", "", "1", "x", true, 0},
        {"H0038", "", "1", "1990-01-01", true, 0},
        {"H0039", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H0039", NPI_ON_ROSTER, "8", "2024-03-05", false, 0},
        {"", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H003", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H00388", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
        {"H003\xFF", NPI_ON_ROSTER, "1", "2024-03-05", false, 0},
    };
    struct cg_policy *policy = edited_load_policy("ms");
    expect_scope(policy, rows, ROW_COUNT(rows));
    cg_policy_free(policy);
}

Test(field_edits_scope, codes_marked_so_are_in_scope_only_for_providers_on_the_roster) {
    static const struct scope_row rows[] = {
        {"H0038", NPI_ELSEWHERE, "1", "2024-03-05", true, 0},
        {"H2017", NPI_ON_ROSTER, "1", "2024-03-05", true, 1},
        {"H2017", NPI_ELSEWHERE, "1", "2024-03-05", false, 1},
        {"H2017", "", "1", "2024-03-05", false, 0},
        {"H2017", "1234567890", "1", "2024-03-05", false, 0},
        {"H2017", NPI_ELSEWHERE, "7", "2024-03-05", false, 1},
        {"H2017", NPI_ELSEWHERE, "8", "2024-03-05", true, 0}, /* a void, whoever rendered it */
        {"H2017", "", "8", "x", true, 0},
        {"H2017", NPI_ON_ROSTER, "1", "2019-12-31", true, 1}, /* before the first version */
        {"H2017", NPI_ELSEWHERE, "1", "2019-12-31", false, 1},
        {"H2017", NPI_ELSEWHERE, "1", "x", false, 1},
    };
    struct cg_policy *policy = edited_load_policy("la");
    expect_scope(policy, rows, ROW_COUNT(rows));
    cg_policy_free(policy);
}

Test(field_edits_scope, a_version_that_dropped_a_marked_code_still_asks_the_roster) {
    static const struct scope_row rows[] = {
        {"H2017", NPI_ELSEWHERE, "1", "2021-03-05", false, 1},
        {"H2017", NPI_ELSEWHERE, "1", "2023-03-05", false, 1},
        {"H2017", NPI_ON_ROSTER, "1", "2023-03-05", true, 1},
    };
    struct cg_policy *policy = two_versions("{\"code\":\"H2017\",\"only_if_on_roster\":true}");
    expect_scope(policy, rows, ROW_COUNT(rows));
    cg_policy_free(policy);
}

/* Voids and replacements. */
Test(field_edits_scope, a_void_meets_five_edits_alone) {
    struct cg_policy *policy = edited_load_policy("ms");
    struct record record = edited_good;
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        record.cells[field] = "x";
    }
    record.cells[CG_FIELD_HCPCS_CODE] = "H0038";
    record.cells[CG_FIELD_CLAIM_FREQUENCY_CODE] = "8";
    record.cells[CG_FIELD_CLAIM_LINE_NUMBER] = "2";
    struct edited edited;
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.reasons, 0);
    cr_expect_eq(edited.line.frequency, CG_VOID);
    cr_expect_eq(edited.line.original_claim_id.len, 1);
    cr_expect_eq(edited.line.units, 0);
    cr_expect_eq(edited.line.start_day, CG_DAY_NONE);
    cr_expect_eq(edited.line.version, cg_policy_version(policy, 0)); /* the newest */
    cr_expect_eq(edited_credential_calls, 0);
    record.cells[CG_FIELD_CLAIM_ID] = "";
    record.cells[CG_FIELD_CLAIM_LINE_NUMBER] = "0";
    record.cells[CG_FIELD_MEMBER_ID] = "";
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "";
    cr_expect_eq(edited_reasons_of(policy, &record),
                 BAD(CLAIM_ID_INVALID) | BAD(LINE_NUMBER_INVALID) | BAD(MEMBER_ID_INVALID) |
                     BAD(ORIGINAL_CLAIM_UNKNOWN));
    cg_policy_free(policy);
}

Test(field_edits_scope, a_void_carries_what_it_has) {
    struct cg_policy *policy = two_versions("{\"code\":\"H2017\"}");
    struct record record = edited_with(&edited_good, CG_FIELD_CLAIM_FREQUENCY_CODE, "8");
    struct edited edited;
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "C0";
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2021-03-05";
    record.cells[CG_FIELD_CLAIM_LINE_END_DATE] = "2021-03-06";
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.reasons, 0);
    cr_expect_eq(edited.line.units, 4);
    cr_expect_eq(edited.line.rendering_npi, UINT64_C(1234567893));
    cr_expect_eq(edited.line.end_day, edited_day("2021-03-06"));
    cr_expect_eq(edited.line.version->index, 0);
    record.cells[CG_FIELD_CLAIM_LINE_START_DATE] = "2019-03-05"; /* before every version */
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_eq(edited.line.reasons, 0);
    cr_expect_eq(edited.line.version->index, 1);
    cg_policy_free(policy);
}

struct original_row {
    const char *frequency;
    const char *original; /* NULL: no such column */
    uint64_t reasons;
};

Test(field_edits_scope, taking_back_needs_the_original) {
    static const struct original_row rows[] = {
        {"1", NULL, 0},
        {"7", "C0", 0},
        {"8", "C0", 0},
        {"7", "C1", 0}, /* the same two ids are allowed */
        {"8", BYTES_64, 0},
        {"7", "", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"8", " ", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"8", BYTES_64 "4", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"7", "C\x01", BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"7", NULL, BAD(ORIGINAL_CLAIM_UNKNOWN)},
        {"8", NULL, BAD(ORIGINAL_CLAIM_UNKNOWN)},
    };
    struct cg_policy *policy = edited_load_policy("ms");
    for (size_t i = 0; i < ROW_COUNT(rows); i++) {
        struct record record =
            edited_with(&edited_good, CG_FIELD_CLAIM_FREQUENCY_CODE, rows[i].frequency);
        record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = rows[i].original;
        cr_expect_eq(edited_reasons_of(policy, &record), rows[i].reasons, "row %zu", i);
    }
    cg_policy_free(policy);
}

Test(field_edits_scope, a_layout_without_original_claim_id_cannot_take_back) {
    static const char *const codes[] = {"7", "8"};
    struct cg_policy *policy = edited_load_policy("ms");
    edited_layout_without_original = true;
    for (size_t i = 0; i < 2; i++) {
        struct record record = edited_with(&edited_good, CG_FIELD_CLAIM_FREQUENCY_CODE, codes[i]);
        record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = NULL;
        cr_expect_eq(edited_reasons_of(policy, &record), BAD(FREQUENCY_CODE_INVALID));
    }
    edited_layout_without_original = false;
    cg_policy_free(policy);
}

Test(field_edits_scope, a_replacement_meets_every_edit) {
    struct cg_policy *policy = edited_load_policy("ms");
    struct record record = edited_with(&edited_good, CG_FIELD_CLAIM_FREQUENCY_CODE, "7");
    record.cells[CG_FIELD_ORIGINAL_CLAIM_ID] = "C0";
    record.cells[CG_FIELD_SERVICE_UNIT_QUANTITY] = "0";
    cr_expect_eq(edited_reasons_of(policy, &record), BAD(UNITS_INVALID));
    cg_policy_free(policy);
}

/* Groups 2 and 3. */
Test(field_edits_scope, credential_edits_run_only_where_the_fields_are_good) {
    struct cg_policy *policy = edited_load_policy("ms");
    edited_credential_reasons = BAD(CREDENTIAL_NOT_ACTIVE);
    cr_expect_eq(edited_reasons_of(policy, &edited_good), BAD(CREDENTIAL_NOT_ACTIVE));
    struct record record = edited_with(&edited_good, CG_FIELD_SERVICE_UNIT_QUANTITY, "0");
    cr_expect_eq(edited_reasons_of(policy, &record), BAD(UNITS_INVALID));
    cr_expect_eq(edited_credential_calls, 1);
    cg_policy_free(policy);
}

struct exempt_row {
    const char *birth;
    const char *authorization;
    bool on_file;
    bool on_claim;
};

Test(field_edits_scope, young_members_with_an_authorization_are_exempt) {
    /* under 21 on 2024-03-05 */
    static const struct exempt_row rows[] = {
        {"2010-01-01", AUTHORIZATION, true, true},
        {"2010-01-01", "other", false, true},
        {"2010-01-01", "", false, false},
        {"2010-01-01", "A\x01", false, false}, /* cannot be read: counts as blank */
        {"", AUTHORIZATION, false, false},
        {"2003-03-06", AUTHORIZATION, true, true}, /* 21 tomorrow */
        {"2003-03-05", AUTHORIZATION, false, false},
        {"1980-01-01", AUTHORIZATION, false, false},
    };
    struct cg_policy *on_file = edited_load_policy("ms-full");
    struct cg_policy *on_claim =
        edited_policy("policies/ms-full.json", "\"on_file\"", "\"on_claim\"");
    struct cg_policy *none = edited_load_policy("ms");
    for (size_t i = 0; i < ROW_COUNT(rows); i++) {
        struct record record = edited_with(&edited_good, CG_FIELD_BIRTH_DATE, rows[i].birth);
        struct edited edited;
        record.cells[CG_FIELD_AUTHORIZATION_NUMBER] = rows[i].authorization;
        cr_assert(edited_fields(on_file, &record, &edited));
        cr_expect_eq(edited.line.exempt, rows[i].on_file, "row %zu", i);
        cr_assert(edited_fields(on_claim, &record, &edited));
        cr_expect_eq(edited.line.exempt, rows[i].on_claim, "row %zu", i);
        cr_assert(edited_fields(none, &record, &edited));
        cr_expect_not(edited.line.exempt);
    }
    cg_policy_free(on_file);
    cg_policy_free(on_claim);
    cg_policy_free(none);
}

Test(field_edits_scope, a_rejected_line_is_not_exempt) {
    struct cg_policy *policy = edited_load_policy("ms-full");
    struct record record = edited_with(&edited_good, CG_FIELD_BIRTH_DATE, "2010-01-01");
    struct edited edited;
    record.cells[CG_FIELD_AUTHORIZATION_NUMBER] = AUTHORIZATION;
    edited_credential_reasons = BAD(EXAM_NOT_PASSED);
    cr_assert(edited_fields(policy, &record, &edited));
    cr_expect_not(edited.line.exempt);
    cg_policy_free(policy);
}

/* A nought or one that was typed as a letter at the start makes no code that some other set has. */
Test(field_edits_scope, a_code_that_begins_with_the_letter_i_or_o_may_be_meant_for_a_number) {
    static const char *const codes[] = {"10038", "00038"};
    static const char *const typed[] = {"I0038", "O0038"};
    static const char from[] = "\"procedures\": [\n        {\n          \"code\": \"H0038\"";
    for (size_t i = 0; i < 2; i++) {
        char to[128];
        struct edited edited;
        snprintf(to, sizeof to, "\"near_code\": \"reject\", \"procedures\": [ { \"code\": \"%s\"",
                 codes[i]);
        struct cg_policy *policy = edited_policy("policies/ms.json", from, to);
        const struct record record = edited_with(&edited_good, CG_FIELD_HCPCS_CODE, typed[i]);
        cr_assert(edited_fields(policy, &record, &edited), "%s", typed[i]);
        cr_expect_eq(edited.line.reasons, BAD(PROCEDURE_CODE_NEAR), "%s: %llx", typed[i],
                     (unsigned long long)edited.line.reasons);
        cg_policy_free(policy);
    }
}
