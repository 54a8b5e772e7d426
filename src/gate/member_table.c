#include "member_table.h"

#include "claimgate/base/assert.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };

_Static_assert(sizeof(struct cg_member_history) <= CG_CACHE_LINE_BYTES, "one for every member");

bool cg_member_table_init(struct cg_member_table *table, struct cg_line_store *store) {
    *table = (struct cg_member_table){.store = store, .slot_count = FIRST_SLOTS};
    table->slots = calloc(FIRST_SLOTS, sizeof *table->slots);
    return table->slots != NULL;
}

void cg_member_table_fini(struct cg_member_table *table) {
    free(table->slots);
    *table = (struct cg_member_table){.slots = NULL};
}

void cg_member_table_reset(struct cg_member_table *table) {
    memset(table->slots, 0, table->slot_count * sizeof *table->slots);
    table->used = 0;
}

uint32_t cg_member_table_hash(const struct cg_member_table *table, const struct cg_key *member) {
    return (uint32_t)(cg_key_hash(member, table->store->seed) >> 32);
}

static struct cg_member_history *history_at(const struct cg_member_table *table, uint32_t ref) {
    return cg_pool_at(&table->store->pool, ref);
}

struct cg_member_history *cg_member_table_at(const struct cg_member_table *table,
                                             uint32_t member_ref, const struct cg_key *member) {
    if (member_ref == 0) {
        return NULL;
    }
    struct cg_member_history *history = history_at(table, member_ref);
    return cg_key_equal(&history->member, member) ? history : NULL;
}

struct cg_member_history *cg_member_table_find(const struct cg_member_table *table,
                                               const struct cg_key *member, uint32_t hash) {
    uint32_t mask = table->slot_count - 1;
    for (uint32_t i = hash & mask; table->slots[i].member_ref != 0; i = (i + 1) & mask) {
        struct cg_member_history *history = history_at(table, table->slots[i].member_ref);
        if (table->slots[i].hash == hash && cg_key_equal(&history->member, member)) {
            return history;
        }
    }
    return NULL;
}

static void put_slot(struct cg_member_table *table, struct cg_member_slot slot) {
    uint32_t mask = table->slot_count - 1;
    uint32_t i = slot.hash & mask;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): `grow` has put new slots in their place. */
    while (table->slots[i].member_ref != 0) {
        i = (i + 1) & mask;
    }
    table->slots[i] = slot;
}

/* The slots hold the hashes, so that no member is looked at. */
static bool grow(struct cg_member_table *table) {
    struct cg_member_table bigger = *table;
    CG_ASSERT(table->slot_count <= UINT32_MAX / 4); /* the pool has no room for so many members */
    bigger.slot_count = table->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].member_ref != 0) {
            put_slot(&bigger, table->slots[i]);
        }
    }
    free(table->slots);
    *table = bigger;
    return true;
}

struct cg_member_history *cg_member_table_add(struct cg_member_table *table,
                                              const struct cg_key *member, uint32_t hash) {
    if (table->used >= table->slot_count - table->slot_count / 4 && !grow(table)) {
        return NULL;
    }
    uint32_t ref = cg_pool_take_line(&table->store->pool);
    if (ref == 0) {
        return NULL;
    }
    struct cg_member_history *history = history_at(table, ref);
    *history = (struct cg_member_history){.member = *member};
    if (!cg_line_store_keep_key(table->store, &history->member)) {
        return NULL;
    }
    put_slot(table, (struct cg_member_slot){.hash = hash, .member_ref = ref});
    table->used++;
    return history;
}

void cg_member_table_fetch_slot(const struct cg_member_table *table, uint32_t hash) {
    cg_fetch(&table->slots[hash & (table->slot_count - 1)]);
}

uint32_t cg_member_table_fetch_member(const struct cg_member_table *table, uint32_t hash) {
    uint32_t mask = table->slot_count - 1;
    uint32_t i = hash & mask;
    while (table->slots[i].member_ref != 0 && table->slots[i].hash != hash) {
        i = (i + 1) & mask;
    }
    uint32_t ref = table->slots[i].member_ref;
    if (ref != 0) {
        cg_fetch(history_at(table, ref));
    }
    return ref;
}

void cg_member_table_fetch_rows(const struct cg_member_table *table, uint32_t member_ref) {
    if (member_ref != 0) {
        cg_member_history_prefetch(table->store, history_at(table, member_ref));
    }
}

enum cg_status cg_member_table_no_memory(const struct cg_member_table *table,
                                         struct cg_error *err) {
    enum { LARGE_CHUNKS = 8 }; /* of 32 MiB */
    const bool is_large = table->store->pool.chunk_count >= LARGE_CHUNKS;
    return cg_error_set(err, CG_INTERNAL, "%s",
                        is_large ? "out of memory for the history of members; give the program "
                                   "more memory, or split the files by member and run the parts "
                                   "one by one"
                                 : "out of memory");
}
