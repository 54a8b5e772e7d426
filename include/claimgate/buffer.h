/*
 * A growable byte buffer with a limit.
 *
 * Ownership  The struct is the caller's memory, the bytes the buffer's: _fini frees them.
 * Failure    Growing past `limit_bytes`, or out of memory, returns false and leaves the
 *            content as it was. The caller turns that into an error or a verdict.
 */
#ifndef CLAIMGATE_BUFFER_H
#define CLAIMGATE_BUFFER_H

#include "claimgate/error.h"

#include <stdbool.h>
#include <stddef.h>

struct cg_buffer {
    char *data;
    size_t len_bytes;
    size_t capacity_bytes;
    size_t limit_bytes;
};

void cg_buffer_init(struct cg_buffer *buffer, size_t limit_bytes);
void cg_buffer_fini(struct cg_buffer *buffer);
void cg_buffer_clear(struct cg_buffer *buffer); /* keeps the capacity */
cg_must_use bool cg_buffer_reserve(struct cg_buffer *buffer, size_t more_bytes);
cg_must_use bool cg_buffer_append(struct cg_buffer *buffer, const void *bytes, size_t len_bytes);
cg_must_use bool cg_buffer_append_text(struct cg_buffer *buffer, const char *text);
cg_must_use bool cg_buffer_printf(struct cg_buffer *buffer, const char *format, ...)
    cg_printf_like(2, 3);

#endif
