/*
 * Caps: whether the units of one line fit what a member may still use.
 *
 * cg_cap_period itself is declared in policy.h, with the caps.
 *
 * Threads    As the store that is read.
 * Memory     None; the caller lends room for the days of the calendar.
 */
#ifndef CLAIMGATE_CAPS_H
#define CLAIMGATE_CAPS_H

#include "claimgate/past.h"

#include <stdbool.h>
#include <stdint.h>

/* Days that a cap may look at for one line: all that claim dates can have. */
enum { CG_CALENDAR_DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1 };

/* What is known of a member when a line comes up. */
struct cg_cap_view {
    const struct cg_store *store;
    const struct cg_past *past;
    uint64_t *days; /* CG_CALENDAR_DAYS to work in */
};

struct cg_cap_test {
    bool fits;
    uint64_t used_at_start; /* units in the period that holds the start date */
    uint64_t used;          /* where it does not fit: in the failing period with the most used, */
    uint64_t available;     /* and what is left there */
};

/* Test units spread over their days, of a line whose procedure the cap counts. */
struct cg_cap_test cg_cap_test(const struct cg_cap_view *view, const struct cg_cap *cap,
                               const struct cg_spread *spread);

#endif
