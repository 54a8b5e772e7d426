/*
 * A sentence about a credential reason, said piece by piece into the caller's memory. What does not
 * fit is left out. Shared by the files that say the details.
 */
#ifndef CLAIMGATE_GATE_CREDENTIAL_SENTENCE_H
#define CLAIMGATE_GATE_CREDENTIAL_SENTENCE_H

#include "credential_demands.h"

enum {
    CG_SENTENCE_SPAN_BYTES = 32,
    CG_SENTENCE_MILLI_BYTES = 24,
    CG_SENTENCE_WORDS_MAX = 8, /* words of a list; further ones are only counted */
};

struct cg_sentence {
    char *out;
    size_t capacity;
    size_t len;
    struct cg_credential_question *question;
    uint64_t npi; /* the rendering provider */
    int32_t day;  /* the first day of the line on which the reason holds */
    char day_text[CG_DATE_TEXT_BYTES];
};

void cg_sentence_say(struct cg_sentence *sentence, const char *format, ...) cg_printf_like(2, 3);
/* "A, B and C", or "A, B and 12 more". */
void cg_sentence_say_words(struct cg_sentence *sentence, const char *const *words, size_t count);
/* Text that did not fit must not end inside a character. */
void cg_sentence_close(struct cg_sentence *sentence);

/* "from 2022-01-01 to 2024-02-29", or "from 2022-01-01 on". */
const char *cg_sentence_span(const struct cg_span *span, char out[CG_SENTENCE_SPAN_BYTES]);
/* Thousandths as people write them: 9500 is "9.5". */
const char *cg_sentence_milli(int64_t milli, char out[CG_SENTENCE_MILLI_BYTES]);
/* A word of the roster as it is written there. */
const char *cg_sentence_word(const struct cg_sentence *sentence, uint64_t word);

/* Which rows a sentence is about. */
typedef bool (*cg_sentence_fits)(const struct cg_sentence *sentence, const struct cg_span *row);

/* The row nearest to the day; NULL where none fits. */
const struct cg_span *cg_sentence_nearest_row(const struct cg_sentence *sentence,
                                              struct cg_span_group group, cg_sentence_fits fits);
/* The next row that holds the day and fits, from *index on, which moves behind it; NULL: no more.
 */
const struct cg_span *cg_sentence_row_on_day(const struct cg_sentence *sentence,
                                             struct cg_span_group group, size_t *index,
                                             cg_sentence_fits fits);

/* The sentences about agencies and supervisors, in a file of their own. */
void cg_sentence_not_employed(struct cg_sentence *sentence);
void cg_sentence_not_certified(struct cg_sentence *sentence);
void cg_sentence_not_supervised(struct cg_sentence *sentence);
void cg_sentence_supervisor_not_trained(struct cg_sentence *sentence);
void cg_sentence_over_ratio(struct cg_sentence *sentence);

#endif
