/*
 * Values of a service line of X12, as those of a record of CSV are given.
 */
#ifndef CLAIMGATE_X12_VALUES_H
#define CLAIMGATE_X12_VALUES_H

#include "claimgate/record/parse.h"
#include "claimgate/x12/x12.h"

/* False where nothing is known of the line: it passed, or could not be read. */
bool cg_x12_values(const struct cg_binding *binding, const struct cg_batch *batch,
                   const struct cg_line *line, struct cg_values *out);

#endif
