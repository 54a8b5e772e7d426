#include "claimgate/rules/roster_remarks.h"

#include "support/roster_fixture.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct roster_fixture fixture;
static char told[4096];

static void set_up(void) {
    roster_fixture_init(&fixture, "ms");
}

static void tear_down(void) {
    roster_fixture_fini(&fixture);
}

TestSuite(roster_remarks, .init = set_up, .fini = tear_down);

static bool note(void *context, const struct cg_roster_remark *remark) {
    static const char *const kinds[] = {"same row", "overlap", "statuses"};
    char first[CG_DATE_TEXT_BYTES], last[CG_DATE_TEXT_BYTES];
    const size_t used = strlen(told);
    int *left = context;
    snprintf(told + used, sizeof told - used, "%s %" PRIu64 " %s/%s %s/%s %s..%s %s\n",
             kinds[remark->kind], remark->npi, remark->type, remark->other_type,
             cg_credential_status_words[remark->status],
             cg_credential_status_words[remark->other_status],
             cg_date_format(remark->first_day, first), cg_date_format(remark->last_day, last),
             remark->kind != CG_REMARK_STATUSES ? "-"
             : remark->wins == CG_CREDENTIAL_STATUS_COUNT
                 ? "same"
                 : cg_credential_status_words[remark->wins]);
    return --*left > 0;
}

static const char *remarks_on(const char *rows, int most) {
    char text[2048];
    snprintf(text, sizeof text, "npi,credential_type,status,effective_date,end_date\n%s", rows);
    roster_fixture_write(&fixture, "credentials.csv", text);
    cr_assert_eq(roster_fixture_load(&fixture), CG_OK, "%s", roster_fixture_problems(&fixture));
    told[0] = '\0';
    cg_roster_remarks(fixture.roster, note, &most);
    return told;
}

#define ROW(rest) "1234567893,CPSSP-MH," rest "\n"

Test(roster_remarks, spans_that_meet_without_a_common_day_are_in_order) {
    cr_expect_str_eq(
        remarks_on(ROW("current,2020-01-01,2020-12-31") ROW("lapsed,2021-01-01,") ROW(
                       "current,2019-01-01,2019-12-31") "1245319599,CPSSP-MH,current,2020-01-01,\n",
                   99),
        "");
}

Test(roster_remarks, the_same_row_twice_is_told_once_for_each_further_time) {
    cr_expect_str_eq(remarks_on(ROW("current,2020-01-01,") ROW("current,2020-01-01,")
                                    ROW("current,2020-01-01,"),
                                99),
                     "same row 1234567893 CPSSP-MH/CPSSP-MH current/current 2020-01-01..open -\n"
                     "same row 1234567893 CPSSP-MH/CPSSP-MH current/current 2020-01-01..open -\n");
}

Test(roster_remarks, overlapping_spans_are_told_with_their_common_days) {
    cr_expect_str_eq(
        remarks_on(ROW("current,2020-01-01,2021-03-31") ROW("current,2021-01-01,"), 99),
        "overlap 1234567893 CPSSP-MH/CPSSP-MH current/current 2021-01-01..2021-03-31 "
        "-\n");
}

Test(roster_remarks, of_two_statuses_on_a_day_the_one_that_decides_is_told) {
    cr_expect_str_eq(remarks_on(ROW("current,2020-01-01,") ROW("lapsed,2021-01-01,2021-12-31"), 99),
                     "statuses 1234567893 CPSSP-MH/CPSSP-MH current/lapsed 2021-01-01..2021-12-31 "
                     "current\n");
    cr_expect_str_eq(remarks_on(ROW("suspended,2020-01-01,") ROW("current,2021-01-01,"), 99),
                     "statuses 1234567893 CPSSP-MH/CPSSP-MH suspended/current 2021-01-01..open "
                     "suspended\n");
    cr_expect_str_eq(
        remarks_on(ROW("lapsed,2020-01-01,") ROW("inactive,2021-01-01,"), 99),
        "statuses 1234567893 CPSSP-MH/CPSSP-MH lapsed/inactive 2021-01-01..open same\n");
}

Test(roster_remarks, types_live_side_by_side_but_a_block_of_one_stops_the_other) {
    cr_expect_str_eq(
        remarks_on(ROW("current,2020-01-01,") "1234567893,CPSSP-SU,lapsed,2020-01-01,\n"
                                              "1234567893,CPSSP-Y,current,2020-01-01,\n",
                   99),
        "");
    cr_expect_str_eq(
        remarks_on(ROW("current,2020-01-01,") "1234567893,CPSSP-SU,revoked,2022-01-01,\n", 99),
        "statuses 1234567893 CPSSP-MH/CPSSP-SU current/revoked 2022-01-01..open revoked\n");
}

Test(roster_remarks, telling_ends_when_nobody_listens_any_more) {
    remarks_on(ROW("current,2020-01-01,") ROW("current,2020-01-01,") ROW("current,2020-01-01,"), 1);
    cr_expect_eq(strchr(told, '\n'), told + strlen(told) - 1);
}

static uint64_t unclosed_of(const char *rows) {
    (void)remarks_on(rows, 99);
    return cg_roster_unclosed(fixture.roster);
}

Test(roster_remarks, a_granting_row_left_open_beside_a_later_one_that_withholds_is_counted) {
    static const char *const withholding[] = {"lapsed", "inactive", "pending"};
    for (size_t i = 0; i < sizeof withholding / sizeof withholding[0]; i++) {
        char rows[256];
        snprintf(rows, sizeof rows,
                 ROW("current,2020-01-01,") ROW("%s,2021-01-01,") ROW("current,2022-01-01,"),
                 withholding[i]);
        cr_expect_eq(unclosed_of(rows), 1, "%s", withholding[i]);
    }
}

Test(roster_remarks, rows_that_end_block_or_are_of_other_types_and_people_are_not_left_open) {
    cr_expect_eq(unclosed_of(ROW("current,2020-01-01,2021-06-30") ROW("lapsed,2021-01-01,")), 0);
    cr_expect_eq(unclosed_of(ROW("current,2020-01-01,") ROW("suspended,2021-01-01,")), 0);
    cr_expect_eq(unclosed_of(ROW("current,2020-01-01,") ROW("limited,2021-01-01,")), 0);
    cr_expect_eq(unclosed_of(ROW("lapsed,2020-01-01,") ROW("current,2021-01-01,")), 0);
    cr_expect_eq(unclosed_of(ROW("current,2020-01-01,") "1234567893,CPSSP-SU,lapsed,2021-01-01,\n"),
                 0);
    cr_expect_eq(unclosed_of("1234567893,CNA,current,2020-01-01,\n"
                             "1234567893,CNA,lapsed,2021-01-01,\n"),
                 0);
    cr_expect_eq(unclosed_of(ROW("current,2020-01-01,") "1245319599,CPSSP-MH,lapsed,2021-01-01,\n"),
                 0);
}
