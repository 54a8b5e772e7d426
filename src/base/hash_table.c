#include "claimgate/base/hash_table.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

static const uint32_t slots_max = UINT32_C(1) << 31;

void cg_hash_table_fini(struct cg_hash_table *table) {
    free(table->slots);
    *table = (struct cg_hash_table){0};
}

void cg_hash_table_clear(struct cg_hash_table *table) {
    if (table->used > 0) {
        memset(table->slots, 0, table->slot_count * sizeof *table->slots);
        table->used = 0;
    }
}

static void put_slot(struct cg_hash_table *table, struct cg_hash_slot slot) {
    const uint32_t mask = table->slot_count - 1;
    uint32_t i = slot.hash & mask;
    while (table->slots[i].ref != 0) {
        i = (i + 1) & mask;
    }
    table->slots[i] = slot;
}

static bool grow(struct cg_hash_table *table) {
    if (table->slot_count >= slots_max) {
        return false;
    }
    struct cg_hash_table bigger = *table;
    bigger.slot_count = table->slot_count == 0 ? FIRST_SLOTS : table->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].ref != 0) {
            put_slot(&bigger, table->slots[i]);
        }
    }
    free(table->slots);
    *table = bigger;
    return true;
}

bool cg_hash_table_add(struct cg_hash_table *table, uint64_t hash, uint32_t ref) {
    CG_ASSERT(ref != 0);
    if (table->used >= table->slot_count - table->slot_count / 4 && !grow(table)) {
        return false;
    }
    CG_ASSERT(table->used < table->slot_count);
    put_slot(table, (struct cg_hash_slot){.hash = (uint32_t)(hash >> 32), .ref = ref});
    table->used++;
    return true;
}

/* Whoever stands behind the gap moves into it, unless that would be before its own first place. */
void cg_hash_table_remove(struct cg_hash_table *table, uint64_t hash, uint32_t ref) {
    CG_ASSERT(table->used > 0 && ref != 0);
    const uint32_t mask = table->slot_count - 1;
    uint32_t gap = (uint32_t)(hash >> 32) & mask;
    while (table->slots[gap].ref != ref) {
        CG_ASSERT(table->slots[gap].ref != 0);
        gap = (gap + 1) & mask;
    }
    for (uint32_t i = (gap + 1) & mask; table->slots[i].ref != 0; i = (i + 1) & mask) {
        const uint32_t from_home = (i - table->slots[i].hash) & mask;
        if (from_home >= ((i - gap) & mask)) {
            table->slots[gap] = table->slots[i];
            gap = i;
        }
    }
    table->slots[gap].ref = 0;
    table->used--;
}
