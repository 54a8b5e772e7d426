/*
 * Member history: the accepted lines of one member that stand.
 *
 * Answers what the history edits ask: is there such a line, such a service, how many units
 * lie between two days. A line that is taken back leaves. Lines of earlier runs may be there in
 * outline only, as long as no question is asked that one of them may answer: then all of them must
 * be added, and the outlines forgotten.
 *
 * Ownership  Everything lives in the store; _fini of the store frees it.
 * Threads    One at a time.
 * Memory     Per line 40 bytes and a row of 12; rows grow by half and are reused.
 * Failure    Adding can run out of memory (false); asking cannot fail.
 */
#ifndef CLAIMGATE_GATE_MEMBER_HISTORY_H
#define CLAIMGATE_GATE_MEMBER_HISTORY_H

#include "claimgate/base/error.h"
#include "claimgate/record/key.h"
#include "line_store.h"
#include "member_rows.h"
#include "service.h"

#include <stdbool.h>
#include <stdint.h>

/* Units that the rows have on these days. A member's lines mostly ask for the same year and month.
 */
struct cg_day_sum {
    int32_t first_day;
    int32_t last_day;
    uint32_t units;
};
enum { CG_DAY_SUMS = 2 };

/* At most a cache line, so that a member is fetched in one step. */
struct cg_member_history {
    struct cg_key member;
    struct cg_large_member *large; /* NULL while the member is small; then the rows are gone */
    uint32_t rows_ref;             /* 0 while there is no line */
    uint32_t outlines_at;          /* with outline_count: its cg_outline_span */
    uint16_t outline_count;
    uint16_t count;
    uint8_t class_no;
    bool has_dayless;   /* some row has no day: its line is split, or far from our time */
    bool is_in_outline; /* its lines of earlier runs are outlines and no rows */
    struct cg_day_sum sums[CG_DAY_SUMS]; /* the last ones over all procedures, the newest first,
                                              kept up to date; never the large's */
};

static inline struct cg_outline_span cg_outlines_of(const struct cg_member_history *history) {
    return (struct cg_outline_span){.at = history->outlines_at, .count = history->outline_count};
}

/* A member without rows has rows_ref 0, the start of the pool; nothing is read there. */
static inline struct cg_member_rows cg_member_rows_of(const struct cg_line_store *store,
                                                      const struct cg_member_history *history) {
    return cg_member_rows_in(cg_pool_at(&store->pool, history->rows_ref),
                             cg_member_rows_in_class[history->class_no]);
}

/* The member is to be recalled anew: without outlines, and without sums that they are in. */
void cg_member_history_forget_outlines(struct cg_member_history *history);
/* Its outlines are there, or it has none. */
bool cg_member_history_is_whole(const struct cg_line_store *store,
                                const struct cg_member_history *history);
/* Some outline may be what the line is about. */
bool cg_member_history_wants_lines(const struct cg_line_store *store,
                                   const struct cg_member_history *history,
                                   const struct cg_line *line);

/* A line with this claim id and line number stands. */
bool cg_member_history_has_line(const struct cg_line_store *store,
                                const struct cg_member_history *history,
                                const struct cg_service *line, uint64_t claim_hash);

/* Some line of the claim stands. */
bool cg_member_history_has_claim(const struct cg_line_store *store,
                                 const struct cg_member_history *history,
                                 const struct cg_key *claim);

/* No line starts on the day, nor has a unit on it. Cheap, and true of most lines' start dates;
 * false where it would take a longer look. */
bool cg_member_history_is_free_day(const struct cg_line_store *store,
                                   const struct cg_member_history *history, int32_t day_no);

/* The same service stands under the same claim id, or under another one. */
enum cg_which_claim { CG_SAME_CLAIM, CG_OTHER_CLAIM };
bool cg_member_history_has_service(const struct cg_line_store *store,
                                   const struct cg_member_history *history,
                                   const struct cg_service *line, uint64_t claim_hash,
                                   enum cg_which_claim which);

/* Room for so many lines at once, where the member has none yet. */
void cg_member_history_expect(struct cg_line_store *store, struct cg_member_history *history,
                              uint32_t lines);
/* The next line, which must have been asked for, stands from now on and stays where it is. Its
 * claim id may have been a view of a batch; it is copied. */
cg_must_use bool cg_member_history_add(struct cg_line_store *store,
                                       struct cg_member_history *history, uint64_t claim_hash);

/* Take these lines out and show each to `fn`. False: no memory, which only an open claim needs. */
typedef void (*cg_service_fn)(void *context, const struct cg_service *service);
cg_must_use bool cg_member_history_take_out(struct cg_line_store *store,
                                            struct cg_member_history *history,
                                            const struct cg_claim_lines *lines, cg_service_fn fn,
                                            void *context);

/* Room for so many more lines, so that a claim of them neither moves the rows nor makes the member
 * a large one halfway. */
cg_must_use bool cg_member_history_reserve(struct cg_line_store *store,
                                           struct cg_member_history *history, uint32_t lines);

/* Undo the steps of a claim, the last one first: the line that came to stand last is gone as if it
 * had never stood; one that was taken back stands again at its place. */
void cg_member_history_take_last(struct cg_line_store *store, struct cg_member_history *history);
cg_must_use bool cg_member_history_put_back(struct cg_line_store *store,
                                            struct cg_member_history *history, uint32_t ref,
                                            uint32_t place);

/* Get ready to answer for these caps fast. */
cg_must_use bool cg_member_history_prepare(struct cg_line_store *store,
                                           struct cg_member_history *history,
                                           const struct cg_cap *caps, uint32_t count);

/* Units that count for the cap on the days first_day to last_day, both in. */
uint64_t cg_member_history_units(const struct cg_line_store *store,
                                 struct cg_member_history *history, const struct cg_cap *cap,
                                 int32_t first_day, int32_t last_day);

/* The same for each day: out[0] is first_day. The days are days of the calendar of claims. */
void cg_member_history_daily_units(const struct cg_line_store *store,
                                   const struct cg_member_history *history,
                                   const struct cg_cap *cap, int32_t first_day, int32_t last_day,
                                   uint64_t *out);

/* Every line that stands, in the order of acceptance. */
void cg_member_history_visit(const struct cg_line_store *store,
                             const struct cg_member_history *history, cg_service_fn fn,
                             void *context);

/* Fetch what the questions will read. */
void cg_member_history_prefetch(const struct cg_line_store *store,
                                const struct cg_member_history *history);

#endif
