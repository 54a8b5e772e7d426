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
 * Each variant turns 64 bytes into three masks, bit i for byte i; what follows is shared. Bits are
 * written out eight at a time, more than there may be: a wrongly guessed loop end costs more than
 * a few stores that the next block overwrites.
 *
 * AVX-512BW (one compare for 64 bytes) was tried beside AVX2 and gave nothing: the time goes into
 * writing the marks, not into the compares.
 */

struct masks {
    uint64_t delimiter;
    uint64_t line_end; /* LF or CR */
    uint64_t special;  /* a quote or a NUL */
};

struct progress {
    struct cg_scan_index *index;
    bool special; /* seen since the last line end */
};

enum { WRITTEN_AT_ONCE = 8 };

/* The end of the last line is not in the text, but every line must have one; and stores past the
 * last mark must find room. */
static bool reserve(struct cg_scan_index *index, size_t len_bytes) {
    size_t need = len_bytes + 1 + WRITTEN_AT_ONCE;
    if (need <= index->capacity) {
        return true;
    }
    cg_scan_fini(index);
    index->marks = malloc(need * sizeof *index->marks);
    index->lines = malloc(need * sizeof *index->lines);
    if (index->marks == NULL || index->lines == NULL) {
        cg_scan_fini(index);
        return false;
    }
    index->capacity = need;
    return true;
}

void cg_scan_fini(struct cg_scan_index *index) {
    free(index->marks);
    free(index->lines);
    *index = (struct cg_scan_index){0};
}

static inline __attribute__((always_inline)) void add_line(struct progress *progress, size_t mark,
                                                           bool special) {
    struct cg_scan_index *index = progress->index;
    index->lines[index->line_count++] = (struct cg_scan_line){(uint32_t)mark, special};
}

static inline __attribute__((always_inline)) void add_block(struct progress *progress,
                                                            uint32_t base, struct masks masks) {
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

    uint32_t *out = index->marks + index->mark_count;
    index->mark_count += (size_t)__builtin_popcountll(marks);
    while (marks != 0) {
        for (int i = 0; i < WRITTEN_AT_ONCE; i++) {
            /* Once `marks` is 0 this stores rubbish, which is never read. */
            out[i] = base + (uint32_t)__builtin_ctzll(marks | UINT64_C(1) << 63);
            marks &= marks - 1;
        }
        out += WRITTEN_AT_ONCE;
    }
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
#endif

/* Inlined into each variant together with its masks_of, so that no call is left in the loop. */
static inline __attribute__((always_inline)) void
scan_blocks(struct progress *progress, struct cg_text text, char delimiter,
            struct masks (*masks_of)(const char *block, char delimiter)) {
    uint32_t whole = text.len - text.len % CG_SCAN_BLOCK_BYTES;
    for (uint32_t base = 0; base < whole; base += CG_SCAN_BLOCK_BYTES) {
        add_block(progress, base, masks_of(text.ptr + base, delimiter));
    }
    if (whole < text.len) {
        struct masks masks = masks_of(text.ptr + whole, delimiter);
        uint64_t inside = (UINT64_C(1) << (text.len - whole)) - 1;
        masks.delimiter &= inside;
        masks.line_end &= inside;
        masks.special &= inside;
        add_block(progress, whole, masks);
    }
}

static void scan_portable(struct progress *progress, struct cg_text text, char delimiter) {
    scan_blocks(progress, text, delimiter, masks_portable);
}

#if SCAN_X86
static void scan_sse2(struct progress *progress, struct cg_text text, char delimiter) {
    scan_blocks(progress, text, delimiter, masks_sse2);
}

__attribute__((target("avx2,bmi,popcnt"))) static void
scan_avx2(struct progress *progress, struct cg_text text, char delimiter) {
    scan_blocks(progress, text, delimiter, masks_avx2);
}
#endif

bool cg_scan_can(enum cg_scan_variant variant) {
    switch (variant) {
    case CG_SCAN_PORTABLE:
        return true;
    case CG_SCAN_SSE2:
        return SCAN_X86;
    case CG_SCAN_AVX2:
#if SCAN_X86
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
               __builtin_cpu_supports("popcnt");
#else
        return false;
#endif
    case CG_SCAN_VARIANT_COUNT:
        break;
    }
    return false;
}

static void run_variant(enum cg_scan_variant variant, struct progress *progress,
                        struct cg_text text, char delimiter) {
#if SCAN_X86
    if (variant == CG_SCAN_AVX2) {
        scan_avx2(progress, text, delimiter);
        return;
    }
    if (variant == CG_SCAN_SSE2) {
        scan_sse2(progress, text, delimiter);
        return;
    }
#endif
    (void)variant;
    scan_portable(progress, text, delimiter);
}

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
    enum cg_scan_variant best = cg_scan_can(CG_SCAN_AVX2)   ? CG_SCAN_AVX2
                                : cg_scan_can(CG_SCAN_SSE2) ? CG_SCAN_SSE2
                                                            : CG_SCAN_PORTABLE;
    return cg_scan_with(best, index, text, delimiter);
}
