/*
 * A night is compared with those before it: each check has a night that trips it and one that does
 * not; and what the sender or the operator says of a night is held against it.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H                                                                                          \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi\n"
#define ROSTER_HEAD "npi,credential_type,status,effective_date,end_date\n"

enum { TEXT_BYTES = 1 << 16, LINES = 10, NPIS = 10 };

static struct scene scene;
static int night_no;

/* Ten NPIs whose last digit is right. */
static const char *const npis[NPIS] = {"1000000004", "1000000012", "1000000020", "1000000038",
                                       "1000000046", "1000000053", "1000000061", "1000000079",
                                       "1000000087", "1000000095"};

static const char *write_roster(int providers) {
    char text[TEXT_BYTES] = ROSTER_HEAD;
    const char *dir = scene_path(&scene, "roster-%d-%d", night_no, providers);
    for (int i = 0; i < providers; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s,CPSSP-MH,current,2020-01-01,\n", npis[i]);
    }
    char command[RUN_PATH_BYTES + 16];
    snprintf(command, sizeof command, "mkdir -p %s", dir);
    cr_assert_eq(system(command), 0);
    run_write_file(scene_path(&scene, "roster-%d-%d/credentials.csv", night_no, providers), text,
                   strlen(text));
    return dir;
}

/* `lines` claims of their own, each of two units, over `providers` NPIs; the first `bad` of them
 * have no units. */
static const char *write_night(int lines, int bad, int providers) {
    static char text[TEXT_BYTES];
    snprintf(text, sizeof text, "%s", H);
    for (int i = 0; i < lines; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "N%d-%d,1,M%d,2025-01-%02d,H0038,%s,%s\n",
                 night_no, i, i, night_no + 1, i < bad ? "0" : "2", npis[i % providers]);
    }
    return scene_file(&scene, scene_path(&scene, "n%d.csv", night_no) + strlen(scene.dir) + 1, text,
                      strlen(text));
}

static void run_night(const char *file, const char *roster, const char *const more[],
                      struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(),
                                      "validate",
                                      file,
                                      "--roster",
                                      roster,
                                      "--ledger",
                                      scene_path(&scene, "ledger"),
                                      "--out",
                                      scene_path(&scene, "out-%d", night_no),
                                      "--as-of",
                                      "2025-06-30",
                                      "--quiet"};
    size_t count = 12;
    for (size_t i = 0; more != NULL && more[i] != NULL; i++) {
        argv[count++] = more[i];
    }
    run_program(argv, NULL, run);
    night_no++;
}

/* Nights that nobody would look at twice. */
static void run_usual_nights(int nights) {
    scene_make(&scene);
    night_no = 0;
    for (int i = 0; i < nights; i++) {
        struct run run;
        run_night(write_night(LINES, 0, NPIS), write_roster(NPIS), NULL, &run);
        cr_assert_eq(run.exit_code, 0, "%s", run.err);
        cr_expect_str_eq(run.err, "", "a usual night is told: %s", run.err);
        run_fini(&run);
    }
}

static void expect_remark(const char *file, const char *roster, const char *const more[],
                          const char *check, const char *sentence) {
    struct run run;
    char key[64];
    size_t len;
    run_night(file, roster, more, &run);
    cr_expect_eq(run.exit_code, 0, "%s: %s", check, run.err);
    cr_expect(strstr(run.err, sentence) != NULL, "%s: no \"%s\" in: %s", check, sentence, run.err);
    snprintf(key, sizeof key, "\"check\": \"%s\"", check);
    char *report = scene_read(scene_path(&scene, "out-%d", night_no - 1), "report.json", &len);
    cr_expect(strstr(report, key) != NULL, "%s in: %s", key, report);
    scene_check_report(report, len);
    free(report);
    run_fini(&run);
}

Test(guard, another_policy_is_told_with_its_caps) {
    static const char *const change[] = {"sh", "-c",
                                         "sed 's/\"limit\": 6\\b/\"limit\": 8/' "
                                         "schemas/policies/ms.json > $0 && ! cmp -s $0 "
                                         "schemas/policies/ms.json",
                                         NULL, NULL};
    const char *argv[5];
    struct run run;
    run_usual_nights(1);
    memcpy(argv, change, sizeof argv);
    argv[3] = scene_path(&scene, "policy.json");
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    const char *const more[] = {"--policy", argv[3], NULL};
    expect_remark(write_night(LINES, 0, NPIS), write_roster(NPIS), more, "policy", "(was 6)");
    scene_remove(&scene);
}

Test(guard, another_layout_is_told) {
    static const char script[] = "sed 's/\"tuva\"/\"other\"/' schemas/layouts/tuva.json > $0";
    struct run run;
    run_usual_nights(3);
    const char *layout = scene_path(&scene, "layout.json");
    run_program((const char *[]){"sh", "-c", script, layout, NULL}, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    const char *const more[] = {"--layout", layout, NULL};
    expect_remark(write_night(LINES, 0, NPIS), write_roster(NPIS), more, "layout",
                  "the layout is other and was tuva in ");
    scene_remove(&scene);
}

Test(guard, a_roster_that_lost_a_tenth_and_more_is_told) {
    run_usual_nights(1);
    expect_remark(write_night(LINES, 0, 8), write_roster(8), NULL, "roster_rows",
                  "credentials.csv has 8 rows and had 10 in run 1");
    scene_remove(&scene);
}

Test(guard, rendering_providers_that_are_gone_are_told_though_the_roster_is_as_long) {
    static const char other[] = ROSTER_HEAD "1000000012,CPSSP-MH,current,2020-01-01,\n"
                                            "1000000020,CPSSP-MH,current,2020-01-01,\n"
                                            "1000000038,CPSSP-MH,current,2020-01-01,\n";
    struct run run;
    scene_make(&scene);
    night_no = 0;
    run_night(write_night(LINES, 0, 3), write_roster(3), NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    const char *dir = write_roster(3);
    run_write_file(scene_path(&scene, "roster-%d-3/credentials.csv", night_no), other,
                   sizeof other - 1);
    expect_remark(write_night(LINES, 0, 3), dir, NULL, "rendering_providers",
                  "1 of the 3 providers who had accepted lines");
    scene_remove(&scene);
}

Test(guard, far_fewer_and_far_more_records_are_told_and_three_times_are_not) {
    struct run run;
    run_usual_nights(3);
    expect_remark(write_night(3, 0, NPIS), write_roster(NPIS), NULL, "records",
                  "there are 3 records, where the median of the last 3 runs (to run 3) is 10");
    expect_remark(write_night(1, 0, NPIS), write_roster(NPIS), NULL, "records",
                  "there is 1 record, where the median");
    expect_remark(write_night(31, 0, NPIS), write_roster(NPIS), NULL, "records",
                  "there are 31 records");
    run_night(write_night(30, 0, NPIS), write_roster(NPIS), NULL, &run);
    cr_expect_str_eq(run.err, "");
    run_fini(&run);
    scene_remove(&scene);
}

Test(guard, a_reason_that_is_new_is_told_above_two_percent) {
    struct run run;
    run_usual_nights(3);
    run_night(write_night(50, 1, NPIS), write_roster(NPIS), NULL, &run);
    cr_expect(strstr(run.err, "units_invalid") == NULL, "two percent: %s", run.err);
    run_fini(&run);
    expect_remark(write_night(20, 1, NPIS), write_roster(NPIS), NULL, "reason_share",
                  "units_invalid is the reason of 5.0 % of the in-scope lines");
    scene_remove(&scene);
}

Test(guard, a_file_that_repeats_a_run_names_it) {
    run_usual_nights(3);
    /* The second night's lines under another line end, which is another content. */
    const char *const argv[] = {"sh",
                                "-c",
                                "sed 's/$/\\r/' $0 > $1",
                                scene_path(&scene, "n1.csv"),
                                scene_path(&scene, "again.csv"),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0);
    run_fini(&run);
    expect_remark(argv[4], write_roster(NPIS), NULL, "repeated",
                  "10 of 10 lines without another fault are duplicates; does this file repeat run "
                  "2?");
    scene_remove(&scene);
}

/* Most lines of each night have another fault, and the ledger has one run alone. */
Test(guard, a_repeated_file_with_its_usual_rejections_is_named) {
    struct run run;
    scene_make(&scene);
    night_no = 0;
    char again[TEXT_BYTES];
    const char *file = write_night(LINES, 6, NPIS);
    const char *roster = write_roster(NPIS);
    size_t len;
    char *text = run_read_file(file, &len);
    snprintf(again, sizeof again, "%s\n", text);
    free(text);
    run_night(file, roster, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    expect_remark(scene_file(&scene, "again.csv", again, strlen(again)), roster, NULL, "repeated",
                  "4 of 4 lines without another fault are duplicates; does this file repeat run "
                  "1?");
    scene_remove(&scene);
}

Test(guard, a_column_that_is_not_read_stops_a_night_that_shall_be_stopped) {
    static const char claims[] = "claim_id,claim_line_number,member_id,claim_line_start_date,"
                                 "hcpcs_code,service_unit_quantity,rendering_npi,claim_freq_code\n"
                                 "Z1,1,M1,2025-03-03,H0038,2,1000000004,8\n";
    static const char *const stop[] = {"--guard", "stop", NULL};
    struct run run;
    scene_make(&scene);
    night_no = 0;
    run_night(scene_file(&scene, "c.csv", claims, sizeof claims - 1), write_roster(NPIS), stop,
              &run);
    cr_expect_eq(run.exit_code, 1, "%d %s", run.exit_code, run.err);
    cr_expect_not(scene_exists(scene_path(&scene, "out-0")));
    run_fini(&run);
    scene_remove(&scene);
}

Test(guard, stop_publishes_nothing_and_leaves_nothing_and_off_says_nothing) {
    static const char *const stop[] = {"--guard", "stop", NULL};
    static const char *const off[] = {"--guard", "off", NULL};
    struct run run;
    run_usual_nights(3);
    const char *file = write_night(3, 0, NPIS);
    const char *roster = write_roster(NPIS);
    const size_t names = scene_names(&scene);
    run_night(file, roster, stop, &run);
    cr_expect_eq(run.exit_code, 1);
    cr_expect(strstr(run.err, "out of the ordinary, so nothing was published") != NULL, "%s",
              run.err);
    cr_expect_eq(scene_names(&scene), names, "something is left");
    run_fini(&run);
    night_no--;
    run_night(file, roster, off, &run);
    cr_expect_eq(run.exit_code, 0);
    cr_expect_str_eq(run.err, "");
    run_fini(&run);
    scene_remove(&scene);
}

Test(guard, what_the_sender_tells_of_a_file_must_be_so) {
    static const struct {
        const char *option;
        const char *number;
        int exit_code;
    } cases[] = {
        {"--expect-records", "10", 0}, {"--expect-records", "9", 65}, {"--expect-records", "0", 65},
        {"--expect-units", "20", 0},   {"--expect-units", "21", 65},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const more[] = {cases[i].option, cases[i].number, NULL};
        struct run run;
        scene_make(&scene);
        night_no = 0;
        run_night(write_night(LINES, 0, NPIS), write_roster(NPIS), more, &run);
        cr_expect_eq(run.exit_code, cases[i].exit_code, "%s %s: %s", more[0], more[1], run.err);
        cr_expect_eq(scene_exists(scene_path(&scene, "out-0")), cases[i].exit_code == 0);
        run_fini(&run);
        scene_remove(&scene);
    }
}

Test(guard, a_night_without_files_is_a_good_one_where_that_is_said) {
    static const char *const patterns[] = {"/tmp/none/*.csv.gz", NULL};
    for (int given = 0; given < 2; given++) {
        struct run run;
        const char *const argv[] = {run_claimgate(),
                                    "validate",
                                    "--if-any",
                                    "--roster",
                                    "none",
                                    "--out",
                                    "none",
                                    given ? patterns[0] : NULL,
                                    NULL};
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 0, "%s", run.err);
        cr_expect(strstr(run.err, "there is no input") != NULL, "%s", run.err);
        run_fini(&run);
    }
    struct run run;
    const char *const argv[] = {run_claimgate(),   "validate", "--if-any",
                                "/tmp/none/a.csv", "--roster", "none",
                                "--out",           "none",     NULL};
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 78, "a name is no pattern: %d %s", run.exit_code, run.err);
    run_fini(&run);
}

Test(guard, inputs_that_are_known_are_listed_as_json) {
    static const char *const json[] = {"--json", NULL};
    struct run run;
    run_usual_nights(1);
    run_night(scene_path(&scene, "n0.csv"), write_roster(NPIS), json, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect(strstr(run.out, "\"known_inputs\"") != NULL && strstr(run.out, "\"run\": 1") != NULL,
              "%s%s", run.out, run.err);
    scene_check_report(run.out, run.out_len);
    run_fini(&run);
    scene_remove(&scene);
}

Test(guard, a_tripped_rate_names_the_leading_reason) {
    static const char *const rate[] = {"--max-reject-rate", "20", NULL};
    struct run run;
    scene_make(&scene);
    night_no = 0;
    run_night(write_night(LINES, 4, NPIS), write_roster(NPIS), rate, &run);
    cr_expect_eq(run.exit_code, 1);
    cr_expect(strstr(run.err, "most of them for units_invalid (4 of 4)") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}
