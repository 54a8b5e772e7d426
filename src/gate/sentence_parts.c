#include "sentence_parts.h"

struct cg_span_text cg_span_text(const struct cg_span *span) {
    struct cg_span_text out = {""};
    struct cg_phrase say = cg_phrase_start(out.text, sizeof out.text);
    cg_say(&say, "from %s ", cg_date_text(span->first_day).text);
    if (span->last_day == CG_DAY_OPEN) {
        cg_say(&say, "on");
    } else {
        cg_say(&say, "to %s", cg_date_text(span->last_day).text);
    }
    return out;
}

struct cg_milli_text cg_milli_text(int64_t milli) {
    struct cg_milli_text out = {""};
    char digits[CG_DIGITS_BYTES];
    /* The 1 in front keeps the zeros behind it. */
    struct cg_text fraction = cg_phrase_digits(1000 + (uint64_t)milli % 1000, digits);
    while (fraction.ptr[fraction.len - 1] == '0') {
        fraction.len--;
    }
    struct cg_phrase say = cg_phrase_start(out.text, sizeof out.text);
    cg_say(&say, "%ju", (uint64_t)milli / 1000);
    if (fraction.len > 1) {
        cg_say(&say, ".%.*s", (int)fraction.len - 1, fraction.ptr + 1);
    }
    return out;
}

void cg_say_words(struct cg_phrase *say, const char *const *words, size_t count, const char *last) {
    for (size_t i = 0; i < count && i < CG_WORDS_SAID_MAX; i++) {
        if (i > 0 && i + 1 == count) {
            cg_say(say, " %s ", last);
        } else if (i > 0) {
            cg_say(say, ", ");
        }
        cg_say(say, "%s", words[i]);
    }
    if (count > CG_WORDS_SAID_MAX) {
        cg_say(say, " %s %ju more", last, (uint64_t)count - CG_WORDS_SAID_MAX);
    }
}

static int64_t distance(const struct cg_span *span, int32_t day_no) {
    if (day_no < span->first_day) {
        return (int64_t)span->first_day - day_no;
    }
    return day_no > span->last_day ? (int64_t)day_no - span->last_day : 0;
}

const struct cg_span *cg_nearest_row(struct cg_span_group rows, int32_t day_no, cg_row_fits fits,
                                     const struct cg_credential_question *question) {
    const struct cg_span *found = NULL;
    for (size_t i = 0; i < rows.count; i++) {
        const struct cg_span *row = cg_span_at(rows, i);
        if (fits(question, row) &&
            (found == NULL || distance(row, day_no) < distance(found, day_no))) {
            found = row;
        }
    }
    return found;
}
