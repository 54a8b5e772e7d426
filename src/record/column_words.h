/*
 * The words of a column's name, by which names are compared (column_near.c) or understood
 * (column_meaning.c).
 */
#ifndef CLAIMGATE_RECORD_COLUMN_WORDS_H
#define CLAIMGATE_RECORD_COLUMN_WORDS_H

#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { CG_COLUMN_WORDS_MAX = 12 };

struct cg_column_words {
    struct cg_text word[CG_COLUMN_WORDS_MAX]; /* views into the name */
    uint32_t count;
    bool matched[CG_COLUMN_WORDS_MAX]; /* for who compares */
};

/* A word ends at a blank, '_', '-' or '.', before a capital that follows a small letter, and
 * between letters and digits. Words past the last that fits are left out. */
void cg_column_words_split(struct cg_text name, struct cg_column_words *out);

/* Whether the word, letter case ignored, stands in a list of words with blanks between them. */
bool cg_column_word_is_in(struct cg_text word, const char *list);

#endif
