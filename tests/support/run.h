/*
 * Run a program as a user would, and keep what it said.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_RUN_H
#define CLAIMGATE_TESTS_SUPPORT_RUN_H

#include <stddef.h>

enum { RUN_ARGS_MAX = 32, RUN_PATH_BYTES = 512 };

struct run {
    int exit_code; /* 128 and the signal's number where a signal ended it */
    char *out;     /* standard output, NUL added */
    size_t out_len;
    char *err; /* standard error, NUL added */
    size_t err_len;
};

/* The program under test: $CLAIMGATE, else build/claimgate. Tests run in the project's folder. */
const char *run_claimgate(void);

/* The generator of claims, built beside it. */
const char *run_generator(void);

/* argv as for execvp, closed by NULL; standard input from `input`, or empty where that is NULL.
 * Fails the test when the program cannot be started. */
void run_program(const char *const argv[], const char *input, struct run *out);
void run_fini(struct run *run);

/* The first words of a program under strace, where leaks cannot be looked for. */
#define RUN_STRACE "env", "ASAN_OPTIONS=detect_leaks=0", "strace", "-o", "/dev/null"

/* A new folder below $TMPDIR or /tmp; `path` has room for RUN_PATH_BYTES. */
void run_make_dir(char path[RUN_PATH_BYTES]);
void run_remove_dir(const char *path);
void run_join(char out[RUN_PATH_BYTES], const char *dir, const char *name); /* dir/name */

/* A whole file, NUL added; fails the test when it cannot be read. */
char *run_read_file(const char *path, size_t *len);
void run_write_file(const char *path, const void *bytes, size_t len);

/* A gzip file's content, by gzip itself. */
char *run_gunzip(const char *path, size_t *len);

#endif
