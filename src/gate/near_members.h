/*
 * Near members: ids that differ by letter case, noughts before them, blanks and hyphens alone. Each
 * is a member of its own, as the contract has it; but who is written in two ways has two caps.
 *
 * Kept are hashes of the ids that are not written plainly (in capitals, without such noughts,
 * blanks and hyphens); a plain one is looked for among the members that were met.
 *
 * Ownership  `struct cg_near_members near = {0}` is empty; _fini frees it.
 */
#ifndef CLAIMGATE_GATE_NEAR_MEMBERS_H
#define CLAIMGATE_GATE_NEAR_MEMBERS_H

#include "member_table.h"

#include "claimgate/base/seen.h"

#include <stdbool.h>

enum { CG_NEAR_MEMBERS_MAX = 1 << 20 }; /* ids that are not plain */

struct cg_near_members {
    struct cg_seen others; /* of ids that are not plain, as they would be */
    bool met;              /* the last that was met is near to another, and no line says so yet */
};

void cg_near_members_fini(struct cg_near_members *near);

/* An id is met for the first time. False: no memory. */
cg_must_use bool cg_near_members_meet(struct cg_near_members *near,
                                      const struct cg_member_table *members,
                                      const struct cg_key *member);

/* Marks, and counts, the line by which its member was met, where another was near. */
static inline void cg_near_members_mark(struct cg_near_members *near, struct cg_line *line,
                                        uint32_t *marked) {
    if (near->met) {
        line->near_member = true;
        line->told = true;
        *marked += 1;
    }
    near->met = false;
}

#endif
