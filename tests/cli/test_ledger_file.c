/*
 * What is named as the ledger: a file still to be made, or something that is none.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

static char *counts_of(const char *report) {
    const char *from = strstr(report, "\"counts\"");
    const char *to = strstr(report, "\"timing\"");
    cr_assert(from != NULL && to != NULL && from < to, "%s", report);
    return strndup(from, (size_t)(to - from));
}

static char *counts_after(const char *const more[]) {
    struct run run;
    scene_validate(more, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    char *counts = counts_of(run.out);
    run_fini(&run);
    return counts;
}

Test(ledger_file, a_dry_run_before_the_first_night_counts_as_that_night_will, .timeout = 60) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *empty = scene_file(&scene, "empty", "", 0);
    const char *ledger = scene_path(&scene, "ledger.db");
    const char *out = scene_path(&scene, "out");
    char *missing = counts_after(
        (const char *[]){CLAIMS, CLAIMS, "--ledger", ledger, "--dry-run", "--json", NULL});
    char *empty_file = counts_after(
        (const char *[]){CLAIMS, "--ledger", empty, "--out", out, "--dry-run", "--json", NULL});
    cr_expect_eq(scene_names(&scene), 1, "nothing but the empty file");
    char *real = counts_after(
        (const char *[]){CLAIMS, CLAIMS, "--ledger", ledger, "--out", out, "--json", NULL});
    cr_expect_str_eq(missing, real);
    cr_expect_str_eq(empty_file, real);
    free(missing);
    free(empty_file);
    free(real);
    const char *nowhere = scene_path(&scene, "none/ledger.db");
    scene_validate((const char *[]){CLAIMS, "--ledger", nowhere, "--dry-run", NULL}, NULL, &run);
    cr_expect_eq(run.exit_code, 73, "the night would fail as well: %d", run.exit_code);
    run_fini(&run);
    scene_remove(&scene);
}

static void expect_refused(struct scene *scene, const char *ledger) {
    const char *const commands[][RUN_ARGS_MAX] = {
        {"validate", CLAIMS, "--roster", ROSTER, "--out", scene_path(scene, "out")},
        {"validate", CLAIMS, "--roster", ROSTER, "--dry-run"},
        {"ledger", "recover"},
        {"ledger", "import", CLAIMS},
        {"ledger", "runs"},
        {"explain", "X"},
    };
    struct stat before;
    struct stat after;
    const size_t names = scene_names(scene);
    cr_assert_eq(stat(ledger, &before), 0);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
        size_t count = 1;
        struct run run;
        for (; commands[i][count - 1] != NULL; count++) {
            argv[count] = commands[i][count - 1];
        }
        argv[count++] = "--ledger";
        argv[count] = ledger;
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 65, "%s %s: exit %d: %s", argv[1], ledger, run.exit_code,
                     run.err);
        cr_expect(strstr(run.err, "name another") != NULL, "%s", run.err);
        run_fini(&run);
        cr_expect_eq(scene_names(scene), names, "%s %s has made a file", argv[1], ledger);
    }
    cr_assert_eq(stat(ledger, &after), 0);
    cr_expect_eq(before.st_mode, after.st_mode, "%s has another mode", ledger);
    cr_expect(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
                  before.st_mtim.tv_nsec == after.st_mtim.tv_nsec,
              "%s has been written", ledger);
}

Test(ledger_file, what_is_no_ledger_is_left_as_it_was, .timeout = 60) {
    struct scene scene;
    struct run run;
    size_t len;
    scene_make(&scene);
    char *bytes = run_read_file(CLAIMS, &len);
    const char *claims = scene_file(&scene, "claims.csv", bytes, len);
    const char *other = scene_path(&scene, "other.db");
    const char *folder = scene_path(&scene, "folder");
    const char *pipe = scene_path(&scene, "pipe");
    run_program((const char *[]){"sqlite3", other, "CREATE TABLE t(a)", NULL}, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    cr_assert(chmod(claims, 0644) == 0 && chmod(other, 0644) == 0);
    cr_assert(mkdir(folder, 0755) == 0 && mkfifo(pipe, 0644) == 0);
    expect_refused(&scene, claims);
    expect_refused(&scene, other);
    expect_refused(&scene, folder);
    expect_refused(&scene, pipe);
    free(bytes);
    scene_remove(&scene);
}
