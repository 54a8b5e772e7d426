#include "support/roster_fixture.h"

#include "claimgate/rules/roster_tables.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define CREDENTIALS                                                                                \
    "npi,credential_type,status,effective_date,end_date\n1234567893,CPSSP-MH,current,2020-01-01,"  \
    "\n"
#define HEADER "member_id,person_id,effective_date,end_date\n"

static struct roster_fixture fixture;
static const char policy_text[] =
    "{\"id\":\"all\",\"title\":\"t\",\"member_crosswalk\":true,\"versions\":[{"
    "\"effective\":\"2000-01-01\",\"procedures\":[{\"code\":\"H0038\"}],\"caps\":[],"
    "\"over_cap\":\"reject\",\"span\":\"split\",\"cap_exempt\":null,"
    "\"unknown_original\":\"warn\",\"duplicate_service\":{\"severity\":\"warn\"},"
    "\"credential\":{\"types\":[\"CPSSP-MH\"],\"source\":\"test\"}}]}";

static void set_up(void) {
    roster_fixture_init(&fixture, policy_text);
    roster_fixture_write(&fixture, "credentials.csv", CREDENTIALS);
}

static void tear_down(void) {
    roster_fixture_fini(&fixture);
}

TestSuite(roster_members, .init = set_up, .fini = tear_down);

static void load(const char *members) {
    roster_fixture_write(&fixture, "members.csv", members);
    (void)!roster_fixture_load(&fixture);
}

/* The person of an id, "-" for none. */
static const char *person(const char *id, const char *day) {
    static char out[128];
    uint32_t id_no = 0;
    const struct cg_key key = cg_key_of(cg_text_of(id));
    const int32_t day_no = day == NULL ? CG_DAY_NONE : roster_fixture_day(day);
    const struct cg_key *found = cg_roster_person(fixture.roster, &key, day_no, &id_no);
    cr_expect_eq(found == NULL, id_no == 0);
    if (found == NULL) {
        return "-";
    }
    const struct cg_text text = cg_key_text(found);
    snprintf(out, sizeof out, "%.*s", (int)text.len, text.ptr);
    return out;
}

Test(roster_members, an_id_is_its_person_s_on_the_days_of_the_row) {
    load(HEADER "M1,P1,2020-01-01,2020-12-31\nM1,P2,2021-01-01,\nM2,P2,2000-01-01,9999-12-31\n"
                "12345678901234567890,A-person-with-a-long-id,2020-01-01,\n");
    cr_assert_eq(fixture.problems.total, 0, "%s", roster_fixture_problems(&fixture));
    cr_expect_str_eq(person("M1", "2019-12-31"), "-");
    cr_expect_str_eq(person("M1", "2020-06-01"), "P1");
    cr_expect_str_eq(person("M1", "2021-01-01"), "P2");
    cr_expect_str_eq(person("M2", "2024-01-01"), "P2");
    cr_expect_str_eq(person("m2", "2024-01-01"), "-");
    cr_expect_str_eq(person("M3", "2024-01-01"), "-");
    cr_expect_str_eq(person("12345678901234567890", "2024-01-01"), "A-person-with-a-long-id");
    cr_expect_str_eq(person("M1", NULL), "P2");
}

Test(roster_members, an_id_that_is_two_persons_on_one_day_is_a_problem_without_the_id) {
    load(HEADER "M1,P1,2020-01-01,\nM1,P2,2021-01-01,\n");
    cr_expect_not_null(
        strstr(roster_fixture_problems(&fixture),
               "members.csv:3:0: on some days this row gives its member_id to another person "
               "than line 2 does"),
        "%s", roster_fixture_problems(&fixture));
    cr_expect_null(strstr(roster_fixture_problems(&fixture), "M1"));
    load(HEADER "M1,P1,2020-01-01,\nM1,P1,2020-01-05,2020-01-06\nM1,P2,2021-01-01,2021-01-01\n");
    cr_expect_eq(fixture.problems.total, 1, "%s", roster_fixture_problems(&fixture));
    load(HEADER "M1,P1,2020-01-01,\nM1,P1,2020-01-01,\nM2,P2,2021-01-01,\n");
    cr_expect_eq(fixture.problems.total, 0, "%s", roster_fixture_problems(&fixture));
}

Test(roster_members, bad_rows_show_no_id) {
    load(HEADER "2.02501E+14,P1,2020-01-01,\nM1,,2020-01-01,\nM1,P1,,\n");
    cr_expect_eq(fixture.problems.total, 3, "%s", roster_fixture_problems(&fixture));
    cr_expect_null(strstr(roster_fixture_problems(&fixture), "2.02501"));
    cr_expect_not_null(strstr(roster_fixture_problems(&fixture), ":2:1: member_id must have"));
}

Test(roster_members, the_file_is_needed_where_the_policy_says_so) {
    (void)!roster_fixture_load(&fixture);
    cr_expect_not_null(strstr(roster_fixture_problems(&fixture), "member_crosswalk"), "%s",
                       roster_fixture_problems(&fixture));
}
