/*
 * Time zones of payers: on which local day a moment lies that is written in UTC.
 *
 * The zones of the United States and fixed offsets; the rules stand in the program, so that the
 * same file gives the same days on every machine. Pure functions.
 */
#ifndef CLAIMGATE_BASE_TIME_ZONE_H
#define CLAIMGATE_BASE_TIME_ZONE_H

#include "claimgate/base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_time_zone {
    int16_t standard_minutes; /* ahead of UTC */
    bool has_summer_time;     /* by the Uniform Time Act (15 USC 260a) as it was amended */
};

/* "America/Chicago", "UTC", "-06:00". False: it is none that is known. */
bool cg_time_zone_named(const char *name, struct cg_time_zone *out);

/* A moment as CG_DATE_ISO_TIME has it. */
struct cg_moment {
    int64_t minute;   /* since 1970 in UTC; by its own clock where the text has no offset */
    bool has_offset;  /* Z, or a sign and hours */
    bool is_midnight; /* by its own clock: perhaps but a date */
};

/* False where there is a date alone, or no date that cg_date_parse takes. */
bool cg_moment_of(struct cg_text text, struct cg_moment *out);

/* The local day. */
int32_t cg_time_zone_day(const struct cg_time_zone *zone, int64_t utc_minute);

#endif
