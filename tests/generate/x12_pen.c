#include "x12_pen.h"

#include <stdarg.h>
#include <stddef.h>

void cg_mock_x12_put(struct cg_mock_x12_pen *pen, const char *template, ...) {
    char *at = pen->at;
    va_list texts;
    va_start(texts, template);
    for (const char *next = template; *next != '\0'; next++) {
        if (*next == '%') {
            for (const char *text = va_arg(texts, const char *); *text != '\0'; text++) {
                *at++ = *text;
            }
        } else if (*next == '*') {
            *at++ = pen->separators.element;
        } else if (*next == ':') {
            *at++ = pen->separators.component;
        } else if (*next == '~') {
            *at++ = pen->separators.terminator;
            for (const char *text = pen->separators.line_end; *text != '\0'; text++) {
                *at++ = *text;
            }
            pen->segments++;
        } else {
            *at++ = *next;
        }
    }
    va_end(texts);
    pen->at = at;
}

const char *cg_mock_x12_number(char out[CG_MOCK_X12_NUMBER_BYTES], uint64_t number, int width) {
    char digits[CG_MOCK_X12_NUMBER_BYTES];
    int count = 0;
    while (number > 0 || count < width) {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    }
    for (int i = 0; i < count; i++) {
        out[i] = digits[count - 1 - i];
    }
    out[count] = '\0';
    return out;
}

/* Without a nought at the end, as the standard wants it. */
const char *cg_mock_x12_cents(char out[CG_MOCK_X12_NUMBER_BYTES], uint64_t cents) {
    size_t len = 0;
    cg_mock_x12_number(out, cents / 100, 1);
    while (out[len] != '\0') {
        len++;
    }
    if (cents % 100 != 0) {
        out[len++] = '.';
        out[len++] = (char)('0' + cents % 100 / 10);
        if (cents % 10 != 0) {
            out[len++] = (char)('0' + cents % 10);
        }
        out[len] = '\0';
    }
    return out;
}

const char *cg_mock_x12_day(char out[CG_MOCK_X12_DAY_BYTES], int32_t day) {
    const struct cg_civil civil = cg_date_to_civil(day);
    uint32_t number =
        (uint32_t)civil.year * 10000 + (uint32_t)civil.month * 100 + (uint32_t)civil.day;
    for (int i = CG_MOCK_X12_DAY_BYTES - 2; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    out[CG_MOCK_X12_DAY_BYTES - 1] = '\0';
    return out;
}
