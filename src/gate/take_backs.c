#include "take_backs.h"

#include "claimgate/base/hash.h"

void cg_take_backs_init(struct cg_take_backs *take_backs, uint64_t seed) {
    *take_backs = (struct cg_take_backs){.seed = seed};
    cg_array_init(&take_backs->notes, sizeof(struct cg_take_back), UINT32_MAX - 1);
    cg_array_init(&take_backs->waiting, sizeof(struct cg_take_back), UINT16_MAX);
}

void cg_take_backs_fini(struct cg_take_backs *take_backs) {
    cg_array_fini(&take_backs->notes);
    cg_array_fini(&take_backs->waiting);
    cg_hash_table_fini(&take_backs->table);
}

static bool same_keys(const void *notes, uint32_t ref, const void *wanted) {
    const struct cg_take_back *a = cg_array_at(notes, ref - 1);
    const struct cg_take_back *b = wanted;
    return a->member == b->member && a->frequency == b->frequency &&
           cg_key_equal(&a->claim, &b->claim) && cg_key_equal(&a->original, &b->original) &&
           cg_key_equal(&a->named, &b->named);
}

/* A claim notes one or two. */
static struct cg_take_back *find_waiting(const struct cg_take_backs *take_backs,
                                         const struct cg_take_back *wanted) {
    for (uint32_t i = 0; i < take_backs->waiting.count; i++) {
        if (same_keys(&take_backs->waiting, i + 1, wanted)) {
            return cg_array_at(&take_backs->waiting, i);
        }
    }
    return NULL;
}

static uint64_t hash_of(const struct cg_take_backs *take_backs, const struct cg_take_back *wanted) {
    struct cg_text claim = cg_key_text(&wanted->claim);
    struct cg_text original = cg_key_text(&wanted->original);
    uint64_t seed = cg_hash64(&wanted->member, sizeof wanted->member, take_backs->seed);
    seed = cg_hash64(claim.ptr, claim.len, seed + wanted->frequency);
    return cg_hash64(original.ptr, original.len, seed);
}

static struct cg_take_back *find(const struct cg_take_backs *take_backs,
                                 const struct cg_take_back *wanted, uint64_t hash) {
    const uint32_t ref =
        cg_hash_table_find(&take_backs->table, hash, same_keys, &take_backs->notes, wanted);
    return ref != 0 ? cg_array_at(&take_backs->notes, ref - 1) : NULL;
}

const struct cg_take_back *cg_take_backs_find(const struct cg_take_backs *take_backs,
                                              const struct cg_take_back *wanted) {
    const struct cg_take_back *note = find(take_backs, wanted, hash_of(take_backs, wanted));
    return note != NULL ? note : find_waiting(take_backs, wanted);
}

bool cg_take_backs_wait(struct cg_take_backs *take_backs, const struct cg_take_back *added) {
    struct cg_take_back *note = find_waiting(take_backs, added);
    if (note != NULL) {
        note->took_lines = note->took_lines || added->took_lines;
        return true;
    }
    note = cg_array_add(&take_backs->waiting);
    if (note != NULL) {
        *note = *added;
    }
    return note != NULL;
}

bool cg_take_backs_add(struct cg_take_backs *take_backs, const struct cg_take_back *added) {
    const uint64_t hash = hash_of(take_backs, added);
    struct cg_take_back *note = find(take_backs, added, hash);
    if (note != NULL) {
        note->took_lines = note->took_lines || added->took_lines;
        return true;
    }
    note = cg_array_add(&take_backs->notes);
    if (note == NULL) {
        return false;
    }
    *note = *added;
    return cg_hash_table_add(&take_backs->table, hash, take_backs->notes.count);
}
