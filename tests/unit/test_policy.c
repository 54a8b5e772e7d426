#include "support/policy_text.h"

#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(policy, ms_has_the_two_caps_and_the_credential_types) {
    struct cg_policy *policy = policy_load_good("ms");
    cr_expect_str_eq(cg_policy_id(policy), "ms");
    cr_assert_eq(cg_policy_version_count(policy), 1);
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_eq(version->effective_day, policy_day("2012-07-01"));
    cr_assert_eq(version->cap_count, 2);
    const struct cg_cap *daily = &version->caps[0];
    const struct cg_cap *yearly = &version->caps[1];
    cr_expect_str_eq(daily->id, "daily");
    cr_expect_eq(daily->period, CG_PERIOD_DAY);
    cr_expect_eq(daily->limit_units, 6);
    cr_expect_str_eq(daily->carc, "119");
    cr_expect_str_eq(daily->rarc, "N362");
    cr_expect(daily->counts_all);
    cr_expect_str_eq(yearly->id, "yearly");
    cr_expect_eq(yearly->period, CG_PERIOD_YEAR);
    cr_expect_eq(yearly->year_start_month, 7);
    cr_expect_eq(yearly->year_start_day, 1);
    cr_expect_eq(yearly->limit_units, 200);
    cr_expect_str_eq(yearly->rarc, "N640");
    cr_expect_eq(version->timely_filing_days, 365);
    cr_expect_not(version->cutback);
    cr_expect_not(version->split_spans);
    cr_expect_not(version->has_exemption);
    cr_expect_not(version->reject_unknown_original);
    cr_expect_eq(version->duplicate_service, CG_SEVERITY_WARN);
    cr_assert_eq(version->type_count, 7);
    cr_expect_str_eq(version->types[5], "CPSSPPEERBRIDGER");
    cr_expect_str_eq(version->type_names[5], "CPSSP-PEER-BRIDGER");
    cr_expect_eq(version->training, CG_SEVERITY_OFF);
    cr_expect_eq(version->age, CG_SEVERITY_OFF);
    cg_policy_free(policy);
}

Test(policy, ms_full_has_every_demand) {
    struct cg_policy *policy = policy_load_good("ms-full");
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect(version->has_exemption && version->exemption_on_file);
    cr_expect_eq(version->exempt_under_age, 21);
    cr_expect_eq(version->training, CG_SEVERITY_REJECT);
    cr_expect_eq(version->exam, CG_SEVERITY_REJECT);
    cr_expect_eq(version->exam_min_milli, 75000);
    cr_expect_eq(version->age_min, 16);
    cr_assert_eq(version->age_by_type_count, 1);
    cr_expect_str_eq(version->age_by_type[0].type, "CPSSPY");
    cr_expect_eq(version->age_by_type[0].min_years, 18);
    cr_expect_eq(version->age_by_type[0].max_years, 26);
    cr_expect_eq(version->designation, CG_SEVERITY_WARN);
    cr_assert_eq(version->designation_count, 3);
    cr_expect_eq(version->designations[1].modifier, cg_field_modifier(cg_text_of("HF")));
    cr_expect_str_eq(version->designations[1].modifier_text, "HF");
    cr_expect_eq(version->designations[1].types, (1U << 1) | (1U << 6));
    cr_expect_eq(version->continuing_education, CG_SEVERITY_OFF);
    cr_expect_eq(version->employment, CG_SEVERITY_REJECT);
    cr_assert_eq(version->agency_certification_count, 1);
    cr_expect_str_eq(version->agency_certifications[0], "DMH");
    cr_expect_eq(version->supervision, CG_SEVERITY_REJECT);
    cr_expect_str_eq(version->supervisor_credentials[0], "MHP");
    cr_expect(version->supervisor_training);
    cr_expect_eq(version->max_fte_milli, 9000);
    cr_expect_eq(version->supervisor_ratio, CG_SEVERITY_WARN);
    cg_policy_free(policy);
}

Test(policy, la_asks_for_continuing_education_and_has_no_cap) {
    struct cg_policy *policy = policy_load_good("la");
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_eq(version->cap_count, 0);
    cr_expect_eq(version->timely_filing_days, -1);
    cr_expect_eq(version->ce_hours_milli, 10000);
    cr_expect_eq(version->ce_ethics_milli, 3000);
    cr_expect_eq(version->age_min, 18);
    cr_expect_eq(version->age_by_type_count, 0);
    cg_policy_free(policy);
}

Test(policy, mi_is_in_force_from_december_2021) {
    struct cg_policy *policy = policy_load_good("mi");
    cr_expect_null(cg_policy_in_force(policy, policy_day("2021-11-30")));
    const struct cg_policy_version *version = cg_policy_in_force(policy, policy_day("2021-12-01"));
    cr_assert_not_null(version);
    cr_expect_eq(version->agency_certification_count, 2);
    cr_expect_eq(version->max_fte_milli, -1);
    cr_expect_eq(version->supervisor_ratio, CG_SEVERITY_OFF);
    cr_expect_not(version->supervisor_training);
    cg_policy_free(policy);
}

struct demand_row {
    const char *id;
    bool files[CG_ROSTER_FILE_COUNT]; /* in the order of enum cg_roster_file */
};

Test(policy, demands_name_the_roster_files_needed) {
    static const struct demand_row rows[] = {
        {"ms", {true, false, false, false, false, false}},
        {"ms-full", {true, false, true, true, true, true}},
        {"la", {true, true, false, false, false, false}},
        {"mi", {true, false, true, true, true, false}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cg_policy *policy = policy_load_good(rows[i].id);
        for (int file = 0; file < CG_ROSTER_FILE_COUNT; file++) {
            cr_expect_eq(cg_policy_demands(policy, (enum cg_roster_file)file), rows[i].files[file],
                         "%s file %d", rows[i].id, file);
        }
        cg_policy_free(policy);
    }
}

Test(policy, a_demand_that_is_off_needs_no_file) {
    char text[TEXT_MAX];
    policy_edited("\"employment\": {\n          \"severity\": \"reject\"",
                  "\"employment\": {\n          \"severity\": \"off\"", text);
    struct cg_policy *policy = policy_load_good_text(text);
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_EMPLOYMENT));
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_AGENCIES));
    cg_policy_free(policy);
}

Test(policy, employment_without_certifications_needs_no_agencies) {
    char text[TEXT_MAX];
    policy_edited("\"agency_certifications\": [\n            \"DMH\"\n          ]",
                  "\"agency_certifications\": []", text);
    struct cg_policy *policy = policy_load_good_text(text);
    cr_expect(cg_policy_demands(policy, CG_ROSTER_EMPLOYMENT));
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_AGENCIES));
    cg_policy_free(policy);
}

Test(policy, exemption_on_claim_needs_no_authorizations) {
    char text[TEXT_MAX];
    struct cg_policy *policy =
        policy_load_good_text(policy_edited("\"on_file\"", "\"on_claim\"", text));
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_AUTHORIZATIONS));
    cr_expect_not(cg_policy_version(policy, 0)->exemption_on_file);
    cg_policy_free(policy);
}

Test(policy, procedures_are_found_in_any_letter_case) {
    struct cg_policy *policy = policy_load_good("la");
    cr_expect_eq(policy_procedure(policy, "H0038"), 0);
    cr_expect_eq(policy_procedure(policy, "h0038"), 0);
    cr_expect_eq(policy_procedure(policy, "s9485"), 4);
    cr_expect_eq(policy_procedure(policy, "H0037"), -1);
    cr_expect_eq(policy_procedure(policy, ""), -1);
    cr_expect_eq(policy_procedure(policy, "H00388"), -1);
    cr_expect_eq(cg_policy_procedure_code(policy, 4), cg_field_procedure(cg_text_of("S9485")));
    cr_expect_eq(cg_policy_procedure_code(policy, CG_PROCEDURE_OTHER), 0);
    cg_policy_free(policy);
}

Test(policy, only_if_on_roster_is_asked_for_the_codes_marked) {
    struct cg_policy *policy = policy_load_good("la");
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_not(cg_policy_asks_roster(policy, policy_procedure(policy, "H0038"), version));
    cr_expect(cg_policy_asks_roster(policy, policy_procedure(policy, "H2017"), version));
    cr_expect(cg_policy_asks_roster(policy, policy_procedure(policy, "H2017"), NULL));
    cg_policy_free(policy);
}

Test(policy, the_last_version_effective_on_or_before_the_day_is_in_force) {
    char text[TEXT_MAX];
    struct cg_policy *policy = policy_load_good_text(policy_two_versions(
        "2020-01-01", "{\"code\":\"H0038\"}", "2022-07-01", "{\"code\":\"H2017\"}", text));
    cr_expect_null(cg_policy_in_force(policy, CG_DAY_NONE));
    cr_expect_null(cg_policy_in_force(policy, policy_day("2019-12-31")));
    cr_expect_eq(cg_policy_in_force(policy, policy_day("2020-01-01"))->index, 0);
    cr_expect_eq(cg_policy_in_force(policy, policy_day("2022-06-30"))->index, 0);
    cr_expect_eq(cg_policy_in_force(policy, policy_day("2022-07-01"))->index, 1);
    cr_expect_eq(cg_policy_in_force(policy, policy_day("2199-12-31"))->index, 1);
    cr_expect(cg_policy_version(policy, 0)->names[policy_procedure(policy, "H0038")]);
    cr_expect_not(cg_policy_version(policy, 1)->names[policy_procedure(policy, "H0038")]);
    cr_expect(cg_policy_version(policy, 1)->cutback);
    cr_expect(cg_policy_version(policy, 1)->split_spans);
    cr_expect(cg_policy_version(policy, 1)->reject_unknown_original);
    cr_expect_eq(cg_policy_version(policy, 1)->duplicate_service, CG_SEVERITY_OFF);
    cg_policy_free(policy);
}

Test(policy, the_version_in_force_says_whether_a_code_asks_the_roster) {
    char text[TEXT_MAX];
    struct cg_policy *policy = policy_load_good_text(policy_two_versions(
        "2020-01-01", "{\"code\":\"H0038\",\"only_if_on_roster\":true}", "2022-01-01",
        "{\"code\":\"H0038\",\"only_if_on_roster\":false},{\"code\":\"H2017\"}", text));
    int code = policy_procedure(policy, "H0038");
    cr_expect(cg_policy_asks_roster(policy, code, cg_policy_version(policy, 0)));
    cr_expect_not(cg_policy_asks_roster(policy, code, cg_policy_version(policy, 1)));
    cr_expect_not(cg_policy_asks_roster(policy, code, NULL)); /* some version names it outright */
    cg_policy_free(policy);
}

Test(policy, a_cap_may_name_its_procedures) {
    char text[TEXT_MAX];
    struct cg_policy *policy = policy_load_good_text(
        policy_with_caps(CAP("some", "\"period\":\"lifetime\",\"procedures\":[\"h2017\"]") "," CAP(
                             "all", "\"period\":\"rolling_months\",\"months\":3"),
                         text));
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_not(version->caps[0].counts_all);
    cr_expect_eq(version->caps[0].counts[policy_procedure(policy, "H2017")], 1);
    cr_expect_eq(version->caps[0].counts[policy_procedure(policy, "H0038")], 0);
    cr_expect(version->caps[1].counts_all);
    cr_expect_eq(version->caps[1].months, 3);
    cr_expect_str_eq(version->caps[1].rarc, "");
    cg_policy_free(policy);
}

Test(policy, a_year_starts_in_january_unless_it_says_so) {
    char text[TEXT_MAX];
    struct cg_policy *policy =
        policy_load_good_text(policy_with_caps(CAP("y", "\"period\":\"year\""), text));
    cr_expect_eq(cg_policy_version(policy, 0)->caps[0].year_start_month, 1);
    cr_expect_eq(cg_policy_version(policy, 0)->caps[0].year_start_day, 1);
    cg_policy_free(policy);
}

struct period_row {
    struct cg_cap cap;
    const char *day;
    const char *first;
    const char *last;
};

Test(policy, cap_periods_hold_their_day) {
    const struct cg_cap on_day = {.period = CG_PERIOD_DAY};
    const struct cg_cap month = {.period = CG_PERIOD_MONTH};
    const struct cg_cap fiscal = {
        .period = CG_PERIOD_YEAR, .year_start_month = 7, .year_start_day = 1};
    const struct cg_cap calendar = {
        .period = CG_PERIOD_YEAR, .year_start_month = 1, .year_start_day = 1};
    const struct cg_cap one = {.period = CG_PERIOD_ROLLING_MONTHS, .months = 1};
    const struct cg_cap three = {.period = CG_PERIOD_ROLLING_MONTHS, .months = 3};
    const struct cg_cap life = {.period = CG_PERIOD_LIFETIME};
    const struct period_row rows[] = {
        {on_day, "2024-03-05", "2024-03-05", "2024-03-05"},
        {month, "2024-02-29", "2024-02-01", "2024-02-29"},
        {month, "2023-02-01", "2023-02-01", "2023-02-28"},
        {month, "2199-12-31", "2199-12-01", "2199-12-31"},
        {fiscal, "2024-06-30", "2023-07-01", "2024-06-30"},
        {fiscal, "2024-07-01", "2024-07-01", "2025-06-30"},
        {calendar, "2024-12-31", "2024-01-01", "2024-12-31"},
        {one, "2024-03-31", "2024-03-01", "2024-03-31"}, /* less a month: 29 February */
        {one, "2023-03-30", "2023-03-01", "2023-03-30"},
        {one, "2024-03-15", "2024-02-16", "2024-03-15"},
        {three, "2024-05-31", "2024-03-01", "2024-05-31"},
        {life, "2024-05-31", "1900-01-01", "2199-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t first;
        int32_t last;
        cg_cap_period(&rows[i].cap, policy_day(rows[i].day), &first, &last);
        cr_expect_eq(first, policy_day(rows[i].first), "row %zu", i);
        cr_expect_eq(last, policy_day(rows[i].last), "row %zu", i);
    }
}
