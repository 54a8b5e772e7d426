/*
 * A folder of its own for one whole-program test, and short ways to say what stands in it.
 *
 * Paths live as long as the scene. Every function fails the test when it cannot do its work.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_SCENE_H
#define CLAIMGATE_TESTS_SUPPORT_SCENE_H

#include "run.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SCENE_PATHS = 64 };

struct scene {
    char dir[RUN_PATH_BYTES];
    char paths[SCENE_PATHS][RUN_PATH_BYTES];
    size_t path_count;
};

void scene_make(struct scene *scene);
void scene_remove(struct scene *scene);
/* "NAME" in the scene's folder; printf-like. */
const char *scene_path(struct scene *scene, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Make a file there; returns its path. */
const char *scene_file(struct scene *scene, const char *name, const void *bytes, size_t len);
const char *scene_gzip(struct scene *scene, const char *name, const void *bytes, size_t len);

/* `claimgate generate` with these options (closed by NULL) into NAME; returns that folder. */
const char *scene_generate(struct scene *scene, const char *name, const char *const more[]);

/* `claimgate validate --quiet` with a fixed as-of date and the quickstart roster unless `more`
 * names one. */
void scene_validate(const char *const more[], const char *input, struct run *run);
/* The same where nothing but success will do. */
void scene_expect_success(const char *const more[], const char *input);

/* A program left running, for signals; argv as for run_program. Its input and output are given. */
pid_t scene_start(const char *const argv[], int in_fd, int out_fd, const char *err_path);

bool scene_exists(const char *path);
/* How many names stand in the scene's folder, lock and staging names included. */
size_t scene_names(const struct scene *scene);

/* One output of a folder, decompressed where it is gzip. */
char *scene_read(const char *dir, const char *name, size_t *len);
/* True for equal bytes. */
bool scene_same(const char *a, size_t a_len, const char *b, size_t b_len);

/* A count of the report: the integer behind "key" in the object "part". Fails when absent. */
long long scene_count(const char *report, const char *part, const char *key);
/* The document is what this schema of schemas/ says; fails the test with every problem. */
void scene_check_json(const char *schema, const char *text, size_t len);
/* The report is what schemas/report.schema.json says; fails the test with every problem. */
void scene_check_report(const char *report, size_t len);
/* The folder is whole and holds what fixtures/quickstart is decided to. */
void scene_expect_quickstart(const char *out);

#endif
