/*
 * What each rendering provider had decided in a run, by month of service and first reason: summed
 * up as the rows of lines are made, for a night that is compared with those before it and for
 * questions about a provider, which cannot read millions of lines.
 *
 * Sums are kept packed, providers rising, in blocks of a run. An entry tells provider and month by
 * difference to the one before, and a reason by its number in the block, which names it once.
 */
#ifndef CLAIMGATE_LEDGER_RENDERED_H
#define CLAIMGATE_LEDGER_RENDERED_H

#include "rows.h"

enum {
    CG_RENDERED_REASONS_MAX = 256,
    CG_RENDERED_REASON_BYTES = 96, /* the name of a cap and what stands around it */
};

struct cg_rendered {
    struct cg_array sums; /* of struct cg_rendered_sum: in the order met, at last by provider */
    struct cg_hash_table table;
    struct cg_array reasons; /* of names, as NUL-closed texts */
    uint64_t seed;
    uint32_t given; /* how many sums have been packed */
    struct cg_buffer packed;
};

/* False: no memory; _fini is then called all the same. */
cg_must_use bool cg_rendered_init(struct cg_rendered *rendered);
void cg_rendered_fini(struct cg_rendered *rendered);
/* A line by its cells. Voids, and lines without a usable provider or date, are nobody's services.
 * False: no memory. */
cg_must_use bool cg_rendered_add(struct cg_rendered *rendered, const struct cg_cell *cells);
/* The next block as a row; false: there is none. Nothing is added after this. */
cg_must_use bool cg_rendered_step(struct cg_rendered *rendered, cg_put_row_fn put, void *context);

/* An entry of a block. */
struct cg_rendered_entry {
    uint64_t npi;
    int32_t month_day;     /* first of the month */
    struct cg_text reason; /* a view of the block; len 0: accepted */
    uint64_t lines;
    uint64_t units;
    int32_t last_day; /* of service */
};

/* `struct cg_rendered_reader reader = {.packed = block}` stands at a block's beginning. */
struct cg_rendered_reader {
    struct cg_text packed;
    uint64_t npi;
    int64_t month_day;
    struct cg_text reasons[CG_RENDERED_REASONS_MAX];
    uint32_t reason_count;
    bool broken;
};
/* False at the end, or when the bytes are broken (reader->broken). */
bool cg_rendered_next(struct cg_rendered_reader *reader, struct cg_rendered_entry *out);

#endif
