#include "claimgate/base/nearest.h"

#include "claimgate/base/text.h"

#include <stdbool.h>
#include <string.h>

/* Longer words get no suggestion: the names we know are all shorter. */
enum { WORD_BYTES_MAX = 64 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Letters wrong, missing, added or swapped with their neighbour between a and b (the "optimal
 * string alignment" distance). Three rows of the usual table suffice: a swap looks two rows back.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t rows[3][WORD_BYTES_MAX + 1];
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *above_two = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            char x = cg_small_letter(a[i - 1]);
            char y = cg_small_letter(b[j - 1]);
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            bool swapped =
                i > 1 && j > 1 && x == cg_small_letter(b[j - 2]) && y == cg_small_letter(a[i - 2]);
            if (swapped) {
                row[j] = smaller(row[j], above_two[j - 2] + 1);
            }
        }
    }
    return rows[a_len % 3][b_len];
}

const char *cg_nearest_word(const char *word, const char *const *words, size_t count) {
    size_t word_len = strlen(word);
    if (word_len == 0 || word_len > WORD_BYTES_MAX) {
        return NULL;
    }
    const char *nearest = NULL;
    size_t bound = word_len / 3 + 1; /* a word must be nearer than this */
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if (len > WORD_BYTES_MAX) {
            continue;
        }
        size_t slips = distance(word, word_len, words[i], len);
        if (slips < bound) {
            bound = slips;
            nearest = words[i];
        }
    }
    return nearest;
}
