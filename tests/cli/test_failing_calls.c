/*
 * Every system call that writes or publishes fails once, wherever it stands: the outputs are whole
 * or absent, and the run says what happened.
 */
#include "support/scene.h"
#include "support/script.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLAIMS   "fixtures/quickstart/claims.csv"
#define EXPECTED "fixtures/quickstart/expected/accepted.csv"
#define ROSTER   "fixtures/quickstart/roster"

/* Ends a loop over the calls of one kind. */
static bool was_injected(const char *log) {
    size_t len = 0;
    char *text = run_read_file(log, &len);
    const bool found = strstr(text, "(INJECTED)") != NULL;
    free(text);
    return found;
}

static const char OLD[] = "an earlier night\n";

/* Nothing but the log of the calls is left, and single files that stood there before. */
static void expect_nothing_partial(const struct scene *scene, const char *message,
                                   const char *accepted, const char *rejected, bool replaces) {
    const char *const files[] = {accepted, rejected};
    for (size_t i = 0; replaces && i < 2; i++) {
        size_t len = 0;
        char *found = run_read_file(files[i], &len);
        cr_expect(scene_same(found, len, OLD, sizeof OLD - 1), "%s after: %s", files[i], message);
        free(found);
    }
    cr_expect(scene_names(scene) == (replaces ? 3 : 1), "something is left after: %s", message);
}

static void expect_refusal(const struct scene *scene, const struct run *run, const char *inject,
                           const char *accepted, const char *rejected, bool replaces) {
    if (strstr(run->err, "error while loading shared libraries") != NULL) {
        return; /* it has not come to main */
    }
    cr_expect(run->exit_code == 73 || run->exit_code == 74 || run->exit_code == 77,
              "%s: exit %d: %s", inject, run->exit_code, run->err);
    cr_expect(strncmp(run->err, "claimgate: ", 11) == 0, "%s: %s", inject, run->err);
    expect_nothing_partial(scene, run->err, accepted, rejected, replaces);
}

static void expect_accepted(const char *path) {
    size_t len = 0, expected_len = 0;
    char *found = run_gunzip(path, &len);
    char *expected = run_read_file(EXPECTED, &expected_len);
    cr_expect(scene_same(found, len, expected, expected_len));
    free(expected);
    free(found);
}

enum target { A_FOLDER, NEW_FILES, OLD_FILES };

/* The n-th call of a kind fails. Returns false when there was no n-th call. */
static bool fail_one(const char *call, const char *error, int n, enum target target) {
    const bool single_files = target != A_FOLDER;
    char inject[96], trace[48];
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out"), *log = scene_path(&scene, "log");
    const char *accepted = scene_path(&scene, "a.csv.gz"), *rejected = scene_path(&scene, "r.csv");
    snprintf(inject, sizeof inject, "inject=%s:error=%s:when=%d", call, error, n);
    snprintf(trace, sizeof trace, "trace=%s", call);
    if (target == OLD_FILES) {
        run_write_file(accepted, OLD, sizeof OLD - 1);
        run_write_file(rejected, OLD, sizeof OLD - 1);
    }
    const char *argv[] = {"strace",
                          "-f",
                          "-qq",
                          "-o",
                          log,
                          "-e",
                          trace,
                          "-e",
                          inject,
                          run_claimgate(),
                          "validate",
                          CLAIMS,
                          "--roster",
                          ROSTER,
                          "--as-of",
                          "2025-06-30",
                          "--quiet",
                          "--threads",
                          "0",
                          single_files ? "--accepted" : "--out",
                          single_files ? accepted : out,
                          single_files ? "--rejected" : NULL,
                          rejected,
                          NULL};
    run_program(argv, NULL, &run);
    const bool hit = was_injected(log);
    if (run.exit_code != 0) {
        expect_refusal(&scene, &run, inject, accepted, rejected, target == OLD_FILES);
    } else if (single_files) {
        expect_accepted(accepted);
        cr_expect(scene_names(&scene) == 3, "%s: something is left beside", inject);
    } else {
        scene_expect_quickstart(out);
    }
    cr_expect(hit || run.exit_code == 0, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
    return hit;
}

static bool can_trace(void) {
    struct run run;
    char options[256];
    const char *asan = getenv("ASAN_OPTIONS");
    if (asan != NULL) { /* leaks cannot be looked for under strace */
        snprintf(options, sizeof options, "%s:detect_leaks=0", asan);
        setenv("ASAN_OPTIONS", options, 1);
    }
    run_program((const char *[]){"sh", "-c", "strace -qq -o /dev/null true", NULL}, NULL, &run);
    const bool works = run.exit_code == 0;
    if (!works) {
        cr_log_warn("strace does not work here, so that this test shows nothing: %s", run.err);
    }
    run_fini(&run);
    return works;
}

static const struct {
    const char *call, *error;
} FAULTS[] = {{"write", "ENOSPC"},   {"write", "EIO"},    {"fsync", "EIO"},
              {"renameat2", "EIO"},  {"rename", "EIO"},   {"renameat", "ENOSPC"},
              {"mkdirat", "ENOSPC"}, {"fchmod", "EPERM"}, {"close", "EIO"},
              {"mkdirat", "EACCES"}};
enum { FAULT_COUNT = sizeof FAULTS / sizeof FAULTS[0], CALLS_MAX = 200 };

Test(failing_calls, every_failing_call_leaves_a_whole_folder_or_nothing, .timeout = 240) {
    size_t hits = 0;
    for (size_t i = 0; can_trace() && i < FAULT_COUNT; i++) {
        int n = 1;
        while (n < CALLS_MAX && fail_one(FAULTS[i].call, FAULTS[i].error, n, A_FOLDER)) {
            n++;
            hits++;
        }
        cr_expect(n < CALLS_MAX);
    }
    cr_log_info("%zu calls have failed", hits);
}

/* Two files cannot be renamed at once: when the second fails, the first is taken back. */
Test(failing_calls, every_failing_call_leaves_single_files_as_they_were, .timeout = 240) {
    for (size_t i = 0; can_trace() && i < FAULT_COUNT; i++) {
        for (int target = NEW_FILES; target <= OLD_FILES; target++) {
            int n = 1;
            while (n < CALLS_MAX &&
                   fail_one(FAULTS[i].call, FAULTS[i].error, n, (enum target)target)) {
                n++;
            }
            cr_expect(n < CALLS_MAX);
        }
    }
}

/* From the second rename on all fail, so that the first cannot be taken back either. */
Test(failing_calls, a_single_file_that_stays_in_place_is_named, .timeout = 60) {
    struct scene scene;
    struct run run;
    char *command = NULL;
    scene_make(&scene);
    const char *accepted = scene_path(&scene, "a.csv.gz"), *rejected = scene_path(&scene, "r.csv");
    if (can_trace()) {
        run_write_file(accepted, OLD, sizeof OLD - 1);
        run_write_file(rejected, OLD, sizeof OLD - 1);
        cr_assert(asprintf(&command,
                           "strace -f -qq -o /dev/null -e trace=renameat2 "
                           "-e inject=renameat2:error=EIO:when=2+ %s validate " CLAIMS
                           " --roster " ROSTER " --as-of 2025-06-30 --quiet --threads 0 "
                           "--accepted %s --rejected %s",
                           run_claimgate(), accepted, rejected) > 0);
        run_program((const char *[]){"sh", "-c", command, NULL}, NULL, &run);
        cr_expect(run.exit_code == 73, "exit %d", run.exit_code);
        cr_expect(strstr(run.err, "a.csv.gz is in place and whole") != NULL, "%s", run.err);
        cr_expect(strstr(run.err, "r.csv: cannot put the file in place") != NULL, "%s", run.err);
        expect_accepted(accepted);
        run_fini(&run);
        free(command);
    }
    scene_remove(&scene);
}

/* Nobody knows then whether it is there: no mend of a name or of a file's content would help. */
Test(failing_calls, what_the_disk_does_not_open_is_told_as_a_fault_of_the_disk, .timeout = 120) {
    static const char SCRIPT[] =
        "D=$1; P=; cp -r fixtures/quickstart/* $D; cp schemas/policies/ms.json $D/p.json\n"
        "cp schemas/layouts/tuva.json $D/l.json\n"
        "run() { $P $0 \"$@\" >/dev/null 2>>$D/errors; echo $what $error: $?; }\n"
        "night() { run validate $D/claims.csv --roster $D/roster --policy $D/p.json --layout "
        "$D/l.json --as-of 2025-06-30 --quiet --out $D/$1 $2 $3; }\n"
        "what=nothing; error=fails; night first --ledger $D/ledger.db\n"
        "for error in EIO EMFILE; do for what in claims.csv roster/credentials.csv p.json l.json "
        "ledger.db; do\n"
        "P=\"strace -f -qq -o /dev/null -P $D/$what -e trace=open,openat -e "
        "inject=open,openat:error=$error\"\n"
        "[ $what = ledger.db ] || night next; done\n"
        "night next --ledger $D/ledger.db; run ledger verify --ledger $D/ledger.db; done\n"
        "ls -d $D/next; cat $D/errors >&2";
    static const char TOLD[] = "nothing fails: 0\n"
                               "claims.csv EIO: 74\nroster/credentials.csv EIO: 74\n"
                               "p.json EIO: 74\nl.json EIO: 74\nledger.db EIO: 74\n"
                               "ledger.db EIO: 74\n"
                               "claims.csv EMFILE: 74\nroster/credentials.csv EMFILE: 74\n"
                               "p.json EMFILE: 74\nl.json EMFILE: 74\nledger.db EMFILE: 74\n"
                               "ledger.db EMFILE: 74\n";
    if (can_trace()) {
        script_expect_told(SCRIPT, TOLD);
    }
}

/* Writes are cut short by the limit before they fail: a true short write. */
Test(failing_calls, a_limit_of_the_file_size_is_an_error_like_a_full_disk, .timeout = 60) {
    struct scene scene;
    struct rlimit before, low = {.rlim_cur = 200, .rlim_max = RLIM_INFINITY};
    scene_make(&scene);
    const char *out = scene_path(&scene, "out"), *errors = scene_path(&scene, "errors");
    const char *argv[] = {run_claimgate(), "validate",   CLAIMS,  "--roster", ROSTER,
                          "--as-of",       "2025-06-30", "--out", out,        NULL};
    int status = 0, null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    cr_assert(getrlimit(RLIMIT_FSIZE, &before) == 0);
    low.rlim_max = before.rlim_max;
    cr_assert(setrlimit(RLIMIT_FSIZE, &low) == 0);
    pid_t pid = scene_start(argv, null_fd, null_fd, errors);
    cr_assert(setrlimit(RLIMIT_FSIZE, &before) == 0);
    cr_assert(waitpid(pid, &status, 0) == pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 74, "status %x", status);
    cr_expect(scene_names(&scene) == 1, "something is left beside");
    close(null_fd);
    scene_remove(&scene);
}
