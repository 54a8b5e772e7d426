/*
 * Every command that the README shows for the shell is run, in its order, in a folder as the
 * README supposes one: in/2025-01-20/claims.csv.gz, roster/ and my-policy.json, before the first
 * night.
 */
#include "support/run.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_BYTES = 32768 };

/* Append the body of each ```sh block that runs the program. */
static size_t collect_blocks(const char *readme, char script[SCRIPT_BYTES]) {
    static const char fence[] = "```sh\n";
    size_t blocks = 0;
    size_t used = strlen(script);
    for (const char *at = strstr(readme, fence); at != NULL; at = strstr(at, fence)) {
        at += strlen(fence);
        const char *end = strstr(at, "```");
        cr_assert_not_null(end);
        const size_t len = (size_t)(end - at);
        const char *command = strstr(at, "claimgate ");
        if (command != NULL && command < end) {
            cr_assert_lt(used + len + 1, SCRIPT_BYTES);
            memcpy(script + used, at, len);
            used += len;
            script[used] = '\0';
            blocks++;
        }
        at = end;
    }
    return blocks;
}

static void prepare(const char *dir) {
    char command[4096];
    struct run run;
    snprintf(command, sizeof command,
             "mkdir -p %s/in/2025-01-20 && cp -r fixtures/quickstart/roster %s/ && "
             "cp schemas/policies/ms.json %s/my-policy.json && "
             "gzip -c fixtures/quickstart/claims.csv >%s/in/2025-01-20/claims.csv.gz",
             dir, dir, dir, dir);
    run_program((const char *const[]){"/bin/sh", "-ec", command, NULL}, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
}

Test(readme, every_command_it_shows_runs_as_it_stands, .timeout = 120) {
    static char script[SCRIPT_BYTES];
    char dir[RUN_PATH_BYTES];
    char program[PATH_MAX];
    struct run run;
    size_t len;
    cr_assert_not_null(realpath(run_claimgate(), program));
    *strrchr(program, '/') = '\0';
    run_make_dir(dir);
    prepare(dir);
    snprintf(script, sizeof script, "cd %s\nPATH=%s:$PATH\nset -eu\nset -- 2025-01-20\n", dir,
             program);
    char *readme = run_read_file("README.md", &len);
    cr_expect_geq(collect_blocks(readme, script), 7);
    run_program((const char *const[]){"/bin/sh", "-c", script, NULL}, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    free(readme);
    run_remove_dir(dir);
}

/* Each question in SQL has an answer on the ledger of a night. */
Test(readme, every_question_in_sql_has_an_answer, .timeout = 60) {
    static const char script[] =
        "$0 validate fixtures/quickstart/claims.csv --roster fixtures/quickstart/roster --ledger "
        "$1/l --out $1/o --as-of 2025-06-30 --quiet; "
        "sed -n '/^```sql/,/^```/p' README.md | grep '^SELECT' > $1/questions; "
        "while read -r question; do n=$((n + 1)); "
        "test -n \"$(sqlite3 -readonly -bail $1/l \"$question\")\" || echo none: \"$question\"; "
        "done < $1/questions; echo $n";
    char dir[RUN_PATH_BYTES];
    struct run run;
    run_make_dir(dir);
    run_program((const char *const[]){"bash", "-ec", script, run_claimgate(), dir, NULL}, NULL,
                &run);
    cr_expect_eq(run.exit_code, 0, "exit %d: %s", run.exit_code, run.err);
    cr_expect_str_eq(run.out, "10\n", "%s%s", run.out, run.err);
    run_fini(&run);
    run_remove_dir(dir);
}
