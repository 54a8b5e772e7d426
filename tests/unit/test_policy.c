#include "claimgate/base/builtin.h"
#include "claimgate/json/json.h"
#include "claimgate/record/field.h"
#include "claimgate/rules/policy.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 65536 };

static int32_t day(const char *iso) {
    int32_t day_no = cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
    cr_assert_neq(day_no, CG_DAY_NONE, "%s", iso);
    return day_no;
}

static struct cg_policy *load_good(const char *id_or_path) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load(id_or_path, &policy, &problems, &err), CG_OK, "%s", err.text);
    cr_assert_eq(problems.total, 0);
    cg_problems_fini(&problems);
    return policy;
}

static enum cg_status load_text(const char *text, struct cg_policy **out,
                                struct cg_problems *problems) {
    struct cg_error err = CG_ERROR_INIT;
    cg_problems_init(problems);
    return cg_policy_load_text("test.json", text, strlen(text), out, problems, &err);
}

static struct cg_policy *load_good_text(const char *text) {
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    enum cg_status status = load_text(text, &policy, &problems);
    cr_assert_eq(status, CG_OK, "%s", problems.count > 0 ? problems.list[0].text : "");
    cg_problems_fini(&problems);
    return policy;
}

/* The built-in ms-full with one stretch of it replaced. */
static const char *edited(const char *from, const char *to, char out[TEXT_MAX]) {
    const struct cg_builtin *file = cg_builtin_find("policies/ms-full.json");
    char whole[TEXT_MAX];
    cr_assert_lt(file->len_bytes, sizeof whole);
    memcpy(whole, file->bytes, file->len_bytes);
    whole[file->len_bytes] = '\0';
    char *at = strstr(whole, from);
    cr_assert_not_null(at, "%s", from);
    snprintf(out, TEXT_MAX, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    return out;
}

static int procedure(const struct cg_policy *policy, const char *code) {
    return cg_policy_procedure(policy, cg_field_procedure(cg_text_of(code)));
}

Test(policy, ms_has_the_two_caps_and_the_credential_types) {
    struct cg_policy *policy = load_good("ms");
    cr_expect_str_eq(cg_policy_id(policy), "ms");
    cr_assert_eq(cg_policy_version_count(policy), 1);
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_eq(version->effective_day, day("2012-07-01"));
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
    struct cg_policy *policy = load_good("ms-full");
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
    struct cg_policy *policy = load_good("la");
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
    struct cg_policy *policy = load_good("mi");
    cr_expect_null(cg_policy_in_force(policy, day("2021-11-30")));
    const struct cg_policy_version *version = cg_policy_in_force(policy, day("2021-12-01"));
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
        struct cg_policy *policy = load_good(rows[i].id);
        for (int file = 0; file < CG_ROSTER_FILE_COUNT; file++) {
            cr_expect_eq(cg_policy_demands(policy, (enum cg_roster_file)file), rows[i].files[file],
                         "%s file %d", rows[i].id, file);
        }
        cg_policy_free(policy);
    }
}

Test(policy, a_demand_that_is_off_needs_no_file) {
    char text[TEXT_MAX];
    edited("\"employment\": {\n          \"severity\": \"reject\"",
           "\"employment\": {\n          \"severity\": \"off\"", text);
    struct cg_policy *policy = load_good_text(text);
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_EMPLOYMENT));
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_AGENCIES));
    cg_policy_free(policy);
}

Test(policy, employment_without_certifications_needs_no_agencies) {
    char text[TEXT_MAX];
    edited("\"agency_certifications\": [\n            \"DMH\"\n          ]",
           "\"agency_certifications\": []", text);
    struct cg_policy *policy = load_good_text(text);
    cr_expect(cg_policy_demands(policy, CG_ROSTER_EMPLOYMENT));
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_AGENCIES));
    cg_policy_free(policy);
}

Test(policy, exemption_on_claim_needs_no_authorizations) {
    char text[TEXT_MAX];
    struct cg_policy *policy = load_good_text(edited("\"on_file\"", "\"on_claim\"", text));
    cr_expect_not(cg_policy_demands(policy, CG_ROSTER_AUTHORIZATIONS));
    cr_expect_not(cg_policy_version(policy, 0)->exemption_on_file);
    cg_policy_free(policy);
}

Test(policy, procedures_are_found_in_any_letter_case) {
    struct cg_policy *policy = load_good("la");
    cr_expect_eq(procedure(policy, "H0038"), 0);
    cr_expect_eq(procedure(policy, "h0038"), 0);
    cr_expect_eq(procedure(policy, "s9485"), 4);
    cr_expect_eq(procedure(policy, "H0037"), -1);
    cr_expect_eq(procedure(policy, ""), -1);
    cr_expect_eq(procedure(policy, "H00388"), -1);
    cr_expect_eq(cg_policy_procedure_code(policy, 4), cg_field_procedure(cg_text_of("S9485")));
    cr_expect_eq(cg_policy_procedure_code(policy, CG_PROCEDURE_OTHER), 0);
    cg_policy_free(policy);
}

Test(policy, only_if_on_roster_is_asked_for_the_codes_marked) {
    struct cg_policy *policy = load_good("la");
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_not(cg_policy_asks_roster(policy, procedure(policy, "H0038"), version));
    cr_expect(cg_policy_asks_roster(policy, procedure(policy, "H2017"), version));
    cr_expect(cg_policy_asks_roster(policy, procedure(policy, "H2017"), NULL));
    cg_policy_free(policy);
}

/* A version text with what a test is about: its date, its procedures and its caps. */
static int put_version(char *out, size_t capacity, const char *effective, const char *procedures,
                       const char *caps) {
    return snprintf(out, capacity,
                    "{\"effective\":\"%s\",\"procedures\":[%s],\"caps\":[%s],"
                    "\"over_cap\":\"cutback\",\"span\":\"split\",\"cap_exempt\":null,"
                    "\"unknown_original\":\"reject\",\"duplicate_service\":{\"severity\":\"off\"},"
                    "\"credential\":{\"types\":[\"A\"],\"source\":\"s\"}}",
                    effective, procedures, caps);
}

static const char *two_versions(const char *first, const char *first_codes, const char *second,
                                const char *second_codes, char out[TEXT_MAX]) {
    char one[TEXT_MAX / 4];
    char two[TEXT_MAX / 4];
    put_version(one, sizeof one, first, first_codes, "");
    put_version(two, sizeof two, second, second_codes, "");
    snprintf(out, TEXT_MAX, "{\"id\":\"x\",\"title\":\"t\",\"versions\":[%s,%s]}", one, two);
    return out;
}

static const char *with_caps(const char *caps, char out[TEXT_MAX]) {
    char one[TEXT_MAX / 2];
    put_version(one, sizeof one, "2020-01-01", "{\"code\":\"H0038\"},{\"code\":\"H2017\"}", caps);
    snprintf(out, TEXT_MAX, "{\"id\":\"x\",\"title\":\"t\",\"versions\":[%s]}", one);
    return out;
}

Test(policy, the_last_version_effective_on_or_before_the_day_is_in_force) {
    char text[TEXT_MAX];
    struct cg_policy *policy = load_good_text(two_versions(
        "2020-01-01", "{\"code\":\"H0038\"}", "2022-07-01", "{\"code\":\"H2017\"}", text));
    cr_expect_null(cg_policy_in_force(policy, CG_DAY_NONE));
    cr_expect_null(cg_policy_in_force(policy, day("2019-12-31")));
    cr_expect_eq(cg_policy_in_force(policy, day("2020-01-01"))->index, 0);
    cr_expect_eq(cg_policy_in_force(policy, day("2022-06-30"))->index, 0);
    cr_expect_eq(cg_policy_in_force(policy, day("2022-07-01"))->index, 1);
    cr_expect_eq(cg_policy_in_force(policy, day("2199-12-31"))->index, 1);
    cr_expect(cg_policy_version(policy, 0)->names[procedure(policy, "H0038")]);
    cr_expect_not(cg_policy_version(policy, 1)->names[procedure(policy, "H0038")]);
    cr_expect(cg_policy_version(policy, 1)->cutback);
    cr_expect(cg_policy_version(policy, 1)->split_spans);
    cr_expect(cg_policy_version(policy, 1)->reject_unknown_original);
    cr_expect_eq(cg_policy_version(policy, 1)->duplicate_service, CG_SEVERITY_OFF);
    cg_policy_free(policy);
}

Test(policy, the_version_in_force_says_whether_a_code_asks_the_roster) {
    char text[TEXT_MAX];
    struct cg_policy *policy = load_good_text(two_versions(
        "2020-01-01", "{\"code\":\"H0038\",\"only_if_on_roster\":true}", "2022-01-01",
        "{\"code\":\"H0038\",\"only_if_on_roster\":false},{\"code\":\"H2017\"}", text));
    int code = procedure(policy, "H0038");
    cr_expect(cg_policy_asks_roster(policy, code, cg_policy_version(policy, 0)));
    cr_expect_not(cg_policy_asks_roster(policy, code, cg_policy_version(policy, 1)));
    cr_expect_not(cg_policy_asks_roster(policy, code, NULL)); /* some version names it outright */
    cg_policy_free(policy);
}

#define CAP(id, more)                                                                              \
    "{\"id\":\"" id "\",\"limit\":5,\"carc\":\"119\",\"rarc\":\"\",\"source\":\"s\"," more "}"

Test(policy, a_cap_may_name_its_procedures) {
    char text[TEXT_MAX];
    struct cg_policy *policy = load_good_text(
        with_caps(CAP("some", "\"period\":\"lifetime\",\"procedures\":[\"h2017\"]") "," CAP(
                      "all", "\"period\":\"rolling_months\",\"months\":3"),
                  text));
    const struct cg_policy_version *version = cg_policy_version(policy, 0);
    cr_expect_not(version->caps[0].counts_all);
    cr_expect_eq(version->caps[0].counts[procedure(policy, "H2017")], 1);
    cr_expect_eq(version->caps[0].counts[procedure(policy, "H0038")], 0);
    cr_expect(version->caps[1].counts_all);
    cr_expect_eq(version->caps[1].months, 3);
    cr_expect_str_eq(version->caps[1].rarc, "");
    cg_policy_free(policy);
}

Test(policy, a_year_starts_in_january_unless_it_says_so) {
    char text[TEXT_MAX];
    struct cg_policy *policy = load_good_text(with_caps(CAP("y", "\"period\":\"year\""), text));
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
        cg_cap_period(&rows[i].cap, day(rows[i].day), &first, &last);
        cr_expect_eq(first, day(rows[i].first), "row %zu", i);
        cr_expect_eq(last, day(rows[i].last), "row %zu", i);
    }
}

struct bad_row {
    const char *from; /* in ms-full */
    const char *to;
    const char *says; /* part of a problem */
};

static const struct bad_row bad_rows[] = {
    /* the shape */
    {"\"over_cap\": \"reject\"", "\"over_capp\": \"reject\"", "over_cap"},
    {"\"over_cap\": \"reject\",", "", "over_cap"},
    {"\"limit\": 6", "\"limit\": \"6\"", "limit"},
    {"\"limit\": 6", "\"limit\": 6.5", "limit"},
    {"\"limit\": 6", "\"limit\": -1", "limit"},
    {"\"limit\": 6", "\"limit\": 6, \"limit\": 7", "limit"},
    {"\"limit\": 6", "\"limit\": 99999999999", "limit"},
    {"\"period\": \"day\"", "\"period\": \"week\"", "week"},
    {"\"span\": \"reject\"", "\"span\": \"cut\"", "span"},
    {"\"severity\": \"warn\"", "\"severity\": \"maybe\"", "maybe"},
    {"\"under_age\": 21", "\"under_age\": 0", "under_age"},
    {"\"timely_filing_days\": 365", "\"timely_filing_days\": -1", "timely_filing_days"},
    {"\"training\": true", "\"training\": 1", "training"},
    {"\"id\": \"ms-full\"", "\"id\": \"\"", "id"},
    {"\"id\": \"ms-full\",", "", "id"},
    {"{\n  \"id\"", "[\n  \"id\"", ""},
    /* what the schema cannot say */
    {"2012-07-01", "2012-06-31", "no real date"},
    {"2012-07-01", "07/01/2012", "YYYY-MM-DD"},
    {"\"07-01\"", "\"02-29\"", "no day of every year"},
    {"\"07-01\"", "\"7-1\"", "no day of every year"},
    {"\"07-01\"", "\"13-01\"", "no day of every year"},
    {"\"07-01\"", "\"07-01-2024-and-more\"", "no day of every year"},
    {"\"period\": \"day\"", "\"period\": \"day\", \"year_start\": \"01-01\"", "year_start goes"},
    {"\"period\": \"day\"", "\"period\": \"day\", \"months\": 2", "months goes"},
    {"\"period\": \"day\"", "\"period\": \"rolling_months\"", "needs months"},
    {"\"id\": \"daily\"", "\"id\": \"Daily\"", "lower-case"},
    {"\"id\": \"daily\"", "\"id\": \"a;b\"", "lower-case"},
    {"\"id\": \"daily\"", "\"id\": \"yearly\"", "stands twice"},
    {"\"carc\": \"119\"", "\"carc\": \"1,9\"", "capital letter"},
    {"\"rarc\": \"N362\"", "\"rarc\": \"n362\"", "capital letter"},
    {"\"H0038\"", "\"H038\"", "procedure code"},
    {"\"H0038\"", "\"H003-\"", "procedure code"},
    {"\"code\": \"H0038\"", "\"code\": \"H0038\"}, {\"code\": \"h0038\"", "stands twice"},
    {"\"limit\": 6", "\"limit\": 6, \"procedures\": [\"H2017\"]", "does not name the code"},
    {"\"CPSSP-MH\",\n          \"CPSSP-SU\"", "\"CPSSP-MH\",\n          \"cpssp mh\"",
     "stands twice"},
    {"\"CPSSP-MH\",\n          \"CPSSP-SU\"", "\"--\",\n          \"CPSSP-SU\"",
     "nothing but blanks"},
    {"\"CPSSP-Y\": [", "\"CPSSP-Z\": [", "none of this version's"},
    {"18,\n              26", "26,\n              18", "above the oldest"},
    {"\"HE\": [", "\"HEX\": [", "no modifier"},
    {"\"HE\": [", "\"hf\": [", "stands twice"},
    {"\"HE\": [\n              \"CPSSP-MH\"", "\"HE\": [\n              \"CPSSP-XX\"",
     "none of this version's"},
    {"\"max_fte\": 9", "\"max_fte\": null", "cannot be tested without max_fte"},
    {"\"id\": \"ms-full\"", "\"id\": \"ms\\u0007\"", "control characters"},
};

static bool says(const struct cg_problems *problems, const char *part) {
    for (size_t i = 0; i < problems->count; i++) {
        if (strstr(problems->list[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

Test(policy, a_bad_file_is_refused_with_what_and_where) {
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        char text[TEXT_MAX];
        struct cg_policy *policy = NULL;
        struct cg_problems problems;
        enum cg_status status =
            load_text(edited(bad_rows[i].from, bad_rows[i].to, text), &policy, &problems);
        cr_expect_eq(status, CG_BAD_CONFIG, "%s", bad_rows[i].to);
        cr_expect_null(policy);
        cr_assert_gt(problems.count, 0, "%s", bad_rows[i].to);
        cr_expect(says(&problems, bad_rows[i].says), "%s: %s", bad_rows[i].to,
                  problems.list[0].text);
        cr_expect_gt(problems.list[0].line, 0);
        cr_expect_gt(problems.list[0].column, 0);
        cr_expect_str_eq(problems.list[0].file, "test.json");
        cg_problems_fini(&problems);
    }
}

Test(policy, every_problem_is_shown_at_once) {
    char text[TEXT_MAX];
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    with_caps(CAP("A", "\"period\":\"day\",\"months\":1") "," CAP(
                  "b", "\"period\":\"year\",\"year_start\":\"02-30\""),
              text);
    cr_expect_eq(load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect_eq(problems.total, 3);
    cg_problems_fini(&problems);
}

static void expect_both(const struct bad_row *shape, const struct bad_row *meaning) {
    char text[TEXT_MAX];
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    edited(shape->from, shape->to, text);
    char *at = strstr(text, meaning->from);
    if (at == NULL) {
        return; /* both change the same place */
    }
    char tail[TEXT_MAX];
    snprintf(tail, sizeof tail, "%s", at + strlen(meaning->from));
    snprintf(at, sizeof text - (size_t)(at - text), "%s%s", meaning->to, tail);
    cr_expect_eq(load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect(says(&problems, shape->says) && says(&problems, meaning->says),
              "%s together with %s: %zu", shape->to, meaning->to, problems.total);
    for (size_t i = 1; i < problems.count; i++) {
        cr_expect_leq(problems.list[i - 1].line, problems.list[i].line);
    }
    cg_problems_fini(&problems);
}

Test(policy, what_the_schema_finds_hides_nothing_elsewhere) {
    const struct bad_row shapes[] = {
        {"\"over_cap\": \"reject\"", "\"over_capp\": \"reject\"", "over_cap"},
        {"\"unknown_original\": \"warn\"", "\"unknown_original\": 5", "unknown_original"},
        {"\"under_age\": 21", "\"under_age\": 0", "under_age"},
        {"\"title\": ", "\"titel\": ", "title"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t meanings = 0;
        for (size_t k = 0; k < sizeof bad_rows / sizeof *bad_rows; k++) {
            meanings += strstr(bad_rows[k].says, "no real date") != NULL;
            if (meanings > 0) { /* from there on, what the schema cannot say */
                expect_both(&shapes[i], &bad_rows[k]);
            }
        }
        cr_expect_eq(meanings, 1);
    }
}

static size_t schema_problems(const char *text) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc =
        cg_json_load("test.json", text, strlen(text), "policy.schema.json", &problems);
    size_t total = problems.total;
    cg_json_free(doc);
    cg_problems_fini(&problems);
    return total;
}

static void expect_no_more_than_the_schema(const char *text) {
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    const enum cg_status status = load_text(text, &policy, &problems);
    const size_t of_schema = schema_problems(text);
    cr_expect(of_schema == 0 || problems.total == of_schema, "%zu, not %zu: %s", problems.total,
              of_schema, problems.list[problems.count - 1].text);
    cr_expect_eq(status, problems.total == 0 ? CG_OK : CG_BAD_CONFIG);
    cg_problems_fini(&problems);
    cg_policy_free(policy);
}

/* Every key of a policy with every demand misspelt, every value of another type, in turn. */
Test(policy, what_follows_from_a_broken_value_is_no_problem_of_its_own) {
    static const char *const others[] = {"{}", "[]", "null", "5", "\"\"", "true"};
    char whole[TEXT_MAX];
    char text[TEXT_MAX];
    with_caps(CAP("a", "\"period\": \"year\", \"year_start\": \"07-01\"") "," CAP(
                  "b", "\"period\": \"rolling_months\", \"months\": 3, "
                       "\"procedures\": [\"H0038\"]"),
              whole);
    size_t tried = 0;
    for (int round = 0; round < 2; round++) {
        for (const char *at = whole; (at = strstr(at, "\":")) != NULL; at += 2) {
            snprintf(text, sizeof text, "%.*sx%s", (int)(at - whole), whole, at);
            expect_no_more_than_the_schema(text);
            const char *value = at + 2 + strspn(at + 2, " \n");
            const size_t len = strcspn(value, ",}]\n");
            for (size_t i = 0; strchr("[{", *value) == NULL && i < 6; i++, tried++) {
                snprintf(text, sizeof text, "%.*s%s%s", (int)(value - whole), whole, others[i],
                         value + len);
                expect_no_more_than_the_schema(text);
            }
        }
        edited("{", "{", whole); /* then ms-full as it is */
    }
    cr_expect_gt(tried, 300);
}

Test(policy, lists_longer_than_the_schema_allows_do_no_harm) {
    static char text[1 << 20];
    size_t len = 0;
    len += (size_t)snprintf(text, sizeof text, "{\"versions\": [{\"caps\": [");
    for (int i = 0; i < 300; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%s{\"id\": \"c%d\", \"procedures\": [\"H%04d\"]}",
                                i == 0 ? "" : ",", i, i);
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "], \"procedures\": [");
    for (int i = 0; i < 600; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s{\"code\": \"H%04d\"}",
                                i == 0 ? "" : ",", i);
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "], \"credential\": {\"types\": [");
    for (int i = 0; i < 300; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\"t%d\"", i == 0 ? "" : ",", i);
    }
    snprintf(text + len, sizeof text - len,
             "], \"designation\": {\"by_modifier\": {\"HF\": [\"t299\"]}}}}]}");
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cr_expect_eq(load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect_eq(problems.total, schema_problems(text));
    cg_problems_fini(&problems);
}

Test(policy, versions_must_follow_each_other) {
    char text[TEXT_MAX];
    static const char *const second[] = {"2020-01-01", "2019-12-31"};
    for (size_t i = 0; i < 2; i++) {
        struct cg_policy *policy = NULL;
        struct cg_problems problems;
        two_versions("2020-01-01", "{\"code\":\"H0038\"}", second[i], "{\"code\":\"H0038\"}", text);
        cr_expect_eq(load_text(text, &policy, &problems), CG_BAD_CONFIG);
        cr_expect(says(&problems, "order of their dates"));
        cg_problems_fini(&problems);
    }
}

static const char *many_codes(size_t count, size_t from, char *out) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(out + len, TEXT_MAX / 4 - len, "%s{\"code\":\"A%04zu\"}",
                                i == 0 ? "" : ",", from + i);
    }
    return out;
}

Test(policy, versions_name_up_to_255_codes_together) {
    char text[TEXT_MAX];
    char first[TEXT_MAX / 4];
    char second[TEXT_MAX / 4];
    struct cg_policy *policy = load_good_text(two_versions(
        "2020-01-01", many_codes(200, 0, first), "2021-01-01", many_codes(200, 55, second), text));
    for (int i = 0; i < 255; i++) {
        char code[16];
        snprintf(code, sizeof code, "A%04d", i);
        cr_expect_eq(procedure(policy, code), i);
    }
    cr_expect_eq(procedure(policy, "A0255"), -1);
    cg_policy_free(policy);

    struct cg_problems problems;
    two_versions("2020-01-01", many_codes(200, 0, first), "2021-01-01", many_codes(200, 56, second),
                 text);
    cr_expect_eq(load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect(says(&problems, "more than 255 codes"));
    cg_problems_fini(&problems);
}

Test(policy, at_most_eight_caps) {
    char caps[TEXT_MAX / 4];
    char text[TEXT_MAX];
    for (int count = 8; count <= 9; count++) {
        size_t len = 0;
        for (int i = 0; i < count; i++) {
            len += (size_t)snprintf(caps + len, sizeof caps - len,
                                    "%s{\"id\":\"c%d\",\"limit\":5,\"carc\":\"119\",\"rarc\":\"\","
                                    "\"source\":\"s\",\"period\":\"day\"}",
                                    i == 0 ? "" : ",", i);
        }
        struct cg_policy *policy = NULL;
        struct cg_problems problems;
        enum cg_status status = load_text(with_caps(caps, text), &policy, &problems);
        cr_expect_eq(status, count == 8 ? CG_OK : CG_BAD_CONFIG);
        cg_problems_fini(&problems);
        cg_policy_free(policy);
    }
}

Test(policy, an_unknown_name_lists_the_built_in_ones_and_the_nearest) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_expect_eq(cg_policy_load("ms-ful", &policy, &problems, &err), CG_BAD_CONFIG);
    cr_expect_not_null(strstr(err.text, "(la, mi, ms-full, ms)"), "%s", err.text);
    cr_expect_not_null(strstr(err.text, "did you mean \"ms-full\"?"), "%s", err.text);
    cr_expect_null(policy);
    cg_problems_fini(&problems);
}

Test(policy, a_path_is_read_and_keeps_its_bytes) {
    struct cg_policy *policy = load_good("schemas/policies/ms.json");
    const struct cg_builtin *file = cg_builtin_find("policies/ms.json");
    size_t len = 0;
    const char *text = cg_policy_text(policy, &len);
    uint8_t sha[CG_SHA256_BYTES];
    cr_assert_eq(len, file->len_bytes);
    cr_expect_eq(memcmp(text, file->bytes, len), 0);
    cr_assert(cg_sha256_of(file->bytes, file->len_bytes, sha));
    cr_expect_eq(memcmp(sha, cg_policy_sha256(policy), sizeof sha), 0);
    cg_policy_free(policy);
}

Test(policy, built_in_ids_are_listed_in_order) {
    static const char *const ids[] = {"la", "mi", "ms-full", "ms"};
    char id[CG_POLICY_ID_BYTES];
    for (size_t i = 0; i < 4; i++) {
        cr_assert_not_null(cg_policy_builtin_id(i, id));
        cr_expect_str_eq(id, ids[i]);
    }
    cr_expect_null(cg_policy_builtin_id(4, id));
}

Test(policy, free_takes_null) {
    cg_policy_free(NULL);
}

Test(policy, a_file_cut_at_any_byte_is_refused, .timeout = 60) {
    const struct cg_builtin *file = cg_builtin_find("policies/ms-full.json");
    size_t closing = file->len_bytes;
    while (file->bytes[closing - 1] != '}') {
        closing--;
    }
    for (size_t len = 0; len < closing; len++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_problems problems;
        struct cg_policy *policy = NULL;
        cg_problems_init(&problems);
        enum cg_status status =
            cg_policy_load_text("cut.json", file->bytes, len, &policy, &problems, &err);
        cr_assert_eq(status, CG_BAD_CONFIG, "cut at %zu", len);
        cg_problems_fini(&problems);
    }
}

Test(policy, a_changed_byte_is_never_fatal, .timeout = 60) {
    const struct cg_builtin *file = cg_builtin_find("policies/ms-full.json");
    static const char bytes[] = {'\0', '"', '{', '9', '-', (char)0xC3};
    char text[TEXT_MAX];
    for (size_t i = 0; i < file->len_bytes; i++) {
        memcpy(text, file->bytes, file->len_bytes);
        text[i] = bytes[i % sizeof bytes];
        struct cg_error err = CG_ERROR_INIT;
        struct cg_problems problems;
        struct cg_policy *policy = NULL;
        cg_problems_init(&problems);
        enum cg_status status =
            cg_policy_load_text("hostile.json", text, file->len_bytes, &policy, &problems, &err);
        cr_assert(status == CG_OK || status == CG_BAD_CONFIG, "byte %zu: %s", i, err.text);
        cg_problems_fini(&problems);
        cg_policy_free(policy);
    }
}
