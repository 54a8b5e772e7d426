/*
 * Structural index: where the delimiters and line ends of a stretch of CSV are.
 *
 * One pass over the bytes, 64 at a time, with wide instructions chosen at run time. It
 * knows nothing of quotes; it only tells which records have one, so that those go to
 * the CSV reader.
 */
#ifndef CLAIMGATE_SCAN_H
#define CLAIMGATE_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Called for 64 bytes at a time; bit i stands for byte i. */
struct cg_scan_masks {
    uint64_t line_end;  /* LF or CR */
    uint64_t delimiter;
    uint64_t special;   /* a quote or a NUL */
};

/* Fill `out[0 .. ceil(len/64))`. `text` must be readable up to the next multiple of 64
 * bytes; bits beyond `len` are 0. */
void cg_scan(const char *text, size_t len, char delimiter, struct cg_scan_masks *out);

#endif
