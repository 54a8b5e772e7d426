/*
 * Past: the accepted lines of one member that stand.
 *
 * Answers what the history edits ask: is there such a line, such a service, how many units
 * lie between two days. A line that is taken back leaves.
 *
 * Ownership  Everything lives in the store; _fini of the store frees it.
 * Threads    One at a time.
 * Memory     Per line 40 bytes and a row of 12; rows grow by half and are reused.
 * Failure    Adding can run out of memory (false); asking cannot fail.
 */
#ifndef CLAIMGATE_PAST_H
#define CLAIMGATE_PAST_H

#include "claimgate/error.h"
#include "claimgate/key.h"
#include "claimgate/pool.h"
#include "claimgate/service.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_crowd; /* crowd.h */

/* What all members share. */
struct cg_store {
    struct cg_pool pool;
    uint64_t seed;
    struct cg_crowd *crowds; /* all of them, to be freed */
    uint32_t crowd_lines;    /* a member with this many lines gets an index of its own */
    uint32_t draft_ref;      /* the record that the next line to stand will have; 0: none yet */
};

/* Units that the rows have on these days. A member's lines mostly ask for the same year and month.
 */
struct cg_past_sum {
    int32_t first_day;
    int32_t last_day;
    uint32_t units;
};
enum { CG_PAST_SUMS = 2 };

/* At most a cache line, so that a member is fetched in one step. */
struct cg_past {
    struct cg_key member;
    struct cg_crowd *crowd; /* NULL until the member is crowded; then the rows are gone */
    uint32_t rows_ref;      /* 0 while there is no line */
    uint16_t count;
    uint8_t class_no;
    bool has_dayless; /* some row has no day: its line is split, or far from our time */
    struct cg_past_sum sums[CG_PAST_SUMS]; /* the last ones over all procedures, the newest first,
                                              kept up to date; never the crowd's */
};

void cg_store_init(struct cg_store *store);
void cg_store_fini(struct cg_store *store);
void cg_store_reset(struct cg_store *store); /* as new, but keeps its seed and some memory */

/* Make a long key point at a copy that lives as long as the store. */
cg_must_use bool cg_store_keep_key(struct cg_store *store, struct cg_key *key);

/* What a look over the member's lines tells, before any of them is compared. It is asked of every
 * line and nearly always says no; the two questions below are only asked where it does not. */
struct cg_glance {
    bool line;      /* a line with this claim id and line number may stand */
    bool start_day; /* a line with its start date may, or one with a unit on that day */
};
struct cg_glance cg_past_glance(const struct cg_store *store, const struct cg_past *past,
                                const struct cg_service *line, uint64_t claim_hash);

/* A line with this claim id and line number stands. */
bool cg_past_has_line(const struct cg_store *store, const struct cg_past *past,
                      const struct cg_service *line, uint64_t claim_hash);

/* The same service stands under the same claim id, or under another one. */
enum cg_which_claim { CG_SAME_CLAIM, CG_OTHER_CLAIM };
bool cg_past_has_service(const struct cg_store *store, const struct cg_past *past,
                         const struct cg_service *line, uint64_t claim_hash,
                         enum cg_which_claim which);

/* The record of a line that may come to stand, to be filled in before it is asked about. It is the
 * same one until cg_past_add takes it. NULL: no memory. */
cg_must_use struct cg_service *cg_store_draft(struct cg_store *store);

/* The draft, which must have been asked for, stands from now on and stays where it is. Its claim id
 * may have been a view of a batch; it is copied. */
cg_must_use bool cg_past_add(struct cg_store *store, struct cg_past *past, uint64_t claim_hash);

/* Take all lines of a claim out and show each to `fn`. Returns how many they were. */
typedef void (*cg_service_fn)(void *context, const struct cg_service *service);
uint32_t cg_past_take_out(struct cg_store *store, struct cg_past *past, const struct cg_key *claim,
                          cg_service_fn fn, void *context);

/* Get ready to answer for these caps fast. */
cg_must_use bool cg_past_prepare(struct cg_store *store, struct cg_past *past,
                                 const struct cg_cap *caps, uint32_t count);

/* Units that count for the cap on the days first_day to last_day, both in. */
uint64_t cg_past_units(const struct cg_store *store, struct cg_past *past, const struct cg_cap *cap,
                       int32_t first_day, int32_t last_day);

/* The same for each day: out[0] is first_day. The days are days of the calendar of claims. */
void cg_past_daily_units(const struct cg_store *store, const struct cg_past *past,
                         const struct cg_cap *cap, int32_t first_day, int32_t last_day,
                         uint64_t *out);

/* Every line that stands, in the order of acceptance. */
void cg_past_visit(const struct cg_store *store, const struct cg_past *past, cg_service_fn fn,
                   void *context);

/* Fetch what the questions will read. */
void cg_past_prefetch(const struct cg_store *store, const struct cg_past *past);

#endif
