/*
 * Line store: the memory that the histories of all members share, and the claim being decided.
 *
 * A claim of several lines stands or falls whole. While one is open, every line that comes to stand
 * and every line that is taken back is noted as a step; a claim that falls has its steps undone in
 * reverse order, and is then as if it had never been asked about. Outside of an open claim nothing
 * is noted: a claim of one line costs nothing.
 *
 * Ownership  _init and _fini. Members and services never move.
 * Threads    One at a time.
 * Failure    False, NULL or 0 when memory is out; the history is then of no more use.
 */
#ifndef CLAIMGATE_GATE_LINE_STORE_H
#define CLAIMGATE_GATE_LINE_STORE_H

#include "claimgate/base/array.h"
#include "claimgate/record/key.h"
#include "outlines.h"
#include "pool.h"
#include "service.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_large_member;   /* large_member.h */
struct cg_member_history; /* member_history.h */

struct cg_line_store {
    struct cg_pool pool;
    struct cg_outline_ring outlines;
    uint64_t seed;
    struct cg_large_member *large_members; /* all of them, to be freed */
    uint32_t large_member_lines; /* a member with this many lines gets an index of its own */
    uint32_t next_ref;           /* the record that the next line to stand will have; 0: none yet */
    uint32_t spare_ref; /* records of lines that were undone, each naming the next; 0: none */
    bool claim_is_open;
    struct cg_array steps; /* of struct cg_claim_step */
};

/* What deciding a line of the open claim has done to its member. */
struct cg_claim_step {
    struct cg_member_history *history;
    uint32_t ref; /* the line's record */
    uint32_t
        place; /* of a line taken back: where it stood, as its member's history counts places */
    bool taken_back; /* false: the line came to stand */
};

void cg_line_store_init(struct cg_line_store *store);
void cg_line_store_fini(struct cg_line_store *store);
void cg_line_store_reset(
    struct cg_line_store *store); /* as new, but keeps its seed and some memory */

/* Make a long key point at a copy that lives as long as the store. */
cg_must_use bool cg_line_store_keep_long(struct cg_line_store *store, struct cg_key *key);
cg_must_use static inline bool cg_line_store_keep_key(struct cg_line_store *store,
                                                      struct cg_key *key) {
    return !cg_key_is_long(key) || cg_line_store_keep_long(store, key);
}

/* The same of a text, however short. */
cg_must_use bool cg_line_store_keep_text(struct cg_line_store *store, struct cg_text text,
                                         struct cg_text *out);

/* The record of a line that may come to stand, to be filled in before it is asked about. It is the
 * same one until cg_member_history_add takes it. NULL: no memory. */
cg_must_use struct cg_service *cg_line_store_next(struct cg_line_store *store);

/* From here on steps are noted. Keys may be views of the claim's batch until it is closed. */
void cg_line_store_open_claim(struct cg_line_store *store);
/* The claim stands, and what it put in is kept for good; or it falls and leaves no trace. */
cg_must_use bool cg_line_store_close_claim(struct cg_line_store *store, bool stands);

/* Note a step where a claim is open. */
cg_must_use bool cg_line_store_note(struct cg_line_store *store, struct cg_claim_step step);

#endif
