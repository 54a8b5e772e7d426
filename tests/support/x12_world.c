#include "support/x12_world.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void x12_world_make(struct x12_world *world) {
    scene_make(&world->scene);
    world->roster = scene_path(&world->scene, "roster");
    cr_assert_eq(mkdir(world->roster, 0700), 0);
    scene_file(&world->scene, "roster/credentials.csv", X12_ROSTER, strlen(X12_ROSTER));
    cg_buffer_init(&world->text, 4 << 20);
}

void x12_world_end(struct x12_world *world) {
    cg_buffer_fini(&world->text);
    scene_remove(&world->scene);
}

const char *x12_world_put(struct x12_world *world, const char *name) {
    return scene_file(&world->scene, name, world->text.data, world->text.len_bytes);
}

void x12_world_validate(const struct x12_world *world, const char *out, const char *const more[3],
                        struct run *run) {
    const char *const argv[] = {run_claimgate(), "validate",   "--roster", world->roster,
                                "--as-of",       "2025-12-31", "--out",    out,
                                more[0],         more[1],      more[2],    NULL};
    run_program(argv, NULL, run);
}

const char *x12_world_decide(struct x12_world *world, const char *const more[3]) {
    const char *out = scene_path(&world->scene, "out-%zu", world->scene.path_count);
    struct run run;
    x12_world_validate(world, out, more, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    return out;
}

void x12_world_expect_refused(struct x12_world *world, const char *const more[3], int exit_code,
                              const char *told) {
    const char *out = scene_path(&world->scene, "out-%zu", world->scene.path_count);
    struct run run;
    x12_world_validate(world, out, more, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s", run.err);
    cr_expect_not_null(strstr(run.err, told), "\"%s\" is not in %s", told, run.err);
    run_fini(&run);
}

void x12_world_expect_content(const char *out, const char *name, const char *bytes, size_t len) {
    size_t found_len = 0;
    char *found = scene_read(out, name, &found_len);
    cr_expect_eq(found_len, len, "%s has %zu bytes, not %zu:\n%s", name, found_len, len, found);
    cr_expect(found_len == len && memcmp(found, bytes, len) == 0, "%s:\n%s", name, found);
    free(found);
}

void x12_world_expect_in(const char *out, const char *name, const char *wanted) {
    size_t len = 0;
    char *found = scene_read(out, name, &len);
    cr_expect_not_null(strstr(found, wanted), "\"%s\" is not in %s:\n%s", wanted, name, found);
    free(found);
}
