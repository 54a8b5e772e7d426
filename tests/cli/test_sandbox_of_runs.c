/*
 * What a run gives up, it gives up before it reads a claim, and says so.
 */
#include "support/scene.h"
#include "support/shell.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_report(struct scene *scene, const char *option, const char *words) {
    size_t len = 0;
    const char *out = scene_path(scene, "out%s", option);
    scene_expect_success(
        (const char *[]){SHELL_CLAIMS, "--out", out, option[0] != '\0' ? option : NULL, NULL},
        NULL);
    char *report = scene_read(out, "report.json", &len);
    const char *part = strstr(report, "\"sandbox\"");
    cr_assert_not_null(part);
    cr_expect(getenv("ASAN_OPTIONS") != NULL ||
                  strncmp(strchr(part, '\n'), words, strlen(words)) == 0,
              "%.120s", part);
    free(report);
}

Test(sandbox_of_runs, the_report_says_what_was_in_force) {
    struct scene scene;
    scene_make(&scene);
    expect_report(&scene, "", "\n      \"no_new_privileges\": true,");
    expect_report(&scene, "--no-sandbox",
                  "\n      \"no_new_privileges\": false,\n      \"landlock\": 0,\n"
                  "      \"seccomp\": false\n");
    scene_remove(&scene);
}

/* Of the calls up to the opening of the claims, the last one gives up what the others left. */
static void expect_order(const char *options) {
    struct scene scene;
    scene_make(&scene);
    if (getenv("ASAN_OPTIONS") == NULL) {
        char command[512];
        snprintf(command, sizeof command,
                 "strace -f -o $D/trace -e trace=seccomp,openat $V --out $D/o %s && "
                 "sed '/claims.csv.*O_NOCTTY/q' $D/trace | grep -c "
                 "'seccomp(SECCOMP_SET_MODE_FILTER.*= 0' >&2",
                 options);
        shell_expect(&scene, command, 0, "1\n");
    }
    scene_remove(&scene);
}

Test(sandbox_of_runs, no_claim_is_read_before, .timeout = 60) {
    expect_order("");
    expect_order("--ledger $D/l");
}

/* A path that the kernel could not be told of would be barred, and its owner blamed for it. */
Test(sandbox_of_runs, a_run_whose_rules_failed_goes_on_without_them, .timeout = 60) {
    static const char *const faults[] = {
        "-e trace=landlock_add_rule -e inject=landlock_add_rule:error=ENOMEM:when=4",
        "-P " SHELL_CLAIMS " -e trace=openat -e inject=openat:error=EMFILE:when=1",
        "-P " SHELL_CLAIMS " -e trace=newfstatat -e inject=newfstatat:error=EIO:when=1",
    };
    for (size_t i = 0; getenv("ASAN_OPTIONS") == NULL && i < sizeof faults / sizeof faults[0];
         i++) {
        struct scene scene;
        char command[512];
        scene_make(&scene);
        snprintf(command, sizeof command,
                 SHELL_STRACE "%s $V --threads 0 --out $D/o && "
                              "grep -c '\"landlock\": 0' $D/o/report.json >&2",
                 faults[i]);
        shell_expect(&scene, command, 0, "1\n");
        scene_remove(&scene);
    }
}
