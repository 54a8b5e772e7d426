#include "claimgate/base/utf8.h"

#include "claimgate/base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPE_BYTES = 16 };

static bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/* The second byte carries the bounds that rule out overlong forms, surrogates and code points past
 * U+10FFFF (RFC 3629, section 4). */
static bool second_byte_fits(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return is_continuation(second);
    }
}

size_t cg_utf8_char_bytes(const char *bytes, size_t len_bytes) {
    if (len_bytes == 0) {
        return 0;
    }
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length > len_bytes || !second_byte_fits(first, (unsigned char)bytes[1])) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!is_continuation((unsigned char)bytes[i])) {
            return 0;
        }
    }
    return length;
}

uint32_t cg_utf8_point(const char *bytes, size_t len) {
    const unsigned char first = (unsigned char)bytes[0];
    if (len == 1 && first < 0x80) {
        return first;
    }
    if (len == 2 && first >= 0xC2 && first < 0xE0 && is_continuation((unsigned char)bytes[1])) {
        return (uint32_t)(first & 0x1F) << 6 | ((unsigned char)bytes[1] & 0x3F);
    }
    if (len == 3 && first >= 0xE0 && first < 0xF0 && is_continuation((unsigned char)bytes[1]) &&
        is_continuation((unsigned char)bytes[2])) {
        return (uint32_t)(first & 0x0F) << 12 | (uint32_t)((unsigned char)bytes[1] & 0x3F) << 6 |
               ((unsigned char)bytes[2] & 0x3F);
    }
    return 0;
}

/* With control characters of ASCII and of Latin-1, line separators and bidirectional marks a file
 * name could forge a message of ours; what has no width, or looks like a space and is none, would
 * hide why a column is not found. */
static bool is_harmless(const char *bytes, size_t char_bytes) {
    const unsigned char *c = (const unsigned char *)bytes;
    if (char_bytes == 1) {
        return c[0] >= 0x20 && c[0] != 0x7F;
    }
    if (char_bytes == 2 && c[0] == 0xC2 && c[1] < 0xA0) {
        return false;
    }
    return char_bytes != 0 &&
           cg_text_blank_bytes((struct cg_text){bytes, (uint32_t)char_bytes}) == 0;
}

/* How a character that is not shown is written: "\x1b", or "<U+200B>" where it is one of UTF-8,
 * all of which have three bytes at most. */
static size_t write_escape(const char *bytes, size_t char_bytes, char out[ESCAPE_BYTES]) {
    return char_bytes < 2
               ? (size_t)snprintf(out, ESCAPE_BYTES, "\\x%02x", (unsigned)(unsigned char)bytes[0])
               : (size_t)snprintf(out, ESCAPE_BYTES, "<U+%04" PRIX32 ">",
                                  cg_utf8_point(bytes, char_bytes));
}

size_t cg_utf8_show_text(char *out, size_t out_bytes, struct cg_text text) {
    static const char more[] = "...";
    size_t room = out_bytes - 1;
    size_t len = 0;
    size_t cut_at = 0; /* the last end of a character that leaves room for `more` */
    for (size_t i = 0; i < text.len;) {
        size_t char_bytes = cg_utf8_char_bytes(text.ptr + i, text.len - i);
        char escape[ESCAPE_BYTES];
        bool as_is = is_harmless(text.ptr + i, char_bytes);
        const char *piece = as_is ? text.ptr + i : escape;
        size_t piece_bytes = as_is ? char_bytes : write_escape(text.ptr + i, char_bytes, escape);
        if (piece_bytes > room - len) {
            memcpy(out + cut_at, more, sizeof more);
            return cut_at + sizeof more - 1;
        }
        memcpy(out + len, piece, piece_bytes);
        len += piece_bytes;
        i += char_bytes == 0 ? 1 : char_bytes;
        if (len + sizeof more - 1 <= room) {
            cut_at = len;
        }
    }
    out[len] = '\0';
    return len;
}

size_t cg_utf8_show(char *out, size_t out_bytes, const char *text) {
    return cg_utf8_show_text(out, out_bytes, cg_text_of(text));
}
