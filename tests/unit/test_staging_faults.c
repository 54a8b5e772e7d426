#include "support/staging_folder.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(staging_faults, .init = staging_setup, .fini = staging_teardown, .timeout = 60);

#ifdef CG_FAULTS
/* Settings of faults are read once a process, so every run of these tests has its own. */
static void run_apart(bool overwrite, const char *text) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct cg_error err = CG_ERROR_INIT;
        _exit((int)staging_run(staging_target, overwrite, text, &err));
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
}

static int run_with(const char *point, int pass, const char *action, bool overwrite) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct cg_error err = CG_ERROR_INIT;
        char fault[128];

        snprintf(fault, sizeof fault, "%s:%d:%s", point, pass, action);
        setenv("CLAIMGATE_FAULT", fault, 1);
        _exit((int)staging_run(staging_target, overwrite, "{new}", &err));
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    return status;
}

static const char *const points[] = {
    "place.lock",     "staging.mkdir", "staging.access",    "staging.probe", "sink.create",
    "sink.access",    "sink.write",    "sink.fsync",        "sink.close",    "staging.fsync",
    "staging.rename", "place.fsync",   "staging.remove_old"};

Test(staging_faults, at_every_failure_the_old_state_stands_and_nothing_is_left) {
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int pass = 1; pass <= 2; pass++) {
            for (int overwrite = 0; overwrite <= 1; overwrite++) {
                if (overwrite) {
                    run_apart(true, "{old}");
                }
                int status = run_with(points[i], pass, "5", overwrite);
                cr_assert(WIFEXITED(status));
                bool failed = WEXITSTATUS(status) != CG_OK;
                bool at_end = strcmp(points[i], "staging.remove_old") == 0;
                cr_assert(failed || pass > 1 || at_end, "%s was never passed", points[i]);
                bool is_new = staging_holds(staging_in_folder("night/report.json"), "{new}");
                bool is_old = overwrite
                                  ? staging_holds(staging_in_folder("night/report.json"), "{old}")
                                  : access(staging_target, F_OK) != 0;
                cr_assert(failed ? is_old : is_new, "%s:%d overwrite %d status %d", points[i], pass,
                          overwrite, status);
                int left = staging_entries(staging_folder) - (failed && !overwrite ? 0 : 1);
                /* The replaced folder stays where it cannot be removed: the run has succeeded. */
                cr_assert_eq(left, at_end && overwrite && pass == 1, "%s:%d overwrite %d: %d left",
                             points[i], pass, overwrite, left);
                staging_remove_tree(staging_target);
                run_apart(false, "{next}");
                cr_assert_eq(staging_entries(staging_folder), 1);
                staging_remove_tree(staging_target);
            }
        }
    }
}

Test(staging_faults, killed_at_any_point_the_next_run_cleans_up) {
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int pass = 1; pass <= 2; pass++) {
            for (int overwrite = 0; overwrite <= 1; overwrite++) {
                if (overwrite) {
                    run_apart(true, "{old}");
                }
                int status = run_with(points[i], pass, "kill", overwrite);
                cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == CG_OK);
                cr_assert(access(staging_target, F_OK) != 0 ||
                              staging_holds(staging_in_folder("night/report.json"), "{new}") ||
                              staging_holds(staging_in_folder("night/report.json"), "{old}"),
                          "%s:%d", points[i], pass);
                run_apart(true, "{next}");
                cr_assert(staging_holds(staging_in_folder("night/report.json"), "{next}"));
                cr_assert_eq(staging_entries(staging_folder), 1);
                staging_remove_tree(staging_target);
            }
        }
    }
}
#endif
