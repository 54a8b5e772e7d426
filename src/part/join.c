#include "join.h"

#include "attempt.h"

#include "claimgate/base/stop.h"
#include "claimgate/io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 18, END_BYTES = 28 }; /* what is copied stays in a cache */

static const struct {
    const char *file;
    enum cg_output_kind output;
} names[] = {
    {"accepted.csv.gz", CG_OUTPUT_ACCEPTED},     {"accepted.x12.gz", CG_OUTPUT_ACCEPTED},
    {"rejected.csv.gz", CG_OUTPUT_REJECTED},     {"decisions.csv.gz", CG_OUTPUT_DECISIONS},
    {"rejected.x12.gz", CG_OUTPUT_REJECTED_X12}, {"ack.277ca.x12.gz", CG_OUTPUT_ACK},
};

bool cg_join_find(const char *file, enum cg_output_kind *out, const char **name) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].file, file) == 0) {
            *out = names[i].output;
            *name = names[i].file;
            return true;
        }
    }
    return false;
}

enum cg_status cg_join_create(const struct cg_join_target *target, const char *name,
                              struct cg_sink **out, struct cg_error *err) {
    const enum cg_status status = cg_sink_create(target->dir_fd, name, target->group, out, err);
    if (status == CG_OK && target->read_back) {
        cg_sink_read_back(*out);
    }
    return status;
}

/* One piece on its way. */
struct copying {
    const struct cg_join_target *target;
    const struct cg_join *join;
    uint32_t task;
    char path[CG_PART_PATH_BYTES];
    char *bytes; /* COPY_BYTES */
};

static enum cg_status is_damaged(const struct copying *copying, struct cg_error *err) {
    char what[128];
    (void)snprintf(what, sizeof what, "%s is not what was written", copying->join->file);
    return cg_step_damaged(copying->target->part, &cg_step_answer, copying->task, what, err);
}

/* The bytes of a file up to `len_bytes` of it; `sha` gets all of them. */
static enum cg_status copy_bytes(const struct copying *copying, int fd, uint64_t len_bytes,
                                 struct cg_sha256 *sha, struct cg_sink *to, struct cg_error *err) {
    uint64_t at = 0;
    for (;;) {
        const ssize_t got = read(fd, copying->bytes, COPY_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return cg_error_set_errno(err, CG_IO, errno, "%s", copying->path);
        }
        if (got == 0 || cg_stop_check(err) != CG_OK) {
            return err->status;
        }
        const uint64_t left = at < len_bytes ? len_bytes - at : 0;
        const size_t wanted = left < (uint64_t)got ? (size_t)left : (size_t)got;
        if (sha != NULL) {
            cg_sha256_update(sha, copying->bytes, (size_t)got);
        }
        at += (uint64_t)got;
        if (wanted > 0 && cg_sink_write(to, copying->bytes, wanted, err) != CG_OK) {
            return err->status;
        }
    }
}

static enum cg_status check_hash(const struct copying *copying, const uint8_t sha256[],
                                 struct cg_error *err) {
    return memcmp(sha256, copying->join->pieces[copying->task].sha256, CG_SHA256_BYTES) == 0
               ? CG_OK
               : is_damaged(copying, err);
}

/* The sink has hashed a piece by itself where that is all that it was given. */
static enum cg_status copy_open(const struct copying *copying, int fd, uint64_t len_bytes,
                                struct cg_sink *to, struct cg_error *err) {
    uint8_t sha256[CG_SHA256_BYTES];
    if (len_bytes == UINT64_MAX && cg_sink_bytes(to) == 0) {
        const enum cg_status status = copy_bytes(copying, fd, len_bytes, NULL, to, err);
        cg_sink_sha256(to, sha256);
        return status == CG_OK ? check_hash(copying, sha256, err) : status;
    }
    struct cg_sha256 *sha = cg_sha256_new();
    if (sha == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = copy_bytes(copying, fd, len_bytes, sha, to, err);
    cg_sha256_peek(sha, sha256);
    cg_sha256_free(sha);
    return status == CG_OK ? check_hash(copying, sha256, err) : status;
}

/* The first `len_bytes` of a piece, which must be the one that was written. */
static enum cg_status copy(const struct copying *copying, uint64_t len_bytes, struct cg_sink *to,
                           struct cg_error *err) {
    const int fd = open(copying->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? is_damaged(copying, err)
                               : cg_error_set_errno(err, CG_IO, errno, "%s", copying->path);
    }
    const enum cg_status status = copy_open(copying, fd, len_bytes, to, err);
    (void)close(fd);
    return status;
}

static struct copying start_copy(const struct cg_join_target *target, const struct cg_join *join,
                                 uint32_t task, char *bytes) {
    struct copying copying = {.target = target, .join = join, .task = task, .bytes = bytes};
    (void)cg_part_path(target->part, copying.path, "answer/%u/%s", task, join->file);
    return copying;
}

/* --- a folder of pieces --- */

static enum cg_status write_piece(const struct copying *copying, const char *name,
                                  struct cg_error *err) {
    struct cg_sink *sink = NULL;
    if (cg_join_create(copying->target, name, &sink, err) != CG_OK) {
        return err->status;
    }
    return cg_sink_end(sink, copy(copying, UINT64_MAX, sink, err), err);
}

/* The piece of a task under its own name, and its facts behind those before it. */
static enum cg_status add_piece(const struct copying *copying, struct cg_output_facts *facts,
                                struct cg_error *err) {
    const struct cg_join *join = copying->join;
    const struct cg_piece_facts *piece = &join->pieces[copying->task];
    char *name = join->names[facts->piece_count];
    (void)snprintf(name, CG_JOIN_NAME_BYTES, "%s/%05u%s", facts->file, copying->task,
                   strchr(join->file, '.'));
    struct cg_output_facts *written = &join->written[facts->piece_count++];
    *written =
        (struct cg_output_facts){.file = name, .bytes = piece->bytes, .records = piece->rows};
    memcpy(written->sha256, piece->sha256, sizeof written->sha256);
    memcpy(written->content_xxh128, piece->content_xxh128, sizeof written->content_xxh128);
    facts->bytes += piece->bytes;
    return write_piece(copying, name, err);
}

static enum cg_status make_folder(const struct cg_join_target *target, const char *name, int *fd,
                                  struct cg_error *err) {
    const bool has_group = target->group != (gid_t)-1;
    *fd = mkdirat(target->dir_fd, name, 0700) != 0
              ? -1
              : openat(target->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 && (!has_group || fchown(*fd, (uid_t)-1, target->group) == 0) &&
                   fchmod(*fd, has_group ? 0750 : 0700) == 0
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", name);
}

static enum cg_status write_pieces(const struct cg_join_target *target, const struct cg_join *join,
                                   struct cg_output_facts *facts, char *bytes,
                                   struct cg_error *err) {
    int fd = -1;
    enum cg_status status = make_folder(target, facts->file, &fd, err);
    facts->pieces = join->written;
    for (uint32_t task = 0; status == CG_OK && task < target->part->plan.tasks; task++) {
        if (join->is_there[task]) {
            const struct copying copying = start_copy(target, join, task, bytes);
            status = add_piece(&copying, facts, err);
        }
    }
    if (status == CG_OK) {
        status = cg_file_sync(fd, facts->file, err);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

/* --- one file --- */

/* The content of a piece, once more unpacked: no hash of it can be made of those of its parts. */
static enum cg_status hash_content(const char *path, struct cg_source *source, char *bytes,
                                   struct cg_xxh128 *content, struct cg_error *err) {
    struct cg_fill fill = {.out = bytes, .capacity_bytes = COPY_BYTES};
    enum cg_status status = CG_OK;
    cg_source_trust(source);
    cg_source_take_x12(source);
    while (status == CG_OK && !fill.at_end) {
        status = cg_stop_check(err) == CG_OK ? cg_source_read(source, &fill, err) : err->status;
        if (status == CG_OK) {
            cg_xxh128_update(content, bytes, fill.len_bytes);
        }
    }
    return status == CG_OK ? CG_OK : cg_error_wrap(err, "%s", path);
}

static enum cg_status add_content(const struct copying *copying, struct cg_xxh128 *content,
                                  struct cg_error *err) {
    struct cg_source *source = NULL;
    enum cg_status status = cg_source_open(copying->path, &source, err);
    if (status == CG_OK) {
        status = hash_content(copying->path, source, copying->bytes, content, err);
    }
    cg_source_close(source);
    return status;
}

static bool has_content(const struct cg_join *join, uint32_t task) {
    return join->is_there[task] && join->pieces[task].bytes > END_BYTES;
}

static uint32_t count_with_content(const struct cg_join *join, uint32_t tasks) {
    uint32_t count = 0;
    for (uint32_t task = 0; task < tasks; task++) {
        count += has_content(join, task);
    }
    return count;
}

/* Each piece without the block that ends it, but for the last one. */
static enum cg_status write_joined(const struct cg_join_target *target, const struct cg_join *join,
                                   struct cg_sink *sink, struct cg_xxh128 *content, char *bytes,
                                   struct cg_error *err) {
    const uint32_t tasks = target->part->plan.tasks;
    const bool hashes = count_with_content(join, tasks) > 1;
    uint32_t last = tasks - 1;
    while (!join->is_there[last]) { /* one is, or there would be no file */
        last--;
    }
    for (uint32_t task = 0; task <= last; task++) {
        if (!join->is_there[task]) {
            continue;
        }
        const struct copying copying = start_copy(target, join, task, bytes);
        const uint64_t end = task == last ? UINT64_MAX : join->pieces[task].bytes - END_BYTES;
        if (copy(&copying, end, sink, err) != CG_OK ||
            (hashes && add_content(&copying, content, err) != CG_OK)) {
            return err->status;
        }
    }
    return CG_OK;
}

/* Where one piece has all of it, its hash is that of the whole. */
static void tell_content(const struct cg_join *join, uint32_t tasks, struct cg_xxh128 *content,
                         struct cg_output_facts *facts) {
    cg_xxh128_peek(content, facts->content_xxh128);
    for (uint32_t task = 0; task < tasks && count_with_content(join, tasks) == 1; task++) {
        if (has_content(join, task)) {
            memcpy(facts->content_xxh128, join->pieces[task].content_xxh128, CG_XXH128_BYTES);
        }
    }
}

static enum cg_status write_one(const struct cg_join_target *target, const struct cg_join *join,
                                struct cg_output_facts *facts, char *bytes, struct cg_error *err) {
    struct cg_sink *sink = NULL;
    struct cg_xxh128 *content = cg_xxh128_new();
    enum cg_status status =
        content == NULL ? cg_error_no_memory(err) : cg_join_create(target, join->file, &sink, err);
    if (status == CG_OK) {
        status = write_joined(target, join, sink, content, bytes, err);
    }
    if (status == CG_OK) {
        facts->bytes = cg_sink_bytes(sink);
        cg_sink_sha256(sink, facts->sha256);
        tell_content(join, target->part->plan.tasks, content, facts);
        status = cg_sink_close(sink, err);
        sink = NULL;
    }
    cg_sink_abandon(sink);
    cg_xxh128_free(content);
    return status;
}

enum cg_status cg_join_write(const struct cg_join_target *target, const struct cg_join *join,
                             struct cg_output_facts *facts, struct cg_error *err) {
    enum cg_output_kind output;
    const char *name;
    *facts = (struct cg_output_facts){.bytes = 0};
    if (join->file == NULL || !cg_join_find(join->file, &output, &name)) {
        return CG_OK;
    }
    facts->file = target->one_file ? join->file : cg_output_names[output];
    for (uint32_t task = 0; task < target->part->plan.tasks; task++) {
        facts->records += join->is_there[task] ? join->pieces[task].rows : 0;
    }
    char *bytes = malloc(COPY_BYTES);
    if (bytes == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = target->one_file ? write_one(target, join, facts, bytes, err)
                                                   : write_pieces(target, join, facts, bytes, err);
    free(bytes);
    return status;
}
