#include "support/staging_folder.h"

#include "claimgate/io/sink.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(staged_file, .init = staging_setup, .fini = staging_teardown, .timeout = 60);

Test(staged_file, a_staged_file_replaces_the_old_one_at_once) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staged_file *file;
    struct stat about;
    const char *path = staging_in_folder("report.json");

    staging_write_file(path, "old");
    cr_assert_eq(cg_staged_file_open(path, getegid(), &file, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_sink_write(cg_staged_file_sink(file), "new", 3, &err), CG_OK);
    cr_assert(staging_holds(path, "old"));
    cr_assert_eq(cg_staged_file_publish(file, &err), CG_OK, "%s", err.text);
    cg_staged_file_close(file);
    cr_assert(staging_holds(path, "new"));
    cr_assert_eq(stat(path, &about), 0);
    cr_assert_eq(about.st_mode & 07777, 0640);
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staged_file, a_staged_file_that_is_not_published_leaves_the_old_one) {
    struct cg_error err = CG_ERROR_INIT, busy = CG_ERROR_INIT;
    struct cg_staged_file *file, *second;
    const char *path = staging_in_folder("report.json");

    staging_write_file(path, "old");
    staging_write_file(staging_in_folder(".report.json.claimgate-0123456789abcdef"), "stale");
    cr_assert_eq(cg_staged_file_open(path, (gid_t)-1, &file, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_staged_file_open(path, (gid_t)-1, &second, &busy), CG_BUSY);
    cg_staged_file_close(file);
    cg_staged_file_close(NULL);
    cr_assert(staging_holds(path, "old"));
    cr_assert_eq(staging_entries(staging_folder), 1);
}

Test(staged_file, a_staged_file_does_not_follow_a_link) {
    const char *const links[] = {"link", "dangling", "to_device"};

    staging_write_file(staging_in_folder("real"), "old");
    cr_assert_eq(symlink("real", staging_in_folder("link")), 0);
    cr_assert_eq(symlink("nowhere", staging_in_folder("dangling")), 0);
    cr_assert_eq(symlink("/dev/null", staging_in_folder("to_device")), 0);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_staged_file *file;

        cr_expect_eq(cg_staged_file_open(staging_in_folder(links[i]), (gid_t)-1, &file, &err),
                     CG_CANNOT_CREATE);
        cr_expect_not_null(strstr(err.text, "is a symbolic link"), "%s", err.text);
    }
    cr_assert(staging_holds(staging_in_folder("real"), "old"));
    cr_assert_eq(staging_entries(staging_folder), 4);
}

/* /dev/shm is a folder that everybody may write to. */
Test(staged_file, only_links_to_descriptors_are_followed_below_dev_and_proc) {
    char shared[] = "/dev/shm/claimgate-link-XXXXXX", own[64];
    const char *const refused[] = {shared, own};
    int fd = mkstemp(shared);

    staging_write_file(staging_in_folder("real"), "old");
    cr_assert(fd >= 0 && close(fd) == 0 && unlink(shared) == 0);
    cr_assert_eq(symlink(staging_in_folder("real"), shared), 0);
    snprintf(own, sizeof own, "/proc/self/root%s", shared);
    for (size_t i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_staged_file *file;

        cr_expect_eq(cg_staged_file_open(refused[i], (gid_t)-1, &file, &err), CG_CANNOT_CREATE);
    }
    cr_assert_eq(unlink(shared), 0);
    cr_assert(staging_holds(staging_in_folder("real"), "old"));
}

Test(staged_file, devices_pipes_and_descriptors_are_written_directly) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staged_file *file;
    struct stat about;
    char descriptor[64], out[4] = "";
    int fd = open(staging_in_folder("redirected"), O_WRONLY | O_CREAT, 0644);

    cr_assert_eq(mkfifo(staging_in_folder("fifo"), 0600), 0);
    int reader = open(staging_in_folder("fifo"), O_RDONLY | O_NONBLOCK);
    snprintf(descriptor, sizeof descriptor, "/dev/fd/%d", fd);
    const char *paths[] = {"/dev/null", staging_in_folder("fifo"), descriptor};
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
    cr_assert(staging_holds(staging_in_folder("redirected"), "abc"));
    cr_assert_eq(staging_entries(staging_folder), 2);
}

Test(staged_file, a_staged_file_needs_the_name_of_a_file) {
    struct cg_staged_file *file;
    const char *paths[] = {
        "", "/", staging_folder, staging_in_folder("x/"), staging_in_folder("none/x"), ".."};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_assert_eq(cg_staged_file_open(paths[i], (gid_t)-1, &file, &err), CG_CANNOT_CREATE, "%s",
                     paths[i]);
        cr_assert_null(file);
    }
    cr_assert_eq(staging_entries(staging_folder), 0);
}
