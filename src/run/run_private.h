/*
 * What the stations share: one run on its way from inputs to outputs.
 *
 * Each part is touched by the one station named beside it, or is constant while the belt runs.
 */
#ifndef CLAIMGATE_RUN_RUN_PRIVATE_H
#define CLAIMGATE_RUN_RUN_PRIVATE_H

#include "known_inputs.h"
#include "outputs.h"

#include "claimgate/base/progress.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/io/source.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/parse.h"
#include "claimgate/record/splitter.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/run.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CG_RUN_STATIONS = 7, CG_RUN_SPARE_BATCHES = 4 };

/* Tools that travel with a batch, so that parallel stations need no lookup by thread. */
struct cg_run_tools {
    struct cg_csv *csv;           /* parse: made when the delimiter is known */
    struct cg_deflater *deflater; /* encode */
};

struct cg_run {
    const struct cg_run_plan *plan;
    const char **paths; /* the inputs of this run: those of the plan, less what the ledger has */
    uint32_t path_count;
    struct cg_ledger *ledger; /* NULL: none. cut hashes content, decide recalls and records */
    struct cg_ledger_input *ledger_inputs; /* as many as paths */
    struct cg_content_hash content;        /* of the input being cut */

    /* read */
    struct cg_source *source;
    struct cg_stamp *stamps; /* of each input as it was opened */
    uint32_t source_no;      /* the input being read */

    /* cut; the binding is complete before the first batch with records leaves it */
    struct cg_splitter *splitter;
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

    struct cg_batch **batches; /* `depth` of them */
    uint32_t depth;

    struct cg_run_facts facts; /* filled at the end; near_codes by decide */
    struct cg_station_times times[CG_RUN_STATIONS];
};

/* The sum of the inputs' sizes, for progress; 0 when one of them is a pipe. A file that is missing
 * is found when it is opened. */
uint64_t cg_run_input_bytes(const struct cg_run *run);
/* Warnings about inputs that may not be whole. That of a last line without a line end is said where
 * a run has come to its end, so that no word depends on how far a thread had read. */
void cg_run_warn_of_names(const struct cg_run *run);
void cg_run_warn_of_cut_lines(const struct cg_run *run);
/* Before anything is published: while later inputs were read, more of an earlier one may have come:
 * CG_BUSY. */
cg_must_use enum cg_status cg_run_check_inputs(const struct cg_run *run, struct cg_error *err);

extern const struct cg_station cg_run_stations[CG_RUN_STATIONS];

#endif
