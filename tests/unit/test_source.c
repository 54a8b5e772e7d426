/* The fortified headers make read(2) an inline function, which could not be replaced below. */
#undef _FORTIFY_SOURCE

#include "claimgate/io/source.h"

#include "io/gzip.h"
#include "io/inflate.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
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
static size_t piece_bytes;       /* 0: no limit */
static size_t first_piece_bytes; /* 0: like the others */
static int interruptions;        /* EINTR so many times before each success */
static uint64_t fails_after_bytes = UINT64_MAX;
static uint64_t served_bytes;
static ino_t watched_inode;

ssize_t read(int fd, void *out, size_t room_bytes) {
    static int interrupted;
    struct stat about;
    size_t piece = first_piece_bytes > 0 && served_bytes == 0 ? first_piece_bytes : piece_bytes;

    if (watched_inode == 0 || fstat(fd, &about) != 0 || about.st_ino != watched_inode) {
        return (ssize_t)syscall(SYS_read, fd, out, room_bytes);
    }
    if (interrupted < interruptions) {
        interrupted++;
        errno = EINTR;
        return -1;
    }
    interrupted = 0;
    if (served_bytes >= fails_after_bytes) {
        errno = EIO;
        return -1;
    }
    ssize_t got =
        (ssize_t)syscall(SYS_read, fd, out, piece > 0 && piece < room_bytes ? piece : room_bytes);
    served_bytes += got > 0 ? (uint64_t)got : 0;
    return got;
}

struct bytes {
    uint8_t *data;
    size_t len;
};

static struct bytes bytes_new(void) {
    return (struct bytes){.data = malloc(8 << 20)};
}

static void both_free(struct bytes *disk, struct bytes *content) {
    free(disk->data);
    free(content->data);
}

static void put(struct bytes *to, const void *data, size_t len) {
    cr_assert_leq(to->len + len, (size_t)8 << 20);
    memcpy(to->data + to->len, data, len);
    to->len += len;
}

static void put_number(struct bytes *to, uint64_t value, int byte_count) {
    for (int i = 0; i < byte_count; i++) {
        uint8_t byte = (uint8_t)(value >> (8 * i));

        put(to, &byte, 1);
    }
}

/* Something like a claim file, without anything in it. */
static struct bytes content_new(size_t len) {
    struct bytes content = bytes_new();
    uint64_t seed = 12345;

    while (content.len < len) {
        char line[80];
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        int n = snprintf(line, sizeof line, "C%llu,1,M%u,2026-03-%02u,H0038,%u,11,\n",
                         (unsigned long long)(seed >> 40), (unsigned)(seed >> 50),
                         (unsigned)(seed >> 33) % 28 + 1, (unsigned)(seed >> 20) % 6);
        put(&content, line, (size_t)n);
    }
    content.len = len;
    return content;
}

/* BGZF blocks without the closing one. */
static void put_blocks(struct bytes *to, const void *data, size_t len) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_buffer packed;
    struct cg_deflater *deflater = cg_deflater_new(1, CG_CODEC_BEST);

    cg_buffer_init(&packed, 16 << 20);
    cr_assert_eq(cg_deflater_add(deflater, data, len, &packed, &err), CG_OK);
    cr_assert_eq(cg_deflater_flush(deflater, &packed, &err), CG_OK);
    put(to, packed.data, packed.len_bytes);
    cg_buffer_fini(&packed);
    cg_deflater_free(deflater);
}

static void put_bgzf_end(struct bytes *to) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_buffer packed;

    cg_buffer_init(&packed, 1 << 20);
    cr_assert_eq(cg_deflater_end(&packed, &err), CG_OK);
    put(to, packed.data, packed.len_bytes);
    cg_buffer_fini(&packed);
}

/* An ordinary gzip member: the deflate data of a BGZF block under a header of our choice. */
struct member {
    uint8_t flags;
    uint8_t method;
    uint32_t crc_change;
    uint32_t length_change;
    uint16_t header_crc_change;
};

static void put_member(struct bytes *to, const void *data, size_t len, struct member how) {
    struct bytes block = bytes_new();
    struct cg_bgzf_block about;
    size_t start = to->len;
    char long_name[3000];

    if (len > 0) {
        put_blocks(&block, data, len);
    } else {
        put_bgzf_end(&block);
    }
    cr_assert(cg_bgzf_find(block.data, block.len, &about));
    cr_assert_eq(about.size_bytes, block.len, "test content must fit one block");
    memset(long_name, 'n', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    put(to, "\x1f\x8b", 2);
    put_number(to, how.method, 1);
    put_number(to, how.flags, 1);
    put(to, "\1\2\3\4\0\3", 6);
    if (how.flags & 4) {
        put_number(to, 7, 2);
        put(to, "XY\3\0abc", 7);
    }
    if (how.flags & 8) {
        put(to, long_name, sizeof long_name);
    }
    if (how.flags & 16) {
        put(to, "a comment", 10);
    }
    if (how.flags & 2) {
        uint32_t crc = cg_crc32(0, to->data + start, to->len - start);
        put_number(to, (crc & 0xffff) ^ how.header_crc_change, 2);
    }
    put(to, block.data + about.header_bytes, about.size_bytes - about.header_bytes - 8);
    put_number(to, about.crc ^ how.crc_change, 4);
    put_number(to, (uint32_t)len + how.length_change, 4);
    free(block.data);
}

static const struct member sound = {.method = 8};

struct outcome {
    enum cg_status status;
    struct cg_error err;
    struct bytes content;
    size_t fills;
    size_t packed_fills;
    size_t fill_bytes[4096];
    uint64_t disk_bytes;
    uint8_t sha256[CG_SHA256_BYTES];
};

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

static struct outcome *read_all(const struct bytes *disk, enum cg_codec codec, size_t capacity) {
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
            put(&outcome->content, fill.out, fill.len_bytes);
            cr_assert_lt(outcome->fills, 4096);
            outcome->fill_bytes[outcome->fills++] = fill.len_bytes;
            outcome->packed_fills += packed.len_bytes > 0;
        }
    }
    cr_assert_eq(cg_source_size(source), disk->len);
    outcome->disk_bytes = cg_source_bytes(source);
    cr_assert(cg_source_sha256(source, outcome->sha256));
    watched_inode = 0;
    free(fill.out);
    cg_buffer_fini(&packed);
    cg_source_close(source);
    close(fd);
    return outcome;
}

static void outcome_free(struct outcome *outcome) {
    free(outcome->content.data);
    free(outcome);
}

static void assert_reads(const struct bytes *disk, enum cg_codec codec,
                         const struct bytes *content) {
    uint8_t sha256[CG_SHA256_BYTES];
    struct outcome *outcome = read_all(disk, codec, 65536);

    cr_assert_eq(outcome->status, CG_OK, "%s", outcome->err.text);
    cr_assert_eq(outcome->content.len, content->len);
    cr_assert_eq(memcmp(outcome->content.data, content->data, content->len), 0);
    cr_assert_eq(outcome->disk_bytes, disk->len);
    cr_assert(cg_sha256_of(disk->data, disk->len, sha256));
    cr_assert_eq(memcmp(sha256, outcome->sha256, sizeof sha256), 0);
    outcome_free(outcome);
}

static void assert_bad(const struct bytes *disk, enum cg_codec codec, const char *word) {
    struct outcome *outcome = read_all(disk, codec, 65536);

    cr_assert_eq(outcome->status, CG_BAD_DATA, "wanted: %s", word);
    cr_assert_not_null(strstr(outcome->err.text, word), "%s: %s", word, outcome->err.text);
    cr_assert_not_null(strstr(outcome->err.text, "fetch the file again"), "%s", outcome->err.text);
    outcome_free(outcome);
}

static const enum cg_codec codecs[] = {CG_CODEC_BEST, CG_CODEC_ZLIB};
enum { CODECS = 2 };

/* Each shape of input, with what it holds. */
enum shape {
    EMPTY,
    PLAIN,
    PLAIN_LONE_1F,
    ONE_MEMBER,
    EMPTY_MEMBER,
    TWO_MEMBERS,
    ALL_HEADER_PARTS,
    ZERO_PADDING,
    BGZF,
    BGZF_TWO_STRETCHES,
    BGZF_THEN_MEMBER,
    MEMBER_THEN_BGZF,
    BGZF_PADDED,
    SHAPES
};

static void make(enum shape shape, size_t len, struct bytes *disk, struct bytes *content) {
    static const uint8_t zeros[700];
    struct member parts = {.method = 8, .flags = 2 | 4 | 8 | 16 | 1};

    *disk = bytes_new();
    *content = content_new(len);
    size_t half = len / 2;
    switch (shape) {
    case EMPTY:
        content->len = 0;
        break;
    case PLAIN:
        put(disk, content->data, len);
        break;
    case PLAIN_LONE_1F:
        content->data[0] = 0x1f;
        content->len = 1;
        put(disk, content->data, 1);
        break;
    case ONE_MEMBER:
        put_member(disk, content->data, len, sound);
        break;
    case EMPTY_MEMBER:
        content->len = 0;
        put_member(disk, "", 0, sound);
        break;
    case TWO_MEMBERS:
        put_member(disk, content->data, half, sound);
        put_member(disk, content->data + half, len - half, sound);
        break;
    case ALL_HEADER_PARTS:
        put_member(disk, content->data, len, parts);
        break;
    case ZERO_PADDING:
        put_member(disk, content->data, len, sound);
        put(disk, zeros, sizeof zeros);
        break;
    case BGZF:
        put_blocks(disk, content->data, len);
        put_bgzf_end(disk);
        break;
    case BGZF_TWO_STRETCHES:
        put_blocks(disk, content->data, half);
        put_blocks(disk, content->data + half, len - half);
        put_bgzf_end(disk);
        break;
    case BGZF_THEN_MEMBER:
        put_blocks(disk, content->data, half);
        put_member(disk, content->data + half, len - half, sound);
        break;
    case MEMBER_THEN_BGZF:
        put_member(disk, content->data, half, sound);
        put_blocks(disk, content->data + half, len - half);
        put_bgzf_end(disk);
        break;
    case BGZF_PADDED:
        put_blocks(disk, content->data, len);
        put_bgzf_end(disk);
        put(disk, zeros, sizeof zeros);
        break;
    case SHAPES:
        break;
    }
}

Test(source, every_shape_reads_as_its_content_in_pieces_of_every_size, .timeout = 120) {
    static const size_t pieces[] = {0, 1, 2, 3, 7, 64, 1000};

    for (enum shape shape = EMPTY; shape < SHAPES; shape++) {
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            for (int c = 0; c < CODECS; c++) {
                struct bytes disk, content;

                piece_bytes = pieces[p];
                make(shape, 5000, &disk, &content);
                assert_reads(&disk, codecs[c], &content);
                free(disk.data);
                free(content.data);
            }
        }
    }
}

Test(source, input_cut_at_every_byte_offset_equals_input_whole, .timeout = 120) {
    for (enum shape shape = EMPTY; shape < SHAPES; shape++) {
        struct bytes disk, content;

        make(shape, 600, &disk, &content);
        for (size_t cut = 1; cut < disk.len; cut++) {
            first_piece_bytes = cut;
            assert_reads(&disk, codecs[cut % CODECS], &content);
            assert_reads(&disk, codecs[(cut + 1) % CODECS], &content);
        }
        free(disk.data);
        free(content.data);
    }
}

Test(source, every_truncation_of_gzip_is_bad_data, .timeout = 120) {
    static const enum shape shapes[] = {ONE_MEMBER, TWO_MEMBERS, ALL_HEADER_PARTS};

    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct bytes disk, content, first, first_content;

        make(shapes[s], 600, &disk, &content);
        make(ONE_MEMBER, 300, &first, &first_content);
        size_t whole_bytes = disk.len;
        for (disk.len = 2; disk.len < whole_bytes; disk.len++) {
            if (shapes[s] == TWO_MEMBERS && disk.len == first.len) {
                continue; /* exactly the first member is a good file */
            }
            assert_bad(&disk, CG_CODEC_BEST, "truncated");
            assert_bad(&disk, CG_CODEC_ZLIB, "truncated");
        }
        free(disk.data);
        free(content.data);
        free(first.data);
        free(first_content.data);
    }
}

Test(source, every_truncation_of_bgzf_is_bad_data, .timeout = 60) {
    struct bytes disk, content;

    make(BGZF, 600, &disk, &content);
    size_t whole_bytes = disk.len;
    for (disk.len = 2; disk.len < whole_bytes; disk.len++) {
        /* Without its closing block every member is whole, and yet the file is not. */
        assert_bad(&disk, CG_CODEC_BEST, disk.len == whole_bytes - 28 ? "is cut" : "truncated");
    }
    both_free(&disk, &content);
}

Test(source, bgzf_cut_between_two_blocks_is_bad_data_padded_or_not) {
    struct bytes disk = bytes_new(), content = content_new(600);

    put_blocks(&disk, content.data, 300);
    put_blocks(&disk, content.data + 300, 300);
    assert_bad(&disk, CG_CODEC_BEST, "is cut");
    put(&disk, "\0\0\0\0\0\0\0", 7);
    assert_bad(&disk, CG_CODEC_ZLIB, "is cut");
    both_free(&disk, &content);
}

Test(source, no_flipped_bit_goes_unseen, .timeout = 120) {
    static const enum shape shapes[] = {ONE_MEMBER, BGZF};

    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct bytes disk, content;

        make(shapes[s], 600, &disk, &content);
        for (size_t bit = 16; bit < disk.len * 8; bit++) {
            for (int c = 0; c < CODECS; c++) {
                disk.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
                struct outcome *outcome = read_all(&disk, codecs[c], 65536);
                /* Time, hints and the like may change; content may not. */
                cr_assert(outcome->status == CG_BAD_DATA ||
                              (outcome->content.len == content.len &&
                               memcmp(outcome->content.data, content.data, content.len) == 0),
                          "bit %zu", bit);
                outcome_free(outcome);
                disk.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
        both_free(&disk, &content);
    }
}

Test(source, each_damage_has_its_own_words) {
    static const struct {
        struct member how;
        const char *after, *word;
    } cases[] = {
        {{.method = 8, .crc_change = 1}, "", "check sum is wrong"},
        {{.method = 8, .length_change = 1}, "", "length at the end is wrong"},
        {{.method = 7}, "", "compression method"},
        {{.method = 8, .flags = 0x20}, "", "reserved flags"},
        {{.method = 8, .flags = 0x80}, "", "reserved flags"},
        {{.method = 8, .flags = 2, .header_crc_change = 1}, "", "check sum of a gzip header"},
        {{.method = 8}, "garbage", "trailing garbage"},
        {{.method = 8}, "\x1f!", "trailing garbage"},
        {{.method = 8}, "\x1f", "truncated"},
        {{.method = 8}, "\x1f\x8b", "truncated"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int c = 0; c < CODECS; c++) {
            struct bytes disk = bytes_new(), content = content_new(500);

            put_member(&disk, content.data, content.len, cases[i].how);
            put(&disk, cases[i].after, strlen(cases[i].after));
            assert_bad(&disk, codecs[c], cases[i].word);
            free(disk.data);
            free(content.data);
        }
    }
}

Test(source, corrupt_deflate_data_is_told_with_its_place) {
    for (int c = 0; c < CODECS; c++) {
        struct bytes disk = bytes_new();

        put(&disk, "\x1f\x8b\x08\0\0\0\0\0\0\3", 10);
        put(&disk, "\x07", 1); /* block type 3 does not exist */
        put(&disk, "12345678901234567890", 20);
        assert_bad(&disk, codecs[c], "compressed data is corrupt");
        assert_bad(&disk, codecs[c], "starts at byte 0");
        free(disk.data);
    }
}

Test(source, garbage_after_padding_is_bad_data) {
    struct bytes disk, content;

    make(ZERO_PADDING, 500, &disk, &content);
    put(&disk, "x", 1);
    assert_bad(&disk, CG_CODEC_BEST, "trailing garbage");
    both_free(&disk, &content);
    make(BGZF_PADDED, 500, &disk, &content);
    put_member(&disk, content.data, 10, sound);
    assert_bad(&disk, CG_CODEC_BEST, "trailing garbage");
    both_free(&disk, &content);
}

Test(source, fills_do_not_depend_on_how_bytes_arrive, .timeout = 60) {
    for (enum shape shape = BGZF; shape <= BGZF_PADDED; shape++) {
        struct bytes disk, content;

        if (shape == BGZF_THEN_MEMBER || shape == MEMBER_THEN_BGZF) {
            make(shape, 100000, &disk, &content);
        } else {
            make(shape, 1000000, &disk, &content);
        }
        piece_bytes = 0;
        struct outcome *whole = read_all(&disk, CG_CODEC_BEST, 150000);
        cr_assert_eq(whole->status, CG_OK, "%s", whole->err.text);
        for (size_t piece = 1; piece < 200000; piece = piece * 5 + 1) {
            piece_bytes = piece;
            struct outcome *cut = read_all(&disk, CG_CODEC_BEST, 150000);
            cr_assert_eq(cut->fills, whole->fills);
            cr_assert_eq(cut->packed_fills, whole->packed_fills);
            cr_assert_eq(memcmp(cut->fill_bytes, whole->fill_bytes, sizeof cut->fill_bytes), 0);
            outcome_free(cut);
        }
        cr_assert_eq(whole->packed_fills == 0, shape == MEMBER_THEN_BGZF);
        cr_assert_eq(whole->content.len, content.len);
        cr_assert_eq(memcmp(whole->content.data, content.data, content.len), 0);
        outcome_free(whole);
        both_free(&disk, &content);
    }
}

Test(source, a_member_that_ends_where_a_fill_ends_is_read_to_its_end) {
    for (int c = 0; c < CODECS; c++) {
        struct bytes disk = bytes_new(), content = content_new(65536 * 3);

        for (size_t i = 0; i < 6; i++) {
            put_member(&disk, content.data + i * 32768, 32768, sound);
        }
        assert_reads(&disk, codecs[c], &content);
        disk.data[disk.len - 5] ^= 1;
        assert_bad(&disk, codecs[c], "check sum is wrong");
        both_free(&disk, &content);
    }
}

Test(source, a_bgzf_block_that_lies_is_bad_data_or_read_as_plain_gzip) {
    struct bytes disk, content;

    make(BGZF, 600, &disk, &content);
    for (unsigned size = 0; size < 65536; size += 7) {
        uint8_t kept[2] = {disk.data[16], disk.data[17]};
        bool is_true = size == (kept[0] | (unsigned)kept[1] << 8);

        disk.data[16] = (uint8_t)size;
        disk.data[17] = (uint8_t)(size >> 8);
        struct outcome *outcome = read_all(&disk, CG_CODEC_BEST, 65536);
        cr_assert(is_true || outcome->status == CG_BAD_DATA || outcome->packed_fills == 0);
        cr_assert(outcome->status != CG_OK || outcome->content.len == 600);
        outcome_free(outcome);
        memcpy(disk.data + 16, kept, 2);
    }
    struct cg_bgzf_block block;
    cr_assert(cg_bgzf_find(disk.data, disk.len, &block));
    for (int change = -3; change <= 3; change++) {
        struct bytes lie = bytes_new();

        put(&lie, disk.data, block.size_bytes - 4);
        put_number(&lie, (uint64_t)(600 + change), 4);
        put_bgzf_end(&lie);
        struct outcome *outcome = read_all(&lie, CG_CODEC_BEST, 65536);
        cr_assert_eq(outcome->status, change == 0 ? CG_OK : CG_BAD_DATA);
        outcome_free(outcome);
        free(lie.data);
    }
    both_free(&disk, &content);
}

Test(source, a_flood_of_empty_bgzf_blocks_stays_within_its_room) {
    struct bytes disk = bytes_new(), content = bytes_new();

    for (size_t i = 0; i < 100000; i++) {
        put_bgzf_end(&disk);
    }
    assert_reads(&disk, CG_CODEC_BEST, &content);
    both_free(&disk, &content);
}

Test(source, interrupted_reads_are_tried_again_and_failed_ones_are_told) {
    struct bytes disk, content;

    make(BGZF, 5000, &disk, &content);
    interruptions = 2;
    piece_bytes = 100;
    assert_reads(&disk, CG_CODEC_BEST, &content);
    fails_after_bytes = 300;
    struct outcome *outcome = read_all(&disk, CG_CODEC_BEST, 65536);
    cr_assert_eq(outcome->status, CG_IO);
    cr_assert_not_null(strstr(outcome->err.text, "byte 300"), "%s", outcome->err.text);
    outcome_free(outcome);
    both_free(&disk, &content);
}

Test(source, bytes_are_counted_and_hashed_as_they_stand_on_disk) {
    struct bytes disk, content;

    make(PLAIN, 300000, &disk, &content);
    assert_reads(&disk, CG_CODEC_BEST, &content);
    both_free(&disk, &content);
    make(BGZF, 300000, &disk, &content);
    assert_reads(&disk, CG_CODEC_BEST, &content);
    both_free(&disk, &content);
}

Test(source, what_cannot_be_opened_says_why) {
    struct cg_source *source;
    struct cg_error missing = CG_ERROR_INIT, folder = CG_ERROR_INIT;

    cr_assert_eq(cg_source_open("/nowhere/claims.csv", &source, &missing), CG_NO_INPUT);
    cr_assert_not_null(strstr(missing.text, "/nowhere/claims.csv"));
    cr_assert_null(source);
    cr_assert_eq(cg_source_open("/tmp", &source, &folder), CG_NO_INPUT);
    cr_assert_not_null(strstr(folder.text, "is a folder"));
    if (geteuid() != 0 || seteuid(65534) == 0) {
        struct cg_error closed = CG_ERROR_INIT;
        cr_assert_eq(cg_source_open("/etc/shadow", &source, &closed), CG_NO_PERMISSION);
        if (geteuid() == 65534) {
            cr_assert_eq(seteuid(0), 0);
        }
    }
}

Test(source, standard_input_is_read_and_left_open) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_source *source;
    struct cg_buffer packed;
    char out[65536];
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], "a,b\n", 4), 4);
    close(ends[1]);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    cg_buffer_init(&packed, 70000);
    cr_assert_eq(cg_source_open("-", &source, &err), CG_OK);
    struct cg_fill fill = {.out = out, .capacity_bytes = sizeof out, .packed = &packed};
    cr_assert_eq(cg_source_fill(source, &fill, &err), CG_OK);
    cr_assert_eq(fill.len_bytes, 4);
    cr_assert(fill.at_end);
    cr_assert_eq(cg_source_size(source), 0);
    cg_source_close(source);
    cr_assert_eq(fcntl(STDIN_FILENO, F_GETFD), 0);
}

Test(source, one_read_gives_the_content_of_blocks_and_names_what_is_damaged) {
    struct bytes disk = bytes_new(), content = content_new(60000);
    struct cg_error err = CG_ERROR_INIT;
    struct cg_source *source;
    struct cg_buffer packed;
    char out[65536], path[64];
    int fd = memfd_create("input", 0);

    put_blocks(&disk, content.data, content.len);
    cr_assert_eq(write(fd, disk.data, disk.len), (ssize_t)disk.len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    cg_buffer_init(&packed, 70000);
    struct cg_fill fill = {.out = out, .capacity_bytes = sizeof out, .packed = &packed};
    cr_assert_eq(cg_source_open(path, &source, &err), CG_OK);
    cr_assert_eq(cg_source_read(source, &fill, &err), CG_OK);
    cr_assert_eq(fill.len_bytes, content.len);
    cr_assert_arr_eq(out, content.data, content.len);
    cg_source_close(source);

    disk.data[disk.len - 8] ^= 1; /* of the check sum */
    cr_assert_eq(pwrite(fd, disk.data, disk.len, 0), (ssize_t)disk.len);
    cr_assert_eq(cg_source_open(path, &source, &err), CG_OK);
    cr_assert_eq(cg_source_read(source, &fill, &err), CG_BAD_DATA);
    cr_expect(strncmp(err.text, path, strlen(path)) == 0, "%s", err.text);
    cg_source_close(source);
    close(fd);
    cg_buffer_fini(&packed);
    both_free(&disk, &content);
}

/* The codecs are partly assembly, which no sanitizer sees: pages that cannot be touched stand
 * around what they may touch. */
Test(source, the_codec_stays_within_its_input_and_its_room) {
    enum { PAGE = 4096, PAGES = 20 };
    struct bytes disk = bytes_new(), content = content_new(60000);
    struct cg_bgzf_block block;
    uint8_t *area = mmap(NULL, 4 * PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *in_end = area + PAGES * PAGE, *out_end = area + 3 * PAGES * PAGE;

    cr_assert_eq(mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE), 0);
    cr_assert_eq(mprotect(area + 2 * PAGES * PAGE, PAGES * PAGE, PROT_READ | PROT_WRITE), 0);
    put_blocks(&disk, content.data, content.len);
    cr_assert(cg_bgzf_find(disk.data, disk.len, &block));
    size_t deflated_bytes = block.size_bytes - block.header_bytes - 8;
    uint8_t *in = in_end - deflated_bytes;
    memcpy(in, disk.data + block.header_bytes, deflated_bytes);
    for (int c = 0; c < CODECS; c++) {
        for (size_t room = 59000; room <= 60003; room += 17) {
            struct cg_inflate_io io = {in, deflated_bytes, out_end - room, room};

            cr_assert_eq(cg_inflate_whole(codecs[c], io), room == 60000);
        }
        struct cg_inflate_io exact = {in, deflated_bytes, out_end - 60000, 60000};
        cr_assert(cg_inflate_whole(codecs[c], exact));
        for (size_t bit = 0; bit < 4000; bit++) {
            struct cg_inflate_io io = {in, deflated_bytes, out_end - 60000, 60000};

            in[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (cg_inflate_whole(codecs[c], io)) {
                cr_assert_eq(io.out_bytes, 60000);
            }
            in[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    both_free(&disk, &content);
}
