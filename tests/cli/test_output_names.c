#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

struct names {
    const char *accepted;
    const char *rejected;
    const char *says;
};

Test(output_names, no_output_takes_the_place_of_an_input_or_of_another_output) {
    static const struct names cases[] = {
        {"claims.csv", "rejected.csv", "is an input and would be lost"},
        {"accepted.csv", "./claims.csv", "is an input and would be lost"},
        {"both.csv", "./both.csv", "two outputs have the same name"},
    };
    char dir[RUN_PATH_BYTES];
    char input[RUN_PATH_BYTES + 32];
    size_t len = 0;
    char *claims = run_read_file(CLAIMS, &len);
    run_make_dir(dir);
    snprintf(input, sizeof input, "%s/claims.csv", dir);
    run_write_file(input, claims, len);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char accepted[RUN_PATH_BYTES + 32];
        char rejected[RUN_PATH_BYTES + 32];
        struct run run;
        size_t left = 0;
        snprintf(accepted, sizeof accepted, "%s/%s", dir, cases[i].accepted);
        snprintf(rejected, sizeof rejected, "%s/%s", dir, cases[i].rejected);
        const char *const argv[] = {run_claimgate(), "validate", input,        "--roster",
                                    ROSTER,          "--quiet",  "--accepted", accepted,
                                    "--rejected",    rejected,   NULL};
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 64, "case %zu: %d", i, run.exit_code);
        cr_expect_not_null(strstr(run.err, cases[i].says), "%s", run.err);
        run_fini(&run);
        char *now = run_read_file(input, &left);
        cr_expect(left == len && memcmp(now, claims, len) == 0, "case %zu", i);
        free(now);
    }
    free(claims);
    run_remove_dir(dir);
}

/* A folder that validate has made, with an earlier night's accepted lines. */
static const char *earlier_night(struct scene *scene, const char *name) {
    const char *out = scene_path(scene, "%s", name);
    scene_expect_success((const char *[]){CLAIMS, "--out", out, NULL}, NULL);
    return out;
}

static void expect_spared(struct scene *scene, const char *const more[], const char *input,
                          const char *out) {
    const char *accepted = scene_path(scene, "out/accepted.csv.gz");
    struct run run;
    size_t names = scene_names(scene);
    scene_validate(more, input, &run);
    cr_expect_eq(run.exit_code, 64, "%s: exit %d", more[0], run.exit_code);
    cr_expect_not_null(strstr(run.err, "which --overwrite deletes"), "%s", run.err);
    cr_expect(scene_exists(accepted), "%s in %s is lost", more[0], out);
    cr_expect_eq(scene_names(scene), names);
    run_fini(&run);
}

Test(output_names, overwrite_spares_what_the_run_reads_and_writes, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *out = earlier_night(&scene, "out");
    const char *in = scene_path(&scene, "out/accepted.csv.gz");
    const char *link = scene_path(&scene, "link.csv.gz");
    const char *folder_link = scene_path(&scene, "folder");
    const char *dotted = scene_path(&scene, "out/../out/./accepted.csv.gz");
    const char *linked = scene_path(&scene, "folder/accepted.csv.gz");
    const char *other_out = scene_path(&scene, "folder/../out//");
    const char *elsewhere = scene_path(&scene, "elsewhere.csv.gz");
    cr_assert(symlink("out/accepted.csv.gz", link) == 0 && symlink("out", folder_link) == 0);
    const char *const inputs[] = {in, link, dotted, linked};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        expect_spared(&scene,
                      (const char *[]){CLAIMS, inputs[i], "--out", out, "--overwrite", NULL}, NULL,
                      out);
        expect_spared(&scene, (const char *[]){inputs[i], "--out", other_out, "--overwrite", NULL},
                      NULL, out);
    }
    expect_spared(&scene, (const char *[]){"-", "--out", out, "--overwrite", NULL}, in, out);
    expect_spared(&scene,
                  (const char *[]){CLAIMS, "--accepted", in, "--out", out, "--overwrite", NULL},
                  NULL, out);
    const char *policy = scene_path(&scene, "out/report.json");
    expect_spared(&scene,
                  (const char *[]){CLAIMS, "--policy", policy, "--out", out, "--overwrite", NULL},
                  NULL, out);
    /* Once it stands elsewhere, the folder may go. */
    cr_assert_eq(rename(in, elsewhere), 0);
    scene_expect_success((const char *[]){elsewhere, "--out", out, "--overwrite", NULL}, NULL);
    cr_expect(scene_exists(elsewhere));
    scene_remove(&scene);
}

Test(output_names, no_output_takes_the_place_of_a_policy) {
    struct scene scene;
    struct run run;
    size_t len;
    scene_make(&scene);
    char *bytes = run_read_file("schemas/policies/ms.json", &len);
    const char *policy = scene_file(&scene, "policy.json", bytes, len);
    scene_validate((const char *[]){CLAIMS, "--policy", policy, "--out", scene_path(&scene, "out"),
                                    "--report", policy, NULL},
                   NULL, &run);
    cr_expect_eq(run.exit_code, 64);
    cr_expect_not_null(strstr(run.err, "is a file of rules and would be lost"), "%s", run.err);
    cr_expect_eq(scene_names(&scene), 1);
    run_fini(&run);
    free(bytes);
    scene_remove(&scene);
}
