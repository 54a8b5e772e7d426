#include "verify.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

void cg_hash_set_fini(struct cg_hash_set *set) {
    free(set->slots);
    *set = (struct cg_hash_set){0};
}

static bool grow_set(struct cg_hash_set *set) {
    const size_t count = set->slot_count == 0 ? FIRST_SLOTS : 2 * set->slot_count;
    uint64_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < set->slot_count; i++) {
        size_t at = set->slots[i] & (count - 1);
        while (set->slots[i] != 0 && slots[at] != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = set->slots[i] != 0 ? set->slots[i] : slots[at];
    }
    free(set->slots);
    set->slots = slots;
    set->slot_count = count;
    return true;
}

bool cg_hash_set_put(struct cg_hash_set *set, uint64_t value, bool *is_new) {
    if (set->used >= set->slot_count / 2 && !grow_set(set)) {
        return false;
    }
    size_t at = value & (set->slot_count - 1);
    while (set->slots[at] != 0 && set->slots[at] != value) {
        at = (at + 1) & (set->slot_count - 1);
    }
    *is_new = set->slots[at] == 0;
    set->used += *is_new;
    set->slots[at] = value;
    return true;
}
