/*
 * Columns of a table that nobody reads, though its rows may mean something else without them.
 */
#ifndef CLAIMGATE_RECORD_UNREAD_COLUMNS_H
#define CLAIMGATE_RECORD_UNREAD_COLUMNS_H

#include "header_columns.h"

#include "claimgate/base/problems.h"

#include <stdint.h>

/* `seen` stands on `line`, and the columns of the plan are bound. */
void cg_unread_columns_tell(const struct cg_table_plan *plan, const struct cg_header_columns *seen,
                            uint64_t line, struct cg_problems *problems);

#endif
