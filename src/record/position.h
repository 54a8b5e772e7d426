/*
 * What lines say of themselves that were handed on: the columns cg_input and cg_line of an input
 * that somebody made of other files, so that what is decided can be told by the first place; and
 * cg_past, which tells lines that were accepted before from new ones.
 */
#ifndef CLAIMGATE_RECORD_POSITION_H
#define CLAIMGATE_RECORD_POSITION_H

#include "header_columns.h"

#include "claimgate/record/batch.h"
#include "claimgate/record/parse.h"

#include <stdbool.h>

/* Look for the columns, the two of the place both or neither. CG_BAD_DATA: one stands twice. */
cg_must_use enum cg_status cg_position_bind(const struct cg_header_columns *columns,
                                            struct cg_binding *binding, struct cg_error *err);

static inline bool cg_position_is_told(const struct cg_binding *binding) {
    return binding->has_positions || binding->has_past;
}

/* Keep what the last record says, whose values are at hand unless it is malformed. False: no
 * memory. */
cg_must_use bool cg_position_keep(struct cg_batch *batch, struct cg_values *values,
                                  const struct cg_binding *binding, bool is_malformed);

/* The last record is of another kind and says nothing. False: no memory. */
cg_must_use bool cg_position_keep_none(struct cg_batch *batch);

/* Once it is parsed: of the last record, the lines. */
void cg_position_mark_lines(struct cg_batch *batch);

#endif
