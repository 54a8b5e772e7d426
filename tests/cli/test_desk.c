/*
 * Answers for the desk: a provider, credentials that run out, a plan of units, two policies.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H                                                                                          \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi\n"

static struct scene scene;
static const char *ledger;
static const char *roster;

static void setup(void) {
    static const char rows[] = "npi,credential_type,status,effective_date,end_date\n"
                               "1000000004,CPSSP-MH,current,2020-01-01,2025-03-31\n"
                               "1000000004,CPSSP-MH,lapsed,2025-04-01,\n"
                               "1000000012,CPSS,current,2020-01-01,2025-02-28\n"
                               "1000000020,CPSS,current,2020-01-01,\n";
    static const char night[] = H "A,1,M1,2025-01-06,H0038,4,1000000004\n"
                                  "B,1,M1,2025-01-06,H0038,4,1000000004\n"
                                  "C,1,M2,2025-02-07,H0038,5,1000000004\n";
    struct run run;
    scene_make(&scene);
    ledger = scene_path(&scene, "ledger");
    roster = scene_path(&scene, "roster");
    const char *const mkdir[] = {"mkdir", roster, NULL};
    run_program(mkdir, NULL, &run);
    run_fini(&run);
    run_write_file(scene_path(&scene, "roster/credentials.csv"), rows, sizeof rows - 1);
    scene_expect_success((const char *[]){scene_file(&scene, "n.csv", night, sizeof night - 1),
                                          "--roster", roster, "--ledger", ledger, "--out",
                                          scene_path(&scene, "out"), NULL},
                         NULL);
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(desk, .init = setup, .fini = teardown, .timeout = 60);

static void ask(struct run *run, int exit_code, const char *const words[]) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[i + 1] = words[i];
    }
    run_program(argv, NULL, run);
    cr_assert_eq(run->exit_code, exit_code, "%s: exit %d: %s", words[0], run->exit_code, run->err);
}
#define ASK(run, exit_code, ...) ask(run, exit_code, (const char *const[]){__VA_ARGS__, NULL})

static void expect_said(const struct run *run, const char *text) {
    cr_expect(strstr(run->out, text) != NULL, "no \"%s\" in:\n%s", text, run->out);
}

Test(desk, a_provider_is_told_by_credential_and_by_month_and_reason) {
    struct run run;
    ASK(&run, 0, "provider", "1000000004", "--roster", roster, "--ledger", ledger, "--csv");
    cr_expect_str_eq(run.out, "row,from,to,detail,lines,units\n"
                              "credential,2020-01-01,2025-03-31,\"CPSSP-MH, current\",,\n"
                              "credential,2025-04-01,,\"CPSSP-MH, lapsed\",,\n"
                              "accepted,2025-01-01,2025-01-31,,1,4\n"
                              "rejected,2025-01-01,2025-01-31,daily_cap,1,4\n"
                              "accepted,2025-02-01,2025-02-28,,1,5\n");
    run_fini(&run);
    ASK(&run, 0, "provider", "1000000004", "--roster", roster, "--ledger", ledger, "--json");
    scene_check_json("provider.schema.json", run.out, run.out_len);
    run_fini(&run);
}

Test(desk, what_a_withdrawn_run_decided_is_no_ones) {
    struct run run;
    ASK(&run, 0, "ledger", "withdraw", "1", "--ledger", ledger);
    run_fini(&run);
    ASK(&run, 0, "provider", "1000000004", "--roster", roster, "--ledger", ledger, "--csv");
    cr_expect(strstr(run.out, "accepted") == NULL, "%s", run.out);
    run_fini(&run);
}

Test(desk, a_provider_that_nobody_knows_is_told) {
    struct run run;
    ASK(&run, 1, "provider", "1000000046", "--roster", roster);
    cr_expect(strstr(run.err, "the roster has never seen this provider") != NULL, "%s", run.err);
    run_fini(&run);
    ASK(&run, 1, "provider", "1000000046", "--roster", roster, "--ledger", ledger);
    cr_expect(strstr(run.err, "neither the roster nor the ledger has ever seen this provider") !=
                  NULL,
              "%s", run.err);
    run_fini(&run);
    ASK(&run, 64, "provider", "1000000005", "--roster", roster);
    run_fini(&run);
}

Test(desk, credentials_that_run_out_come_soonest_first_with_their_units) {
    struct run run;
    ASK(&run, 0, "roster", "expiring", roster, "--within", "60", "--date", "2025-02-01", "--ledger",
        ledger, "--csv");
    cr_expect_str_eq(run.out, "npi,credential_type,ends,days,then,again_from,lines,units\n"
                              "1000000012,CPSS,2025-02-28,27,no row,,0,0\n"
                              "1000000004,CPSSP-MH,2025-03-31,58,lapsed,,2,9\n");
    run_fini(&run);
    ASK(&run, 0, "roster", "expiring", roster, "--within", "57", "--date", "2025-02-01", "--json");
    scene_check_json("expiring.schema.json", run.out, run.out_len);
    cr_expect(strstr(run.out, "1000000004") == NULL, "one day too early: %s", run.out);
    run_fini(&run);
    ASK(&run, 0, "roster", "expiring", roster, "--within", "5", "--date", "2025-02-01");
    expect_said(&run, "Every provider who may render in the next 5 days may go on after.");
    run_fini(&run);
}

/* 0004 is suspended from the 10th on; 0012 has a gap and then an end; 0020 is a type that the
 * policy never takes; 0038 goes on by its other credential; 0046 is blocked today already. */
Test(desk, who_cannot_render_soon_is_told_whatever_stops_them) {
    static const char rows[] = "npi,credential_type,status,effective_date,end_date\n"
                               "1000000004,CPSSP-MH,current,2023-01-01,\n"
                               "1000000004,CPSSP-MH,suspended,2026-12-10,2027-01-05\n"
                               "1000000012,CPSSP-MH,current,2023-01-01,2026-12-15\n"
                               "1000000012,CPSSP-MH,current,2026-12-20,2027-01-20\n"
                               "1000000020,CNA,current,2023-01-01,2026-12-11\n"
                               "1000000038,CPSSP-MH,current,2023-01-01,2026-12-12\n"
                               "1000000038,CPSSP-SU,current,2024-01-01,\n"
                               "1000000046,CPSSP-MH,current,2023-01-01,2026-12-30\n"
                               "1000000046,CPSSP-MH,revoked,2026-01-01,\n";
    struct run run;
    run_write_file(scene_path(&scene, "roster/credentials.csv"), rows, sizeof rows - 1);
    ASK(&run, 0, "roster", "expiring", roster, "--date", "2026-11-29", "--csv");
    cr_expect_str_eq(run.out, "npi,credential_type,ends,days,then,again_from\n"
                              "1000000004,CPSSP-MH,2026-12-09,10,suspended,2027-01-06\n"
                              "1000000012,CPSSP-MH,2026-12-15,16,no row,2026-12-20\n"
                              "1000000012,CPSSP-MH,2027-01-20,52,no row,\n");
    run_fini(&run);
}

/* M1 has used 4 of 200 since July: 196 are left, 28 weeks of 7 from 2025-02-03, to 2025-08-17; but
 * the year ends before on 30 June, after 21 weeks and one day, 148 units. */
Test(desk, a_plan_tells_the_day_on_which_a_cap_has_no_room) {
    struct run run;
    ASK(&run, 0, "usage", "M1", "--ledger", ledger, "--date", "2025-02-01", "--plan", "7/week",
        "--from", "2025-02-03", "--json");
    scene_check_json("decision.schema.json", run.out, run.out_len);
    expect_said(&run, "\"reached_on\": null");
    run_fini(&run);
    /* 2 a day: 98 days, then none on the 99th, 2025-05-12. */
    ASK(&run, 0, "usage", "M1", "--ledger", ledger, "--plan", "2/day", "--from", "2025-02-03",
        "--date", "2025-02-01");
    expect_said(&run, "yearly  2025-05-12");
    run_fini(&run);
    ASK(&run, 0, "usage", "M1", "--ledger", ledger, "--plan", "7/day", "--from", "2025-02-03");
    expect_said(&run, "daily   2025-02-03");
    run_fini(&run);
    ASK(&run, 0, "usage", "M1", "--ledger", ledger, "--plan", "2/day", "--from", "2025-02-03",
        "--date", "2025-02-01", "--csv");
    cr_expect_str_eq(run.out, "cap,from,to,limit,used,left,reached_on\n"
                              "daily,2025-02-01,2025-02-01,6,0,6,\n"
                              "yearly,2024-07-01,2025-06-30,200,4,196,2025-05-12\n");
    run_fini(&run);
    ASK(&run, 0, "usage", "M1", "--ledger", ledger, "--plan", "2/day", "--from", "2025-02-03",
        "--csv");
    cr_expect_str_eq(run.out, "cap,from,to,limit,used,left,reached_on\n"
                              "daily,2025-02-03,2025-02-03,6,0,6,\n"
                              "yearly,2024-07-01,2025-06-30,200,4,196,2025-05-12\n");
    run_fini(&run);
    ASK(&run, 64, "usage", "M1", "--ledger", ledger, "--csv", "--json");
    run_fini(&run);
    ASK(&run, 64, "usage", "M1", "--ledger", ledger, "--plan", "7");
    run_fini(&run);
    ASK(&run, 64, "usage", "M1", "--ledger", ledger, "--from", "2025-02-03");
    run_fini(&run);
}

Test(desk, two_policies_are_told_apart_by_figure_and_day) {
    struct run run;
    ASK(&run, 0, "policy", "diff", "ms", "ms-full", "--csv");
    expect_said(&run, "effective,figure,a,b\n");
    expect_said(&run, "2012-07-01,credential.exam.min_score,,75\n");
    cr_expect(strstr(run.out, "caps[daily].limit") == NULL, "the same in both: %s", run.out);
    run_fini(&run);
    ASK(&run, 0, "policy", "diff", "ms", "mi", "--json");
    scene_check_json("policy_diff.schema.json", run.out, run.out_len);
    expect_said(&run, "\"figure\": \"caps[daily].limit\"");
    run_fini(&run);
    ASK(&run, 0, "policy", "diff", "la", "la");
    expect_said(&run, "All figures are the same on every day.");
    run_fini(&run);
}
