/* The fortified headers make read(2) an inline function, which could not be replaced below. */
#undef _FORTIFY_SOURCE

#include "arriving_bytes.h"

#include "claimgate/io/source.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* This program's own read(2), so that an input can arrive in pieces of any size, be interrupted,
 * or fail. Only the source's descriptor is touched: inputs of these tests are always memory files.
 */
struct arrival arrival = {.fails_after_bytes = UINT64_MAX};
static uint64_t served_bytes;
static ino_t watched_inode;

ssize_t read(int fd, void *out, size_t room_bytes) {
    static int interrupted;
    struct stat about;
    size_t piece = arrival.first_piece_bytes > 0 && served_bytes == 0 ? arrival.first_piece_bytes
                                                                      : arrival.piece_bytes;

    if (watched_inode == 0 || fstat(fd, &about) != 0 || about.st_ino != watched_inode) {
        return (ssize_t)syscall(SYS_read, fd, out, room_bytes);
    }
    if (interrupted < arrival.interruptions) {
        interrupted++;
        errno = EINTR;
        return -1;
    }
    interrupted = 0;
    if (served_bytes >= arrival.fails_after_bytes) {
        errno = EIO;
        return -1;
    }
    ssize_t got =
        (ssize_t)syscall(SYS_read, fd, out, piece > 0 && piece < room_bytes ? piece : room_bytes);
    served_bytes += got > 0 ? (uint64_t)got : 0;
    return got;
}

static enum cg_status take_fill(struct cg_source *source, struct cg_fill *fill,
                                struct cg_error *err) {
    enum cg_status status = cg_source_fill(source, fill, err);

    if (status == CG_OK && fill->packed->len_bytes > 0) {
        cr_assert_not(fill->at_end);
        cr_assert_eq(fill->len_bytes, 0);
        cr_assert_leq(fill->packed->len_bytes, fill->capacity_bytes + 8);
        status =
            cg_source_unpack(fill->packed, fill->out, fill->capacity_bytes, &fill->len_bytes, err);
    } else if (status == CG_OK) {
        cr_assert_eq(fill->at_end, fill->len_bytes < fill->capacity_bytes);
    }
    return status;
}

struct outcome *outcome_read(const struct bytes *disk, enum cg_codec codec, size_t capacity) {
    struct outcome *outcome = calloc(1, sizeof *outcome);
    struct cg_buffer packed;
    struct cg_source *source;
    char path[64];
    int fd = memfd_create("input", 0);

    cr_assert_eq(write(fd, disk->data, disk->len), (ssize_t)disk->len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    cr_assert_eq(cg_source_open_with(path, codec, &source, &outcome->err), CG_OK, "%s",
                 outcome->err.text);
    struct stat about;
    cr_assert_eq(fstat(fd, &about), 0);
    watched_inode = about.st_ino;
    served_bytes = 0;
    outcome->content = bytes_new();
    cg_buffer_init(&packed, capacity + 8);
    struct cg_fill fill = {.out = malloc(capacity), .capacity_bytes = capacity, .packed = &packed};
    while (outcome->status == CG_OK && !fill.at_end) {
        outcome->status = take_fill(source, &fill, &outcome->err);
        if (outcome->status == CG_OK) {
            bytes_put(&outcome->content, fill.out, fill.len_bytes);
            cr_assert_lt(outcome->fills, 4096);
            outcome->fill_bytes[outcome->fills++] = fill.len_bytes;
            outcome->packed_fills += packed.len_bytes > 0;
        }
    }
    outcome->disk_bytes = cg_source_bytes(source);
    cg_source_sha256(source, outcome->sha256);
    watched_inode = 0;
    free(fill.out);
    cg_buffer_fini(&packed);
    cg_source_close(source);
    close(fd);
    return outcome;
}

void outcome_free(struct outcome *outcome) {
    free(outcome->content.data);
    free(outcome);
}

void outcome_expect_good(const struct bytes *disk, enum cg_codec codec,
                         const struct bytes *content) {
    uint8_t sha256[CG_SHA256_BYTES];
    struct outcome *outcome = outcome_read(disk, codec, 65536);

    cr_assert_eq(outcome->status, CG_OK, "%s", outcome->err.text);
    cr_assert_eq(outcome->content.len, content->len);
    cr_assert_eq(memcmp(outcome->content.data, content->data, content->len), 0);
    cr_assert_eq(outcome->disk_bytes, disk->len);
    cg_sha256_of(disk->data, disk->len, sha256);
    cr_assert_eq(memcmp(sha256, outcome->sha256, sizeof sha256), 0);
    outcome_free(outcome);
}

void outcome_expect_bad(const struct bytes *disk, enum cg_codec codec, const char *word) {
    struct outcome *outcome = outcome_read(disk, codec, 65536);

    cr_assert_eq(outcome->status, CG_BAD_DATA, "wanted: %s", word);
    cr_assert_not_null(strstr(outcome->err.text, word), "%s: %s", word, outcome->err.text);
    cr_assert_not_null(strstr(outcome->err.text, "fetch the file again"), "%s", outcome->err.text);
    outcome_free(outcome);
}
