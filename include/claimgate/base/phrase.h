/*
 * Phrase: a sentence said into memory of fixed size.
 *
 * For the sentences that rejected lines carry by the million: cg_say knows few kinds of values and
 * so is much cheaper than vsnprintf, while the compiler checks its formats as those of printf.
 *
 * Ownership  The bytes are the caller's memory, at least one.
 * Failure    Of the piece that does not fit, whole characters of UTF-8 are kept; the rest is left
 *            out, and so is all that follows.
 */
#ifndef CLAIMGATE_BASE_PHRASE_H
#define CLAIMGATE_BASE_PHRASE_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"

#include <stddef.h>
#include <stdint.h>

struct cg_phrase {
    char *next; /* behind what has been said: the closing NUL */
    char *end;  /* where nothing more fits but the closing NUL */
};

/* An empty phrase in `out`. */
struct cg_phrase cg_phrase_start(char *out, size_t capacity_bytes);

/* Say more. Takes %s, %.*s, %u and %ju, without flags or widths; anything else, %% too, is a
 * mistake of the caller. */
void cg_say(struct cg_phrase *say, const char *format, ...) cg_printf_like(2, 3);

enum { CG_DIGITS_BYTES = 20 }; /* UINT64_MAX */

/* The decimal digits of a number, at the end of `out`. */
struct cg_text cg_phrase_digits(uint64_t number, char out[CG_DIGITS_BYTES]);

#endif
