/*
 * Read a registry's own words for a status from JSON: a policy's, or those of a roster's layout.
 */
#ifndef CLAIMGATE_RULES_STATUS_WORDS_H
#define CLAIMGATE_RULES_STATUS_WORDS_H

#include "claimgate/base/arena.h"
#include "claimgate/json/json.h"
#include "claimgate/rules/credential_status.h"

struct cg_status_loading {
    const struct cg_json_doc *doc;
    struct cg_problems *problems;
    struct cg_arena *arena; /* of the words */
};

/* Add the members of an object, whose values the schema has tested. A word that is a status itself,
 * that means two things or is one too many is a problem. */
void cg_status_words_load(struct cg_status_loading *loading, const struct cg_json *object,
                          struct cg_status_words *words);

#endif
