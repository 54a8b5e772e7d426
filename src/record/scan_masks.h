/*
 * What kinds of bytes stand in a block of 64: one function for each instruction set.
 *
 * A part of scan.c, which inlines one into each of its loops. All give the same masks for the same
 * bytes.
 */
#ifndef CLAIMGATE_RECORD_SCAN_MASKS_H
#define CLAIMGATE_RECORD_SCAN_MASKS_H

#include "claimgate/record/scan.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { CG_SCAN_MARKS_AT_ONCE = 16 }; /* past the last mark others may be written up to this */

/* Bit i for byte i of the block. */
struct cg_masks {
    uint64_t delimiter;
    uint64_t plain; /* a delimiter among them, where it is such a byte */
};

/* Plain bytes: visible ASCII without the quote. Leaving out '!' too, which stands below it, makes
 * them one range. */
enum { CG_PLAIN_FIRST = '#', CG_PLAIN_LAST = '~' };

static inline uint64_t word_at(const char *block) {
    uint64_t word;
    memcpy(&word, block, sizeof word);
    return le64toh(word);
}

/* Bits 0x80 where a byte of `word` is `byte`, exactly. */
static inline uint64_t equal_bytes(uint64_t word, char byte) {
    const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t differs = word ^ UINT64_C(0x0101010101010101) * (unsigned char)byte;
    return ~(((differs & low7) + low7) | differs | low7);
}

static inline uint64_t gather_bits(uint64_t high_bits) {
    return ((high_bits >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* Bits 0x80 where a byte of `word` is plain. The sums stay within their bytes. */
static inline uint64_t plain_bytes(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & ones * 0x7f;
    uint64_t above = low + ones * (0x7f - CG_PLAIN_LAST);
    uint64_t not_below = low + ones * (0x80 - CG_PLAIN_FIRST);
    return not_below & ~(word | above) & ones * 0x80;
}

static inline struct cg_masks masks_portable(const char *block, char delimiter) {
    struct cg_masks masks = {0, 0};
    for (int i = 0; i < CG_SCAN_BLOCK_BYTES; i += 8) {
        const uint64_t word = word_at(block + i);
        masks.delimiter |= gather_bits(equal_bytes(word, delimiter)) << i;
        masks.plain |= gather_bits(plain_bytes(word)) << i;
    }
    return masks;
}

/* LF or CR. */
static inline uint64_t line_ends_portable(const char *block) {
    uint64_t ends = 0;
    for (int i = 0; i < CG_SCAN_BLOCK_BYTES; i += 8) {
        const uint64_t word = word_at(block + i);
        ends |= gather_bits(equal_bytes(word, '\n') | equal_bytes(word, '\r')) << i;
    }
    return ends;
}

#ifdef __SSE2__
/* SSE2 compares signed bytes alone: with the first added, the plain bytes are those below the
 * second. */
enum {
    PLAIN_TO_LOWEST = INT8_MIN - CG_PLAIN_FIRST,
    LOWEST_END = INT8_MIN + CG_PLAIN_LAST - CG_PLAIN_FIRST + 1
};

static inline __m128i sixteen_at(const char *block) {
    return _mm_loadu_si128((const __m128i *)(const void *)block);
}

static inline uint64_t bits_of(__m128i bytes) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(bytes);
}

static inline struct cg_masks masks_sse2(const char *block, char delimiter) {
    struct cg_masks masks = {0, 0};
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 16) {
        const __m128i bytes = sixteen_at(block + part);
        const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)PLAIN_TO_LOWEST));
        masks.delimiter |= bits_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(delimiter))) << part;
        masks.plain |= bits_of(_mm_cmplt_epi8(moved, _mm_set1_epi8(LOWEST_END))) << part;
    }
    return masks;
}

static inline uint64_t line_ends_sse2(const char *block) {
    uint64_t ends = 0;
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 16) {
        const __m128i bytes = sixteen_at(block + part);
        ends |= bits_of(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'))))
                << part;
    }
    return ends;
}

/* Compiled for a processor that need not be this one. */
#define CG_SCAN_TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))

CG_SCAN_TARGET_AVX512 static inline struct cg_masks masks_avx512(const char *block,
                                                                 char delimiter) {
    const __m512i bytes = _mm512_loadu_si512(block);
    const __m512i moved = _mm512_sub_epi8(bytes, _mm512_set1_epi8(CG_PLAIN_FIRST));
    return (struct cg_masks){
        .delimiter = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(delimiter)),
        .plain = _mm512_cmple_epu8_mask(moved, _mm512_set1_epi8(CG_PLAIN_LAST - CG_PLAIN_FIRST)),
    };
}

CG_SCAN_TARGET_AVX512 static inline uint64_t line_ends_avx512(const char *block) {
    const __m512i bytes = _mm512_loadu_si512(block);
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')) |
           _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r'));
}

/* Sixteen at a time, as the block has hardly more. */
CG_SCAN_TARGET_AVX512 static inline uint32_t *put_marks_avx512(uint32_t *out, uint32_t base,
                                                               uint64_t marks) {
    static const uint8_t places[CG_SCAN_BLOCK_BYTES] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const int count = __builtin_popcountll(marks);
    __m512i found = _mm512_maskz_compress_epi8(marks, _mm512_loadu_si512(places));
    for (int done = 0; done < count; done += CG_SCAN_MARKS_AT_ONCE) {
        const __m512i sixteen = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found));
        _mm512_storeu_si512(out + done, _mm512_add_epi32(sixteen, _mm512_set1_epi32((int)base)));
        found = _mm512_alignr_epi32(_mm512_setzero_si512(), found, CG_SCAN_MARKS_AT_ONCE / 4);
    }
    return out + count;
}
#endif

/* Returns where the next mark goes. */
static inline uint32_t *put_marks_portable(uint32_t *out, uint32_t base, uint64_t marks) {
    for (; marks != 0; marks &= marks - 1) {
        *out++ = base + (uint32_t)__builtin_ctzll(marks);
    }
    return out;
}

#endif
