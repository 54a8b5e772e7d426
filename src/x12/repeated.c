#include "repeated.h"

#include "claimgate/base/hash.h"

bool cg_x12_repeated_note(struct cg_seen *seen, const struct cg_x12_elements *isa) {
    static const uint32_t told_apart_by[] = {5, 6, 13};
    uint64_t hash = cg_hash_run_seed();
    for (size_t i = 0; i < sizeof told_apart_by / sizeof told_apart_by[0]; i++) {
        const struct cg_text element = cg_x12_element(isa, told_apart_by[i]);
        hash = cg_hash64(element.ptr, element.len, hash);
    }
    return cg_seen_note(seen, hash);
}
