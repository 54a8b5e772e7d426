#include "claimgate/base/text.h"

#include "claimgate/base/utf8.h"

#include <stddef.h>

/* Characters that take up no ink, as ranges of code points: Unicode's white space, those without
 * width, and the marks that turn the writing direction. None lies above U+FFFF. */
static const struct {
    uint16_t first;
    uint16_t last;
} blanks[] = {
    {'\t', '\t'},     {' ', ' '},       {0x85, 0x85},     {0xA0, 0xA0},     {0xAD, 0xAD},
    {0x034F, 0x034F}, {0x061C, 0x061C}, {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200F},
    {0x2028, 0x202F}, {0x205F, 0x206F}, {0x3000, 0x3000}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},
};

static bool continues(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static bool is_blank(uint32_t point) {
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        if (point >= blanks[i].first && point <= blanks[i].last) {
            return true;
        }
    }
    return false;
}

/* Bytes of the character that starts the text, by its first byte. */
static uint32_t first_bytes(struct cg_text text) {
    const unsigned char first = (unsigned char)text.ptr[0];
    const uint32_t bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return bytes < text.len ? bytes : text.len;
}

/* Bytes of the character that ends the text: back to one that continues nothing. */
static uint32_t last_bytes(struct cg_text text) {
    uint32_t bytes = 1;
    while (bytes < 3 && bytes < text.len && continues(text.ptr[text.len - bytes])) {
        bytes++;
    }
    return bytes;
}

uint32_t cg_text_blank_bytes(struct cg_text text) {
    const uint32_t bytes = text.len == 0 ? 0 : first_bytes(text);
    return bytes > 0 && is_blank(cg_utf8_point(text.ptr, bytes)) ? bytes : 0;
}

struct cg_text cg_text_trim_any(struct cg_text text) {
    while (text.len > 0) {
        const uint32_t bytes = first_bytes(text);
        if (!is_blank(cg_utf8_point(text.ptr, bytes))) {
            break;
        }
        text.ptr += bytes;
        text.len -= bytes;
    }
    while (text.len > 0) {
        const uint32_t bytes = last_bytes(text);
        if (!is_blank(cg_utf8_point(text.ptr + text.len - bytes, bytes))) {
            break;
        }
        text.len -= bytes;
    }
    return text;
}
