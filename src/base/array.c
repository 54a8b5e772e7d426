#include "claimgate/base/array.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void cg_array_init(struct cg_array *array, size_t item_bytes, uint32_t limit) {
    CG_ASSERT(item_bytes > 0 && item_bytes <= UINT32_MAX);
    *array = (struct cg_array){.item_bytes = (uint32_t)item_bytes, .limit = limit};
}

void cg_array_fini(struct cg_array *array) {
    free(array->items);
    array->items = NULL;
    array->count = 0;
    array->capacity = 0;
}

/* Doubled; the limit cuts the last step short. */
static uint32_t next_capacity(const struct cg_array *array) {
    uint32_t capacity = array->limit;
    if (array->capacity <= array->limit / 2) {
        capacity = array->capacity == 0 ? FIRST_CAPACITY : array->capacity * 2;
    }
    return capacity < array->limit ? capacity : array->limit;
}

bool cg_array_grow(struct cg_array *array) {
    CG_ASSERT(array->capacity <= array->limit);
    const uint32_t capacity = next_capacity(array);
    if (capacity == array->capacity) {
        return false;
    }
    void *items = reallocarray(array->items, capacity, array->item_bytes);
    if (items == NULL) {
        return false;
    }
    array->items = items;
    array->capacity = capacity;
    return true;
}

void cg_array_sort(struct cg_array *array, int (*compare)(const void *a, const void *b)) {
    if (array->count > 1) {
        qsort(array->items, array->count, array->item_bytes, compare);
    }
}
