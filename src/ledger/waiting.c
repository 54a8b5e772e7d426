#include "waiting.h"

#include <stdlib.h>

enum { MEMBERS_MAX = 1 << 24 };

struct cg_waiting *cg_waiting_new(size_t outlines_max_bytes) {
    struct cg_waiting *waiting = calloc(1, sizeof *waiting);
    if (waiting != NULL) {
        cg_array_init(&waiting->members, sizeof(struct cg_waiting_member), MEMBERS_MAX);
        cg_buffer_init(&waiting->outlines, outlines_max_bytes);
    }
    return waiting;
}

void cg_waiting_free(struct cg_waiting *waiting) {
    if (waiting != NULL) {
        cg_array_fini(&waiting->members);
        cg_buffer_fini(&waiting->outlines);
        cg_hash_table_fini(&waiting->table);
        free(waiting);
    }
}

void cg_waiting_clear(struct cg_waiting *waiting) {
    waiting->members.count = 0;
    cg_buffer_clear(&waiting->outlines);
    cg_hash_table_clear(&waiting->table);
}

static bool is_member(const void *members, uint32_t ref, const void *key) {
    const struct cg_waiting_member *member = cg_array_at(members, ref - 1);
    return cg_key_equal(&member->id, key);
}

struct cg_waiting_member *cg_waiting_find(const struct cg_waiting *waiting,
                                          const struct cg_key *id) {
    const uint64_t hash = cg_key_hash(id, cg_hash_run_seed());
    const uint32_t ref =
        cg_hash_table_find(&waiting->table, hash, is_member, &waiting->members, id);
    return ref == 0 ? NULL : cg_array_at(&waiting->members, ref - 1);
}

static struct cg_waiting_member *add_member(struct cg_waiting *waiting, const struct cg_key *id) {
    struct cg_waiting_member *member = cg_array_add(&waiting->members);
    if (member == NULL || !cg_hash_table_add(&waiting->table, cg_key_hash(id, cg_hash_run_seed()),
                                             waiting->members.count)) {
        return NULL;
    }
    *member = (struct cg_waiting_member){.id = *id};
    return member;
}

bool cg_waiting_collect(struct cg_waiting *waiting, const struct cg_batch *batch) {
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        const struct cg_line *line = cg_batch_line(batch, i);
        const uint32_t len = cg_key_len(&line->member_id);
        if (line->malformed != CG_WELL_FORMED || line->out_of_scope || len == 0 ||
            len > CG_ID_MAX_BYTES) {
            continue;
        }
        struct cg_waiting_member *member = cg_waiting_find(waiting, &line->member_id);
        if (member == NULL) {
            member = add_member(waiting, &line->member_id);
        }
        if (member == NULL) {
            return false;
        }
        member->is_decided = member->is_decided || line->reasons == 0;
    }
    return true;
}
