/*
 * The further demands that a policy can make of a rendering provider: each case changes one thing
 * in a roster that meets them all.
 */
#include "claimgate/record/field.h"
#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define N        1234567893
#define AGENCY   1679576722
#define AGENCY_2 1000000012

static struct roster_fixture fixture;

static void set_up_all(void) {
    roster_fixture_init(&fixture, roster_fixture_all_demands);
}

static void tear_down(void) {
    roster_fixture_fini(&fixture);
}

TestSuite(credential_demands, .timeout = 60);

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

Test(credential_demands, each_demand_has_its_own_reason, .init = set_up_all, .fini = tear_down) {
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

Test(credential_demands, supervision_that_is_off_asks_for_no_file_and_no_ratio, .fini = tear_down) {
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

Test(credential_demands, on_a_span_a_demand_is_met_on_every_day, .init = set_up_all,
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
        /* The next employer, who is not certified, comes behind the line's last day. */
        {.education = GOOD_EDUCATION "1234567893,2024,10,3,2024-12-31\n",
         .employment = "1234567893,1679576722,2020-01-01,2024-12-30\n"
                       "1234567893,1000000012,2025-01-02,\n",
         .reasons = "not_employed"},
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

Test(credential_demands, a_span_of_centuries_is_no_work, .init = set_up_all, .fini = tear_down) {
    const struct demand_case demand = {.reasons = ""};
    write_all(&demand);
    cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", fixture.err.text);
    for (int i = 0; i < 1000; i++) {
        cr_assert_str_eq(
            roster_fixture_edit(&fixture, demand_line(&demand, "2020-01-01", "2199-12-31")),
            "continuing_education_short");
    }
}
