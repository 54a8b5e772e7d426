#include "claimgate/io/source.h"

#include "support/arriving_bytes.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Test(source, every_shape_reads_as_its_content_in_pieces_of_every_size, .timeout = 120) {
    static const size_t pieces[] = {0, 1, 2, 3, 7, 64, 1000};

    for (enum shape shape = EMPTY; shape < SHAPES; shape++) {
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            for (int c = 0; c < CODECS; c++) {
                struct bytes disk, content;

                arrival.piece_bytes = pieces[p];
                shape_make(shape, 5000, &disk, &content);
                outcome_expect_good(&disk, codecs[c], &content);
                bytes_free_both(&disk, &content);
            }
        }
    }
}

Test(source, input_cut_at_every_byte_offset_equals_input_whole, .timeout = 120) {
    for (enum shape shape = EMPTY; shape < SHAPES; shape++) {
        struct bytes disk, content;

        shape_make(shape, 600, &disk, &content);
        for (size_t cut = 1; cut < disk.len; cut++) {
            arrival.first_piece_bytes = cut;
            outcome_expect_good(&disk, codecs[cut % CODECS], &content);
            outcome_expect_good(&disk, codecs[(cut + 1) % CODECS], &content);
        }
        bytes_free_both(&disk, &content);
    }
}

Test(source, fills_do_not_depend_on_how_bytes_arrive, .timeout = 60) {
    for (enum shape shape = BGZF; shape <= BGZF_PADDED; shape++) {
        struct bytes disk, content;

        if (shape == BGZF_THEN_MEMBER || shape == MEMBER_THEN_BGZF) {
            shape_make(shape, 100000, &disk, &content);
        } else {
            shape_make(shape, 1000000, &disk, &content);
        }
        arrival.piece_bytes = 0;
        struct outcome *whole = outcome_read(&disk, CG_CODEC_BEST, 150000);
        cr_assert_eq(whole->status, CG_OK, "%s", whole->err.text);
        for (size_t piece = 1; piece < 200000; piece = piece * 5 + 1) {
            arrival.piece_bytes = piece;
            struct outcome *cut = outcome_read(&disk, CG_CODEC_BEST, 150000);
            cr_assert_eq(cut->fills, whole->fills);
            cr_assert_eq(cut->packed_fills, whole->packed_fills);
            cr_assert_eq(memcmp(cut->fill_bytes, whole->fill_bytes, sizeof cut->fill_bytes), 0);
            outcome_free(cut);
        }
        cr_assert_eq(whole->packed_fills == 0, shape == MEMBER_THEN_BGZF);
        cr_assert_eq(whole->content.len, content.len);
        cr_assert_eq(memcmp(whole->content.data, content.data, content.len), 0);
        outcome_free(whole);
        bytes_free_both(&disk, &content);
    }
}

Test(source, a_member_that_ends_where_a_fill_ends_is_read_to_its_end) {
    for (int c = 0; c < CODECS; c++) {
        struct bytes disk = bytes_new(), content = content_new(65536 * 3);

        for (size_t i = 0; i < 6; i++) {
            bytes_put_member(&disk, content.data + i * 32768, 32768, sound_member);
        }
        outcome_expect_good(&disk, codecs[c], &content);
        disk.data[disk.len - 5] ^= 1;
        outcome_expect_bad(&disk, codecs[c], "check sum is wrong");
        bytes_free_both(&disk, &content);
    }
}

Test(source, a_flood_of_empty_bgzf_blocks_stays_within_its_room) {
    struct bytes disk = bytes_new(), content = bytes_new();

    for (size_t i = 0; i < 100000; i++) {
        bytes_put_bgzf_end(&disk);
    }
    outcome_expect_good(&disk, CG_CODEC_BEST, &content);
    bytes_free_both(&disk, &content);
}

Test(source, interrupted_reads_are_tried_again_and_failed_ones_are_told) {
    struct bytes disk, content;

    shape_make(BGZF, 5000, &disk, &content);
    arrival.interruptions = 2;
    arrival.piece_bytes = 100;
    outcome_expect_good(&disk, CG_CODEC_BEST, &content);
    arrival.fails_after_bytes = 300;
    struct outcome *outcome = outcome_read(&disk, CG_CODEC_BEST, 65536);
    cr_assert_eq(outcome->status, CG_IO);
    cr_assert_not_null(strstr(outcome->err.text, "byte 300"), "%s", outcome->err.text);
    outcome_free(outcome);
    bytes_free_both(&disk, &content);
}

Test(source, bytes_are_counted_and_hashed_as_they_stand_on_disk) {
    struct bytes disk, content;

    shape_make(PLAIN, 300000, &disk, &content);
    outcome_expect_good(&disk, CG_CODEC_BEST, &content);
    bytes_free_both(&disk, &content);
    shape_make(BGZF, 300000, &disk, &content);
    outcome_expect_good(&disk, CG_CODEC_BEST, &content);
    bytes_free_both(&disk, &content);
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
    cg_source_close(source);
    cr_assert_eq(fcntl(STDIN_FILENO, F_GETFD), 0);
}
