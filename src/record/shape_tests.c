#include "shape_tests.h"

#include "claimgate/base/utf8.h"
#include "claimgate/record/field.h"
#include "claimgate/record/shapes.h"

#include <string.h>

/* --- values --- */

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static uint32_t count_digits(struct cg_text value) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < value.len; i++) {
        count += cg_is_digit(value.ptr[i]);
    }
    return count;
}

bool cg_shape_is_mark(struct cg_text value, const char *word) {
    return cg_text_equal_nocase(value, cg_text_of(word));
}

bool cg_shape_is_hashes(struct cg_text value, const char *word) {
    uint32_t hashes = 0;
    (void)word;
    while (hashes < value.len && value.ptr[hashes] == '#') {
        hashes++;
    }
    return value.len > 0 && hashes == value.len;
}

bool cg_shape_is_blank(struct cg_text value, const char *word) {
    (void)word;
    return value.len == 0;
}

bool cg_shape_is_any(struct cg_text value, const char *word) {
    (void)word;
    return value.len > 0;
}

bool cg_shape_begins(struct cg_text value, const char *word) {
    return value.len > 1 && value.ptr[0] == word[0];
}

bool cg_shape_is_exponent(struct cg_text value, const char *word) {
    (void)word;
    return cg_field_is_exponent(value);
}

bool cg_shape_is_no_utf8(struct cg_text value, const char *word) {
    (void)word;
    for (uint32_t at = 0; at < value.len;) {
        const size_t len = cg_utf8_char_bytes(value.ptr + at, value.len - at);
        if (len == 0) {
            return true;
        }
        at += (uint32_t)len;
    }
    return false;
}

bool cg_shape_has_controls(struct cg_text value, const char *word) {
    return !cg_shape_is_no_utf8(value, word) && !cg_field_is_clean(value);
}

bool cg_shape_is_too_long(struct cg_text value, const char *word) {
    (void)word;
    return value.len > CG_ID_MAX_BYTES;
}

bool cg_shape_is_decimal_comma(struct cg_text value, const char *word) {
    const char *comma = value.len == 0 ? NULL : memchr(value.ptr, ',', value.len);
    (void)word;
    const uint32_t behind = comma == NULL ? 0 : value.len - (uint32_t)(comma - value.ptr) - 1;
    return comma != NULL && behind <= 2 && count_digits(value) == value.len - 1;
}

/* Digits in groups, with the same byte between them, and perhaps a fraction. */
bool cg_shape_is_grouped(struct cg_text value, const char *word) {
    uint32_t marks = 0;
    (void)word;
    for (uint32_t i = 0; i < value.len; i++) {
        if (!cg_is_digit(value.ptr[i])) {
            marks++;
            if (i == 0 || memchr(", '-.", value.ptr[i], 5) == NULL) {
                return false;
            }
        }
    }
    return marks > 0 && (marks > 1 || memchr(value.ptr, '.', value.len) == NULL);
}

bool cg_shape_is_signed(struct cg_text value, const char *word) {
    return value.len > 1 && value.ptr[0] == word[0] && cg_is_digit(value.ptr[1]);
}

bool cg_shape_is_fraction(struct cg_text value, const char *word) {
    (void)word;
    return value.len > 1 && count_digits(value) == value.len - 1 &&
           memchr(value.ptr, '.', value.len) != NULL;
}

bool cg_shape_has_words(struct cg_text value, const char *word) {
    (void)word;
    return value.len > 1 && cg_is_digit(value.ptr[0]) && is_letter(value.ptr[value.len - 1]);
}

bool cg_shape_is_ten_digits(struct cg_text value, const char *word) {
    return value.len == 10 && count_digits(value) == 10 && strchr(word, value.ptr[0]) != NULL;
}

bool cg_shape_is_other_number(struct cg_text value, const char *word) {
    (void)word;
    for (uint32_t i = 0; i < value.len; i++) {
        if (!cg_is_digit(value.ptr[i]) && !is_letter(value.ptr[i])) {
            return false;
        }
    }
    return value.len > 0 && count_digits(value) > 0;
}

/* --- records --- */

static bool contains(struct cg_text text, const char *bytes) {
    return memmem(text.ptr, text.len, bytes, strlen(bytes)) != NULL;
}

static uint32_t count_byte(struct cg_text text, char byte) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == byte;
    }
    return count;
}

static bool is_blank_byte(char byte) {
    return byte == ' ' || byte == '\t';
}

bool cg_shape_ends_in_delimiters(const struct cg_broken *broken) {
    const char delimiter = broken->binding->delimiter;
    uint32_t extra = broken->fields - broken->binding->column_count;
    if (broken->fault != CG_TOO_MANY_FIELDS) {
        return false;
    }
    for (uint32_t at = broken->text.len; at > 0 && extra > 0; at--) {
        const char byte = broken->text.ptr[at - 1];
        if (byte != delimiter && !is_blank_byte(byte)) {
            return false;
        }
        extra -= byte == delimiter;
    }
    return extra == 0;
}

bool cg_shape_has_other_delimiter(const struct cg_broken *broken) {
    static const char delimiters[] = ",;|\t";
    const uint32_t wanted = broken->binding->column_count - 1;
    if (broken->fault != CG_TOO_FEW_FIELDS || wanted < 2) {
        return false;
    }
    for (const char *other = delimiters; *other != '\0'; other++) {
        if (*other != broken->binding->delimiter && count_byte(broken->text, *other) == wanted) {
            return true;
        }
    }
    return false;
}

bool cg_shape_is_all_quoted(const struct cg_broken *broken) {
    const struct cg_text text = cg_text_trim(broken->text);
    return broken->fault == CG_TOO_FEW_FIELDS && broken->fields == 1 && text.len > 2 &&
           text.ptr[0] == '"' && text.ptr[text.len - 1] == '"' &&
           count_byte(text, broken->binding->delimiter) >= broken->binding->column_count - 1;
}

/* The lines behind an open quote belong to it, as far as they are broken too. */
enum { LINES_OF_ONE_RECORD = 32 };

bool cg_shape_is_broken_by_line_end(const struct cg_broken *broken) {
    if (broken->binding->multiline) {
        return false;
    }
    for (uint32_t back = 0; back <= broken->record_no && back < LINES_OF_ONE_RECORD; back++) {
        const struct cg_record *record = cg_batch_record(broken->batch, broken->record_no - back);
        if (record->malformed == CG_UNCLOSED_QUOTE) {
            const uint32_t opening = broken->record_no - back;
            return !contains(cg_batch_record_text(broken->batch, opening), "\\\"");
        }
        if (record->malformed == CG_WELL_FORMED) {
            return false;
        }
    }
    return false;
}

bool cg_shape_has_backslash_quotes(const struct cg_broken *broken) {
    return contains(broken->text, "\\\"");
}

bool cg_shape_has_blank_before_quote(const struct cg_broken *broken) {
    const char pattern[] = {broken->binding->delimiter, ' ', '"', '\0'};
    return broken->fault == CG_BROKEN_QUOTING && contains(broken->text, pattern);
}

bool cg_shape_has_broken_quoting(const struct cg_broken *broken) {
    return broken->fault == CG_BROKEN_QUOTING || broken->fault == CG_UNCLOSED_QUOTE;
}

bool cg_shape_is_short(const struct cg_broken *broken) {
    return broken->fault == CG_TOO_FEW_FIELDS;
}

bool cg_shape_has_too_many(const struct cg_broken *broken) {
    return broken->fault == CG_TOO_MANY_FIELDS;
}

bool cg_shape_has_nul(const struct cg_broken *broken) {
    return broken->fault == CG_NUL_BYTE;
}

uint32_t cg_shape_kind_of(int field) {
    static const uint32_t kinds[CG_FIELD_COUNT] = {
        [CG_FIELD_CLAIM_ID] = CG_HOLDS_ID,
        [CG_FIELD_CLAIM_LINE_NUMBER] = CG_HOLDS_LINE_NUMBER,
        [CG_FIELD_MEMBER_ID] = CG_HOLDS_ID,
        [CG_FIELD_CLAIM_LINE_START_DATE] = CG_HOLDS_DATE,
        [CG_FIELD_CLAIM_LINE_END_DATE] = CG_HOLDS_DATE,
        [CG_FIELD_HCPCS_CODE] = CG_HOLDS_PROCEDURE,
        [CG_FIELD_HCPCS_MODIFIER_1] = CG_HOLDS_MODIFIER,
        [CG_FIELD_HCPCS_MODIFIER_2] = CG_HOLDS_MODIFIER,
        [CG_FIELD_HCPCS_MODIFIER_3] = CG_HOLDS_MODIFIER,
        [CG_FIELD_HCPCS_MODIFIER_4] = CG_HOLDS_MODIFIER,
        [CG_FIELD_HCPCS_MODIFIER_5] = CG_HOLDS_MODIFIER,
        [CG_FIELD_SERVICE_UNIT_QUANTITY] = CG_HOLDS_UNITS,
        [CG_FIELD_RENDERING_NPI] = CG_HOLDS_NPI,
        [CG_FIELD_BILLING_NPI] = CG_HOLDS_NPI,
        [CG_FIELD_CLAIM_FREQUENCY_CODE] = CG_HOLDS_FREQUENCY,
        [CG_FIELD_ORIGINAL_CLAIM_ID] = CG_HOLDS_ID,
        [CG_FIELD_RECEIVED_DATE] = CG_HOLDS_DATE,
        [CG_FIELD_BIRTH_DATE] = CG_HOLDS_DATE,
    };
    return kinds[field];
}
