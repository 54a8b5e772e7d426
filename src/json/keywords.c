/*
 * A keyword that the checker does not know would be a rule that nobody enforces. Schemas are
 * therefore read whole before they are used, and any such keyword is a problem.
 */
#include "internal.h"

#include <string.h>

/* What stands under a keyword: another schema, several, or something else. */
enum subschemas { NO_SCHEMA, ONE_SCHEMA, LIST_OF_SCHEMAS, MAP_OF_SCHEMAS, PATTERN };

static const struct keyword {
    const char *name;
    enum subschemas below;
} keywords[] = {
    {"$defs", MAP_OF_SCHEMAS},
    {"$id", NO_SCHEMA},
    {"$ref", NO_SCHEMA},
    {"$schema", NO_SCHEMA},
    {"additionalProperties", ONE_SCHEMA},
    {"anyOf", LIST_OF_SCHEMAS},
    {"const", NO_SCHEMA},
    {"default", NO_SCHEMA},
    {"description", NO_SCHEMA},
    {"enum", NO_SCHEMA},
    {"examples", NO_SCHEMA},
    {"format", NO_SCHEMA},
    {"items", ONE_SCHEMA},
    {"maxItems", NO_SCHEMA},
    {"maxLength", NO_SCHEMA},
    {"maxProperties", NO_SCHEMA},
    {"maximum", NO_SCHEMA},
    {"minItems", NO_SCHEMA},
    {"minLength", NO_SCHEMA},
    {"minProperties", NO_SCHEMA},
    {"minimum", NO_SCHEMA},
    {"oneOf", LIST_OF_SCHEMAS},
    {"pattern", PATTERN},
    {"properties", MAP_OF_SCHEMAS},
    {"required", NO_SCHEMA},
    {"title", NO_SCHEMA},
    {"type", NO_SCHEMA},
    {"uniqueItems", NO_SCHEMA},
};

static const struct keyword *find_keyword(const char *name) {
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strcmp(keywords[i].name, name) == 0) {
            return &keywords[i];
        }
    }
    return NULL;
}

/* JSON Schema means ECMA-262 patterns and we match POSIX ones. They agree on what our schemas need,
 * but \d and its like would silently be plain letters here. */
static bool is_plain_pattern(const char *pattern) {
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at == '\\') {
            at++;
            bool escapes_a_mark = *at != '\0' && strchr("\\^$.[]|()?*+{}/-", *at) != NULL;
            if (!escapes_a_mark) {
                return false;
            }
        }
    }
    return true;
}

static bool check_schema(const char *name, const json_t *schema, struct cg_problems *problems);

static bool check_below(const char *name, enum subschemas below, json_t *rule,
                        struct cg_problems *problems) {
    bool known = true;
    const char *key;
    json_t *member;
    switch (below) {
    case NO_SCHEMA:
        break;
    case ONE_SCHEMA:
        known = check_schema(name, rule, problems);
        break;
    case LIST_OF_SCHEMAS:
        for (size_t i = 0; i < json_array_size(rule); i++) {
            known = check_schema(name, json_array_get(rule, i), problems) && known;
        }
        break;
    case MAP_OF_SCHEMAS:
        json_object_foreach(rule, key, member) {
            known = check_schema(name, member, problems) && known;
        }
        break;
    case PATTERN:
        known = json_is_string(rule) && is_plain_pattern(json_string_value(rule));
        if (!known) {
            cg_problems_add(problems, name, 0, 0,
                            "internal error: this schema has a pattern that is no POSIX one");
        }
        break;
    }
    return known;
}

/* true and false are schemas as well and hold no keyword. */
static bool check_schema(const char *name, const json_t *schema, struct cg_problems *problems) {
    bool known = true;
    const char *key;
    json_t *rule;
    json_object_foreach((json_t *)schema, key, rule) {
        const struct keyword *keyword = find_keyword(key);
        if (keyword == NULL) {
            cg_problems_add(
                problems, name, 0, 0,
                "internal error: this schema has the keyword \"%s\", which is not checked", key);
            known = false;
        } else {
            known = check_below(name, keyword->below, rule, problems) && known;
        }
    }
    return known;
}

bool cg_json_keywords_are_known(const char *schema_name, const json_t *schema,
                                struct cg_problems *problems) {
    return check_schema(schema_name, schema, problems);
}
