#include "support/script.h"

#include <criterion/criterion.h>
#include <stdlib.h>

char *script_output(const struct scene *scene, const char *script) {
    struct run run;
    const char *const argv[] = {"bash", "-ec", script, run_claimgate(), scene->dir, NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "exit %d: %s%s", run.exit_code, run.err, run.out);
    free(run.err);
    return run.out;
}

void script_expect(const char *script, const char *expected) {
    struct scene scene;
    scene_make(&scene);
    char *out = script_output(&scene, script);
    cr_expect_str_eq(out, expected);
    free(out);
    scene_remove(&scene);
}

void script_expect_told(const char *script, const char *expected) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *const argv[] = {"bash", "-c", script, run_claimgate(), scene.dir, NULL};
    run_program(argv, NULL, &run);
    cr_expect_str_eq(run.out, expected, "exit %d: %s%s", run.exit_code, run.out, run.err);
    free(run.out);
    free(run.err);
    scene_remove(&scene);
}
