#include "support/roster_fixture.h"

#include "claimgate/rules/roster_tables.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define N1     UINT64_C(1234567893)
#define HEADER "npi,credential_type,status,effective_date,end_date\n"
#define ROW(s) HEADER "1234567893,CPSSP-MH," s "\n"

static struct roster_fixture fixture;

static void set_up(void) {
    roster_fixture_init(&fixture, "ms");
}

static void tear_down(void) {
    roster_fixture_fini(&fixture);
}

TestSuite(roster_layout, .init = set_up, .fini = tear_down);

static void load(const char *layout, const char *credentials) {
    if (layout != NULL) {
        roster_fixture_write(&fixture, "layout.json", layout);
    }
    roster_fixture_write(&fixture, "credentials.csv", credentials);
    (void)!roster_fixture_load(&fixture);
}

static const char *reasons_on(const char *day) {
    cr_assert_eq(fixture.problems.total, 0, "%s", roster_fixture_problems(&fixture));
    return roster_fixture_edit(&fixture, roster_fixture_line(&fixture, N1, day, NULL));
}

static void expect_problem(const char *layout, const char *credentials, const char *wanted) {
    load(layout, credentials);
    cr_expect_not_null(strstr(roster_fixture_problems(&fixture), wanted), "%s\nbut: %s", wanted,
                       roster_fixture_problems(&fixture));
}

Test(roster_layout, active_grants_and_expired_withholds) {
    load(NULL, ROW("Active,2020-01-01,"));
    cr_expect_str_eq(reasons_on("2024-01-01"), "");
    load(NULL, ROW("EXPIRED,2020-01-01,"));
    cr_expect_str_eq(reasons_on("2024-01-01"), "credential_not_active");
}

Test(roster_layout, an_end_after_2199_is_no_end) {
    static const char *const ends[] = {"9999-12-31", "2200-01-01", "2999-12-31", "2199-12-31"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char text[256] = HEADER "1234567893,CPSSP-MH,current,2020-01-01,";
        load(NULL, strcat(strcat(text, ends[i]), "\n"));
        cr_expect_str_eq(reasons_on("2024-01-01"), "", "%s", ends[i]);
    }
    expect_problem(NULL, ROW("current,9999-12-31,"),
                   "effective_date \"9999-12-31\" is no real date");
    expect_problem(NULL, ROW("current,2020-01-01,9999-12-32"),
                   "end_date \"9999-12-32\" is no real");
}

Test(roster_layout, columns_dates_status_words_and_blanks_are_as_the_registry_has_them) {
    load("{\"date_format\": \"MM/DD/YYYY\", \"blank\": [\"NULL\", \"\\\\N\"],\n"
         " \"status_words\": {\"In Good Standing\": \"current\"},\n"
         " \"columns\": {\"credentials\": {\"npi\": \"Provider NPI\", \"credential_type\": "
         "\"Cert\",\n"
         "   \"status\": \"Standing\", \"effective_date\": \"From\", \"end_date\": \"To\"}}}",
         "provider npi,Cert,Standing,From,To\n"
         "1234567893,CPSSP-MH,In good standing,01/01/2020,null\n"
         "1234567893,CPSSP-MH,In good standing,01/01/2019,12/31/9999\n");
    cr_expect_str_eq(reasons_on("2024-01-01"), "");
    cr_expect_str_eq(reasons_on("2018-01-01"), "credential_not_active");
    cr_expect_eq(cg_roster_file_count(fixture.roster), 2);
    cr_expect_str_eq(cg_roster_file(fixture.roster, 0)->path, "layout.json");
}

Test(roster_layout, what_is_left_out_is_as_the_schemas_say) {
    load("{}", ROW("current,2020-01-01,"));
    cr_expect_str_eq(reasons_on("2024-01-01"), "");
}

Test(roster_layout, messages_name_the_registry_s_columns_and_format) {
    expect_problem("{\"date_format\": \"YYYYMMDD\",\n"
                   " \"columns\": {\"credentials\": {\"effective_date\": \"From\"}}}",
                   "npi,credential_type,status,From,end_date\n"
                   "1234567893,CPSSP-MH,current,2020-01-01,\n",
                   "credentials.csv:2:29: From \"2020-01-01\" is no real date from 1900 to 2199; "
                   "write YYYYMMDD, or say its \"date_format\" in layout.json\n");
}

Test(roster_layout, a_null_that_nobody_named_is_refused_with_the_mend) {
    expect_problem(NULL, ROW("current,2020-01-01,NULL"),
                   "or name it under \"blank\" in layout.json");
}

Test(roster_layout, is_checked_like_a_claim_layout) {
    static const struct {
        const char *layout;
        const char *wanted;
    } cases[] = {
        {"{\"blnk\": []}", "layout.json:1:2: unknown key \"blnk\""},
        {"{\"date_format\": \"D.M.Y\"}", "layout.json:1:17: "},
        {"{\"columns\": {\"credentials\": {\"np\": \"x\"}}}", "unknown key \"np\""},
        {"{\"status_words\": {\"Good\": \"fine\"}}", "layout.json:1:27: "},
        {"{\"status_words\": {\"Current\": \"lapsed\"}}", "is a status already"},
        {"{\"status_words\": {\"OK\": \"lapsed\", \"o-k\": \"current\"}}",
         "stands for another status already"},
        {"{\"status_words\": {\" - \": \"lapsed\"}}", "is no word"},
        {"", "layout.json:1:1: "},
        {"[]", "layout.json:1:1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_problem(cases[i].layout, ROW("current,2020-01-01,"), cases[i].wanted);
    }
}

Test(roster_layout, missing_columns_are_told_with_the_header_that_was_seen) {
    expect_problem(NULL, "Provider,Kind,Status,effective_dat,End\n",
                   "credentials.csv:1:0: the column effective_date is missing; is it \"effective_"
                   "dat\"?\n");
    expect_problem(NULL, "Provider,Kind,Standing\n",
                   "credentials.csv:1:0: the header names Provider, Kind, Standing; rename the "
                   "columns, or give their names under \"columns\" in layout.json\n");
    expect_problem(NULL, "NPI Number,License Type,status,Start Dt,Expiration_Date\n",
                   "the column end_date is missing; is it \"Expiration_Date\"?\n");
}

/* --- a policy's own words --- */

static void expect_policy_problem(const char *words, const char *wanted) {
    char text[4096];
    const char *at = strstr(roster_fixture_all_demands, "\"credential\":{");
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_not_null(at);
    at += strlen("\"credential\":{");
    snprintf(text, sizeof text, "%.*s\"status_words\":%s,%s",
             (int)(at - roster_fixture_all_demands), roster_fixture_all_demands, words, at);
    cg_problems_init(&problems);
    const enum cg_status status =
        cg_policy_load_text("policy", text, strlen(text), &policy, &problems, &err);
    cr_expect_eq(status, wanted == NULL ? CG_OK : CG_BAD_CONFIG, "%s", err.text);
    cr_expect(wanted == NULL || strstr(err.text, wanted) != NULL, "%s", err.text);
    cg_policy_free(policy);
    cg_problems_fini(&problems);
}

Test(roster_layout, a_policy_maps_words_and_each_to_one_status) {
    expect_policy_problem("{\"In force\":\"current\",\"Gone\":\"revoked\"}", NULL);
    expect_policy_problem("{\"Active\":\"limited\"}", NULL);
    expect_policy_problem("{\"lapsed\":\"current\"}", "is a status already");
    expect_policy_problem("{\"in-force\":\"current\",\"In Force\":\"lapsed\"}",
                          "stands for another status already");
    expect_policy_problem("{\"In force\":\"curent\"}", "current");
}
