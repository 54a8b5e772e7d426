/*
 * Stretches: which records of a batch pass untouched, for who reads the same bytes again.
 *
 * Most records of real files are out of scope. Whoever has found that out can tell a later reader,
 * to whom such a record is a line end and no more: its fields are not looked for. Only batches are
 * told of whose lines are all records, ended by LF, with nothing to be counted or said of those
 * that pass; of others nothing is told, and they are parsed as ever.
 *
 * Threads    Functions of the batch.
 */
#ifndef CLAIMGATE_RECORD_STRETCHES_H
#define CLAIMGATE_RECORD_STRETCHES_H

#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"

/* Records that pass, and behind them those that do not. */
struct cg_stretch {
    uint32_t passing;
    uint32_t others;
};

/* Fill batch->stretches of what was parsed. False: no memory. */
cg_must_use bool cg_stretches_note(struct cg_batch *batch, const struct cg_binding *binding);

/* For parse: so many records from *at on that pass; *at is behind them then. False: no memory. */
cg_must_use bool cg_stretches_pass(struct cg_batch *batch, uint32_t records, uint32_t *at);
/* Where so many lines from `at` on have their end. */
uint32_t cg_stretches_end(struct cg_text text, uint32_t at, uint32_t lines);

#endif
