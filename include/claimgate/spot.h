/*
 * Spot: decide lines one by one as a run would decide them now, and change nothing.
 *
 * The same code as a run's, station by station, on the caller's thread. Every line is a question of
 * its own, asked of the same past: what the ledger holds when the line is asked. Lines asked
 * before it do not count for it.
 *
 * Ownership  _open/_close. The plan's rules outlive the spot; an answer lives as long as the call.
 * Threads    One.
 * Failure    Bad input (header, layout), a ledger that cannot be read, memory.
 */
#ifndef CLAIMGATE_SPOT_H
#define CLAIMGATE_SPOT_H

#include "claimgate/batch.h"
#include "claimgate/error.h"
#include "claimgate/field_edits.h"
#include "claimgate/layout.h"
#include "claimgate/line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_spot;

/* What was asked and what was decided. */
struct cg_spot_answer {
    const struct cg_rules *rules;
    const struct cg_binding *binding;
    const struct cg_batch *batch;
    uint64_t source_line;       /* physical line of the question, from 1 */
    const struct cg_line *line; /* decided; NULL: out of scope */
    /* For each cap of line->version that counts the line's procedure: units used before the line in
     * the period that holds its start date. CG_SPOT_NOT_COUNTED for other caps, and where date or
     * member are not known. */
    uint32_t used[CG_CAPS_MAX];
};
#define CG_SPOT_NOT_COUNTED UINT32_MAX

struct cg_spot_plan {
    struct cg_rules rules;
    const char *ledger; /* NULL: nobody has had anything accepted */
    const char *layout; /* NULL: by the header */
    bool multiline;
    /* The question is of no claim: its lines get a claim id that no file can hold, so that none is
     * a duplicate line. */
    bool unclaimed;
    enum cg_status (*answer)(void *context, const struct cg_spot_answer *answer,
                             struct cg_error *err);
    void (*wait)(void *context); /* called before waiting for more questions */
    void *context;
};

cg_must_use enum cg_status cg_spot_open(const struct cg_spot_plan *plan, struct cg_spot **out,
                                        struct cg_error *err);
void cg_spot_close(struct cg_spot *spot); /* NULL is allowed */

/* A whole claim file, header first, at most CG_BATCH_BYTES. */
cg_must_use enum cg_status cg_spot_ask(struct cg_spot *spot, struct cg_text file,
                                       struct cg_error *err);

/* Answer the lines of standard input as they come in: CSV, header first, not compressed.
 * CG_INTERRUPTED by a signal. */
cg_must_use enum cg_status cg_spot_ask_stdin(struct cg_spot *spot, struct cg_error *err);

#endif
