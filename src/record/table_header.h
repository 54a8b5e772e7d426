/*
 * The header of a small table (csv.h): its columns by name, and what is wrong with it, as problems.
 */
#ifndef CLAIMGATE_RECORD_TABLE_HEADER_H
#define CLAIMGATE_RECORD_TABLE_HEADER_H

#include "splitter.h"

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"

/* Sets the index of each of the plan's columns, and what the reader needs of the binding.
 * CG_BAD_DATA, with problems: the columns cannot be told. */
cg_must_use enum cg_status cg_table_bind(const struct cg_table_plan *plan,
                                         const struct cg_header *header,
                                         struct cg_problems *problems, struct cg_binding *out,
                                         struct cg_error *err);

/* Why a line gives no row, as a sentence; NULL when it does. */
const char *cg_table_fault(enum cg_malformed fault);

#endif
