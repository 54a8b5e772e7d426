/*
 * What earlier runs know of a member comes back into its history.
 */
#include "history_edits.h"

static struct cg_text or_else(struct cg_text text, struct cg_text otherwise) {
    return text.len > 0 ? text : otherwise;
}

enum cg_status cg_member_add_take_back(struct cg_member *member,
                                       const struct cg_past_take_back *take_back) {
    if (take_back->claim_id.len > CG_ID_MAX_BYTES ||
        take_back->original_claim_id.len > CG_ID_MAX_BYTES ||
        take_back->named.len > CG_ID_MAX_BYTES) {
        return CG_BAD_DATA;
    }
    return cg_member_note_take_back(
        member, (struct cg_take_back){
                    .claim = cg_key_of(take_back->claim_id),
                    .original = cg_key_of(take_back->original_claim_id),
                    .named = cg_key_of(or_else(take_back->named, take_back->original_claim_id)),
                    .frequency = take_back->frequency,
                    .took_lines = false,
                });
}

bool cg_member_wants_billing(const struct cg_member *member) {
    return member->memory->takes_same_number;
}

void cg_member_expect_lines(struct cg_member *member, uint32_t lines) {
    cg_member_history_expect(&member->memory->store, member->history, lines);
}

enum cg_status cg_member_add_line(struct cg_member *member, const struct cg_past_line *line) {
    struct cg_line_store *store = &member->memory->store;
    struct cg_service *service = cg_line_store_next(store);
    if (service == NULL) {
        return CG_INTERNAL;
    }
    if (!cg_service_of_past_line(line, service)) {
        return CG_BAD_DATA;
    }
    if (!line->taken_back) {
        uint64_t claim_hash = cg_key_hash(&service->claim, store->seed);
        const bool good = cg_member_note_biller(member, &service->claim, line->billing_npi) &&
                          cg_member_history_add(store, member->history, claim_hash);
        return good ? CG_OK : CG_INTERNAL;
    }
    if (line->taken_back_by.len == 0 || line->taken_back_frequency == 0) {
        return CG_OK; /* released by hand, or reversed: no claim's one take-back */
    }
    if (line->taken_back_by.len > CG_ID_MAX_BYTES || line->taken_back_as.len > CG_ID_MAX_BYTES) {
        return CG_BAD_DATA;
    }
    if (line->taken_back_frequency == CG_VOID && !cg_member_note_voided(member, service)) {
        return CG_INTERNAL;
    }
    return cg_member_note_take_back(
        member, (struct cg_take_back){
                    .claim = cg_key_of(line->taken_back_by),
                    .original = service->claim,
                    .named = cg_key_of(or_else(line->taken_back_as, line->claim_id)),
                    .frequency = line->taken_back_frequency,
                    .took_lines = true,
                });
}
