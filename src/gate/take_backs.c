#include "take_backs.h"

#include "claimgate/base/hash.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

void cg_take_backs_init(struct cg_take_backs *table, uint64_t seed) {
    *table = (struct cg_take_backs){.seed = seed};
}

void cg_take_backs_fini(struct cg_take_backs *table) {
    free(table->slots);
    *table = (struct cg_take_backs){.slots = NULL};
}

static bool same_keys(const struct cg_take_back *a, const struct cg_take_back *b) {
    return a->member == b->member && a->frequency == b->frequency &&
           cg_key_equal(&a->claim, &b->claim) && cg_key_equal(&a->original, &b->original);
}

static uint64_t hash_of(const struct cg_take_backs *table, const struct cg_take_back *wanted) {
    struct cg_text claim = cg_key_text(&wanted->claim);
    struct cg_text original = cg_key_text(&wanted->original);
    uint64_t seed = cg_hash64(&wanted->member, sizeof wanted->member, table->seed);
    seed = cg_hash64(claim.ptr, claim.len, seed + wanted->frequency);
    return cg_hash64(original.ptr, original.len, seed);
}

/* Its place, or the empty one where it would go. */
static struct cg_take_back *place_of(const struct cg_take_backs *table,
                                     const struct cg_take_back *wanted) {
    size_t i = hash_of(table, wanted) & (table->slot_count - 1);
    while (table->slots[i].frequency != 0 && !same_keys(&table->slots[i], wanted)) {
        i = (i + 1) & (table->slot_count - 1);
    }
    return &table->slots[i];
}

const struct cg_take_back *cg_take_backs_find(const struct cg_take_backs *table,
                                              const struct cg_take_back *wanted) {
    if (table->slot_count == 0) {
        return NULL;
    }
    const struct cg_take_back *place = place_of(table, wanted);
    return place->frequency != 0 ? place : NULL;
}

static bool grow(struct cg_take_backs *table) {
    struct cg_take_backs bigger = *table;
    bigger.slot_count = table->slot_count == 0 ? FIRST_SLOTS : table->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].frequency != 0) {
            *place_of(&bigger, &table->slots[i]) = table->slots[i];
        }
    }
    free(table->slots);
    *table = bigger;
    return true;
}

bool cg_take_backs_add(struct cg_take_backs *table, const struct cg_take_back *added) {
    if (table->used >= table->slot_count - table->slot_count / 4 && !grow(table)) {
        return false;
    }
    struct cg_take_back *place = place_of(table, added);
    bool took_lines = added->took_lines || place->took_lines;
    if (place->frequency == 0) {
        *place = *added;
        table->used++;
    }
    place->took_lines = took_lines;
    return true;
}
