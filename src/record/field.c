#include "claimgate/record/field.h"

#include "claimgate/base/utf8.h"

#include <endian.h>
#include <stddef.h>

static char to_upper(char byte) {
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

bool cg_field_integer(struct cg_text text, uint64_t max, uint64_t *out) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        if (!cg_is_digit(text.ptr[i])) {
            return false;
        }
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
        if (value > max) { /* max is below 10^18, so the next step cannot overflow either */
            return false;
        }
    }
    *out = value;
    return text.len > 0;
}

/* Without a ".0", ".00" ... at its end, which a number has that passed through a spreadsheet or a
 * data frame. */
static __attribute__((noinline)) struct cg_text whole_part(struct cg_text text) {
    const char *point = text.len > 0 ? memchr(text.ptr, '.', text.len) : NULL;
    const uint32_t whole = point == NULL ? text.len : (uint32_t)(point - text.ptr);
    bool zeros = whole + 1 < text.len;
    for (uint32_t at = whole + 1; at < text.len; at++) {
        zeros = zeros && text.ptr[at] == '0';
    }
    return (struct cg_text){text.ptr, zeros ? whole : text.len};
}

bool cg_field_whole(struct cg_text text, uint64_t max, uint64_t *out) {
    return cg_field_integer(text, max, out) ||
           (text.len > 2 && cg_field_integer(whole_part(text), max, out));
}

/* A number up to its exponent: a sign, digits, and perhaps a point or comma with more of them. */
static uint32_t skip_mantissa(struct cg_text text, bool *pointed) {
    uint32_t at = text.ptr[0] == '-' || text.ptr[0] == '+';
    const uint32_t first_digit = at;
    *pointed = false;
    while (at < text.len && (cg_is_digit(text.ptr[at]) ||
                             (!*pointed && (text.ptr[at] == '.' || text.ptr[at] == ',')))) {
        *pointed = *pointed || !cg_is_digit(text.ptr[at]);
        at++;
    }
    return at == first_digit || !cg_is_digit(text.ptr[first_digit]) ? text.len : at;
}

/* Only what a program writes for a number has a point before the E or a sign behind it; 2025E14 may
 * be anybody's id. */
static __attribute__((noinline)) bool has_exponent(struct cg_text text) {
    bool pointed;
    uint32_t at = skip_mantissa(text, &pointed);
    if (at == text.len || to_upper(text.ptr[at]) != 'E') {
        return false;
    }
    at++;
    const bool is_signed = at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-');
    const uint32_t digits = at + is_signed;
    at = digits;
    while (at < text.len && cg_is_digit(text.ptr[at])) {
        at++;
    }
    return at == text.len && at > digits && (pointed || is_signed);
}

/* Such a number begins with a sign or a digit. An exponent has one to three digits and perhaps a
 * sign, so that the E is one of four bytes. */
bool cg_field_is_exponent(struct cg_text text) {
    uint32_t four;
    if (text.len == 0 || text.ptr[0] > '9') {
        return false;
    }
    if (text.len < 5) {
        return has_exponent(text);
    }
    memcpy(&four, text.ptr + text.len - 5, sizeof four);
    const uint32_t differs = (four | UINT32_C(0x20202020)) ^ UINT32_C(0x65656565); /* 'e' */
    const bool has_e = ((differs - UINT32_C(0x01010101)) & ~differs & UINT32_C(0x80808080)) != 0;
    return __builtin_expect(has_e, false) && has_exponent(text);
}

uint16_t cg_field_units(struct cg_text text) {
    uint32_t units = 0;
    uint32_t at = 0;
    while (at < text.len && cg_is_digit(text.ptr[at]) && units <= CG_UNITS_MAX) {
        units = units * 10 + (uint32_t)(text.ptr[at] - '0');
        at++;
    }
    bool good = at > 0 && units <= CG_UNITS_MAX;
    if (at < text.len) { /* ".0", ".00" ... */
        good = good && text.ptr[at] == '.' && at + 1 < text.len;
        for (at++; at < text.len; at++) {
            good = good && text.ptr[at] == '0';
        }
    }
    return good ? (uint16_t)units : 0;
}

uint16_t cg_field_negative_units(struct cg_text text) {
    if (text.len < 2) {
        return 0;
    }
    const char first = text.ptr[0];
    const char last = text.ptr[text.len - 1];
    const uint32_t before = first == '-' || first == '(';
    const uint32_t behind = last == '-' || last == ')';
    const bool fits = (first == '(') == (last == ')') && (first == '(' || before + behind == 1);
    const struct cg_text number = {text.ptr + before, text.len - before - behind};
    return fits && before + behind < text.len ? cg_field_units(cg_text_trim(number)) : 0;
}

/* Digits, a point, and noughts alone behind it. */
static bool is_whole_with_point(struct cg_text text) {
    uint32_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    uint32_t end = text.len;
    while (end > digits && text.ptr[end - 1] == '0') {
        end--;
    }
    return digits > 0 && end < text.len && end == digits + 1 && text.ptr[digits] == '.';
}

static bool has_blank_of_unicode(struct cg_text text) {
    for (uint32_t i = 0; i < text.len; i++) {
        if ((signed char)text.ptr[i] < 0 &&
            cg_text_blank_bytes((struct cg_text){text.ptr + i, text.len - i}) > 0) {
            return true;
        }
    }
    return false;
}

static bool is_noughts(struct cg_text text) {
    uint64_t number = 1;
    return cg_field_integer(text, 0, &number) && number == 0;
}

bool cg_field_is_odd_id(struct cg_text text) {
    return is_noughts(text) ||
           (text.len > 1 && (text.ptr[0] == '=' || text.ptr[0] == '\'' ||
                             is_whole_with_point(text) || has_blank_of_unicode(text)));
}

enum { NPI_DIGITS = 10 };

/* Ten digits, the first from `low` to `high`, with a good check digit; 0 for anything else. The
 * last eight are worked on together, one in each byte of a word, for every line has one or two
 * NPIs. */
static inline uint64_t checked_npi(struct cg_text text, char low, char high) {
    if (text.len != NPI_DIGITS || text.ptr[0] < low || text.ptr[0] > high ||
        !cg_is_digit(text.ptr[1])) {
        return 0;
    }
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t of_pairs = UINT64_C(0x0001000100010001);
    uint64_t digits;
    memcpy(&digits, text.ptr + 2, sizeof digits);
    digits = le64toh(digits) ^ ones * '0';
    if (((digits | (digits + ones * 0x76)) & ones * 0x80) != 0) { /* above nine */
        return 0;
    }
    const uint32_t first = (uint32_t)(text.ptr[0] - '0');
    const uint32_t second = (uint32_t)(text.ptr[1] - '0');
    /* Luhn: the first of each pair counts twice, and less nine when that is above nine. */
    const uint64_t firsts = digits & of_pairs * 0xff;
    const uint64_t above_four = (firsts + of_pairs * (0x80 - 5)) >> 7 & of_pairs;
    const uint64_t counts = digits + firsts - above_four * 9;
    const uint32_t sum = 24U /* what the prefix 80840 adds */ + first * 2 - (first > 4 ? 9 : 0) +
                         second + (uint32_t)(counts * ones >> 56);
    if (sum % 10 != 0) {
        return 0;
    }
    const uint64_t pairs = (digits * 10 + (digits >> 8)) & of_pairs * 0xff;
    const uint64_t fours = (pairs * 100 + (pairs >> 16)) & UINT64_C(0x0000ffff0000ffff);
    const uint64_t eight = (fours * 10000 + (fours >> 32)) & UINT64_C(0xffffffff);
    return (uint64_t)(first * 10 + second) * 100000000 + eight;
}

uint64_t cg_field_npi(struct cg_text text) {
    return checked_npi(text.len > NPI_DIGITS ? whole_part(text) : text, '1', '2');
}

uint64_t cg_field_test_npi(struct cg_text text) {
    return checked_npi(whole_part(text), '0', '9');
}

bool cg_field_decimal(struct cg_text text, int decimals, int64_t *out) {
    enum { WHOLE_MAX_DIGITS = 9 };
    int64_t value = 0;
    uint32_t i = 0;
    for (; i < text.len && cg_is_digit(text.ptr[i]); i++) {
        if (i >= WHOLE_MAX_DIGITS) {
            return false;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    if (i == 0) {
        return false;
    }
    int places = 0;
    if (i < text.len) {
        if (text.ptr[i] != '.' || i + 1 == text.len) {
            return false;
        }
        for (i++; i < text.len; i++, places++) {
            if (!cg_is_digit(text.ptr[i]) || places == decimals) {
                return false;
            }
            value = value * 10 + (text.ptr[i] - '0');
        }
    }
    for (; places < decimals; places++) {
        value *= 10;
    }
    *out = value;
    return true;
}

/* Letters are 1 to 26 and digits 27 to 36, so that no modifier is 0. */
static uint16_t modifier_symbol(char byte) {
    char upper = to_upper(byte);
    if (upper >= 'A' && upper <= 'Z') {
        return (uint16_t)(upper - 'A' + 1);
    }
    return cg_is_digit(upper) ? (uint16_t)(upper - '0' + 27) : 0;
}

static char modifier_letter(uint16_t symbol) {
    return symbol <= 26 ? (char)('A' + symbol - 1) : (char)('0' + symbol - 27);
}

uint16_t cg_field_modifier(struct cg_text text) {
    if (text.len != 2) {
        return 0;
    }
    uint16_t first = modifier_symbol(text.ptr[0]);
    uint16_t second = modifier_symbol(text.ptr[1]);
    return first == 0 || second == 0 ? 0 : (uint16_t)(first * 37 + second);
}

enum { MODIFIER_BITS = 11, MODIFIER_MASK = (1 << MODIFIER_BITS) - 1 };

uint64_t cg_modifiers_append(uint64_t modifiers, uint16_t modifier) {
    return modifier == 0 ? modifiers : modifiers << MODIFIER_BITS | modifier;
}

bool cg_modifiers_contain(uint64_t modifiers, uint16_t modifier) {
    for (; modifiers != 0; modifiers >>= MODIFIER_BITS) {
        if ((modifiers & MODIFIER_MASK) == modifier) {
            return true;
        }
    }
    return false;
}

uint64_t cg_modifiers_of(struct cg_text text) {
    uint64_t modifiers = 0;
    for (uint32_t at = 0; at + 2 <= text.len; at += 3) {
        modifiers =
            cg_modifiers_append(modifiers, cg_field_modifier((struct cg_text){text.ptr + at, 2}));
    }
    return modifiers;
}

const char *cg_modifiers_text(uint64_t modifiers, char out[CG_MODIFIERS_TEXT_BYTES]) {
    size_t len = 0;
    for (int place = CG_MODIFIERS_MAX - 1; place >= 0; place--) {
        uint16_t modifier = (uint16_t)(modifiers >> (place * MODIFIER_BITS) & MODIFIER_MASK);
        if (modifier == 0) {
            continue;
        }
        if (len > 0) {
            out[len++] = ':';
        }
        out[len++] = modifier_letter(modifier / 37);
        out[len++] = modifier_letter(modifier % 37);
    }
    out[len] = '\0';
    return out;
}

/* The letters among eight bytes in upper case, all at once: in the top bit of each byte, those from
 * 'a' on less those above 'z'. Bytes of 0x80 and above are no letters. */
static uint64_t upper_of_eight(uint64_t bytes) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = bytes & ones * 0x7f;
    uint64_t letters = (low + ones * (0x80 - 'a')) & ~(low + ones * (0x7f - 'z')) & ~bytes;
    return bytes - ((letters & ones * 0x80) >> 2);
}

uint64_t cg_field_procedure(struct cg_text text) {
    uint32_t first;
    if (text.len != 5) {
        return 0;
    }
    memcpy(&first, text.ptr, sizeof first);
    return upper_of_eight((uint64_t)be32toh(first) << 8 | (unsigned char)text.ptr[4]);
}

const char *cg_procedure_text(uint64_t procedure, char out[6]) {
    for (int i = 0; i < 5; i++) {
        out[i] = (char)(procedure >> (8 * (4 - i)) & 0xff);
    }
    out[5] = '\0';
    return out;
}

/* True when eight bytes are all from U+0020 to U+007E. Where one is not, a borrow or carry may
 * blame its neighbour, but the answer is false all the same. */
static bool are_printable(const char *eight) {
    uint64_t bytes;
    memcpy(&bytes, eight, sizeof bytes);
    uint64_t below = bytes - UINT64_C(0x2020202020202020);
    uint64_t above = bytes + UINT64_C(0x0101010101010101);
    return ((bytes | below | above) & UINT64_C(0x8080808080808080)) == 0;
}

static bool is_clean_from(struct cg_text text, size_t at) {
    while (at < text.len) {
        unsigned char byte = (unsigned char)text.ptr[at];
        if (byte < 0x20 || byte == 0x7f) {
            return false;
        }
        size_t step = byte < 0x80 ? 1 : cg_utf8_char_bytes(text.ptr + at, text.len - at);
        if (step == 0) {
            return false;
        }
        at += step;
    }
    return true;
}

/* The last eight bytes overlap those before them, so that the usual id is two looks. */
bool cg_field_is_clean(struct cg_text text) {
    if (text.len >= 8 && text.len <= 16 && are_printable(text.ptr) &&
        are_printable(text.ptr + text.len - 8)) {
        return true;
    }
    size_t at = 0;
    while (text.len - at >= 8 && are_printable(text.ptr + at)) {
        at += 8;
    }
    return is_clean_from(text, at);
}

uint32_t cg_field_fold(struct cg_text text, char *out, uint32_t capacity) {
    uint32_t len = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == ' ' || byte == '\t' || byte == '-') {
            continue;
        }
        if (len == capacity) {
            return 0;
        }
        out[len++] = to_upper(byte);
    }
    return len;
}
