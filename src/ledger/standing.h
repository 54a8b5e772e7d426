/*
 * What stands of one member, for the recount of `ledger verify`.
 *
 * Shares nothing with the gate: units lie on days in one binary indexed tree for each procedure, so
 * that the sum over any period is a few additions, and are taken off again when a take-back frees
 * their line and when the member ends.
 */
#ifndef CLAIMGATE_LEDGER_STANDING_H
#define CLAIMGATE_LEDGER_STANDING_H

#include "pack.h"

enum { CG_DAY_TREES_MAX = 256 };

struct cg_day_tree {
    uint64_t procedure;
    int64_t *sums; /* by day, from 1 */
};

struct cg_cap_days {
    const struct cg_cap *cap;
    int32_t first;
    int32_t last;
};

struct cg_standing {
    const struct cg_numbers *services;
    struct cg_day_tree trees[CG_DAY_TREES_MAX];
    uint32_t tree_count;
    struct cg_array lines;
    struct cg_cap_days periods[CG_CAPS_MAX]; /* the last one asked for of each cap */
};

void cg_standing_init(struct cg_standing *standing, const struct cg_numbers *services);
void cg_standing_fini(struct cg_standing *standing);
/* A line is taken in (false: no memory), a take-back frees what stands of its original, and at the
 * end of a member all is as at the beginning. */
cg_must_use bool cg_standing_take_in(struct cg_standing *standing,
                                     const struct cg_packed_entry *entry);
void cg_standing_free(struct cg_standing *standing, const struct cg_packed_entry *entry);
void cg_standing_end_member(struct cg_standing *standing);
/* Units in the period of a cap that holds the day. */
int64_t cg_standing_units(struct cg_standing *standing, const struct cg_policy *policy,
                          const struct cg_cap *cap, uint32_t cap_no, int32_t day_no);

#endif
