/*
 * History edits: the verdict on one line, given what its member has had accepted.
 *
 * cg_member_add_line and its like, which recall uses, are declared in history.h.
 *
 * Threads    One at a time.
 * Failure    CG_INTERNAL when memory is out, the error left to the caller.
 */
#ifndef CLAIMGATE_GATE_HISTORY_EDITS_H
#define CLAIMGATE_GATE_HISTORY_EDITS_H

#include "caps.h"
#include "claim_billers.h"
#include "claimgate/base/seen.h"
#include "claimgate/gate/history.h"
#include "claimgate/record/batch.h"
#include "member_history.h"
#include "take_backs.h"

enum { CG_VOIDED_CLAIM_WORDS = 1024 };

/* What all members share. */
struct cg_history_memory {
    struct cg_line_store store;
    struct cg_take_backs take_backs;
    struct cg_cap_scratch *scratch;
    bool takes_same_number;
    uint32_t told_lines;             /* marked in this way or that since it was asked last */
    struct cg_claim_billers billers; /* filled where it takes the same number */
    /* Lines that voids have taken back, for who sees one again; and a bit for each hash of their
     * claims, for hardly any line is of one. */
    struct cg_seen voided;
    uint64_t voided_claims[CG_VOIDED_CLAIM_WORDS];
    /* Of the take-back being decided: what it names, and which claim a payer's alias says that it
     * means; len 0: none. Its bytes stay. */
    struct cg_key named;
    struct cg_text alias;
};

struct cg_member {
    struct cg_history_memory *memory;
    struct cg_member_history *history;
    bool wants_lines; /* while it is recalled */
};

/* A line with reasons is rejected; any other meets the history edits. `member` is the line's. */
cg_must_use enum cg_status cg_member_decide(struct cg_member *member, struct cg_line *line);

/* True where lines of the original stand, and no line of the claim has taken any back. */
bool cg_member_asks_in_vain(const struct cg_member *member,
                            const struct cg_passing_take_back *passing);

/* For history.h's cg_member_add_line and its like: the claim is known to have taken back, and by
 * whom it was billed. */
cg_must_use enum cg_status cg_member_note_take_back(struct cg_member *member,
                                                    struct cg_take_back note);
/* A void has taken it back. False: no memory. */
cg_must_use bool cg_member_note_voided(struct cg_member *member, const struct cg_service *service);
cg_must_use bool cg_member_note_biller(struct cg_member *member, const struct cg_key *claim,
                                       uint64_t billing_npi);

/* A line that has not been decided: rejected where it has reasons. */
void cg_member_clear_verdict(struct cg_line *line);

/* Between these, lines of one claim are decided whose members have been met before and have room
 * for them. The claim then stands, or falls and leaves no trace. */
void cg_history_open_claim(struct cg_history_memory *memory);
cg_must_use enum cg_status cg_history_close_claim(struct cg_history_memory *memory, bool stands);

#endif
