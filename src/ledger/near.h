/*
 * How much of its long caps each member has used, kept by each run for the periods that its
 * accepted lines touched: for who asks which members are near a cap and cannot read millions of
 * lines. Days and rolling months are left out, for they have as many periods as days.
 *
 * A run that decides keeps a member's units where they reach half of the cap or more, as they stood
 * after its last line; one that takes in paid lines keeps what it added. Read in the order of runs
 * these are bounds that no member's units exceed: what is taken back later is not taken off.
 */
#ifndef CLAIMGATE_LEDGER_NEAR_H
#define CLAIMGATE_LEDGER_NEAR_H

#include "rows.h"

struct cg_near {
    const struct cg_policy *policy; /* NULL: nothing is kept */
    bool is_sum;                    /* lines that were paid, which no cap has tested */
    struct cg_array periods;        /* of struct cg_near_period, in the order met */
    struct cg_array uses;           /* of struct cg_near_use */
    struct cg_hash_table table;
    uint64_t seed;
    struct cg_buffer packed;
    uint32_t given; /* how many uses have been made rows of */
    bool is_sorted;
};

/* Units from which on a run that decides keeps them. */
static inline uint32_t cg_near_floor(const struct cg_cap *cap) {
    return cap->limit_units / 2 + cap->limit_units % 2;
}

/* Whether the use of a cap of this kind is kept at all. */
static inline bool cg_near_keeps(const struct cg_cap *cap) {
    return cap->period != CG_PERIOD_DAY && cap->period != CG_PERIOD_ROLLING_MONTHS;
}

/* False: no memory; _fini is then called all the same. */
cg_must_use bool cg_near_init(struct cg_near *near, const struct cg_policy *policy, bool is_sum);
void cg_near_fini(struct cg_near *near);
/* A line by its cells. False: no memory. */
cg_must_use bool cg_near_add(struct cg_near *near, const struct cg_cell *cells);
/* The next members of a period as a row; false: there are none. */
cg_must_use bool cg_near_step(struct cg_near *near, cg_put_row_fn put, void *context);

/* The next member in what a row has packed, by its number and units. *broken: the bytes make no
 * sense. */
cg_must_use bool cg_near_next(struct cg_text *packed, int64_t *member_no, uint64_t *units,
                              bool *broken);

/* A comparison of struct cg_ledger_near: the highest bounds first. */
int cg_near_by_bounds(const void *a, const void *b);

#endif
