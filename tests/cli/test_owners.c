/*
 * Files and folders of other accounts, and what is left beside them: nothing of theirs is used or
 * changed, nothing of ours stays.
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

enum { NOBODY = 65534 };

static void expect_end(struct scene *scene, const char *ledger, int exit_code, const char *word) {
    struct run run;
    scene_validate(
        (const char *[]){CLAIMS, "--ledger", ledger, "--out", scene_path(scene, "out"), NULL}, NULL,
        &run);
    cr_expect(run.exit_code == exit_code, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, word) != NULL, "no \"%s\" in: %s", word, run.err);
    run_fini(&run);
}

Test(owners, a_ledger_of_another_account_is_neither_filled_nor_changed) {
    struct scene scene;
    struct stat facts;
    if (geteuid() != 0) {
        cr_skip_test("only root can give a file away");
    }
    scene_make(&scene);
    const char *ledger = scene_file(&scene, "claims.ledger", "", 0);
    cr_assert(chmod(ledger, 0666) == 0 && chown(ledger, NOBODY, NOBODY) == 0);
    expect_end(&scene, ledger, 77, "belongs to another account");
    cr_assert(stat(ledger, &facts) == 0);
    cr_expect(facts.st_size == 0 && (facts.st_mode & 07777) == 0666 && facts.st_uid == NOBODY);
    cr_expect(scene_names(&scene) == 1, "the lock is gone again");
    scene_remove(&scene);
}

Test(owners, a_ledger_that_cannot_be_made_leaves_nothing_behind) {
    struct scene scene;
    scene_make(&scene);
    const char *link_path = scene_path(&scene, "link.ledger");
    cr_assert(symlink(scene_path(&scene, "nowhere"), link_path) == 0);
    expect_end(&scene, link_path, 73, "link.ledger");
    cr_expect(scene_names(&scene) == 1, "the link alone");
    const char *ledger = scene_path(&scene, "claims.ledger");
    cr_assert(mkdir(scene_path(&scene, "claims.ledger-wal"), 0700) == 0);
    struct run run;
    scene_validate(
        (const char *[]){CLAIMS, "--ledger", ledger, "--out", scene_path(&scene, "out"), NULL},
        NULL, &run);
    cr_expect(run.exit_code != 0);
    cr_expect(scene_names(&scene) == 2, "the link and the folder: %s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* A folder that others may write to, without and with the sticky bit. */
Test(owners, a_folder_in_which_others_can_replace_files_is_warned_of) {
    static const struct {
        mode_t mode;
        const char *words; /* NULL: none */
    } cases[] = {{0777, "everybody may write to its folder"},
                 {0770, "its group may write to its folder"},
                 {01777, NULL},
                 {0755, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        struct run run;
        scene_make(&scene);
        cr_assert(chmod(scene.dir, cases[i].mode) == 0);
        scene_validate((const char *[]){CLAIMS, "--out", scene_path(&scene, "out"), NULL}, NULL,
                       &run);
        cr_expect(run.exit_code == 0, "%s", run.err);
        cr_expect((strstr(run.err, "may write to its folder") != NULL) == (cases[i].words != NULL));
        cr_expect(cases[i].words == NULL || strstr(run.err, cases[i].words) != NULL, "%s", run.err);
        run_fini(&run);
        scene_remove(&scene);
    }
}

static void expect_busy(struct scene *scene, const char *lock, const char *ledger) {
    const int fd = open(scene_path(scene, "%s", lock), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct run run;
    cr_assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
    scene_validate((const char *[]){CLAIMS, "--out", scene_path(scene, "out"),
                                    ledger != NULL ? "--ledger" : NULL, ledger, NULL},
                   NULL, &run);
    cr_expect(run.exit_code == 75, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, " of account ") != NULL, "%s", run.err);
    run_fini(&run);
    close(fd);
}

Test(owners, whose_lock_it_is_that_a_run_waits_for_is_told) {
    struct scene scene;
    scene_make(&scene);
    expect_busy(&scene, ".out.claimgate-lock", NULL);
    expect_busy(&scene, "claims.ledger-lock", scene_path(&scene, "claims.ledger"));
    scene_remove(&scene);
}

Test(owners, what_is_no_file_in_the_place_of_a_lock_is_told_with_its_owner) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    cr_assert(symlink("nowhere", scene_path(&scene, ".out.claimgate-lock")) == 0);
    cr_assert(mkdir(scene_path(&scene, "claims.ledger-lock"), 0700) == 0);
    expect_end(&scene, scene_path(&scene, "claims.ledger"), 73, "account");
    scene_validate((const char *[]){CLAIMS, "--out", scene_path(&scene, "out"), NULL}, NULL, &run);
    cr_expect(run.exit_code == 73 && strstr(run.err, "account") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* --- snapshots --- */

static int export_snapshot(struct scene *scene) {
    struct run run;
    run_program((const char *[]){run_claimgate(), "ledger", "export", "--snapshot",
                                 scene_path(scene, "copies/s"), "--ledger",
                                 scene_path(scene, "claims.ledger"), NULL},
                NULL, &run);
    const int exit_code = run.exit_code;
    run_fini(&run);
    return exit_code;
}

Test(owners, what_a_killed_export_has_left_is_swept_by_the_next) {
    struct scene scene;
    static const char *const left[] = {"", "-journal", "-wal", "-shm"};
    scene_make(&scene);
    scene_expect_success((const char *[]){CLAIMS, "--ledger", scene_path(&scene, "claims.ledger"),
                                          "--out", scene_path(&scene, "out"), NULL},
                         NULL);
    cr_assert(mkdir(scene_path(&scene, "copies"), 0700) == 0);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "copies/.s.claimgate-0123456789abcdef%s", left[i]);
        (void)scene_file(&scene, name, "PHI", 3);
    }
    cr_expect(export_snapshot(&scene) == 0);
    struct scene copies = scene;
    snprintf(copies.dir, sizeof copies.dir, "%s", scene_path(&scene, "copies"));
    cr_expect(scene_names(&copies) == 1, "the copy alone");
    scene_remove(&scene);
}
