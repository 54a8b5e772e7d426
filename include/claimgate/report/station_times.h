/*
 * What a station did over a whole run, in nanoseconds of wall time.
 */
#ifndef CLAIMGATE_REPORT_STATION_TIMES_H
#define CLAIMGATE_REPORT_STATION_TIMES_H

#include <stdint.h>

struct cg_station_times {
    const char *name;
    uint64_t batches;
    uint64_t busy_ns;
    uint64_t queued_ns; /* batches stood before it, ready or waiting for their turn */
};

#endif
