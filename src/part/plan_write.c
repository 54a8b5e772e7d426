#include "making.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A plan that says the same is as good; two may be written at once, of which the first stays. */
static enum cg_status compare(const char *path, const struct cg_buffer *text, bool *differs,
                              struct cg_error *err) {
    struct cg_buffer there;
    cg_buffer_init(&there, CG_PLAN_BYTES_MAX);
    enum cg_status status = cg_file_read(path, &there, err);
    *differs = status == CG_OK && (there.len_bytes != text->len_bytes ||
                                   memcmp(there.data, text->data, text->len_bytes) != 0);
    if (*differs) {
        status = cg_error_set(err, CG_USAGE,
                              "%s is there and says something else than this command: give the "
                              "command that made it, or remove that folder",
                              path);
    }
    cg_buffer_fini(&there);
    return status;
}

static enum cg_status write_new(int fd, const char *name, const struct cg_buffer *text,
                                struct cg_error *err) {
    const enum cg_status status = cg_file_write_all(fd, name, text->data, text->len_bytes, err);
    return status == CG_OK ? cg_file_sync(fd, name, err) : status;
}

/* Linked to its name when it is whole: a link does not take the place of what is there. */
static enum cg_status publish(struct cg_making *making, const char *temporary, const char *path,
                              const struct cg_buffer *text, struct cg_error *err) {
    bool differs = false;
    const int fault = cg_fault("part.before_plan");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s", path);
    }
    if (link(temporary, path) != 0 && errno != EEXIST) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", path);
    }
    const enum cg_status status = compare(path, text, &differs, err);
    if (!differs || !making->request->replaces) {
        return status;
    }
    cg_log_note("%s is of other inputs or options than these; the run begins anew",
                making->part.run_dir);
    *err = (struct cg_error)CG_ERROR_INIT;
    if (making->there != NULL && making->there->plan.night.run_no != 0 &&
        cg_plan_undo_night(making->there, making->there->plan.ledgers, err) != CG_OK) {
        return err->status;
    }
    cg_part_empty(making->part.run_dir);
    making->begins_anew = true;
    return CG_OK;
}

/* Under the plan's lock: nobody else is writing one. */
static void sweep(const char *run_dir) {
    DIR *dir = opendir(run_dir);
    for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL; entry != NULL;
         entry = readdir(dir)) {
        if (fnmatch(".plan-??????", entry->d_name, FNM_PERIOD) == 0) {
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

enum cg_status cg_making_write(struct cg_making *making, const struct cg_buffer *text,
                               struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    char temporary[CG_PART_PATH_BYTES];
    sweep(making->part.run_dir);
    (void)cg_part_path(&making->part, path, "plan.json");
    const int fd = mkostemp((char *)cg_part_path(&making->part, temporary, ".plan-XXXXXX"),
                            O_CLOEXEC); /* 0600 */
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: no file can be made",
                                  making->part.run_dir);
    }
    enum cg_status status = write_new(fd, temporary, text, err);
    if (status == CG_OK) {
        status = publish(making, temporary, path, text, err);
    }
    (void)close(fd);
    (void)unlink(temporary);
    return status;
}
