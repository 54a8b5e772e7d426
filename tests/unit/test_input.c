#include "claimgate/io/input.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96], other[96];

static void write_file(const char *name, const char *text, int flags) {
    int fd = open(name, O_WRONLY | O_CREAT | flags, 0600);

    cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    cr_assert_eq(close(fd), 0);
}

static void setup(void) {
    snprintf(folder, sizeof folder, "/tmp/cg-input-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/claims.csv", folder);
    snprintf(other, sizeof other, "%s/other.csv", folder);
    write_file(path, "claims", O_EXCL);
}

static void teardown(void) {
    unlink(path);
    unlink(other);
    rmdir(folder);
}

TestSuite(input, .init = setup, .fini = teardown);

static void grow(void) {
    write_file(path, "more", O_APPEND);
}

static void shrink(void) {
    cr_assert_eq(truncate(path, 3), 0);
}

static void rewrite(void) {
    usleep(20000); /* longer than the clock of a file system ticks */
    write_file(path, "CLAIMS", 0);
}

static void touch(void) {
    static const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void replace(void) {
    write_file(other, "claims", O_EXCL);
    cr_assert_eq(rename(other, path), 0);
}

static void move_away(void) {
    cr_assert_eq(rename(path, other), 0);
}

static void look(void) {
    char byte;
    int fd = open(path, O_RDONLY);

    cr_assert(read(fd, &byte, 1) == 1 && close(fd) == 0);
    cr_assert_eq(chmod(path, 0644), 0);
}

/* Read it to its end, with this done to it after the first byte. */
static enum cg_status read_while(const char *name, void (*change)(void), struct cg_error *err) {
    struct cg_input *input = NULL;
    char room[64];
    size_t len;
    enum cg_status status;

    cr_assert_eq(cg_input_open(name, &input, err), CG_OK, "%s", err->text);
    cr_assert_eq(cg_input_need(input, 1, err), CG_OK, "%s", err->text);
    change();
    status = cg_input_take(input, room, sizeof room, &len, err);
    cg_input_close(input);
    return status;
}

Test(input, a_file_that_changes_while_it_is_read_is_busy) {
    static const struct {
        void (*change)(void);
        const char *words;
    } changes[] = {
        {grow, "its size has changed while it was read, from 6 bytes to 10"},
        {shrink, "its size has changed while it was read, from 6 bytes to 3"},
        {rewrite, "its time of change is another than when the reading began, with 6 bytes as "
                  "before: it was written to, or touched"},
        {touch, "or touched"},
        {replace, "another file has taken its place"},
        {move_away, "it was moved away"},
    };

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;

        unlink(path);
        unlink(other);
        write_file(path, "claims", O_EXCL);
        cr_expect_eq(read_while(path, changes[i].change, &err), CG_BUSY, "change %zu", i);
        cr_expect_not_null(strstr(err.text, "is still being written"), "%s", err.text);
        cr_expect_not_null(strstr(err.text, changes[i].words), "%s", err.text);
        cr_expect_eq(strncmp(err.text, path, strlen(path)), 0, "%s", err.text);
    }
}

Test(input, a_file_that_is_only_looked_at_is_read) {
    struct cg_error err = CG_ERROR_INIT;

    cr_expect_eq(read_while(path, look, &err), CG_OK, "%s", err.text);
}

/* It has no name that could lead elsewhere; growing shows all the same. */
Test(input, standard_input_from_a_file_is_busy_only_when_that_file_changes) {
    struct cg_error err = CG_ERROR_INIT, grown = CG_ERROR_INIT;
    int fd = open(path, O_RDONLY);

    cr_assert(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO && close(fd) == 0);
    cr_expect_eq(read_while("-", move_away, &err), CG_OK, "%s", err.text);
    cr_assert(rename(other, path) == 0 && lseek(STDIN_FILENO, 2, SEEK_SET) == 2);
    cr_expect_eq(read_while("-", grow, &grown), CG_BUSY);
}

static int feed;

static void feed_more(void) {
    cr_assert(write(feed, "more", 4) == 4 && close(feed) == 0);
}

Test(input, a_pipe_may_grow_until_it_is_closed) {
    struct cg_error err = CG_ERROR_INIT;
    char name[64];
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    feed = ends[1];
    cr_assert_eq(write(feed, "claims", 6), 6);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    cr_expect_eq(read_while(name, feed_more, &err), CG_OK, "%s", err.text);
    close(ends[0]);
}

Test(input, a_closed_standard_input_cannot_be_opened) {
    const int stand_ins[] = {-1, open("/dev/null", O_WRONLY)};

    for (size_t i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_input *input = NULL;

        close(STDIN_FILENO);
        if (stand_ins[i] >= 0) {
            cr_assert_eq(dup2(stand_ins[i], STDIN_FILENO), STDIN_FILENO);
        }
        cr_expect_eq(cg_input_open("-", &input, &err), CG_NO_INPUT);
        cr_expect_not_null(strstr(err.text, "standard input: cannot open"), "%s", err.text);
        cg_input_close(input);
    }
}
