#include "claimgate/io/staging.h"

#include "claimgate/io/sink.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const file_names[] = {"accepted.csv.gz", "rejected.csv.gz", "report.json", NULL};
static char folder[64]; /* where outputs are to appear */
static char target[128];

static void setup(void) {
    snprintf(folder, sizeof folder, "/tmp/cg-staging-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(target, sizeof target, "%s/night", folder);
}

static void remove_tree(const char *pattern) {
    char command[600];

    snprintf(command, sizeof command, "rm -rf %s", pattern);
    cr_assert_eq(system(command), 0);
}

static void teardown(void) {
    remove_tree(folder);
}

TestSuite(staging, .init = setup, .fini = teardown, .timeout = 60);

static const char *in_folder(const char *name) {
    static char path[8][512];
    static int next;

    next = (next + 1) % 8;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert_geq(fd, 0, "%s", path);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static bool holds(const char *path, const char *text) {
    char out[256] = "";
    int fd = open(path, O_RDONLY);
    bool same =
        fd >= 0 && read(fd, out, sizeof out - 1) == (ssize_t)strlen(text) && strcmp(out, text) == 0;

    close(fd);
    return same;
}

static int entries(const char *path) {
    DIR *dir = opendir(path);
    int count = 0;

    if (dir == NULL) {
        return -1;
    }
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2;
}

static struct cg_staging_plan plan_for(const char *path, bool overwrite) {
    return (struct cg_staging_plan){
        .final_path = path, .overwrite = overwrite, .file_names = file_names, .group = (gid_t)-1};
}

static struct cg_staging *open_ok(const char *path, bool overwrite) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging;
    struct cg_staging_plan plan = plan_for(path, overwrite);

    cr_assert_eq(cg_staging_open(&plan, &staging, &err), CG_OK, "%s", err.text);
    return staging;
}

static void assert_refused(const char *path, bool overwrite, enum cg_status status,
                           const char *word) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging;
    struct cg_staging_plan plan = plan_for(path, overwrite);
    int before = entries(folder);

    cr_assert_eq(cg_staging_open(&plan, &staging, &err), status, "%s: %s", path, err.text);
    cr_assert_null(staging);
    cr_assert_not_null(strstr(err.text, word), "%s: %s", word, err.text);
    cr_assert_eq(entries(folder), before, "nothing may be left behind");
}

static enum cg_status fill(struct cg_staging *staging, const char *text, struct cg_error *err) {
    struct cg_sink *sink;
    enum cg_status status =
        cg_sink_create(cg_staging_dir_fd(staging), "report.json", (gid_t)-1, &sink, err);

    if (status != CG_OK) {
        return status;
    }
    if ((status = cg_sink_write(sink, text, strlen(text), err)) != CG_OK) {
        cg_sink_abandon(sink);
        return status;
    }
    return cg_sink_close(sink, err);
}

/* One run from start to end, as the program does it. */
static enum cg_status run(const char *path, bool overwrite, const char *text,
                          struct cg_error *err) {
    struct cg_staging *staging;
    struct cg_staging_plan plan = plan_for(path, overwrite);
    enum cg_status status = cg_staging_open(&plan, &staging, err);

    if (status != CG_OK) {
        return status;
    }
    if ((status = fill(staging, text, err)) == CG_OK &&
        (status = cg_staging_sync(staging, err)) == CG_OK) {
        status = cg_staging_publish(staging, err);
    }
    cg_staging_close(staging, false);
    return status;
}

static void run_ok(const char *path, bool overwrite, const char *text) {
    struct cg_error err = CG_ERROR_INIT;

    cr_assert_eq(run(path, overwrite, text, &err), CG_OK, "%s", err.text);
}

Test(staging, the_folder_appears_whole_and_alone) {
    struct cg_error err = CG_ERROR_INIT;
    struct stat about;
    struct cg_staging *staging = open_ok(target, false);

    cr_assert_str_eq(cg_staging_final_path(staging), target);
    cr_assert_eq(strncmp(cg_staging_path(staging), in_folder(".night.claimgate-"),
                         strlen(in_folder(".night.claimgate-"))),
                 0);
    cr_assert_eq(fill(staging, "{}", &err), CG_OK);
    cr_assert_eq(access(target, F_OK), -1);
    cr_assert_eq(cg_staging_sync(staging, &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK);
    cg_staging_close(staging, false);
    cr_assert(holds(in_folder("night/report.json"), "{}"));
    cr_assert_eq(entries(folder), 1);
    cr_assert_eq(entries(target), 1);
    cr_assert_eq(stat(target, &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0700);
}

Test(staging, a_run_that_fails_leaves_nothing) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = open_ok(target, false);

    cr_assert_eq(fill(staging, "{}", &err), CG_OK);
    cg_staging_close(staging, false);
    cg_staging_close(NULL, false);
    cr_assert_eq(entries(folder), 0);
}

Test(staging, modes_do_not_depend_on_the_umask) {
    struct cg_error err = CG_ERROR_INIT;
    struct stat about;
    struct cg_staging_plan plan = plan_for(target, false);
    struct cg_staging *staging;

    umask(0777);
    plan.group = getegid();
    cr_assert_eq(cg_staging_open(&plan, &staging, &err), CG_OK, "%s", err.text);
    cr_assert_eq(fstat(cg_staging_dir_fd(staging), &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0750);
    cg_staging_close(staging, false);
    umask(0);
    staging = open_ok(target, false);
    cr_assert_eq(fstat(cg_staging_dir_fd(staging), &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0700);
    cg_staging_close(staging, false);
}

Test(staging, what_cannot_be_a_folder_is_refused) {
    static const char *const names[] = {"", "/", "//", ".", "..", "/tmp/..", "/tmp/."};
    char long_name[400];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_refused(names[i], false, CG_CANNOT_CREATE, "cannot be an output");
    }
    memset(long_name, 'n', sizeof long_name);
    long_name[256] = '\0';
    assert_refused(in_folder(long_name), false, CG_CANNOT_CREATE, "cannot be an output");
    assert_refused(in_folder("none/night"), false, CG_CANNOT_CREATE, "mkdir -p");
    write_file(in_folder("file"), "x");
    assert_refused(in_folder("file/night"), false, CG_CANNOT_CREATE, "file");
}

Test(staging, names_of_every_length_work) {
    char name[256], report[300];

    for (size_t len = 220; len <= 255; len++) {
        memset(name, 'n', len);
        name[len] = '\0';
        run_ok(in_folder(name), false, "{}");
        run_ok(in_folder(name), true, "{2}");
        cr_assert_eq(entries(folder), 1);
        snprintf(report, sizeof report, "%s/report.json", name);
        cr_assert(holds(in_folder(report), "{2}"));
        remove_tree(in_folder("n*"));
    }
}

Test(staging, slashes_at_the_end_and_bare_names_work) {
    run_ok(in_folder("slashes///"), false, "{}");
    cr_assert(holds(in_folder("slashes/report.json"), "{}"));
    cr_assert_eq(chdir(folder), 0);
    struct cg_staging *staging = open_ok("bare", false);
    cr_assert_str_eq(cg_staging_final_path(staging), in_folder("bare"));
    cg_staging_close(staging, false);
}

Test(staging, an_existing_folder_is_refused_without_overwrite) {
    cr_assert_eq(mkdir(target, 0700), 0);
    assert_refused(target, false, CG_CANNOT_CREATE, "--overwrite");
}

Test(staging, a_folder_that_appears_meanwhile_is_left_as_it_is) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = open_ok(target, false);

    cr_assert_eq(mkdir(target, 0700), 0);
    write_file(in_folder("night/theirs"), "x");
    cr_assert_eq(cg_staging_publish(staging, &err), CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(err.text, "meanwhile"), "%s", err.text);
    cg_staging_close(staging, false);
    cr_assert_eq(entries(folder), 1);
    cr_assert(holds(in_folder("night/theirs"), "x"));
}

Test(staging, overwrite_replaces_our_own_folder) {
    run_ok(target, false, "{1}");
    run_ok(target, true, "{2}");
    cr_assert(holds(in_folder("night/report.json"), "{2}"));
    cr_assert_eq(entries(folder), 1);
}

Test(staging, overwrite_with_nothing_there_makes_a_new_folder) {
    run_ok(target, true, "{1}");
    cr_assert(holds(in_folder("night/report.json"), "{1}"));
    cr_assert_eq(entries(folder), 1);
}

Test(staging, overwrite_goes_on_when_the_old_folder_vanishes) {
    struct cg_error err = CG_ERROR_INIT;

    cr_assert_eq(mkdir(target, 0700), 0);
    struct cg_staging *staging = open_ok(target, true);
    cr_assert_eq(rmdir(target), 0);
    cr_assert_eq(fill(staging, "{2}", &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK, "%s", err.text);
    cg_staging_close(staging, false);
    cr_assert(holds(in_folder("night/report.json"), "{2}"));
    cr_assert_eq(entries(folder), 1);
}

Test(staging, overwrite_never_deletes_what_is_not_ours) {
    run_ok(target, false, "{1}");
    write_file(in_folder("night/notes.txt"), "theirs");
    assert_refused(target, true, CG_CANNOT_CREATE, "notes.txt");
    unlink(in_folder("night/notes.txt"));
    cr_assert_eq(mkdir(in_folder("night/accepted.csv.gz"), 0700), 0);
    assert_refused(target, true, CG_CANNOT_CREATE, "accepted.csv.gz");
    cr_assert_eq(rmdir(in_folder("night/accepted.csv.gz")), 0);
    /* Also when it comes into being after the start. */
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging = open_ok(target, true);
    write_file(in_folder("night/notes.txt"), "theirs");
    cr_assert_eq(cg_staging_publish(staging, &err), CG_CANNOT_CREATE);
    cg_staging_close(staging, false);
    cr_assert(holds(in_folder("night/notes.txt"), "theirs"));
    cr_assert(holds(in_folder("night/report.json"), "{1}"));
    cr_assert_eq(entries(folder), 1);
}

Test(staging, overwrite_refuses_files_and_links) {
    write_file(target, "x");
    assert_refused(target, true, CG_CANNOT_CREATE, "not a folder");
    unlink(target);
    cr_assert_eq(symlink("/tmp", target), 0);
    assert_refused(target, true, CG_CANNOT_CREATE, "not a folder");
    assert_refused(target, false, CG_CANNOT_CREATE, "exists already");
}

Test(staging, overwrite_refuses_mount_points) {
    cr_assert_eq(mkdir(target, 0700), 0);
    cr_assert_eq(mkdir(in_folder("other"), 0700), 0);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(in_folder("other"), target, NULL, MS_BIND, NULL) != 0) {
        cr_skip("this account cannot mount");
    }
    assert_refused(target, true, CG_CANNOT_CREATE, "mount point");
    cr_assert_eq(umount(target), 0);
    cr_assert_eq(mount("none", target, "tmpfs", 0, NULL), 0);
    assert_refused(target, true, CG_CANNOT_CREATE, "mount point");
    cr_assert_eq(umount(target), 0);
}

Test(staging, a_folder_that_may_not_be_written_is_a_matter_of_permission) {
    if (geteuid() == 0) {
        cr_assert_eq(chmod(folder, 0755), 0);
        cr_assert_eq(seteuid(65534), 0);
    } else {
        cr_assert_eq(chmod(folder, 0500), 0);
    }
    assert_refused(target, false, CG_NO_PERMISSION, "lock file");
    if (getuid() == 0) {
        cr_assert_eq(seteuid(0), 0);
    }
}

Test(staging, a_second_run_is_told_to_wait) {
    struct cg_staging *first = open_ok(target, false);

    assert_refused(target, false, CG_BUSY, "another claimgate");
    run_ok(in_folder("other"), false, "{}");
    cg_staging_close(first, false);
    cg_staging_close(open_ok(target, false), false);
}

Test(staging, a_lock_file_that_was_left_lying_is_no_lock) {
    write_file(in_folder(".night.claimgate-lock"), "");
    run_ok(target, false, "{}");
    cr_assert_eq(entries(folder), 1);
}

Test(staging, many_runs_at_once_never_share_the_lock) {
    enum { CHILDREN = 8, ROUNDS = 60 };

    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            bool alone = true;

            for (int round = 0; round < ROUNDS; round++) {
                struct cg_error err = CG_ERROR_INIT;
                struct cg_staging *staging;
                struct cg_staging_plan plan = plan_for(target, false);

                if (cg_staging_open(&plan, &staging, &err) == CG_OK) {
                    int fd = open(in_folder("guard"), O_CREAT | O_EXCL | O_WRONLY, 0600);
                    alone = alone && fd >= 0 && unlink(in_folder("guard")) == 0;
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
    cr_assert_eq(entries(folder), 0);
}

Test(staging, only_exactly_named_leavings_are_removed) {
    static const char *const kept[] = {
        ".night.claimgate-0123456789abcde",  ".night.claimgate-0123456789abcdef0",
        ".night.claimgate-0123456789abcdeg", ".night2.claimgate-0123456789abcdef",
        "night.claimgate-0123456789abcdef",  ".night.claimgate-x.claimgate-0123456789abcdef"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        cr_assert_eq(mkdir(in_folder(kept[i]), 0700), 0);
    }
    cr_assert_eq(mkdir(in_folder(".night.claimgate-0123456789abcdef"), 0700), 0);
    write_file(in_folder(".night.claimgate-0123456789abcdef/accepted.csv.gz"), "x");
    write_file(in_folder(".night.claimgate-ffffffffffffffff"), "x");
    cg_staging_close(open_ok(target, false), false);
    cr_assert_eq(entries(folder), (int)(sizeof kept / sizeof *kept));
}

Test(staging, a_kept_folder_is_taken_up_again_and_published) {
    struct cg_error err = CG_ERROR_INIT;
    char path[512];
    struct cg_staging *staging = open_ok(target, false);

    snprintf(path, sizeof path, "%s", cg_staging_path(staging));
    cr_assert_eq(fill(staging, "{1}", &err), CG_OK);
    cg_staging_close(staging, true);
    cr_assert_eq(entries(folder), 1);
    cr_assert_eq(cg_staging_adopt(path, target, &staging, &err), CG_OK, "%s", err.text);
    cr_assert_str_eq(cg_staging_path(staging), path);
    cr_assert_str_eq(cg_staging_final_path(staging), target);
    assert_refused(target, false, CG_BUSY, "another claimgate");
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK);
    cg_staging_close(staging, false);
    cr_assert(holds(in_folder("night/report.json"), "{1}"));
    cr_assert_eq(entries(folder), 1);
}

Test(staging, a_kept_folder_can_be_published_elsewhere_or_removed) {
    struct cg_error err = CG_ERROR_INIT, taken = CG_ERROR_INIT;
    char path[512];
    struct cg_staging *staging = open_ok(target, false);

    snprintf(path, sizeof path, "%s", cg_staging_path(staging));
    cg_staging_close(staging, true);
    cr_assert_eq(mkdir(in_folder("other"), 0700), 0);
    cr_assert_eq(mkdir(in_folder("other/taken"), 0700), 0);
    cr_assert_eq(cg_staging_adopt(path, in_folder("other/taken"), &staging, &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &taken), CG_CANNOT_CREATE);
    cg_staging_close(staging, true);
    cr_assert_eq(cg_staging_adopt(path, in_folder("other/new"), &staging, &err), CG_OK);
    cr_assert_eq(cg_staging_publish(staging, &err), CG_OK, "%s", err.text);
    cg_staging_close(staging, false);
    cr_assert_eq(entries(in_folder("other")), 2);
    cr_assert_eq(entries(folder), 1);
    staging = open_ok(target, false);
    snprintf(path, sizeof path, "%s", cg_staging_path(staging));
    cg_staging_close(staging, true);
    cr_assert_eq(cg_staging_adopt(path, target, &staging, &err), CG_OK);
    cg_staging_close(staging, false);
    cr_assert_eq(entries(folder), 1);
}

Test(staging, what_is_no_staged_folder_is_not_taken_up) {
    struct cg_error missing = CG_ERROR_INIT, foreign = CG_ERROR_INIT;
    struct cg_staging *staging;

    cr_assert_eq(cg_staging_adopt(in_folder(".night.claimgate-0123456789abcdef"), target, &staging,
                                  &missing),
                 CG_NO_INPUT);
    cr_assert_eq(mkdir(target, 0700), 0);
    cr_assert_eq(cg_staging_adopt(target, in_folder("x"), &staging, &foreign), CG_INTERNAL);
    cr_assert_eq(entries(folder), 1);
}

Test(staging, a_staged_file_replaces_the_old_one_at_once) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staged_file *file;
    struct stat about;
    const char *path = in_folder("report.json");

    write_file(path, "old");
    cr_assert_eq(cg_staged_file_open(path, getegid(), &file, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_sink_write(cg_staged_file_sink(file), "new", 3, &err), CG_OK);
    cr_assert(holds(path, "old"));
    cr_assert_eq(cg_staged_file_publish(file, &err), CG_OK, "%s", err.text);
    cg_staged_file_close(file);
    cr_assert(holds(path, "new"));
    cr_assert_eq(stat(path, &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0640);
    cr_assert_eq(entries(folder), 1);
}

Test(staging, a_staged_file_that_is_not_published_leaves_the_old_one) {
    struct cg_error err = CG_ERROR_INIT, busy = CG_ERROR_INIT;
    struct cg_staged_file *file, *second;
    const char *path = in_folder("report.json");

    write_file(path, "old");
    write_file(in_folder(".report.json.claimgate-0123456789abcdef"), "stale");
    cr_assert_eq(cg_staged_file_open(path, (gid_t)-1, &file, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_staged_file_open(path, (gid_t)-1, &second, &busy), CG_BUSY);
    cg_staged_file_close(file);
    cg_staged_file_close(NULL);
    cr_assert(holds(path, "old"));
    cr_assert_eq(entries(folder), 1);
}

Test(staging, a_staged_file_does_not_follow_a_link) {
    const char *const links[] = {"link", "dangling", "to_device"};

    write_file(in_folder("real"), "old");
    cr_assert_eq(symlink("real", in_folder("link")), 0);
    cr_assert_eq(symlink("nowhere", in_folder("dangling")), 0);
    cr_assert_eq(symlink("/dev/null", in_folder("to_device")), 0);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_staged_file *file;

        cr_expect_eq(cg_staged_file_open(in_folder(links[i]), (gid_t)-1, &file, &err),
                     CG_CANNOT_CREATE);
        cr_expect_not_null(strstr(err.text, "is a symbolic link"), "%s", err.text);
    }
    cr_assert(holds(in_folder("real"), "old"));
    cr_assert_eq(entries(folder), 4);
}

/* /dev/shm is a folder that everybody may write to. */
Test(staging, only_links_to_descriptors_are_followed_below_dev_and_proc) {
    char shared[] = "/dev/shm/claimgate-link-XXXXXX", own[64];
    const char *const refused[] = {shared, own};
    int fd = mkstemp(shared);

    write_file(in_folder("real"), "old");
    cr_assert(fd >= 0 && close(fd) == 0 && unlink(shared) == 0);
    cr_assert_eq(symlink(in_folder("real"), shared), 0);
    snprintf(own, sizeof own, "/proc/self/root%s", shared);
    for (size_t i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_staged_file *file;

        cr_expect_eq(cg_staged_file_open(refused[i], (gid_t)-1, &file, &err), CG_CANNOT_CREATE);
    }
    cr_assert_eq(unlink(shared), 0);
    cr_assert(holds(in_folder("real"), "old"));
}

Test(staging, devices_pipes_and_descriptors_are_written_directly) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staged_file *file;
    struct stat about;
    char descriptor[64], out[4] = "";
    int fd = open(in_folder("redirected"), O_WRONLY | O_CREAT, 0644);

    cr_assert_eq(mkfifo(in_folder("fifo"), 0600), 0);
    int reader = open(in_folder("fifo"), O_RDONLY | O_NONBLOCK);
    snprintf(descriptor, sizeof descriptor, "/dev/fd/%d", fd);
    const char *paths[] = {"/dev/null", in_folder("fifo"), descriptor};
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(cg_staged_file_open(paths[i], (gid_t)-1, &file, &err), CG_OK, "%s", err.text);
        cr_assert_eq(cg_sink_write(cg_staged_file_sink(file), "abc", 3, &err), CG_OK);
        cr_assert_eq(cg_staged_file_publish(file, &err), CG_OK, "%s", err.text);
        cg_staged_file_close(file);
    }
    cr_assert_eq(lstat("/dev/null", &about), 0);
    cr_assert(S_ISCHR(about.st_mode));
    cr_assert_eq(read(reader, out, 3), 3);
    cr_assert_str_eq(out, "abc");
    cr_assert(holds(in_folder("redirected"), "abc"));
    cr_assert_eq(entries(folder), 2);
}

Test(staging, a_staged_file_needs_the_name_of_a_file) {
    struct cg_staged_file *file;
    const char *paths[] = {"", "/", folder, in_folder("x/"), in_folder("none/x"), ".."};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_assert_eq(cg_staged_file_open(paths[i], (gid_t)-1, &file, &err), CG_CANNOT_CREATE, "%s",
                     paths[i]);
        cr_assert_null(file);
    }
    cr_assert_eq(entries(folder), 0);
}

#ifdef CG_FAULTS
/* Settings of faults are read once a process, so every run of these tests has its own. */
static void run_apart(bool overwrite, const char *text) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct cg_error err = CG_ERROR_INIT;
        _exit((int)run(target, overwrite, text, &err));
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
}

static int run_with(const char *point, int pass, const char *action, bool overwrite) {
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct cg_error err = CG_ERROR_INIT;
        char fault[128];

        snprintf(fault, sizeof fault, "%s:%d:%s", point, pass, action);
        setenv("CLAIMGATE_FAULT", fault, 1);
        _exit((int)run(target, overwrite, "{new}", &err));
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    return status;
}

static const char *const points[] = {
    "place.lock",     "staging.mkdir", "staging.access",    "staging.probe", "sink.create",
    "sink.access",    "sink.write",    "sink.fsync",        "sink.close",    "staging.fsync",
    "staging.rename", "place.fsync",   "staging.remove_old"};

Test(staging, at_every_failure_the_old_state_stands_and_nothing_is_left) {
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int pass = 1; pass <= 2; pass++) {
            for (int overwrite = 0; overwrite <= 1; overwrite++) {
                if (overwrite) {
                    run_apart(true, "{old}");
                }
                int status = run_with(points[i], pass, "5", overwrite);
                cr_assert(WIFEXITED(status));
                bool failed = WEXITSTATUS(status) != CG_OK;
                bool at_end = strcmp(points[i], "staging.remove_old") == 0;
                cr_assert(failed || pass > 1 || at_end, "%s was never passed", points[i]);
                bool is_new = holds(in_folder("night/report.json"), "{new}");
                bool is_old = overwrite ? holds(in_folder("night/report.json"), "{old}")
                                        : access(target, F_OK) != 0;
                cr_assert(failed ? is_old : is_new, "%s:%d overwrite %d status %d", points[i], pass,
                          overwrite, status);
                int left = entries(folder) - (failed && !overwrite ? 0 : 1);
                /* The replaced folder stays where it cannot be removed: the run has succeeded. */
                cr_assert_eq(left, at_end && overwrite && pass == 1, "%s:%d overwrite %d: %d left",
                             points[i], pass, overwrite, left);
                remove_tree(target);
                run_apart(false, "{next}");
                cr_assert_eq(entries(folder), 1);
                remove_tree(target);
            }
        }
    }
}

Test(staging, killed_at_any_point_the_next_run_cleans_up) {
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int pass = 1; pass <= 2; pass++) {
            for (int overwrite = 0; overwrite <= 1; overwrite++) {
                if (overwrite) {
                    run_apart(true, "{old}");
                }
                int status = run_with(points[i], pass, "kill", overwrite);
                cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == CG_OK);
                cr_assert(access(target, F_OK) != 0 ||
                              holds(in_folder("night/report.json"), "{new}") ||
                              holds(in_folder("night/report.json"), "{old}"),
                          "%s:%d", points[i], pass);
                run_apart(true, "{next}");
                cr_assert(holds(in_folder("night/report.json"), "{next}"));
                cr_assert_eq(entries(folder), 1);
                remove_tree(target);
            }
        }
    }
}
#endif
