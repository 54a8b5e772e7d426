/*
 * Where lines stood before they were handed on: the columns cg_input and cg_line of an input that
 * somebody made of other files, so that what is decided can be told by the first place.
 */
#ifndef CLAIMGATE_RECORD_POSITION_H
#define CLAIMGATE_RECORD_POSITION_H

#include "header_columns.h"

#include "claimgate/record/batch.h"
#include "claimgate/record/parse.h"

#include <stdbool.h>

/* Look for the two columns; both or neither. */
void cg_position_bind(const struct cg_header_columns *columns, struct cg_binding *binding);

/* Keep the position of the next record, whose values are at hand unless it is malformed. False: no
 * memory. */
cg_must_use bool cg_position_keep(struct cg_batch *batch, struct cg_values *values,
                                  const struct cg_binding *binding, bool is_malformed);

#endif
