#include "claimgate/io/staging.h"

#include "own_file.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/owner.h"
#include "claimgate/io/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct cg_staging {
    struct cg_place target;
    struct cg_place home;           /* of the staged folder and its lock; mostly the target's own */
    char name[CG_PLACE_NAME_BYTES]; /* the staged folder's, in home */
    char *path;
    int dir_fd; /* of the staged folder */
    bool overwrite;
    bool owns_folder; /* it is there and not published: _close removes it */
    const char *const *file_names;
};

static struct cg_staging *staging_new(void) {
    struct cg_staging *staging = calloc(1, sizeof *staging);

    if (staging != NULL) {
        staging->target = (struct cg_place){.dir_fd = -1, .lock_fd = -1};
        staging->home = (struct cg_place){.dir_fd = -1, .lock_fd = -1};
        staging->dir_fd = -1;
    }
    return staging;
}

static enum cg_status check_content(const struct cg_staging *staging, int at_fd, const char *name,
                                    struct cg_error *err) {
    return cg_own_folder_check(
        &(struct cg_own_folder){staging->file_names, at_fd, name, staging->target.path}, err);
}

static bool is_mount_point(const struct cg_place *place) {
    struct stat parent;
    struct statx about;

    if (fstat(place->dir_fd, &parent) != 0 ||
        statx(place->dir_fd, place->name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &about) != 0) {
        return false;
    }
    /* A bind mount of the same file system has the same device, but is marked by newer kernels. */
    return makedev(about.stx_dev_major, about.stx_dev_minor) != parent.st_dev ||
           (about.stx_attributes_mask & about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* Asked before anything is made beside it: no waiting for another run would change it. */
static enum cg_status refuse_mount_point(const struct cg_staging *staging, struct cg_error *err) {
    return staging->overwrite && is_mount_point(&staging->target)
               ? cg_error_set(err, CG_CANNOT_CREATE,
                              "%s: is a mount point and cannot be replaced; name a folder below it",
                              staging->target.path)
               : CG_OK;
}

/* In a folder like /tmp only the owner may rename. */
static bool is_another_accounts(const struct stat *folder, const struct stat *parent) {
    uid_t me = geteuid();

    return (parent->st_mode & S_ISVTX) != 0 && me != 0 && folder->st_uid != me &&
           parent->st_uid != me;
}

static enum cg_status check_replaceable(const struct cg_staging *staging, const struct stat *folder,
                                        struct cg_error *err) {
    const struct cg_place *target = &staging->target;
    struct stat parent;

    if (!S_ISDIR(folder->st_mode)) {
        return cg_error_set(err, CG_CANNOT_CREATE, "%s: is not a folder; choose another name",
                            target->path);
    }
    if (fstat(target->dir_fd, &parent) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot look at its folder",
                                  target->path);
    }
    errno = is_another_accounts(folder, &parent) ? EACCES : 0;
    if (errno != 0 ||
        faccessat(target->dir_fd, target->name, R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                  "%s: cannot be replaced by this account", target->path);
    }
    return check_content(staging, target->dir_fd, target->name, err);
}

static enum cg_status check_target(const struct cg_staging *staging, struct cg_error *err) {
    const struct cg_place *target = &staging->target;
    struct stat about;

    if (fstatat(target->dir_fd, target->name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? CG_OK
                               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                                    "%s: cannot be looked at", target->path);
    }
    if (!staging->overwrite) {
        return cg_error_set(err, CG_CANNOT_CREATE, "%s: exists already; choose another folder%s",
                            target->path,
                            staging->file_names != NULL ? ", or replace it with --overwrite" : "");
    }
    return check_replaceable(staging, &about, err);
}

static enum cg_status make_folder(struct cg_staging *staging, gid_t group, struct cg_error *err) {
    bool has_group = group != (gid_t)-1;
    const struct cg_place *home = &staging->home;

    if ((errno = cg_fault("staging.mkdir")) != 0 ||
        mkdirat(home->dir_fd, staging->name, 0700) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                  "%s: cannot make the staging folder beside it", home->path);
    }
    staging->owns_folder = true;
    staging->dir_fd =
        openat(home->dir_fd, staging->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    /* The mode is set rather than asked for, so that no umask changes it. */
    if (staging->dir_fd < 0 || (errno = cg_fault("staging.access")) != 0 ||
        (has_group && fchown(staging->dir_fd, (uid_t)-1, group) != 0) ||
        fchmod(staging->dir_fd, has_group ? 0750 : 0700) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                  "%s: cannot set the staging folder's mode and group", home->path);
    }
    return CG_OK;
}

/* True when the staged folder's file system can do the rename that publishing will ask for. */
static bool can_rename(int dir_fd, unsigned flags) {
    bool both_exist = flags == RENAME_EXCHANGE;
    int first = openat(dir_fd, "probe-1", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int second =
        both_exist ? openat(dir_fd, "probe-2", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    bool works = first >= 0 && (!both_exist || second >= 0) &&
                 (errno = cg_fault("staging.probe")) == 0 &&
                 renameat2(dir_fd, "probe-1", dir_fd, "probe-2", flags) == 0;
    /* What cannot be removed would be published along with the outputs. */
    works = works && unlinkat(dir_fd, "probe-2", 0) == 0 &&
            (!both_exist || unlinkat(dir_fd, "probe-1", 0) == 0);
    int probe_errno = errno;

    if (first >= 0) {
        (void)close(first);
    }
    if (second >= 0) {
        (void)close(second);
    }
    if (!works) {
        (void)unlinkat(dir_fd, "probe-1", 0);
        (void)unlinkat(dir_fd, "probe-2", 0);
    }
    errno = probe_errno;
    return works;
}

static enum cg_status probe_renames(const struct cg_staging *staging, struct cg_error *err) {
    if (can_rename(staging->dir_fd, RENAME_NOREPLACE) &&
        (!staging->overwrite || can_rename(staging->dir_fd, RENAME_EXCHANGE))) {
        return CG_OK;
    }
    if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s: its file system cannot publish a folder at once (renameat2); "
                            "choose a folder on a local disk",
                            staging->target.path);
    }
    return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot write beside it",
                              staging->target.path);
}

static enum cg_status set_path(struct cg_staging *staging, struct cg_error *err) {
    size_t dir_bytes = strlen(staging->home.path) - strlen(staging->home.name);

    if (asprintf(&staging->path, "%.*s%s", (int)dir_bytes, staging->home.path, staging->name) < 0) {
        staging->path = NULL;
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", staging->home.path);
    }
    return CG_OK;
}

static enum cg_status open_new(struct cg_staging *staging, const struct cg_staging_plan *plan,
                               struct cg_error *err) {
    enum cg_status status;

    staging->overwrite = plan->overwrite;
    staging->file_names = plan->file_names;
    if ((status = cg_place_find(plan->final_path, &staging->target, err)) != CG_OK ||
        (status = refuse_mount_point(staging, err)) != CG_OK ||
        (status = cg_place_find(plan->final_path, &staging->home, err)) != CG_OK ||
        (status = cg_place_lock(&staging->home, err)) != CG_OK) {
        return status;
    }
    cg_owner_warn_of_folder(staging->home.dir_fd, plan->final_path);
    cg_place_remove_stale(&staging->home);
    if ((status = check_target(staging, err)) != CG_OK ||
        (status = cg_place_new_name(&staging->home, staging->name, err)) != CG_OK ||
        (status = set_path(staging, err)) != CG_OK ||
        (status = make_folder(staging, plan->group, err)) != CG_OK) {
        return status;
    }
    return probe_renames(staging, err);
}

enum cg_status cg_staging_open(const struct cg_staging_plan *plan, struct cg_staging **out,
                               struct cg_error *err) {
    struct cg_staging *staging = staging_new();

    *out = NULL;
    if (staging == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", plan->final_path);
    }
    enum cg_status status = open_new(staging, plan, err);
    if (status != CG_OK) {
        cg_staging_close(staging, false);
        return status;
    }
    *out = staging;
    return CG_OK;
}

static enum cg_status open_left(struct cg_staging *staging, const char *staged_path,
                                const char *final_path, struct cg_error *err) {
    enum cg_status status;

    if ((status = cg_place_find(final_path, &staging->target, err)) != CG_OK ||
        (status = cg_place_find_temporary(staged_path, &staging->home, err)) != CG_OK ||
        (status = cg_place_lock(&staging->home, err)) != CG_OK) {
        return status;
    }
    memcpy(staging->name, staging->home.name, sizeof staging->name);
    if ((status = set_path(staging, err)) != CG_OK) {
        return status;
    }
    staging->dir_fd = openat(staging->home.dir_fd, staging->name,
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (staging->dir_fd < 0) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot open the staged folder",
                                  staged_path);
    }
    staging->owns_folder = true;
    return CG_OK;
}

enum cg_status cg_staging_adopt(const char *staged_path, const char *final_path,
                                struct cg_staging **out, struct cg_error *err) {
    struct cg_staging *staging = staging_new();

    *out = NULL;
    if (staging == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", final_path);
    }
    enum cg_status status = open_left(staging, staged_path, final_path, err);
    if (status != CG_OK) {
        cg_staging_close(staging, true);
        return status;
    }
    *out = staging;
    return CG_OK;
}

void cg_staging_discard(const char *staged_path, const char *final_path) {
    struct cg_staging *staging = NULL;
    struct cg_error ignored = CG_ERROR_INIT;
    if (cg_staging_adopt(staged_path, final_path, &staging, &ignored) == CG_OK) {
        cg_staging_close(staging, false);
    }
}

int cg_staging_dir_fd(const struct cg_staging *staging) {
    return staging->dir_fd;
}

const char *cg_staging_path(const struct cg_staging *staging) {
    return staging->path;
}

const char *cg_staging_final_path(const struct cg_staging *staging) {
    return staging->target.path;
}

enum cg_status cg_staging_sync(struct cg_staging *staging, struct cg_error *err) {
    int fault = cg_fault("staging.fsync");
    enum cg_status status = fault != 0 ? cg_file_write_failed(staging->path, fault, err)
                                       : cg_file_sync(staging->dir_fd, staging->path, err);

    return status == CG_OK ? cg_place_sync(&staging->home, err) : status;
}

static bool rename_between(const struct cg_staging *staging, bool is_back, unsigned flags) {
    const struct cg_place *home = &staging->home;
    const struct cg_place *target = &staging->target;

    return is_back
               ? renameat2(target->dir_fd, target->name, home->dir_fd, staging->name, flags) == 0
               : renameat2(home->dir_fd, staging->name, target->dir_fd, target->name, flags) == 0;
}

/* Put the folder in place; `out_flags` tells how, so that it can be taken back. */
static enum cg_status put_in_place(const struct cg_staging *staging, unsigned *out_flags,
                                   struct cg_error *err) {
    if ((errno = cg_fault("staging.rename")) == 0) {
        *out_flags = RENAME_EXCHANGE;
        if (staging->overwrite && rename_between(staging, false, *out_flags)) {
            return CG_OK;
        }
        /* With nothing there to exchange, the folder is simply new. */
        *out_flags = RENAME_NOREPLACE;
        if ((!staging->overwrite || errno == ENOENT) &&
            rename_between(staging, false, *out_flags)) {
            return CG_OK;
        }
    }
    if (errno == EEXIST) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s: has come into being meanwhile and is left as it is",
                            staging->target.path);
    }
    return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot put the folder in place",
                              staging->target.path);
}

enum cg_status cg_staging_publish(struct cg_staging *staging, struct cg_error *err) {
    unsigned flags;
    enum cg_status status = put_in_place(staging, &flags, err);

    if (status != CG_OK) {
        return status;
    }
    bool has_replaced = flags == RENAME_EXCHANGE;
    if ((has_replaced &&
         check_content(staging, staging->home.dir_fd, staging->name, err) != CG_OK) ||
        cg_place_sync(&staging->target, err) != CG_OK) {
        /* Whole or not at all. Where even this fails, the folder that is not in place must stay:
         * it may be the old one. */
        staging->owns_folder = rename_between(staging, true, flags);
        return err->status;
    }
    staging->owns_folder = false;
    if (has_replaced && ((errno = cg_fault("staging.remove_old")) != 0 ||
                         !cg_dir_remove(staging->home.dir_fd, staging->name))) {
        cg_log_warning("%s: the folder it replaced could not be removed; remove %s by hand",
                       staging->target.path, staging->path);
    }
    return CG_OK;
}

void cg_staging_close(struct cg_staging *staging, bool keep) {
    if (staging == NULL) {
        return;
    }
    const bool removes = staging->owns_folder && !keep;
    if (removes && staging->dir_fd >= 0) {
        (void)cg_dir_empty(staging->dir_fd); /* while it is open: no descriptor may be left */
    }
    if (staging->dir_fd >= 0) {
        (void)close(staging->dir_fd);
    }
    if (removes && !cg_dir_remove(staging->home.dir_fd, staging->name)) {
        cg_log_warning("%s: cannot be removed, and claims may stand in it; remove it by hand",
                       staging->path);
    }
    cg_place_fini(&staging->home);
    cg_place_fini(&staging->target);
    free(staging->path);
    free(staging);
}
