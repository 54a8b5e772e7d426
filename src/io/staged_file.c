#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/owner.h"
#include "claimgate/io/place.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the file has its final name, and what the temporary name is then. */
enum in_place {
    NOT_YET,
    NEW,      /* there was none before; the temporary name is free */
    SWAPPED,  /* the temporary name is the old file's */
    FOR_GOOD, /* cannot be taken back */
};

struct cg_staged_file {
    struct cg_place place;
    struct cg_sink *sink; /* NULL once it is closed */
    bool is_special;      /* written in place, for there is no file to replace */
    enum in_place in_place;
    char temporary_name[CG_PLACE_NAME_BYTES]; /* empty: there is none */
};

/* A pipe, a device or a descriptor is written directly; a folder is refused. */
static enum cg_status is_special_target(const char *path, bool *out, struct cg_error *err) {
    struct stat about;

    *out = false;
    if (lstat(path, &about) != 0) {
        return CG_OK; /* nothing there yet, or cg_place_find says what is wrong */
    }
    if (S_ISDIR(about.st_mode)) {
        return cg_error_set(err, CG_CANNOT_CREATE, "%s: is a folder; name a file", path);
    }
    *out = !S_ISREG(about.st_mode);
    return CG_OK;
}

static enum cg_status open_beside(struct cg_staged_file *file, const char *path, gid_t group,
                                  struct cg_error *err) {
    enum cg_status status;

    if ((status = cg_place_find(path, &file->place, err)) != CG_OK ||
        (status = cg_place_lock(&file->place, err)) != CG_OK) {
        return status;
    }
    cg_owner_warn_of_folder(file->place.dir_fd, path);
    cg_place_remove_stale(&file->place);
    if ((status = cg_place_new_name(&file->place, file->temporary_name, err)) == CG_OK) {
        status = cg_sink_create(file->place.dir_fd, file->temporary_name, group, &file->sink, err);
    }
    if (status != CG_OK) {
        file->temporary_name[0] = '\0';
    }
    return status;
}

static enum cg_status open_target(struct cg_staged_file *file, const char *path, gid_t group,
                                  struct cg_error *err) {
    enum cg_status status = cg_file_refuse_link(path, err);

    if (status == CG_OK) {
        status = is_special_target(path, &file->is_special, err);
    }
    if (status != CG_OK) {
        return status;
    }
    return file->is_special ? cg_sink_open_special(path, &file->sink, err)
                            : open_beside(file, path, group, err);
}

enum cg_status cg_staged_file_open(const char *path, gid_t group, struct cg_staged_file **out,
                                   struct cg_error *err) {
    struct cg_staged_file *file = calloc(1, sizeof *file);
    size_t path_bytes = strlen(path);
    enum cg_status status;

    *out = NULL;
    if (file == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    }
    file->place.dir_fd = -1;
    file->place.lock_fd = -1;
    if (path_bytes > 0 && path[path_bytes - 1] == '/') {
        status = cg_error_set(err, CG_CANNOT_CREATE, "%s: is a folder; name a file", path);
    } else {
        status = open_target(file, path, group, err);
    }
    if (status != CG_OK) {
        cg_staged_file_close(file);
        return status;
    }
    *out = file;
    return CG_OK;
}

struct cg_sink *cg_staged_file_sink(struct cg_staged_file *file) {
    return file->sink;
}

static bool swap_or_move(const struct cg_staged_file *file, unsigned flags) {
    const struct cg_place *place = &file->place;

    return renameat2(place->dir_fd, file->temporary_name, place->dir_fd, place->name, flags) == 0;
}

/* What it replaces is kept under the temporary name until the file is closed, so that it can be
 * taken back. Where a file system cannot swap two names, the old file is gone at once. */
static bool rename_into_place(struct cg_staged_file *file) {
    const struct cg_place *place = &file->place;
    struct stat old;

    if ((errno = cg_fault("staged_file.rename")) != 0) {
        return false;
    }
    if (swap_or_move(file, RENAME_EXCHANGE)) {
        if (fstatat(place->dir_fd, file->temporary_name, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(old.st_mode) && swap_or_move(file, RENAME_EXCHANGE)) {
            errno = EISDIR; /* made meanwhile */
            return false;
        }
        file->in_place = SWAPPED;
        return true;
    }
    if (errno == ENOENT && swap_or_move(file, RENAME_NOREPLACE)) {
        file->in_place = NEW;
        return true;
    }
    if ((errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EEXIST) &&
        renameat(place->dir_fd, file->temporary_name, place->dir_fd, place->name) == 0) {
        file->in_place = FOR_GOOD;
        return true;
    }
    return false;
}

enum cg_status cg_staged_file_sync(struct cg_staged_file *file, struct cg_error *err) {
    struct cg_sink *sink = file->sink;

    file->sink = NULL;
    return sink != NULL ? cg_sink_close(sink, err) : CG_OK;
}

enum cg_status cg_staged_file_publish(struct cg_staged_file *file, struct cg_error *err) {
    enum cg_status status = cg_staged_file_sync(file, err);

    if (status != CG_OK || file->is_special) {
        return status;
    }
    if (!rename_into_place(file)) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot put the file in place",
                                  file->place.path);
    }
    status = cg_place_sync(&file->place, err);
    if (status != CG_OK) {
        (void)cg_staged_file_take_back(file);
    }
    return status;
}

bool cg_staged_file_take_back(struct cg_staged_file *file) {
    struct cg_error ignored = CG_ERROR_INIT;
    bool is_back = false;

    switch (file->in_place) {
    case NOT_YET:
        return true;
    case NEW:
        is_back = unlinkat(file->place.dir_fd, file->place.name, 0) == 0;
        break;
    case SWAPPED:
        is_back = swap_or_move(file, RENAME_EXCHANGE);
        break;
    case FOR_GOOD:
        break;
    }
    if (is_back) {
        file->in_place = NOT_YET;
        /* Nothing is promised of a failed run, so that a sync that fails as well is no matter. */
        enum cg_status status = cg_place_sync(&file->place, &ignored);
        (void)status;
    }
    return is_back;
}

const char *cg_staged_file_path(const struct cg_staged_file *file) {
    return file->place.path;
}

void cg_staged_file_close(struct cg_staged_file *file) {
    if (file == NULL) {
        return;
    }
    cg_sink_abandon(file->sink);
    if (file->temporary_name[0] != '\0' &&
        (file->in_place == NOT_YET || file->in_place == SWAPPED)) {
        if (unlinkat(file->place.dir_fd, file->temporary_name, 0) != 0) {
            cg_log_warning(
                "%s: cannot remove %s beside it, and claims may stand in it; remove it by hand",
                file->place.path, file->temporary_name);
        }
    }
    cg_place_fini(&file->place);
    free(file);
}

enum cg_status cg_staged_file_write(const char *path, const struct cg_buffer *text,
                                    struct cg_error *err) {
    struct cg_staged_file *file = NULL;
    enum cg_status status = cg_staged_file_open(path, (gid_t)-1, &file, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_sink_write(file->sink, text->data, text->len_bytes, err);
    if (status == CG_OK) {
        status = cg_staged_file_publish(file, err);
    }
    cg_staged_file_close(file);
    return status;
}
