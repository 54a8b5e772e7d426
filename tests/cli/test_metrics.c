/*
 * --metrics: a file for Prometheus on every exit of a run, whatever came of it.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

enum { WORDS = 24 };

/* The number behind `name` at a line's start; -1: there is none. */
static double metric(const char *text, const char *name) {
    char line[128];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(text, line);
    return at != NULL ? strtod(at + strlen(line), NULL) : -1;
}

/* `validate` with these words (parted by blanks, OUT and METRICS stand for paths of the scene). */
static char *run_with_metrics(struct scene *scene, const char *words, const char *out,
                              int exit_code) {
    char copy[512];
    const char *argv[WORDS + 8] = {run_claimgate(), "validate",   "--quiet",
                                   "--as-of",       "2025-06-30", "--metrics"};
    size_t count = 6, len;
    struct run run;
    argv[count++] = scene_path(scene, "night.prom");
    snprintf(copy, sizeof copy, "%s", words);
    for (char *rest = NULL, *word = strtok_r(copy, " ", &rest); word != NULL && count < WORDS + 7;
         word = strtok_r(NULL, " ", &rest)) {
        argv[count++] = strcmp(word, "OUT") == 0      ? out
                        : strcmp(word, "LEDGER") == 0 ? scene_path(scene, "ledger")
                                                      : word;
    }
    argv[count] = NULL;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s: exit %d: %s", words, run.exit_code, run.err);
    run_fini(&run);
    char *text = run_read_file(argv[6], &len);
    cr_expect_eq((int)metric(text, "claimgate_last_exit_code"), exit_code, "%s", words);
    return text;
}

Test(metrics, every_exit_leaves_its_code) {
    static const struct {
        const char *words;
        int exit_code;
    } cases[] = {
        {CLAIMS " --roster " ROSTER " --out OUT", 0},
        {CLAIMS " --roster " ROSTER " --dry-run --fail-on-reject", 1},
        {CLAIMS " --roster " ROSTER " --out OUT --max-reject-rate 1", 1},
        {CLAIMS " --roster " ROSTER " --out OUT --levle 3", 64},
        {CLAIMS " --roster " ROSTER " --threads", 64},
        {CLAIMS " --out OUT", 64},
        {"README.md --roster " ROSTER " --out OUT", 65},
        {"none.csv --roster " ROSTER " --out OUT", 66},
        {CLAIMS " --roster " ROSTER " --out /proc/none/out", 73},
        {CLAIMS " --roster " ROSTER " --accepted /dev/full --rejected /dev/null", 74},
        {CLAIMS " --roster tests --out OUT", 78},
        {CLAIMS " --roster " ROSTER " --policy none --out OUT", 78},
    };
    struct scene scene;
    scene_make(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *out = scene_path(&scene, "out-%zu", i);
        free(run_with_metrics(&scene, cases[i].words, out, cases[i].exit_code));
    }
    scene_remove(&scene);
}

/* The codes that need a lock, an account, or a full disk of their own. */
Test(metrics, a_busy_or_foreign_ledger_leaves_its_code, .timeout = 60) {
    static const char script[] =
        "night() { \"$1\" validate " CLAIMS " --roster " ROSTER " --ledger $2/l --out $2/o --quiet "
        "--as-of 2025-06-30 --metrics $2/night.prom 2> /dev/null; "
        "sed -n 's/^claimgate_last_exit_code //p' $2/night.prom; }; "
        "export -f night; touch $1/l-lock; "
        "flock $1/l-lock bash -c 'night $0 $1' $0 $1; night $0 $1; chown 12345 $1/l; rm -r $1/o; "
        "sed s/CLM-/CLX-/ " CLAIMS " > $1/c.csv; night $0 $1";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    run_program((const char *[]){"bash", "-c", script, run_claimgate(), scene.dir, NULL}, NULL,
                &run);
    cr_expect_str_eq(run.out, geteuid() == 0 ? "75\n0\n77\n" : "75\n0\n0\n", "%s%s", run.out,
                     run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* 30 MB of addresses are enough to begin, and not for a batch. */
Test(metrics, a_run_without_memory_leaves_its_code, .timeout = 60) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *metrics = scene_path(&scene, "night.prom");
    const char *const argv[] = {"sh",
                                "-c",
                                "ulimit -v 30000; exec $0 validate " CLAIMS " --roster " ROSTER
                                " --dry-run --metrics $1",
                                run_claimgate(),
                                metrics,
                                NULL};
    if (getenv("ASAN_OPTIONS") == NULL) { /* whose addresses are terabytes */
        size_t len;
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 70, "exit %d: %s", run.exit_code, run.err);
        char *text = run_read_file(metrics, &len);
        cr_expect_eq((int)metric(text, "claimgate_last_exit_code"), 70);
        free(text);
        run_fini(&run);
    }
    scene_remove(&scene);
}

Test(metrics, counts_are_those_of_the_report_and_a_failure_keeps_the_last_success) {
    struct scene scene;
    struct stat st;
    size_t len;
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    char *good = run_with_metrics(&scene, CLAIMS " --roster " ROSTER " --out OUT", out, 0);
    char *report = scene_read(out, "report.json", &len);
    cr_expect_eq((long long)metric(good, "claimgate_last_records"),
                 scene_count(report, "counts", "records"));
    cr_expect_eq((long long)metric(good, "claimgate_last_rejected"),
                 scene_count(report, "counts", "rejected"));
    cr_expect_eq((long long)metric(good, "claimgate_last_units{decision=\"accepted\"}"),
                 scene_count(report, "units", "accepted"));
    cr_expect_gt(metric(good, "claimgate_last_success_timestamp_seconds"), 1e9);
    char *bad = run_with_metrics(&scene, "none.csv --roster " ROSTER " --dry-run", out, 66);
    cr_expect_eq(metric(bad, "claimgate_last_success_timestamp_seconds"),
                 metric(good, "claimgate_last_success_timestamp_seconds"));
    cr_expect_eq(metric(bad, "claimgate_last_records"), -1, "nothing was counted");
    /* The collector is another account. */
    cr_expect(stat(scene_path(&scene, "night.prom"), &st) == 0 && (st.st_mode & 0777) == 0644);
    free(bad);
    free(report);
    free(good);
    scene_remove(&scene);
}

Test(metrics, a_busy_ledger_is_75_and_its_size_is_told) {
    struct scene scene;
    scene_make(&scene);
    char *text = run_with_metrics(&scene, CLAIMS " --roster " ROSTER " --out OUT --ledger LEDGER",
                                  scene_path(&scene, "a"), 0);
    cr_expect_gt(metric(text, "claimgate_ledger_bytes"), 4096);
    free(text);
    int lock = open(scene_path(&scene, "ledger-lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(lock >= 0 && flock(lock, LOCK_EX) == 0);
    free(run_with_metrics(
        &scene, "fixtures/quickstart/claims.csv --roster " ROSTER " --out OUT --ledger LEDGER",
        scene_path(&scene, "b"), 75));
    close(lock);
    scene_remove(&scene);
}

Test(metrics, a_file_that_cannot_be_written_is_told_and_the_run_counts) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                CLAIMS,
                                "--roster",
                                ROSTER,
                                "--out",
                                scene_path(&scene, "out"),
                                "--as-of",
                                "2025-06-30",
                                "--quiet",
                                "--metrics",
                                "/proc/none/m",
                                NULL};
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0);
    cr_expect(strstr(run.err, "the metrics are not written") != NULL, "%s", run.err);
    scene_expect_quickstart(scene_path(&scene, "out"));
    run_fini(&run);
    scene_remove(&scene);
}

/* Whatever else is wrong: the file may be an input. */
Test(metrics, a_file_that_holds_something_else_is_left_alone) {
    static const char *const slips[] = {"--quiet", "--nonsense"};
    struct scene scene;
    size_t len, kept_len;
    scene_make(&scene);
    char *claims = run_read_file(CLAIMS, &len);
    const char *input = scene_file(&scene, "claims.csv", claims, len);
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        const char *const argv[] = {
            run_claimgate(),           "validate",  input, "--roster", ROSTER, "--out",
            scene_path(&scene, "out"), "--metrics", input, slips[i],   NULL};
        struct run run;
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 64);
        cr_expect(strstr(run.err, "holds something else") != NULL, "%s", run.err);
        char *kept = run_read_file(input, &kept_len);
        cr_expect(scene_same(kept, kept_len, claims, len), "the claims are gone");
        free(kept);
        run_fini(&run);
    }
    free(claims);
    scene_remove(&scene);
}
