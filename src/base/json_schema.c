/*
 * Checks a document against a schema (JSON Schema 2020-12, the keywords of json_keywords.c).
 *
 * The check goes on after a problem and walks the document in the order of the file, so that people
 * see everything there is to mend, from top to bottom, in one go.
 */
#include "json_internal.h"

#include "claimgate/builtin.h"
#include "claimgate/nearest.h"
#include "claimgate/utf8.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCHEMA_DEPTH_MAX = 512, /* a schema that refers to itself without end stops here */
    WORDS_MAX = 128,
};

struct check {
    const struct cg_json_doc *doc;
    const char *schema_name;
    const json_t *schema; /* the whole, where $ref looks */
    struct cg_problems *problems;
    int depth;
};

static void add_problem(struct check *check, struct cg_json_place place, const char *format, ...)
    cg_printf_like(3, 4);

static void add_problem(struct check *check, struct cg_json_place place, const char *format, ...) {
    char text[CG_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cg_problems_add(check->problems, check->doc->file, place.line, place.column, "%s", text);
}

/* A fault of the schema, so of the program. */
static void add_internal(struct check *check, const char *what) {
    cg_problems_add(check->problems, check->schema_name, 0, 0, "internal error: %s", what);
}

/* "wrong type: PATH must be WANTED, found VALUE" and its like. */
static void add_mismatch(struct check *check, const struct cg_json *value, const char *kind,
                         const char *wanted) {
    char path[CG_JSON_PATH_BYTES];
    char found[CG_JSON_FOUND_BYTES];
    add_problem(check, value->place, "%s: %s must be %s, found %s", kind,
                cg_json_describe_path(value, path), wanted,
                cg_json_describe_value(value->value, found));
}

static void check_value(struct check *check, const json_t *schema, const struct cg_json *value);

/* The schema that "#/$defs/NAME" names; NULL where there is none. */
static const json_t *resolve(const struct check *check, const json_t *ref) {
    static const char prefix[] = "#/$defs/";
    const char *name = json_string_value(ref);
    if (name == NULL || strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return NULL;
    }
    return json_object_get(json_object_get(check->schema, "$defs"), name + sizeof prefix - 1);
}

static bool is_of_type(const json_t *value, const char *type) {
    return (strcmp(type, "object") == 0 && json_is_object(value)) ||
           (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) ||
           (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
           (strcmp(type, "number") == 0 && json_is_number(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
           (strcmp(type, "null") == 0 && json_is_null(value));
}

/* `type` is one name, a list of names, or absent: anything goes. */
static bool type_accepts(const json_t *type, const json_t *value) {
    if (type == NULL || json_is_string(type)) {
        return type == NULL || is_of_type(value, json_string_value(type));
    }
    for (size_t i = 0; i < json_array_size(type); i++) {
        const char *name = json_string_value(json_array_get(type, i));
        if (name != NULL && is_of_type(value, name)) {
            return true;
        }
    }
    return false;
}

static bool check_type(struct check *check, const json_t *schema, const struct cg_json *value) {
    const json_t *type = json_object_get(schema, "type");
    if (type_accepts(type, value->value)) {
        return true;
    }
    char wanted[CG_JSON_FOUND_BYTES];
    add_mismatch(check, value, "wrong type", cg_json_describe_type(type, wanted));
    return false;
}

/* The word of a list of texts that `word` may have been meant as; NULL where none is near. */
static const char *nearest_in_list(const json_t *list, const char *word) {
    const char *words[WORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list) && count < WORDS_MAX; i++) {
        const char *known = json_string_value(json_array_get(list, i));
        if (known != NULL) {
            words[count++] = known;
        }
    }
    return cg_nearest_word(word, words, count);
}

static void check_enum(struct check *check, const json_t *allowed, const struct cg_json *value) {
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        if (json_equal(json_array_get(allowed, i), value->value)) {
            return;
        }
    }
    char path[CG_JSON_PATH_BYTES];
    char found[CG_JSON_FOUND_BYTES];
    char *list = json_dumps(allowed, 0); /* ["a", "b"]; shown without its brackets */
    const char *near = nearest_in_list(allowed, cg_json_string(value));
    add_problem(check, value->place, "wrong value: %s must be one of %.*s, found %s%s%s%s",
                cg_json_describe_path(value, path), list == NULL ? 0 : (int)strlen(list) - 2,
                list == NULL ? "" : list + 1, cg_json_describe_value(value->value, found),
                near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                near == NULL ? "" : "\"?");
    free(list);
}

static void check_const(struct check *check, const json_t *wanted, const struct cg_json *value) {
    if (!json_equal(wanted, value->value)) {
        char words[CG_JSON_FOUND_BYTES];
        add_mismatch(check, value, "wrong value", cg_json_describe_value(wanted, words));
    }
}

static bool is_less(const json_t *a, const json_t *b) {
    if (json_is_integer(a) && json_is_integer(b)) {
        return json_integer_value(a) < json_integer_value(b);
    }
    return json_number_value(a) < json_number_value(b);
}

static void check_number(struct check *check, const json_t *schema, const struct cg_json *value) {
    const json_t *minimum = json_object_get(schema, "minimum");
    const json_t *maximum = json_object_get(schema, "maximum");
    char wanted[64];
    if (minimum != NULL && is_less(value->value, minimum)) {
        (void)snprintf(wanted, sizeof wanted, "at least %.15g", json_number_value(minimum));
        add_mismatch(check, value, "too small", wanted);
    }
    if (maximum != NULL && is_less(maximum, value->value)) {
        (void)snprintf(wanted, sizeof wanted, "at most %.15g", json_number_value(maximum));
        add_mismatch(check, value, "too big", wanted);
    }
}

/* Tests how many `things` there are against a pair of keywords, e.g. minItems and maxItems. */
static bool check_count(struct check *check, const json_t *schema, const struct cg_json *value,
                        const char *const keywords[2], size_t count, const char *things) {
    const json_t *least = json_object_get(schema, keywords[0]);
    const json_t *most = json_object_get(schema, keywords[1]);
    bool too_few = least != NULL && (json_int_t)count < json_integer_value(least);
    bool too_many = most != NULL && (json_int_t)count > json_integer_value(most);
    if (too_few || too_many) {
        char path[CG_JSON_PATH_BYTES];
        add_problem(check, value->place,
                    "too %s %s: %s must have at %s %" JSON_INTEGER_FORMAT ", found %zu",
                    too_few ? "few" : "many", things, cg_json_describe_path(value, path),
                    too_few ? "least" : "most", json_integer_value(too_few ? least : most), count);
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

static void check_pattern(struct check *check, const char *pattern, const struct cg_json *value) {
    regex_t compiled;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        add_internal(check, "a pattern of this schema cannot be compiled");
        return;
    }
    if (regexec(&compiled, cg_json_string(value), 0, NULL, 0) != 0) {
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "a text that matches %s", pattern);
        add_mismatch(check, value, "wrong value", wanted);
    }
    regfree(&compiled);
}

static void check_string(struct check *check, const json_t *schema, const struct cg_json *value) {
    static const char *const keywords[2] = {"minLength", "maxLength"};
    const char *text = cg_json_string(value);
    bool fits = check_count(check, schema, value, keywords, count_characters(text), "characters");
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    if (fits && pattern != NULL) {
        check_pattern(check, pattern, value);
    }
}

/* Every item's text becomes a key of one object: a key that is there already is a second copy. */
static void check_unique(struct check *check, const struct cg_json *array) {
    json_t *seen = json_object();
    bool out_of_memory = seen == NULL;
    for (size_t i = 0; i < array->count && !out_of_memory; i++) {
        const struct cg_json *item = &array->children[i];
        char *text = json_dumps(item->value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
        char found[CG_JSON_FOUND_BYTES];
        if (text != NULL && json_object_get(seen, text) != NULL) {
            add_problem(check, item->place, "%s stands twice in this list: remove one",
                        cg_json_describe_value(item->value, found));
        }
        out_of_memory = text == NULL || json_object_set_new(seen, text, json_true()) != 0;
        free(text);
    }
    if (out_of_memory) {
        add_problem(check, array->place, "not enough memory to check this list");
    }
    json_decref(seen);
}

static void check_array(struct check *check, const json_t *schema, const struct cg_json *value) {
    static const char *const keywords[2] = {"minItems", "maxItems"};
    bool fits = check_count(check, schema, value, keywords, value->count, "items");
    const json_t *items = json_object_get(schema, "items");
    for (size_t i = 0; i < value->count && items != NULL; i++) {
        check_value(check, items, &value->children[i]);
    }
    if (fits && json_is_true(json_object_get(schema, "uniqueItems"))) {
        check_unique(check, value);
    }
}

/* The key that was meant: near by its letters, known here, and not there already. */
static const char *nearest_free_key(const json_t *properties, const struct cg_json *member) {
    const char *words[WORDS_MAX];
    size_t count = 0;
    const char *key;
    json_t *rule;
    json_object_foreach((json_t *)properties, key, rule) {
        if (count < WORDS_MAX && cg_json_member(member->parent, key) == NULL) {
            words[count++] = key;
        }
    }
    return cg_nearest_word(member->key, words, count);
}

static void add_unknown_key(struct check *check, const json_t *properties,
                            const struct cg_json *member) {
    char path[CG_JSON_PATH_BYTES];
    char key[CG_JSON_FOUND_BYTES];
    (void)cg_utf8_show(key, sizeof key, member->key);
    const char *near = nearest_free_key(properties, member);
    add_problem(check, member->key_place, "unknown key \"%s\" in %s; %s%s%s", key,
                cg_json_describe_path(member->parent, path),
                near == NULL ? "remove it or mend its spelling" : "did you mean \"",
                near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

static void check_object(struct check *check, const json_t *schema, const struct cg_json *value) {
    static const char *const keywords[2] = {"minProperties", "maxProperties"};
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *key = json_string_value(json_array_get(required, i));
        char path[CG_JSON_PATH_BYTES];
        if (key != NULL && cg_json_member(value, key) == NULL) {
            add_problem(check, value->place, "missing key \"%s\" in %s", key,
                        cg_json_describe_path(value, path));
        }
    }
    (void)check_count(check, schema, value, keywords, value->count, "keys");
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *additional = json_object_get(schema, "additionalProperties");
    for (size_t i = 0; i < value->count; i++) {
        const struct cg_json *member = &value->children[i];
        const json_t *rule = json_object_get(properties, member->key);
        if (rule == NULL && json_is_false(additional)) {
            add_unknown_key(check, properties, member);
        } else if (rule != NULL || additional != NULL) {
            check_value(check, rule != NULL ? rule : additional, member);
        }
    }
}

/* How many problems `schema` finds, without keeping them. */
static size_t count_problems(const struct check *check, const json_t *schema,
                             const struct cg_json *value) {
    struct cg_problems scratch;
    cg_problems_init(&scratch);
    struct check trial = *check;
    trial.problems = &scratch;
    check_value(&trial, schema, value);
    size_t total = scratch.total;
    cg_problems_fini(&scratch);
    return total;
}

static const json_t *type_of_schema(const struct check *check, const json_t *schema) {
    const json_t *ref = json_object_get(schema, "$ref");
    return json_object_get(ref == NULL ? schema : resolve(check, ref), "type");
}

static void add_wrong_alternative(struct check *check, const json_t *alternatives,
                                  const struct cg_json *value) {
    char wanted[CG_JSON_FOUND_BYTES] = "";
    size_t len = 0;
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        char words[CG_JSON_FOUND_BYTES];
        const json_t *type = type_of_schema(check, json_array_get(alternatives, i));
        int added = snprintf(wanted + len, sizeof wanted - len, "%s%s", i == 0 ? "" : " or ",
                             cg_json_describe_type(type, words));
        if (added < 0 || (size_t)added >= sizeof wanted - len) {
            break;
        }
        len += (size_t)added;
    }
    add_mismatch(check, value, "wrong type", wanted);
}

/* anyOf wants at least one alternative that fits, oneOf exactly one. Where none fits, the problems
 * shown are those of the alternative of the right type that has the fewest. */
static void check_alternatives(struct check *check, const json_t *alternatives, size_t most,
                               const struct cg_json *value) {
    size_t fitting = 0;
    const json_t *best = NULL;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        const json_t *alternative = json_array_get(alternatives, i);
        size_t total = count_problems(check, alternative, value);
        fitting += total == 0;
        if (total < fewest && type_accepts(type_of_schema(check, alternative), value->value)) {
            fewest = total;
            best = alternative;
        }
    }
    if (fitting > most) {
        char path[CG_JSON_PATH_BYTES];
        add_problem(check, value->place, "unclear: %s can be read in %zu ways",
                    cg_json_describe_path(value, path), fitting);
    } else if (fitting == 0 && best != NULL) {
        check_value(check, best, value);
    } else if (fitting == 0) {
        add_wrong_alternative(check, alternatives, value);
    }
}

static void check_rules(struct check *check, const json_t *schema, const struct cg_json *value) {
    const json_t *allowed = json_object_get(schema, "enum");
    const json_t *wanted = json_object_get(schema, "const");
    const json_t *any_of = json_object_get(schema, "anyOf");
    const json_t *one_of = json_object_get(schema, "oneOf");
    if (allowed != NULL) {
        check_enum(check, allowed, value);
    }
    if (wanted != NULL) {
        check_const(check, wanted, value);
    }
    if (json_is_object(value->value)) {
        check_object(check, schema, value);
    } else if (json_is_array(value->value)) {
        check_array(check, schema, value);
    } else if (json_is_string(value->value)) {
        check_string(check, schema, value);
    } else if (json_is_number(value->value)) {
        check_number(check, schema, value);
    }
    if (any_of != NULL) {
        check_alternatives(check, any_of, SIZE_MAX, value);
    }
    if (one_of != NULL) {
        check_alternatives(check, one_of, 1, value);
    }
}

static void check_value(struct check *check, const json_t *schema, const struct cg_json *value) {
    if (json_is_false(schema)) {
        char path[CG_JSON_PATH_BYTES];
        add_problem(check, value->place, "%s is not allowed: remove it",
                    cg_json_describe_path(value, path));
        return;
    }
    if (check->depth >= SCHEMA_DEPTH_MAX) {
        add_internal(check, "this schema refers to itself without end");
        return;
    }
    check->depth++;
    const json_t *ref = json_object_get(schema, "$ref");
    const json_t *target = resolve(check, ref);
    if (target != NULL) {
        check_value(check, target, value);
    } else if (ref != NULL) {
        add_internal(check, "a $ref of this schema leads nowhere");
    }
    if (check_type(check, schema, value)) {
        check_rules(check, schema, value);
    }
    check->depth--;
}

void cg_json_check(const struct cg_json_doc *doc, const char *schema_name,
                   struct cg_problems *problems) {
    const struct cg_builtin *builtin = cg_builtin_find(schema_name);
    if (builtin == NULL) {
        cg_problems_add(problems, schema_name, 0, 0, "internal error: no such schema is built in");
        return;
    }
    json_error_t error;
    json_t *schema = json_loadb(builtin->bytes, builtin->len_bytes, JSON_REJECT_DUPLICATES, &error);
    if (schema == NULL) {
        cg_problems_add(problems, schema_name, error.line > 0 ? (uint64_t)error.line : 0, 0,
                        "internal error: this schema is not JSON: %s", error.text);
        return;
    }
    if (cg_json_keywords_are_known(schema_name, schema, problems)) {
        struct check check = {
            .doc = doc, .schema_name = schema_name, .schema = schema, .problems = problems};
        check_value(&check, schema, doc->root);
    }
    json_decref(schema);
}
