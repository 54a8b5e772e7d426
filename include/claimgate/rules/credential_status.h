/*
 * The status of a credential, and the words for it. Pure functions.
 */
#ifndef CLAIMGATE_RULES_CREDENTIAL_STATUS_H
#define CLAIMGATE_RULES_CREDENTIAL_STATUS_H

#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In an order that makes a standing one comparison. */
enum cg_credential_status {
    CG_CREDENTIAL_CURRENT,
    CG_CREDENTIAL_LIMITED, /* up to here it grants */
    CG_CREDENTIAL_INACTIVE,
    CG_CREDENTIAL_LAPSED,
    CG_CREDENTIAL_PENDING,
    CG_CREDENTIAL_SUSPENDED, /* from here on it blocks */
    CG_CREDENTIAL_SURRENDERED,
    CG_CREDENTIAL_REVOKED,
    CG_CREDENTIAL_STATUS_COUNT,
};
extern const char *const cg_credential_status_words[CG_CREDENTIAL_STATUS_COUNT];

/* A word of a registry's own. Letter case, blanks and hyphens do not matter. */
struct cg_status_word {
    const char *folded; /* field.h: cg_field_fold */
    uint8_t status;     /* enum cg_credential_status */
};
enum { CG_STATUS_WORDS_MAX = 64, CG_STATUS_WORD_BYTES = 64 };

struct cg_status_words {
    struct cg_status_word list[CG_STATUS_WORDS_MAX];
    size_t count;
};

/* The eight words, then the registry's and the payer's own (NULL: none), then `active` and
 * `expired`. False: no status. */
bool cg_credential_status_of(struct cg_text written, const struct cg_status_words *registry,
                             const struct cg_status_words *payer, uint8_t *status);

/* One of the eight, letter case ignored; CG_CREDENTIAL_STATUS_COUNT: none. */
uint8_t cg_credential_status_named(const char *word);

/* The status that a slip of the hand would make of the word. NULL where none is near, and where the
 * word may as well mean the opposite. */
const char *cg_credential_status_hint(const char *written);

#endif
