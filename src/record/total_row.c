#include "total_row.h"

#include "column_words.h"

#include <string.h>

static bool is_letter(char byte) {
    const char small = (char)(byte | 0x20);
    return small >= 'a' && small <= 'z';
}

/* The next word of letters, or number; what stands between words is passed over. */
static struct cg_text next_word(struct cg_text *rest) {
    while (rest->len > 0 && !is_letter(*rest->ptr) && !cg_is_digit(*rest->ptr)) {
        *rest = (struct cg_text){rest->ptr + 1, rest->len - 1};
    }
    struct cg_text word = {rest->ptr, 0};
    while (word.len < rest->len && is_letter(word.ptr[word.len]) == is_letter(*rest->ptr) &&
           (is_letter(word.ptr[word.len]) || cg_is_digit(word.ptr[word.len]))) {
        word.len++;
    }
    *rest = (struct cg_text){rest->ptr + word.len, rest->len - word.len};
    return word;
}

/* An id as TOTAL7 or TRL-7 goes on behind the word. */
static bool ends_here(struct cg_text rest) {
    return rest.len == 0 || (!cg_is_digit(*rest.ptr) && *rest.ptr != '-' && *rest.ptr != '_');
}

static bool begins_with_words(struct cg_text record) {
    static const char alone[] = "total totals subtotal subtotals grandtotal trailer trl trlr tlr "
                                "footer eof sum summary";
    static const char before[] = "grand sub file report batch control claim claims line lines "
                                 "record records row rows page number end overall final completion";
    static const char counted[] = "total totals subtotal count counts sum of trailer footer file "
                                  "report data records rows lines claims generated printed time";
    struct cg_text rest = record;
    struct cg_text word = next_word(&rest);
    if (word.len > 0 && cg_is_digit(*word.ptr)) { /* "5 rows selected", not a date or an id */
        const bool is_parted = rest.len > 0 && *rest.ptr == ' ';
        word = next_word(&rest);
        return is_parted && ends_here(rest) &&
               cg_column_word_is_in(word, "row rows record records line lines claim claims record");
    }
    if (cg_column_word_is_in(word, alone)) {
        return ends_here(rest);
    }
    if (!cg_column_word_is_in(word, before)) {
        return false;
    }
    word = next_word(&rest);
    return ends_here(rest) &&
           (cg_column_word_is_in(word, counted) || (word.len > 0 && cg_is_digit(*word.ptr)));
}

/* A sum without a word to it stands alone between blank fields. */
static bool is_bare_sum(struct cg_text record, char delimiter) {
    uint32_t fields = 1;
    uint32_t filled = 0;
    bool has_digit = false;
    for (uint32_t i = 0; i <= record.len; i++) {
        if (i == record.len || record.ptr[i] == delimiter) {
            filled += has_digit;
            fields++;
            has_digit = false;
        } else if (cg_is_digit(record.ptr[i])) {
            has_digit = true;
        } else if (strchr(" \t\"$.+-()", record.ptr[i]) == NULL) {
            return false;
        }
    }
    return fields > 4 && filled > 0 && filled <= 2;
}

static bool is_kind_with_counts(struct cg_text record, char delimiter) {
    enum { KIND_BYTES = 3 };
    const char *end = memchr(record.ptr, delimiter, record.len);
    const uint32_t kind_len = end == NULL ? record.len : (uint32_t)(end - record.ptr);
    bool has_digit = false;
    if (kind_len == 0 || kind_len > KIND_BYTES) {
        return false;
    }
    for (uint32_t i = kind_len; i < record.len; i++) {
        if (is_letter(record.ptr[i]) || (signed char)record.ptr[i] < 0) {
            return false;
        }
        has_digit = has_digit || cg_is_digit(record.ptr[i]);
    }
    return has_digit;
}

bool cg_total_row_is(struct cg_text record, char delimiter, bool is_short) {
    return begins_with_words(record) || is_bare_sum(record, delimiter) ||
           (is_short && is_kind_with_counts(record, delimiter));
}
