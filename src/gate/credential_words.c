#include "credential_words.h"

void cg_sentence_span(struct cg_phrase *say, const struct cg_span *span) {
    cg_phrase_text(say, "from ");
    cg_phrase_date(say, span->first_day);
    if (span->last_day == CG_DAY_OPEN) {
        cg_phrase_text(say, " on");
    } else {
        cg_phrase_text(say, " to ");
        cg_phrase_date(say, span->last_day);
    }
}

void cg_sentence_milli(struct cg_phrase *say, int64_t milli) {
    char digits[CG_DIGITS_BYTES];
    /* The 1 in front keeps zeros behind it. */
    struct cg_text fraction = cg_phrase_digits(1000 + (uint64_t)milli % 1000, digits);
    while (fraction.ptr[fraction.len - 1] == '0') {
        fraction.len--;
    }
    cg_phrase_number(say, (uint64_t)milli / 1000);
    if (fraction.len > 1) {
        cg_phrase_text(say, ".");
        cg_phrase_bytes(say, (struct cg_text){fraction.ptr + 1, fraction.len - 1});
    }
}

void cg_sentence_words(struct cg_phrase *say, const char *const *words, size_t count) {
    size_t named = count < CG_SENTENCE_WORDS_MAX ? count : CG_SENTENCE_WORDS_MAX;
    for (size_t i = 0; i < named; i++) {
        if (i > 0) {
            cg_phrase_text(say, i + 1 == count ? " and " : ", ");
        }
        cg_phrase_text(say, words[i]);
    }
    if (named < count) {
        cg_phrase_text(say, " and ");
        cg_phrase_number(say, count - named);
        cg_phrase_text(say, " more");
    }
}

const char *cg_sentence_word(const struct cg_sentence *sentence, uint64_t word) {
    return cg_words_at(&sentence->question->roster->words, (uint32_t)word)->written.ptr;
}

void cg_sentence_provider(const struct cg_sentence *sentence, const char *text) {
    cg_phrase_text(sentence->say, "NPI ");
    cg_phrase_number(sentence->say, sentence->npi);
    cg_phrase_text(sentence->say, text);
}

void cg_sentence_held(const struct cg_sentence *sentence, uint64_t word,
                      const struct cg_span *span) {
    cg_phrase_text(sentence->say, cg_sentence_word(sentence, word));
    cg_phrase_text(sentence->say, " ");
    cg_sentence_span(sentence->say, span);
}

static int64_t distance(const struct cg_span *span, int32_t day) {
    if (day < span->first_day) {
        return (int64_t)span->first_day - day;
    }
    return day > span->last_day ? (int64_t)day - span->last_day : 0;
}

const struct cg_span *cg_sentence_nearest_row(const struct cg_sentence *sentence,
                                              struct cg_span_group group, cg_sentence_fits fits) {
    const struct cg_span *found = NULL;
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_span *row = cg_span_at(group, i);
        if (fits(sentence, row) &&
            (found == NULL || distance(row, sentence->day) < distance(found, sentence->day))) {
            found = row;
        }
    }
    return found;
}

const struct cg_span *cg_sentence_row_on_day(const struct cg_sentence *sentence,
                                             struct cg_span_group group, size_t *index,
                                             cg_sentence_fits fits) {
    while (*index < group.count) {
        const struct cg_span *row = cg_span_at(group, (*index)++);
        if (cg_span_holds(row, sentence->day) && fits(sentence, row)) {
            return row;
        }
    }
    return NULL;
}
