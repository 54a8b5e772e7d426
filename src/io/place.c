#include "claimgate/io/place.h"

#include "place_names.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    AROUND_NAME_BYTES =
        1 + sizeof CG_PLACE_MARK - 1 + CG_PLACE_TOKEN_DIGITS, /* of a temporary's name */
    LOCK_TRIES = 100,
};

/* Split "/a//b//" into "/a" and "b". The folder of a bare name is ".". */
static bool split(const char *path, char **out_dir, char name[CG_PLACE_NAME_BYTES]) {
    size_t end = strlen(path);

    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    if (end == start || end - start >= CG_PLACE_NAME_BYTES) {
        return false;
    }
    memcpy(name, path + start, end - start);
    name[end - start] = '\0';
    size_t dir_end = start;
    while (dir_end > 1 && path[dir_end - 1] == '/') {
        dir_end--;
    }
    *out_dir = dir_end > 0 ? strndup(path, dir_end) : strdup(".");
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* No output depends on the prefix, and it is the same on every machine. */
static void make_prefix(struct cg_place *place) {
    size_t name_bytes = strlen(place->name);

    if (name_bytes + AROUND_NAME_BYTES <= NAME_MAX) {
        (void)snprintf(place->prefix, sizeof place->prefix, ".%.*s" CG_PLACE_MARK, (int)name_bytes,
                       place->name);
    } else {
        (void)snprintf(place->prefix, sizeof place->prefix, ".%016" PRIx64 CG_PLACE_MARK,
                       cg_hash64(place->name, name_bytes, 0));
    }
}

static enum cg_status open_dir(struct cg_place *place, const char *dir, struct cg_error *err) {
    char *resolved = realpath(dir, NULL);

    if (resolved == NULL && errno == ENOENT) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s/%s: the folder %s does not exist; make it first: mkdir -p %s", dir,
                            place->name, dir, dir);
    }
    place->dir_fd =
        resolved == NULL ? -1 : open(resolved, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place->dir_fd < 0) {
        enum cg_status status = cg_error_set_errno(
            err, CG_CANNOT_CREATE, errno, "%s: cannot open its folder %s", place->name, dir);
        free(resolved);
        return status;
    }
    bool is_root = strcmp(resolved, "/") == 0;
    int path_bytes = asprintf(&place->path, "%s/%s", is_root ? "" : resolved, place->name);
    free(resolved);
    if (path_bytes < 0) {
        place->path = NULL;
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", place->name);
    }
    return CG_OK;
}

enum cg_status cg_place_find(const char *path, struct cg_place *out, struct cg_error *err) {
    char *dir = NULL;
    enum cg_status status;

    *out = (struct cg_place){.dir_fd = -1, .lock_fd = -1};
    if (!split(path, &dir, out->name)) {
        free(dir);
        return cg_error_set(
            err, CG_CANNOT_CREATE,
            "\"%s\" cannot be an output; its last part must be a name of at most %d "
            "bytes",
            path, NAME_MAX);
    }
    if (dir == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    }
    make_prefix(out);
    status = open_dir(out, dir, err);
    free(dir);
    if (status != CG_OK) {
        cg_place_fini(out);
    }
    return status;
}

const char *cg_place_mark(const char *name) {
    const char *mark = NULL;

    for (const char *at = name; (at = strstr(at, CG_PLACE_MARK)) != NULL; at++) {
        mark = at + sizeof CG_PLACE_MARK - 1; /* the last one: names may hold it too */
    }
    return name[0] == '.' ? mark : NULL;
}

static bool is_token(const char *text) {
    return strlen(text) == CG_PLACE_TOKEN_DIGITS &&
           strspn(text, "0123456789abcdef") == CG_PLACE_TOKEN_DIGITS;
}

enum cg_status cg_place_find_temporary(const char *path, struct cg_place *out,
                                       struct cg_error *err) {
    enum cg_status status = cg_place_find(path, out, err);

    if (status != CG_OK) {
        return status;
    }
    const char *mark = cg_place_mark(out->name);
    if (mark == NULL || !is_token(mark)) {
        cg_place_fini(out);
        return cg_error_set(err, CG_INTERNAL, "%s: is no staged output of claimgate", path);
    }
    (void)snprintf(out->prefix, sizeof out->prefix, "%.*s", (int)(mark - out->name), out->name);
    return CG_OK;
}

/* Prefix and mark together always fit: a token is longer than the lock's mark. */
static void lock_name(const struct cg_place *place, char out[CG_PLACE_NAME_BYTES]) {
    size_t prefix_bytes = strlen(place->prefix);

    memcpy(out, place->prefix, prefix_bytes);
    memcpy(out + prefix_bytes, CG_PLACE_LOCK_MARK, sizeof CG_PLACE_LOCK_MARK);
}

void cg_place_fini(struct cg_place *place) {
    char name[CG_PLACE_NAME_BYTES];

    if (place->lock_fd >= 0) {
        /* Removed while still held: whoever has opened it meanwhile sees, once it gets the lock,
         * that the name no longer leads to what it locked. */
        lock_name(place, name);
        if (unlinkat(place->dir_fd, name, 0) != 0 && errno != ENOENT) {
            cg_log_warning("%s: cannot remove the lock file %s beside it (%s); it locks nothing "
                           "any more, remove it by hand",
                           place->path, name, strerror(errno));
        }
        (void)close(place->lock_fd);
    }
    if (place->dir_fd >= 0) {
        (void)close(place->dir_fd);
    }
    free(place->path);
    *place = (struct cg_place){.dir_fd = -1, .lock_fd = -1};
}

static bool is_still_there(const struct cg_place *place, const char *name, int fd) {
    struct stat locked;
    struct stat named;

    return fstat(fd, &locked) == 0 &&
           fstatat(place->dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

/* Where files cannot be locked at all, nobody holds it. Who does has written its process there. */
static bool is_unheld(int fd) {
    struct stat about;

    return fstat(fd, &about) == 0 && about.st_size == 0;
}

/* A lock on the file that the name led to when it was opened, or -1 with errno. */
static int lock_once(const struct cg_place *place, const char *name) {
    if ((errno = cg_fault("place.lock")) != 0) {
        return -1;
    }
    int fd = openat(place->dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && ((errno = cg_fault("place.flock")) != 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)) {
        int flock_errno = errno;

        if (flock_errno != EWOULDBLOCK && flock_errno != EINTR && is_unheld(fd)) {
            (void)unlinkat(place->dir_fd, name, 0);
        }
        (void)close(fd);
        errno = flock_errno;
        return -1;
    }
    return fd;
}

static enum cg_status refuse_lock(const struct cg_place *place, const char *name, int errno_value,
                                  struct cg_error *err) {
    char owner[CG_OWNER_BYTES];

    if (errno_value == ELOOP || errno_value == EISDIR) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s: what stands beside it as its lock file, %s, is no file; %s has "
                            "made it: remove it, or choose another output",
                            place->path, name, cg_owner_of(place->dir_fd, name, owner));
    }
    return cg_error_set_errno(err, CG_CANNOT_CREATE, errno_value,
                              "%s: cannot make the lock file %s beside it", place->path, name);
}

enum cg_status cg_place_lock(struct cg_place *place, struct cg_error *err) {
    char holder[CG_HOLDER_BYTES];
    char name[CG_PLACE_NAME_BYTES];

    lock_name(place, name);
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        int fd = lock_once(place, name);

        if (fd >= 0 && is_still_there(place, name, fd)) {
            place->lock_fd = fd;
            (void)dprintf(fd, "%ld %lld\n", (long)getpid(), (long long)time(NULL));
            return CG_OK;
        }
        if (fd >= 0) {
            (void)close(fd); /* the run that held it has just removed it */
        } else if (errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            return refuse_lock(place, name, errno, err);
        }
    }
    return cg_error_set(err, CG_BUSY,
                        "%s: another claimgate is writing it (lock %s beside it: %s); wait for it, "
                        "or choose another output",
                        place->path, name, cg_owner_of_lock(place->dir_fd, name, holder));
}

enum cg_status cg_place_new_name(const struct cg_place *place, char out[CG_PLACE_NAME_BYTES],
                                 struct cg_error *err) {
    uint64_t random;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        return cg_error_set_errno(err, CG_INTERNAL, errno, "%s: no random name", place->path);
    }
    int bytes = snprintf(out, CG_PLACE_NAME_BYTES, "%s%016" PRIx64, place->prefix, random);
    if (bytes < 0 || bytes >= CG_PLACE_NAME_BYTES) {
        return cg_error_set(err, CG_CANNOT_CREATE, "%s: its name is too long", place->path);
    }
    return CG_OK;
}

enum cg_status cg_place_sync(const struct cg_place *place, struct cg_error *err) {
    int fault = cg_fault("place.fsync");

    if (fault != 0) {
        return cg_file_write_failed(place->path, fault, err);
    }
    return cg_file_sync(place->dir_fd, place->path, err);
}
