/*
 * What a ledger says when the system fails it, and when somebody has changed it.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

static struct scene scene;
static const char *ledger;

static void night(const char *input, const char *out, int expected, struct run *run) {
    run_program((const char *const[]){run_claimgate(), "validate", input, "--roster", ROSTER,
                                      "--as-of", "2025-06-30", "--quiet", "--ledger", ledger,
                                      "--out", out, NULL},
                NULL, run);
    cr_assert_eq(run->exit_code, expected, "%s", run->err);
}

static void setup(void) {
    struct run run;
    scene_make(&scene);
    ledger = scene_path(&scene, "ledger.db");
    night(CLAIMS, scene_path(&scene, "one"), 0, &run);
    run_fini(&run);
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(ledger_failures, .init = setup, .fini = teardown, .timeout = 300);

/* Other content, so that it is not known. */
static const char *other_claims(void) {
    size_t len;
    char *text = run_read_file(CLAIMS, &len);
    for (char *at = text; (at = strstr(at, "CLM-")) != NULL;) {
        memcpy(at, "CLX-", 4);
    }
    const char *path = scene_file(&scene, "other.csv", text, len);
    free(text);
    return path;
}

static void change(const char *sql) {
    struct run run;
    run_program((const char *const[]){"sqlite3", ledger, sql, NULL}, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
}

/* The k-th call of each kind fails, for every k: never another exit code than this one. */
static void expect_failing_reads(const char *const words[], int expected) {
    int failed = 0;
    for (int k = 1; k < 80; k++) {
        struct run run;
        char inject[64];
        const char *argv[RUN_ARGS_MAX] = {RUN_STRACE, "-f",   "-e",           "trace=pread64",
                                          "-e",       inject, run_claimgate()};
        size_t count = 0;
        while (argv[count] != NULL) {
            count++;
        }
        for (size_t i = 0; words[i] != NULL; i++) {
            argv[count++] = words[i];
        }
        argv[count++] = "--ledger";
        argv[count++] = ledger;
        snprintf(inject, sizeof inject, "inject=pread64:error=EIO:when=%d", k);
        run_program(argv, NULL, &run);
        const bool done = run.exit_code == 0;
        const bool not_ours = run.exit_code == 127; /* the loader's own reads */
        failed += !done && !not_ours;
        cr_expect(done || not_ours || run.exit_code == expected, "read %d: exit %d, %s%s", k,
                  run.exit_code, run.out, run.err);
        run_fini(&run);
        if (done) {
            break;
        }
    }
    cr_expect_gt(failed, 2);
}

Test(ledger_failures, a_failed_read_is_no_verdict_of_verify) {
    expect_failing_reads((const char *const[]){"ledger", "verify", NULL}, 74);
}

Test(ledger_failures, a_failed_read_is_told_as_what_it_is) {
    expect_failing_reads((const char *const[]){"usage", "M-02", "--date", "2025-01-09", NULL}, 74);
    expect_failing_reads((const char *const[]){"explain", "CLM-1001", NULL}, 74);
}

Test(ledger_failures, too_many_open_files_are_told_as_such) {
    struct run run;
    bool told = false;
    for (int files = 4; files < 9; files++) {
        char command[256];
        snprintf(command, sizeof command, "ulimit -n %d; exec %s usage M-02 --ledger %s", files,
                 run_claimgate(), ledger);
        run_program((const char *const[]){"sh", "-c", command, NULL}, NULL, &run);
        const bool of_ledger = strstr(run.err, "ledger.db") != NULL;
        told = told || of_ledger;
        cr_expect(!of_ledger || (strstr(run.err, "oo many open files") != NULL &&
                                 (run.exit_code == 73 || run.exit_code == 74)),
                  "%d: exit %d, %s", files, run.exit_code, run.err);
        run_fini(&run);
    }
    cr_expect(told);
}

Test(ledger_failures, no_run_is_built_on_a_newest_run_that_was_changed) {
    struct run run;
    change("UPDATE run SET units_accepted = 1");
    night(other_claims(), scene_path(&scene, "two"), 65, &run);
    cr_expect_not_null(strstr(run.err, "newest run is not what was kept"), "%s", run.err);
    run_fini(&run);
}

Test(ledger_failures, a_run_without_its_mark_is_taken_back_aloud) {
    struct run run;
    char command[512];
    change("DELETE FROM publication");
    snprintf(command, sizeof command, "mv %s %s", scene_path(&scene, "one"),
             scene_path(&scene, "elsewhere"));
    cr_assert_eq(system(command), 0);
    run_program(
        (const char *const[]){run_claimgate(), "ledger", "verify", "--ledger", ledger, NULL}, NULL,
        &run);
    cr_expect_not_null(strstr(run.err, "run 1 is kept but not published"), "%s", run.err);
    run_fini(&run);
    night(other_claims(), scene_path(&scene, "two"), 0, &run);
    cr_expect_not_null(strstr(run.err, "run 1, which was cut off, is taken back"), "%s", run.err);
    run_fini(&run);
}

Test(ledger_failures, a_mark_that_is_missing_under_later_runs_stops_the_night) {
    struct run run;
    night(other_claims(), scene_path(&scene, "two"), 0, &run);
    run_fini(&run);
    change("DELETE FROM publication WHERE run_no = 1");
    night("fixtures/nights/2025-02-04.csv", scene_path(&scene, "three"), 65, &run);
    cr_expect_not_null(strstr(run.err, "later runs stand on it"), "%s", run.err);
    run_fini(&run);
}
