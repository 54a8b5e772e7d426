#include "internal.h"

#include "claimgate/base/hash.h"
#include "claimgate/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR " near '"

/* Jansson says "what near 'token'", unless that is long, and where the token ends. Returns where it
 * starts, which is what people look for. */
static size_t token_start(const json_error_t *error, size_t len_bytes) {
    size_t end = error->position > 0 ? (size_t)error->position : 0;
    end = end < len_bytes ? end : len_bytes;
    const char *token = strstr(error->text, NEAR);
    if (token == NULL) {
        return end;
    }
    const size_t token_bytes = strlen(token) - sizeof NEAR; /* without the marks around it */
    return token_bytes < end ? end - token_bytes : 0;
}

enum { RESERVE_BYTES = 1 << 16 };

/* Where an allocation fails, Jansson mostly says that the text is at fault, and where its buffer
 * for a token cannot grow it reads and writes past the end of it. So it is never told: it gets a
 * piece of the reserve, and the text ends there. */
static _Thread_local struct {
    json_malloc_t allocate; /* the ones that are watched */
    json_free_t give_back;
    const char *text; /* the rest of it */
    size_t len_bytes;
    size_t reserve_used;
    bool has_failed;
    _Alignas(16) char reserve[RESERVE_BYTES];
} watch;

static void *allocate_watched(size_t len_bytes) {
    void *memory = watch.allocate(len_bytes);
    if (memory != NULL) {
        return memory;
    }
    watch.has_failed = true;
    const size_t needed = (len_bytes + 15) / 16 * 16;
    if (needed > sizeof watch.reserve - watch.reserve_used) {
        return NULL;
    }
    watch.reserve_used += needed;
    return watch.reserve + watch.reserve_used - needed;
}

static void give_back_watched(void *memory) {
    const char *at = memory;
    if (at < watch.reserve || at >= watch.reserve + sizeof watch.reserve) {
        watch.give_back(memory);
    }
}

/* Jansson asks for small pieces, so that little is read after a failure. */
static size_t next_piece(void *out, size_t len_bytes, void *unused) {
    (void)unused;
    const size_t len = len_bytes < watch.len_bytes ? len_bytes : watch.len_bytes;
    if (watch.has_failed || len == 0) {
        return 0;
    }
    memcpy(out, watch.text, len);
    watch.text += len;
    watch.len_bytes -= len;
    return len;
}

json_t *cg_json_parse(const char *text, size_t len_bytes, json_error_t *error, bool *no_memory) {
    json_get_alloc_funcs(&watch.allocate, &watch.give_back);
    watch.text = text;
    watch.len_bytes = len_bytes;
    watch.reserve_used = 0;
    watch.has_failed = false;
    json_set_alloc_funcs(allocate_watched, give_back_watched);
    json_t *values = json_load_callback(next_piece, NULL, JSON_REJECT_DUPLICATES, error);
    if (watch.has_failed && values != NULL) {
        json_decref(values);
        values = NULL;
    }
    json_set_alloc_funcs(watch.allocate, watch.give_back);
    *no_memory = watch.has_failed;
    return values;
}

static void add_syntax_problem(const char *file, const char *text, size_t len_bytes,
                               const json_error_t *error, struct cg_problems *problems) {
    size_t offset = token_start(error, len_bytes);
    struct cg_json_place place = cg_json_place_of(text, offset);
    if (json_error_code(error) == json_error_duplicate_key) {
        cg_problems_add(problems, file, place.line, place.column,
                        "%s: a key stands once in an object, remove or rename this one",
                        error->text);
        return;
    }
    /* Without the token: a claim file may have been named by mistake. */
    const char *token = strstr(error->text, NEAR);
    const int shown = token != NULL ? (int)(token - error->text) : (int)strlen(error->text);
    cg_problems_add(problems, file, place.line, place.column, "not JSON: %.*s", shown, error->text);
}

/* RFC 8259 lets a reader skip a byte order mark, which some editors put in front. */
static size_t byte_order_mark_bytes(const char *text, size_t len_bytes) {
    return len_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static bool is_too_big(const char *file, size_t len_bytes, int limit_bytes,
                       struct cg_problems *problems) {
    if (len_bytes > (size_t)limit_bytes) {
        cg_problems_add(problems, file, 0, 0, "too big: %zu bytes, at most %d are read", len_bytes,
                        limit_bytes);
    }
    return len_bytes > (size_t)limit_bytes;
}

static struct cg_json_doc *load(const char *file, struct cg_text bytes, size_t arena_bytes,
                                const char *schema_name, struct cg_problems *problems) {
    size_t problems_before = problems->total;
    const size_t mark_bytes = byte_order_mark_bytes(bytes.ptr, bytes.len);
    const char *text = bytes.ptr + mark_bytes;
    const size_t len_bytes = bytes.len - mark_bytes;
    struct cg_json_doc *doc = calloc(1, sizeof *doc);
    if (doc == NULL) {
        cg_problems_add_no_memory(problems);
        return NULL;
    }
    doc->file = file;
    cg_arena_init(&doc->arena, arena_bytes);
    json_error_t error;
    bool no_memory;
    doc->values = cg_json_parse(text, len_bytes, &error, &no_memory);
    if (no_memory) {
        cg_problems_add_no_memory(problems);
    } else if (doc->values == NULL) {
        add_syntax_problem(file, text, len_bytes, &error, problems);
    } else {
        cg_json_place_values(doc, text, len_bytes, problems);
    }
    if (schema_name != NULL && problems->total == problems_before) {
        cg_json_check_document(doc, schema_name, problems);
    }
    if (problems->total != problems_before && (doc->root == NULL || !doc->root->is_faulty)) {
        cg_json_free(doc);
        return NULL;
    }
    return doc;
}

struct cg_json_doc *cg_json_load_faulty(const char *file, const char *text, size_t len_bytes,
                                        const char *schema_name, struct cg_problems *problems) {
    return is_too_big(file, len_bytes, CG_JSON_TEXT_BYTES_MAX, problems)
               ? NULL
               : load(file, (struct cg_text){text, (uint32_t)len_bytes}, CG_JSON_ARENA_BYTES_MAX,
                      schema_name, problems);
}

static struct cg_json_doc *
unless_faulty(struct cg_json_doc *doc, const struct cg_problems *problems, size_t problems_before) {
    if (problems->total != problems_before) {
        cg_json_free(doc);
        return NULL;
    }
    return doc;
}

struct cg_json_doc *cg_json_load(const char *file, const char *text, size_t len_bytes,
                                 const char *schema_name, struct cg_problems *problems) {
    const size_t problems_before = problems->total;
    struct cg_json_doc *doc = cg_json_load_faulty(file, text, len_bytes, schema_name, problems);
    return unless_faulty(doc, problems, problems_before);
}

enum cg_status cg_json_load_own(const char *file, const struct cg_buffer *text,
                                const char *schema_name, struct cg_json_doc **out,
                                struct cg_error *err) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    *out = is_too_big(file, text->len_bytes, CG_JSON_OWN_BYTES_MAX, &problems)
               ? NULL
               : load(file, (struct cg_text){text->data, (uint32_t)text->len_bytes},
                      64 * (size_t)CG_JSON_ARENA_BYTES_MAX, schema_name, &problems);
    *out = unless_faulty(*out, &problems, 0);
    const enum cg_status status = cg_problems_in_data(&problems, err);
    cg_problems_fini(&problems);
    return status;
}

bool cg_json_is_sound(const struct cg_json *value) {
    return value != NULL && !value->is_faulty;
}

void cg_json_free(struct cg_json_doc *doc) {
    if (doc != NULL) {
        json_decref(doc->values);
        cg_arena_fini(&doc->arena);
        free(doc);
    }
}

const struct cg_json *cg_json_root(const struct cg_json_doc *doc) {
    return doc->root;
}

const struct cg_json *cg_json_member(const struct cg_json *object, const char *key) {
    for (size_t i = 0; i < cg_json_count(object); i++) {
        const struct cg_json *member = &object->children[i];
        if (member->key != NULL && strcmp(member->key, key) == 0) {
            return member;
        }
    }
    return NULL;
}

const struct cg_json *cg_json_item(const struct cg_json *array, size_t index) {
    return index < cg_json_count(array) ? &array->children[index] : NULL;
}

size_t cg_json_count(const struct cg_json *array_or_object) {
    return array_or_object == NULL ? 0 : array_or_object->count;
}

const struct cg_json *cg_json_member_at(const struct cg_json *object, size_t index,
                                        const char **key) {
    const struct cg_json *member = cg_json_item(object, index);
    *key = member == NULL ? NULL : member->key;
    return member;
}

bool cg_json_is_null(const struct cg_json *value) {
    return value == NULL || json_typeof(value->value) == JSON_NULL;
}

enum cg_json_kind cg_json_kind(const struct cg_json *value) {
    const json_type type = value == NULL ? JSON_NULL : json_typeof(value->value);
    return type == JSON_OBJECT  ? CG_JSON_OBJECT
           : type == JSON_ARRAY ? CG_JSON_ARRAY
                                : CG_JSON_SCALAR;
}

void cg_json_print(const struct cg_json *value, char *out, size_t out_bytes) {
    const char *string = value != NULL ? json_string_value(value->value) : "";
    char *text = string == NULL ? json_dumps(value->value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    snprintf(out, out_bytes, "%s", string != NULL ? string : text != NULL ? text : "");
    free(text);
}

const char *cg_json_string(const struct cg_json *value) {
    const char *text = cg_json_is_sound(value) ? json_string_value(value->value) : NULL;
    return text == NULL ? "" : text;
}

int64_t cg_json_integer(const struct cg_json *value) {
    return cg_json_is_sound(value) ? json_integer_value(value->value) : 0;
}

bool cg_json_boolean(const struct cg_json *value) {
    return cg_json_is_sound(value) && json_typeof(value->value) == JSON_TRUE;
}

bool cg_json_hex(const struct cg_json *value, uint8_t *out, size_t len_bytes) {
    const bool good = cg_hex_read(cg_json_string(value), out, len_bytes);
    if (!good) {
        memset(out, 0, len_bytes);
    }
    return good;
}

void cg_json_problem(const struct cg_json_doc *doc, const struct cg_json *value,
                     struct cg_problems *problems, const char *format, ...) {
    const struct cg_json *place_of = value == NULL ? doc->root : value;
    if (place_of->is_faulty) {
        return;
    }
    char text[CG_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct cg_json_place place = {0};
    if (value != NULL) {
        place = value->place;
    }
    cg_problems_add(problems, doc->file, place.line, place.column, "%s", text);
}
