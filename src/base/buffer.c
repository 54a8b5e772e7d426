#include "claimgate/base/buffer.h"

#include "claimgate/base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY_BYTES = 256 };

void cg_buffer_init(struct cg_buffer *buffer, size_t limit_bytes) {
    *buffer = (struct cg_buffer){.limit_bytes = limit_bytes};
}

void cg_buffer_fini(struct cg_buffer *buffer) {
    free(buffer->data);
    *buffer = (struct cg_buffer){.limit_bytes = buffer->limit_bytes};
}

void cg_buffer_clear(struct cg_buffer *buffer) {
    buffer->len_bytes = 0;
}

/* Doubling keeps appending linear; the limit cuts the last step short. */
static size_t grown_capacity(const struct cg_buffer *buffer, size_t needed_bytes) {
    size_t capacity = buffer->capacity_bytes;
    if (capacity < FIRST_CAPACITY_BYTES) {
        capacity = FIRST_CAPACITY_BYTES;
    }
    while (capacity < needed_bytes) {
        capacity = capacity > buffer->limit_bytes / 2 ? buffer->limit_bytes : capacity * 2;
    }
    return capacity < buffer->limit_bytes ? capacity : buffer->limit_bytes;
}

bool cg_buffer_grow(struct cg_buffer *buffer, size_t more_bytes) {
    CG_ASSERT(buffer->len_bytes <= buffer->limit_bytes);
    if (more_bytes > buffer->limit_bytes - buffer->len_bytes) {
        return false;
    }
    size_t capacity = grown_capacity(buffer, buffer->len_bytes + more_bytes);
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        return false;
    }
    buffer->data = data;
    buffer->capacity_bytes = capacity;
    return true;
}

bool cg_buffer_append_text(struct cg_buffer *buffer, const char *text) {
    return cg_buffer_append(buffer, text, strlen(text));
}

bool cg_buffer_printf(struct cg_buffer *buffer, const char *format, ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        return false;
    }
    bool appended = cg_buffer_append(buffer, text, (size_t)len);
    free(text);
    return appended;
}
