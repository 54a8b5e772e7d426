#include "claimgate/intake.h"

#include "claimgate/files.h"
#include "claimgate/inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEEP_BYTES = 64, /* taken bytes that stay before the window; holds CG_INFLATE_GIVE_BACK_BYTES */
    READ_BYTES = 512 << 10,
    MEMORY_BYTES = KEEP_BYTES + CG_INTAKE_NEED_MAX_BYTES + READ_BYTES,
};

struct cg_intake {
    int fd;
    bool owns_fd;
    bool at_end;
    const atomic_bool *given_up; /* NULL: nobody will */
    char *name;
    struct cg_sha256 *sha;
    uint64_t size_bytes;
    uint64_t read_bytes;
    size_t start; /* the window is memory[start .. end) */
    size_t end;
    uint8_t memory[MEMORY_BYTES];
};

static enum cg_status open_fd(struct cg_intake *intake, const char *path, struct cg_error *err) {
    struct stat about;

    if (strcmp(path, "-") == 0) {
        intake->fd = STDIN_FILENO;
    } else {
        intake->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        intake->owns_fd = intake->fd >= 0;
    }
    if (intake->fd < 0 || fstat(intake->fd, &about) != 0) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot open the input",
                                  intake->name);
    }
    if (S_ISDIR(about.st_mode)) {
        return cg_error_set(err, CG_NO_INPUT, "%s: is a folder; name the files in it",
                            intake->name);
    }
    if (S_ISREG(about.st_mode)) {
        intake->size_bytes = about.st_size > 0 ? (uint64_t)about.st_size : 0;
        /* Advice only: nothing depends on it. */
        (void)posix_fadvise(intake->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return CG_OK;
}

enum cg_status cg_intake_open(const char *path, struct cg_intake **out, struct cg_error *err) {
    struct cg_intake *intake = calloc(1, sizeof *intake);
    enum cg_status status;

    *out = NULL;
    if (intake == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    }
    intake->fd = -1;
    intake->start = KEEP_BYTES;
    intake->end = KEEP_BYTES;
    intake->name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    intake->sha = cg_sha256_new();
    if (intake->name == NULL || intake->sha == NULL) {
        status = cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    } else {
        status = open_fd(intake, path, err);
    }
    if (status != CG_OK) {
        cg_intake_close(intake);
        return status;
    }
    *out = intake;
    return CG_OK;
}

void cg_intake_close(struct cg_intake *intake) {
    if (intake == NULL) {
        return;
    }
    if (intake->owns_fd) {
        (void)close(intake->fd);
    }
    cg_sha256_free(intake->sha);
    free(intake->name);
    free(intake);
}

void cg_intake_give_up_on(struct cg_intake *intake, const atomic_bool *given_up) {
    intake->given_up = given_up;
}

/* One read(2), counted and hashed. 0 bytes are the end of the input. */
static enum cg_status read_some(struct cg_intake *intake, void *out, size_t room_bytes,
                                size_t *len_bytes, struct cg_error *err) {
    for (;;) {
        if (cg_file_wait(intake->fd, POLLIN, intake->given_up, err) != CG_OK) {
            return err->status;
        }
        ssize_t got = read(intake->fd, out, room_bytes);

        if (got >= 0) {
            *len_bytes = (size_t)got;
            intake->read_bytes += (size_t)got;
            intake->at_end = got == 0;
            cg_sha256_update(intake->sha, out, (size_t)got);
            return CG_OK;
        }
        /* Standard input may have been left non-blocking by another program. */
        if (errno != EAGAIN && errno != EINTR) {
            return cg_error_set_errno(err, CG_IO, errno, "%s: cannot read at byte %llu",
                                      intake->name, (unsigned long long)intake->read_bytes);
        }
    }
}

static enum cg_status read_into_window(struct cg_intake *intake, struct cg_error *err) {
    size_t got_bytes;

    if (MEMORY_BYTES - intake->end < READ_BYTES) {
        /* The codec may have given bytes back from what is kept. */
        size_t kept_from = intake->start > KEEP_BYTES ? intake->start - KEEP_BYTES : 0;

        memmove(intake->memory, intake->memory + kept_from, intake->end - kept_from);
        intake->start -= kept_from;
        intake->end -= kept_from;
    }
    enum cg_status status =
        read_some(intake, intake->memory + intake->end, READ_BYTES, &got_bytes, err);
    if (status == CG_OK) {
        intake->end += got_bytes;
    }
    return status;
}

enum cg_status cg_intake_need(struct cg_intake *intake, size_t need_bytes, struct cg_error *err) {
    while (intake->end - intake->start < need_bytes && !intake->at_end) {
        enum cg_status status = read_into_window(intake, err);

        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

const uint8_t *cg_intake_window(const struct cg_intake *intake, size_t *len_bytes) {
    *len_bytes = intake->end - intake->start;
    return intake->memory + intake->start;
}

void cg_intake_move_to(struct cg_intake *intake, const uint8_t *next) {
    intake->start = (size_t)(next - intake->memory);
}

enum cg_status cg_intake_take(struct cg_intake *intake, void *out, size_t capacity_bytes,
                              size_t *len_bytes, struct cg_error *err) {
    size_t have_bytes = intake->end - intake->start;
    size_t filled = have_bytes < capacity_bytes ? have_bytes : capacity_bytes;

    memcpy(out, intake->memory + intake->start, filled);
    intake->start += filled;
    while (filled < capacity_bytes && !intake->at_end) {
        size_t got_bytes;
        enum cg_status status =
            read_some(intake, (char *)out + filled, capacity_bytes - filled, &got_bytes, err);

        if (status != CG_OK) {
            return status;
        }
        filled += got_bytes;
    }
    *len_bytes = filled;
    return CG_OK;
}

const char *cg_intake_name(const struct cg_intake *intake) {
    return intake->name;
}

uint64_t cg_intake_offset(const struct cg_intake *intake) {
    return intake->read_bytes - (intake->end - intake->start);
}

uint64_t cg_intake_bytes(const struct cg_intake *intake) {
    return intake->read_bytes;
}

uint64_t cg_intake_size(const struct cg_intake *intake) {
    return intake->size_bytes;
}

bool cg_intake_sha256(const struct cg_intake *intake, uint8_t out[CG_SHA256_BYTES]) {
    return cg_sha256_peek(intake->sha, out);
}
