#include "claimgate/phrase.h"

#include "claimgate/date.h"

struct cg_text cg_phrase_digits(uint64_t number, char out[CG_DIGITS_BYTES]) {
    uint32_t start = CG_DIGITS_BYTES;
    do {
        out[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct cg_text){out + start, CG_DIGITS_BYTES - start};
}

struct cg_phrase cg_phrase_start(char *out, size_t capacity_bytes) {
    return (struct cg_phrase){out, capacity_bytes - 1};
}

void cg_phrase_bytes(struct cg_phrase *phrase, struct cg_text bytes) {
    size_t fits = bytes.len < phrase->room_bytes ? bytes.len : phrase->room_bytes;
    if (fits > 0) {
        memcpy(phrase->out, bytes.ptr, fits);
        phrase->out += fits;
        phrase->room_bytes -= fits;
    }
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
    *phrase->out = '\0';
}
