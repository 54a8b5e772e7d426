/*
 * The cell is folded first: letters to upper case, wide forms to their ASCII letters, everything
 * else to a blank. What is left are words. A word is the policy's code, or the code with something
 * glued to it, or it looks like the code; where no word by itself is, all of them together may be
 * ("H 0038"). Only a word that begins the cell may merely look like a code: what follows is free
 * text, in which a year looks like H2025.
 *
 * Digits alone are another matter, for a drug's or a claim's number may hold any five of them.
 */
#include "claimgate/rules/procedure_code.h"

#include "claimgate/base/utf8.h"
#include "claimgate/record/field.h"

#include <stddef.h>

enum {
    LOOKED_AT_BYTES = 256,
    CODE_LETTERS = 5,
    GLUED_LETTERS_MAX = 2 * CG_MODIFIERS_MAX,
};

/* A cell as words of A to Z and 0 to 9 with one blank between them. */
struct folded {
    char letters[LOOKED_AT_BYTES];
    uint32_t len;
    bool disguised; /* a letter of another alphabet that looks like one of ours was among them */
};

static bool is_letter(char byte) {
    return cg_is_digit(byte) || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* Cyrillic and Greek letters, in UTF-8, and the letter that a person takes them for. */
static const struct {
    char bytes[3];
    char letter;
} disguises[] = {
    {"\xD0\x90", 'A'}, {"\xD0\x92", 'B'}, {"\xD0\x95", 'E'}, {"\xD0\x9A", 'K'}, {"\xD0\x9C", 'M'},
    {"\xD0\x9D", 'H'}, {"\xD0\x9E", 'O'}, {"\xD0\xA0", 'P'}, {"\xD0\xA1", 'C'}, {"\xD0\xA2", 'T'},
    {"\xD0\xA5", 'X'}, {"\xD0\x85", 'S'}, {"\xD0\x86", 'I'}, {"\xD0\x88", 'J'}, {"\xD0\xBE", 'O'},
    {"\xD1\x81", 'C'}, {"\xD2\xBB", 'H'}, {"\xCE\x91", 'A'}, {"\xCE\x92", 'B'}, {"\xCE\x95", 'E'},
    {"\xCE\x96", 'Z'}, {"\xCE\x97", 'H'}, {"\xCE\x99", 'I'}, {"\xCE\x9A", 'K'}, {"\xCE\x9C", 'M'},
    {"\xCE\x9D", 'N'}, {"\xCE\x9F", 'O'}, {"\xCE\xA1", 'P'}, {"\xCE\xA4", 'T'}, {"\xCE\xA5", 'Y'},
    {"\xCE\xA7", 'X'}, {"\xCE\xBF", 'O'},
};

static char look_alike(const char *bytes) {
    for (size_t i = 0; i < sizeof disguises / sizeof disguises[0]; i++) {
        if (memcmp(disguises[i].bytes, bytes, 2) == 0) {
            return disguises[i].letter;
        }
    }
    return '\0';
}

/* The ASCII letter of a full-width form (U+FF10 to U+FF5A); NUL: another character. */
static char narrow(const char *bytes) {
    const unsigned char third = (unsigned char)bytes[2];
    const bool first_block = memcmp(bytes, "\xEF\xBC", 2) == 0;
    const bool second_block = memcmp(bytes, "\xEF\xBD", 2) == 0;
    if (!first_block && !second_block) {
        return '\0';
    }
    const char letter = (char)(first_block ? third - 0x90 + '0' : third - 0x80 + '`');
    return is_letter(letter) ? letter : '\0';
}

/* The digits nought of other scripts, each with its other nine behind it: of Arabic, Persian, N'Ko,
 * the scripts of India, Thai, Lao, Tibetan, Burmese, Khmer and Mongolian, and five kinds of
 * mathematical ones. */
static const uint32_t noughts[] = {
    0x0660, 0x06F0, 0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,
    0x0BE6, 0x0C66, 0x0CE6,  0x0D66,  0x0E50,  0x0ED0,  0x0F20,  0x1040,
    0x17E0, 0x1810, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
};

/* The code point of a well-formed character of two to four bytes. */
static uint32_t code_point(const char *character, size_t bytes) {
    uint32_t point = (unsigned char)character[0] & (0x7FU >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        point = point << 6 | ((unsigned char)character[i] & 0x3FU);
    }
    return point;
}

static char digit_of_script(const char *character, size_t bytes) {
    const uint32_t point = code_point(character, bytes);
    for (size_t i = 0; i < sizeof noughts / sizeof noughts[0]; i++) {
        if (point - noughts[i] < 10) {
            return (char)('0' + (point - noughts[i]));
        }
    }
    return '\0';
}

static char letter_at(struct cg_text text, uint32_t at, size_t bytes, bool *disguised) {
    const char *character = text.ptr + at;
    if (bytes == 1) {
        return is_letter(*character) ? *character : '\0';
    }
    char letter = bytes == 3 ? narrow(character) : '\0';
    if (letter == '\0') {
        letter = bytes == 2 ? look_alike(character) : '\0';
        letter = letter == '\0' ? digit_of_script(character, bytes) : letter;
        *disguised = *disguised || letter != '\0';
    }
    return letter;
}

/* No byte makes more than one letter or blank, so that all of them fit. */
static void fold(struct cg_text text, struct folded *out) {
    const uint32_t end = text.len < LOOKED_AT_BYTES ? text.len : LOOKED_AT_BYTES;
    bool parted = false;
    *out = (struct folded){.len = 0};
    for (uint32_t at = 0; at < end;) {
        const size_t whole = cg_utf8_char_bytes(text.ptr + at, end - at);
        const size_t bytes = whole == 0 ? 1 : whole;
        char letter = letter_at(text, at, bytes, &out->disguised);
        at += (uint32_t)bytes;
        if (letter == '\0') {
            parted = out->len > 0;
            continue;
        }
        if (parted) {
            out->letters[out->len++] = ' ';
        }
        parted = false;
        out->letters[out->len++] = letter >= 'a' ? (char)(letter - 'a' + 'A') : letter;
    }
}

static int code_at(const struct cg_policy *policy, const char *letters) {
    return cg_policy_procedure(policy, cg_field_procedure((struct cg_text){letters, CODE_LETTERS}));
}

static bool is_all_digits(struct cg_text word) {
    for (uint32_t i = 0; i < word.len; i++) {
        if (!cg_is_digit(word.ptr[i])) {
            return false;
        }
    }
    return true;
}

/* What may be glued to the front of a code: a code system's name, or a modifier. */
static bool may_lead(struct cg_text front) {
    static const char *const systems[] = {"", "HCPCS", "HCPC", "CPT", "CPT4", "HCPCSII"};
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        if (cg_text_is(front, systems[i])) {
            return true;
        }
    }
    return front.len == 2;
}

/* Modifiers may be glued to the back of it. */
static bool may_follow(uint32_t letters) {
    return letters % 2 == 0 && letters <= GLUED_LETTERS_MAX;
}

static const struct cg_code_found nothing = {CG_CODE_OTHER, -1};

/* A word in which a code stands, letter for letter. */
static struct cg_code_found find_within(const struct cg_policy *policy, struct cg_text word) {
    const bool number = is_all_digits(word);
    for (uint32_t at = 0; at + CODE_LETTERS <= word.len; at++) {
        const int procedure_no = code_at(policy, word.ptr + at);
        const uint32_t behind = word.len - at - CODE_LETTERS;
        if (procedure_no < 0 || (number && word.len > CODE_LETTERS + 2)) {
            continue;
        }
        const bool modifiers = behind % 2 == 0 && behind <= GLUED_LETTERS_MAX;
        const bool held =
            modifiers && (number ? at == 0 : may_lead((struct cg_text){word.ptr, at}));
        return (struct cg_code_found){held ? CG_CODE_HELD : CG_CODE_NEAR, procedure_no};
    }
    return nothing;
}

/* The digit that a letter is typed or read for. */
static char digit_for(char letter) {
    static const char pairs[] = "O0Q0D0I1L1Z2S5G6B8";
    for (const char *pair = pairs; *pair != '\0'; pair += 2) {
        if (*pair == letter) {
            return pair[1];
        }
    }
    return letter;
}

/* Five digits, or a letter and four, is a code of its own, as 55110 is beside S5110. */
static bool is_code_of_its_own(const char *letters) {
    return is_all_digits((struct cg_text){letters + 1, CODE_LETTERS - 1}) && letters[0] != 'I' &&
           letters[0] != 'O';
}

static bool looks_like(const char *letters, const char *code) {
    for (int i = 0; i < CODE_LETTERS; i++) {
        if (letters[i] != code[i] && digit_for(letters[i]) != digit_for(code[i])) {
            return false;
        }
    }
    return true;
}

static bool lacks_one(const char *letters, const char *code) {
    int same = 0;
    while (same < CODE_LETTERS - 1 && letters[same] == code[same]) {
        same++;
    }
    return memcmp(letters + same, code + same + 1, (size_t)(CODE_LETTERS - 1 - same)) == 0;
}

/* A letter and a number, for the code's digits were a number once, and lost their noughts. */
static bool lost_noughts(struct cg_text word, const char *code) {
    uint32_t digits = 0;
    while (digits + 1 < word.len && cg_is_digit(word.ptr[digits + 1])) {
        digits++;
    }
    const bool has_number = digits > 0 && digits < CODE_LETTERS - 2;
    const char *end = code + CODE_LETTERS - digits;
    return has_number && may_follow(word.len - 1 - digits) && word.ptr[0] == code[0] &&
           memcmp(word.ptr + 1, end, digits) == 0 &&
           strspn(code + 1, "0") >= CODE_LETTERS - 1 - digits;
}

/* Letters where digits belong, or the other way round; or one character less than a code has. */
static int find_misread(const struct cg_policy *policy, struct cg_text word) {
    char code[CODE_LETTERS + 1];
    uint64_t procedure = 1;
    const bool whole = word.len >= CODE_LETTERS && may_follow(word.len - CODE_LETTERS) &&
                       !is_code_of_its_own(word.ptr);
    const bool less = word.len >= CODE_LETTERS - 1 && may_follow(word.len - (CODE_LETTERS - 1)) &&
                      (word.len < CODE_LETTERS || !is_all_digits(word));
    for (int i = 0; procedure != 0 && i < CG_PROCEDURES_MAX; i++) {
        procedure = cg_policy_procedure_code(policy, (uint8_t)i);
        cg_procedure_text(procedure, code);
        if (procedure != 0 && ((whole && looks_like(word.ptr, code)) ||
                               (less && lacks_one(word.ptr, code)) || lost_noughts(word, code))) {
            return i;
        }
    }
    return -1;
}

/* One character more than a code. */
static int find_longer(const struct cg_policy *policy, struct cg_text word) {
    for (uint32_t skipped = 0; word.len == CODE_LETTERS + 1 && skipped < word.len; skipped++) {
        char letters[CODE_LETTERS];
        memcpy(letters, word.ptr, skipped);
        memcpy(letters + skipped, word.ptr + skipped + 1, CODE_LETTERS - skipped);
        const int procedure_no = code_at(policy, letters);
        if (procedure_no >= 0) {
            return procedure_no;
        }
    }
    return -1;
}

static struct cg_code_found find_like(const struct cg_policy *policy, struct cg_text word) {
    int procedure_no = find_misread(policy, word);
    procedure_no = procedure_no < 0 ? find_longer(policy, word) : procedure_no;
    return procedure_no < 0 ? nothing : (struct cg_code_found){CG_CODE_NEAR, procedure_no};
}

/* All words as one. */
static struct cg_text join(const struct folded *cell, char out[LOOKED_AT_BYTES]) {
    uint32_t len = 0;
    for (uint32_t i = 0; i < cell->len; i++) {
        if (cell->letters[i] != ' ') {
            out[len++] = cell->letters[i];
        }
    }
    return (struct cg_text){out, len};
}

/* The more telling of two. */
static struct cg_code_found better(struct cg_code_found a, struct cg_code_found b) {
    return b.likeness > a.likeness ? b : a;
}

static struct cg_code_found find_in_words(const struct cg_policy *policy,
                                          const struct folded *cell) {
    struct cg_code_found found = nothing;
    for (uint32_t at = 0, end; at < cell->len; at = end + 1) {
        for (end = at; end < cell->len && cell->letters[end] != ' ';) {
            end++;
        }
        const struct cg_text word = {cell->letters + at, end - at};
        found = better(found, find_within(policy, word));
        if (at == 0) {
            found = better(found, find_like(policy, word));
        }
    }
    return found;
}

/* What stands in code fields besides codes of five digits, or of a letter and four, and is none of
 * the policy's for certain: numbers that are longer than a code with one modifier (a drug's), and
 * codes of four digits and one of the letters that CPT ends codes with. They are as frequent as the
 * others in some files. */
static bool is_foreign(struct cg_text text) {
    uint32_t digits = 0;
    while (digits < text.len && cg_is_digit(text.ptr[digits])) {
        digits++;
    }
    return (digits == text.len && digits > CODE_LETTERS + 2) ||
           (digits == CODE_LETTERS - 1 && text.len == CODE_LETTERS &&
            memchr("AFMTU", text.ptr[digits], sizeof "AFMTU" - 1) != NULL);
}

struct cg_code_found cg_policy_find_code(const struct cg_policy *policy, struct cg_text text) {
    struct folded cell;
    char joined[LOOKED_AT_BYTES];
    if (is_foreign(text)) {
        return nothing;
    }
    fold(text, &cell);
    struct cg_code_found found = find_in_words(policy, &cell);
    const struct cg_text whole = join(&cell, joined);
    if (found.likeness != CG_CODE_HELD && whole.len < cell.len) {
        found = better(found, better(find_within(policy, whole), find_like(policy, whole)));
    }
    if (found.likeness == CG_CODE_HELD && cell.disguised) {
        found.likeness = CG_CODE_NEAR;
    }
    return found;
}
