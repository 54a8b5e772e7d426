#include "claimgate/io/sink.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static int folder_fd;

static void setup(void) {
    snprintf(folder, sizeof folder, "/tmp/cg-sink-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
}

static void teardown(void) {
    char command[96];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0) {
        fprintf(stderr, "%s is left\n", folder);
    }
}

TestSuite(sink, .init = setup, .fini = teardown);

static void assert_holds(const char *name, const char *text) {
    char out[256] = "";
    int fd = openat(folder_fd, name, O_RDONLY);

    cr_assert_eq(read(fd, out, sizeof out - 1), (ssize_t)strlen(text));
    cr_assert_str_eq(out, text);
    close(fd);
}

Test(sink, bytes_arrive_counted_and_hashed) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sink *sink;
    uint8_t sha256[CG_SHA256_BYTES], expected[CG_SHA256_BYTES];

    cr_assert_eq(cg_sink_create(folder_fd, "out", (gid_t)-1, &sink, &err), CG_OK);
    cr_assert_eq(cg_sink_write(sink, "abc", 3, &err), CG_OK);
    cr_assert_eq(cg_sink_write(sink, "", 0, &err), CG_OK);
    cr_assert_eq(cg_sink_write(sink, "defg", 4, &err), CG_OK);
    cr_assert_eq(cg_sink_bytes(sink), 7);
    cg_sink_sha256(sink, sha256);
    cg_sha256_of("abcdefg", 7, expected);
    cr_assert_eq(memcmp(sha256, expected, sizeof sha256), 0);
    cr_assert_eq(cg_sink_close(sink, &err), CG_OK);
    assert_holds("out", "abcdefg");
}

Test(sink, modes_do_not_depend_on_the_umask) {
    static const mode_t umasks[] = {0, 022, 0777};

    for (size_t i = 0; i < 3; i++) {
        for (int with_group = 0; with_group < 2; with_group++) {
            struct cg_error err = CG_ERROR_INIT;
            struct cg_sink *sink;
            struct stat about;

            umask(umasks[i]);
            cr_assert_eq(
                cg_sink_create(folder_fd, "out", with_group ? getegid() : (gid_t)-1, &sink, &err),
                CG_OK, "%s", err.text);
            cr_assert_eq(cg_sink_close(sink, &err), CG_OK);
            cr_assert_eq(fstatat(folder_fd, "out", &about, 0), 0);
            cr_assert_eq(about.st_mode & 07777, with_group ? 0640 : 0600);
            unlinkat(folder_fd, "out", 0);
        }
    }
}

Test(sink, an_existing_file_or_link_is_refused_and_left_alone) {
    struct cg_error file_err = CG_ERROR_INIT, link_err = CG_ERROR_INIT;
    struct cg_sink *sink;

    int fd = openat(folder_fd, "old", O_WRONLY | O_CREAT, 0600);
    cr_assert_eq(write(fd, "kept", 4), 4);
    close(fd);
    cr_assert_eq(cg_sink_create(folder_fd, "old", (gid_t)-1, &sink, &file_err), CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(file_err.text, "old"));
    cr_assert_null(sink);
    cr_assert_eq(symlinkat("nothing", folder_fd, "link"), 0);
    cr_assert_eq(cg_sink_create(folder_fd, "link", (gid_t)-1, &sink, &link_err), CG_CANNOT_CREATE);
    assert_holds("old", "kept");
}

Test(sink, an_abandoned_sink_is_only_closed) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sink *sink;

    cg_sink_abandon(NULL);
    cr_assert_eq(cg_sink_create(folder_fd, "out", (gid_t)-1, &sink, &err), CG_OK);
    cr_assert_eq(cg_sink_write(sink, "abc", 3, &err), CG_OK);
    cg_sink_abandon(sink);
    assert_holds("out", "abc");
}

Test(sink, standard_output_is_written_and_left_open) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sink *sink;
    char out[4] = "";
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    int saved = dup(STDOUT_FILENO);
    cr_assert_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(cg_sink_stdout(&sink, &err), CG_OK);
    cr_assert_eq(cg_sink_write(sink, "abc", 3, &err), CG_OK);
    cr_assert_eq(cg_sink_close(sink, &err), CG_OK, "a pipe cannot be synced, which is no failure");
    cr_assert_eq(fcntl(STDOUT_FILENO, F_GETFD), 0);
    dup2(saved, STDOUT_FILENO);
    cr_assert_eq(read(ends[0], out, 3), 3);
    cr_assert_str_eq(out, "abc");
}

Test(sink, a_closed_standard_output_is_found_at_once) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sink *sink;
    int saved = dup(STDOUT_FILENO);

    close(STDOUT_FILENO);
    enum cg_status status = cg_sink_stdout(&sink, &err);
    dup2(saved, STDOUT_FILENO);
    cr_assert_eq(status, CG_IO);
    cr_assert_null(sink);
}

Test(sink, a_full_device_and_a_closed_pipe_are_io_errors) {
    struct cg_error full = CG_ERROR_INIT, closed = CG_ERROR_INIT;
    struct cg_sink *sink;
    int ends[2];
    char path[64];

    cr_assert_eq(cg_sink_open_special("/dev/full", &sink, &full), CG_OK);
    cr_assert_eq(cg_sink_write(sink, "abc", 3, &full), CG_IO);
    cr_assert_not_null(strstr(full.text, "disk full"), "%s", full.text);
    cr_assert_eq(cg_sink_bytes(sink), 0);
    cg_sink_abandon(sink);
    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
    cr_assert_eq(cg_sink_open_special(path, &sink, &closed), CG_OK);
    close(ends[0]);
    cr_assert_eq(cg_sink_write(sink, "abc", 3, &closed), CG_IO);
    cr_assert_not_null(strstr(closed.text, "closed pipe"), "%s", closed.text);
    cg_sink_abandon(sink);
}

#ifdef CG_FAULTS
Test(sink, every_failing_call_is_told) {
    static const struct {
        const char *fault;
        enum cg_status at_create, at_write, at_close;
    } cases[] = {
        {"sink.create:1:28", CG_CANNOT_CREATE, CG_OK, CG_OK},
        {"sink.access:1:1", CG_NO_PERMISSION, CG_OK, CG_OK},
        {"sink.write:1:28", CG_OK, CG_IO, CG_OK},
        {"sink.fsync:1:5", CG_OK, CG_OK, CG_IO},
        {"sink.close:1:122", CG_OK, CG_OK, CG_IO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pid_t child = fork();

        if (child == 0) { /* a fault is read once a process */
            struct cg_error err = CG_ERROR_INIT;
            struct cg_sink *sink;

            setenv("CLAIMGATE_FAULT", cases[i].fault, 1);
            bool right =
                cg_sink_create(folder_fd, "f", (gid_t)-1, &sink, &err) == cases[i].at_create;
            if (cases[i].at_create == CG_OK) {
                right = right && cg_sink_write(sink, "abc", 3, &err) == cases[i].at_write;
                right = right && cg_sink_close(sink, &err) == cases[i].at_close;
            } else {
                right = right && sink == NULL && faccessat(folder_fd, "f", F_OK, 0) != 0;
            }
            _exit(right ? 0 : 1);
        }
        int status;
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert_eq(status, 0, "%s", cases[i].fault);
        unlinkat(folder_fd, "f", 0);
    }
}
#endif

Test(sink, a_file_that_another_hand_has_written_to_is_refused) {
    static const char *const changes[] = {"claimgate: warning", ""};

    for (size_t i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_sink *sink;

        cr_assert_eq(cg_sink_create(folder_fd, "out", (gid_t)-1, &sink, &err), CG_OK);
        cr_assert_eq(cg_sink_write(sink, "abc", 3, &err), CG_OK);
        int other = openat(folder_fd, "out", O_WRONLY | O_APPEND);
        size_t len = strlen(changes[i]);
        cr_assert(len > 0 ? write(other, changes[i], len) == (ssize_t)len
                          : ftruncate(other, 2) == 0);
        close(other);
        cr_expect_eq(cg_sink_close(sink, &err), CG_IO);
        cr_expect_not_null(strstr(err.text, "where 3 were written"), "%s", err.text);
        unlinkat(folder_fd, "out", 0);
    }
}

/* The same number of bytes, so that the size tells nothing. */
static enum cg_status close_after_a_change(bool reads_back, bool changes) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_sink *sink;
    cr_assert_eq(cg_sink_create(folder_fd, "out", (gid_t)-1, &sink, &err), CG_OK);
    if (reads_back) {
        cg_sink_read_back(sink);
    }
    cr_assert_eq(cg_sink_write(sink, "abcdefg", 7, &err), CG_OK);
    int other = openat(folder_fd, "out", O_WRONLY);
    cr_assert_eq(pwrite(other, changes ? "X" : "a", 1, 0), 1);
    close(other);
    const enum cg_status status = cg_sink_close(sink, &err);
    cr_expect_eq(strstr(err.text, "not what was written") != NULL, status != CG_OK, "%s", err.text);
    unlinkat(folder_fd, "out", 0);
    return status;
}

Test(sink, what_is_read_again_must_be_what_was_written) {
    cr_expect_eq(close_after_a_change(true, false), CG_OK);
    cr_expect_eq(close_after_a_change(true, true), CG_IO);
    cr_expect_eq(close_after_a_change(false, true), CG_OK, "nobody looks");
}
