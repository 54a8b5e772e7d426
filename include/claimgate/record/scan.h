/*
 * Structural index: where the fields and lines of a stretch of CSV end.
 *
 * One pass over the bytes, 64 at a time, with wide instructions where there are any. It
 * knows nothing of quotes; it only tells which lines are plain, so that nobody need look
 * for one there, nor for blanks around a field or bytes that no field may hold.
 *
 * Ownership  The index's arrays are its own; _fini frees them. They are reused.
 * Memory     Room for the worst case (every byte ends a field) is reserved, but only pages
 *            that are written to become resident.
 */
#ifndef CLAIMGATE_RECORD_SCAN_H
#define CLAIMGATE_RECORD_SCAN_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_SCAN_BLOCK_BYTES = 64 };

/* A line end: the CR and the LF of a CRLF are two, with nothing between them. */
struct cg_scan_line {
    uint32_t mark_count; /* marks up to its end, which is the last of them */
    bool plain;          /* all its bytes but the delimiters are from '#' to '~' of ASCII */
};

struct cg_scan_index {
    uint32_t *marks; /* positions of delimiters and line ends (LF, CR), ascending; marks[-1] is one
                      * before the first byte, modulo 2^32, so that every field begins one behind
                      * the mark before it */
    size_t mark_count;
    struct cg_scan_line *lines;
    size_t line_count;
    size_t capacity; /* of either array */
};

void cg_scan_fini(struct cg_scan_index *index);

/* Index `text` from `begin` on, which must be readable up to the next multiple of 64 bytes from
 * there. An unended last line gets a mark and a line at text.len, as if it had an end there. False:
 * no memory. */
cg_must_use bool cg_scan(struct cg_scan_index *index, struct cg_text text, uint32_t begin,
                         char delimiter);

/* The same with one of the variants that are built in, from the slowest to the fastest; cg_scan
 * takes the last. One that the processor cannot run gives way to the one before it. */
enum cg_scan_variant {
    CG_SCAN_PORTABLE,
#ifdef __SSE2__
    CG_SCAN_SSE2,
    CG_SCAN_AVX512,
#endif
    CG_SCAN_VARIANT_COUNT
};
cg_must_use bool cg_scan_with(enum cg_scan_variant variant, struct cg_scan_index *index,
                              struct cg_text text, uint32_t begin, char delimiter);

#endif
