#include "claim_billers.h"

#include "claimgate/base/hash.h"

void cg_claim_billers_init(struct cg_claim_billers *billers, uint64_t seed) {
    *billers = (struct cg_claim_billers){.seed = seed};
}

void cg_claim_billers_fini(struct cg_claim_billers *billers) {
    cg_hash_table_fini(&billers->table);
}

static uint64_t hash_of(const struct cg_claim_billers *billers,
                        const struct cg_billed_claim *billed) {
    const uint64_t words[] = {cg_key_hash(billed->member, billers->seed),
                              cg_key_hash(billed->claim, billers->seed), billed->billing_npi};
    return cg_hash64(words, sizeof words, billers->seed);
}

/* Nothing is kept beside the hash. */
static bool same(const void *context, uint32_t ref, const void *key) {
    (void)context;
    (void)ref;
    (void)key;
    return true;
}

static bool find(const struct cg_claim_billers *billers, uint64_t hash) {
    return cg_hash_table_find(&billers->table, hash, same, NULL, NULL) != 0;
}

bool cg_claim_billers_add(struct cg_claim_billers *billers, struct cg_billed_claim billed) {
    const uint64_t hash = hash_of(billers, &billed);
    return find(billers, hash) || cg_hash_table_add(&billers->table, hash, 1);
}

bool cg_claim_billers_add_lines(struct cg_claim_billers *billers, const struct cg_line *lines,
                                uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct cg_line *line = &lines[i];
        const struct cg_billed_claim billed = {&line->member_id, &line->claim_id,
                                               line->billing_npi};
        if (!line->out_of_scope && line->frequency != CG_VOID &&
            !cg_claim_billers_add(billers, billed)) {
            return false;
        }
    }
    return true;
}

bool cg_claim_billers_know(const struct cg_claim_billers *billers, struct cg_billed_claim billed) {
    struct cg_billed_claim untold = billed;
    untold.billing_npi = 0;
    return find(billers, hash_of(billers, &billed)) || find(billers, hash_of(billers, &untold));
}
