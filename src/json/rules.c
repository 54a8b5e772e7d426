/*
 * The rules of a schema that look at one value alone: type, choice, size, pattern.
 */
#include "check.h"
#include "pattern.h"

#include "claimgate/base/nearest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void mark_faulty(struct cg_json *value) {
    for (; value != NULL && !value->is_faulty; value = value->parent) {
        value->is_faulty = true;
    }
}

void cg_json_add_problem(struct cg_json_check *check, struct cg_json *value,
                         struct cg_json_place place, const char *format, ...) {
    char text[CG_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cg_problems_add(check->problems, check->doc->file, place.line, place.column, "%s", text);
    if (!check->is_trial) {
        mark_faulty(value);
    }
}

void cg_json_add_internal(struct cg_json_check *check, const char *what) {
    cg_problems_add(check->problems, check->schema_name, 0, 0, "internal error: %s", what);
}

void cg_json_add_mismatch(struct cg_json_check *check, struct cg_json *value, const char *kind,
                          const char *wanted) {
    char path[CG_JSON_PATH_BYTES];
    char found[CG_JSON_FOUND_BYTES];
    cg_json_add_problem(check, value, value->place, "%s: %s must be %s, found %s", kind,
                        cg_json_describe_path(value, path), wanted,
                        cg_json_describe_value(value->value, found));
}

bool cg_json_check_type(struct cg_json_check *check, const json_t *schema, struct cg_json *value) {
    const json_t *type = json_object_get(schema, "type");
    if (cg_json_type_accepts(type, value->value)) {
        return true;
    }
    char wanted[CG_JSON_FOUND_BYTES];
    cg_json_add_mismatch(check, value, "wrong type", cg_json_describe_type(type, wanted));
    if (!check->is_trial) {
        value->count = 0; /* an object's members are no items of a list, nor the other way round */
    }
    return false;
}

/* Of a value that has been found faulty as well, unlike cg_json_string. */
static const char *text_of(const struct cg_json *value) {
    const char *text = json_string_value(value->value);
    return text == NULL ? "" : text;
}

/* The word of a list of texts that `word` may have been meant as; NULL where none is near. */
static const char *nearest_in_list(const json_t *list, const char *word) {
    const char *words[CG_JSON_WORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list) && count < CG_JSON_WORDS_MAX; i++) {
        const char *known = json_string_value(json_array_get(list, i));
        if (known != NULL) {
            words[count++] = known;
        }
    }
    return cg_nearest_word(word, words, count);
}

void cg_json_check_enum(struct cg_json_check *check, const json_t *allowed, struct cg_json *value) {
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        if (json_equal(json_array_get(allowed, i), value->value)) {
            return;
        }
    }
    char path[CG_JSON_PATH_BYTES];
    char found[CG_JSON_FOUND_BYTES];
    char *list = json_dumps(allowed, 0); /* ["a", "b"]; shown without its brackets */
    const char *near = nearest_in_list(allowed, text_of(value));
    cg_json_add_problem(
        check, value, value->place, "wrong value: %s must be one of %.*s, found %s%s%s%s",
        cg_json_describe_path(value, path), list == NULL ? 0 : (int)strlen(list) - 2,
        list == NULL ? "" : list + 1, cg_json_describe_value(value->value, found),
        near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
        near == NULL ? "" : "\"?");
    free(list);
}

static bool is_less(const json_t *a, const json_t *b) {
    if (json_typeof(a) == JSON_INTEGER && json_typeof(b) == JSON_INTEGER) {
        return json_integer_value(a) < json_integer_value(b);
    }
    return json_number_value(a) < json_number_value(b);
}

void cg_json_check_number(struct cg_json_check *check, const json_t *schema,
                          struct cg_json *value) {
    const json_t *minimum = json_object_get(schema, "minimum");
    const json_t *maximum = json_object_get(schema, "maximum");
    char wanted[64];
    if (minimum != NULL && is_less(value->value, minimum)) {
        (void)snprintf(wanted, sizeof wanted, "at least %.15g", json_number_value(minimum));
        cg_json_add_mismatch(check, value, "too small", wanted);
    }
    if (maximum != NULL && is_less(maximum, value->value)) {
        (void)snprintf(wanted, sizeof wanted, "at most %.15g", json_number_value(maximum));
        cg_json_add_mismatch(check, value, "too big", wanted);
    }
}

bool cg_json_check_count(struct cg_json_check *check, const json_t *schema, struct cg_json *value,
                         const struct cg_json_bounds *bounds, size_t count) {
    const json_t *least = json_object_get(schema, bounds->least_keyword);
    const json_t *most = json_object_get(schema, bounds->most_keyword);
    bool too_few = least != NULL && (json_int_t)count < json_integer_value(least);
    bool too_many = most != NULL && (json_int_t)count > json_integer_value(most);
    if (too_few || too_many) {
        char path[CG_JSON_PATH_BYTES];
        cg_json_add_problem(check, value, value->place,
                            "too %s %s: %s must have at %s %" JSON_INTEGER_FORMAT ", found %zu",
                            too_few ? "few" : "many", bounds->things,
                            cg_json_describe_path(value, path), too_few ? "least" : "most",
                            json_integer_value(too_few ? least : most), count);
    }
    return !too_few && !too_many;
}

/* Characters, not bytes: JSON Schema counts code points. Jansson let only UTF-8 through. */
static size_t count_characters(const char *text) {
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++) {
        count += ((unsigned char)*at & 0xC0) != 0x80;
    }
    return count;
}

static void check_pattern(struct cg_json_check *check, const char *pattern, struct cg_json *value) {
    if (!cg_json_matches(pattern, text_of(value))) {
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "a text that matches %s", pattern);
        cg_json_add_mismatch(check, value, "wrong value", wanted);
    }
}

void cg_json_check_string(struct cg_json_check *check, const json_t *schema,
                          struct cg_json *value) {
    static const struct cg_json_bounds bounds = {"minLength", "maxLength", "characters"};
    const char *text = text_of(value);
    bool fits = cg_json_check_count(check, schema, value, &bounds, count_characters(text));
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    if (fits && pattern != NULL) {
        check_pattern(check, pattern, value);
    }
}
