#include "claimgate/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* With control characters of ASCII and of Latin-1, line separators and bidirectional marks a file
 * name could forge a message of ours; what has no width (U+200B to U+200F, U+2060, and U+FEFF, a
 * byte order mark in a wrong place) would hide why a column is not found. */
static bool is_harmless(const char *bytes, size_t char_bytes) {
    const unsigned char *c = (const unsigned char *)bytes;
    if (char_bytes == 1) {
        return c[0] >= 0x20 && c[0] != 0x7F;
    }
    if (char_bytes == 2) {
        return !(c[0] == 0xC2 && c[1] < 0xA0);
    }
    if (char_bytes == 3 && c[0] == 0xE2) {
        bool no_width = c[1] == 0x80 && c[2] >= 0x8B && c[2] <= 0x8F;
        bool separator_or_embedding = c[1] == 0x80 && c[2] >= 0xA8 && c[2] <= 0xAE;
        bool joiner_or_isolate = c[1] == 0x81 && c[2] >= 0xA0 && c[2] <= 0xA9;
        return !no_width && !separator_or_embedding && !joiner_or_isolate;
    }
    bool is_bom = char_bytes == 3 && c[0] == 0xEF && c[1] == 0xBB && c[2] == 0xBF;
    return char_bytes != 0 && !is_bom;
}

size_t cg_utf8_show(char *out, size_t out_bytes, const char *text) {
    static const char hex[] = "0123456789abcdef";
    static const char more[] = "...";
    size_t room = out_bytes - 1;
    size_t len = 0;
    size_t cut_at = 0; /* the last end of a character that leaves room for `more` */
    size_t text_bytes = strlen(text);
    for (size_t i = 0; i < text_bytes;) {
        size_t char_bytes = cg_utf8_char_bytes(text + i, text_bytes - i);
        char escape[] = {'\\', 'x', hex[(unsigned char)text[i] >> 4], hex[text[i] & 0xF]};
        bool as_is = is_harmless(text + i, char_bytes);
        const char *piece = as_is ? text + i : escape;
        size_t piece_bytes = as_is ? char_bytes : sizeof escape;
        if (piece_bytes > room - len) {
            memcpy(out + cut_at, more, sizeof more);
            return cut_at + sizeof more - 1;
        }
        memcpy(out + len, piece, piece_bytes);
        len += piece_bytes;
        i += as_is ? char_bytes : 1;
        if (len + sizeof more - 1 <= room) {
            cut_at = len;
        }
    }
    out[len] = '\0';
    return len;
}
