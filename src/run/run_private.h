/*
 * What the stations share: one run on its way from inputs to outputs.
 *
 * Each part is touched by the one station named beside it, or is constant while the belt runs.
 */
#ifndef CLAIMGATE_RUN_RUN_PRIVATE_H
#define CLAIMGATE_RUN_RUN_PRIVATE_H

#include "claimgate/run/content_hash.h"
#include "claimgate/run/known_inputs.h"
#include "outputs.h"
#include "untested.h"

#include "claimgate/base/progress.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/tally.h"
#include "claimgate/gate/vain_take_backs.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/record/reader.h"
#include "claimgate/report/ack277.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/run.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CG_RUN_STATIONS = 8, CG_RUN_SPARE_BATCHES = 4 };

struct cg_run {
    const struct cg_run_plan *plan;
    const char **paths; /* the inputs of this run: those of the plan, less what the ledger has */
    uint32_t path_count;
    struct cg_known_inputs known;  /* of the plan's inputs, those that the ledger has */
    struct cg_ledger *ledger;      /* NULL: none. cut hashes content, decide recalls and records */
    struct cg_ledger_ahead *ahead; /* recall, for decide; NULL: nothing is read ahead */
    struct cg_ledger_input *ledger_inputs; /* as many as paths */
    struct cg_content_hash content;        /* of the input being cut */

    struct cg_reader_input *inputs; /* the same */
    struct cg_reader *reader;       /* read, unpack, cut, parse, and decide for the numbers */

    /* decide */
    struct cg_history *history;
    struct cg_tally tally;
    struct cg_untested untested;      /* for lines that were accepted before */
    bool has_new;                     /* decide: a record was met that was not */
    struct cg_position last_position; /* of inputs that tell where their lines stood */
    struct cg_vain_take_backs vain;
    bool knows_x12;                         /* that its inputs are X12 */
    struct cg_x12_side sides[CG_X12_SIDES]; /* of X12: the accepted and the rejected file so far */
    uint64_t passed_claims;                 /* of transactions that pass untouched */
    struct cg_ack277 *ack;                  /* made by decide for write; NULL: none is wanted */
    struct cg_deflater *ack_deflater;
    struct cg_buffer ack_packed;
    bool ack_has_begun; /* write: something of X12 was acknowledged */

    /* write */
    struct cg_outputs outputs;
    struct cg_error error;   /* the first failure in file order */
    uint64_t physical_lines; /* all inputs, headers and blank lines included */
    uint64_t header_lines;   /* one an input */
    uint64_t accepted_rows;  /* as encoded */
    uint64_t rejected_rows;
    uint64_t decision_rows;
    struct cg_shape_counts shapes; /* of all batches */

    atomic_bool stop; /* set by write, read by read: a batch has failed */
    struct cg_progress progress;

    struct cg_batch **batches; /* `depth` of them */
    uint32_t depth;

    struct cg_run_facts facts; /* filled at the end; notices by decide */
    struct cg_station_times times[CG_RUN_STATIONS];
};

/* Its decisions go into the ledger. */
static inline bool cg_run_records(const struct cg_run *run) {
    return run->ledger != NULL && !run->plan->dry_run;
}

extern const struct cg_station cg_run_stations[CG_RUN_STATIONS];

/* decide: take in what the batch has of lines that were accepted before, and drop it from it. */
cg_must_use enum cg_status cg_run_take_past(struct cg_run *run, struct cg_batch *batch);

/* X12, at its stations: decide takes account of what is written of the batch; encode and write do
 * it. Nothing is done for a batch of CSV. Failures stand in the batch. */
void cg_run_decide_x12(struct cg_run *run, struct cg_batch *batch);
cg_must_use bool cg_run_writes_x12(const struct cg_run *run, const struct cg_batch *batch);
enum cg_status cg_run_write_ack(struct cg_run *run, struct cg_batch *batch);
void cg_run_free_ack(struct cg_run *run);
cg_must_use bool cg_run_x12_balances(const struct cg_run *run);

/* From here on the run can reach nothing but what it needs. */
void cg_run_confine(struct cg_run *run);

/* The ledger as this run needs it, with the inputs it has already dropped from run->paths. */
cg_must_use enum cg_status cg_run_open_ledger(struct cg_run *run, struct cg_error *err);

/* The outputs' folder cannot be made: say of which run of the ledger it is, with the mend. */
enum cg_status cg_run_tell_whose_folder(struct cg_run *run, struct cg_error *err);

/* Whether the ledger has what came by the one pipe, which could not be looked at before. */
cg_must_use enum cg_status cg_run_find_known_stream(struct cg_run *run, bool *known,
                                                    struct cg_error *err);

/* Complete but for the outcome and what the outputs tell. */
void cg_run_fill_facts(struct cg_run *run, uint64_t wall_ms);

/* What is written when all lines have been. */
struct cg_run_reports {
    struct cg_output_facts report;
    struct cg_output_facts page; /* file NULL: none */
};

/* Decisions and folder become real together: the ledger publishes. */
cg_must_use enum cg_status cg_run_commit(struct cg_run *run, const struct cg_run_reports *reports,
                                         struct cg_error *err);

#endif
