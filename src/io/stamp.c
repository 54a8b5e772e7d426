#include "claimgate/io/stamp.h"

#include <errno.h>
#include <sys/stat.h>

enum { FRESH_SECONDS = 60 };

static void fill(const struct stat *about, struct cg_stamp *out) {
    *out = (struct cg_stamp){.is_file = S_ISREG(about->st_mode)};
    if (out->is_file) {
        out->device = about->st_dev;
        out->inode = about->st_ino;
        out->size_bytes = about->st_size;
        out->changed = about->st_mtim;
    }
}

bool cg_stamp_take(int fd, struct cg_stamp *out) {
    struct stat about;

    if (fstat(fd, &about) != 0) {
        return false;
    }
    fill(&about, out);
    return true;
}

static bool is_same_file(const struct cg_stamp *then, const struct cg_stamp *now) {
    return now->is_file && now->device == then->device && now->inode == then->inode;
}

static enum cg_status compare(const struct cg_stamp *then, const struct stat *now, const char *name,
                              struct cg_error *err) {
    struct cg_stamp stamp;

    fill(now, &stamp);
    if (!is_same_file(then, &stamp)) {
        return cg_error_set(err, CG_BUSY,
                            "%s: is still being written: another file has taken its place, or it "
                            "was moved away, while it was read; nothing was taken in; run again "
                            "when it is whole",
                            name);
    }
    if (stamp.size_bytes != then->size_bytes) {
        return cg_error_set(err, CG_BUSY,
                            "%s: is still being written: its size has changed while it was read, "
                            "from %lld bytes to %lld; nothing was taken in; run again when it is "
                            "whole",
                            name, (long long)then->size_bytes, (long long)stamp.size_bytes);
    }
    if (stamp.changed.tv_sec != then->changed.tv_sec ||
        stamp.changed.tv_nsec != then->changed.tv_nsec) {
        return cg_error_set(err, CG_BUSY,
                            "%s: is still being written: its time of change is another than when "
                            "the reading began, with %lld bytes as before: it was written to, or "
                            "touched; nothing was taken in; run again when it is whole",
                            name, (long long)stamp.size_bytes);
    }
    return CG_OK;
}

/* What is not there any more is told as what has become another file. */
static enum cg_status refuse(const struct cg_stamp *then, const char *name, struct cg_error *err) {
    static const struct stat nothing;

    return errno == ENOENT || errno == ENOTDIR
               ? compare(then, &nothing, name, err)
               : cg_error_set_errno(err, CG_IO, errno, "%s: cannot be looked at", name);
}

enum cg_status cg_stamp_check(const struct cg_stamp *stamp, const char *name, int fd,
                              struct cg_error *err) {
    struct stat now;

    if (!stamp->is_file) {
        return CG_OK;
    }
    return fstat(fd, &now) == 0 ? compare(stamp, &now, name, err) : refuse(stamp, name, err);
}

enum cg_status cg_stamp_check_path(const struct cg_stamp *stamp, const char *path,
                                   struct cg_error *err) {
    struct stat now;

    if (!stamp->is_file) {
        return CG_OK;
    }
    return stat(path, &now) == 0 ? compare(stamp, &now, path, err) : refuse(stamp, path, err);
}

const char *cg_stamp_fresh_mend(const struct cg_stamp *stamp) {
    const time_t age = time(NULL) - stamp->changed.tv_sec;
    return stamp->is_file && age >= 0 && age < FRESH_SECONDS
               ? "; it was written to less than a minute ago: where it is still being written, run "
                 "again when it is whole"
               : "";
}
