#include "support/shell.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

void shell_run(const struct scene *scene, const char *command, struct run *run) {
    char text[4096];
    int len = snprintf(text, sizeof text,
                       "C=%s D=%s; V=\"$C validate " SHELL_CLAIMS " --roster " SHELL_ROSTER
                       " --as-of 2025-06-30 --quiet\"; %s",
                       run_claimgate(), scene->dir, command);
    const char *const argv[] = {"sh", "-c", text, NULL};
    cr_assert(len > 0 && (size_t)len < sizeof text);
    run_program(argv, NULL, run);
}

void shell_expect(const struct scene *scene, const char *command, int exit_code,
                  const char *words) {
    struct run run;
    shell_run(scene, command, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s: exit %d: %s", command, run.exit_code, run.err);
    cr_expect_not_null(strstr(run.err, words), "no \"%s\" in: %s", words, run.err);
    run_fini(&run);
}
