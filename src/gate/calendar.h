/*
 * Calendar: units on each day of the years 1900 to 2199, summed over any range in bounded time.
 *
 * Ownership  _new and _free.
 * Threads    One at a time.
 * Memory     7 KiB, and 2 KiB for every 256 days that ever had a unit.
 * Failure    Adding can run out of memory (false).
 */
#ifndef CLAIMGATE_GATE_CALENDAR_H
#define CLAIMGATE_GATE_CALENDAR_H

#include "claimgate/base/error.h"
#include "claimgate/gate/spread.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_calendar;

cg_must_use struct cg_calendar *cg_calendar_new(void); /* NULL: no memory */
void cg_calendar_free(struct cg_calendar *calendar);

cg_must_use bool cg_calendar_add(struct cg_calendar *calendar, const struct cg_spread *spread);

/* Take away what has been added before. */
void cg_calendar_subtract(struct cg_calendar *calendar, const struct cg_spread *spread);

/* Any day numbers; days outside the calendar have no units. */
uint64_t cg_calendar_sum(const struct cg_calendar *calendar, int32_t first_day, int32_t last_day);

/* out[0] is first_day. The days lie in the calendar. */
void cg_calendar_daily(const struct cg_calendar *calendar, int32_t first_day, int32_t last_day,
                       uint64_t *out);

#endif
