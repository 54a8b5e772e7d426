#include "claimgate/record/field.h"
#include "gate/credential_edits.h"
#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N     1234567893
#define OTHER 1000000004

static struct roster_fixture fixture;

static void set_up_ms(void) {
    roster_fixture_init(&fixture, "ms");
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
