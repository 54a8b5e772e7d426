/*
 * A ledger set: P ledgers in one folder, each with the members that cg_member_part gives it, and
 * one number for a night in all of them.
 *
 *     DIR/set.json          parts, hash function, policy id (schemas/ledger_set.schema.json)
 *     DIR/part-000.ledger   ...
 *     DIR/night.json        while a night is open (schemas/ledger_night.schema.json)
 *     DIR/nights/7.json     night 7, once it is over
 *
 * A night is begun, each part is opened under it and commits, on any machine; then the one rename
 * of the night's folder makes all of them real. The protocol stands as a table at the top of
 * src/ledger/night.c. A part never finishes or undoes an open night by itself.
 *
 * Ownership  _open/_close. A set keeps no ledger open.
 * Threads    One at a time; parts may be written by different processes at once.
 * Failure    CG_BUSY: a night is open, or a command on this machine is changing the set.
 *            CG_BAD_DATA: the set is damaged: a part is missing, of another set, or behind.
 */
#ifndef CLAIMGATE_LEDGER_LEDGER_SET_H
#define CLAIMGATE_LEDGER_LEDGER_SET_H

#include "claimgate/base/error.h"
#include "claimgate/ledger/ledger.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CG_LEDGER_PARTS_MAX = 256,
    CG_NIGHT_ID_BYTES = 33,      /* 32 hex digits and the closing NUL */
    CG_NIGHT_OUTPUTS_MAX = 3000, /* files in a night's folder */
};

struct cg_ledger_set;

/* A folder that holds a set.json. */
bool cg_ledger_set_is(const char *path);

/* Make a set of empty ledgers, whole or not at all. CG_CANNOT_CREATE where `path` is there;
 * CG_USAGE for a bad number of parts. */
cg_must_use enum cg_status cg_ledger_set_create(const char *path, uint32_t parts,
                                                const char *policy_id, struct cg_error *err);
/* CG_NO_INPUT: no such folder, or one without a set.json. */
cg_must_use enum cg_status cg_ledger_set_open(const char *path, struct cg_ledger_set **out,
                                              struct cg_error *err);
void cg_ledger_set_close(struct cg_ledger_set *set); /* NULL is allowed */

const char *cg_ledger_set_path(const struct cg_ledger_set *set); /* absolute, without links */
uint32_t cg_ledger_set_parts(const struct cg_ledger_set *set);

/* No night is open (else CG_BUSY, which says whose), and all parts are there and agree on their
 * last run (else CG_BAD_DATA). */
cg_must_use enum cg_status cg_ledger_set_check(const struct cg_ledger_set *set,
                                               struct cg_error *err);

/* Which night: what its tasks keep in their plan, and show. */
struct cg_ledger_night {
    int64_t run_no;             /* in every part */
    char id[CG_NIGHT_ID_BYTES]; /* its own, for a number may come again where nothing was kept */
};

struct cg_ledger_night_plan {
    const char *kind;      /* "validate", "import", ... */
    const char *policy_id; /* it decides under: CG_BAD_CONFIG where the set has another; or NULL */
    const char *work;      /* the folder that its tasks share, for messages; NULL: none */
    int64_t withdraws;     /* 0: nothing */
    bool by_one_process;   /* which holds the set's lock until the night is over */
    int64_t lock_wait_seconds; /* for another night to be over */
};
/* Begin: no other night is open, and all parts are there and agree on their last run. */
cg_must_use enum cg_status cg_ledger_night_begin(struct cg_ledger_set *set,
                                                 const struct cg_ledger_night_plan *plan,
                                                 struct cg_ledger_night *out, struct cg_error *err);

/* Whether the night that is open, if any, is one whose tasks share this folder. */
cg_must_use enum cg_status cg_ledger_night_is_of(struct cg_ledger_set *set, const char *work,
                                                 bool *is, struct cg_error *err);

enum cg_night_state {
    CG_NIGHT_OPEN,
    CG_NIGHT_OVER,  /* its runs stand, or did */
    CG_NIGHT_UNDONE /* nothing of it was kept, or `ledger recover` took it back */
};
cg_must_use enum cg_status cg_ledger_night_look(struct cg_ledger_set *set,
                                                const struct cg_ledger_night *night,
                                                enum cg_night_state *state, struct cg_error *err);

/* Open one part to read. */
cg_must_use enum cg_status cg_ledger_set_open_reader(struct cg_ledger_set *set, uint32_t part_no,
                                                     struct cg_ledger **out, struct cg_error *err);
/*
 * Open one part to write its run of the open night (plan->path is not looked at). Then as with any
 * ledger: cg_ledger_begin gives the night's number; cg_ledger_commit, without staging or outputs,
 * keeps it. Every part commits a run, also one without lines, with all the night's inputs; the
 * tally of part 0 also counts what no part decides (malformed, out of scope, ...), so that the sums
 * over all parts are the night's.
 *
 * *is_kept: the part has that run already, and *out is a reader of it, so that a task that is run
 * again can decide again: cg_ledger_recall_for(*out, policy, night->run_no). CG_USAGE: that night
 * is not open any more.
 */
cg_must_use enum cg_status cg_ledger_set_open_part(struct cg_ledger_set *set, uint32_t part_no,
                                                   const struct cg_ledger_night *night,
                                                   const struct cg_ledger_plan *plan,
                                                   struct cg_ledger **out, bool *is_kept,
                                                   struct cg_error *err);

/* The folder with all that the night wrote, synced, and its files (every one of them). */
struct cg_ledger_night_end {
    struct cg_staging *staging; /* NULL: a night without a folder */
    const struct cg_ledger_output *outputs;
    uint32_t output_count;
};
/* End the night: every part has its run, else CG_NO_INPUT. When it fails with *kept set, the staged
 * folder must be left alone (cg_staging_close with keep): _finish or `ledger recover` goes on. */
cg_must_use enum cg_status cg_ledger_night_publish(struct cg_ledger_set *set,
                                                   const struct cg_ledger_night *night,
                                                   const struct cg_ledger_night_end *end,
                                                   bool *kept, struct cg_error *err);
/* For whoever ends a night a second time: where an earlier _publish was cut off with its folder
 * whole, go on with it. *state is then CG_NIGHT_OVER; CG_NIGHT_OPEN: publish it. */
cg_must_use enum cg_status cg_ledger_night_finish(struct cg_ledger_set *set,
                                                  const struct cg_ledger_night *night,
                                                  enum cg_night_state *state, struct cg_error *err);

#endif
