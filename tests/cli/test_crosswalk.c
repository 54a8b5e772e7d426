/*
 * A person who has had several member ids is one person to caps, duplicates and take-backs; and
 * NPIs of made-up providers, which a policy for test data takes.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(crosswalk, .init = set_up, .fini = tear_down);

/* The policy ms with one more key at its top. */
static const char *policy_with(const char *key) {
    char text[65536];
    size_t len = 0;
    char *ms = run_read_file("schemas/policies/ms.json", &len);
    const int used = snprintf(text, sizeof text, "{\"%s\": true,%s", key, strchr(ms, '{') + 1);
    free(ms);
    return scene_file(&scene, "policy.json", text, (size_t)used);
}

static const char *make_roster(const char *npi, const char *members) {
    char path[RUN_PATH_BYTES], text[512];
    const char *dir = scene_path(&scene, "roster");
    const char *const argv[] = {"mkdir", "-p", dir, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    run_fini(&run);
    snprintf(
        text, sizeof text,
        "npi,credential_type,status,effective_date,end_date\n%s,CPSSP-MH,current,2020-01-01,\n",
        npi);
    snprintf(path, sizeof path, "%s/credentials.csv", dir);
    run_write_file(path, text, strlen(text));
    if (members != NULL) {
        snprintf(path, sizeof path, "%s/members.csv", dir);
        run_write_file(path, members, strlen(members));
    }
    return dir;
}

static const char members[] = "member_id,person_id,effective_date,end_date\n"
                              "M1,P1,2020-01-01,\nM2,P1,2020-01-01,\nM9,P9,2020-01-01,\n";

/* A run's report. */
static char *report_of(const char *claims, const char *policy, const char *roster,
                       const char *ledger, const char *out) {
    size_t len = 0;
    const char *file = scene_file(&scene, "claims.csv", claims, strlen(claims));
    const char *more[] = {file,   "--policy", policy, "--roster",
                          roster, "--out",    out,    ledger != NULL ? "--ledger" : NULL,
                          ledger, NULL};
    struct run run;
    scene_validate(more, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    return report;
}

Test(crosswalk, caps_and_twins_are_the_person_s) {
    static const char claims[] =
        HEADER "A1,1,M1,2025-01-06,H0038,4,1000000004,,\n"
               "A2,1,M2,2025-01-06,H0038,3,1000000004,,\n"  /* 7 of 6 units of one day */
               "A1,1,M2,2025-01-06,H0038,1,1000000004,,\n"  /* the same claim line */
               "A3,1,M3,2025-01-06,H0038,6,1000000004,,\n"; /* nobody's id but her own */
    char *report = report_of(claims, policy_with("member_crosswalk"),
                             make_roster("1000000004", members), NULL, scene_path(&scene, "out"));
    cr_expect_eq(scene_count(report, "counts", "rejected"), 2);
    cr_expect_eq(scene_count(report, "counts", "crosswalked"), 2);
    cr_expect_eq(scene_count(report, "units", "accepted"), 10);
    cr_expect_not_null(strstr(report, "\"daily_cap\""));
    cr_expect_not_null(strstr(report, "\"duplicate_line\""));
    free(report);
}

Test(crosswalk, a_void_under_the_new_id_takes_back_what_the_old_one_had) {
    static const char claims[] = HEADER "A1,1,M1,2025-01-06,H0038,4,1000000004,,\n"
                                        "A2,1,M2,2025-01-06,H0038,4,1000000004,8,A1\n"
                                        "A3,1,M2,2025-01-06,H0038,6,1000000004,,\n";
    char *report = report_of(claims, policy_with("member_crosswalk"),
                             make_roster("1000000004", members), NULL, scene_path(&scene, "out"));
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 1);
    cr_expect_eq(scene_count(report, "counts", "rejected"), 0);
    free(report);
}

Test(crosswalk, a_void_that_passes_out_of_scope_asks_for_the_person_s_claim) {
    static const char claims[] = HEADER "A1,1,M1,2025-01-06,H0038,4,1000000004,,\n"
                                        "V1,1,M2,2025-01-06,99213,1,1000000004,8,A1\n"
                                        "V2,1,M2,2025-01-06,99213,1,1000000004,8,\n"
                                        "A2,1,,2025-01-06,H0038,1,1000000004,,\n";
    char *report = report_of(claims, policy_with("member_crosswalk"),
                             make_roster("1000000004", members), NULL, scene_path(&scene, "out"));
    cr_expect_eq(scene_count(report, "counts", "crosswalked"), 1);
    cr_expect_eq(scene_count(report, "counts", "rejected"), 1, "the line of nobody");
    cr_expect_not_null(strstr(report, "\"take_backs_in_vain\""), "%s", report);
    free(report);
}

Test(crosswalk, the_ledger_remembers_the_person_from_night_to_night) {
    const char *policy = policy_with("member_crosswalk");
    const char *roster = make_roster("1000000004", members);
    const char *ledger = scene_path(&scene, "ledger");
    free(report_of(HEADER "A1,1,M1,2025-01-06,H0038,4,1000000004,,\n", policy, roster, ledger,
                   scene_path(&scene, "night1")));
    char *report = report_of(HEADER "A2,1,M2,2025-01-06,H0038,3,1000000004,,\n", policy, roster,
                             ledger, scene_path(&scene, "night2"));
    cr_expect_eq(scene_count(report, "counts", "rejected"), 1);
    free(report);
    const char *const usage[] = {run_claimgate(), "usage",  "P1",         "--ledger",
                                 ledger,          "--date", "2025-01-06", NULL};
    struct run run;
    run_program(usage, NULL, &run);
    cr_expect_not_null(strstr(run.out, "4 of 6 units used"), "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(crosswalk, without_the_key_every_id_is_a_person) {
    char *report =
        report_of(HEADER "A1,1,M1,2025-01-06,H0038,4,1000000004,,\n"
                         "A2,1,M2,2025-01-06,H0038,3,1000000004,,\n",
                  "ms", make_roster("1000000004", members), NULL, scene_path(&scene, "out"));
    cr_expect_eq(scene_count(report, "counts", "rejected"), 0);
    cr_expect_null(strstr(report, "crosswalked"));
    cr_expect_null(strstr(report, "test_run"));
    free(report);
}

Test(crosswalk, npis_of_made_up_providers_are_taken_in_a_test_run_alone) {
    static const char claims[] = HEADER "A1,1,M1,2025-01-06,H0038,4,9999999995,,\n"
                                        "A2,1,M1,2025-01-07,H0038,4,9999999994,,\n";
    char *report = report_of(claims, policy_with("test_npis"), make_roster("9999999995", NULL),
                             NULL, scene_path(&scene, "out"));
    cr_expect_eq(scene_count(report, "counts", "rejected"), 1);
    cr_expect_not_null(strstr(report, "\"test_run\": true"));
    free(report);
    struct run run;
    scene_validate((const char *[]){scene_file(&scene, "c.csv", claims, sizeof claims - 1),
                                    "--dry-run", "--roster", scene_path(&scene, "roster"), NULL},
                   NULL, &run);
    cr_expect_eq(run.exit_code, 78, "%s", run.err);
    run_fini(&run);
}

Test(crosswalk, usage_of_a_member_id_without_lines_points_at_the_person) {
    static const char claims[] = HEADER "A1,1,M1,2025-01-06,H0038,4,1000000004,,\n";
    const char *ledger = scene_path(&scene, "ledger");
    free(report_of(claims, policy_with("member_crosswalk"), make_roster("1000000004", members),
                   ledger, scene_path(&scene, "night")));
    static const char *const ids[] = {"M1", "P1"};
    for (size_t i = 0; i < 2; i++) {
        const char *const argv[] = {run_claimgate(), "usage",  ids[i],       "--ledger",
                                    ledger,          "--date", "2025-01-06", NULL};
        struct run run;
        run_program(argv, NULL, &run);
        cr_expect_eq(strstr(run.err, "ask for the person_id") != NULL, i == 0, "%s: %s", ids[i],
                     run.err);
        run_fini(&run);
    }
}
