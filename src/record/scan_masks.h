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

#if defined(__x86_64__)
#include <immintrin.h>
#define SCAN_X86 1
#else
#define SCAN_X86 0
#endif

/* Bit i for byte i of the block. */
struct masks {
    uint64_t delimiter;
    uint64_t line_end; /* LF or CR */
    uint64_t odd;      /* no plain byte (below), whatever else it is */
};

/* Bare bytes: visible ASCII without the quote. Leaving out '!' too, which stands below it, makes
 * them one range. */
enum { BARE_FIRST = '#', BARE_LAST = '~' };

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
    uint64_t above = low + ones * (0x7f - BARE_LAST);
    uint64_t not_below = low + ones * (0x80 - BARE_FIRST);
    return (word | above | ~not_below) & ones * 0x80;
}

static inline struct masks masks_portable(const char *block, char delimiter) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    struct masks masks = {0, 0, 0};
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

#if SCAN_X86
/* SSE2 and AVX2 compare signed bytes alone: with this added, the plain bytes are the lowest. */
enum { BARE_TO_LOWEST = INT8_MIN - BARE_FIRST, LOWEST_LAST = INT8_MIN + BARE_LAST - BARE_FIRST };

static inline struct masks masks_sse2(const char *block, char delimiter) {
    const char wanted[3] = {delimiter, '\n', '\r'};
    uint64_t found[3] = {0, 0, 0};
    uint64_t odd = 0;
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 16) {
        __m128i bytes;
        memcpy(&bytes, block + part, sizeof bytes);
        for (int i = 0; i < 3; i++) {
            int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted[i])));
            found[i] |= (uint64_t)(uint32_t)bits << part;
        }
        __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)BARE_TO_LOWEST));
        int bits = _mm_movemask_epi8(_mm_cmpgt_epi8(moved, _mm_set1_epi8(LOWEST_LAST)));
        odd |= (uint64_t)(uint32_t)bits << part;
    }
    return (struct masks){found[0], found[1] | found[2], odd};
}

__attribute__((target("avx2"))) static inline struct masks masks_avx2(const char *block,
                                                                      char delimiter) {
    const char wanted[3] = {delimiter, '\n', '\r'};
    uint64_t found[3] = {0, 0, 0};
    uint64_t odd = 0;
    for (int part = 0; part < CG_SCAN_BLOCK_BYTES; part += 32) {
        __m256i bytes;
        memcpy(&bytes, block + part, sizeof bytes);
        for (int i = 0; i < 3; i++) {
            int bits = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted[i])));
            found[i] |= (uint64_t)(uint32_t)bits << part;
        }
        __m256i moved = _mm256_add_epi8(bytes, _mm256_set1_epi8((char)BARE_TO_LOWEST));
        int bits = _mm256_movemask_epi8(_mm256_cmpgt_epi8(moved, _mm256_set1_epi8(LOWEST_LAST)));
        odd |= (uint64_t)(uint32_t)bits << part;
    }
    return (struct masks){found[0], found[1] | found[2], odd};
}

#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")))

TARGET_AVX512 static inline struct masks masks_avx512(const char *block, char delimiter) {
    __m512i bytes = _mm512_loadu_si512(block);
    return (struct masks){
        .delimiter = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(delimiter)),
        .line_end = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')) |
                    _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r')),
        .odd = _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(BARE_FIRST)),
                                      _mm512_set1_epi8(BARE_LAST - BARE_FIRST)),
    };
}
#endif

#endif
