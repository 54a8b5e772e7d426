/*
 * Lines taken in as paid: what they leave members at, and where their units lie.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(import, .init = set_up, .fini = tear_down);

static void import(const char *lines, struct run *run) {
    char text[4096];
    const int len = snprintf(text, sizeof text,
                             "claim_id,member_id,claim_line_start_date,claim_line_end_date,"
                             "hcpcs_code,service_unit_quantity,rendering_npi\n%s",
                             lines);
    const char *const argv[] = {run_claimgate(),
                                "ledger",
                                "import",
                                scene_file(&scene, "paid.csv", text, (size_t)len),
                                "--ledger",
                                scene_path(&scene, "ledger"),
                                NULL};
    run_program(argv, NULL, run);
    cr_expect(run->exit_code == 0, "%s", run->err);
}

Test(import, says_how_many_periods_of_each_cap_it_leaves_over_it) {
    struct run run;
    import("A,M1,2024-03-05,,H0038,5,1000000004\n"
           "B,M1,2024-03-05,,H0038,2,1000000004\n"   /* 7 of 6 on one day */
           "C,M1,2024-03-06,,H0038,6,1000000004\n"   /* 6 of 6 are not over */
           "D,M2,2024-03-05,,H0038,201,1000000004\n" /* a day and a year */
           "E,M2,2024-07-01,,H0038,9,1000000004\n",
           &run);
    cr_expect(strstr(run.out, "3 member-days over the cap daily of 6 units by now") != NULL, "%s",
              run.out);
    cr_expect(strstr(run.out, "1 member-year over the cap yearly of 200 units by now") != NULL,
              "%s", run.out);
    run_fini(&run);
}

Test(import, says_nothing_of_caps_where_none_is_passed) {
    struct run run;
    import("A,M1,2024-03-05,,H0038,6,1000000004\n", &run);
    cr_expect(strstr(run.out, "over the cap") == NULL, "%s", run.out);
    run_fini(&run);
}

Test(import, a_span_lays_its_units_over_its_days_whatever_the_policy_takes) {
    struct run run;
    import("A,M1,2024-03-05,2024-03-08,H0038,8,1000000004\n", &run);
    cr_expect(strstr(run.out, "over the cap") == NULL, "%s", run.out);
    run_fini(&run);
    const char *const argv[] = {
        run_claimgate(), "usage",      "M1", "--ledger", scene_path(&scene, "ledger"),
        "--date",        "2024-03-06", NULL};
    run_program(argv, NULL, &run);
    cr_expect(strstr(run.out, "2 of 6 units used") != NULL, "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(import, each_bad_line_is_named_with_line_and_column_and_none_is_taken_in) {
    static const char lines[] = "claim_id,claim_line_number,member_id,claim_line_start_date,"
                                "hcpcs_code,service_unit_quantity,rendering_npi\n"
                                "A,1,M1,2025-02-30,H0038,2,1000000004\n"
                                "B,x,M1,2025-02-20,H0038,2,1000000004\n"
                                "C,1,,2025-02-20,H0038,2,1000000004\n"
                                "D,1,M1,2025-02-20,H0038,2,1000000004\n"
                                "E,1,M1,2025-02-21,\"H0038\",\"0\",1000000004\n";
    static const char *const places[] = {"bad.csv:2:8: service_date_invalid",
                                         "bad.csv:3:3: line_number_invalid",
                                         "bad.csv:4:5: member_id_invalid", "bad.csv:6:", NULL};
    const char *const argv[] = {run_claimgate(),
                                "ledger",
                                "import",
                                scene_file(&scene, "bad.csv", lines, sizeof lines - 1),
                                "--ledger",
                                scene_path(&scene, "ledger"),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 65);
    for (size_t i = 0; places[i] != NULL; i++) {
        cr_expect(strstr(run.err, places[i]) != NULL, "%s: %s", places[i], run.err);
    }
    run_fini(&run);
}

/* A night rejects H0038HE, so that the same file taken in as paid must not pass without a word. */
Test(import, a_code_that_a_run_would_not_take_is_taken_in_and_told) {
    struct run run;
    import("A,M1,2024-03-05,,H0038HE,2,1000000004\n"
           "B,M1,2024-03-06,,H0038,2,1000000004\n"
           "C,M1,2024-03-07,,H0O38,2,1000000004\n",
           &run);
    cr_expect_not_null(strstr(run.out, "2 lines taken in as paid"), "%s", run.out);
    cr_expect_not_null(strstr(run.err, "taken in as paid although their code is only held"), "%s",
                       run.err);
    cr_expect_not_null(strstr(run.err, ": 1 ("), "%s", run.err);
    cr_expect_not_null(strstr(run.err, "paid.csv:2)"), "%s", run.err);
    run_fini(&run);
}
