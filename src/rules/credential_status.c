#include "claimgate/rules/credential_status.h"

#include "claimgate/base/nearest.h"
#include "claimgate/record/field.h"

#include <strings.h>

const char *const cg_credential_status_words[CG_CREDENTIAL_STATUS_COUNT] = {
    "current", "limited", "inactive", "lapsed", "pending", "suspended", "surrendered", "revoked"};

/* What many registries write for two of them. */
static const struct cg_status_words known_words = {
    {{"ACTIVE", CG_CREDENTIAL_CURRENT}, {"EXPIRED", CG_CREDENTIAL_LAPSED}}, 2};

static bool find_in(const struct cg_status_words *words, struct cg_text folded, uint8_t *status) {
    for (size_t i = 0; words != NULL && i < words->count; i++) {
        if (cg_text_is(folded, words->list[i].folded)) {
            *status = words->list[i].status;
            return true;
        }
    }
    return false;
}

uint8_t cg_credential_status_named(const char *word) {
    uint8_t status = 0;
    while (status < CG_CREDENTIAL_STATUS_COUNT &&
           strcasecmp(cg_credential_status_words[status], word) != 0) {
        status++;
    }
    return status;
}

bool cg_credential_status_of(struct cg_text written, const struct cg_status_words *registry,
                             const struct cg_status_words *payer, uint8_t *status) {
    char word[CG_STATUS_WORD_BYTES + 1];
    const struct cg_text folded = {word, cg_field_fold(written, word, CG_STATUS_WORD_BYTES)};
    word[folded.len] = '\0';
    *status = cg_credential_status_named(word);
    return *status < CG_CREDENTIAL_STATUS_COUNT || find_in(registry, folded, status) ||
           find_in(payer, folded, status) || find_in(&known_words, folded, status);
}

enum standing { GRANTS, WITHHOLDS, BLOCKS, STANDINGS };

static enum standing standing_of(uint8_t status) {
    return status <= CG_CREDENTIAL_LIMITED    ? GRANTS
           : status < CG_CREDENTIAL_SUSPENDED ? WITHHOLDS
                                              : BLOCKS;
}

static bool begins_with(const char *word, const char *front) {
    return strncasecmp(word, front, strlen(front)) == 0;
}

/* A word and its opposite differ by a few letters in front. True where one of the two has them. */
static bool may_be_opposite(const char *word, const char *other) {
    static const char *const fronts[] = {"un", "in", "non", "not", "no ", "de", "dis", "re", "ex"};
    for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++) {
        if (begins_with(word, fronts[i]) != begins_with(other, fronts[i])) {
            return true;
        }
    }
    return false;
}

/* The nearest word of each standing; "active" and "expired" are words too. */
static const char *nearest_of(const char *written, enum standing standing) {
    const char *words[CG_CREDENTIAL_STATUS_COUNT + 1];
    size_t count = 0;
    for (int i = 0; i < CG_CREDENTIAL_STATUS_COUNT; i++) {
        if (standing_of((uint8_t)i) == standing) {
            words[count++] = cg_credential_status_words[i];
        }
    }
    if (standing != BLOCKS) {
        words[count++] = standing == GRANTS ? "active" : "expired";
    }
    return cg_nearest_word(written, words, count);
}

const char *cg_credential_status_hint(const char *written) {
    const char *found = NULL;
    for (enum standing standing = GRANTS; standing < STANDINGS; standing++) {
        const char *near = nearest_of(written, standing);
        if (near == NULL) {
            continue;
        }
        if (found != NULL || may_be_opposite(written, near)) {
            return NULL;
        }
        found = near;
    }
    return found;
}
