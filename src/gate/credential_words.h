/*
 * A sentence about a credential reason: whom it is about, and the pieces that such sentences are
 * made of. Shared by the files that say the details.
 */
#ifndef CLAIMGATE_GATE_CREDENTIAL_WORDS_H
#define CLAIMGATE_GATE_CREDENTIAL_WORDS_H

#include "credential_demands.h"

enum { CG_SENTENCE_WORDS_MAX = 8 }; /* words of a list; further ones are only counted */

struct cg_sentence {
    struct cg_phrase *say;
    struct cg_credential_question *question;
    uint64_t npi; /* the rendering provider */
    int32_t day;  /* the first day of the line on which the reason holds */
};

/* "from 2022-01-01 to 2024-02-29", or "from 2022-01-01 on". */
void cg_sentence_span(struct cg_phrase *say, const struct cg_span *span);
/* Thousandths as people write them: 9500 is "9.5". Never negative. */
void cg_sentence_milli(struct cg_phrase *say, int64_t milli);
/* "A, B and C", or "A, B and 12 more"; those past CG_SENTENCE_WORDS_MAX are not read. */
void cg_sentence_words(struct cg_phrase *say, const char *const *words, size_t count);
/* "NPI 1234567893" and the text behind it. */
void cg_sentence_provider(const struct cg_sentence *sentence, const char *text);
/* "RN from 2022-01-01 on": a word of the roster and the days it holds. */
void cg_sentence_held(const struct cg_sentence *sentence, uint64_t word,
                      const struct cg_span *span);
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
void cg_sentence_not_employed(const struct cg_sentence *sentence);
void cg_sentence_not_certified(const struct cg_sentence *sentence);
void cg_sentence_not_supervised(const struct cg_sentence *sentence);
void cg_sentence_supervisor_not_trained(const struct cg_sentence *sentence);
void cg_sentence_over_ratio(const struct cg_sentence *sentence);

#endif
