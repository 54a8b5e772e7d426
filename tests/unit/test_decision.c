#include "claimgate/report/decision.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const windowed =
    "{\"id\": \"t\", \"title\": \"t\", \"versions\": [{\"effective\": \"2012-07-01\", "
    "\"procedures\": [{\"code\": \"H0038\"}], \"caps\": [{\"id\": \"monthly\", "
    "\"period\": \"rolling_months\", \"months\": 1, \"limit\": 10, \"carc\": \"119\", "
    "\"rarc\": \"N362\", \"source\": \"test\"}], \"over_cap\": \"reject\", \"span\": \"reject\", "
    "\"timely_filing_days\": 365, \"cap_exempt\": null, \"unknown_original\": \"warn\", "
    "\"duplicate_service\": {\"severity\": \"off\"}, "
    "\"credential\": {\"types\": [\"CPSSP-MH\"], \"source\": \"test\"}}]}";

static struct cg_policy *policy;
static struct cg_decision_view view;
static struct cg_page page;

static int32_t day(const char *text) {
    return cg_date_parse(text, strlen(text), CG_DATE_ISO);
}

static void setup(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    cg_problems_init(&problems);
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_policy_load_text("t", windowed, strlen(windowed), &policy, &problems, &err),
                 CG_OK, "%s", problems.count > 0 ? problems.list[0].text : err.text);
    cg_problems_fini(&problems);
    cg_page_open(&page, CG_PAGE_TEXT);
}

static void teardown(void) {
    cg_page_fini(&page);
    cg_policy_free(policy);
}

TestSuite(decision, .init = setup, .fini = teardown);

/* 8 units on 10 January where 1 was used in the month before and 8 in one that ends later. */
static struct cg_ledger_decision rejected_row(void) {
    return (struct cg_ledger_decision){
        .run_no = 3,
        .source_line = 4,
        .started_at = "2025-02-01T00:00:00Z",
        .source_file = "in.csv",
        .member_id = "M1",
        .claim_id = "B",
        .original_claim_id = "",
        .start_day = day("2025-01-10"),
        .end_day = day("2025-01-10"),
        .procedure = "H0038",
        .modifiers = "",
        .units = 8,
        .frequency = CG_ORIGINAL,
        .decision = CG_REJECTED,
        .reasons = "late_filing;monthly_cap",
        .cap_used = {1},
        .units_used = 8,
        .units_available = 2,
        .cap_day = day("2025-01-20"),
        .detail = "The claim was received 400 days after the service.",
        .taken_back_by = "",
    };
}

static void show(const struct cg_ledger_decision *row) {
    struct cg_error err = CG_ERROR_INIT;
    cg_decision_of_row(row, policy, &view);
    cg_decision_put_record(&page, &view);
    cg_page_say(&page, "%c", '\0');
    cr_assert_eq(cg_page_close(&page, CG_OK, &err), CG_OK);
}

static void expect(const char *said) {
    cr_expect_not_null(strstr(page.text.data, said), "no \"%s\" in:\n%s", said, page.text.data);
}

Test(decision, a_row_tells_the_sentence_and_the_period_that_failed) {
    const struct cg_ledger_decision row = rejected_row();
    show(&row);
    expect("  reason      late_filing (CO 29");
    expect("              The claim was received 400 days after the service.\n");
    expect("  reason      monthly_cap (CO 119 N362)\n"
           "              The units go over a limit of the policy.\n");
    expect("  monthly     8 of 10 units used before, in the\n"
           "              1 month 2024-12-21 to 2025-01-20\n");
    cr_expect_eq(view.caps[0].left, 2);
    cr_expect_eq(view.caps[0].asked, 8);
    cr_expect(view.caps[0].failed);
}

Test(decision, a_row_of_an_older_ledger_tells_the_reason_and_the_period_of_the_start) {
    struct cg_ledger_decision row = rejected_row();
    row.cap_day = CG_DAY_NONE;
    row.detail = "";
    show(&row);
    expect("  reason      late_filing (CO 29");
    expect("  monthly     1 of 10 units used before, in the\n"
           "              1 month 2024-12-11 to 2025-01-10\n");
    cr_expect_eq(view.caps[0].left, 9);
}

Test(decision, an_imported_line_has_no_policy_and_no_caps) {
    struct cg_ledger_decision row = rejected_row();
    row.imported = true;
    row.decision = CG_ACCEPTED;
    row.reasons = "";
    cg_decision_of_row(&row, NULL, &view);
    cr_expect_null(view.policy_id);
    cr_expect_eq(view.cap_count, 0);
    cr_expect_eq(view.reason_count, 0);
}

Test(decision, a_reason_of_another_program_is_shown_by_its_name) {
    struct cg_ledger_decision row = rejected_row();
    row.reasons = "moon_phase";
    row.detail = "";
    show(&row);
    expect("  reason      moon_phase (");
}
