/*
 * A growing array of items of one size.
 *
 * Ownership  The struct is the caller's memory, the items the array's: _fini frees them. What an
 *            item points to stays the caller's.
 * Memory     The capacity doubles, up to the limit that _init names. Growing moves the items, so
 *            that a pointer to one is good until the next _add; a position is good for longer.
 * Threads    One at a time; many may read while nobody adds.
 * Failure    NULL without memory or beyond the limit; the items are then as they were.
 */
#ifndef CLAIMGATE_BASE_ARRAY_H
#define CLAIMGATE_BASE_ARRAY_H

#include "claimgate/base/assert.h"
#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_array {
    void *items; /* NULL until the first _add */
    uint32_t count;
    uint32_t capacity;
    uint32_t limit;
    uint32_t item_bytes;
};

void cg_array_init(struct cg_array *array, size_t item_bytes, uint32_t limit);
void cg_array_fini(struct cg_array *array); /* it may be used again, and is empty */

/* In the order that qsort's comparison tells. */
void cg_array_sort(struct cg_array *array, int (*compare)(const void *a, const void *b));

/* What cg_array_add does where there is no room. */
cg_must_use bool cg_array_grow(struct cg_array *array);

static inline void *cg_array_at(const struct cg_array *array, uint32_t position) {
    CG_ASSERT(position < array->count);
    return (char *)array->items + (size_t)position * array->item_bytes;
}

/* One more item at the end, for the caller to fill: its bytes are not set. */
cg_must_use static inline void *cg_array_add(struct cg_array *array) {
    CG_ASSERT(array->item_bytes > 0 && array->count <= array->capacity);
    if (array->count == array->capacity && !cg_array_grow(array)) {
        return NULL;
    }
    return cg_array_at(array, array->count++);
}

#endif
