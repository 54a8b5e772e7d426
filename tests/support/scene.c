#include "scene.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claimgate/json/json.h"

void scene_make(struct scene *scene) {
    scene->path_count = 0;
    run_make_dir(scene->dir);
}

void scene_remove(struct scene *scene) {
    run_remove_dir(scene->dir);
}

const char *scene_path(struct scene *scene, const char *format, ...) {
    cr_assert(scene->path_count < SCENE_PATHS, "the scene has too many paths");
    char *path = scene->paths[scene->path_count++];
    int used = (int)strlen(scene->dir);
    memcpy(path, scene->dir, (size_t)used);
    path[used++] = '/';
    va_list args;
    va_start(args, format);
    used += vsnprintf(path + used, RUN_PATH_BYTES - (size_t)used, format, args);
    va_end(args);
    cr_assert(used < RUN_PATH_BYTES, "path too long");
    return path;
}

const char *scene_file(struct scene *scene, const char *name, const void *bytes, size_t len) {
    const char *path = scene_path(scene, "%s", name);
    run_write_file(path, bytes, len);
    return path;
}

const char *scene_gzip(struct scene *scene, const char *name, const void *bytes, size_t len) {
    struct run run;
    const char *path = scene_file(scene, name, bytes, len);
    run_program((const char *[]){"gzip", "-nc", path, NULL}, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_write_file(path, run.out, run.out_len);
    run_fini(&run);
    return path;
}

const char *scene_generate(struct scene *scene, const char *name, const char *const more[]) {
    struct run run;
    const char *out = scene_path(scene, "%s", name);
    const char *argv[RUN_ARGS_MAX] = {run_generator(), "--quiet", "--out", out};
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[4 + i] = more[i];
    }
    run_program(argv, NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_fini(&run);
    return out;
}

void scene_validate(const char *const more[], const char *input, struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "validate", "--quiet", "--as-of",
                                      "2025-06-30"};
    size_t count = 5;
    bool has_roster = false;
    for (size_t i = 0; more[i] != NULL; i++) {
        cr_assert(count < RUN_ARGS_MAX - 3, "too many arguments");
        has_roster = has_roster || strcmp(more[i], "--roster") == 0;
        argv[count++] = more[i];
    }
    if (!has_roster) {
        argv[count++] = "--roster";
        argv[count++] = "fixtures/quickstart/roster";
    }
    run_program(argv, input, run);
}

void scene_expect_success(const char *const more[], const char *input) {
    struct run run;
    scene_validate(more, input, &run);
    cr_assert(run.exit_code == 0, "%s: exit %d: %s", more[0], run.exit_code, run.err);
    run_fini(&run);
}

pid_t scene_start(const char *const argv[], int in_fd, int out_fd, const char *err_path) {
    pid_t pid = fork();
    cr_assert(pid >= 0, "cannot fork");
    if (pid != 0) {
        return pid;
    }
    int err_fd = open(err_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (err_fd >= 0 && dup2(in_fd, 0) == 0 && dup2(out_fd, 1) == 1 && dup2(err_fd, 2) == 2) {
        /* A runner in the background ignores them, and the program would then, too. */
        signal(SIGINT, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
    }
    _exit(127);
}

bool scene_exists(const char *path) {
    return access(path, F_OK) == 0;
}

size_t scene_names(const struct scene *scene) {
    DIR *dir = opendir(scene->dir);
    size_t count = 0;
    cr_assert(dir != NULL, "cannot list %s", scene->dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(dir);
    return count;
}

char *scene_read(const char *dir, const char *name, size_t *len) {
    char path[RUN_PATH_BYTES];
    int written = snprintf(path, sizeof path, "%s/%s", dir, name);
    cr_assert(written > 0 && written < RUN_PATH_BYTES, "path too long");
    const size_t name_len = strlen(name);
    const bool is_gzip = name_len > 3 && strcmp(name + name_len - 3, ".gz") == 0;
    return is_gzip ? run_gunzip(path, len) : run_read_file(path, len);
}

bool scene_same(const char *a, size_t a_len, const char *b, size_t b_len) {
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

long long scene_count(const char *report, const char *part, const char *key) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("report.json", report, strlen(report), NULL, &problems);
    cr_assert(doc != NULL, "the report is no JSON");
    const struct cg_json *object = cg_json_member(cg_json_root(doc), part);
    const struct cg_json *value = cg_json_member(object, key);
    cr_assert(value != NULL, "the report has no %s.%s", part, key);
    const long long count = cg_json_integer(value);
    cg_json_free(doc);
    cg_problems_fini(&problems);
    return count;
}

void scene_check_json(const char *schema, const char *text, size_t len) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("document", text, len, schema, &problems);
    for (size_t i = 0; i < problems.count; i++) {
        cr_expect(false, "line %llu: %s", (unsigned long long)problems.list[i].line,
                  problems.list[i].text);
    }
    cr_assert(doc != NULL, "the document is not as %s says", schema);
    cg_json_free(doc);
    cg_problems_fini(&problems);
}

void scene_check_report(const char *report, size_t len) {
    scene_check_json("report.schema.json", report, len);
}

void scene_expect_quickstart(const char *out) {
    size_t len = 0, expected_len = 0, report_len = 0;
    char *accepted = scene_read(out, "accepted.csv.gz", &len);
    char *report = scene_read(out, "report.json", &report_len);
    char *expected = run_read_file("fixtures/quickstart/expected/accepted.csv", &expected_len);
    cr_expect(scene_same(accepted, len, expected, expected_len), "%s", out);
    scene_check_report(report, report_len);
    free(expected);
    free(report);
    free(accepted);
}
