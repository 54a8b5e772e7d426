/*
 * A task that asks: what its stations (hand_on.c) and its step (ask.c) share.
 */
#ifndef CLAIMGATE_PART_ASKING_H
#define CLAIMGATE_PART_ASKING_H

#include "piece.h"
#include "plan.h"

#include "claimgate/gate/tally.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/content_hash.h"

#include <stdatomic.h>

enum { CG_ASK_STATIONS = 5 };

struct cg_input_hashes {
    uint8_t head[CG_SHA256_BYTES];
    uint8_t content[CG_SHA256_BYTES];
};

/* A task at work. Each part is touched by the one station named beside it. */
struct cg_asking {
    const struct cg_part *part;
    uint32_t first_input;
    uint32_t input_count;
    struct cg_reader_input *inputs;
    struct cg_reader *reader;
    struct cg_reader_begun begun;

    struct cg_content_hash content; /* cut */
    struct cg_input_hashes *hashes;

    /* hand on */
    struct cg_deflater *deflater;
    struct cg_piece_writer *pieces; /* one a part, and then that of passing.h */
    struct cg_piece_facts *facts;
    uint32_t piece_count;
    bool lacks_end;        /* X12: the last IEA so far has no end of its segment */
    struct cg_tally tally; /* of what no part decides */
    uint8_t *days; /* by day from CG_DAY_FIRST: 1 where a line that may be accepted begins */
    struct cg_error error;
    atomic_bool stop; /* read by read */

    struct cg_batch **batches;
    uint32_t depth;
};

extern const struct cg_station cg_ask_stations[CG_ASK_STATIONS];

#endif
