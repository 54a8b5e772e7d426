/*
 * A hash table of references: numbers by which the caller finds what it keeps elsewhere, such as
 * positions in a cg_array plus 1, or places in a pool.
 *
 * The caller hashes the key and tells whether a reference stands for it. Of the hash, the upper 32
 * bits are used and kept, so that most keys that differ are told apart without a question, and a
 * growing table asks none. Keys that come from a file need a hash with cg_hash_run_seed().
 *
 * Ownership  `struct cg_hash_table table = {0}` is an empty table; _fini frees the slots. What the
 *            references lead to is the caller's.
 * Memory     8 bytes a slot, of which at most three quarters are used; 2^31 slots at most.
 * Threads    One at a time; many may find while nobody adds.
 * Failure    Adding returns false without memory; the table is then as it was.
 */
#ifndef CLAIMGATE_BASE_HASH_TABLE_H
#define CLAIMGATE_BASE_HASH_TABLE_H

#include "claimgate/base/assert.h"
#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_hash_slot {
    uint32_t hash;
    uint32_t ref; /* 0: empty */
};

struct cg_hash_table {
    struct cg_hash_slot *slots;
    uint32_t slot_count; /* a power of two, or 0 */
    uint32_t used;
};

/* Whether `ref` stands for `key`. */
typedef bool (*cg_same_key_fn)(const void *context, uint32_t ref, const void *key);

void cg_hash_table_fini(struct cg_hash_table *table); /* it may be used again, and is empty */

void cg_hash_table_clear(struct cg_hash_table *table); /* keeps the slots */

/* Add a reference, never 0, whose key is not there yet. */
cg_must_use bool cg_hash_table_add(struct cg_hash_table *table, uint64_t hash, uint32_t ref);

/* Take out a reference that is there, with the hash that it was added with. */
void cg_hash_table_remove(struct cg_hash_table *table, uint64_t hash, uint32_t ref);

/* The reference that stands for `key`; 0: none. Inline, so that `same` is too. */
static inline uint32_t cg_hash_table_find(const struct cg_hash_table *table, uint64_t hash,
                                          cg_same_key_fn same, const void *context,
                                          const void *key) {
    if (table->used == 0) {
        return 0;
    }
    CG_ASSERT((table->slot_count & (table->slot_count - 1)) == 0);
    CG_ASSERT(table->used < table->slot_count); /* an empty slot ends every search */
    const uint32_t mask = table->slot_count - 1;
    const uint32_t wanted = (uint32_t)(hash >> 32);
    for (uint32_t i = wanted & mask; table->slots[i].ref != 0; i = (i + 1) & mask) {
        if (table->slots[i].hash == wanted && same(context, table->slots[i].ref, key)) {
            return table->slots[i].ref;
        }
    }
    return 0;
}

#endif
