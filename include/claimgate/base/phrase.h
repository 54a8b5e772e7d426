/*
 * Phrase: a sentence put together piece by piece, each piece of a known type.
 *
 * For the sentences that rejected lines carry by the million: printf, which reads a format and sets
 * up a stream each time, takes two to four thousand instructions for one, pieces a few hundred.
 *
 * Ownership  The bytes are the caller's memory, at least one.
 * Failure    Of the piece that does not fit, whole characters of UTF-8 are kept; the rest is left
 *            out, and so is all that follows.
 */
#ifndef CLAIMGATE_BASE_PHRASE_H
#define CLAIMGATE_BASE_PHRASE_H

#include "claimgate/base/text.h"

#include <stddef.h>
#include <stdint.h>

struct cg_phrase {
    char *next; /* behind what has been said */
    char *end;  /* where nothing more fits but the closing NUL */
};

enum { CG_DIGITS_BYTES = 20 }; /* UINT64_MAX */

/* The decimal digits of a number, at the end of `out`. */
struct cg_text cg_phrase_digits(uint64_t number, char out[CG_DIGITS_BYTES]);

struct cg_phrase cg_phrase_start(char *out, size_t capacity_bytes);
void cg_phrase_number(struct cg_phrase *phrase, uint64_t number);
void cg_phrase_date(struct cg_phrase *phrase, int32_t day_no); /* as cg_date_format has it */
void cg_phrase_end(struct cg_phrase *phrase);                  /* the closing NUL */

/* The whole characters that still fit of bytes that do not all fit. Nothing follows them. */
void cg_phrase_fill(struct cg_phrase *phrase, const char *bytes);

/* Inline, so that words the compiler knows are two or three moves and no call. */
static inline void cg_phrase_bytes(struct cg_phrase *phrase, struct cg_text bytes) {
    if (bytes.len > (size_t)(phrase->end - phrase->next)) {
        cg_phrase_fill(phrase, bytes.ptr);
    } else if (bytes.len > 0) { /* an empty text may be NULL */
        memcpy(phrase->next, bytes.ptr, bytes.len);
        phrase->next += bytes.len;
    }
}

static inline void cg_phrase_text(struct cg_phrase *phrase, const char *string) {
    cg_phrase_bytes(phrase, cg_text_of(string));
}

#endif
