#include "support/schema_keywords.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ODD_BYTES = 64 };

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
    {"pattern", PATTERN},
    {"properties", MAP_OF_SCHEMAS},
    {"required", NO_SCHEMA},
    {"title", NO_SCHEMA},
    {"type", NO_SCHEMA},
};

static const struct keyword *find_keyword(const char *name) {
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strcmp(keywords[i].name, name) == 0) {
            return &keywords[i];
        }
    }
    return NULL;
}

/* Of the patterns that JSON Schema knows, src/json/pattern.h says which we do. */
static bool is_plain_pattern(const char *pattern) {
    const size_t len = strlen(pattern);
    return len > 1 && pattern[0] == '^' && strcspn(pattern + 1, "\\^$") == len - 2 &&
           pattern[len - 1] == '$';
}

static void check_schema(const json_t *schema, char odd[ODD_BYTES]);

static void check_below(enum subschemas below, json_t *rule, char odd[ODD_BYTES]) {
    const char *key;
    json_t *member;
    switch (below) {
    case NO_SCHEMA:
        break;
    case ONE_SCHEMA:
        check_schema(rule, odd);
        break;
    case LIST_OF_SCHEMAS:
        for (size_t i = 0; i < json_array_size(rule); i++) {
            check_schema(json_array_get(rule, i), odd);
        }
        break;
    case MAP_OF_SCHEMAS:
        json_object_foreach(rule, key, member) {
            check_schema(member, odd);
        }
        break;
    case PATTERN:
        if (!json_is_string(rule) || !is_plain_pattern(json_string_value(rule))) {
            snprintf(odd, ODD_BYTES, "pattern");
        }
        break;
    }
}

/* true and false are schemas as well and hold no keyword. */
static void check_schema(const json_t *schema, char odd[ODD_BYTES]) {
    const char *key;
    json_t *rule;
    json_object_foreach((json_t *)schema, key, rule) {
        const struct keyword *keyword = find_keyword(key);
        if (keyword == NULL) {
            snprintf(odd, ODD_BYTES, "%s", key);
        } else {
            check_below(keyword->below, rule, odd);
        }
    }
}

const char *odd_schema_keyword(const struct cg_builtin *file) {
    static char odd[ODD_BYTES];
    json_error_t error;
    json_t *schema = json_loadb(file->bytes, file->len_bytes, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(schema, "%s: %s", file->name, error.text);
    odd[0] = '\0';
    check_schema(schema, odd);
    json_decref(schema);
    return odd;
}
