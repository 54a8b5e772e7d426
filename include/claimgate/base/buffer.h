/*
 * A growable byte buffer with a limit.
 *
 * Ownership  The struct is the caller's memory, the bytes the buffer's: _fini frees them.
 * Failure    Growing past `limit_bytes`, or out of memory, returns false and leaves the
 *            content as it was. The caller turns that into an error or a verdict.
 */
#ifndef CLAIMGATE_BASE_BUFFER_H
#define CLAIMGATE_BASE_BUFFER_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct cg_buffer {
    char *data;
    size_t len_bytes;
    size_t capacity_bytes;
    size_t limit_bytes;
};

void cg_buffer_init(struct cg_buffer *buffer, size_t limit_bytes);
void cg_buffer_fini(struct cg_buffer *buffer);
void cg_buffer_clear(struct cg_buffer *buffer); /* keeps the capacity */
cg_must_use bool cg_buffer_append_text(struct cg_buffer *buffer, const char *text);
cg_must_use bool cg_buffer_printf(struct cg_buffer *buffer, const char *format, ...)
    cg_printf_like(2, 3);

/* What cg_buffer_reserve does where there is no room. */
cg_must_use bool cg_buffer_grow(struct cg_buffer *buffer, size_t more_bytes);

/* Inline, because a row is put together from two dozen pieces, most of them a byte or a few, of
 * which only the first one of many finds no room. */
cg_must_use static inline bool cg_buffer_reserve(struct cg_buffer *buffer, size_t more_bytes) {
    return more_bytes <= buffer->capacity_bytes - buffer->len_bytes ||
           cg_buffer_grow(buffer, more_bytes);
}

cg_must_use static inline bool cg_buffer_append(struct cg_buffer *buffer, const void *bytes,
                                                size_t len_bytes) {
    if (!cg_buffer_reserve(buffer, len_bytes)) {
        return false;
    }
    if (len_bytes > 0) { /* memcpy must not see the NULL of an empty buffer */
        memcpy(buffer->data + buffer->len_bytes, bytes, len_bytes);
        buffer->len_bytes += len_bytes;
    }
    return true;
}

#endif
