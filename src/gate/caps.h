/*
 * Caps: whether the units of one line fit what a member may still use.
 *
 * cg_cap_period itself is declared in policy.h, with the caps.
 *
 * Threads    As the store that is read.
 * Memory     None; the caller lends room for the days of the calendar.
 */
#ifndef CLAIMGATE_GATE_CAPS_H
#define CLAIMGATE_GATE_CAPS_H

#include "member_history.h"

#include <stdbool.h>
#include <stdint.h>

/* Days that a cap may look at for one line: all that claim dates can have. */
enum { CG_CALENDAR_DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1 };

/* The period of a cap found last. Lines share their dates, and a calendar costs a dozen divisions.
 */
struct cg_period_memo {
    const struct cg_cap *cap; /* NULL: empty */
    int32_t first_day;
    int32_t last_day;
};
enum { CG_PERIOD_MEMOS = 64 };

/* Room to work in, lent by the caller; the memos zeroed at first. */
struct cg_cap_scratch {
    struct cg_period_memo memos[CG_PERIOD_MEMOS];
    uint64_t days[CG_CALENDAR_DAYS];
};

/* What is known of a member when a line comes up. */
struct cg_cap_view {
    const struct cg_line_store *store;
    struct cg_member_history *history;
    struct cg_cap_scratch *scratch;
    bool start_day_is_free; /* no unit stands on the line's first day */
};

struct cg_cap_test {
    bool fits;
    uint64_t used_at_start; /* units in the period that holds the start date */
    uint64_t used;          /* where it does not fit: in the failing period with the most used, */
    uint64_t available;     /* what is left there, */
    int32_t day_no;         /* and a day by which cg_cap_period gives that period */
};

/* Test units spread over their days, of a line whose procedure the cap counts. */
struct cg_cap_test cg_cap_test(const struct cg_cap_view *view, const struct cg_cap *cap,
                               const struct cg_spread *spread);

#endif
