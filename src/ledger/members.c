/*
 * Members this run has met, in a table of our own: a line costs one look, the ledger is asked once
 * a member, and not at all while it knows no members.
 */
#include "private.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, SLOTS_MAX = 1 << 30 };

static const size_t ids_limit_bytes = (size_t)UINT32_MAX;

void cg_ledger_members_init(struct cg_ledger_members *members, int64_t last_no) {
    *members = (struct cg_ledger_members){
        .seed = cg_hash_run_seed(), .last_no = last_no, .ledger_has_members = last_no > 0};
    cg_buffer_init(&members->ids, ids_limit_bytes);
}

void cg_ledger_members_fini(struct cg_ledger_members *members) {
    free(members->list);
    free(members->slots);
    cg_buffer_fini(&members->ids);
    *members = (struct cg_ledger_members){0};
}

static uint32_t *slot_of(const struct cg_ledger_members *members, struct cg_text id,
                         uint64_t hash) {
    uint32_t at = (uint32_t)hash & (members->slot_count - 1);
    for (;; at = (at + 1) & (members->slot_count - 1)) {
        uint32_t *slot = &members->slots[at];
        if (*slot == 0) {
            return slot;
        }
        const struct cg_ledger_member *member = &members->list[*slot - 1];
        if (member->hash == hash && member->id_len == id.len &&
            memcmp(members->ids.data + member->id_offset, id.ptr, id.len) == 0) {
            return slot;
        }
    }
}

static bool grow_slots(struct cg_ledger_members *members) {
    if (members->slot_count >= SLOTS_MAX) {
        return false;
    }
    const uint32_t count = members->slot_count == 0 ? FIRST_SLOTS : 2 * members->slot_count;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < members->count; i++) {
        uint32_t at = (uint32_t)members->list[i].hash & (count - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = i + 1;
    }
    free(members->slots);
    members->slots = slots;
    members->slot_count = count;
    return true;
}

static bool grow_list(struct cg_ledger_members *members) {
    const uint32_t capacity = members->capacity == 0 ? FIRST_SLOTS : 2 * members->capacity;
    struct cg_ledger_member *list = realloc(members->list, capacity * sizeof *list);
    if (list == NULL) {
        return false;
    }
    members->list = list;
    members->capacity = capacity;
    return true;
}

/* Half of the slots stay empty, so that a look that finds nothing ends soon. */
static struct cg_ledger_member *add_member(struct cg_ledger_members *members, struct cg_text id,
                                           uint64_t hash) {
    if ((members->count >= members->slot_count / 2 && !grow_slots(members)) ||
        (members->count == members->capacity && !grow_list(members))) {
        return NULL;
    }
    const size_t offset = members->ids.len_bytes;
    if (!cg_buffer_append(&members->ids, id.ptr, id.len)) {
        return NULL;
    }
    *slot_of(members, id, hash) = members->count + 1;
    struct cg_ledger_member *member = &members->list[members->count++];
    *member = (struct cg_ledger_member){
        .hash = hash, .id_offset = (uint32_t)offset, .id_len = (uint8_t)id.len};
    return member;
}

enum cg_status cg_ledger_find_member(struct cg_ledger *ledger, struct cg_text member_id,
                                     int64_t *member_no, struct cg_error *err) {
    *member_no = 0;
    if (ledger->find_member == NULL) {
        const enum cg_status status = cg_ledger_prepare(
            ledger, "SELECT member_no FROM member WHERE member_id = ?1", &ledger->find_member, err);
        if (status != CG_OK) {
            return status;
        }
    }
    const struct cg_cell id = cg_cell_text(member_id);
    cg_ledger_bind(ledger->find_member, 1, &id);
    bool row;
    const enum cg_status status = cg_ledger_step(ledger, ledger->find_member, &row, err);
    if (status == CG_OK && row) {
        *member_no = sqlite3_column_int64(ledger->find_member, 0);
        (void)sqlite3_reset(ledger->find_member);
    }
    return status;
}

enum cg_status cg_ledger_member_no(struct cg_ledger *ledger, struct cg_text member_id,
                                   int64_t *member_no, bool *is_new, struct cg_error *err) {
    struct cg_ledger_members *members = &ledger->run.members;
    const uint64_t hash = cg_hash64(member_id.ptr, member_id.len, members->seed);
    if (members->slot_count > 0) {
        const uint32_t slot = *slot_of(members, member_id, hash);
        if (slot != 0) {
            *member_no = members->list[slot - 1].member_no;
            *is_new = members->list[slot - 1].is_new;
            return CG_OK;
        }
    }
    *member_no = 0;
    if (members->ledger_has_members) {
        const enum cg_status status = cg_ledger_find_member(ledger, member_id, member_no, err);
        if (status != CG_OK) {
            return status;
        }
    }
    struct cg_ledger_member *member = add_member(members, member_id, hash);
    if (member == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory after %u members", members->count);
    }
    member->is_new = *member_no == 0;
    if (member->is_new) {
        *member_no = ++members->last_no;
    }
    member->member_no = *member_no;
    *is_new = member->is_new;
    return CG_OK;
}
