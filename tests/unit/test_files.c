#include "claimgate/io/files.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void folder_new(char folder[64]) {
    snprintf(folder, 64, "/tmp/cg-files-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(files, a_file_is_read_whole_within_the_limit) {
    char folder[64], path[96];
    struct cg_error err = CG_ERROR_INIT, too_long = CG_ERROR_INIT;
    struct cg_buffer out;

    folder_new(folder);
    snprintf(path, sizeof path, "%s/policy.json", folder);
    write_file(path, "{\"id\":\"ms\"}");
    cg_buffer_init(&out, 11);
    cr_assert_eq(cg_file_read(path, &out, &err), CG_OK);
    cr_assert_eq(out.len_bytes, 11);
    cr_assert_eq(memcmp(out.data, "{\"id\":\"ms\"}", 11), 0);
    cg_buffer_fini(&out);
    cg_buffer_init(&out, 10);
    cr_assert_eq(cg_file_read(path, &out, &too_long), CG_NO_INPUT);
    cr_assert_not_null(strstr(too_long.text, "larger than the 10 bytes"), "%s", too_long.text);
    unlink(path);
    rmdir(folder);
}

Test(files, what_cannot_be_read_is_named) {
    static const char *const paths[] = {"/nowhere/policy.json", "/tmp"};
    struct cg_buffer out;

    cg_buffer_init(&out, 1000);
    for (size_t i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        cr_assert_eq(cg_file_read(paths[i], &out, &err), CG_NO_INPUT);
        cr_assert_not_null(strstr(err.text, paths[i]), "%s", err.text);
    }
}

Test(files, a_closed_pipe_and_a_full_disk_have_their_own_words) {
    struct cg_error pipe_err = CG_ERROR_INIT, disk_err = CG_ERROR_INIT;
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    cr_assert_eq(cg_file_write_all(ends[1], "standard output", "x", 1, &pipe_err), CG_IO);
    cr_assert_not_null(strstr(pipe_err.text, "closed pipe"), "%s", pipe_err.text);
    int full = open("/dev/full", O_WRONLY);
    cr_assert_eq(cg_file_write_all(full, "accepted.csv.gz", "x", 1, &disk_err), CG_IO);
    cr_assert_not_null(strstr(disk_err.text, "disk full"), "%s", disk_err.text);
    cr_assert_not_null(strstr(disk_err.text, "make room"), "%s", disk_err.text);
}

Test(files, a_slow_pipe_left_non_blocking_gets_every_byte, .timeout = 20) {
    enum { BYTES = 1 << 20 };
    struct cg_error err = CG_ERROR_INIT;
    char *bytes = calloc(1, BYTES);
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    pid_t child = fork();
    if (child == 0) {
        size_t total = 0;
        ssize_t got;
        char piece[999];

        close(ends[1]);
        while ((got = read(ends[0], piece, sizeof piece)) > 0) {
            total += (size_t)got;
        }
        _exit(total == BYTES ? 0 : 1);
    }
    close(ends[0]);
    cr_assert_eq(cg_file_write_all(ends[1], "pipe", bytes, BYTES, &err), CG_OK);
    close(ends[1]);
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0, "the reader got every byte");
    free(bytes);
}

Test(files, a_folder_and_its_sub_folders_are_removed_and_a_deeper_one_is_told) {
    char folder[64], path[96];

    cr_assert_not(cg_dir_remove(AT_FDCWD, "/tmp/cg-files-none"));
    folder_new(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    write_file(path, "x");
    snprintf(path, sizeof path, "%s/sub", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/sub/b", folder);
    write_file(path, "x");
    cr_assert(cg_dir_remove(AT_FDCWD, folder));
    cr_assert_eq(access(folder, F_OK), -1);
    folder_new(folder);
    snprintf(path, sizeof path, "%s/sub", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/sub/deeper", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_assert_not(cg_dir_remove(AT_FDCWD, folder));
    cr_assert_eq(rmdir(path), 0);
    cr_assert(cg_dir_remove(AT_FDCWD, folder));
}

Test(files, a_link_in_place_of_a_folder_is_not_followed) {
    char folder[64], path[96], link[96];

    folder_new(folder);
    snprintf(path, sizeof path, "%s/a", folder);
    snprintf(link, sizeof link, "%s-link", folder);
    write_file(path, "x");
    cr_assert_eq(symlink(folder, link), 0);
    cr_assert_not(cg_dir_remove(AT_FDCWD, link));
    cr_assert_eq(access(path, F_OK), 0);
    unlink(link);
    cr_assert(cg_dir_remove(AT_FDCWD, folder));
}

Test(files, a_group_is_found_by_name_or_number) {
    static const char *const bad[] = {"",    "no such group", "-1",
                                      "12x", "4294967295",    "99999999999999999999999"};
    struct cg_error err = CG_ERROR_INIT;
    gid_t gid = 77;

    cr_assert_eq(cg_group_find("root", &gid, &err), CG_OK);
    cr_assert_eq(gid, 0);
    cr_assert_eq(cg_group_find("4294967294", &gid, &err), CG_OK);
    cr_assert_eq(gid, 4294967294U);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cg_error none = CG_ERROR_INIT;
        cr_assert_eq(cg_group_find(bad[i], &gid, &none), CG_USAGE, "%s", bad[i]);
    }
}

Test(files, one_file_is_known_under_any_of_its_names) {
    char dir[] = "/tmp/claimgate-files-XXXXXX";
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    int fd = open("here", O_CREAT | O_WRONLY, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(close(fd), 0);
    cr_assert_eq(symlink("here", "link"), 0);
    cr_assert_eq(link("here", "twin"), 0);
    static const struct {
        const char *a;
        const char *b;
        bool is_same;
    } cases[] = {
        {"here", "./here", true},
        {"here", "link", true},
        {"here", "twin", true},
        {"not yet", ".//not yet", true},
        {"not yet", "here", false},
        {"not yet", "nor this", false},
        {"nowhere/a", "nowhere/a", false},
        {"/dev/null", "/dev/null", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(cg_file_is_same(cases[i].a, cases[i].b), cases[i].is_same, "%s and %s",
                     cases[i].a, cases[i].b);
        cr_expect_eq(cg_file_is_same(cases[i].b, cases[i].a), cases[i].is_same);
    }
    cr_expect(cg_dir_remove(AT_FDCWD, dir));
}
