#include "claimgate/io/files.h"

#include "claimgate/base/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP_BYTES = 16384, LIST_STEP_BYTES = 4096 };

static enum cg_status read_all(int fd, const char *path, struct cg_buffer *out,
                               struct cg_error *err) {
    char step[READ_STEP_BYTES];

    for (;;) {
        ssize_t got = read(fd, step, sizeof step);

        if (got == 0) {
            return CG_OK;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot read the file", path);
        }
        if ((size_t)got > out->limit_bytes - out->len_bytes) {
            return cg_error_set(err, CG_NO_INPUT, "%s: is larger than the %zu bytes allowed", path,
                                out->limit_bytes);
        }
        if (!cg_buffer_append(out, step, (size_t)got)) {
            return cg_error_no_memory(err);
        }
    }
}

enum cg_status cg_file_read(const char *path, struct cg_buffer *out, struct cg_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot open the file", path);
    }
    enum cg_status status = read_all(fd, path, out, err);
    (void)close(fd); /* reading cannot lose data */
    return status;
}

enum cg_status cg_file_write_failed(const char *name, int errno_value, struct cg_error *err) {
    if (errno_value == EPIPE) {
        return cg_error_set(err, CG_IO, "%s: closed pipe: the reader went away before the end",
                            name);
    }
    if (errno_value == ENOSPC || errno_value == EDQUOT) {
        return cg_error_set_errno(
            err, CG_IO, errno_value,
            "%s: disk full; make room or write to another disk, and run again", name);
    }
    /* EPERM of a write is the medium's word and no matter of permission, so the text stands here.
     */
    return cg_error_set(err, CG_IO, "%s: cannot write: %s", name, strerror(errno_value));
}

enum cg_status cg_file_wait(int fd, short events, const atomic_bool *given_up,
                            struct cg_error *err) {
    struct pollfd wait = {.fd = fd, .events = events};
    int ready = 0;

    while (ready == 0) {
        if (cg_stop_check(err) != CG_OK) {
            return err->status;
        }
        if (given_up != NULL && atomic_load(given_up)) {
            return cg_error_set(err, CG_INTERRUPTED, "given up, for the run has failed elsewhere");
        }
        ready = poll(&wait, 1, CG_STOP_LOOK_MS);
        if (ready < 0 && errno == EINTR) {
            ready = 0;
        }
    }
    return CG_OK; /* what is wrong with the descriptor, its next use tells */
}

/* A pipe that has room takes this much without waiting for its reader, so that a signal is heard.
 */
static size_t most_at_once(int fd) {
    struct stat about;

    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? INT_MAX : PIPE_BUF;
}

/* Where the file system has none without a name, one whose name is taken away again. */
static int open_nameless(const char *dir) {
    char name[PATH_MAX + sizeof "/.claimgate-XXXXXX"];
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        (void)snprintf(name, sizeof name, "%.*s/.claimgate-XXXXXX", PATH_MAX, dir);
        fd = mkostemp(name, O_CLOEXEC); /* mode 0600 */
        if (fd >= 0) {
            (void)unlink(name);
        }
    }
    return fd;
}

enum cg_status cg_file_open_nameless(const char *dir, int *fd, struct cg_error *err) {
    *fd = open_nameless(dir);
    return *fd >= 0 ? CG_OK
                    : cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                         "%s: cannot make a temporary file", dir);
}

enum cg_status cg_file_write_all(int fd, const char *name, const void *bytes, size_t len_bytes,
                                 struct cg_error *err) {
    const char *next = bytes;
    /* Linux writes at most SSIZE_MAX at once and says how much it took. */
    const size_t most_bytes = most_at_once(fd);

    while (len_bytes > 0) {
        if (cg_file_wait(fd, POLLOUT, NULL, err) != CG_OK) {
            return err->status;
        }
        ssize_t written = write(fd, next, len_bytes < most_bytes ? len_bytes : most_bytes);

        if (written >= 0) {
            next += written;
            len_bytes -= (size_t)written;
        } else if (errno != EAGAIN && errno != EINTR) {
            return cg_file_write_failed(name, errno, err);
        }
    }
    return CG_OK;
}

enum cg_status cg_file_sync(int fd, const char *name, struct cg_error *err) {
    if (fsync(fd) != 0) {
        return cg_file_write_failed(name, errno, err);
    }
    return CG_OK;
}

static bool remove_folder(int dir_fd, const char *name, int levels);

static bool remove_entry(int dir_fd, const char *name, int levels) {
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return true;
    }
    return unlinkat(dir_fd, name, 0) == 0 ||
           (errno == EISDIR && levels > 0 && remove_folder(dir_fd, name, levels - 1));
}

/* Without a DIR, which takes memory, for want of which the run may have failed. */
static bool remove_entries(int dir_fd, int levels) {
    _Alignas(struct dirent64) char entries[LIST_STEP_BYTES];
    bool all_gone = true;
    ssize_t len = getdents64(dir_fd, entries, sizeof entries);

    for (; len > 0; len = getdents64(dir_fd, entries, sizeof entries)) {
        for (ssize_t at = 0; at < len;) {
            const struct dirent64 *entry = (const void *)(entries + at);
            all_gone = remove_entry(dir_fd, entry->d_name, levels) && all_gone;
            at += entry->d_reclen;
        }
    }
    return len == 0 && all_gone;
}

bool cg_dir_empty(int dir_fd) {
    return lseek(dir_fd, 0, SEEK_SET) == 0 && remove_entries(dir_fd, 1);
}

/* An empty folder goes without a descriptor, of which none may be left. */
static bool remove_folder(int dir_fd, const char *name, int levels) {
    if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0) {
        return true;
    }
    const int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const bool is_empty = remove_entries(fd, levels);
    (void)close(fd);
    return is_empty && unlinkat(dir_fd, name, AT_REMOVEDIR) == 0;
}

bool cg_dir_remove(int dir_fd, const char *name) {
    return remove_folder(dir_fd, name, 1);
}

/* "/dev/stdout", "/dev/fd/3", "/proc/self/fd/3": the kernel's own links to open files. */
static bool is_descriptor_link(const char *path) {
    static const char *const standard[] = {"/dev/stdout", "/dev/stderr"};
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++) {
        if (strcmp(path, standard[i]) == 0) {
            return true;
        }
    }
    if (strncmp(path, "/proc/", 6) == 0) {
        path += 6 + strcspn(path + 6, "/");
    } else if (strncmp(path, "/dev/", 5) == 0) {
        path += 4;
    }
    const char *number = strncmp(path, "/fd/", 4) == 0 ? path + 4 : "";
    return number[0] != '\0' && number[strspn(number, "0123456789")] == '\0';
}

bool cg_file_hash(int fd, uint8_t sha256[CG_SHA256_BYTES]) {
    char chunk[1 << 16];
    struct cg_sha256 *sha = cg_sha256_new();
    ssize_t got = sha != NULL ? 1 : -1;
    int failed = ENOMEM;
    while (sha != NULL && (got > 0 || (got < 0 && failed == EINTR))) {
        got = read(fd, chunk, sizeof chunk);
        failed = errno;
        if (got > 0) {
            cg_sha256_update(sha, chunk, (size_t)got);
        }
    }
    if (got == 0) {
        cg_sha256_peek(sha, sha256);
    }
    cg_sha256_free(sha);
    errno = failed;
    return got == 0;
}

enum cg_status cg_file_look(const char *path, bool *is_there, struct cg_error *err) {
    *is_there = access(path, F_OK) == 0;
    if (*is_there || errno == ENOENT || errno == ENOTDIR) {
        return CG_OK;
    }
    return cg_error_set_errno(err, CG_IO, errno, "%s: cannot be looked at", path);
}

enum cg_status cg_file_refuse_link(const char *path, struct cg_error *err) {
    struct stat about;

    if (lstat(path, &about) != 0 || !S_ISLNK(about.st_mode) || is_descriptor_link(path)) {
        return CG_OK;
    }
    return cg_error_set(err, CG_CANNOT_CREATE,
                        "%s: is a symbolic link, which an output does not follow, for it may lead "
                        "to another file; name the file itself, or remove the link",
                        path);
}

FILE *cg_file_create_private(const char *path, struct cg_error *err) {
    if (cg_file_refuse_link(path, err) != CG_OK) {
        return NULL;
    }
    /* An old file goes first: it may have another name as well, or another owner. */
    struct stat old;
    const bool is_there = lstat(path, &old) == 0;
    const bool is_new = !is_there || (S_ISREG(old.st_mode) && unlink(path) == 0);
    const int fd =
        open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | (is_new ? O_CREAT | O_EXCL : 0), 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL) {
        (void)cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot create the file", path);
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    return file;
}

static bool is_one(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The folder that a name stands in; *last is the part below it. */
static bool look_at_folder(const char *path, struct stat *out, const char **last) {
    const char *slash = strrchr(path, '/');
    *last = slash == NULL ? path : slash + 1;
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash + 1 - path));
    const bool is_there = folder != NULL && stat(folder, out) == 0;
    free(folder);
    return is_there;
}

bool cg_file_is_same(const char *a, const char *b) {
    struct stat of_a;
    struct stat of_b;
    const char *last_of_a = NULL;
    const char *last_of_b = NULL;
    const bool a_is_there = stat(a, &of_a) == 0;
    const bool b_is_there = stat(b, &of_b) == 0;
    if (a_is_there || b_is_there) {
        return a_is_there && b_is_there && S_ISREG(of_a.st_mode) && is_one(&of_a, &of_b);
    }
    return look_at_folder(a, &of_a, &last_of_a) && look_at_folder(b, &of_b, &last_of_b) &&
           is_one(&of_a, &of_b) && strcmp(last_of_a, last_of_b) == 0;
}

bool cg_file_is_in(const char *path, const char *folder) {
    struct stat home;
    struct stat asked;
    const char *last = NULL;
    char *real = realpath(path, NULL);
    const bool is_in = real != NULL && look_at_folder(real, &home, &last) &&
                       stat(folder, &asked) == 0 && is_one(&home, &asked);
    free(real);
    return is_in;
}

/* A gid in digits. The largest value stands for "no group" in every call that takes one. */
static bool parse_gid(const char *text, gid_t *out) {
    uint64_t value = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || value > UINT32_MAX) {
            return false;
        }
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *out = (gid_t)value;
    return text[0] != '\0' && value < UINT32_MAX;
}

enum cg_status cg_group_find(const char *name, gid_t *out, struct cg_error *err) {
    errno = 0;
    const struct group *group = getgrnam(name);

    if (group != NULL) {
        *out = group->gr_gid;
        return CG_OK;
    }
    if (parse_gid(name, out)) {
        return CG_OK;
    }
    return cg_error_set(err, CG_USAGE, "there is no group \"%s\"; `getent group` lists them", name);
}
