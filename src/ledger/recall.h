/*
 * A member's past unpacked: its lines with what took them back, and what caps cut off.
 */
#ifndef CLAIMGATE_LEDGER_RECALL_H
#define CLAIMGATE_LEDGER_RECALL_H

#include "claimgate/ledger/ledger_query.h"
#include "outline.h"
#include "past.h"

struct cg_recalled {
    struct cg_past_line line; /* but for the rendering NPI: */
    uint32_t provider_no;
    int64_t line_no;
    int64_t taken_back_at; /* the line that the take-back stands before; 0: it stands */
    uint32_t claim_offset; /* of its claim id in `ids` */
    uint32_t earlier;      /* the line before it whose claim has the same place, plus 1 */
    uint64_t claim_hash;
};

/* Another decision: one that used nothing. */
struct cg_recalled_other {
    int64_t line_no;
    int64_t run_no;
    uint64_t claim_hash; /* with the line number: of its claim line */
    bool over_cap;
    int32_t start_day;
    int32_t cap_day;
    char reasons[CG_PACK_REASONS_MAX_BYTES + 1];
};

struct cg_recall {
    struct cg_past past;
    struct cg_outliner outliner;
    uint64_t last_service; /* nearly every line has the same */
    uint64_t last_modifiers;
    uint8_t last_procedure_no;
    struct cg_array lines;  /* of struct cg_recalled */
    struct cg_array others; /* of struct cg_recalled_other; only where they are wanted */
    bool wants_others;
    int64_t last_take_back; /* the line that the member's last take-back stands before */
    uint32_t *places;       /* by claim hash, for take-backs: the last line plus 1 */
    uint32_t place_count;
    struct cg_buffer ids;    /* the claim ids of `lines` */
    struct cg_buffer groups; /* the member's packed groups, one after another */
};

/* Of a claim line. */
static inline uint64_t cg_recall_claim_hash(struct cg_text claim_id, uint32_t line_number) {
    return cg_hash64(claim_id.ptr, claim_id.len, cg_hash_run_seed()) ^ line_number;
}

/* An accepted void or replacement has taken nothing back if neither it nor a line of its claim
 * before it has. A reversal, whose take-back has no frequency, counts for its own line alone. */
#define CG_TOOK_NOTHING                                                                            \
    "l.decision <> 2 AND l.frequency IN (7, 8) AND NOT EXISTS (SELECT 1 FROM take_back f "         \
    "WHERE f.member_no = l.member_no AND f.original_claim_id = l.original_claim_id "               \
    "AND f.claim_id = l.claim_id AND f.before_line <= l.line_no "                                  \
    "AND (f.frequency = l.frequency OR (f.frequency IS NULL AND f.before_line = l.line_no)))"

/* decision.c: the decisions on these lines, "[12,14]", with claim_replaced. */
cg_must_use enum cg_status cg_ledger_visit_list(struct cg_ledger *ledger, struct cg_text lines,
                                                cg_ledger_decision_fn fn, void *context,
                                                struct cg_error *err);

/* Outline a member's lines that stand into recall->outliner.lines. *cannot: they have to be
 * unpacked. */
cg_must_use enum cg_status cg_recall_outlines(struct cg_ledger *ledger, int64_t member_no,
                                              bool *cannot, struct cg_error *err);
/* Unpack a member. *member gets what the gate must be told besides lines; NULL: nobody. */
cg_must_use enum cg_status cg_recall_unpack(struct cg_ledger *ledger, int64_t member_no,
                                            struct cg_member *member, struct cg_error *err);

#endif
