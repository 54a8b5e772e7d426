#include "internal.h"

#include "claimgate/base/phrase.h"
#include "claimgate/base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Depth is bounded by CG_JSON_DEPTH_MAX. */
static void say_path(struct cg_phrase *path, const struct cg_json *value) {
    const struct cg_json *parent = value->parent;
    if (parent == NULL) {
        return;
    }
    say_path(path, parent);
    if (value->key == NULL) {
        cg_say(path, "[%ju]", (uintmax_t)(value - parent->children));
    } else {
        cg_say(path, "%s%s", parent->parent == NULL ? "" : ".", value->key);
    }
}

const char *cg_json_describe_path(const struct cg_json *value, char out[CG_JSON_PATH_BYTES]) {
    if (value->parent == NULL) {
        (void)snprintf(out, CG_JSON_PATH_BYTES, "the document");
        return out;
    }
    char path[CG_JSON_PATH_BYTES + 4]; /* a character more, so that what is cut shows as "..." */
    struct cg_phrase said = cg_phrase_start(path, sizeof path);
    say_path(&said, value);
    (void)cg_utf8_show(out, CG_JSON_PATH_BYTES, path);
    return out;
}

const char *cg_json_describe_value(const json_t *value, char out[CG_JSON_FOUND_BYTES]) {
    char excerpt[64];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "an object");
        break;
    case JSON_ARRAY:
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "a list");
        break;
    case JSON_STRING:
        (void)cg_utf8_show(excerpt, sizeof excerpt, json_string_value(value));
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "the text \"%s\"", excerpt);
        break;
    case JSON_INTEGER:
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "the whole number %" JSON_INTEGER_FORMAT,
                       json_integer_value(value));
        break;
    case JSON_REAL:
        /* 6.0 is shown with its point: it is what makes it no whole number. */
        (void)snprintf(excerpt, sizeof excerpt, "%.10g", json_real_value(value));
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "the number %s%s", excerpt,
                       strpbrk(excerpt, ".e") == NULL ? ".0" : "");
        break;
    case JSON_TRUE:
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "true");
        break;
    case JSON_FALSE:
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "false");
        break;
    case JSON_NULL:
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "null");
        break;
    }
    return out;
}
