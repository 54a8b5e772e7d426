#include "support/staging_folder.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(staging, .init = staging_setup, .fini = staging_teardown, .timeout = 60);

Test(staging, the_folder_appears_whole_and_alone) {
    struct cg_error err = CG_ERROR_INIT;
    struct stat about;
    struct cg_staging *staging = staging_open_ok(staging_target, false);

    cr_assert_str_eq(cg_staging_final_path(staging), staging_target);
    cr_assert_eq(strncmp(cg_staging_path(staging), staging_in_folder(".night.claimgate-"),
                         strlen(staging_in_folder(".night.claimgate-"))),
                 0);
    cr_assert_eq(staging_fill(staging, "{}", &err), CG_OK);
    cr_assert_eq(access(staging_target, F_OK), -1);
    cr_assert_eq(cg_staging_sync(staging, &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK);
    cg_staging_close(staging, false);
    cr_assert(staging_holds(staging_in_folder("night/report.json"), "{}"));
    cr_assert_eq(staging_entries(staging_folder), 1);
    cr_assert_eq(staging_entries(staging_target), 1);
    cr_assert_eq(stat(staging_target, &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0700);
}

Test(staging, a_run_that_fails_leaves_nothing) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = staging_open_ok(staging_target, false);

    cr_assert_eq(staging_fill(staging, "{}", &err), CG_OK);
    cg_staging_close(staging, false);
    cg_staging_close(NULL, false);
    cr_assert_eq(staging_entries(staging_folder), 0);
}

Test(staging, modes_do_not_depend_on_the_umask) {
    struct cg_error err = CG_ERROR_INIT;
    struct stat about;
    struct cg_staging_plan plan = staging_plan_for(staging_target, false);
    struct cg_staging *staging;

    umask(0777);
    plan.group = getegid();
    cr_assert_eq(cg_staging_open(&plan, &staging, &err), CG_OK, "%s", err.text);
    cr_assert_eq(fstat(cg_staging_dir_fd(staging), &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0750);
    cg_staging_close(staging, false);
    umask(0);
    staging = staging_open_ok(staging_target, false);
    cr_assert_eq(fstat(cg_staging_dir_fd(staging), &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0700);
    cg_staging_close(staging, false);
}

Test(staging, what_cannot_be_a_folder_is_refused) {
    static const char *const names[] = {"", "/", "//", ".", "..", "/tmp/..", "/tmp/."};
    char long_name[400];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        staging_assert_refused(names[i], false, CG_CANNOT_CREATE, "cannot be an output");
    }
    memset(long_name, 'n', sizeof long_name);
    long_name[256] = '\0';
    staging_assert_refused(staging_in_folder(long_name), false, CG_CANNOT_CREATE,
                           "cannot be an output");
    staging_assert_refused(staging_in_folder("none/night"), false, CG_CANNOT_CREATE,
                           "/none/night: the folder ");
    staging_assert_refused("none//night/", false, CG_CANNOT_CREATE,
                           "none/night: the folder none does not exist; make it first: "
                           "mkdir -p none");
    staging_write_file(staging_in_folder("file"), "x");
    staging_assert_refused(staging_in_folder("file/night"), false, CG_CANNOT_CREATE, "file");
}

Test(staging, names_of_every_length_work) {
    char name[256], report[300];

    for (size_t len = 220; len <= 255; len++) {
        memset(name, 'n', len);
        name[len] = '\0';
        staging_run_ok(staging_in_folder(name), false, "{}");
        staging_run_ok(staging_in_folder(name), true, "{2}");
        cr_assert_eq(staging_entries(staging_folder), 1);
        snprintf(report, sizeof report, "%s/report.json", name);
        cr_assert(staging_holds(staging_in_folder(report), "{2}"));
        staging_remove_tree(staging_in_folder("n*"));
    }
}

Test(staging, slashes_at_the_end_and_bare_names_work) {
    staging_run_ok(staging_in_folder("slashes///"), false, "{}");
    cr_assert(staging_holds(staging_in_folder("slashes/report.json"), "{}"));
    cr_assert_eq(chdir(staging_folder), 0);
    struct cg_staging *staging = staging_open_ok("bare", false);
    cr_assert_str_eq(cg_staging_final_path(staging), staging_in_folder("bare"));
    cg_staging_close(staging, false);
}

Test(staging, an_existing_folder_is_refused_without_overwrite) {
    cr_assert_eq(mkdir(staging_target, 0700), 0);
    staging_assert_refused(staging_target, false, CG_CANNOT_CREATE, "--overwrite");
}

Test(staging, a_folder_that_appears_meanwhile_is_left_as_it_is) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = staging_open_ok(staging_target, false);

    cr_assert_eq(mkdir(staging_target, 0700), 0);
    staging_write_file(staging_in_folder("night/theirs"), "x");
    cr_assert_eq(cg_staging_publish(staging, &err), CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(err.text, "meanwhile"), "%s", err.text);
    cg_staging_close(staging, false);
    cr_assert_eq(staging_entries(staging_folder), 1);
    cr_assert(staging_holds(staging_in_folder("night/theirs"), "x"));
}

Test(staging, overwrite_replaces_our_own_folder) {
    staging_run_ok(staging_target, false, "{1}");
    staging_run_ok(staging_target, true, "{2}");
    cr_assert(staging_holds(staging_in_folder("night/report.json"), "{2}"));
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, overwrite_with_nothing_there_makes_a_new_folder) {
    staging_run_ok(staging_target, true, "{1}");
    cr_assert(staging_holds(staging_in_folder("night/report.json"), "{1}"));
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, overwrite_goes_on_when_the_old_folder_vanishes) {
    struct cg_error err = CG_ERROR_INIT;

    cr_assert_eq(mkdir(staging_target, 0700), 0);
    struct cg_staging *staging = staging_open_ok(staging_target, true);
    cr_assert_eq(rmdir(staging_target), 0);
    cr_assert_eq(staging_fill(staging, "{2}", &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK, "%s", err.text);
    cg_staging_close(staging, false);
    cr_assert(staging_holds(staging_in_folder("night/report.json"), "{2}"));
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, overwrite_never_deletes_what_is_not_ours) {
    staging_run_ok(staging_target, false, "{1}");
    staging_write_file(staging_in_folder("night/notes.txt"), "theirs");
    staging_assert_refused(staging_target, true, CG_CANNOT_CREATE, "notes.txt");
    unlink(staging_in_folder("night/notes.txt"));
    cr_assert_eq(mkdir(staging_in_folder("night/accepted.csv.gz"), 0700), 0);
    staging_assert_refused(staging_target, true, CG_CANNOT_CREATE, "accepted.csv.gz");
    cr_assert_eq(rmdir(staging_in_folder("night/accepted.csv.gz")), 0);
    /* Also when it comes into being after the start. */
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = staging_open_ok(staging_target, true);
    staging_write_file(staging_in_folder("night/notes.txt"), "theirs");
    cr_assert_eq(cg_staging_publish(staging, &err), CG_CANNOT_CREATE);
    cg_staging_close(staging, false);
    cr_assert(staging_holds(staging_in_folder("night/notes.txt"), "theirs"));
    cr_assert(staging_holds(staging_in_folder("night/report.json"), "{1}"));
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, overwrite_refuses_files_and_links) {
    staging_write_file(staging_target, "x");
    staging_assert_refused(staging_target, true, CG_CANNOT_CREATE, "not a folder");
    unlink(staging_target);
    cr_assert_eq(symlink("/tmp", staging_target), 0);
    staging_assert_refused(staging_target, true, CG_CANNOT_CREATE, "not a folder");
    staging_assert_refused(staging_target, false, CG_CANNOT_CREATE, "exists already");
}

Test(staging, overwrite_refuses_mount_points) {
    cr_assert_eq(mkdir(staging_target, 0700), 0);
    cr_assert_eq(mkdir(staging_in_folder("other"), 0700), 0);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(staging_in_folder("other"), staging_target, NULL, MS_BIND, NULL) != 0) {
        cr_skip("this account cannot mount");
    }
    const int lock =
        open(staging_in_folder(".night.claimgate-lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(flock(lock, LOCK_EX), 0);
    staging_assert_refused(staging_target, true, CG_CANNOT_CREATE, "mount point");
    close(lock);
    cr_assert_eq(umount(staging_target), 0);
    cr_assert_eq(mount("none", staging_target, "tmpfs", 0, NULL), 0);
    staging_assert_refused(staging_target, true, CG_CANNOT_CREATE, "mount point");
    cr_assert_eq(umount(staging_target), 0);
}

Test(staging, a_folder_that_may_not_be_written_is_a_matter_of_permission) {
    if (geteuid() == 0) {
        cr_assert_eq(chmod(staging_folder, 0755), 0);
        cr_assert_eq(seteuid(65534), 0);
    } else {
        cr_assert_eq(chmod(staging_folder, 0500), 0);
    }
    staging_assert_refused(staging_target, false, CG_NO_PERMISSION, "lock file");
    if (getuid() == 0) {
        cr_assert_eq(seteuid(0), 0);
    }
}

Test(staging, a_second_run_is_told_to_wait) {
    struct cg_staging *first = staging_open_ok(staging_target, false);

    staging_assert_refused(staging_target, false, CG_BUSY, "another claimgate");
    staging_run_ok(staging_in_folder("other"), false, "{}");
    cg_staging_close(first, false);
    cg_staging_close(staging_open_ok(staging_target, false), false);
}

Test(staging, a_lock_file_that_was_left_lying_is_no_lock) {
    staging_write_file(staging_in_folder(".night.claimgate-lock"), "");
    staging_run_ok(staging_target, false, "{}");
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, many_runs_at_once_never_share_the_lock) {
    enum { CHILDREN = 8, ROUNDS = 60 };

    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            bool alone = true;

            for (int round = 0; round < ROUNDS; round++) {
                struct cg_error err = CG_ERROR_INIT;
                struct cg_staging *staging;
                struct cg_staging_plan plan = staging_plan_for(staging_target, false);

                if (cg_staging_open(&plan, &staging, &err) == CG_OK) {
                    int fd = open(staging_in_folder("guard"), O_CREAT | O_EXCL | O_WRONLY, 0600);
                    alone = alone && fd >= 0 && unlink(staging_in_folder("guard")) == 0;
                    close(fd);
                    cg_staging_close(staging, false);
                } else {
                    alone = alone && err.status == CG_BUSY;
                }
            }
            _exit(alone ? 0 : 1);
        }
    }
    for (int child = 0; child < CHILDREN; child++) {
        int status;
        cr_assert_gt(wait(&status), 0);
        cr_assert_eq(status, 0);
    }
    cr_assert_eq(staging_entries(staging_folder), 0);
}

Test(staging, only_exactly_named_leavings_are_removed) {
    static const char *const kept[] = {
        ".night.claimgate-0123456789abcde", ".night.claimgate-0123456789abcdef0",
        ".night.claimgate-0123456789abcdeg", "night.claimgate-0123456789abcdef"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        cr_assert_eq(mkdir(staging_in_folder(kept[i]), 0700), 0);
    }
    cr_assert_eq(mkdir(staging_in_folder(".night.claimgate-0123456789abcdef"), 0700), 0);
    staging_write_file(staging_in_folder(".night.claimgate-0123456789abcdef/accepted.csv.gz"), "x");
    staging_write_file(staging_in_folder(".night.claimgate-ffffffffffffffff"), "x");
    /* Of other outputs, which nobody writes now. */
    cr_assert_eq(mkdir(staging_in_folder(".night2.claimgate-0123456789abcdef"), 0700), 0);
    cr_assert_eq(mkdir(staging_in_folder(".night.claimgate-x.claimgate-0123456789abcdef"), 0700),
                 0);
    cg_staging_close(staging_open_ok(staging_target, false), false);
    cr_assert_eq(staging_entries(staging_folder), (int)(sizeof kept / sizeof *kept));
}

Test(staging, a_kept_folder_is_taken_up_again_and_published) {
    struct cg_error err = CG_ERROR_INIT;
    char path[512];
    struct cg_staging *staging = staging_open_ok(staging_target, false);

    snprintf(path, sizeof path, "%s", cg_staging_path(staging));
    cr_assert_eq(staging_fill(staging, "{1}", &err), CG_OK);
    cg_staging_close(staging, true);
    cr_assert_eq(staging_entries(staging_folder), 1);
    cr_assert_eq(cg_staging_adopt(path, staging_target, &staging, &err), CG_OK, "%s", err.text);
    cr_assert_str_eq(cg_staging_path(staging), path);
    cr_assert_str_eq(cg_staging_final_path(staging), staging_target);
    staging_assert_refused(staging_target, false, CG_BUSY, "another claimgate");
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK);
    cg_staging_close(staging, false);
    cr_assert(staging_holds(staging_in_folder("night/report.json"), "{1}"));
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, a_kept_folder_can_be_published_elsewhere_or_removed) {
    struct cg_error err = CG_ERROR_INIT, taken = CG_ERROR_INIT;
    char path[512];
    struct cg_staging *staging = staging_open_ok(staging_target, false);

    snprintf(path, sizeof path, "%s", cg_staging_path(staging));
    cg_staging_close(staging, true);
    cr_assert_eq(mkdir(staging_in_folder("other"), 0700), 0);
    cr_assert_eq(mkdir(staging_in_folder("other/taken"), 0700), 0);
    cr_assert_eq(cg_staging_adopt(path, staging_in_folder("other/taken"), &staging, &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &taken), CG_CANNOT_CREATE);
    cg_staging_close(staging, true);
    cr_assert_eq(cg_staging_adopt(path, staging_in_folder("other/new"), &staging, &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK, "%s", err.text);
    cg_staging_close(staging, false);
    cr_assert_eq(staging_entries(staging_in_folder("other")), 2);
    cr_assert_eq(staging_entries(staging_folder), 1);
    staging = staging_open_ok(staging_target, false);
    snprintf(path, sizeof path, "%s", cg_staging_path(staging));
    cg_staging_close(staging, true);
    cr_assert_eq(cg_staging_adopt(path, staging_target, &staging, &err), CG_OK);
    cg_staging_close(staging, false);
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staging, what_is_no_staged_folder_is_not_taken_up) {
    struct cg_error missing = CG_ERROR_INIT, foreign = CG_ERROR_INIT;
    struct cg_staging *staging;

    cr_assert_eq(cg_staging_adopt(staging_in_folder(".night.claimgate-0123456789abcdef"),
                                  staging_target, &staging, &missing),
                 CG_NO_INPUT);
    cr_assert_eq(mkdir(staging_target, 0700), 0);
    cr_assert_eq(cg_staging_adopt(staging_target, staging_in_folder("x"), &staging, &foreign),
                 CG_INTERNAL);
    cr_assert_eq(staging_entries(staging_folder), 1);
}
