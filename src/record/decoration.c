#include "decoration.h"

#include "claimgate/base/utf8.h"

#include <string.h>

/* Above ASCII, ranges of code points that hold marks alone. None lies above U+FFFF. */
static const struct {
    uint16_t first;
    uint16_t last;
} marks[] = {
    {0xA0, 0xA9},     {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},     {0xBB, 0xBB},
    {0xBF, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2000, 0x206F}, {0x20A0, 0x20CF},
    {0x2190, 0x245F}, {0x2500, 0x2775}, {0x2794, 0x2BFF}, {0x3000, 0x3004}, {0x3008, 0x3020},
    {0xFE00, 0xFE0F}, {0xFE30, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20},
    {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65},
};

/* Of control bytes those that end a line, a page, or a file of DOS. */
static bool is_ascii_mark(unsigned char byte) {
    static const char ends[] = {'\t', '\n', '\r', '\v', '\f', '\x1A'};
    const bool is_word =
        (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    return (byte >= ' ' && byte < 0x7F && !is_word) || memchr(ends, byte, sizeof ends) != NULL;
}

static bool is_mark(uint32_t point) {
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (point >= marks[i].first && point <= marks[i].last) {
            return true;
        }
    }
    return false;
}

bool cg_line_is_decoration(struct cg_text line) {
    uint32_t at = 0;
    uint32_t quotes = 0;
    while (at < line.len) {
        const size_t len = cg_utf8_char_bytes(line.ptr + at, line.len - at);
        const bool passes = len == 1   ? is_ascii_mark((unsigned char)line.ptr[at])
                            : len == 0 ? false
                                       : is_mark(cg_utf8_point(line.ptr + at, len));
        if (!passes) {
            return false;
        }
        quotes += line.ptr[at] == '"';
        at += (uint32_t)len;
    }
    return quotes % 2 == 0;
}

bool cg_line_is_blank(struct cg_text line, char delimiter) {
    for (uint32_t i = 0; i < line.len; i++) {
        char byte = line.ptr[i];
        if ((byte != ' ' && byte != '\t') || byte == delimiter) {
            return false;
        }
    }
    return true;
}

uint32_t cg_line_ends_in(struct cg_text record) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < record.len; i++) {
        bool ends_crlf = i > 0 && record.ptr[i - 1] == '\r';
        count += record.ptr[i] == '\r' || (record.ptr[i] == '\n' && !ends_crlf);
    }
    return count;
}

bool cg_line_wants_csv(struct cg_text text) {
    return memchr(text.ptr, '"', text.len) != NULL || memchr(text.ptr, '\0', text.len) != NULL;
}

uint8_t cg_line_end_bytes(struct cg_text text, uint32_t end) {
    if (end == text.len) {
        return 0;
    }
    bool is_crlf = text.ptr[end] == '\r' && end + 1 < text.len && text.ptr[end + 1] == '\n';
    return is_crlf ? 2 : 1;
}
