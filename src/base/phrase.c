#include "claimgate/base/phrase.h"

#include "claimgate/base/date.h"

struct cg_text cg_phrase_digits(uint64_t number, char out[CG_DIGITS_BYTES]) {
    uint32_t start = CG_DIGITS_BYTES;
    do {
        out[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct cg_text){out + start, CG_DIGITS_BYTES - start};
}

struct cg_phrase cg_phrase_start(char *out, size_t capacity_bytes) {
    return (struct cg_phrase){.next = out, .end = out + capacity_bytes - 1};
}

void cg_phrase_fill(struct cg_phrase *phrase, const char *bytes) {
    size_t fits = (size_t)(phrase->end - phrase->next);
    while (fits > 0 && ((unsigned char)bytes[fits] & 0xc0) == 0x80) { /* inside a character */
        fits--;
    }
    memcpy(phrase->next, bytes, fits);
    phrase->next += fits;
    phrase->end = phrase->next; /* a shorter piece behind it must not follow */
}

void cg_phrase_number(struct cg_phrase *phrase, uint64_t number) {
    char digits[CG_DIGITS_BYTES];
    cg_phrase_bytes(phrase, cg_phrase_digits(number, digits));
}

void cg_phrase_date(struct cg_phrase *phrase, int32_t day_no) {
    char date[CG_DATE_TEXT_BYTES];
    cg_phrase_text(phrase, cg_date_format(day_no, date));
}

void cg_phrase_end(struct cg_phrase *phrase) {
    *phrase->next = '\0';
}
