#include "claimgate/io/source.h"

#include "io/gzip.h"
#include "io/inflate.h"
#include "support/arriving_bytes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

Test(source_damage, every_truncation_of_gzip_is_bad_data, .timeout = 120) {
    static const enum shape shapes[] = {ONE_MEMBER, TWO_MEMBERS, ALL_HEADER_PARTS};

    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct bytes disk, content, first, first_content;

        shape_make(shapes[s], 600, &disk, &content);
        shape_make(ONE_MEMBER, 300, &first, &first_content);
        size_t whole_bytes = disk.len;
        for (disk.len = 2; disk.len < whole_bytes; disk.len++) {
            if (shapes[s] == TWO_MEMBERS && disk.len == first.len) {
                continue; /* exactly the first member is a good file */
            }
            outcome_expect_bad(&disk, CG_CODEC_BEST, "truncated");
            outcome_expect_bad(&disk, CG_CODEC_ZLIB, "truncated");
        }
        bytes_free_both(&disk, &content);
        bytes_free_both(&first, &first_content);
    }
}

Test(source_damage, every_truncation_of_bgzf_is_bad_data, .timeout = 60) {
    struct bytes disk, content;

    shape_make(BGZF, 600, &disk, &content);
    size_t whole_bytes = disk.len;
    for (disk.len = 2; disk.len < whole_bytes; disk.len++) {
        /* Without its closing block every member is whole, and yet the file is not. */
        outcome_expect_bad(&disk, CG_CODEC_BEST,
                           disk.len == whole_bytes - 28 ? "is cut" : "truncated");
    }
    bytes_free_both(&disk, &content);
}

Test(source_damage, bgzf_cut_between_two_blocks_is_bad_data_padded_or_not) {
    struct bytes disk = bytes_new(), content = content_new(600);

    bytes_put_blocks(&disk, content.data, 300);
    bytes_put_blocks(&disk, content.data + 300, 300);
    outcome_expect_bad(&disk, CG_CODEC_BEST, "is cut");
    bytes_put(&disk, "\0\0\0\0\0\0\0", 7);
    outcome_expect_bad(&disk, CG_CODEC_ZLIB, "is cut");
    bytes_free_both(&disk, &content);
}

Test(source_damage, no_flipped_bit_goes_unseen, .timeout = 120) {
    static const enum shape shapes[] = {ONE_MEMBER, BGZF};

    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct bytes disk, content;

        shape_make(shapes[s], 600, &disk, &content);
        for (size_t bit = 16; bit < disk.len * 8; bit++) {
            for (int c = 0; c < CODECS; c++) {
                disk.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
                struct outcome *outcome = outcome_read(&disk, codecs[c], 65536);
                /* Time, hints and the like may change; content may not. */
                cr_assert(outcome->status == CG_BAD_DATA ||
                              (outcome->content.len == content.len &&
                               memcmp(outcome->content.data, content.data, content.len) == 0),
                          "bit %zu", bit);
                outcome_free(outcome);
                disk.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
        bytes_free_both(&disk, &content);
    }
}

Test(source_damage, each_damage_has_its_own_words) {
    static const struct {
        struct gzip_member how;
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

            bytes_put_member(&disk, content.data, content.len, cases[i].how);
            bytes_put(&disk, cases[i].after, strlen(cases[i].after));
            outcome_expect_bad(&disk, codecs[c], cases[i].word);
            bytes_free_both(&disk, &content);
        }
    }
}

Test(source_damage, corrupt_deflate_data_is_told_with_its_place) {
    for (int c = 0; c < CODECS; c++) {
        struct bytes disk = bytes_new();

        bytes_put(&disk, "\x1f\x8b\x08\0\0\0\0\0\0\3", 10);
        bytes_put(&disk, "\x07", 1); /* block type 3 does not exist */
        bytes_put(&disk, "12345678901234567890", 20);
        outcome_expect_bad(&disk, codecs[c], "compressed data is corrupt");
        outcome_expect_bad(&disk, codecs[c], "starts at byte 0");
        free(disk.data);
    }
}

Test(source_damage, garbage_after_padding_is_bad_data) {
    struct bytes disk, content;

    shape_make(ZERO_PADDING, 500, &disk, &content);
    bytes_put(&disk, "x", 1);
    outcome_expect_bad(&disk, CG_CODEC_BEST, "trailing garbage");
    bytes_free_both(&disk, &content);
    shape_make(BGZF_PADDED, 500, &disk, &content);
    bytes_put_member(&disk, content.data, 10, sound_member);
    outcome_expect_bad(&disk, CG_CODEC_BEST, "trailing garbage");
    bytes_free_both(&disk, &content);
}

Test(source_damage, a_bgzf_block_that_lies_is_bad_data_or_read_as_plain_gzip) {
    struct bytes disk, content;

    shape_make(BGZF, 600, &disk, &content);
    for (unsigned size = 0; size < 65536; size += 7) {
        uint8_t kept[2] = {disk.data[16], disk.data[17]};
        bool is_true = size == (kept[0] | (unsigned)kept[1] << 8);

        disk.data[16] = (uint8_t)size;
        disk.data[17] = (uint8_t)(size >> 8);
        struct outcome *outcome = outcome_read(&disk, CG_CODEC_BEST, 65536);
        cr_assert(is_true || outcome->status == CG_BAD_DATA || outcome->packed_fills == 0);
        cr_assert(outcome->status != CG_OK || outcome->content.len == 600);
        outcome_free(outcome);
        memcpy(disk.data + 16, kept, 2);
    }
    struct cg_bgzf_block block;
    cr_assert(cg_bgzf_find(disk.data, disk.len, &block));
    for (int change = -3; change <= 3; change++) {
        struct bytes lie = bytes_new();

        bytes_put(&lie, disk.data, block.size_bytes - 4);
        bytes_put_number(&lie, (uint64_t)(600 + change), 4);
        bytes_put_bgzf_end(&lie);
        struct outcome *outcome = outcome_read(&lie, CG_CODEC_BEST, 65536);
        cr_assert_eq(outcome->status, change == 0 ? CG_OK : CG_BAD_DATA);
        outcome_free(outcome);
        free(lie.data);
    }
    bytes_free_both(&disk, &content);
}

Test(source_damage, one_read_gives_the_content_of_blocks_and_names_what_is_damaged) {
    struct bytes disk = bytes_new(), content = content_new(60000);
    struct cg_error err = CG_ERROR_INIT;
    struct cg_source *source;
    struct cg_buffer packed;
    char out[65536], path[64];
    int fd = memfd_create("input", 0);

    bytes_put_blocks(&disk, content.data, content.len);
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
    bytes_free_both(&disk, &content);
}

/* The codecs are partly assembly, which no sanitizer sees: pages that cannot be touched stand
 * around what they may touch. */
Test(source_damage, the_codec_stays_within_its_input_and_its_room) {
    enum { PAGE = 4096, PAGES = 20 };
    struct bytes disk = bytes_new(), content = content_new(60000);
    struct cg_bgzf_block block;
    uint8_t *area = mmap(NULL, 4 * PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *in_end = area + PAGES * PAGE, *out_end = area + 3 * PAGES * PAGE;

    cr_assert_eq(mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE), 0);
    cr_assert_eq(mprotect(area + 2 * PAGES * PAGE, PAGES * PAGE, PROT_READ | PROT_WRITE), 0);
    bytes_put_blocks(&disk, content.data, content.len);
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
    bytes_free_both(&disk, &content);
}
