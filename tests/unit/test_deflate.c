#include "claimgate/io/deflate.h"

#include "io/gzip.h"
#include "io/inflate.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CONTENT_BYTES = 3 * CG_BLOCK_CONTENT_BYTES + 12345, CODECS = 2 };
static const enum cg_codec codecs[] = {CG_CODEC_BEST, CG_CODEC_ZLIB};

#ifndef __SANITIZE_ADDRESS__
extern void *__libc_malloc(size_t bytes);
static size_t allocations;

void *malloc(size_t bytes) {
    allocations++;
    return __libc_malloc(bytes);
}

/* Memory that somebody else has used before, as a run's is now and then. */
extern void *__libc_memalign(size_t alignment, size_t bytes);
static uint16_t left_there;

void *aligned_alloc(size_t alignment, size_t bytes) {
    uint16_t *memory = __libc_memalign(alignment, bytes);

    for (size_t i = 0; memory != NULL && i < bytes / sizeof *memory; i++) {
        memory[i] = left_there;
    }
    return memory;
}
#endif

static uint64_t random_next(uint64_t *seed) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return *seed >> 33;
}

static char *text_new(void) {
    char *text = malloc(CONTENT_BYTES);
    uint64_t seed = 7;

    for (size_t i = 0; i < CONTENT_BYTES; i++) {
        text[i] = "0123456789,,--H8QF\n2026"[random_next(&seed) % 23];
    }
    return text;
}

static char *noise_new(void) {
    char *noise = malloc(CONTENT_BYTES);
    uint64_t seed = 8;

    for (size_t i = 0; i < CONTENT_BYTES; i++) {
        noise[i] = (char)random_next(&seed);
    }
    return noise;
}

static void deflate_cut(struct cg_deflater *deflater, const char *content, size_t len, size_t piece,
                        struct cg_buffer *out) {
    struct cg_error err = CG_ERROR_INIT;

    for (size_t at = 0; at < len; at += piece) {
        size_t rest = len - at;

        cr_assert_eq(
            cg_deflater_add(deflater, content + at, rest < piece ? rest : piece, out, &err), CG_OK);
    }
    cr_assert_eq(cg_deflater_flush(deflater, out, &err), CG_OK);
}

static struct cg_buffer packed_of(const char *content, size_t len, int level, enum cg_codec codec) {
    struct cg_buffer packed;
    struct cg_error err = CG_ERROR_INIT;
    struct cg_deflater *deflater = cg_deflater_new(level, codec);

    cr_assert_not_null(deflater);
    cg_buffer_init(&packed, 4 << 20);
    deflate_cut(deflater, content, len, len + 1, &packed);
    cr_assert_eq(cg_deflater_end(&packed, &err), CG_OK);
    cg_deflater_free(deflater);
    return packed;
}

static void assert_unpacks(const struct cg_buffer *packed, const char *content, size_t len) {
    size_t at = 0, unpacked = 0;
    char out[CG_BGZF_CONTENT_MAX_BYTES];
    struct cg_bgzf_block block = {0};

    while (at < packed->len_bytes) {
        const uint8_t *bytes = (const uint8_t *)packed->data + at;

        cr_assert(cg_bgzf_find(bytes, packed->len_bytes - at, &block));
        cr_assert_leq(block.size_bytes, (size_t)CG_BGZF_BLOCK_MAX_BYTES);
        cr_assert(cg_bgzf_unpack(bytes, &block, out));
        cr_assert_leq(block.content_bytes, len - unpacked);
        cr_assert_eq(memcmp(out, content + unpacked, block.content_bytes), 0);
        unpacked += block.content_bytes;
        at += block.size_bytes;
    }
    cr_assert_eq(unpacked, len);
    cr_assert_eq(block.content_bytes, 0, "the last block is the empty one");
}

/* What the command prints, up to `room` bytes. */
static size_t run_on(const char *command, const struct cg_buffer *packed, char *out, size_t room) {
    char line[128];
    int fd = memfd_create("packed", 0);

    cr_assert_eq(write(fd, packed->data, packed->len_bytes), (ssize_t)packed->len_bytes);
    snprintf(line, sizeof line, "%s < /proc/%d/fd/%d", command, (int)getpid(), fd);
    FILE *pipe = popen(line, "r");
    size_t len = fread(out, 1, room, pipe);
    cr_assert_eq(pclose(pipe), 0, "%s", line);
    close(fd);
    return len;
}

Test(deflate, every_level_and_codec_gives_back_its_content, .timeout = 60) {
    char *text = text_new(), *noise = noise_new();

    for (int level = 1; level <= 9; level++) {
        for (int c = 0; c < CODECS; c++) {
            const char *contents[] = {text, noise};

            for (int i = 0; i < 2; i++) {
                struct cg_buffer packed = packed_of(contents[i], CONTENT_BYTES, level, codecs[c]);
                assert_unpacks(&packed, contents[i], CONTENT_BYTES);
                cg_buffer_fini(&packed);
            }
        }
    }
    free(text);
    free(noise);
}

Test(deflate, gzip_and_zcat_take_the_file, .timeout = 60) {
    char *text = text_new(), *out = malloc(CONTENT_BYTES + 1);

    for (int level = 1; level <= 9; level += 4) {
        struct cg_buffer packed = packed_of(text, CONTENT_BYTES, level, CG_CODEC_BEST);
        cr_assert_eq(run_on("gzip -t", &packed, out, 1), 0);
        cr_assert_eq(run_on("zcat", &packed, out, CONTENT_BYTES + 1), CONTENT_BYTES);
        cr_assert_eq(memcmp(out, text, CONTENT_BYTES), 0);
        cg_buffer_fini(&packed);
    }
    free(text);
    free(out);
}

Test(deflate, nothing_at_all_is_the_closing_block_alone) {
    char out[1];
    struct cg_buffer packed = packed_of("", 0, 1, CG_CODEC_BEST);

    cr_assert_eq(packed.len_bytes, 28);
    assert_unpacks(&packed, "", 0);
    cr_assert_eq(run_on("zcat", &packed, out, 1), 0);
    cg_buffer_fini(&packed);
}

Test(deflate, noise_is_stored_and_still_fits_a_block) {
    char *noise = noise_new();

    for (int c = 0; c < CODECS; c++) {
        struct cg_buffer packed = packed_of(noise, CG_BLOCK_CONTENT_BYTES, 1, codecs[c]);
        struct cg_bgzf_block block;

        cr_assert(cg_bgzf_find((const uint8_t *)packed.data, packed.len_bytes, &block));
        cr_assert_eq(block.content_bytes, CG_BLOCK_CONTENT_BYTES);
        cr_assert_leq(block.size_bytes, (size_t)CG_BLOCK_CONTENT_BYTES + 40);
        assert_unpacks(&packed, noise, CG_BLOCK_CONTENT_BYTES);
        cg_buffer_fini(&packed);
    }
    free(noise);
}

Test(deflate, the_bytes_do_not_depend_on_how_content_is_added, .timeout = 60) {
    static const size_t pieces[] = {1,     3,     1000,  65279,
                                    65280, 65281, 65536, 2 * CG_BLOCK_CONTENT_BYTES};
    char *text = text_new();

    for (int level = 1; level <= 4; level++) {
        for (int c = 0; c < CODECS; c++) {
            struct cg_buffer whole, cut;
            struct cg_deflater *reused = cg_deflater_new(level, codecs[c]);

            cg_buffer_init(&whole, 4 << 20);
            cg_buffer_init(&cut, 4 << 20);
            deflate_cut(reused, text, CONTENT_BYTES, CONTENT_BYTES, &whole);
            for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
                /* A copy at another address must not matter either. */
                char *moved = malloc(CONTENT_BYTES + 64);
                memcpy(moved + 1 + p, text, CONTENT_BYTES);
                cg_buffer_clear(&cut);
                deflate_cut(reused, moved + 1 + p, CONTENT_BYTES, pieces[p], &cut);
                cr_assert_eq(cut.len_bytes, whole.len_bytes);
                cr_assert_eq(memcmp(cut.data, whole.data, cut.len_bytes), 0);
                free(moved);
            }
            cg_deflater_free(reused);
            cg_buffer_fini(&whole);
            cg_buffer_fini(&cut);
        }
    }
    free(text);
}

Test(deflate, what_came_before_a_flush_does_not_matter_after_it) {
    char *text = text_new(), *noise = noise_new();

    for (int level = 1; level <= 4; level++) {
        struct cg_deflater *used = cg_deflater_new(level, CG_CODEC_BEST);
        struct cg_deflater *fresh = cg_deflater_new(level, CG_CODEC_BEST);
        struct cg_buffer first, second;

        cg_buffer_init(&first, 4 << 20);
        cg_buffer_init(&second, 4 << 20);
        deflate_cut(used, noise, 70000, 70000, &first);
        cg_buffer_clear(&first);
        deflate_cut(used, text, 70000, 70000, &first);
        deflate_cut(fresh, text, 70000, 70000, &second);
        cr_assert_eq(first.len_bytes, second.len_bytes);
        cr_assert_eq(memcmp(first.data, second.data, first.len_bytes), 0);
        cg_deflater_free(used);
        cg_deflater_free(fresh);
        cg_buffer_fini(&first);
        cg_buffer_fini(&second);
    }
    free(text);
    free(noise);
}

/* Eight random bytes, and the same again and again: what the codec keeps of the first few positions
 * of a block shows in its tokens. */
static void fill_echo(char *out, size_t len, uint64_t *seed) {
    for (size_t i = 0; i < len; i++) {
        out[i] = i < 8 ? (char)random_next(seed) : i % 9 == 8 ? (char)i : out[i - 9];
    }
}

Test(deflate, the_bytes_do_not_depend_on_where_the_deflater_lies, .timeout = 60) {
    enum { DEFLATERS = 12, BLOCKS = 6000, BLOCK_BYTES = 60 };
    struct cg_deflater *deflaters[DEFLATERS];
    uint64_t seed = 9;

    for (int i = 0; i < DEFLATERS; i++) {
        deflaters[i] = cg_deflater_new(CG_LEVEL_DEFAULT, CG_CODEC_BEST);
        cr_assert_not_null(deflaters[i]);
    }
    for (int block = 0; block < BLOCKS; block++) {
        struct cg_buffer first;
        struct cg_buffer other;
        char content[BLOCK_BYTES];

        fill_echo(content, sizeof content, &seed);
        cg_buffer_init(&first, 1 << 20);
        cg_buffer_init(&other, 1 << 20);
        deflate_cut(deflaters[0], content, sizeof content, sizeof content, &first);
        for (int i = 1; i < DEFLATERS; i++) {
            cg_buffer_clear(&other);
            deflate_cut(deflaters[i], content, sizeof content, sizeof content, &other);
            cr_assert_eq(other.len_bytes, first.len_bytes, "block %d, deflater %d", block, i);
            cr_assert_arr_eq(other.data, first.data, first.len_bytes);
        }
        cg_buffer_fini(&first);
        cg_buffer_fini(&other);
    }
    for (int i = 0; i < DEFLATERS; i++) {
        cg_deflater_free(deflaters[i]);
    }
}

#ifndef __SANITIZE_ADDRESS__
Test(deflate, the_bytes_do_not_depend_on_what_was_in_memory_before) {
    char *text = text_new();

    for (int level = 1; level <= 3; level++) {
        left_there = 0;
        struct cg_buffer clean = packed_of(text, CONTENT_BYTES, level, CG_CODEC_BEST);
        for (left_there = 1; left_there < 20; left_there++) {
            struct cg_buffer packed = packed_of(text, CONTENT_BYTES, level, CG_CODEC_BEST);
            cr_assert_eq(packed.len_bytes, clean.len_bytes, "level %d, %d", level, left_there);
            cr_assert_eq(memcmp(packed.data, clean.data, clean.len_bytes), 0);
            cg_buffer_fini(&packed);
        }
        cg_buffer_fini(&clean);
    }
    free(text);
}
#endif

Test(deflate, a_second_flush_adds_nothing) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_deflater *deflater = cg_deflater_new(1, CG_CODEC_BEST);
    struct cg_buffer out;

    cg_buffer_init(&out, 1 << 20);
    deflate_cut(deflater, "abc", 3, 3, &out);
    size_t len = out.len_bytes;
    cr_assert_eq(cg_deflater_flush(deflater, &out, &err), CG_OK);
    cr_assert_eq(out.len_bytes, len);
    cg_deflater_free(deflater);
    cg_buffer_fini(&out);
}

Test(deflate, a_full_output_buffer_is_an_error_and_not_a_crash) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_deflater *deflater = cg_deflater_new(1, CG_CODEC_BEST);
    struct cg_buffer out;

    cg_buffer_init(&out, 1000);
    cr_assert_eq(cg_deflater_add(deflater, "abc", 3, &out, &err), CG_OK);
    cr_assert_eq(cg_deflater_flush(deflater, &out, &err), CG_INTERNAL);
    cr_assert_eq(out.len_bytes, 0);
    cg_deflater_free(deflater);
    cg_buffer_fini(&out);
}

Test(deflate, level_one_is_no_larger_than_gzip_one) {
    char *text = text_new(), *out = malloc(1 << 20);
    struct cg_buffer plain = {.data = text, .len_bytes = CONTENT_BYTES};
    struct cg_buffer packed = packed_of(text, CONTENT_BYTES, CG_LEVEL_DEFAULT, CG_CODEC_BEST);
    size_t gzip_bytes = run_on("gzip -1", &plain, out, 1 << 20);

#ifdef CG_ISAL
    cr_assert_leq(packed.len_bytes, gzip_bytes);
#else
    /* Blocks of 64 KiB cost zlib a few per cent. */
    cr_assert_leq(packed.len_bytes, gzip_bytes + gzip_bytes / 20);
#endif
    cg_buffer_fini(&packed);
    free(text);
    free(out);
}

Test(deflate, the_codec_has_a_name) {
    cr_assert_eq(strncmp(cg_deflate_codec_name(9, CG_CODEC_BEST), "zlib 1.", 7), 0);
#ifdef CG_ISAL
    cr_assert_str_eq(cg_deflate_codec_name(1, CG_CODEC_BEST), "isa-l 2.30");
#endif
    cr_assert_eq(strncmp(cg_deflate_codec_name(1, CG_CODEC_ZLIB), "zlib 1.", 7), 0);
}

#ifndef __SANITIZE_ADDRESS__
Test(deflate, nothing_is_allocated_in_steady_state) {
    char *text = text_new();

    for (int level = 1; level <= 4; level++) {
        struct cg_deflater *deflater = cg_deflater_new(level, CG_CODEC_BEST);
        struct cg_buffer out;

        cg_buffer_init(&out, 4 << 20);
        cr_assert(cg_buffer_reserve(&out, 2 << 20));
        size_t before = allocations;
        cr_assert_gt(before, 0);
        deflate_cut(deflater, text, CONTENT_BYTES, 70000, &out);
        cr_assert_eq(allocations, before);
        cg_deflater_free(deflater);
        cg_buffer_fini(&out);
    }
    free(text);
}
#endif

/* ISA-L is partly assembly, which no sanitizer sees: the content ends where a page ends that must
 * not be touched. */
Test(deflate, the_codec_reads_no_byte_past_the_content) {
    enum { PAGE = 4096, PAGES = 17 };
    char *area = mmap(NULL, (PAGES + 1) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *end = area + PAGES * PAGE;
    char *text = text_new();

    cr_assert_eq(mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE), 0);
    memcpy(end - CG_BLOCK_CONTENT_BYTES, text, CG_BLOCK_CONTENT_BYTES);
    for (int level = 1; level <= 3; level++) {
        struct cg_buffer packed =
            packed_of(end - CG_BLOCK_CONTENT_BYTES, CG_BLOCK_CONTENT_BYTES, level, CG_CODEC_BEST);
        assert_unpacks(&packed, text, CG_BLOCK_CONTENT_BYTES);
        cg_buffer_fini(&packed);
    }
    free(text);
}
