/*
 * JSON (RFC 8259): read, check against a schema, write. The only user of Jansson.
 *
 * Ownership  A document is freed as a whole; nodes are views into it.
 * Failure    Reading collects every problem with its line and column, for people mend
 *            these files by hand. Accessors on a checked document cannot fail: absent
 *            members give NULL, and a NULL node gives 0, "" or false.
 */
#ifndef CLAIMGATE_JSON_JSON_H
#define CLAIMGATE_JSON_JSON_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_json_doc;
struct cg_json; /* one value in a document */

/* Parse `text` (at most 1 MiB and 64 levels deep; not needed afterwards) and check it against the
 * built-in schema named, e.g. "policy.schema.json" (the JSON Schema 2020-12 keywords that our
 * schemas use, and no other). Duplicate keys are a problem. Problems are named with `file` (kept by
 * reference until the document is freed), line and column and, where a key is unknown, the nearest
 * known one. NULL when any was added. schema_name may be NULL: syntax alone. */
cg_must_use struct cg_json_doc *cg_json_load(const char *file, const char *text, size_t len_bytes,
                                             const char *schema_name, struct cg_problems *problems);
/* The same, but a document whose problems are all the schema's comes back as well, for loaders that
 * go on to look for what a schema cannot say. Its broken texts, numbers and truth values read as
 * absent ones do, its broken lists and objects are empty where their type is wrong, and
 * cg_json_problem keeps quiet about what is broken or absent. */
cg_must_use struct cg_json_doc *cg_json_load_faulty(const char *file, const char *text,
                                                    size_t len_bytes, const char *schema_name,
                                                    struct cg_problems *problems);
/* cg_json_load of a document that a program of ours wrote: up to 64 MiB. CG_BAD_DATA tells of the
 * first problem; *out is then NULL. */
cg_must_use enum cg_status cg_json_load_own(const char *file, const struct cg_buffer *text,
                                            const char *schema_name, struct cg_json_doc **out,
                                            struct cg_error *err);
void cg_json_free(struct cg_json_doc *doc);

const struct cg_json *cg_json_root(const struct cg_json_doc *doc);
const struct cg_json *cg_json_member(const struct cg_json *object, const char *key);
const struct cg_json *cg_json_item(const struct cg_json *array, size_t index);
size_t cg_json_count(const struct cg_json *array_or_object);
/* The index-th member of an object, in the order of the file. */
const struct cg_json *cg_json_member_at(const struct cg_json *object, size_t index,
                                        const char **key);
enum cg_json_kind { CG_JSON_SCALAR, CG_JSON_ARRAY, CG_JSON_OBJECT };
enum cg_json_kind cg_json_kind(const struct cg_json *value);
/* On one line, as JSON writes it; a string without its quotes. Cut at out_bytes. */
void cg_json_print(const struct cg_json *value, char *out, size_t out_bytes);
bool cg_json_is_null(const struct cg_json *value); /* absent or null */
/* There, and the schema found nothing wrong in it. What follows from a value that is not sound is
 * no problem of its own. */
bool cg_json_is_sound(const struct cg_json *value);
const char *cg_json_string(const struct cg_json *value);
int64_t cg_json_integer(const struct cg_json *value);
bool cg_json_boolean(const struct cg_json *value);
/* Whether its text is so many bytes in hexadecimal digits, which are put into `out`; else noughts
 * are. */
bool cg_json_hex(const struct cg_json *value, uint8_t *out, size_t len_bytes);

/* Add a problem at the place of this value, for checks that a schema cannot say. */
void cg_json_problem(const struct cg_json_doc *doc, const struct cg_json *value,
                     struct cg_problems *problems, const char *format, ...) cg_printf_like(4, 5);

/* Writing: a document is put into a buffer piece by piece, indented by two blanks. Keys are given
 * in order; NULL key inside an array. Strings that are not UTF-8 get U+FFFD. Any failure is sticky
 * and shown by _end. */
struct cg_json_writer {
    struct cg_buffer *out;
    int depth;
    bool failed;
    bool first[32];
    bool compact; /* one line, no blanks */
};
void cg_json_begin(struct cg_json_writer *writer, struct cg_buffer *out, bool compact);
void cg_json_open_object(struct cg_json_writer *writer, const char *key);
void cg_json_close_object(struct cg_json_writer *writer);
void cg_json_open_array(struct cg_json_writer *writer, const char *key);
void cg_json_close_array(struct cg_json_writer *writer);
void cg_json_put_string(struct cg_json_writer *writer, const char *key, const char *value);
void cg_json_put_text(struct cg_json_writer *writer, const char *key, const char *bytes,
                      size_t len_bytes);
void cg_json_put_integer(struct cg_json_writer *writer, const char *key, int64_t value);
/* A list of them. */
void cg_json_put_integers(struct cg_json_writer *json, const char *key, const uint64_t *numbers,
                          size_t count);
void cg_json_put_hex(struct cg_json_writer *writer, const char *key, const uint8_t *bytes,
                     size_t len_bytes);
/* Members that are left out where there is nothing to say: NULL, an empty text, nought. */
void cg_json_put_any_string(struct cg_json_writer *writer, const char *key, const char *value);
void cg_json_put_any_integer(struct cg_json_writer *writer, const char *key, int64_t value);
void cg_json_put_boolean(struct cg_json_writer *writer, const char *key, bool value);
void cg_json_put_null(struct cg_json_writer *writer, const char *key);
/* milli = thousandths: 12345 is written 12.345 (no floats). */
void cg_json_put_milli(struct cg_json_writer *writer, const char *key, int64_t milli);
cg_must_use bool cg_json_end(struct cg_json_writer *writer); /* adds the closing newline */

#endif
