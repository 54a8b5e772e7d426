/*
 * Damage to gzip files that zlib itself packed: every length of three members, every bit of 2 kB.
 * What is taken is what was packed, or it is refused; both codecs say the same.
 */
#include "claimgate/io/source.h"

#include "support/arriving_bytes.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MEMBERS = 3 };

/* One member, with the header that `gzip -n` writes. */
static void put_member(struct bytes *disk, const uint8_t *data, size_t len, int level) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len};
    cr_assert_eq(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_out = disk->data + disk->len;
    stream.avail_out = 1 << 20;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    disk->len += stream.total_out;
    deflateEnd(&stream);
}

struct members {
    struct bytes disk;
    struct bytes content;
    size_t disk_ends[MEMBERS]; /* where each member ends */
    size_t content_ends[MEMBERS];
};

/* Stored, quick and thorough: each kind of block that a packer makes. */
static void make_members(struct members *members) {
    static const int levels[MEMBERS] = {9, 0, 1};
    static const size_t lens[MEMBERS] = {1500, 300, 2200};
    members->disk = bytes_new();
    members->content = content_new(4000);
    size_t at = 0;
    for (int i = 0; i < MEMBERS; i++) {
        put_member(&members->disk, members->content.data + at, lens[i], levels[i]);
        at += lens[i];
        members->disk_ends[i] = members->disk.len;
        members->content_ends[i] = at;
    }
}

/* How much of the content may be taken of a file cut there; SIZE_MAX: none, it is refused. */
static size_t taken_of(const struct members *members, size_t len) {
    for (int i = 0; i < MEMBERS; i++) {
        if (len == members->disk_ends[i]) {
            return members->content_ends[i];
        }
    }
    return len == 0 ? 0 : SIZE_MAX;
}

static void expect_content(const struct outcome *outcome, const struct bytes *content, size_t len,
                           size_t at) {
    cr_assert_eq(outcome->status, CG_OK, "%zu: %s", at, outcome->err.text);
    cr_assert_eq(outcome->content.len, len, "%zu", at);
    cr_assert_eq(memcmp(outcome->content.data, content->data, len), 0, "%zu", at);
}

Test(gzip_damage, three_members_cut_at_every_length_are_whole_members_or_refused, .timeout = 120) {
    struct members members;
    make_members(&members);
    const size_t whole = members.disk.len;
    for (members.disk.len = 0; members.disk.len <= whole; members.disk.len++) {
        const size_t taken = taken_of(&members, members.disk.len);
        for (int c = 0; c < CODECS; c++) {
            struct outcome *outcome = outcome_read(&members.disk, codecs[c], 65536);
            if (members.disk.len == 1) { /* a lone first byte is a file of one byte */
                expect_content(outcome, &members.disk, 1, 1);
            } else if (taken == SIZE_MAX) {
                cr_assert_eq(outcome->status, CG_BAD_DATA, "cut at %zu", members.disk.len);
            } else {
                expect_content(outcome, &members.content, taken, members.disk.len);
            }
            outcome_free(outcome);
        }
    }
    bytes_free_both(&members.disk, &members.content);
}

/* Some bits mean nothing to the content: names and times of the header, what fills the last byte of
 * the deflate data, the distance to one of two equal stretches. A flipped magic number is no gzip
 * any more, but text. */
static void expect_after_flip(const struct outcome *outcome, const struct bytes *disk,
                              const struct bytes *content, size_t bit) {
    if (bit / 8 < 2) {
        cr_assert(outcome->status == CG_BAD_DATA || outcome->content.len == disk->len, "bit %zu",
                  bit);
    } else if (outcome->status == CG_OK) {
        expect_content(outcome, content, content->len, bit);
    } else {
        cr_assert_eq(outcome->status, CG_BAD_DATA, "bit %zu", bit);
    }
}

Test(gzip_damage, no_bit_of_two_kilobytes_can_be_flipped_unseen, .timeout = 300) {
    struct bytes disk = bytes_new();
    struct bytes content = content_new(7800);
    put_member(&disk, content.data, content.len, 9);
    cr_assert_gt(disk.len, 2000);
    for (size_t bit = 0; bit < disk.len * 8; bit++) {
        for (int c = 0; c < CODECS; c++) {
            disk.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            struct outcome *outcome = outcome_read(&disk, codecs[c], 65536);
            expect_after_flip(outcome, &disk, &content, bit);
            outcome_free(outcome);
            disk.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    bytes_free_both(&disk, &content);
}
