/*
 * Parts of sentences about the roster: values as text, lists of words, and the row to speak of.
 *
 * Each text is a value of its own: cg_milli_text(9500).text stands until the end of the statement.
 */
#ifndef CLAIMGATE_GATE_SENTENCE_PARTS_H
#define CLAIMGATE_GATE_SENTENCE_PARTS_H

#include "claimgate/base/date.h"
#include "claimgate/base/phrase.h"
#include "credential_demands.h"

/* "from 2022-01-01 to 2024-02-29", or "from 2022-01-01 on". */
struct cg_span_text {
    char text[2 * CG_DATE_TEXT_BYTES + 8];
};
struct cg_span_text cg_span_text(const struct cg_span *span);

/* Thousandths as people write them: 9500 is "9.5". Never negative. */
struct cg_milli_text {
    char text[CG_DIGITS_BYTES + 2];
};
struct cg_milli_text cg_milli_text(int64_t milli);

/* "A, B and C" where `last` is "and", or "A, B and 12 more"; those past CG_WORDS_SAID_MAX are not
 * read. */
enum { CG_WORDS_SAID_MAX = 8 };
void cg_say_words(struct cg_phrase *say, const char *const *words, size_t count, const char *last);

/* The row that fits and is nearest to the day, the first of equals; NULL where none fits. */
typedef bool (*cg_row_fits)(const struct cg_credential_question *question,
                            const struct cg_span *row);
const struct cg_span *cg_nearest_row(struct cg_span_group rows, int32_t day_no, cg_row_fits fits,
                                     const struct cg_credential_question *question);

#endif
