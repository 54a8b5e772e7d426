/*
 * Checks a document against a schema (JSON Schema 2020-12, the keywords that ours use, which
 * a test holds to).
 *
 * The check goes on after a problem and walks the document in the order of the file, so that people
 * see everything there is to mend, from top to bottom, in one go.
 */
#include "check.h"

#include "claimgate/base/builtin.h"
#include "claimgate/base/nearest.h"
#include "claimgate/base/phrase.h"
#include "claimgate/base/utf8.h"

#include <string.h>

enum { SCHEMA_DEPTH_MAX = 512 }; /* a schema that refers to itself without end stops here */

static void check_value(struct cg_json_check *check, const json_t *schema, struct cg_json *value);

/* The schema that "#/$defs/NAME" names; NULL where there is none. */
static const json_t *resolve(const struct cg_json_check *check, const json_t *ref) {
    static const char prefix[] = "#/$defs/";
    const char *name = json_string_value(ref);
    if (name == NULL || strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return NULL;
    }
    return json_object_get(json_object_get(check->schema, "$defs"), name + sizeof prefix - 1);
}

static void check_array(struct cg_json_check *check, const json_t *schema, struct cg_json *value) {
    static const struct cg_json_bounds bounds = {"minItems", "maxItems", "items"};
    (void)cg_json_check_count(check, schema, value, &bounds, value->count);
    const json_t *items = json_object_get(schema, "items");
    for (size_t i = 0; i < value->count && items != NULL; i++) {
        check_value(check, items, &value->children[i]);
    }
}

/* The key that was meant: near by its letters, known here, and not there already. */
static const char *nearest_free_key(const json_t *properties, const struct cg_json *member) {
    const char *words[CG_JSON_WORDS_MAX];
    size_t count = 0;
    const char *key;
    json_t *rule;
    json_object_foreach((json_t *)properties, key, rule) {
        if (count < CG_JSON_WORDS_MAX && cg_json_member(member->parent, key) == NULL) {
            words[count++] = key;
        }
    }
    return cg_nearest_word(member->key, words, count);
}

static void add_unknown_key(struct cg_json_check *check, const json_t *properties,
                            const struct cg_json *member) {
    char path[CG_JSON_PATH_BYTES];
    char key[CG_JSON_FOUND_BYTES];
    (void)cg_utf8_show(key, sizeof key, member->key);
    const char *near = nearest_free_key(properties, member);
    cg_json_add_problem(check, member->parent, member->key_place,
                        "unknown key \"%s\" in %s; %s%s%s", key,
                        cg_json_describe_path(member->parent, path),
                        near == NULL ? "remove it or mend its spelling" : "did you mean \"",
                        near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

static void check_object(struct cg_json_check *check, const json_t *schema, struct cg_json *value) {
    static const struct cg_json_bounds bounds = {"minProperties", "maxProperties", "keys"};
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *key = json_string_value(json_array_get(required, i));
        char path[CG_JSON_PATH_BYTES];
        if (cg_json_member(value, key) == NULL) {
            cg_json_add_problem(check, value, value->place, "missing key \"%s\" in %s", key,
                                cg_json_describe_path(value, path));
        }
    }
    (void)cg_json_check_count(check, schema, value, &bounds, value->count);
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *additional = json_object_get(schema, "additionalProperties");
    for (size_t i = 0; i < value->count; i++) {
        struct cg_json *member = &value->children[i];
        const json_t *rule = json_object_get(properties, member->key);
        if (rule == NULL && json_is_false(additional)) {
            add_unknown_key(check, properties, member);
        } else if (rule != NULL || additional != NULL) {
            check_value(check, rule != NULL ? rule : additional, member);
        }
    }
}

/* How many problems `schema` finds, without keeping them. */
static size_t count_problems(const struct cg_json_check *check, const json_t *schema,
                             struct cg_json *value) {
    struct cg_problems scratch;
    cg_problems_init(&scratch);
    struct cg_json_check trial = *check;
    trial.problems = &scratch;
    trial.is_trial = true;
    check_value(&trial, schema, value);
    size_t total = scratch.total;
    cg_problems_fini(&scratch);
    return total;
}

static const json_t *type_of_schema(const struct cg_json_check *check, const json_t *schema) {
    const json_t *ref = json_object_get(schema, "$ref");
    return json_object_get(ref == NULL ? schema : resolve(check, ref), "type");
}

static void add_wrong_alternative(struct cg_json_check *check, const json_t *alternatives,
                                  struct cg_json *value) {
    char wanted[CG_JSON_FOUND_BYTES];
    struct cg_phrase list = cg_phrase_start(wanted, sizeof wanted);
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        char words[CG_JSON_FOUND_BYTES];
        const json_t *type = type_of_schema(check, json_array_get(alternatives, i));
        cg_say(&list, "%s%s", i == 0 ? "" : " or ", cg_json_describe_type(type, words));
    }
    cg_json_add_mismatch(check, value, "wrong type", wanted);
}

/* anyOf wants an alternative that fits. Where none does, the problems shown are those of the
 * alternative of the right type that has the fewest. */
static void check_alternatives(struct cg_json_check *check, const json_t *alternatives,
                               struct cg_json *value) {
    const json_t *best = NULL;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        const json_t *alternative = json_array_get(alternatives, i);
        size_t total = count_problems(check, alternative, value);
        if (total == 0) {
            return;
        }
        if (total < fewest &&
            cg_json_type_accepts(type_of_schema(check, alternative), value->value)) {
            fewest = total;
            best = alternative;
        }
    }
    if (best != NULL) {
        check_value(check, best, value);
    } else {
        add_wrong_alternative(check, alternatives, value);
    }
}

static void check_rules(struct cg_json_check *check, const json_t *schema, struct cg_json *value) {
    const json_t *allowed = json_object_get(schema, "enum");
    const json_t *any_of = json_object_get(schema, "anyOf");
    if (allowed != NULL) {
        cg_json_check_enum(check, allowed, value);
    }
    switch (json_typeof(value->value)) {
    case JSON_OBJECT:
        check_object(check, schema, value);
        break;
    case JSON_ARRAY:
        check_array(check, schema, value);
        break;
    case JSON_STRING:
        cg_json_check_string(check, schema, value);
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        cg_json_check_number(check, schema, value);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    if (any_of != NULL) {
        check_alternatives(check, any_of, value);
    }
}

static void check_value(struct cg_json_check *check, const json_t *schema, struct cg_json *value) {
    if (json_typeof(schema) == JSON_FALSE) {
        char path[CG_JSON_PATH_BYTES];
        cg_json_add_problem(check, value, value->place, "%s is not allowed: remove it",
                            cg_json_describe_path(value, path));
        return;
    }
    if (check->depth >= SCHEMA_DEPTH_MAX) {
        cg_json_add_internal(check, "this schema refers to itself without end");
        return;
    }
    check->depth++;
    const json_t *ref = json_object_get(schema, "$ref");
    const json_t *target = resolve(check, ref);
    if (target != NULL) {
        check_value(check, target, value);
    } else if (ref != NULL) {
        cg_json_add_internal(check, "a $ref of this schema leads nowhere");
    }
    if (cg_json_check_type(check, schema, value)) {
        check_rules(check, schema, value);
    }
    check->depth--;
}

void cg_json_check_document(const struct cg_json_doc *doc, const char *schema_name,
                            struct cg_problems *problems) {
    const struct cg_builtin *builtin = cg_builtin_find(schema_name);
    if (builtin == NULL) {
        cg_problems_add(problems, schema_name, 0, 0, "internal error: no such schema is built in");
        return;
    }
    json_error_t error;
    bool no_memory;
    json_t *schema = cg_json_parse(builtin->bytes, builtin->len_bytes, &error, &no_memory);
    if (no_memory) {
        cg_problems_add_no_memory(problems);
        return;
    }
    if (schema == NULL) {
        cg_problems_add(problems, schema_name, error.line > 0 ? (uint64_t)error.line : 0, 0,
                        "internal error: this schema is not JSON: %s", error.text);
        return;
    }
    struct cg_json_check check = {
        .doc = doc, .schema_name = schema_name, .schema = schema, .problems = problems};
    check_value(&check, schema, doc->root);
    json_decref(schema);
}
