/*
 * A run: the stations wired together, from inputs to published outputs.
 *
 * Ownership  _new copies nothing: plan, policy and roster outlive the run. _free removes
 *            whatever was staged and not published.
 * Threads    Called from one thread; the belt makes its own.
 * Failure    Nothing is published unless cg_run_execute returns CG_OK and the outcome is
 * CG_PUBLISHED.
 */
#ifndef CLAIMGATE_RUN_RUN_H
#define CLAIMGATE_RUN_RUN_H

#include "claimgate/base/error.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/io/deflate.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/record/reader.h"
#include "claimgate/report/ack_codes.h"
#include "claimgate/report/run_facts.h"
#include "claimgate/run/checks.h"
#include "claimgate/x12/x12.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Where the outputs go. Each goes to the path given for it ("-": standard output), else
 * into the folder, else nowhere. */
struct cg_output_plan {
    const char *dir;
    const struct cg_output_folder *folder; /* in place of `dir`, and without a report; or NULL */
    bool without_accepted;                 /* the folder gets no accepted file */
    bool overwrite;
    gid_t group; /* (gid_t)-1: files 0600, folder 0700 */
    const char *accepted;
    const char *rejected;
    const char *report;
    const char *decisions; /* the table of decisions */
    bool with_decisions;   /* it goes into the folder */
    bool read_back;        /* what was written is read again and hashed before it is published */
    bool with_page;        /* report.html does, too */
    int level;             /* 1 to 9 */
    enum cg_codec codec;
};

/* A folder that is there already, for outputs that the caller makes real. */
struct cg_output_folder {
    int fd;
    const char *path;
};

/* Of a run over many files some: what its lines meet was decided elsewhere, over all of them. */
struct cg_run_task {
    const struct cg_reader_begun *begun; /* by inputs before these; NULL: by none */
    /* A batch of lines before they are parsed, in file order: tell which of them pass. */
    enum cg_status (*look_ahead)(void *context, struct cg_batch *batch, struct cg_error *err);
    /* In place of the history: the decisions of a batch's lines, in file order. */
    enum cg_status (*decide)(void *context, struct cg_batch *batch, struct cg_error *err);
    void *context;
};

struct cg_run_plan {
    const char *const *inputs; /* paths, "-" for standard input */
    uint32_t input_count;
    struct cg_rules rules;
    const char *layout; /* NULL: by the header */
    bool multiline;
    struct cg_x12_options x12;
    const struct cg_ack_codes
        *ack_codes;       /* of X12, acknowledge each claim in a 277CA; NULL: do not */
    const char *payer_id; /* that it names; NULL: the receiver of the claims */
    bool allow_empty;     /* an input of 0 bytes is a good file of no records */
    bool libcsv_only;     /* tests: no plain path */
    uint32_t threads;
    struct cg_output_plan output;
    const char *ledger; /* NULL: start from nothing */
    int64_t lock_wait_seconds;
    const struct cg_sandbox_plan
        *sandbox;       /* entered before an input is read; NULL: by the caller */
    bool check_ledger;  /* all pages of it, before it is built on */
    bool dry_run;       /* decide and count alone; the ledger is only read */
    int64_t before_run; /* dry run: decide on the ledger as it was before this run, known inputs
                         * included; 0: as it is now, without them */

    /* Of each input its struct cg_rules, which differ from `rules` in the day alone; NULL: one for
     * all. Of a dry run. */
    const void *const *rules_of_inputs;
    /* An audit looks at every decided batch, in file order; NULL: nobody does. */
    enum cg_status (*watch)(void *context, const struct cg_binding *binding,
                            const struct cg_batch *batch, struct cg_error *err);
    void *watch_context;
    const struct cg_run_task *task; /* NULL: a whole run, which decides for itself */
    bool is_redo;                   /* of nights that were taken back: ledger.h */
    struct cg_run_checks checks;    /* before anything is published */
    bool show_progress;
    FILE *trace;
};

struct cg_run;

/* Probes every output before a claim is read. */
cg_must_use enum cg_status cg_run_new(const struct cg_run_plan *plan, struct cg_run **out,
                                      struct cg_error *err);
void cg_run_free(struct cg_run *run);

/* What came of it is the outcome of its facts. */
cg_must_use enum cg_status cg_run_execute(struct cg_run *run, struct cg_error *err);

/* The last day of service of which anything was accepted; CG_DAY_NONE: there is none. And how much
 * members have used by then of the caps of the version in force on it that are longer than a day:
 * returns how many those are. NULL: of no member. */
int32_t cg_run_last_accepted_day(const struct cg_tally *tally);
uint32_t cg_run_cap_use(const struct cg_policy *policy, const struct cg_history *history,
                        int32_t day_no, struct cg_cap_use out[CG_CAPS_MAX]);

/* An output that was written, as a ledger keeps it. */
struct cg_ledger_output cg_run_kept_output(const struct cg_output_facts *facts);

/* What the report says of the columns of the inputs. */
void cg_run_tell_layout(struct cg_run_facts *facts, const struct cg_binding *binding,
                        bool is_named);

/* Complete after cg_run_execute; belongs to the run. */
const struct cg_run_facts *cg_run_facts_of(const struct cg_run *run);
/* Complete after cg_run_execute; NULL: no input had a header. */
const struct cg_binding *cg_run_binding(const struct cg_run *run);
/* Of what an input holds, unpacked. Complete after cg_run_execute on a ledger. */
const uint8_t *cg_run_content_sha256(const struct cg_run *run, uint32_t input);

#endif
