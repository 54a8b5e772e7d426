#include "internal.h"

#include "claimgate/base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Writes the path of `value` and returns its length. A path too long for `out` is cut and stays a
 * prefix of the true one. Depth is bounded by CG_JSON_DEPTH_MAX. */
static size_t write_path(const struct cg_json *value, char *out, size_t out_bytes) {
    const struct cg_json *parent = value->parent;
    if (parent == NULL) {
        return 0;
    }
    size_t len = write_path(parent, out, out_bytes);
    size_t room = out_bytes - len;
    int added = 0;
    if (value->key == NULL) {
        added = snprintf(out + len, room, "[%zu]", (size_t)(value - parent->children));
    } else {
        added = snprintf(out + len, room, "%s%s", len == 0 ? "" : ".", value->key);
    }
    if (added < 0) {
        return len;
    }
    return (size_t)added < room ? len + (size_t)added : out_bytes - 1;
}

const char *cg_json_describe_path(const struct cg_json *value, char out[CG_JSON_PATH_BYTES]) {
    if (value->parent == NULL) {
        (void)snprintf(out, CG_JSON_PATH_BYTES, "the document");
        return out;
    }
    char path[CG_JSON_PATH_BYTES + 1]; /* one byte more, so that what is cut shows as "..." */
    (void)write_path(value, path, sizeof path);
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

static const char *type_in_words(const char *type) {
    static const struct {
        const char *type;
        const char *words;
    } table[] = {
        {"object", "an object"},      {"array", "a list"},           {"string", "a text"},
        {"number", "a number"},       {"integer", "a whole number"}, {"null", "null"},
        {"boolean", "true or false"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(type, table[i].type) == 0) {
            return table[i].words;
        }
    }
    return type;
}

const char *cg_json_describe_type(const json_t *type, char out[CG_JSON_FOUND_BYTES]) {
    if (json_is_string(type)) {
        (void)snprintf(out, CG_JSON_FOUND_BYTES, "%s", type_in_words(json_string_value(type)));
        return out;
    }
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(type); i++) {
        const char *one = json_string_value(json_array_get(type, i));
        int added = snprintf(out + len, CG_JSON_FOUND_BYTES - len, "%s%s", i == 0 ? "" : " or ",
                             type_in_words(one == NULL ? "" : one));
        if (added < 0 || (size_t)added >= CG_JSON_FOUND_BYTES - len) {
            break;
        }
        len += (size_t)added;
    }
    return out;
}
