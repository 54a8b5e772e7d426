#include "claimgate/json/json.h"

#include "claimgate/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX (int)(sizeof((struct cg_json_writer *)0)->first / sizeof(bool))

static void put_bytes(struct cg_json_writer *writer, const char *bytes, size_t len_bytes) {
    if (!writer->failed && !cg_buffer_append(writer->out, bytes, len_bytes)) {
        writer->failed = true;
    }
}

static void put(struct cg_json_writer *writer, const char *text) {
    put_bytes(writer, text, strlen(text));
}

static void put_new_line(struct cg_json_writer *writer) {
    if (writer->compact) {
        return;
    }
    put(writer, "\n");
    for (int i = 0; i < writer->depth; i++) {
        put(writer, "  ");
    }
}

static void put_escape(struct cg_json_writer *writer, unsigned char byte) {
    static const char letters[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (const char *pair = letters; *pair != '\0'; pair += 2) {
        if (byte == (unsigned char)pair[0]) {
            const char escape[] = {'\\', pair[1]};
            put_bytes(writer, escape, sizeof escape);
            return;
        }
    }
    char escape[sizeof "\\u0000"];
    (void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);
    put(writer, escape);
}

/* RFC 8259, section 7; bytes that are no UTF-8 become U+FFFD, one each. */
static void put_quoted(struct cg_json_writer *writer, const char *bytes, size_t len_bytes) {
    put(writer, "\"");
    size_t run_start = 0; /* bytes from here on go out as they are */
    size_t i = 0;
    while (i < len_bytes) {
        size_t char_bytes = cg_utf8_char_bytes(bytes + i, len_bytes - i);
        unsigned char byte = (unsigned char)bytes[i];
        bool as_is =
            char_bytes > 1 || (char_bytes == 1 && byte >= 0x20 && byte != '"' && byte != '\\');
        if (as_is) {
            i += char_bytes;
            continue;
        }
        put_bytes(writer, bytes + run_start, i - run_start);
        if (char_bytes == 0) {
            put(writer, "\xEF\xBF\xBD");
        } else {
            put_escape(writer, byte);
        }
        i++;
        run_start = i;
    }
    put_bytes(writer, bytes + run_start, len_bytes - run_start);
    put(writer, "\"");
}

/* What stands before every value: the comma, the line and the key. */
static void put_lead(struct cg_json_writer *writer, const char *key) {
    if (writer->depth > 0) {
        if (!writer->first[writer->depth]) {
            put(writer, ",");
        }
        writer->first[writer->depth] = false;
        put_new_line(writer);
    }
    if (key != NULL) {
        put_quoted(writer, key, strlen(key));
        put(writer, writer->compact ? ":" : ": ");
    }
}

void cg_json_begin(struct cg_json_writer *writer, struct cg_buffer *out, bool compact) {
    *writer = (struct cg_json_writer){.out = out, .compact = compact};
}

static void open_container(struct cg_json_writer *writer, const char *key, const char *bracket) {
    put_lead(writer, key);
    put(writer, bracket);
    if (writer->depth + 1 >= DEPTH_MAX) {
        writer->failed = true;
        return;
    }
    writer->depth++;
    writer->first[writer->depth] = true;
}

static void close_container(struct cg_json_writer *writer, const char *bracket) {
    if (writer->depth == 0) {
        writer->failed = true;
        return;
    }
    bool empty = writer->first[writer->depth];
    writer->depth--;
    if (!empty) {
        put_new_line(writer);
    }
    put(writer, bracket);
}

void cg_json_open_object(struct cg_json_writer *writer, const char *key) {
    open_container(writer, key, "{");
}

void cg_json_close_object(struct cg_json_writer *writer) {
    close_container(writer, "}");
}

void cg_json_open_array(struct cg_json_writer *writer, const char *key) {
    open_container(writer, key, "[");
}

void cg_json_close_array(struct cg_json_writer *writer) {
    close_container(writer, "]");
}

void cg_json_put_string(struct cg_json_writer *writer, const char *key, const char *value) {
    cg_json_put_text(writer, key, value, strlen(value));
}

void cg_json_put_text(struct cg_json_writer *writer, const char *key, const char *bytes,
                      size_t len_bytes) {
    put_lead(writer, key);
    put_quoted(writer, bytes, len_bytes);
}

void cg_json_put_integer(struct cg_json_writer *writer, const char *key, int64_t value) {
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, value);
    put_lead(writer, key);
    put(writer, digits);
}

void cg_json_put_integers(struct cg_json_writer *json, const char *key, const uint64_t *numbers,
                          size_t count) {
    cg_json_open_array(json, key);
    for (size_t i = 0; i < count; i++) {
        cg_json_put_integer(json, NULL, (int64_t)numbers[i]);
    }
    cg_json_close_array(json);
}

void cg_json_put_hex(struct cg_json_writer *writer, const char *key, const uint8_t *bytes,
                     size_t len_bytes) {
    static const char digits[] = "0123456789abcdef";
    put_lead(writer, key);
    put(writer, "\"");
    for (size_t i = 0; i < len_bytes; i++) {
        put_bytes(writer, &digits[bytes[i] >> 4], 1);
        put_bytes(writer, &digits[bytes[i] & 15], 1);
    }
    put(writer, "\"");
}

void cg_json_put_any_string(struct cg_json_writer *writer, const char *key, const char *value) {
    if (value != NULL && value[0] != '\0') {
        cg_json_put_string(writer, key, value);
    }
}

void cg_json_put_any_integer(struct cg_json_writer *writer, const char *key, int64_t value) {
    if (value != 0) {
        cg_json_put_integer(writer, key, value);
    }
}

void cg_json_put_boolean(struct cg_json_writer *writer, const char *key, bool value) {
    put_lead(writer, key);
    put(writer, value ? "true" : "false");
}

void cg_json_put_null(struct cg_json_writer *writer, const char *key) {
    put_lead(writer, key);
    put(writer, "null");
}

void cg_json_put_milli(struct cg_json_writer *writer, const char *key, int64_t milli) {
    /* The magnitude is taken in unsigned arithmetic, where the smallest number has one too. */
    uint64_t magnitude = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%s%" PRIu64 ".%03" PRIu64, milli < 0 ? "-" : "",
                   magnitude / 1000, magnitude % 1000);
    put_lead(writer, key);
    put(writer, digits);
}

bool cg_json_end(struct cg_json_writer *writer) {
    put(writer, "\n");
    return !writer->failed && writer->depth == 0;
}
