/*
 * Members this run has met, in a table of our own: a line costs one look, the ledger is asked once
 * a member, and not at all while it knows no members.
 */
#include "ahead.h"
#include "joined.h"
#include "past.h"

#include <string.h>

enum { MEMBERS_MAX = 1 << 30 };

static const size_t ids_limit_bytes = (size_t)UINT32_MAX;

void cg_ledger_members_init(struct cg_ledger_members *members, int64_t last_no) {
    *members = (struct cg_ledger_members){
        .seed = cg_hash_run_seed(), .last_no = last_no, .ledger_has_members = last_no > 0};
    cg_array_init(&members->list, sizeof(struct cg_ledger_member), MEMBERS_MAX);
    cg_buffer_init(&members->ids, ids_limit_bytes);
}

void cg_ledger_members_fini(struct cg_ledger_members *members) {
    cg_array_fini(&members->list);
    cg_hash_table_fini(&members->table);
    cg_buffer_fini(&members->ids);
    *members = (struct cg_ledger_members){0};
}

static bool same_id(const void *context, uint32_t ref, const void *key) {
    const struct cg_ledger_members *members = context;
    const struct cg_ledger_member *member = cg_array_at(&members->list, ref - 1);
    return cg_text_equal((struct cg_text){members->ids.data + member->id_offset, member->id_len},
                         *(const struct cg_text *)key);
}

static struct cg_ledger_member *add_member(struct cg_ledger_members *members, struct cg_text id,
                                           uint64_t hash) {
    const size_t offset = members->ids.len_bytes;
    if (!cg_buffer_append(&members->ids, id.ptr, id.len)) {
        return NULL;
    }
    struct cg_ledger_member *member = cg_array_add(&members->list);
    if (member == NULL || !cg_hash_table_add(&members->table, hash, members->list.count)) {
        return NULL;
    }
    *member = (struct cg_ledger_member){.id_offset = (uint32_t)offset, .id_len = (uint8_t)id.len};
    return member;
}

enum cg_status cg_ledger_find_member(struct cg_ledger *ledger, struct cg_text member_id,
                                     int64_t *member_no, struct cg_error *err) {
    const int64_t nobody = INT64_MIN;
    if (cg_ahead_number(ledger->ahead, member_id, member_no)) {
        return CG_OK;
    }
    const enum cg_status status =
        cg_ledger_look_up(ledger, CG_MEMBER_BY_ID, cg_cell_text(member_id), nobody, member_no, err);
    if (status == CG_OK && *member_no == 0) {
        return cg_past_damaged(ledger, err);
    }
    *member_no = *member_no == nobody ? 0 : *member_no;
    return status;
}

enum cg_status cg_ledger_member_no(struct cg_ledger *ledger, struct cg_text member_id,
                                   int64_t *member_no, bool *is_new, struct cg_error *err) {
    struct cg_ledger_members *members = &ledger->run.members;
    const uint64_t hash = cg_hash64(member_id.ptr, member_id.len, members->seed);
    const uint32_t met = cg_hash_table_find(&members->table, hash, same_id, members, &member_id);
    if (met != 0) {
        const struct cg_ledger_member *again = cg_array_at(&members->list, met - 1);
        *member_no = again->member_no;
        *is_new = again->is_new;
        return CG_OK;
    }
    *member_no = 0;
    if (members->ledger_has_members &&
        cg_ledger_find_member(ledger, member_id, member_no, err) != CG_OK) {
        return err->status;
    }
    struct cg_ledger_member *member = add_member(members, member_id, hash);
    if (member == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory after %u members",
                            members->list.count);
    }
    *is_new = *member_no == 0;
    *member_no = *is_new ? ++members->last_no : *member_no;
    member->is_new = *is_new;
    member->member_no = *member_no;
    return CG_OK;
}

enum cg_status cg_ledger_knows_member(struct cg_ledger *ledger, struct cg_text member_id,
                                      bool *known, struct cg_error *err) {
    int64_t member_no = 0;
    if (cg_joined_to_member(&ledger, member_id, err) != CG_OK ||
        cg_ledger_find_member(ledger, member_id, &member_no, err) != CG_OK) {
        return err->status;
    }
    *known = member_no != 0;
    return CG_OK;
}
