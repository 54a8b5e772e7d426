#include "claimgate/io/input.h"

#include "claimgate/io/files.h"

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
    MEMORY_BYTES = KEEP_BYTES + CG_INPUT_NEED_MAX_BYTES + READ_BYTES,
};

struct cg_input {
    int fd;
    bool owns_fd;
    bool at_end;
    const atomic_bool *given_up; /* NULL: nobody will */
    char *name;
    struct cg_sha256 *sha; /* NULL: its bytes are not hashed */
    struct cg_stamp stamp; /* of when it was opened */
    uint64_t read_bytes;
    size_t start; /* the window is memory[start .. end) */
    size_t end;
    uint8_t memory[MEMORY_BYTES];
};

/* Opening never waits for a pipe's writer, for only cg_file_wait hears a signal. */
static int open_path(struct cg_input *input, const char *path) {
    if (strcmp(path, "-") != 0) {
        input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        input->owns_fd = input->fd >= 0;
        return input->fd;
    }
    /* A closed standard input is held by a null device that cannot be read; see program.c. */
    const int flags = fcntl(STDIN_FILENO, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY) {
        errno = EBADF;
        return -1;
    }
    input->fd = STDIN_FILENO;
    return input->fd;
}

static enum cg_status open_fd(struct cg_input *input, const char *path, struct cg_error *err) {
    struct stat about;

    if (open_path(input, path) < 0 || fstat(input->fd, &about) != 0 ||
        !cg_stamp_take(input->fd, &input->stamp)) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s: cannot open the input",
                                  input->name);
    }
    if (S_ISDIR(about.st_mode)) {
        return cg_error_set(err, CG_NO_INPUT, "%s: is a folder; name the files in it", input->name);
    }
    if (input->stamp.is_file) {
        /* Advice only: nothing depends on it. */
        (void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return CG_OK;
}

enum cg_status cg_input_open(const char *path, struct cg_input **out, struct cg_error *err) {
    struct cg_input *input = calloc(1, sizeof *input);
    enum cg_status status;

    *out = NULL;
    if (input == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    }
    input->fd = -1;
    input->start = KEEP_BYTES;
    input->end = KEEP_BYTES;
    input->name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    input->sha = cg_sha256_new();
    if (input->name == NULL || input->sha == NULL) {
        status = cg_error_set(err, CG_INTERNAL, "%s: out of memory", path);
    } else {
        status = open_fd(input, path, err);
    }
    if (status != CG_OK) {
        cg_input_close(input);
        return status;
    }
    *out = input;
    return CG_OK;
}

void cg_input_close(struct cg_input *input) {
    if (input == NULL) {
        return;
    }
    if (input->owns_fd) {
        (void)close(input->fd);
    }
    cg_sha256_free(input->sha);
    free(input->name);
    free(input);
}

void cg_input_give_up_on(struct cg_input *input, const atomic_bool *given_up) {
    input->given_up = given_up;
}

void cg_input_trust(struct cg_input *input) {
    cg_sha256_free(input->sha);
    input->sha = NULL;
}

/* At the end of a file: whoever sends it may still be writing it, or may have put another one in
 * its place. A pipe has an end of its own, and standard input has no name to look at. */
static enum cg_status check_whole(const struct cg_input *input, struct cg_error *err) {
    if (cg_stamp_check(&input->stamp, input->name, input->fd, err) != CG_OK) {
        return err->status;
    }
    return input->owns_fd ? cg_stamp_check_path(&input->stamp, input->name, err) : CG_OK;
}

/* One read(2), counted and hashed. 0 bytes are the end of the input. */
static enum cg_status read_some(struct cg_input *input, void *out, size_t room_bytes,
                                size_t *len_bytes, struct cg_error *err) {
    for (;;) {
        if (cg_file_wait(input->fd, POLLIN, input->given_up, err) != CG_OK) {
            return err->status;
        }
        ssize_t got = read(input->fd, out, room_bytes);

        if (got >= 0) {
            *len_bytes = (size_t)got;
            input->read_bytes += (size_t)got;
            input->at_end = got == 0;
            if (input->sha != NULL) {
                cg_sha256_update(input->sha, out, (size_t)got);
            }
            return input->at_end ? check_whole(input, err) : CG_OK;
        }
        /* Standard input may have been left non-blocking by another program. */
        if (errno != EAGAIN && errno != EINTR) {
            return cg_error_set_errno(err, CG_IO, errno, "%s: cannot read at byte %llu",
                                      input->name, (unsigned long long)input->read_bytes);
        }
    }
}

static enum cg_status read_into_window(struct cg_input *input, struct cg_error *err) {
    size_t got_bytes;

    if (MEMORY_BYTES - input->end < READ_BYTES) {
        /* The codec may have given bytes back from what is kept. */
        size_t kept_from = input->start > KEEP_BYTES ? input->start - KEEP_BYTES : 0;

        memmove(input->memory, input->memory + kept_from, input->end - kept_from);
        input->start -= kept_from;
        input->end -= kept_from;
    }
    enum cg_status status =
        read_some(input, input->memory + input->end, READ_BYTES, &got_bytes, err);
    if (status == CG_OK) {
        input->end += got_bytes;
    }
    return status;
}

enum cg_status cg_input_need(struct cg_input *input, size_t need_bytes, struct cg_error *err) {
    while (input->end - input->start < need_bytes && !input->at_end) {
        enum cg_status status = read_into_window(input, err);

        if (status != CG_OK) {
            return status;
        }
    }
    return CG_OK;
}

const uint8_t *cg_input_window(const struct cg_input *input, size_t *len_bytes) {
    *len_bytes = input->end - input->start;
    return input->memory + input->start;
}

void cg_input_move_to(struct cg_input *input, const uint8_t *next) {
    input->start = (size_t)(next - input->memory);
}

enum cg_status cg_input_take(struct cg_input *input, void *out, size_t capacity_bytes,
                             size_t *len_bytes, struct cg_error *err) {
    size_t have_bytes = input->end - input->start;
    size_t filled = have_bytes < capacity_bytes ? have_bytes : capacity_bytes;

    memcpy(out, input->memory + input->start, filled);
    input->start += filled;
    while (filled < capacity_bytes && !input->at_end) {
        size_t got_bytes = 0;
        enum cg_status status =
            read_some(input, (char *)out + filled, capacity_bytes - filled, &got_bytes, err);

        if (status != CG_OK) {
            return status;
        }
        filled += got_bytes;
    }
    *len_bytes = filled;
    return CG_OK;
}

const char *cg_input_name(const struct cg_input *input) {
    return input->name;
}

uint64_t cg_input_offset(const struct cg_input *input) {
    return input->read_bytes - (input->end - input->start);
}

uint64_t cg_input_bytes(const struct cg_input *input) {
    return input->read_bytes;
}

void cg_input_sha256(const struct cg_input *input, uint8_t out[CG_SHA256_BYTES]) {
    cg_sha256_peek(input->sha, out);
}

const struct cg_stamp *cg_input_stamp(const struct cg_input *input) {
    return &input->stamp;
}
