#include "claimgate/base/phrase.h"

#include "claimgate/base/assert.h"

#include <stdarg.h>

struct cg_text cg_phrase_digits(uint64_t number, char out[CG_DIGITS_BYTES]) {
    uint32_t start = CG_DIGITS_BYTES;
    do {
        out[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct cg_text){out + start, CG_DIGITS_BYTES - start};
}

struct cg_phrase cg_phrase_start(char *out, size_t capacity_bytes) {
    *out = '\0';
    return (struct cg_phrase){.next = out, .end = out + capacity_bytes - 1};
}

static void put(struct cg_phrase *say, struct cg_text text) {
    size_t fits = (size_t)(say->end - say->next);
    if (text.len > fits) {
        while (fits > 0 && ((unsigned char)text.ptr[fits] & 0xc0) == 0x80) { /* in a character */
            fits--;
        }
        text.len = (uint32_t)fits;
        say->end = say->next + fits; /* a shorter piece behind it must not follow */
    }
    if (text.len > 0) { /* an empty text may be NULL */
        memcpy(say->next, text.ptr, text.len);
        say->next += text.len;
    }
}

/* The value for what stands behind a '%'. Returns the rest of the format. */
static const char *put_value(struct cg_phrase *say, const char *kind, va_list *values) {
    char digits[CG_DIGITS_BYTES];
    if (*kind == 's') {
        put(say, cg_text_of(va_arg(*values, const char *)));
        return kind + 1;
    }
    if (*kind == 'u') {
        put(say, cg_phrase_digits(va_arg(*values, unsigned), digits));
        return kind + 1;
    }
    if (*kind == 'j') {
        put(say, cg_phrase_digits(va_arg(*values, uintmax_t), digits));
        return kind + strlen("ju");
    }
    CG_ASSERT(strncmp(kind, ".*s", 3) == 0);
    const int len = va_arg(*values, int);
    put(say, (struct cg_text){va_arg(*values, const char *), (uint32_t)len});
    return kind + strlen(".*s");
}

void cg_say(struct cg_phrase *say, const char *format, ...) {
    va_list values;
    va_start(values, format);
    for (const char *rest = format; *rest != '\0';) {
        if (*rest == '%') {
            rest = put_value(say, rest + 1, &values);
        } else {
            const char *value = strchrnul(rest, '%');
            put(say, (struct cg_text){rest, (uint32_t)(value - rest)});
            rest = value;
        }
    }
    va_end(values);
    *say->next = '\0';
}
