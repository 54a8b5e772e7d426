/*
 * Spread: how a line's units lie over its days.
 *
 * Under `span: split` evenly, the remainder one each on the first days; otherwise all on the
 * start date. Days given no unit are not touched.
 */
#ifndef CLAIMGATE_GATE_SPREAD_H
#define CLAIMGATE_GATE_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

struct cg_spread {
    int32_t first_day;
    int32_t last_day;   /* the last that is touched */
    uint32_t each;      /* units on every touched day, */
    uint32_t more_days; /* and one more on each of the first of them */
};

static inline struct cg_spread cg_spread_of(int32_t start_day, int32_t end_day, uint32_t units,
                                            bool split) {
    if (!split || units == 0) {
        return (struct cg_spread){start_day, start_day, units, 0};
    }
    uint32_t days = (uint32_t)(end_day - start_day) + 1;
    uint32_t touched = units < days ? units : days;
    return (struct cg_spread){
        .first_day = start_day,
        .last_day = start_day + (int32_t)touched - 1,
        .each = units / touched,
        .more_days = units % touched,
    };
}

static inline uint32_t cg_spread_on_day(const struct cg_spread *spread, int32_t day_no) {
    if (day_no < spread->first_day || day_no > spread->last_day) {
        return 0;
    }
    return spread->each + ((uint32_t)(day_no - spread->first_day) < spread->more_days);
}

/* Units on the days first_day to last_day, both in. */
static inline uint32_t cg_spread_within(const struct cg_spread *spread, int32_t first_day,
                                        int32_t last_day) {
    int32_t from = first_day > spread->first_day ? first_day : spread->first_day;
    int32_t to = last_day < spread->last_day ? last_day : spread->last_day;
    if (from > to) {
        return 0;
    }
    uint32_t skipped = (uint32_t)(from - spread->first_day);
    uint32_t days = (uint32_t)(to - from) + 1;
    uint32_t more = skipped < spread->more_days ? spread->more_days - skipped : 0;
    return days * spread->each + (more < days ? more : days);
}

/* Add the units of each day from first_day to last_day to out[day - first_day]. */
static inline void cg_spread_add_daily(const struct cg_spread *spread, int32_t first_day,
                                       int32_t last_day, uint64_t *out) {
    int32_t from = first_day > spread->first_day ? first_day : spread->first_day;
    int32_t to = last_day < spread->last_day ? last_day : spread->last_day;
    for (int32_t day_no = from; day_no <= to; day_no++) {
        out[day_no - first_day] += cg_spread_on_day(spread, day_no);
    }
}

#endif
