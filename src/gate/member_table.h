/*
 * Member table: leads from a member id to what the member has had accepted.
 *
 * Ownership  Members live in the store and never move.
 * Threads    One at a time.
 * Memory     64 bytes a member and 8 a slot, of which at most three quarters are used.
 * Failure    Adding can run out of memory (NULL).
 */
#ifndef CLAIMGATE_GATE_MEMBER_TABLE_H
#define CLAIMGATE_GATE_MEMBER_TABLE_H

#include "member_history.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_member_slot {
    uint32_t hash;       /* the place, and a first comparison */
    uint32_t member_ref; /* a struct cg_member_history in the store's pool; 0: empty */
};

struct cg_member_table {
    struct cg_line_store *store;
    struct cg_member_slot *slots;
    uint32_t slot_count; /* a power of two */
    uint32_t used;
};

cg_must_use bool cg_member_table_init(struct cg_member_table *table, struct cg_line_store *store);
void cg_member_table_fini(struct cg_member_table *table);
/* None is met any more; the store is reset too. */
void cg_member_table_reset(struct cg_member_table *table);

uint32_t cg_member_table_hash(const struct cg_member_table *table, const struct cg_key *member);

/* NULL: not met yet. */
struct cg_member_history *cg_member_table_find(const struct cg_member_table *table,
                                               const struct cg_key *member, uint32_t hash);

/* The same where cg_member_table_fetch_member has told its place. NULL: not there. */
struct cg_member_history *cg_member_table_at(const struct cg_member_table *table,
                                             uint32_t member_ref, const struct cg_key *member);

/* A member that has not been met yet, with nothing accepted. A long key is copied. NULL: no memory.
 */
cg_must_use struct cg_member_history *
cg_member_table_add(struct cg_member_table *table, const struct cg_key *member, uint32_t hash);

/* CG_INTERNAL. Less of the history would help only where it has become large. */
enum cg_status cg_member_table_no_memory(const struct cg_member_table *table, struct cg_error *err);

/* Three steps of fetching ahead, some lines apart: the slot; the member (returns the one that the
 * hash leads to, most likely the right one; 0: none); its rows. */
void cg_member_table_fetch_slot(const struct cg_member_table *table, uint32_t hash);
uint32_t cg_member_table_fetch_member(const struct cg_member_table *table, uint32_t hash);
void cg_member_table_fetch_rows(const struct cg_member_table *table, uint32_t member_ref);

#endif
