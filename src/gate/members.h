/*
 * Members: the table that leads from a member id to what the member has had accepted.
 *
 * Ownership  Members live in the store and never move.
 * Threads    One at a time.
 * Memory     64 bytes a member and 8 a slot, of which at most three quarters are used.
 * Failure    Adding can run out of memory (NULL).
 */
#ifndef CLAIMGATE_GATE_MEMBERS_H
#define CLAIMGATE_GATE_MEMBERS_H

#include "claimgate/base/text.h"
#include "member_history.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_member_slot {
    uint32_t hash;       /* the place, and a first comparison */
    uint32_t member_ref; /* a struct cg_member_history in the store's pool; 0: empty */
};

struct cg_members {
    struct cg_line_store *store;
    struct cg_member_slot *slots;
    uint32_t slot_count; /* a power of two */
    uint32_t used;
};

cg_must_use bool cg_members_init(struct cg_members *members, struct cg_line_store *store);
void cg_members_fini(struct cg_members *members);
void cg_members_reset(
    struct cg_members *members); /* none is met any more; the store is reset too */

uint32_t cg_members_hash(const struct cg_members *members, const struct cg_key *member);

/* NULL: not met yet. */
struct cg_member_history *cg_members_find(const struct cg_members *members,
                                          const struct cg_key *member, uint32_t hash);

/* The same where cg_members_fetch_member has told its place. NULL: not there. */
struct cg_member_history *cg_members_at(const struct cg_members *members, uint32_t member_ref,
                                        const struct cg_key *member);

/* A member that has not been met yet, with nothing accepted. A long key is copied. NULL: no memory.
 */
cg_must_use struct cg_member_history *cg_members_add(struct cg_members *members,
                                                     const struct cg_key *member, uint32_t hash);

/* Three steps of fetching ahead, some lines apart: the slot; the member (returns the one that the
 * hash leads to, most likely the right one; 0: none); its rows. */
void cg_members_fetch_slot(const struct cg_members *members, uint32_t hash);
uint32_t cg_members_fetch_member(const struct cg_members *members, uint32_t hash);
void cg_members_fetch_past(const struct cg_members *members, uint32_t member_ref);

#endif
