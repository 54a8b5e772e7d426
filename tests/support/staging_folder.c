#include "staging_folder.h"

#include "claimgate/io/sink.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const staging_file_names[] = {"accepted.csv.gz", "rejected.csv.gz", "report.json",
                                          NULL};
char staging_folder[64]; /* where outputs are to appear */
char staging_target[128];

void staging_setup(void) {
    snprintf(staging_folder, sizeof staging_folder, "/tmp/cg-staging-XXXXXX");
    cr_assert_not_null(mkdtemp(staging_folder));
    snprintf(staging_target, sizeof staging_target, "%s/night", staging_folder);
}

void staging_remove_tree(const char *pattern) {
    char command[600];

    snprintf(command, sizeof command, "rm -rf %s", pattern);
    cr_assert_eq(system(command), 0);
}

void staging_teardown(void) {
    staging_remove_tree(staging_folder);
}

const char *staging_in_folder(const char *name) {
    static char path[8][512];
    static int next;

    next = (next + 1) % 8;
    snprintf(path[next], sizeof path[next], "%s/%s", staging_folder, name);
    return path[next];
}

void staging_write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert_geq(fd, 0, "%s", path);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

bool staging_holds(const char *path, const char *text) {
    char out[256] = "";
    int fd = open(path, O_RDONLY);
    bool same =
        fd >= 0 && read(fd, out, sizeof out - 1) == (ssize_t)strlen(text) && strcmp(out, text) == 0;

    close(fd);
    return same;
}

int staging_entries(const char *path) {
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

struct cg_staging_plan staging_plan_for(const char *path, bool overwrite) {
    return (struct cg_staging_plan){.final_path = path,
                                    .overwrite = overwrite,
                                    .file_names = staging_file_names,
                                    .group = (gid_t)-1};
}

struct cg_staging *staging_open_ok(const char *path, bool overwrite) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging;
    struct cg_staging_plan plan = staging_plan_for(path, overwrite);

    cr_assert_eq(cg_staging_open(&plan, &staging, &err), CG_OK, "%s", err.text);
    return staging;
}

void staging_assert_refused(const char *path, bool overwrite, enum cg_status status,
                            const char *word) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_staging *staging;
    struct cg_staging_plan plan = staging_plan_for(path, overwrite);
    int before = staging_entries(staging_folder);

    cr_assert_eq(cg_staging_open(&plan, &staging, &err), status, "%s: %s", path, err.text);
    cr_assert_null(staging);
    cr_assert_not_null(strstr(err.text, word), "%s: %s", word, err.text);
    cr_assert_eq(staging_entries(staging_folder), before, "nothing may be left behind");
}

enum cg_status staging_fill(struct cg_staging *staging, const char *text, struct cg_error *err) {
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

enum cg_status staging_run(const char *path, bool overwrite, const char *text,
                           struct cg_error *err) {
    struct cg_staging *staging;
    struct cg_staging_plan plan = staging_plan_for(path, overwrite);
    enum cg_status status = cg_staging_open(&plan, &staging, err);

    if (status != CG_OK) {
        return status;
    }
    if ((status = staging_fill(staging, text, err)) == CG_OK &&
        (status = cg_staging_sync(staging, err)) == CG_OK) {
        status = cg_staging_publish(staging, err);
    }
    cg_staging_close(staging, false);
    return status;
}

void staging_run_ok(const char *path, bool overwrite, const char *text) {
    struct cg_error err = CG_ERROR_INIT;

    cr_assert_eq(staging_run(path, overwrite, text, &err), CG_OK, "%s", err.text);
}
