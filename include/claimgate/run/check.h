/*
 * Check: decide lines one by one as a run would decide them now, and change nothing.
 *
 * The same code as a run's, station by station, on the caller's thread. Every line is a question of
 * its own, asked of the same history: what the ledger holds when the line is asked. Lines asked
 * before it do not count for it.
 *
 * Ownership  _open/_close. The plan's rules outlive the check; an answer lives as long as the call.
 * Threads    One.
 * Failure    Bad input (header, layout), a ledger that cannot be read, memory.
 */
#ifndef CLAIMGATE_RUN_CHECK_H
#define CLAIMGATE_RUN_CHECK_H

#include "claimgate/base/error.h"
#include "claimgate/base/text.h"
#include "claimgate/gate/field_edits.h"
#include "claimgate/report/check_answer.h"
#include "claimgate/x12/x12.h"

#include <stdbool.h>

struct cg_check;

struct cg_check_plan {
    struct cg_rules rules;
    const char *ledger; /* NULL: nobody has had anything accepted */
    const char *layout; /* NULL: by the header */
    bool multiline;
    struct cg_x12_options x12;
    /* The question is of no claim: its lines get a claim id that no file can hold, so that none is
     * a duplicate line. */
    bool unclaimed;
    enum cg_status (*answer)(void *context, const struct cg_check_answer *answer,
                             struct cg_error *err);
    void (*wait)(void *context); /* called before waiting for more questions */
    void *context;
};

cg_must_use enum cg_status cg_check_open(const struct cg_check_plan *plan, struct cg_check **out,
                                         struct cg_error *err);
void cg_check_close(struct cg_check *check); /* NULL is allowed */

/* A whole claim file, header first, at most CG_BATCH_BYTES. */
cg_must_use enum cg_status cg_check_ask(struct cg_check *check, struct cg_text file,
                                        struct cg_error *err);

/* Answer the lines of standard input as they come in: CSV, header first, or X12, a claim once what
 * follows it has begun; not compressed.
 * CG_INTERRUPTED by a signal. */
cg_must_use enum cg_status cg_check_ask_stdin(struct cg_check *check, struct cg_error *err);

#endif
