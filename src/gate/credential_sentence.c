#include "credential_sentence.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cg_sentence_say(struct cg_sentence *sentence, const char *format, ...) {
    va_list args;
    size_t room = sentence->capacity - sentence->len;
    va_start(args, format);
    int wanted = vsnprintf(sentence->out + sentence->len, room, format, args);
    va_end(args);
    if (wanted < 0) {
        sentence->out[sentence->len] = '\0';
    } else if ((size_t)wanted < room) {
        sentence->len += (size_t)wanted;
    } else {
        sentence->len = sentence->capacity - 1;
    }
}

void cg_sentence_close(struct cg_sentence *sentence) {
    if (sentence->len + 1 < sentence->capacity) {
        return;
    }
    size_t len = sentence->len;
    while (len > 0 && ((unsigned char)sentence->out[len - 1] & 0xc0) == 0x80) {
        len--;
    }
    if (len > 0 && ((unsigned char)sentence->out[len - 1] & 0x80) != 0) {
        len--;
    }
    sentence->out[len] = '\0';
}

const char *cg_sentence_span(const struct cg_span *span, char out[CG_SENTENCE_SPAN_BYTES]) {
    char first[CG_DATE_TEXT_BYTES];
    char last[CG_DATE_TEXT_BYTES];
    cg_date_format(span->first_day, first);
    cg_date_format(span->last_day, last);
    if (span->last_day == CG_DAY_OPEN) {
        snprintf(out, CG_SENTENCE_SPAN_BYTES, "from %s on", first);
    } else {
        snprintf(out, CG_SENTENCE_SPAN_BYTES, "from %s to %s", first, last);
    }
    return out;
}

const char *cg_sentence_milli(int64_t milli, char out[CG_SENTENCE_MILLI_BYTES]) {
    snprintf(out, CG_SENTENCE_MILLI_BYTES, "%" PRId64 ".%03" PRId64, milli / 1000, milli % 1000);
    size_t len = strlen(out);
    while (out[len - 1] == '0') {
        len--;
    }
    out[out[len - 1] == '.' ? len - 1 : len] = '\0';
    return out;
}

const char *cg_sentence_word(const struct cg_sentence *sentence, uint64_t word) {
    return sentence->question->roster->words.list[word].written.ptr;
}

static void say_listed(struct cg_sentence *sentence, const char *word, size_t index, size_t count) {
    if (index < CG_SENTENCE_WORDS_MAX) {
        bool last = index + 1 == count;
        cg_sentence_say(sentence, "%s%s", index == 0 ? "" : (last ? " and " : ", "), word);
    } else if (index == CG_SENTENCE_WORDS_MAX) {
        cg_sentence_say(sentence, " and %zu more", count - CG_SENTENCE_WORDS_MAX);
    }
}

void cg_sentence_say_words(struct cg_sentence *sentence, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        say_listed(sentence, words[i], i, count);
    }
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
