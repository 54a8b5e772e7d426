#include "claimgate/io/sink.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So much is written before the kernel is asked to begin putting it on the disk. Left to itself it
 * would begin when the file is synced, and the run would wait for all of it at its end. */
enum { WRITEBACK_BYTES = 8 << 20, READ_BACK_BYTES = 64 << 10 };

struct cg_sink {
    int fd;
    bool is_file; /* can be synced */
    bool is_ours; /* a new file: nobody else writes to it */
    bool reads_back;
    char *name; /* for messages */
    struct cg_sha256 *sha;
    uint64_t written_bytes;
    uint64_t begun_bytes; /* of these, what the kernel has been asked to put on the disk */
};

/* Takes `fd` over, also when it fails. */
static enum cg_status sink_new(int fd, const char *name, struct cg_sink **out,
                               struct cg_error *err) {
    struct cg_sink *sink = calloc(1, sizeof *sink);
    struct stat about;

    *out = NULL;
    if (sink == NULL) {
        (void)close(fd);
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", name);
    }
    sink->fd = fd;
    sink->name = strdup(name);
    sink->sha = cg_sha256_new();
    sink->is_file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    if (sink->name == NULL || sink->sha == NULL) {
        cg_sink_abandon(sink);
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", name);
    }
    *out = sink;
    return CG_OK;
}

/* Modes are set rather than asked for, so that no umask widens or narrows them. */
static bool set_access(int fd, gid_t group) {
    bool has_group = group != (gid_t)-1;

    return (!has_group || fchown(fd, (uid_t)-1, group) == 0) &&
           fchmod(fd, has_group ? 0640 : 0600) == 0;
}

enum cg_status cg_sink_create(int dir_fd, const char *name, gid_t group, struct cg_sink **out,
                              struct cg_error *err) {
    *out = NULL;
    errno = cg_fault("sink.create");
    int fd = errno != 0
                 ? -1
                 : openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot create the file", name);
    }
    if ((errno = cg_fault("sink.access")) != 0 || !set_access(fd, group)) {
        enum cg_status status = cg_error_set_errno(
            err, CG_CANNOT_CREATE, errno, "%s: cannot set the file's mode and group", name);
        (void)close(fd);
        (void)unlinkat(dir_fd, name, 0);
        return status;
    }
    if (sink_new(fd, name, out, err) != CG_OK) {
        (void)unlinkat(dir_fd, name, 0);
        return err->status;
    }
    (*out)->is_ours = true;
    return CG_OK;
}

/* A pipe that nobody reads yet is waited for here, not in open(2), for a signal must end the wait.
 */
static int open_when_read(const char *path, struct cg_error *err) {
    struct stat about;

    for (;;) {
        /* Append: a redirection behind /dev/stdout keeps its place in the file. */
        int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        const bool is_unread_pipe =
            fd < 0 && errno == ENXIO && stat(path, &about) == 0 && S_ISFIFO(about.st_mode);
        if (fd < 0 && !is_unread_pipe && errno != EINTR) {
            (void)cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot open for writing",
                                     path);
            return -1;
        }
        if (fd >= 0 || cg_stop_check(err) != CG_OK) {
            return fd;
        }
        (void)poll(NULL, 0, CG_STOP_LOOK_MS / 4);
    }
}

enum cg_status cg_sink_open_special(const char *path, struct cg_sink **out, struct cg_error *err) {
    *out = NULL;
    int fd = open_when_read(path, err);
    if (fd < 0) {
        return err->status;
    }
    /* Whoever shares what it leads to counts on writes that wait. */
    (void)fcntl(fd, F_SETFL, O_APPEND);
    return sink_new(fd, path, out, err);
}

enum cg_status cg_sink_stdout(struct cg_sink **out, struct cg_error *err) {
    *out = NULL;
    /* A descriptor of our own, so that closing it can be checked and standard output stays open. */
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_IO, errno, "standard output: cannot write");
    }
    return sink_new(fd, "standard output", out, err);
}

/* Advice only: what fails here, fsync will tell. */
static void begin_writeback(struct cg_sink *sink) {
    uint64_t due_bytes = sink->written_bytes - sink->begun_bytes;

    if (sink->is_file && due_bytes >= WRITEBACK_BYTES) {
        (void)sync_file_range(sink->fd, (off_t)sink->begun_bytes, (off_t)due_bytes,
                              SYNC_FILE_RANGE_WRITE);
        sink->begun_bytes = sink->written_bytes;
    }
}

enum cg_status cg_sink_write(struct cg_sink *sink, const void *bytes, size_t len_bytes,
                             struct cg_error *err) {
    int fault = cg_fault("sink.write");
    enum cg_status status = fault != 0
                                ? cg_file_write_failed(sink->name, fault, err)
                                : cg_file_write_all(sink->fd, sink->name, bytes, len_bytes, err);

    if (status == CG_OK) {
        cg_sha256_update(sink->sha, bytes, len_bytes);
        sink->written_bytes += len_bytes;
        begin_writeback(sink);
    }
    return status;
}

/* What another hand has written into our file, or a file system has lost, is in no hash. */
static enum cg_status check_size(const struct cg_sink *sink, struct cg_error *err) {
    struct stat about;

    if (!sink->is_ours || !sink->is_file) {
        return CG_OK;
    }
    if (fstat(sink->fd, &about) != 0) {
        return cg_file_write_failed(sink->name, errno, err);
    }
    if ((uint64_t)about.st_size != sink->written_bytes) {
        return cg_error_set(err, CG_IO,
                            "%s: has %llu bytes where %llu were written; another program has "
                            "written to it, or its file system lost some; nothing of it is used",
                            sink->name, (unsigned long long)about.st_size,
                            (unsigned long long)sink->written_bytes);
    }
    return CG_OK;
}

void cg_sink_read_back(struct cg_sink *sink) {
    sink->reads_back = true;
}

static enum cg_status hash_file(const struct cg_sink *sink, struct cg_sha256 *sha,
                                struct cg_error *err) {
    uint8_t chunk[READ_BACK_BYTES];
    uint64_t at = 0;

    /* Advice: what has been synced is dropped from memory, and comes from the disk. */
    (void)posix_fadvise(sink->fd, 0, 0, POSIX_FADV_DONTNEED);
    while (at < sink->written_bytes) {
        ssize_t got = pread(sink->fd, chunk, sizeof chunk, (off_t)at);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return cg_error_set(err, CG_IO, "%s: cannot be read again: %s", sink->name,
                                got < 0 ? strerror(errno) : "it has become shorter");
        }
        cg_sha256_update(sha, chunk, (size_t)got);
        at += (uint64_t)got;
    }
    return CG_OK;
}

static enum cg_status check_content(const struct cg_sink *sink, struct cg_error *err) {
    uint8_t written[CG_SHA256_BYTES];
    uint8_t found[CG_SHA256_BYTES];

    if (!sink->reads_back || !sink->is_ours || !sink->is_file) {
        return CG_OK;
    }
    struct cg_sha256 *sha = cg_sha256_new();
    if (sha == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", sink->name);
    }
    enum cg_status status = hash_file(sink, sha, err);
    cg_sha256_peek(sha, found);
    cg_sha256_peek(sink->sha, written);
    cg_sha256_free(sha);
    if (status == CG_OK && memcmp(found, written, sizeof found) != 0) {
        status = cg_error_set(err, CG_IO,
                              "%s: read again, it is not what was written: the disk or another "
                              "program has changed it; nothing of it is used",
                              sink->name);
    }
    return status;
}

static enum cg_status sync_and_close(struct cg_sink *sink, struct cg_error *err) {
    enum cg_status status = CG_OK;
    int fault = cg_fault("sink.fsync");

    if (fault != 0) {
        status = cg_file_write_failed(sink->name, fault, err);
    } else if (sink->is_file) {
        status = cg_file_sync(sink->fd, sink->name, err);
    }
    if (status != CG_OK || check_size(sink, err) != CG_OK || check_content(sink, err) != CG_OK) {
        return err->status;
    }
    /* The descriptor is gone whatever close says (Linux), so it is never closed again. */
    int closed = close(sink->fd);
    sink->fd = -1;
    fault = cg_fault("sink.close");
    if (fault == 0 && closed != 0 && errno != EINTR) {
        fault = errno;
    }
    return fault != 0 ? cg_file_write_failed(sink->name, fault, err) : CG_OK;
}

enum cg_status cg_sink_close(struct cg_sink *sink, struct cg_error *err) {
    enum cg_status status = sync_and_close(sink, err);

    cg_sink_abandon(sink);
    return status;
}

void cg_sink_abandon(struct cg_sink *sink) {
    if (sink == NULL) {
        return;
    }
    if (sink->fd >= 0) {
        (void)close(sink->fd);
    }
    cg_sha256_free(sink->sha);
    free(sink->name);
    free(sink);
}

uint64_t cg_sink_bytes(const struct cg_sink *sink) {
    return sink->written_bytes;
}

void cg_sink_sha256(const struct cg_sink *sink, uint8_t out[CG_SHA256_BYTES]) {
    cg_sha256_peek(sink->sha, out);
}

enum cg_status cg_sink_rename(struct cg_sink *sink, int dir_fd, const char *name,
                              struct cg_error *err) {
    char *copy = strdup(name);
    if (copy == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", name);
    }
    if (renameat(dir_fd, sink->name, dir_fd, name) != 0) {
        free(copy);
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot name the file so",
                                  name);
    }
    free(sink->name);
    sink->name = copy;
    return CG_OK;
}

enum cg_status cg_sink_end(struct cg_sink *sink, enum cg_status written, struct cg_error *err) {
    if (written == CG_OK) {
        return cg_sink_close(sink, err);
    }
    cg_sink_abandon(sink);
    return written;
}
