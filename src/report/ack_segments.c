#include "ack_segments.h"

#include "claimgate/base/date.h"

#include <inttypes.h>
#include <stdio.h>

static void put_bytes(struct cg_ack_text *text, const char *bytes, size_t len) {
    text->failed |= !cg_buffer_append(&text->bytes, bytes, len);
}

void cg_ack_begin(struct cg_ack_text *text, const char *name) {
    put_bytes(text, name, strlen(name));
    text->end = text->bytes.len_bytes;
}

static void put_element(struct cg_ack_text *text, const char *bytes, size_t len) {
    put_bytes(text, "*", 1);
    put_bytes(text, bytes, len);
    text->end = len > 0 ? text->bytes.len_bytes : text->end;
}

void cg_ack_put(struct cg_ack_text *text, struct cg_text value) {
    put_element(text, value.ptr, value.len);
    for (uint32_t i = 0; i < value.len && !text->failed; i++) {
        char *byte = &text->bytes.data[text->bytes.len_bytes - value.len + i];
        const bool parts = memchr("*:^~", *byte, 4) != NULL;
        *byte = parts || (unsigned char)*byte < ' ' ? ' ' : *byte;
    }
}

void cg_ack_put_word(struct cg_ack_text *text, const char *word) {
    put_element(text, word, strlen(word));
}

void cg_ack_put_number(struct cg_ack_text *text, uint64_t number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    cg_ack_put_word(text, digits);
}

void cg_ack_put_day(struct cg_ack_text *text, int32_t day_no) {
    char digits[16];
    const struct cg_civil civil = cg_date_to_civil(day_no);
    snprintf(digits, sizeof digits, "%04d%02d%02d", civil.year, civil.month, civil.day);
    cg_ack_put_word(text, digits);
}

void cg_ack_put_amount(struct cg_ack_text *text, int64_t amount) {
    enum { SCALE = 10000 };
    char digits[32];
    const uint64_t size = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
    int len = snprintf(digits, sizeof digits, "%s%" PRIu64 ".%04" PRIu64, amount < 0 ? "-" : "",
                       size / SCALE, size % SCALE);
    while (digits[len - 1] == '0') {
        len--;
    }
    len -= digits[len - 1] == '.';
    put_element(text, digits, (size_t)len);
}

void cg_ack_skip(struct cg_ack_text *text, uint32_t elements) {
    for (; elements > 0; elements--) {
        put_bytes(text, "*", 1);
    }
}

void cg_ack_end(struct cg_ack_text *text) {
    if (!text->failed) {
        text->bytes.len_bytes = text->end;
    }
    put_bytes(text, "~\n", 2);
    text->segments++;
}
