/*
 * Claim billers: who has billed a member's claims.
 *
 * A claim id of X12 is its provider's own, so that two providers may have given one member the same
 * one. Who replaces a claim by its own number means its own.
 *
 * Ownership  _init and _fini.
 * Threads    One at a time.
 * Memory     About 12 bytes a claim, where it is asked for at all. Claims are told apart by 32 bits
 *            of hash: one of some four billion is taken for another.
 * Failure    Adding can run out of memory (false).
 */
#ifndef CLAIMGATE_GATE_CLAIM_BILLERS_H
#define CLAIMGATE_GATE_CLAIM_BILLERS_H

#include "claimgate/base/hash_table.h"
#include "claimgate/record/line.h"

struct cg_claim_billers {
    struct cg_hash_table table;
    uint64_t seed;
};

/* A claim whose lines stand. `billing_npi` is 0 where none was told. */
struct cg_billed_claim {
    const struct cg_key *member;
    const struct cg_key *claim;
    uint64_t billing_npi;
};

void cg_claim_billers_init(struct cg_claim_billers *billers, uint64_t seed);
void cg_claim_billers_fini(struct cg_claim_billers *billers);

/* Adding what is there already does no harm. */
cg_must_use bool cg_claim_billers_add(struct cg_claim_billers *billers,
                                      struct cg_billed_claim billed);

/* The lines of a claim that stands. */
cg_must_use bool cg_claim_billers_add_lines(struct cg_claim_billers *billers,
                                            const struct cg_line *lines, uint32_t count);

/* The claim has lines of this provider, or of one that was not told. */
bool cg_claim_billers_know(const struct cg_claim_billers *billers, struct cg_billed_claim billed);

#endif
