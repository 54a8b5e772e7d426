/*
 * Columns of a table that nobody reads, though its rows may mean something else without them.
 */
#ifndef CLAIMGATE_RECORD_UNREAD_COLUMNS_H
#define CLAIMGATE_RECORD_UNREAD_COLUMNS_H

#include "header_columns.h"

#include "claimgate/base/problems.h"

#include <stdint.h>

/* `seen` stands on `line`, before `head`, and the columns of the plan are bound. CG_INTERNAL: no
 * memory. */
cg_must_use enum cg_status cg_unread_columns_tell(const struct cg_table_plan *plan,
                                                  const struct cg_header_columns *seen,
                                                  uint64_t line, struct cg_text head,
                                                  struct cg_problems *problems,
                                                  struct cg_error *err);

#endif
