/*
 * Claim record: a record of several service lines, as its reader puts it together.
 *
 * The reader adds the record, then all its lines, with those out of scope marked as such, and ends
 * it here.
 *
 * Threads    A batch belongs to one worker at a time.
 */
#ifndef CLAIMGATE_RECORD_CLAIM_RECORD_H
#define CLAIMGATE_RECORD_CLAIM_RECORD_H

#include "claimgate/record/batch.h"
#include "claimgate/record/parse.h"

/* The batch's last record has the lines from record->line_index to the batch's last one. Without
 * one in scope it keeps none of them and passes through untouched. */
void cg_claim_record_end(const struct cg_parse_plan *plan, struct cg_batch *batch);

#endif
