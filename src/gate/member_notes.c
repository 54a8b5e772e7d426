/*
 * What is noted of a member beside its lines: which of its claims have taken back which, and who
 * billed them. Of a claim that is open nothing is noted for good: it waits until the claim stands.
 */
#include "history_edits.h"

static bool keep_note(struct cg_history_memory *memory, const struct cg_take_back *note) {
    if (memory->store.claim_is_open) {
        return cg_take_backs_wait(&memory->take_backs, note);
    }
    struct cg_take_back kept = *note;
    return (cg_take_backs_find(&memory->take_backs, note) != NULL ||
            (cg_line_store_keep_key(&memory->store, &kept.claim) &&
             cg_line_store_keep_key(&memory->store, &kept.original) &&
             cg_line_store_keep_key(&memory->store, &kept.named))) &&
           cg_take_backs_add(&memory->take_backs, &kept);
}

enum cg_status cg_member_note_take_back(struct cg_member *member, struct cg_take_back note) {
    struct cg_history_memory *memory = member->memory;
    note.member = member->history;
    bool good = keep_note(memory, &note);
    if (note.took_lines && !cg_key_equal(&note.named, &note.original)) {
        note.named = note.original;
        good = good && keep_note(memory, &note);
    }
    return good ? CG_OK : CG_INTERNAL;
}

bool cg_member_note_biller(struct cg_member *member, const struct cg_key *claim,
                           uint64_t billing_npi) {
    struct cg_history_memory *memory = member->memory;
    return !memory->takes_same_number ||
           cg_claim_billers_add(&memory->billers, (struct cg_billed_claim){&member->history->member,
                                                                           claim, billing_npi});
}

void cg_history_open_claim(struct cg_history_memory *memory) {
    cg_line_store_open_claim(&memory->store);
}

enum cg_status cg_history_close_claim(struct cg_history_memory *memory, bool stands) {
    struct cg_array *waiting = &memory->take_backs.waiting;
    if (!cg_line_store_close_claim(&memory->store, stands)) {
        return CG_INTERNAL;
    }
    enum cg_status status = CG_OK;
    while (stands && waiting->count > 0 && status == CG_OK) {
        const struct cg_take_back note =
            *(const struct cg_take_back *)cg_array_at(waiting, waiting->count - 1);
        waiting->count--; /* no longer known, until it is added for good */
        struct cg_member member = {.memory = memory, .history = note.member};
        status = cg_member_note_take_back(&member, note);
    }
    waiting->count = 0;
    return status;
}
