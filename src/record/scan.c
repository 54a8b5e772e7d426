#include "claimgate/record/scan.h"

#include "scan_masks.h"

#include <stdlib.h>

/*
 * Each variant is made of two parts that are inlined into one loop: masks_of turns 64 bytes into
 * masks (scan_masks.h), and put_marks writes the position of each bit. On lines of 85 bytes and 17
 * columns the second is the dearer one: AVX-512 VBMI2, whose compress instruction writes 16
 * positions at once, takes a quarter of the time of AVX2. AVX-512BW without it gains nothing over
 * AVX2.
 */

#define ALWAYS_INLINE __attribute__((always_inline))

struct progress {
    struct cg_scan_index *index;
    uint64_t odd; /* not 0: a byte that no plain line has was seen since the last line end */
};

enum { MARKS_SLACK = 16 }; /* put_marks may write that many past the last mark */

/* The end of the last line is not in the text, but every line must have one; and stores past the
 * last mark must find room. */
static bool reserve(struct cg_scan_index *index, size_t len_bytes) {
    size_t need = len_bytes + 1 + MARKS_SLACK;
    if (need <= index->capacity) {
        return true;
    }
    cg_scan_fini(index);
    index->marks = malloc((1 + need) * sizeof *index->marks);
    index->lines = malloc(need * sizeof *index->lines);
    if (index->marks != NULL) {
        *index->marks++ = UINT32_MAX; /* marks[-1] */
    }
    if (index->marks == NULL || index->lines == NULL) {
        cg_scan_fini(index);
        return false;
    }
    index->capacity = need;
    return true;
}

void cg_scan_fini(struct cg_scan_index *index) {
    if (index->marks != NULL) {
        free(index->marks - 1);
    }
    free(index->lines);
    *index = (struct cg_scan_index){0};
}

static inline ALWAYS_INLINE void end_line(struct progress *progress, size_t mark) {
    struct cg_scan_index *index = progress->index;
    index->lines[index->line_count++] = (struct cg_scan_line){(uint32_t)mark, progress->odd == 0};
    progress->odd = 0;
}

/* Eight at a time, more than there may be: a wrongly guessed loop end costs more than a few stores
 * that the next block overwrites. */
static inline void put_marks_scalar(uint32_t *out, uint32_t base, uint64_t marks) {
    while (marks != 0) {
        for (int i = 0; i < 8; i++) {
            /* Once `marks` is 0 this stores rubbish, which is never read. */
            out[i] = base + (uint32_t)__builtin_ctzll(marks | UINT64_C(1) << 63);
            marks &= marks - 1;
        }
        out += 8;
    }
}

static inline ALWAYS_INLINE void add_block(struct progress *progress, uint32_t base,
                                           struct masks masks,
                                           void (*put_marks)(uint32_t *, uint32_t, uint64_t)) {
    struct cg_scan_index *index = progress->index;
    uint64_t marks = masks.delimiter | masks.line_end;
    uint64_t odd = masks.odd & ~marks; /* of lines that have not ended yet */
    for (uint64_t ends = masks.line_end; ends != 0; ends &= ends - 1) {
        uint64_t before = (ends & -ends) - 1;
        progress->odd |= odd & before;
        end_line(progress, index->mark_count + (size_t)__builtin_popcountll(marks & before));
        odd &= ~before;
    }
    progress->odd |= odd;
    put_marks(index->marks + index->mark_count, base, marks);
    index->mark_count += (size_t)__builtin_popcountll(marks);
}

#if SCAN_X86
TARGET_AVX512 static inline void put_marks_avx512(uint32_t *out, uint32_t base, uint64_t marks) {
    static const uint8_t places[CG_SCAN_BLOCK_BYTES] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    int count = __builtin_popcountll(marks);
    __m512i found = _mm512_maskz_compress_epi8(marks, _mm512_loadu_si512(places));
    for (int done = 0; done < count; done += 16) {
        __m512i positions = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found));
        positions = _mm512_add_epi32(positions, _mm512_set1_epi32((int)base));
        _mm512_storeu_si512(out + done, positions);
        found = _mm512_alignr_epi32(_mm512_setzero_si512(), found, 4);
    }
}
#endif

static inline ALWAYS_INLINE void scan_blocks(struct progress *progress, struct cg_text text,
                                             char delimiter,
                                             struct masks (*masks_of)(const char *, char),
                                             void (*put_marks)(uint32_t *, uint32_t, uint64_t)) {
    uint32_t whole = text.len - text.len % CG_SCAN_BLOCK_BYTES;
    for (uint32_t base = 0; base < whole; base += CG_SCAN_BLOCK_BYTES) {
        add_block(progress, base, masks_of(text.ptr + base, delimiter), put_marks);
    }
    if (whole < text.len) {
        struct masks masks = masks_of(text.ptr + whole, delimiter);
        uint64_t inside = (UINT64_C(1) << (text.len - whole)) - 1;
        masks.delimiter &= inside;
        masks.line_end &= inside;
        masks.odd &= inside;
        add_block(progress, whole, masks, put_marks);
    }
}

static void scan_portable(struct progress *progress, struct cg_text text, char delimiter) {
    scan_blocks(progress, text, delimiter, masks_portable, put_marks_scalar);
}

#if SCAN_X86
static void scan_sse2(struct progress *progress, struct cg_text text, char delimiter) {
    scan_blocks(progress, text, delimiter, masks_sse2, put_marks_scalar);
}

__attribute__((target("avx2,bmi,popcnt"))) static void
scan_avx2(struct progress *progress, struct cg_text text, char delimiter) {
    scan_blocks(progress, text, delimiter, masks_avx2, put_marks_scalar);
}

TARGET_AVX512 static void scan_avx512(struct progress *progress, struct cg_text text,
                                      char delimiter) {
    scan_blocks(progress, text, delimiter, masks_avx512, put_marks_avx512);
}
#endif

#if SCAN_X86
bool cg_scan_can(enum cg_scan_variant variant) {
    switch (variant) {
    case CG_SCAN_PORTABLE:
    case CG_SCAN_SSE2:
        return true;
    case CG_SCAN_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("popcnt");
    case CG_SCAN_AVX512:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
               cg_scan_can(CG_SCAN_AVX2);
    case CG_SCAN_VARIANT_COUNT:
        break;
    }
    return false;
}

static void run_variant(enum cg_scan_variant variant, struct progress *progress,
                        struct cg_text text, char delimiter) {
    switch (variant) {
    case CG_SCAN_AVX512:
        scan_avx512(progress, text, delimiter);
        break;
    case CG_SCAN_AVX2:
        scan_avx2(progress, text, delimiter);
        break;
    case CG_SCAN_SSE2:
        scan_sse2(progress, text, delimiter);
        break;
    case CG_SCAN_PORTABLE:
    case CG_SCAN_VARIANT_COUNT:
        scan_portable(progress, text, delimiter);
        break;
    }
}
#else
bool cg_scan_can(enum cg_scan_variant variant) {
    return variant == CG_SCAN_PORTABLE;
}

static void run_variant(enum cg_scan_variant variant, struct progress *progress,
                        struct cg_text text, char delimiter) {
    (void)variant;
    scan_portable(progress, text, delimiter);
}
#endif

bool cg_scan_with(enum cg_scan_variant variant, struct cg_scan_index *index, struct cg_text text,
                  char delimiter) {
    if (!cg_scan_can(variant) || !reserve(index, text.len)) {
        return false;
    }
    index->mark_count = 0;
    index->line_count = 0;
    struct progress progress = {.index = index};
    run_variant(variant, &progress, text, delimiter);
    bool ended = index->line_count > 0 &&
                 index->lines[index->line_count - 1].mark + 1 == index->mark_count &&
                 index->marks[index->mark_count - 1] + 1 == text.len;
    if (!ended && text.len > 0) {
        end_line(&progress, index->mark_count);
        index->marks[index->mark_count++] = text.len;
    }
    return true;
}

bool cg_scan(struct cg_scan_index *index, struct cg_text text, char delimiter) {
    enum cg_scan_variant best = CG_SCAN_AVX512;
    while (!cg_scan_can(best)) { /* they stand from the slowest to the fastest */
        best--;
    }
    return cg_scan_with(best, index, text, delimiter);
}
