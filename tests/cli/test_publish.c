/*
 * Outputs appear whole or not at all, whatever happens to the run: signals, a kill, a second run,
 * what trips it. What fails below it stands in test_failing_calls.c.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLAIMS   "fixtures/quickstart/claims.csv"
#define EXPECTED "fixtures/quickstart/expected/accepted.csv"
#define ROSTER   "fixtures/quickstart/roster"

static void pause_ms(long ms) {
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static unsigned mode_of(const char *path) {
    struct stat about;
    cr_assert(stat(path, &about) == 0, "%s: %s", path, strerror(errno));
    return about.st_mode & 07777;
}

/* --- signals --- */

/* A run that reads standard input from a pipe that stays silent; it has staged its folder when
 * this returns. */
static pid_t start_blocked(struct scene *scene, const char *out, int *feed) {
    int ends[2];
    const char *errors = scene_path(scene, "errors");
    cr_assert(pipe2(ends, O_CLOEXEC) == 0, "no pipe");
    int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const size_t names = scene_names(scene) + !scene_exists(errors);
    const char *argv[] = {run_claimgate(), "validate", "-", "--roster",  ROSTER, "--as-of",
                          "2025-06-30",    "--out",    out, "--threads", "2",    NULL};
    pid_t pid = scene_start(argv, ends[0], null_fd, errors);
    close(ends[0]);
    close(null_fd);
    while (scene_names(scene) < names + 2) {
        cr_assert(waitpid(pid, NULL, WNOHANG) == 0, "it has ended before it read");
        pause_ms(5); /* until lock and folder stand there */
    }
    *feed = ends[1];
    return pid;
}

Test(publish, a_signal_ends_a_run_that_waits_for_a_silent_pipe, .timeout = 60) {
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++) {
        struct scene scene;
        int feed = -1, status = 0;
        scene_make(&scene);
        const char *out = scene_path(&scene, "out");
        pid_t pid = start_blocked(&scene, out, &feed);
        pause_ms(50 * (long)i);
        kill(pid, SIGNALS[i]);
        cr_assert(waitpid(pid, &status, 0) == pid);
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGNALS[i], "status %x", status);
        cr_expect(scene_names(&scene) == 1, "something is left beside");
        close(feed);
        scene_remove(&scene);
    }
}

/* The reader of our standard output goes away while the claims' own source says nothing. */
Test(publish, a_failed_write_ends_a_run_that_waits_for_a_silent_pipe, .timeout = 60) {
    struct scene scene;
    int feed[2], drain[2], status = 0;
    size_t len = 0, fed = 0;
    scene_make(&scene);
    scene_generate(&scene, "in", (const char *[]){"--lines", "60000", NULL});
    char *claims = run_gunzip(scene_path(&scene, "in/claims.csv.gz"), &len);
    const char *roster = scene_path(&scene, "in/roster");
    const char *rejected = scene_path(&scene, "rejected.csv");
    const char *argv[] = {run_claimgate(), "validate", "-",       "--roster",   roster,
                          "--threads",     "2",        "--quiet", "--accepted", "-",
                          "--rejected",    rejected,   NULL};
    cr_assert(pipe2(feed, O_CLOEXEC) == 0 && pipe2(drain, O_CLOEXEC) == 0, "no pipe");
    pid_t pid = scene_start(argv, feed[0], drain[1], scene_path(&scene, "errors"));
    close(feed[0]);
    close(drain[0]);
    close(drain[1]);
    signal(SIGPIPE, SIG_IGN);                /* it may end before it has read all */
    const size_t enough = (1 << 20) + 50000; /* a batch, and a part of the next */
    cr_assert(len > enough);
    for (ssize_t took = 1; fed < enough && took > 0; fed += took > 0 ? (size_t)took : 0) {
        took = write(feed[1], claims + fed, enough - fed);
    }
    for (int i = 0; i < 500 && waitpid(pid, &status, WNOHANG) == 0; i++) {
        pause_ms(20);
    }
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 74, "status %x", status);
    if (kill(pid, 0) == 0) { /* it still waits */
        kill(pid, SIGKILL);
        cr_expect(false, "it waits for more claims");
    }
    close(feed[1]);
    free(claims);
    scene_remove(&scene);
}

/* The reader of our standard output has stopped reading, but is still there. */
Test(publish, a_signal_ends_a_run_whose_reader_takes_nothing, .timeout = 60) {
    struct scene scene;
    int ends[2], status = 0;
    scene_make(&scene);
    const char *in = scene_generate(&scene, "in", (const char *[]){"--lines", "20000", NULL});
    const char *claims = scene_path(&scene, "in/claims.csv.gz");
    const char *roster = scene_path(&scene, "in/roster");
    const char *rejected = scene_path(&scene, "rejected.csv");
    const char *errors = scene_path(&scene, "errors");
    cr_assert(in != NULL && pipe2(ends, O_CLOEXEC) == 0, "no pipe");
    const char *argv[] = {run_claimgate(), "validate", claims,       "--roster", roster,
                          "--accepted",    "-",        "--rejected", rejected,   NULL};
    pid_t pid = scene_start(argv, 0, ends[1], errors);
    close(ends[1]);
    pause_ms(300);
    kill(pid, SIGTERM);
    cr_assert(waitpid(pid, &status, 0) == pid);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %x", status);
    cr_expect(scene_names(&scene) == 2, "something is left beside");
    scene_remove(&scene);
}

static void signal_at(struct scene *scene, const char *const argv[], const char *out, int number,
                      long delay_us) {
    const char *errors = scene_path(scene, "errors");
    struct timespec delay = {.tv_nsec = delay_us * 1000};
    int status = 0, null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    run_write_file(errors, "", 0); /* a signal may come before the child opens it */
    pid_t pid = scene_start(argv, null_fd, null_fd, errors);
    nanosleep(&delay, NULL);
    kill(pid, number);
    cr_assert(waitpid(pid, &status, 0) == pid);
    close(null_fd);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        size_t len = 0;
        free(scene_read(out, "accepted.csv.gz", &len));
        run_remove_dir(out);
    } else {
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == number, "%ld: status %x", delay_us,
                  status);
    }
    cr_expect(scene_names(scene) == 2, "after %ld us something is left beside", delay_us);
    run_write_file(errors, "", 0);
    scene->path_count--;
}

Test(publish, a_signal_at_any_moment_leaves_a_whole_folder_or_nothing, .timeout = 120) {
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};
    struct scene scene;
    scene_make(&scene);
    scene_generate(&scene, "in", (const char *[]){"--lines", "60000", NULL});
    const char *claims = scene_path(&scene, "in/claims.csv.gz");
    const char *roster = scene_path(&scene, "in/roster");
    const char *out = scene_path(&scene, "out");
    const char *argv[] = {run_claimgate(), "validate", claims,  "--roster", roster,
                          "--threads",     "2",        "--out", out,        "--as-of",
                          "2025-06-30",    NULL};
    for (long i = 0; i < 36; i++) {
        signal_at(&scene, argv, out, SIGNALS[i % 3], 500 + i * i * 120);
    }
    scene_remove(&scene);
}

Test(publish, what_a_killed_run_left_is_removed_by_the_next, .timeout = 60) {
    struct scene scene;
    int feed = -1, status = 0;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    pid_t pid = start_blocked(&scene, out, &feed);
    kill(pid, SIGKILL);
    cr_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    close(feed);
    cr_expect(scene_names(&scene) == 3 && !scene_exists(out), "lock and staging are left");
    scene_expect_success((const char *[]){CLAIMS, "--out", out, NULL}, NULL);
    cr_expect(scene_names(&scene) == 2, "only the new folder stands there");
    scene_expect_quickstart(out);
    scene_remove(&scene);
}

Test(publish, a_second_run_on_a_folder_is_told_to_wait, .timeout = 60) {
    struct scene scene;
    struct run run;
    int feed = -1, status = 0;
    size_t len = 0;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    pid_t pid = start_blocked(&scene, out, &feed);
    scene_validate((const char *[]){CLAIMS, "--out", out, NULL}, NULL, &run);
    cr_expect(run.exit_code == 75, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, "another claimgate is writing it") != NULL, "%s", run.err);
    run_fini(&run);
    char *text = run_read_file(CLAIMS, &len);
    cr_assert(write(feed, text, len) == (ssize_t)len);
    close(feed);
    cr_assert(waitpid(pid, &status, 0) == pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the first run was not disturbed");
    scene_expect_quickstart(out);
    free(text);
    scene_remove(&scene);
}

/* --- what stands in place --- */

Test(publish, overwrite_replaces_only_when_the_new_folder_is_whole, .timeout = 60) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    scene_expect_success((const char *[]){CLAIMS, "--out", out, NULL}, NULL);
    scene_validate((const char *[]){CLAIMS, "fixtures/bad/empty/claims.csv", "--out", out,
                                    "--overwrite", NULL},
                   NULL, &run);
    cr_expect(run.exit_code == 65, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_expect_quickstart(out);
    scene_expect_success(
        (const char *[]){"fixtures/good/header_only/claims.csv", "--out", out, "--overwrite", NULL},
        NULL);
    size_t len = 0;
    char *report = scene_read(out, "report.json", &len);
    cr_expect(scene_count(report, "counts", "records") == 0, "the new folder stands there");
    cr_expect(scene_names(&scene) == 1, "the old one is gone");
    free(report);
    scene_remove(&scene);
}

Test(publish, overwrite_never_deletes_what_is_not_ours, .timeout = 60) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    scene_expect_success((const char *[]){CLAIMS, "--out", out, NULL}, NULL);
    const char *note = scene_file(&scene, "out/note.txt", "mine", 4);
    scene_validate((const char *[]){CLAIMS, "--out", out, "--overwrite", NULL}, NULL, &run);
    cr_expect(run.exit_code == 73, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, "note.txt") != NULL, "%s", run.err);
    cr_expect(scene_exists(note) && scene_names(&scene) == 1);
    run_fini(&run);
    scene_remove(&scene);
}

Test(publish, modes_do_not_depend_on_the_umask, .timeout = 60) {
    static const char *const NAMES[] = {"accepted.csv.gz", "rejected.csv.gz", "report.json"};
    static const mode_t MASKS[] = {0, 022, 077, 0277};
    char group[32];
    snprintf(group, sizeof group, "%u", (unsigned)getgid());
    for (size_t i = 0; i < sizeof MASKS / sizeof MASKS[0]; i++) {
        struct scene scene;
        scene_make(&scene);
        const char *out = scene_path(&scene, "out"), *shared = scene_path(&scene, "shared");
        const char *file = scene_path(&scene, "a.csv");
        const mode_t before = umask(MASKS[i]);
        scene_expect_success((const char *[]){CLAIMS, "--out", out, "--accepted", file, NULL},
                             NULL);
        scene_expect_success((const char *[]){CLAIMS, "--out", shared, "--group", group, NULL},
                             NULL);
        umask(before);
        cr_expect(mode_of(out) == 0700 && mode_of(shared) == 0750, "umask %o", MASKS[i]);
        cr_expect(mode_of(file) == 0600, "umask %o", MASKS[i]);
        for (size_t n = 0; n < 3; n++) {
            cr_expect(n == 0 || mode_of(scene_path(&scene, "out/%s", NAMES[n])) == 0600);
            cr_expect(mode_of(scene_path(&scene, "shared/%s", NAMES[n])) == 0640);
        }
        scene_remove(&scene);
    }
}

Test(publish, single_files_and_standard_output_serve_pipes, .timeout = 60) {
    struct scene scene;
    struct run run;
    size_t len = 0, expected_len = 0, packed_len = 0;
    scene_make(&scene);
    char *expected = run_read_file(EXPECTED, &expected_len);
    const char *accepted = scene_path(&scene, "a.csv.gz"), *rejected = scene_path(&scene, "r.csv");
    const char *report = scene_path(&scene, "report");
    scene_validate((const char *[]){CLAIMS, "--accepted", "-", "--rejected", rejected, NULL}, NULL,
                   &run);
    cr_expect(run.exit_code == 0 && scene_same(run.out, run.out_len, expected, expected_len));
    run_fini(&run);
    scene_validate((const char *[]){CLAIMS, "--accepted", accepted, "--rejected", "-", "--report",
                                    report, NULL},
                   NULL, &run);
    char *plain = run_read_file(rejected, &len);
    cr_expect(run.exit_code == 0 && scene_same(run.out, run.out_len, plain, len), "%s", run.err);
    char *packed = run_gunzip(accepted, &packed_len);
    cr_expect(scene_same(packed, packed_len, expected, expected_len), "gzip by its name");
    free(plain);
    plain = run_read_file(report, &len);
    scene_check_report(plain, len);
    cr_expect(scene_names(&scene) == 3, "nothing is left beside");
    free(plain);
    free(packed);
    free(expected);
    run_fini(&run);
    scene_remove(&scene);
}

Test(publish, a_failed_run_leaves_single_files_as_they_were, .timeout = 60) {
    struct scene scene;
    struct run run;
    size_t len = 0;
    scene_make(&scene);
    const char *accepted = scene_file(&scene, "a.csv", "old", 3);
    const char *rejected = scene_path(&scene, "r.csv");
    scene_validate((const char *[]){CLAIMS, "fixtures/bad/empty/claims.csv", "--accepted", accepted,
                                    "--rejected", rejected, NULL},
                   NULL, &run);
    char *old = run_read_file(accepted, &len);
    cr_expect(run.exit_code == 65 && strcmp(old, "old") == 0 && scene_names(&scene) == 1, "%s",
              run.err);
    free(old);
    run_fini(&run);
    scene_remove(&scene);
}

/* --- what trips a run --- */

Test(publish, max_reject_rate_publishes_nothing_when_it_trips, .timeout = 60) {
    static const struct {
        const char *limit;
        int exit_code;
    } CASES[] = {{"0", 1}, {"10", 1}, {"99.5", 0}, {"100%", 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct scene scene;
        struct run run;
        scene_make(&scene);
        const char *out = scene_path(&scene, "out");
        scene_validate(
            (const char *[]){CLAIMS, "--out", out, "--max-reject-rate", CASES[i].limit, NULL}, NULL,
            &run);
        cr_expect(run.exit_code == CASES[i].exit_code, "%s: exit %d: %s", CASES[i].limit,
                  run.exit_code, run.err);
        const bool trips = CASES[i].exit_code != 0;
        cr_expect(scene_names(&scene) == (trips ? 0 : 1), "%s", CASES[i].limit);
        cr_expect(!trips || strstr(run.err, "nothing was published") != NULL, "%s", run.err);
        run_fini(&run);
        scene_remove(&scene);
    }
}

Test(publish, fail_on_reject_publishes_and_exits_1_only_for_a_rejected_line, .timeout = 60) {
    static const struct {
        const char *claims;
        int exit_code;
    } CASES[] = {{CLAIMS, 1}, {"fixtures/good/header_only/claims.csv", 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct scene scene;
        struct run run;
        scene_make(&scene);
        const char *out = scene_path(&scene, "out");
        scene_validate((const char *[]){CASES[i].claims, "--out", out, "--fail-on-reject", NULL},
                       NULL, &run);
        cr_expect(run.exit_code == CASES[i].exit_code, "exit %d: %s", run.exit_code, run.err);
        cr_expect(scene_exists(out));
        run_fini(&run);
        scene_remove(&scene);
    }
}

Test(publish, a_dry_run_tells_all_and_writes_nothing, .timeout = 60) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    scene_validate((const char *[]){CLAIMS, "--out", out, "--dry-run", "--json", NULL}, NULL, &run);
    cr_expect(run.exit_code == 0 && scene_names(&scene) == 0, "%s", run.err);
    scene_check_report(run.out, run.out_len);
    cr_expect(scene_count(run.out, "counts", "records") == 20);
    run_fini(&run);
    scene_remove(&scene);
}
