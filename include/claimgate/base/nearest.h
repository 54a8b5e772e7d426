/*
 * The nearest known word, for "did you mean".
 */
#ifndef CLAIMGATE_BASE_NEAREST_H
#define CLAIMGATE_BASE_NEAREST_H

#include <stddef.h>

/* The word among `count` that a slip of the hand would make of `word` (letter case ignored, at most
 * a third of its letters wrong, swapped, missing or added); NULL where none is near. */
const char *cg_nearest_word(const char *word, const char *const *words, size_t count);

#endif
