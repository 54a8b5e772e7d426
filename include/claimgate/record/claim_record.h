/*
 * Claim record: a record of several service lines, as its reader puts it together.
 *
 * The reader adds the record, then all its lines, with those out of scope marked as such, and ends
 * it here. Where a layout names columns for each line of a row, the lines are added here too.
 *
 * Threads    A batch belongs to one worker at a time.
 */
#ifndef CLAIMGATE_RECORD_CLAIM_RECORD_H
#define CLAIMGATE_RECORD_CLAIM_RECORD_H

#include "claimgate/record/batch.h"
#include "claimgate/record/parse.h"

/* A line of a record that cannot be read: nothing is known of it. */
void cg_line_mark_malformed(struct cg_line *line, enum cg_malformed fault);

/* A record that the layout leaves out passes, in scope or not. Where it is a void, what it asks to
 * take back is looked for all the same. Returns false, for it has no line. */
bool cg_line_leave_out(const struct cg_parse_plan *plan, struct cg_values *values,
                       struct cg_line *line);

/* A record of another kind than those that hold service lines: it passes through untouched. False:
 * no memory. */
cg_must_use bool cg_record_add_other(struct cg_batch *batch, const struct cg_binding *binding,
                                     struct cg_record other);

/* The values of each line that a record may have, where its layout names them. */
struct cg_claim_values {
    struct cg_values *of_lines; /* as many as the binding has; in the batch's scratch */
    uint32_t count;             /* 0: a record is a line */
};
/* False: no memory. */
cg_must_use bool cg_claim_values_init(struct cg_claim_values *claim,
                                      const struct cg_binding *binding, const struct cg_csv *csv,
                                      struct cg_batch *batch);

/* The record's fields are where `record` has them. Returns the number of its first line, from 1; 0:
 * it has none. */
uint16_t cg_claim_values_take(struct cg_claim_values *claim, const struct cg_values *record);

/* Add the lines of the batch's last record and end it. With `left_out` none is in scope. False: no
 * memory. */
cg_must_use bool cg_claim_record_read(const struct cg_parse_plan *plan, struct cg_batch *batch,
                                      struct cg_claim_values *claim, bool left_out);

/* Add a line to the batch's last record, as edit_fields reads it from the values, or with
 * `left_out` as one out of scope. *take_backs counts what _end is told. NULL: no memory. */
cg_must_use struct cg_line *cg_claim_record_add(const struct cg_parse_plan *plan,
                                                struct cg_batch *batch, struct cg_values *values,
                                                bool left_out, uint32_t *take_backs);

/* The batch's last record has the lines from record->line_index to the batch's last one. Without
 * one in scope it keeps none of them and passes through untouched. */
void cg_claim_record_end(const struct cg_parse_plan *plan, struct cg_batch *batch,
                         uint32_t take_backs);

#endif
