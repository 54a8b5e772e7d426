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
#include <emmintrin.h>
#endif

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
#endif

#endif
