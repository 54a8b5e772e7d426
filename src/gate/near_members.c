#include "near_members.h"

void cg_near_members_fini(struct cg_near_members *near) {
    cg_array_fini(&near->hashes);
    cg_hash_table_fini(&near->table);
    *near = (struct cg_near_members){.met = false};
}

static bool parts(char byte) {
    return byte == ' ' || byte == '-' || byte == '_';
}

/* As it would be written plainly; len 0 of noughts alone. */
static struct cg_text write_plainly(struct cg_text id, char out[CG_ID_MAX_BYTES]) {
    uint32_t len = 0;
    for (uint32_t i = 0; i < id.len; i++) {
        const char byte = id.ptr[i];
        const bool is_small = byte >= 'a' && byte <= 'z';
        if (!parts(byte) && !(byte == '0' && len == 0)) {
            out[len++] = is_small ? (char)(byte - 'a' + 'A') : byte;
        }
    }
    return (struct cg_text){out, len};
}

static bool same_hash(const void *hashes, uint32_t ref, const void *wanted) {
    const uint64_t *hash = cg_array_at(hashes, ref - 1);
    return *hash == *(const uint64_t *)wanted;
}

static bool is_kept(const struct cg_near_members *near, uint64_t hash) {
    return cg_hash_table_find(&near->table, hash, same_hash, &near->hashes, &hash) != 0;
}

static void keep(struct cg_near_members *near, uint64_t hash) {
    if (near->hashes.count == 0) {
        cg_array_init(&near->hashes, sizeof hash, CG_NEAR_MEMBERS_MAX);
    }
    uint64_t *kept = cg_array_add(&near->hashes);
    if (kept != NULL) {
        *kept = hash;
        near->hashes.count -= !cg_hash_table_add(&near->table, hash, near->hashes.count);
    }
}

void cg_near_members_meet(struct cg_near_members *near, const struct cg_member_table *members,
                          const struct cg_key *member) {
    char bytes[CG_ID_MAX_BYTES];
    const struct cg_text id = cg_key_text(member);
    const struct cg_text plain = write_plainly(id, bytes);
    const bool is_plain = cg_text_equal(plain, id);
    if (plain.len == 0 || (is_plain && near->table.used == 0)) {
        return;
    }
    const uint64_t hash = cg_hash64(plain.ptr, plain.len, members->store->seed);
    const bool was_kept = is_kept(near, hash);
    const struct cg_key key = cg_key_of(plain);
    near->met = near->met || was_kept ||
                (!is_plain &&
                 cg_member_table_find(members, &key, cg_member_table_hash(members, &key)) != NULL);
    if (!is_plain && !was_kept) {
        keep(near, hash);
    }
}
