/*
 * What the stations share: one run on its way from inputs to outputs.
 *
 * Each part is touched by the one station named beside it, or is constant while the belt runs.
 */
#ifndef CLAIMGATE_FLOW_FLOW_H
#define CLAIMGATE_FLOW_FLOW_H

#include "known.h"
#include "outputs.h"

#include "claimgate/belt.h"
#include "claimgate/history.h"
#include "claimgate/layout.h"
#include "claimgate/parse.h"
#include "claimgate/progress.h"
#include "claimgate/source.h"
#include "claimgate/splitter.h"
#include "claimgate/tally.h"
#include "claimgate/validate.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { FLOW_STATIONS = 7, FLOW_SPARE_BATCHES = 4 };

/* Tools that travel with a batch, so that parallel stations need no lookup by thread. */
struct flow_tools {
    struct cg_csv *csv;           /* parse: made when the delimiter is known */
    struct cg_deflater *deflater; /* encode */
};

struct flow {
    const struct cg_validate_plan *plan;
    const char **paths; /* the inputs of this run: those of the plan, less what the ledger has */
    uint32_t path_count;
    struct cg_ledger *ledger; /* NULL: none. cut hashes content, decide recalls and records */
    struct cg_ledger_input *ledger_inputs; /* as many as paths */
    struct content_hash content;           /* of the input being cut */

    /* read */
    struct cg_source *source;
    uint32_t source_no; /* the input being read */

    /* cut; the binding is complete before the first batch with records leaves it */
    struct cg_cutter *cutter;
    struct cg_layout *layout;
    struct cg_binding binding;
    bool bound;
    bool layout_detected;

    /* decide */
    struct cg_history *history;
    struct cg_tally tally;
    uint64_t next_line; /* physical line of the current input that the next batch starts at */

    /* write */
    struct cg_outputs outputs;
    struct cg_error error; /* the first failure in file order */
    struct cg_input_facts *inputs;
    uint64_t physical_lines; /* all inputs, headers and blank lines included */
    uint64_t header_lines;   /* one an input */
    uint64_t accepted_rows;  /* as encoded */
    uint64_t rejected_rows;

    atomic_bool stop;                /* set by write, read by read: a batch has failed */
    atomic_uint_fast64_t bytes_read; /* for progress */
    struct cg_progress progress;

    struct cg_run_facts facts;
    struct cg_station_times times[FLOW_STATIONS];
};

extern const struct cg_station flow_stations[FLOW_STATIONS];

#endif
