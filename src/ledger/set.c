/*
 * Making a set and opening it.
 */
#include "set.h"

#include "claimgate/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cg_ledger_set_is(const char *path) {
    char name[PATH_MAX];
    struct stat facts;
    return snprintf(name, sizeof name, "%s/set.json", path) < (int)sizeof name &&
           stat(name, &facts) == 0;
}

const char *cg_ledger_set_path(const struct cg_ledger_set *set) {
    return set->path;
}

uint32_t cg_ledger_set_parts(const struct cg_ledger_set *set) {
    return set->parts;
}

static enum cg_status make_part(const struct cg_ledger_set *set, uint32_t part_no,
                                struct cg_error *err) {
    char path[PATH_MAX];
    struct cg_ledger *part = NULL;
    const int fault = cg_fault("set.make_part");
    cg_set_part_path(set, part_no, path);
    if (fault != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, fault, "%s: cannot make the part", path);
    }
    enum cg_status status = cg_ledger_open_part(&(struct cg_ledger_plan){.path = path}, &part, err);
    if (status == CG_OK) {
        status = cg_set_write_mark(part, set, part_no, err);
    }
    cg_ledger_close(part);
    return status;
}

/* A cg_set_fill_fn of a new one. */
static enum cg_status fill(void *context, struct cg_ledger_set *set, struct cg_error *err) {
    enum cg_status status = cg_set_new_id(set->id, err);
    (void)context;
    for (uint32_t k = 0; status == CG_OK && k < set->parts; k++) {
        status = make_part(set, k, err);
    }
    return status == CG_OK ? cg_set_write_description(set, err) : status;
}

static enum cg_status make_in(struct cg_staging *staging, struct cg_ledger_set *set,
                              cg_set_fill_fn fill_it, void *context, struct cg_error *err) {
    set->dir_fd = cg_staging_dir_fd(staging);
    set->path = strdup(cg_staging_path(staging));
    if (set->path == NULL) {
        return cg_error_no_memory(err);
    }
    enum cg_status status =
        mkdirat(set->dir_fd, "nights", 0700) == 0
            ? fill_it(context, set, err)
            : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s/nights: cannot make the folder",
                                 set->path);
    free(set->path);
    if (status == CG_OK) {
        status = cg_staging_sync(staging, err);
    }
    return status == CG_OK ? cg_staging_publish(staging, err) : status;
}

enum cg_status cg_set_make(const char *path, struct cg_ledger_set set, cg_set_fill_fn fill_it,
                           void *context, struct cg_error *err) {
    const struct cg_staging_plan plan = {.final_path = path, .group = (gid_t)-1};
    struct cg_staging *staging = NULL;
    enum cg_status status = cg_staging_open(&plan, &staging, err);
    if (status == CG_OK) {
        status = make_in(staging, &set, fill_it, context, err);
    }
    cg_staging_close(staging, false);
    return status;
}

enum cg_status cg_ledger_set_create(const char *path, uint32_t parts, const char *policy_id,
                                    struct cg_error *err) {
    struct cg_ledger_set set = {.lock_fd = -1, .parts = parts};
    if (parts < 1 || parts > CG_LEDGER_PARTS_MAX) {
        return cg_error_set(err, CG_USAGE, "a ledger set has 1 to %d parts",
                            (int)CG_LEDGER_PARTS_MAX);
    }
    snprintf(set.policy_id, sizeof set.policy_id, "%s", policy_id);
    return cg_set_make(path, set, fill, NULL, err);
}

static enum cg_status open_folder(struct cg_ledger_set *set, const char *path,
                                  struct cg_error *err) {
    set->path = realpath(path, NULL);
    if (set->path == NULL) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno,
                                  "%s: there is no ledger set; `claimgate ledger create` makes one",
                                  path);
    }
    set->dir_fd = open(set->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return set->dir_fd >= 0 ? cg_set_load(set, err)
                            : cg_error_set_errno(err, CG_NO_INPUT, errno,
                                                 "%s: cannot open the ledger set", path);
}

enum cg_status cg_ledger_set_open(const char *path, struct cg_ledger_set **out,
                                  struct cg_error *err) {
    struct cg_ledger_set *set = calloc(1, sizeof *set);
    *out = NULL;
    if (set == NULL) {
        return cg_error_no_memory(err);
    }
    set->dir_fd = set->lock_fd = -1;
    const enum cg_status status = open_folder(set, path, err);
    if (status != CG_OK) {
        cg_ledger_set_close(set);
        return status;
    }
    *out = set;
    return CG_OK;
}

void cg_ledger_set_close(struct cg_ledger_set *set) {
    if (set == NULL) {
        return;
    }
    cg_set_unlock(set);
    if (set->dir_fd >= 0) {
        (void)close(set->dir_fd);
    }
    free(set->path);
    free(set);
}

enum cg_status cg_ledger_set_open_reader(struct cg_ledger_set *set, uint32_t part_no,
                                         struct cg_ledger **out, struct cg_error *err) {
    return cg_set_open_part(set, part_no, NULL, out, err);
}
