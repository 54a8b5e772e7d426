#include "claimgate/record/field.h"
#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N        1234567893
#define OTHER    1000000004
#define AGENCY   1679576722
#define AGENCY_2 1000000012

static struct roster_fixture fixture;

static void set_up_ms(void) {
    roster_fixture_init(&fixture, "ms");
}

static void set_up_all(void) {
    roster_fixture_init(&fixture, roster_fixture_all_demands);
}

static void tear_down(void) {
    roster_fixture_fini(&fixture);
}

#define CREDENTIALS "npi,credential_type,status,effective_date,end_date\n"

static void load_credentials(const char *rows) {
    char text[4096];
    snprintf(text, sizeof text, CREDENTIALS "%s", rows);
    roster_fixture_write(&fixture, "credentials.csv", text);
    cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", fixture.err.text);
}

static const char *edit(const char *start, const char *end) {
    return roster_fixture_edit(&fixture, roster_fixture_line(&fixture, N, start, end));
}

TestSuite(credential_edits, .timeout = 60);

Test(credential_edits, the_first_failing_step_is_the_only_reason, .init = set_up_ms,
     .fini = tear_down) {
    const struct {
        const char *rows;
        const char *reason;
    } cases[] = {
        {"1000000004,CPSSP-MH,current,2020-01-01,\n", "provider_not_on_roster"},
        {"1234567893,CPSSP-MH,current,2020-01-01,\n", ""},
        {"1234567893,CPSSP-MH,limited,2020-01-01,\n", ""},
        {"1234567893,cpssp mh,CURRENT,2020-01-01,\n", ""},
        {"1234567893,CPSSP-MH,inactive,2020-01-01,\n", "credential_not_active"},
        {"1234567893,CPSSP-MH,lapsed,2020-01-01,\n", "credential_not_active"},
        {"1234567893,CPSSP-MH,pending,2020-01-01,\n", "credential_not_active"},
        {"1234567893,CPSSP-MH,suspended,2020-01-01,\n", "credential_suspended"},
        {"1234567893,CPSSP-MH,surrendered,2020-01-01,\n", "credential_suspended"},
        {"1234567893,CPSSP-MH,Revoked,2020-01-01,\n", "credential_suspended"},
        {"1234567893,RN,current,2020-01-01,\n", "credential_type_not_accepted"},
        {"1234567893,RN,suspended,2020-01-01,\n1234567893,CPSSP-MH,current,2020-01-01,\n",
         "credential_suspended"},
        {"1234567893,RN,suspended,2024-03-06,\n1234567893,CPSSP-MH,current,2020-01-01,\n", ""},
        {"1234567893,RN,suspended,2020-01-01,2024-03-04\n1234567893,CPSSP-MH,current,2020-01-01,\n",
         ""},
        {"1234567893,RN,suspended,2020-01-01,2024-03-05\n1234567893,CPSSP-MH,current,2020-01-01,\n",
         "credential_suspended"},
        {"1234567893,CPSSP-MH,current,2024-03-05,2024-03-05\n", ""},
        {"1234567893,CPSSP-MH,current,2024-03-06,\n", "credential_not_active"},
        {"1234567893,CPSSP-MH,current,2020-01-01,2024-03-04\n", "credential_not_active"},
        /* An accepted type counts for step 3 whatever its status, also a blocked one of another
           day. */
        {"1234567893,CPSSP-MH,revoked,2020-01-01,2020-02-01\n", "credential_not_active"},
        {"1234567893,RN,current,2020-01-01,\n1234567893,CPSSP-MH,lapsed,2020-01-01,\n",
         "credential_not_active"},
        {"1234567893,CPSSP-MH,current,2020-01-01,\n1234567893,CPSSP-MH,current,2020-01-01,\n", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        load_credentials(cases[i].rows);
        cr_expect_str_eq(edit("2024-03-05", NULL), cases[i].reason, "case %zu: %s", i,
                         edit("2024-03-05", NULL));
    }
}

Test(credential_edits, a_span_needs_every_day_and_rows_may_join, .init = set_up_ms,
     .fini = tear_down) {
    const char *joined = "1234567893,CPSSP-SU,current,2024-03-11,2024-03-20\n"
                         "1234567893,CPSSP-MH,current,2024-03-01,2024-03-10\n"
                         "1234567893,CPSSP-MH,limited,2024-03-05,2024-03-07\n"
                         "1234567893,RN,revoked,2024-04-01,\n";
    const struct {
        const char *start;
        const char *end;
        const char *reason;
    } cases[] = {
        {"2024-03-01", "2024-03-20", ""},
        {"2024-03-10", "2024-03-11", ""},
        {"2024-02-29", "2024-03-01", "credential_not_active"},
        {"2024-03-01", "2024-03-21", "credential_not_active"},
        {"2024-03-01", "2024-03-31", "credential_not_active"},
        {"2024-03-01", "2024-04-01", "credential_suspended"},
        {"2024-03-01", "2199-12-31", "credential_suspended"},
    };
    load_credentials(joined);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_str_eq(edit(cases[i].start, cases[i].end), cases[i].reason, "case %zu", i);
    }
}

Test(credential_edits, a_demand_that_is_off_is_not_tested_and_a_warning_lets_pass,
     .init = set_up_ms, .fini = tear_down) {
    const char *policy =
        "{\"id\":\"w\",\"title\":\"w\",\"versions\":[{\"effective\":\"2000-01-01\","
        "\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[],\"over_cap\":\"reject\","
        "\"span\":\"reject\",\"cap_exempt\":null,\"unknown_original\":\"warn\","
        "\"duplicate_service\":{\"severity\":\"warn\"},"
        "\"credential\":{\"types\":[\"CPSSP-MH\"],\"source\":\"t\","
        "\"training\":{\"severity\":\"warn\"},\"exam\":{\"severity\":\"off\",\"min_score\":75},"
        "\"age\":{\"severity\":\"reject\",\"min\":16,\"by_type\":{}}}}]}";
    struct roster_fixture warn;
    roster_fixture_init(&warn, policy);
    roster_fixture_write(&warn, "credentials.csv",
                         "npi,credential_type,status,effective_date,end_date,birth_date\n"
                         "1234567893,CPSSP-MH,current,2020-01-01,,\n");
    cr_assert_eq(roster_fixture_load(&warn), CG_OK, "%s", warn.err.text);
    struct cg_line line = roster_fixture_line(&warn, N, "2024-03-05", NULL);
    cg_credential_edits(warn.roster, &line);
    cr_expect_str_eq(roster_fixture_reasons(line.reasons), "provider_age");
    cr_expect_str_eq(roster_fixture_reasons(line.warnings), "training_not_completed");
    /* After a failed step nothing further is tested. */
    line = roster_fixture_line(&warn, OTHER, "2024-03-05", NULL);
    cg_credential_edits(warn.roster, &line);
    cr_expect_str_eq(roster_fixture_reasons(line.reasons), "provider_not_on_roster");
    cr_expect_eq(line.warnings, 0);
    roster_fixture_fini(&warn);
}

/* --- Further demands: each case changes one thing in a roster that meets them all. --- */

struct demand_case {
    const char *credential; /* NULL: the good row */
    const char *education;
    const char *employment;
    const char *agencies;
    const char *supervision;
    const char *modifier; /* NULL: none */
    uint64_t billing_npi;
    const char *reasons;
};

#define GOOD_CREDENTIAL  "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,75,1980-05-17\n"
#define GOOD_EDUCATION   "1234567893,2023,10,3,2023-12-31\n"
#define GOOD_EMPLOYMENT  "1234567893,1679576722,2020-01-01,\n"
#define GOOD_AGENCY      "1679576722,DMH,2020-01-01,\n"
#define GOOD_SUPERVISION "1234567893,S-1,2020-01-01,,MHP,2019-01-01,1,1\n"

static const char *or_good(const char *text, const char *good) {
    return text == NULL ? good : text;
}

static void write_all(const struct demand_case *demand) {
    char text[8192];
    snprintf(
        text, sizeof text,
        "npi,credential_type,status,effective_date,end_date,training_completed_date,exam_score,"
        "birth_date\n%s",
        or_good(demand->credential, GOOD_CREDENTIAL));
    roster_fixture_write(&fixture, "credentials.csv", text);
    snprintf(text, sizeof text, "npi,year,hours,ethics_hours,reported_date\n%s",
             or_good(demand->education, GOOD_EDUCATION));
    roster_fixture_write(&fixture, "continuing_education.csv", text);
    snprintf(text, sizeof text, "npi,agency_npi,effective_date,end_date\n%s",
             or_good(demand->employment, GOOD_EMPLOYMENT));
    roster_fixture_write(&fixture, "employment.csv", text);
    snprintf(text, sizeof text, "agency_npi,certification,effective_date,end_date\n%s",
             or_good(demand->agencies, GOOD_AGENCY));
    roster_fixture_write(&fixture, "agencies.csv", text);
    snprintf(text, sizeof text,
             "npi,supervisor_id,effective_date,end_date,supervisor_credential,"
             "supervisor_training_date,fte,supervisor_fte\n%s",
             or_good(demand->supervision, GOOD_SUPERVISION));
    roster_fixture_write(&fixture, "supervision.csv", text);
    roster_fixture_write(&fixture, "authorizations.csv",
                         "authorization_number,member_id,hcpcs_code,effective_date,end_date\n");
}

static struct cg_line demand_line(const struct demand_case *demand, const char *start,
                                  const char *end) {
    struct cg_line line = roster_fixture_line(&fixture, N, start, end);
    line.billing_npi = demand->billing_npi;
    for (const char *at = demand->modifier; at != NULL && at[0] != '\0'; at += 2) {
        line.modifiers =
            cg_modifiers_append(line.modifiers, cg_field_modifier((struct cg_text){at, 2}));
    }
    return line;
}

static void expect_demands(const struct demand_case *cases, size_t count, const char *start,
                           const char *end) {
    for (size_t i = 0; i < count; i++) {
        write_all(&cases[i]);
        cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "case %zu: %s", i, fixture.err.text);
        const char *found = roster_fixture_edit(&fixture, demand_line(&cases[i], start, end));
        cr_expect_str_eq(found, cases[i].reasons, "case %zu: \"%s\" instead of \"%s\"", i, found,
                         cases[i].reasons);
    }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NINE_PEOPLE                                                                                \
    "1000000004,S-1,2020-01-01,,MHP,,1,1\n1000000012,S-1,2020-01-01,,MHP,,1,1\n"                   \
    "1000000020,S-1,2020-01-01,,MHP,,1,1\n1000000038,S-1,2020-01-01,,MHP,,1,1\n"                   \
    "1000000046,S-1,2020-01-01,,LPC,,1,1\n1000000053,S-1,2020-01-01,,MHP,,1,1\n"                   \
    "1000000061,S-1,2020-01-01,,MHP,,1,1\n1000000079,S-1,2020-01-01,,MHP,,1,1\n"

Test(credential_edits, each_demand_has_its_own_reason, .init = set_up_all, .fini = tear_down) {
    const struct demand_case cases[] = {
        {.reasons = ""},
        {.billing_npi = AGENCY, .reasons = ""},
        /* training */
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2024-03-05,75,1980-05-17\n",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2024-03-06,75,1980-05-17\n",
         .reasons = "training_not_completed"},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,,75,1980-05-17\n",
         .reasons = "training_not_completed"},
        /* exam */
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,74.999,1980-05-17\n",
         .reasons = "exam_not_passed"},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,75.0,1980-05-17\n",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,,1980-05-17\n",
         .reasons = "exam_not_passed"},
        /* age */
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,75,2008-03-05\n",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,75,2008-03-06\n",
         .reasons = "provider_age"},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2019-06-01,75,\n",
         .reasons = "provider_age"},
        {.credential = "1234567893,CPSSP-Y,current,2020-01-01,,2019-06-01,75,2006-03-05\n",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-Y,current,2020-01-01,,2019-06-01,75,2006-03-06\n",
         .reasons = "provider_age"},
        {.credential = "1234567893,CPSSP-Y,current,2020-01-01,,2019-06-01,75,1997-03-06\n",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-Y,current,2020-01-01,,2019-06-01,75,1997-03-05\n",
         .reasons = "provider_age"},
        /* designation; two mapped modifiers may be met by two rows, one that nobody maps by none */
        {.modifier = "HE", .reasons = ""},
        {.modifier = "HQ", .reasons = ""},
        {.modifier = "HF", .reasons = "designation_mismatch"},
        {.modifier = "HEHF", .reasons = "designation_mismatch"},
        {.credential =
             GOOD_CREDENTIAL "1234567893,CPSSP-SU,current,2020-01-01,,2019-06-01,75,1980-05-17\n",
         .modifier = "HEHF",
         .reasons = ""},
        {.credential =
             GOOD_CREDENTIAL "1234567893,CPSSP-SU,lapsed,2020-01-01,,2019-06-01,75,1980-05-17\n",
         .modifier = "HF",
         .reasons = "designation_mismatch"},
        /* several demands may be met by several rows, but only by granting ones that hold the day
         */
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,,75,\n"
                       "1234567893,CPSSP-SU,current,2020-01-01,,2019-06-01,,1980-05-17\n",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,,75,1980-05-17\n"
                       "1234567893,CPSSP-SU,lapsed,2020-01-01,,2019-06-01,75,1980-05-17\n",
         .reasons = "training_not_completed"},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,,75,1980-05-17\n"
                       "1234567893,RN,current,2020-01-01,,2019-06-01,75,1980-05-17\n",
         .reasons = "training_not_completed"},
        /* continuing education of 2023 for service in 2024 */
        {.education = "", .reasons = "continuing_education_short"},
        {.education = "1234567893,2023,9.999,3,2023-12-31\n",
         .reasons = "continuing_education_short"},
        {.education = "1234567893,2023,10,2.5,2023-12-31\n",
         .reasons = "continuing_education_short"},
        {.education = "1234567893,2023,6.5,1,2023-06-30\n1234567893,2023,3.5,2,2023-12-31\n",
         .reasons = ""},
        {.education = "1234567893,2023,10,3,2024-01-01\n", .reasons = "continuing_education_short"},
        {.education = "1234567893,2023,10,3,\n", .reasons = "continuing_education_short"},
        {.education = "1234567893,2022,10,3,2022-12-31\n1234567893,2024,10,3,2024-01-31\n",
         .reasons = "continuing_education_short"},
        {.education = "1000000004,2023,10,3,2023-12-31\n", .reasons = "continuing_education_short"},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2023-01-01,75,1980-05-17\n",
         .education = "",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2022-12-31,75,1980-05-17\n",
         .education = "",
         .reasons = "continuing_education_short"},
        /* employment: that agency is the billing one; a blank one is any employer */
        {.employment = "", .reasons = "not_employed"},
        {.employment = "", .agencies = "", .reasons = "not_employed"},
        {.employment = "1234567893,1679576722,2020-01-01,2024-03-04\n", .reasons = "not_employed"},
        {.billing_npi = AGENCY_2, .reasons = "not_employed;agency_not_certified"},
        {.billing_npi = AGENCY_2,
         .agencies = "1000000012,DMH,2020-01-01,\n",
         .reasons = "not_employed"},
        {.billing_npi = AGENCY, .agencies = "", .reasons = "agency_not_certified"},
        {.billing_npi = AGENCY,
         .agencies = "1679576722,CMHSP,2020-01-01,\n1679576722,D M-h,2020-01-01,2024-03-04\n",
         .reasons = "agency_not_certified"},
        {.billing_npi = AGENCY, .agencies = "1679576722,d m-h,2024-03-05,\n", .reasons = ""},
        {.agencies = "1000000012,DMH,2020-01-01,\n", .reasons = "agency_not_certified"},
        {.employment = GOOD_EMPLOYMENT "1234567893,1000000012,2020-01-01,\n",
         .agencies = "1000000012,DMH,2020-01-01,\n",
         .reasons = ""},
        /* supervision */
        {.supervision = "", .reasons = "supervision_missing"},
        {.supervision = "1234567893,S-1,2020-01-01,,LPC,,,\n", .reasons = "supervision_missing"},
        {.supervision = "1234567893,S-1,2024-03-06,,MHP,,,\n", .reasons = "supervision_missing"},
        {.supervision = "1234567893,S-1,2020-01-01,,m h p,2024-03-06,1,1\n",
         .reasons = "supervisor_not_trained"},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,,1,1\n",
         .reasons = "supervisor_not_trained"},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,2019-01-01,,1\n",
         .reasons = "supervisor_over_ratio"},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,2019-01-01,1,\n",
         .reasons = "supervisor_over_ratio"},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,2019-01-01,0.001,0\n",
         .reasons = "supervisor_over_ratio"},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,2019-01-01,0.9,0.1\n", .reasons = ""},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,2019-01-01,0.901,0.1\n",
         .reasons = "supervisor_over_ratio"},
        {.supervision = GOOD_SUPERVISION NINE_PEOPLE, .reasons = ""},
        {.supervision = GOOD_SUPERVISION NINE_PEOPLE "1000000087,S-1,2020-01-01,,MHP,,0.001,1\n",
         .reasons = "supervisor_over_ratio"},
        {.supervision =
             GOOD_SUPERVISION NINE_PEOPLE "1000000087,S-1,2020-01-01,2024-03-04,MHP,,1,1\n",
         .reasons = ""},
        {.supervision = GOOD_SUPERVISION NINE_PEOPLE "1000000087,s-1,2020-01-01,,MHP,,1,1\n",
         .reasons = ""},
        {.supervision = GOOD_SUPERVISION NINE_PEOPLE "1000000087,S-1,2020-01-01,,MHP,,,1\n",
         .reasons = "supervisor_over_ratio"},
        /* training and ratio are each met by any accepted row */
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,2019-01-01,10,1\n"
                        "1234567893,S-2,2020-01-01,,MHP,,1,1\n",
         .reasons = ""},
        {.supervision = "1234567893,S-1,2020-01-01,,MHP,,10,1\n"
                        "1234567893,S-2,2020-01-01,,LPC,2019-01-01,1,1\n",
         .reasons = "supervisor_not_trained;supervisor_over_ratio"},
        /* all at once, in their order */
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,,,\n",
         .education = "",
         .employment = "",
         .agencies = "",
         .supervision = "",
         .modifier = "HF",
         .reasons = "training_not_completed;exam_not_passed;provider_age;designation_mismatch;"
                    "continuing_education_short;not_employed;supervision_missing"},
    };
    expect_demands(cases, COUNT(cases), "2024-03-05", NULL);
}

Test(credential_edits, supervision_that_is_off_asks_for_no_file_and_no_ratio, .fini = tear_down) {
    static const char on[] = "\"supervision\":{\"severity\":\"reject\"";
    const char *at = strstr(roster_fixture_all_demands, on);
    char policy[8192];
    char path[128];
    cr_assert_not_null(at);
    snprintf(policy, sizeof policy, "%.*s\"supervision\":{\"severity\":\"off\"%s",
             (int)(at - roster_fixture_all_demands), roster_fixture_all_demands,
             at + sizeof on - 1);
    cr_assert_not_null(strstr(policy, "\"ratio_severity\":\"reject\""));
    const struct demand_case good = {.reasons = ""};
    roster_fixture_init(&fixture, policy);
    write_all(&good);
    snprintf(path, sizeof path, "%s/supervision.csv", fixture.dir);
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", fixture.err.text);
    cr_expect_str_eq(roster_fixture_edit(&fixture, demand_line(&good, "2024-03-05", NULL)), "");
}

Test(credential_edits, on_a_span_a_demand_is_met_on_every_day, .init = set_up_all,
     .fini = tear_down) {
    const struct demand_case cases[] = {
        {.reasons = "continuing_education_short"}, /* nothing was reported for 2024 */
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n", .reasons = ""},
        {.credential = "1234567893,CPSSP-MH,current,2020-01-01,,2024-12-31,75,1980-05-17\n",
         .education = "",
         .reasons = "training_not_completed"},
        {.credential = "1234567893,CPSSP-Y,current,2020-01-01,2024-12-31,2023-06-01,75,1998-01-01\n"
                       "1234567893,CPSSP-MH,current,2025-01-01,,2024-06-01,75,1998-01-01\n",
         .education = "",
         .reasons = ""},
        {.credential = "1234567893,CPSSP-Y,current,2020-01-01,,2024-06-01,75,1998-01-01\n",
         .reasons = "provider_age"},
        /* An employer on every day, and one that is certified on each of them. */
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n",
         .employment = "1234567893,1679576722,2020-01-01,2024-12-31\n"
                       "1234567893,1000000012,2025-01-01,\n",
         .agencies = "1679576722,DMH,2020-01-01,2024-12-31\n1000000012,DMH,2025-01-01,\n",
         .reasons = ""},
        /* Only days with an employer ask for a certified one. */
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n",
         .employment = "1234567893,1679576722,2020-01-01,2024-12-30\n"
                       "1234567893,1679576722,2025-01-01,\n",
         .agencies = "1679576722,DMH,2020-01-01,2024-12-30\n1679576722,DMH,2025-01-01,\n",
         .reasons = "not_employed"},
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n",
         .employment = "1234567893,1679576722,2020-01-01,2024-12-30\n"
                       "1234567893,1679576722,2025-01-01,\n",
         .agencies = "1679576722,DMH,2020-01-01,2024-12-30\n",
         .reasons = "not_employed;agency_not_certified"},
        /* Over the ratio on one day in the middle. */
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n",
         .supervision = GOOD_SUPERVISION "1000000004,S-1,2024-12-31,2024-12-31,MHP,,8.5,1\n",
         .reasons = "supervisor_over_ratio"},
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n",
         .supervision = GOOD_SUPERVISION "1000000004,S-1,2024-12-31,2024-12-31,MHP,,8,1\n",
         .reasons = ""},
    };
    expect_demands(cases, COUNT(cases), "2024-12-20", "2025-01-01");
}

Test(credential_edits, a_span_of_centuries_is_no_work, .init = set_up_all, .fini = tear_down) {
    const struct demand_case demand = {.reasons = ""};
    write_all(&demand);
    cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", fixture.err.text);
    for (int i = 0; i < 1000; i++) {
        cr_assert_str_eq(
            roster_fixture_edit(&fixture, demand_line(&demand, "2020-01-01", "2199-12-31")),
            "continuing_education_short");
    }
}

Test(credential_edits, each_version_has_its_own_types_and_demands) {
    const char *policy =
        "{\"id\":\"v\",\"title\":\"v\",\"versions\":["
        "{\"effective\":\"2020-01-01\",\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[],"
        "\"over_cap\":\"reject\",\"span\":\"reject\",\"cap_exempt\":null,"
        "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"warn\"},"
        "\"credential\":{\"types\":[\"OLD\"],\"source\":\"t\"}},"
        "{\"effective\":\"2023-01-01\",\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[],"
        "\"over_cap\":\"reject\",\"span\":\"reject\",\"cap_exempt\":null,"
        "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"warn\"},"
        "\"credential\":{\"types\":[\"NEW\"],\"source\":\"t\","
        "\"training\":{\"severity\":\"reject\"}}}]}";
    struct roster_fixture two;
    roster_fixture_init(&two, policy);
    roster_fixture_write(&two, "credentials.csv",
                         "npi,credential_type,status,effective_date,end_date\n"
                         "1234567893,OLD,current,2019-01-01,\n"
                         "1000000004,NEW,current,2019-01-01,\n");
    cr_assert_eq(roster_fixture_load(&two), CG_OK, "%s", two.err.text);
    const struct {
        uint64_t npi;
        const char *day;
        const char *reason;
    } cases[] = {
        {N, "2022-12-31", ""},
        {N, "2023-01-01", "credential_type_not_accepted"},
        {OTHER, "2022-12-31", "credential_type_not_accepted"},
        {OTHER, "2023-01-01", "training_not_completed"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_str_eq(
            roster_fixture_edit(&two, roster_fixture_line(&two, cases[i].npi, cases[i].day, NULL)),
            cases[i].reason, "case %zu", i);
    }
    uint64_t rows = 0;
    cr_expect_null(cg_roster_unnamed_type(two.roster, 0, &rows));
    roster_fixture_fini(&two);
}
