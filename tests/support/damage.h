/*
 * A small claim file, damaged: quotes, separators and line ends put in, left out and changed, BOM,
 * NUL, bytes that are no UTF-8, cells that a spreadsheet takes for formulas. A seed says it all.
 *
 * Every line is of a member and claim of its own, so that what happens to one cannot change what
 * another is decided to.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_DAMAGE_H
#define CLAIMGATE_TESTS_SUPPORT_DAMAGE_H

#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { DAMAGE_LINES = 20, DAMAGE_LINE_BYTES = 512, DAMAGE_FILE_BYTES = 16384 };

struct damaged_line {
    char bytes[DAMAGE_LINE_BYTES];
    uint32_t len;
    const char *end; /* "", "\n", "\r\n" or "\r" */
    bool intact;     /* nothing happened to its bytes, and it still stands alone */
};

struct damaged_file {
    struct damaged_line lines[DAMAGE_LINES]; /* the header first */
    char bytes[DAMAGE_FILE_BYTES];
    uint32_t len;
};

/* The file without damage, with LF; the same seed gives the same file. */
void damage_none(struct damaged_file *out);
void damage_by_seed(struct damaged_file *out, uint64_t seed);

struct cg_text damaged_text(const struct damaged_file *file);

#endif
