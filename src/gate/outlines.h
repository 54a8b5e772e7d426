/*
 * Outlines of lines of earlier runs (history.h), of the members that were met last.
 *
 * They are asked before a line is decided whether any of them may be its twin, and for units. They
 * lie in a ring: whoever was met longest ago loses them, and is recalled again when met again.
 *
 * Ownership  _init and _fini.
 * Threads    One at a time.
 * Memory     CG_OUTLINES_BYTES at most, however many members are met.
 * Failure    Keeping them can run out of memory (false).
 */
#ifndef CLAIMGATE_GATE_OUTLINES_H
#define CLAIMGATE_GATE_OUTLINES_H

#include "claimgate/gate/history.h"

#include <stdbool.h>
#include <stdint.h>

enum { CG_OUTLINES_BYTES = 8 << 20, CG_OUTLINES_OF_ONE_MAX = 4096 };

struct cg_outline_ring {
    struct cg_outline *slots; /* NULL until the first are kept */
    uint32_t lines;           /* cache lines that it has */
    uint32_t next;            /* the next to fill, counted on and on: place `next` modulo `lines` */
};

/* Where those of one member are. Zeroed: there are none. */
struct cg_outline_span {
    uint32_t at; /* as `next` was */
    uint16_t count;
};

void cg_outline_ring_init(struct cg_outline_ring *ring);
void cg_outline_ring_fini(struct cg_outline_ring *ring);

/* What follows may be asked only while they have not been written over
 * (cg_member_history_is_whole). */
/* Of a member that has some. */
bool cg_outlines_have_day(const struct cg_outline_ring *ring, struct cg_outline_span span,
                          int32_t day_no);
/* Units that count for the cap on the days first_day to last_day, both in. */
uint64_t cg_outlines_units(const struct cg_outline_ring *ring, struct cg_outline_span span,
                           const struct cg_cap *cap, int32_t first_day, int32_t last_day);
/* Add the same of each day to out[0], which is first_day, and so on. */
void cg_outlines_add_daily(const struct cg_outline_ring *ring, struct cg_outline_span span,
                           const struct cg_cap *cap, int32_t first_day, int32_t last_day,
                           uint64_t *out);
void cg_outlines_fetch(const struct cg_outline_ring *ring, struct cg_outline_span span);

#endif
