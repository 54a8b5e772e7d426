#include "claimgate/base/seen.h"

void cg_seen_fini(struct cg_seen *seen) {
    cg_array_fini(&seen->hashes);
    cg_hash_table_fini(&seen->table);
}

static bool same_hash(const void *hashes, uint32_t ref, const void *wanted) {
    const uint64_t *hash = cg_array_at(hashes, ref - 1);
    return *hash == *(const uint64_t *)wanted;
}

bool cg_seen_has(const struct cg_seen *seen, uint64_t hash) {
    return cg_hash_table_find(&seen->table, hash, same_hash, &seen->hashes, &hash) != 0;
}

bool cg_seen_note(struct cg_seen *seen, uint64_t hash) {
    if (cg_seen_has(seen, hash)) {
        return true;
    }
    if (seen->hashes.item_bytes == 0) {
        cg_array_init(&seen->hashes, sizeof hash, seen->limit);
    }
    if (seen->hashes.count == seen->limit) {
        return false;
    }
    uint64_t *kept = cg_array_add(&seen->hashes);
    if (kept != NULL) {
        *kept = hash;
    }
    if (kept != NULL && !cg_hash_table_add(&seen->table, hash, seen->hashes.count)) {
        seen->hashes.count--;
        kept = NULL;
    }
    seen->no_memory = seen->no_memory || kept == NULL;
    return false;
}
