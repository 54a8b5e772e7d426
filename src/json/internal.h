/*
 * What the JSON files share: the tree of placed values, and Jansson.
 */
#ifndef CLAIMGATE_JSON_INTERNAL_H
#define CLAIMGATE_JSON_INTERNAL_H

#include "claimgate/base/arena.h"
#include "claimgate/json/json.h"

#include <jansson.h>

enum {
    CG_JSON_TEXT_BYTES_MAX = 1024 * 1024,
    CG_JSON_OWN_BYTES_MAX = 64 * 1024 * 1024,
    CG_JSON_DEPTH_MAX = 64,
    CG_JSON_ARENA_BYTES_MAX =
        128 * 1024 * 1024, /* a placed value for every second byte, and more */
    CG_JSON_PATH_BYTES = 256,
    CG_JSON_FOUND_BYTES = 128,
};

struct cg_json_place {
    uint64_t line;   /* from 1 */
    uint32_t column; /* in bytes, from 1 */
};

/* Jansson keeps no places, so every value of a document gets a node of ours beside Jansson's. */
struct cg_json {
    json_t *value;
    struct cg_json *parent; /* NULL at the root */
    const char *key;        /* NULL but for members of an object */
    struct cg_json_place place;
    struct cg_json_place key_place;
    struct cg_json *children; /* items, or members in the order of the file */
    size_t count;
    bool is_faulty; /* the schema has found a problem in it, or in something below it */
};

struct cg_json_doc {
    const char *file;
    json_t *values;
    struct cg_json *root;
    struct cg_arena arena;
};

/* place.c: lay nodes over doc->values by walking the same text again. */
void cg_json_place_values(struct cg_json_doc *doc, const char *text, size_t len_bytes,
                          struct cg_problems *problems);

/* NULL for what is no JSON, which `error` tells, or for want of memory. */
json_t *cg_json_parse(const char *text, size_t len_bytes, json_error_t *error, bool *no_memory);

/* The place of the byte at `offset`. */
struct cg_json_place cg_json_place_of(const char *text, size_t offset);

/* schema.c: check the document against a built-in schema. */
void cg_json_check_document(const struct cg_json_doc *doc, const char *schema_name,
                            struct cg_problems *problems);

/* describe.c: values in words. */

/* "versions[0].caps[1]"; "the document" for the root. Returns `out`. */
const char *cg_json_describe_path(const struct cg_json *value, char out[CG_JSON_PATH_BYTES]);

/* `the text "6"`, `the whole number 6`, "a list". Returns `out`. */
const char *cg_json_describe_value(const json_t *value, char out[CG_JSON_FOUND_BYTES]);

/* types.c: "a whole number", "null or an object" for the value of a schema's `type`. Returns `out`.
 */
const char *cg_json_describe_type(const json_t *type, char out[CG_JSON_FOUND_BYTES]);

#endif
