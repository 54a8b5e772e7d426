#include "near_members.h"

void cg_near_members_fini(struct cg_near_members *near) {
    cg_seen_fini(&near->others);
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

bool cg_near_members_meet(struct cg_near_members *near, const struct cg_member_table *members,
                          const struct cg_key *member) {
    char bytes[CG_ID_MAX_BYTES];
    const struct cg_text id = cg_key_text(member);
    const struct cg_text plain = write_plainly(id, bytes);
    const bool is_plain = cg_text_equal(plain, id);
    near->met = false;
    if (plain.len == 0 || (is_plain && near->others.hashes.count == 0)) {
        return true;
    }
    const uint64_t hash = cg_hash64(plain.ptr, plain.len, members->store->seed);
    const struct cg_key key = cg_key_of(plain);
    near->others.limit = CG_NEAR_MEMBERS_MAX;
    const bool was_there =
        is_plain ? cg_seen_has(&near->others, hash) : cg_seen_note(&near->others, hash);
    near->met = was_there ||
                (!is_plain &&
                 cg_member_table_find(members, &key, cg_member_table_hash(members, &key)) != NULL);
    return !near->others.no_memory;
}
