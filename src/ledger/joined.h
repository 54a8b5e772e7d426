/*
 * A set as one ledger: what is asked of one member goes to that member's part, what is asked of the
 * book goes to all parts and comes back as one ledger would tell it.
 *
 * A struct cg_ledger whose `joined` is not NULL has no file of its own; each function of ledger.h
 * and ledger_query.h asks that first. Parts are opened when they are first asked; to write, all of
 * them at once. A command that writes holds the set's lock and begins a night of its own, in which
 * all parts commit or, after a crash, none.
 *
 * Ownership  Opened and closed with the ledger that has it.
 * Threads    As ledger.h.
 */
#ifndef CLAIMGATE_LEDGER_JOINED_H
#define CLAIMGATE_LEDGER_JOINED_H

#include "claimgate/gate/tally.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/record/key.h"
#include "set.h"

struct cg_joined {
    struct cg_ledger_set *set;
    struct cg_ledger *parts[CG_LEDGER_PARTS_MAX]; /* NULL: not opened */
    uint32_t count;
    uint32_t current; /* the part of the member or line that was told last */
    bool writes;
    bool must_agree;                /* before any part answers: whoever reads has not asked yet */
    const struct cg_policy *policy; /* to recall for; NULL: nobody has asked */
    int64_t before_run;
    /* Of a writer. */
    struct cg_ledger_night night; /* run_no 0: none is begun */
    bool is_kept;                 /* some part has committed the night's run */
    bool is_over;                 /* what is left of it, if anything, is only to be finished */
    struct cg_tally *tallies;     /* of each part's recorded lines; NULL: none are recorded */
};

/* joined.c */

/* As cg_ledger_open and cg_ledger_open_reader, for the folder of a set. */
cg_must_use enum cg_status cg_joined_open(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                          struct cg_error *err);
cg_must_use enum cg_status cg_joined_open_reader(const char *path, struct cg_ledger **out,
                                                 struct cg_error *err);
cg_must_use enum cg_status cg_joined_open_dry(const struct cg_ledger_plan *plan,
                                              struct cg_ledger **out, struct cg_error *err);
void cg_joined_close(struct cg_joined *joined);
/* That part, opened now where nobody has asked it yet. */
cg_must_use enum cg_status cg_joined_part(struct cg_joined *joined, uint32_t part_no,
                                          struct cg_ledger **out, struct cg_error *err);
/* The part behind `part`, in their order, or, where that is NULL, the first; a ledger by itself is
 * its only one. NULL: that was the last, or the next cannot be opened (err). */
struct cg_ledger *cg_joined_next(struct cg_ledger *ledger, const struct cg_ledger *part,
                                 struct cg_error *err);
/* Ask each of them, in this order. */
typedef enum cg_status (*cg_joined_part_fn)(struct cg_ledger *part, void *context,
                                            struct cg_error *err);
cg_must_use enum cg_status cg_joined_each(struct cg_ledger *ledger, cg_joined_part_fn fn,
                                          void *context, struct cg_error *err);
/* cg_ledger_each in each of them. */
cg_must_use enum cg_status cg_joined_each_row(struct cg_ledger *ledger,
                                              const struct cg_query *query, cg_row_fn fn,
                                              void *context, struct cg_error *err);
/* The part that keeps a member's lines, of a set that was opened to write. */
static inline struct cg_ledger *cg_joined_writer(const struct cg_joined *joined,
                                                 struct cg_text member_id) {
    return joined->parts[cg_member_part(member_id, joined->count)];
}

/* Put the part to ask in the place of a set: that of the member; the first, for what all have. A
 * ledger by itself stays in its place. */
cg_must_use enum cg_status cg_joined_to_member(struct cg_ledger **ledger, struct cg_text member_id,
                                               struct cg_error *err);
cg_must_use enum cg_status cg_joined_to_first(struct cg_ledger **ledger, struct cg_error *err);
cg_must_use enum cg_status cg_joined_recall_for(struct cg_joined *joined,
                                                const struct cg_policy *policy, int64_t before_run,
                                                struct cg_error *err);

/* joined_runs.c, as the functions of ledger_query.h */

cg_must_use enum cg_status cg_joined_visit_runs(struct cg_ledger *ledger, int64_t run_no,
                                                cg_ledger_run_fn fn, void *context,
                                                struct cg_error *err);
cg_must_use enum cg_status cg_joined_visit_run_items(struct cg_ledger *ledger, int64_t run_no,
                                                     cg_ledger_item_fn fn, void *context,
                                                     struct cg_error *err);

/* joined_near.c, the same */

cg_must_use enum cg_status cg_joined_find_near(struct cg_ledger *ledger,
                                               const struct cg_ledger_near_question *question,
                                               struct cg_array *out, enum cg_near_way *way,
                                               struct cg_error *err);
cg_must_use enum cg_status cg_joined_member_id(struct cg_joined *joined, int64_t member_no,
                                               struct cg_text *member_id, struct cg_error *err);

/* joined_lines.c, the same */

cg_must_use enum cg_status cg_joined_visit_claim(struct cg_ledger *ledger, struct cg_text claim_id,
                                                 struct cg_text line, cg_ledger_decision_fn fn,
                                                 void *context, struct cg_error *err);
cg_must_use enum cg_status cg_joined_visit_freed(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                                 void *context, struct cg_error *err);
cg_must_use enum cg_status cg_joined_visit_early(struct cg_ledger *ledger, cg_ledger_decision_fn fn,
                                                 void *context, struct cg_error *err);
cg_must_use enum cg_status cg_joined_visit_numbers(struct cg_ledger *ledger, struct cg_text id,
                                                   bool of_payer, cg_ledger_number_fn fn,
                                                   void *context, struct cg_error *err);

/* joined_changes.c, the same */

cg_must_use enum cg_status cg_joined_visit_changes(struct cg_ledger *ledger, int64_t run_then,
                                                   int64_t run_now, cg_ledger_change_fn fn,
                                                   void *context, struct cg_error *err);

/* joined_copy.c, the same */

cg_must_use enum cg_status cg_joined_verify(struct cg_ledger *ledger, cg_ledger_fault_fn fn,
                                            void *context, uint64_t *faults, struct cg_error *err);
cg_must_use enum cg_status cg_joined_snapshot(struct cg_ledger *ledger, const char *path,
                                              struct cg_error *err);

/* joined_write.c, as the functions of ledger.h */

typedef enum cg_status (*cg_joined_begin_fn)(struct cg_ledger *part, int32_t as_of_day,
                                             struct cg_error *err);
/* Begin a night of this kind, and `fn` in each part. */
cg_must_use enum cg_status cg_joined_begin(struct cg_joined *joined, const char *kind,
                                           int32_t as_of_day, cg_joined_begin_fn fn,
                                           struct cg_error *err);
cg_must_use enum cg_status cg_joined_begin_validate(struct cg_joined *joined,
                                                    const struct cg_roster *roster,
                                                    int32_t as_of_day, struct cg_error *err);
cg_must_use enum cg_status cg_joined_release(struct cg_ledger *ledger,
                                             const struct cg_ledger_release *release,
                                             struct cg_ledger_freed *freed, struct cg_error *err);
cg_must_use enum cg_status cg_joined_add_alias(struct cg_ledger *ledger,
                                               const struct cg_ledger_alias *alias, bool *known,
                                               struct cg_error *err);
/* A line of a batch is recorded in `part`. */
cg_must_use bool cg_joined_count_line(struct cg_joined *joined, const struct cg_ledger *part,
                                      const struct cg_line *line);
cg_must_use enum cg_status cg_joined_commit(struct cg_joined *joined,
                                            const struct cg_ledger_commit *commit, bool *kept,
                                            struct cg_error *err);
cg_must_use enum cg_status cg_joined_withdraw(struct cg_joined *joined, int64_t run_no,
                                              struct cg_error *err);
/* What this process has begun and not ended is undone where that can be done. */
void cg_joined_give_up(struct cg_joined *joined);

#endif
