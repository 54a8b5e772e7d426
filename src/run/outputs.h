/*
 * Outputs of a run: accepted, rejected, decisions and report, wherever each of them goes.
 *
 * Opened (and with that probed) before a claim is read; published together at the end; removed
 * on any other way out.
 */
#ifndef CLAIMGATE_RUN_OUTPUTS_H
#define CLAIMGATE_RUN_OUTPUTS_H

#include "claimgate/base/buffer.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/report/run_facts.h"
#include "claimgate/run/run.h"

struct cg_output {
    const char *name; /* as the report names it; NULL: this output is not written */
    bool is_gzip;
    struct cg_sink *sink;
    struct cg_staged_file *file; /* NULL: the sink is in the folder or is standard output */
    struct cg_xxh128 *content;
    uint64_t records;
};

struct cg_outputs {
    struct cg_staging *staging; /* NULL: no folder */
    bool keep_staging;          /* a ledger will publish it: leave it where it is */
    struct cg_output accepted;
    struct cg_output rejected;
    struct cg_output decisions;    /* the table of decisions, where it is wanted */
    struct cg_output rejected_x12; /* written where the inputs are X12 */
    struct cg_output ack;          /* the same, where it is wanted */
    struct cg_output report;
    struct cg_output page; /* the report for a browser, where it is wanted */
};

cg_must_use enum cg_status cg_outputs_open(struct cg_outputs *outputs,
                                           const struct cg_output_plan *plan, struct cg_error *err);

/* The inputs are X12: the accepted file in the folder is named so, and there is a second rejected
 * file. CG_USAGE where there is no folder. */
cg_must_use enum cg_status cg_outputs_take_x12(struct cg_outputs *outputs,
                                               const struct cg_output_plan *plan, bool wants_ack,
                                               struct cg_error *err);

/* The path of the folder, where there is one. */
const char *cg_outputs_folder(const struct cg_outputs *outputs, const struct cg_output_plan *plan);

/* Packed bytes to the sink. */
cg_must_use enum cg_status cg_output_write(struct cg_output *output, const struct cg_buffer *packed,
                                           struct cg_error *err);

/* The last bytes of all but the report; fills their facts. */
cg_must_use enum cg_status cg_outputs_finish(struct cg_outputs *outputs, struct cg_run_facts *facts,
                                             struct cg_error *err);

/* Write the report, or its page, whole; fills the facts. */
cg_must_use enum cg_status cg_output_put(struct cg_output *output, const struct cg_buffer *text,
                                         struct cg_output_facts *facts, struct cg_error *err);

/* Make all of it real. */
cg_must_use enum cg_status cg_outputs_publish(struct cg_outputs *outputs, struct cg_error *err);

void cg_outputs_close(struct cg_outputs *outputs);

#endif
