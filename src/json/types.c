/*
 * The types that a schema knows: which values are of them, and what they are called.
 */
#include "check.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/phrase.h"

#include <string.h>

#define OF(type) (1U << JSON_##type)

static const struct type {
    const char *name;
    const char *words;
    unsigned values; /* a bit for each of Jansson's types */
} types[] = {
    {"object", "an object", OF(OBJECT)},
    {"array", "a list", OF(ARRAY)},
    {"string", "a text", OF(STRING)},
    {"number", "a number", OF(INTEGER) | OF(REAL)},
    {"integer", "a whole number", OF(INTEGER)},
    {"null", "null", OF(NULL)},
    {"boolean", "true or false", OF(TRUE) | OF(FALSE)},
};

/* The i-th name of a schema's `type`; NULL behind the last. */
static const char *name_at(const json_t *type, size_t i) {
    const char *alone = i == 0 ? json_string_value(type) : NULL;
    return alone != NULL ? alone : json_string_value(json_array_get(type, i));
}

/* Our own schemas alone are read, and they name no other. */
static const struct type *type_named(const char *name) {
    const struct type *type = types;
    while (strcmp(type->name, name) != 0) {
        type++;
        CG_ASSERT(type < types + sizeof types / sizeof types[0]);
    }
    return type;
}

bool cg_json_type_accepts(const json_t *type, const json_t *value) {
    for (size_t i = 0; name_at(type, i) != NULL; i++) {
        if ((type_named(name_at(type, i))->values >> json_typeof(value) & 1) != 0) {
            return true;
        }
    }
    return type == NULL;
}

const char *cg_json_describe_type(const json_t *type, char out[CG_JSON_FOUND_BYTES]) {
    struct cg_phrase list = cg_phrase_start(out, CG_JSON_FOUND_BYTES);
    for (size_t i = 0; name_at(type, i) != NULL; i++) {
        cg_say(&list, "%s%s", i == 0 ? "" : " or ", type_named(name_at(type, i))->words);
    }
    return out;
}
