/*
 * Rows of the table of decisions (schemas/decisions.schema.json): one for each line in scope, and
 * for each malformed record, which might be one, in input order.
 */
#ifndef CLAIMGATE_RECORD_DECISION_ROWS_H
#define CLAIMGATE_RECORD_DECISION_ROWS_H

#include "claimgate/base/buffer.h"
#include "claimgate/record/rows.h"

#include <stdbool.h>

cg_must_use bool cg_decision_rows_header(struct cg_buffer *out, const struct cg_binding *binding);

/* A row as cg_rows_rejected takes it; its verdict is NULL where the line has no reason. `warnings`
 * are the names of its warnings, joined by ';', `caps` how many the version in force has. False:
 * no memory. */
cg_must_use bool cg_decision_rows_put(struct cg_buffer *out, const struct cg_rejected_row *row,
                                      const char *warnings, uint32_t caps);

#endif
