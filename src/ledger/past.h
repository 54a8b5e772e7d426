/*
 * What a member has had, read from `past` and `recent`, run by run.
 *
 * Who asks of many members has the recent groups of a stretch of members in memory, in which case
 * a member costs one look into `past`; who asks of a few has them looked up.
 */
#ifndef CLAIMGATE_LEDGER_PAST_H
#define CLAIMGATE_LEDGER_PAST_H

#include "pack.h"

enum {
    CG_PAST_PARTS = 4096,
    CG_PAST_PART_BYTES = 64 << 10
}; /* past_no = member_no * PARTS + part */

/* A recent group in memory: its place in `bytes`, behind its member, and the member's next one. */
struct cg_past_link {
    uint32_t offset;
    uint32_t next; /* plus 1; 0: none */
};

/* The groups from this offset on are of this run. */
struct cg_past_run {
    uint32_t offset;
    uint32_t run_no;
};

struct cg_past {
    struct cg_ledger *ledger;
    sqlite3_stmt *parts;
    sqlite3_stmt *blocks;
    int64_t before_run; /* groups of this run and later ones are left out */
    struct cg_array
        withdrawn;     /* of int64_t: runs taken back before that, ascending; left out too */
    uint32_t asked;    /* members looked up so far */
    bool members_rise; /* in the order of asking: a stretch at a time is held, and not all */
    bool one_by_one;   /* however many are asked of, no stretch is held */
    /* The stretch in memory, `first` to `last`; last 0: none. */
    int64_t first;
    int64_t last;
    const struct cg_past *lenders; /* hold stretches in memory that are read here */
    uint32_t lender_count;
    uint32_t *heads;       /* by member: its first link plus 1 */
    struct cg_array links; /* of struct cg_past_link */
    struct cg_array runs;  /* of struct cg_past_run, by offset */
    struct cg_buffer bytes;
};

/* `before_run`: the ledger as it was before that run; 0: as it is now, INT64_MAX: and with the
 * groups of runs that were taken back. */
cg_must_use enum cg_status cg_past_open(struct cg_past *past, struct cg_ledger *ledger,
                                        int64_t before_run, struct cg_error *err);
void cg_past_close(struct cg_past *past);
/* Hold the recent groups of these members in memory. CG_BAD_DATA: a block is broken. */
cg_must_use enum cg_status cg_past_load(struct cg_past *past, int64_t first, int64_t last,
                                        struct cg_error *err);
/* The member's next recent group in memory; *at is 0 at first. False: there is none. */
bool cg_past_recent(const struct cg_past *past, int64_t member_no, uint32_t *at, int64_t *run_no,
                    struct cg_text *entries);
/* The member's groups behind their run, in order, in `out`, which is cleared. Runs up to *up_to_run
 * are from `past`. */
cg_must_use enum cg_status cg_past_gather(struct cg_past *past, int64_t member_no,
                                          struct cg_buffer *out, int64_t *up_to_run,
                                          struct cg_error *err);
/* The highest member number of the ledger. */
cg_must_use enum cg_status cg_past_last_member(struct cg_ledger *ledger, int64_t *out,
                                               struct cg_error *err);
/* A stretch of members whose recent groups fill about 8 MiB. */
cg_must_use enum cg_status cg_past_stretch(struct cg_ledger *ledger, int64_t *members,
                                           struct cg_error *err);
enum cg_status cg_past_damaged(const struct cg_ledger *ledger, struct cg_error *err);

#endif
