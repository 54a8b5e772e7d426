/*
 * UTF-8 (RFC 3629): telling well-formed text from other bytes, and showing both to people.
 *
 * Pure functions, no memory.
 */
#ifndef CLAIMGATE_BASE_UTF8_H
#define CLAIMGATE_BASE_UTF8_H

#include "claimgate/base/text.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character that starts at `bytes`, 1 to 4; 0 where there is none
 * (overlong forms, surrogates, code points past U+10FFFF, a character cut short, len_bytes 0). */
size_t cg_utf8_char_bytes(const char *bytes, size_t len_bytes);

/* The code point of one character of at most three bytes; 0 for others. */
uint32_t cg_utf8_point(const char *bytes, size_t len);

/* Copy `text` for a terminal: bytes that would move the cursor or end the line, or are no UTF-8,
 * are written \xNN; characters that turn the writing direction or cannot be seen by their code
 * point, <U+200B>. Text that does not fit ends in "...". `out_bytes` is at least 4. Returns the
 * length without the closing NUL. */
size_t cg_utf8_show(char *out, size_t out_bytes, const char *text);
size_t cg_utf8_show_text(char *out, size_t out_bytes, struct cg_text text);

#endif
