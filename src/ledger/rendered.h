/*
 * What each rendering provider had decided in a run, by month of service and first reason: summed
 * up as the rows of lines are made, for a night that is compared with those before it and for
 * questions about a provider, which cannot read millions of lines.
 */
#ifndef CLAIMGATE_LEDGER_RENDERED_H
#define CLAIMGATE_LEDGER_RENDERED_H

#include "rows.h"

struct cg_rendered {
    struct cg_array sums; /* of struct cg_rendered_sum, in the order met */
    struct cg_hash_table table;
    struct cg_array reasons; /* of names, as NUL-closed texts */
    uint64_t seed;
    uint32_t given; /* how many sums have been made rows of */
};

void cg_rendered_init(struct cg_rendered *rendered);
void cg_rendered_fini(struct cg_rendered *rendered);
/* A line by its cells. Voids, and lines without a usable provider or date, are nobody's services.
 * False: no memory. */
cg_must_use bool cg_rendered_add(struct cg_rendered *rendered, const struct cg_cell *cells);
/* The next sum as a row; *more false: that was the last. False: it could not be put. */
cg_must_use bool cg_rendered_step(struct cg_rendered *rendered, cg_put_row_fn put, void *context,
                                  bool *more);

#endif
