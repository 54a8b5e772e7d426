#include "members.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };

_Static_assert(sizeof(struct cg_member_history) <= CG_CACHE_LINE_BYTES, "one for every member");

bool cg_members_init(struct cg_members *members, struct cg_line_store *store) {
    *members = (struct cg_members){.store = store, .slot_count = FIRST_SLOTS};
    members->slots = calloc(FIRST_SLOTS, sizeof *members->slots);
    return members->slots != NULL;
}

void cg_members_fini(struct cg_members *members) {
    free(members->slots);
    *members = (struct cg_members){.slots = NULL};
}

void cg_members_reset(struct cg_members *members) {
    if (members->used > 0) {
        memset(members->slots, 0, members->slot_count * sizeof *members->slots);
        members->used = 0;
    }
}

uint32_t cg_members_hash(const struct cg_members *members, const struct cg_key *member) {
    return (uint32_t)(cg_key_hash(member, members->store->seed) >> 32);
}

static struct cg_member_history *past_at(const struct cg_members *members, uint32_t ref) {
    return cg_pool_at(&members->store->pool, ref);
}

struct cg_member_history *cg_members_at(const struct cg_members *members, uint32_t member_ref,
                                        const struct cg_key *member) {
    if (member_ref == 0) {
        return NULL;
    }
    struct cg_member_history *past = past_at(members, member_ref);
    return cg_key_equal(&past->member, member) ? past : NULL;
}

struct cg_member_history *cg_members_find(const struct cg_members *members,
                                          const struct cg_key *member, uint32_t hash) {
    uint32_t mask = members->slot_count - 1;
    for (uint32_t i = hash & mask; members->slots[i].member_ref != 0; i = (i + 1) & mask) {
        struct cg_member_history *past = past_at(members, members->slots[i].member_ref);
        if (members->slots[i].hash == hash && cg_key_equal(&past->member, member)) {
            return past;
        }
    }
    return NULL;
}

static void put_slot(struct cg_members *members, struct cg_member_slot slot) {
    uint32_t mask = members->slot_count - 1;
    uint32_t i = slot.hash & mask;
    while (members->slots[i].member_ref != 0) {
        i = (i + 1) & mask;
    }
    members->slots[i] = slot;
}

/* The slots hold the hashes, so that no member is looked at. */
static bool grow(struct cg_members *members) {
    struct cg_members bigger = *members;
    if (members->slot_count > UINT32_MAX / 4) {
        return false;
    }
    bigger.slot_count = members->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (bigger.slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < members->slot_count; i++) {
        if (members->slots[i].member_ref != 0) {
            put_slot(&bigger, members->slots[i]);
        }
    }
    free(members->slots);
    *members = bigger;
    return true;
}

struct cg_member_history *cg_members_add(struct cg_members *members, const struct cg_key *member,
                                         uint32_t hash) {
    if (members->used >= members->slot_count - members->slot_count / 4 && !grow(members)) {
        return NULL;
    }
    uint32_t ref = cg_pool_take_line(&members->store->pool);
    if (ref == 0) {
        return NULL;
    }
    struct cg_member_history *past = past_at(members, ref);
    *past = (struct cg_member_history){.member = *member};
    if (!cg_line_store_keep_key(members->store, &past->member)) {
        return NULL;
    }
    put_slot(members, (struct cg_member_slot){.hash = hash, .member_ref = ref});
    members->used++;
    return past;
}

void cg_members_fetch_slot(const struct cg_members *members, uint32_t hash) {
    cg_fetch(&members->slots[hash & (members->slot_count - 1)]);
}

uint32_t cg_members_fetch_member(const struct cg_members *members, uint32_t hash) {
    uint32_t mask = members->slot_count - 1;
    uint32_t i = hash & mask;
    while (members->slots[i].member_ref != 0 && members->slots[i].hash != hash) {
        i = (i + 1) & mask;
    }
    uint32_t ref = members->slots[i].member_ref;
    if (ref != 0) {
        cg_fetch(past_at(members, ref));
    }
    return ref;
}

void cg_members_fetch_past(const struct cg_members *members, uint32_t member_ref) {
    if (member_ref != 0) {
        cg_member_history_prefetch(members->store, past_at(members, member_ref));
    }
}
