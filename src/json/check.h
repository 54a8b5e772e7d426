/*
 * What the two halves of the schema checker share: schema.c walks, rules.c tests one
 * value.
 */
#ifndef CLAIMGATE_JSON_CHECK_H
#define CLAIMGATE_JSON_CHECK_H

#include "internal.h"

enum { CG_JSON_WORDS_MAX = 128 }; /* how many known words are looked through for "did you mean" */

struct cg_json_check {
    const struct cg_json_doc *doc;
    const char *schema_name;
    const json_t *schema; /* the whole, where $ref looks */
    struct cg_problems *problems;
    int depth;
    bool is_trial; /* the problems are only counted, so that no value is marked faulty */
};

/* Add a problem of `value`, shown at `place`. */
void cg_json_add_problem(struct cg_json_check *check, struct cg_json *value,
                         struct cg_json_place place, const char *format, ...) cg_printf_like(4, 5);

/* Add a problem of the schema, which is a fault of the program. */
void cg_json_add_internal(struct cg_json_check *check, const char *what);

/* Add "KIND: PATH must be WANTED, found VALUE". */
void cg_json_add_mismatch(struct cg_json_check *check, struct cg_json *value, const char *kind,
                          const char *wanted);

/* `type` is one name, a list of names, or NULL: anything goes. */
bool cg_json_type_accepts(const json_t *type, const json_t *value);

/* Each adds a problem where the value breaks the rule. */
bool cg_json_check_type(struct cg_json_check *check, const json_t *schema,
                        struct cg_json *value); /* false when it does */
void cg_json_check_enum(struct cg_json_check *check, const json_t *allowed, struct cg_json *value);
void cg_json_check_number(struct cg_json_check *check, const json_t *schema, struct cg_json *value);
void cg_json_check_string(struct cg_json_check *check, const json_t *schema, struct cg_json *value);

/* Tests `count` against a pair of keywords, e.g. minItems and maxItems. False when it is outside.
 */
struct cg_json_bounds {
    const char *least_keyword;
    const char *most_keyword;
    const char *things; /* what is counted, e.g. "items" */
};
bool cg_json_check_count(struct cg_json_check *check, const json_t *schema, struct cg_json *value,
                         const struct cg_json_bounds *bounds, size_t count);

#endif
