#include "claimgate/scan.h"

#include <endian.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define SCAN_X86 1
#else
#define SCAN_X86 0
#endif

/*
 * Each variant is made of two parts that are inlined into one loop: masks_of turns 64 bytes into
 * three masks, bit i for byte i, and put_marks writes the position of each bit. On lines of 85
 * bytes and 17 columns the second is the dearer one: AVX-512 VBMI2, whose compress instruction
 * writes 16 positions at once, takes a quarter of the time of AVX2. AVX-512BW without it gains
 * nothing over AVX2.
 */

#define ALWAYS_INLINE __attribute__((always_inline))

struct masks {
    uint64_t delimiter;
    uint64_t line_end; /* LF or CR */
    uint64_t special;  /* a quote or a NUL */
};

struct progress {
    struct cg_scan_index *index;
    bool special; /* seen since the last line end */
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

static inline ALWAYS_INLINE void add_line(struct progress *progress, size_t mark, bool special) {
    struct cg_scan_index *index = progress->index;
    index->lines[index->line_count++] = (struct cg_scan_line){(uint32_t)mark, special};
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
    uint64_t seen = 0; /* bytes of this block up to the last line end */
    for (uint64_t ends = masks.line_end; ends != 0; ends &= ends - 1) {
        uint64_t before = (ends & -ends) - 1;
        bool special = progress->special || (masks.special & before & ~seen) != 0;
        add_line(progress, index->mark_count + (size_t)__builtin_popcountll(marks & before),
                 special);
        progress->special = false;
        seen = before;
    }
    progress->special = progress->special || (masks.special & ~seen) != 0;
    put_marks(index->marks + index->mark_count, base, marks);
    index->mark_count += (size_t)__builtin_popcountll(marks);
}

/* Bits 0x80 where a byte of `word` equals the byte that fills `pattern`, exactly. */
static inline uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
    const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t differs = word ^ pattern;
    return ~(((differs & low7) + low7) | differs | low7);
}

static inline uint64_t gather_bits(uint64_t high_bits) {
    return ((high_bits >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static struct masks masks_portable(const char *block, char delimiter) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    struct masks masks = {0, 0, 0};
    for (int i = 0; i < CG_SCAN_BLOCK_BYTES; i += 8) {
        uint64_t word;
        memcpy(&word, block + i, sizeof word);
        word = le64toh(word);
        uint64_t ends = equal_bytes(word, ones * '\n') | equal_bytes(word, ones * '\r');
        uint64_t special = equal_bytes(word, ones * '"') | equal_bytes(word, 0);
        uint64_t delimiters = equal_bytes(word, ones * (unsigned char)delimiter);
        masks.delimiter |= gather_bits(delimiters) << i;
        masks.line_end |= gather_bits(ends) << i;
        masks.special |= gather_bits(special) << i;
    }
    return masks;
}

#if SCAN_X86
static inline struct masks masks_sse2(const char *block, char delimiter) {
    const char wanted[5] = {delimiter, '\n', '\r', '"', '\0'};
    uint64_t found[5] = {0, 0, 0, 0, 0};
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 16) {
        __m128i bytes;
        memcpy(&bytes, block + part, sizeof bytes);
        for (int i = 0; i < 5; i++) {
            int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted[i])));
            found[i] |= (uint64_t)(uint32_t)bits << part;
        }
    }
    return (struct masks){found[0], found[1] | found[2], found[3] | found[4]};
}

__attribute__((target("avx2"))) static inline struct masks masks_avx2(const char *block,
                                                                      char delimiter) {
    const char wanted[5] = {delimiter, '\n', '\r', '"', '\0'};
    uint64_t found[5] = {0, 0, 0, 0, 0};
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 32) {
        __m256i bytes;
        memcpy(&bytes, block + part, sizeof bytes);
        for (int i = 0; i < 5; i++) {
            int bits = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted[i])));
            found[i] |= (uint64_t)(uint32_t)bits << part;
        }
    }
    return (struct masks){found[0], found[1] | found[2], found[3] | found[4]};
}

#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))

TARGET_AVX512 static inline struct masks masks_avx512(const char *block, char delimiter) {
    __m512i bytes = _mm512_loadu_si512(block);
    return (struct masks){
        .delimiter = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(delimiter)),
        .line_end = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')) |
                    _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r')),
        .special = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')) |
                   _mm512_cmpeq_epi8_mask(bytes, _mm512_setzero_si512()),
    };
}

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
        masks.special &= inside;
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
    struct progress progress = {index, false};
    run_variant(variant, &progress, text, delimiter);
    bool ended = index->line_count > 0 &&
                 index->lines[index->line_count - 1].mark + 1 == index->mark_count &&
                 index->marks[index->mark_count - 1] + 1 == text.len;
    if (!ended && text.len > 0) {
        add_line(&progress, index->mark_count, progress.special);
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
