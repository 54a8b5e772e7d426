/*
 * A view of bytes that somebody else owns. Not NUL-terminated; may hold any byte.
 */
#ifndef CLAIMGATE_BASE_TEXT_H
#define CLAIMGATE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct cg_text {
    const char *ptr;
    uint32_t len;
};

static inline bool cg_text_equal(struct cg_text a, struct cg_text b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Letter case of A to Z is ignored; other bytes compare exactly. */
static inline bool cg_text_equal_nocase(struct cg_text a, struct cg_text b) {
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* Of ASCII. */
static inline bool cg_is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* A to Z as small letters; other bytes as they are. */
static inline char cg_small_letter(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* The text of a NUL-terminated string. */
static inline struct cg_text cg_text_of(const char *string) {
    struct cg_text text = {string, (uint32_t)strlen(string)};
    return text;
}

static inline bool cg_text_is(struct cg_text text, const char *string) {
    return cg_text_equal(text, cg_text_of(string));
}

/* The view without the blanks at its ends, whatever they are: for cg_text_trim. */
struct cg_text cg_text_trim_any(struct cg_text text);

/* Bytes of the blank, as below, that starts the text; 0: none does. */
uint32_t cg_text_blank_bytes(struct cg_text text);

/* A blank is a space, a tab, or any other character that leaves no ink: U+00A0 and the other white
 * space of Unicode, and what has no width. Returns the view without the blanks at its ends. Nearly
 * no field has any, which two comparisons tell: bytes of other alphabets are negative here. */
static inline struct cg_text cg_text_trim(struct cg_text text) {
    if (text.len == 0 ||
        ((signed char)text.ptr[0] > ' ' && (signed char)text.ptr[text.len - 1] > ' ')) {
        return text;
    }
    return cg_text_trim_any(text);
}

#endif
