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
    uint64_t line_end; /* LF or CR */
    uint64_t odd;      /* no plain byte (below), whatever else it is */
};

/* Plain bytes: visible ASCII without the quote. Leaving out '!' too, which stands below it, makes
 * them one range. */
enum { CG_PLAIN_FIRST = '#', CG_PLAIN_LAST = '~' };

/* Bits 0x80 where a byte of `word` equals the byte that fills `pattern`, exactly. */
static inline uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
    const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t differs = word ^ pattern;
    return ~(((differs & low7) + low7) | differs | low7);
}

static inline uint64_t gather_bits(uint64_t high_bits) {
    return ((high_bits >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* Bits 0x80 where a byte of `word` is odd. The sums stay within their bytes. */
static inline uint64_t odd_bytes(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & ones * 0x7f;
    uint64_t above = low + ones * (0x7f - CG_PLAIN_LAST);
    uint64_t not_below = low + ones * (0x80 - CG_PLAIN_FIRST);
    return (word | above | ~not_below) & ones * 0x80;
}

static inline struct cg_masks masks_portable(const char *block, char delimiter) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    struct cg_masks masks = {0, 0, 0};
    for (int i = 0; i < CG_SCAN_BLOCK_BYTES; i += 8) {
        uint64_t word;
        memcpy(&word, block + i, sizeof word);
        word = le64toh(word);
        uint64_t ends = equal_bytes(word, ones * '\n') | equal_bytes(word, ones * '\r');
        uint64_t delimiters = equal_bytes(word, ones * (unsigned char)delimiter);
        masks.delimiter |= gather_bits(delimiters) << i;
        masks.line_end |= gather_bits(ends) << i;
        masks.odd |= gather_bits(odd_bytes(word)) << i;
    }
    return masks;
}

#ifdef __SSE2__
/* SSE2 compares signed bytes alone: with this added, the plain bytes are the lowest. */
enum {
    PLAIN_TO_LOWEST = INT8_MIN - CG_PLAIN_FIRST,
    LOWEST_LAST = INT8_MIN + CG_PLAIN_LAST - CG_PLAIN_FIRST
};

static inline uint64_t bits_of(__m128i bytes) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(bytes);
}

static inline struct cg_masks masks_sse2(const char *block, char delimiter) {
    struct cg_masks masks = {0, 0, 0};
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 16) {
        __m128i bytes;
        memcpy(&bytes, block + part, sizeof bytes);
        __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
        __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)PLAIN_TO_LOWEST));
        masks.delimiter |= bits_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(delimiter))) << part;
        masks.line_end |= bits_of(ends) << part;
        masks.odd |= bits_of(_mm_cmpgt_epi8(moved, _mm_set1_epi8(LOWEST_LAST))) << part;
    }
    return masks;
}
#endif

#endif
