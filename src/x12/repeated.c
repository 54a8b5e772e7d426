#include "repeated.h"

#include "claimgate/base/hash.h"

void cg_x12_repeated_init(struct cg_x12_repeated *repeated) {
    *repeated = (struct cg_x12_repeated){.table = {0}};
    cg_array_init(&repeated->seen, sizeof(uint64_t), CG_X12_REPEATED_MAX);
}

void cg_x12_repeated_fini(struct cg_x12_repeated *repeated) {
    cg_array_fini(&repeated->seen);
    cg_hash_table_fini(&repeated->table);
}

static bool same_hash(const void *seen, uint32_t ref, const void *wanted) {
    const uint64_t *hash = cg_array_at(seen, ref - 1);
    return *hash == *(const uint64_t *)wanted;
}

bool cg_x12_repeated_note(struct cg_x12_repeated *repeated, const struct cg_x12_elements *isa) {
    static const uint32_t told_apart_by[] = {5, 6, 13};
    uint64_t hash = cg_hash_run_seed();
    for (size_t i = 0; i < sizeof told_apart_by / sizeof told_apart_by[0]; i++) {
        const struct cg_text element = cg_x12_element(isa, told_apart_by[i]);
        hash = cg_hash64(element.ptr, element.len, hash);
    }
    if (cg_hash_table_find(&repeated->table, hash, same_hash, &repeated->seen, &hash) != 0) {
        return true;
    }
    uint64_t *kept = cg_array_add(&repeated->seen);
    if (kept != NULL) {
        *kept = hash;
        if (!cg_hash_table_add(&repeated->table, hash, repeated->seen.count)) {
            repeated->seen.count--;
        }
    }
    return false;
}
