/*
 * X12 parse: from the nodes of a batch to records, one a claim, and lines.
 */
#ifndef CLAIMGATE_X12_PARSE_H
#define CLAIMGATE_X12_PARSE_H

#include "claimgate/record/parse.h"
#include "claimgate/x12/x12.h"

/* What stands for a header and a layout: the fields under their own names, then x12_st and
 * x12_line_control. The header is the binding's to free. False: no memory. */
cg_must_use bool cg_x12_bind(const struct cg_x12_options *options, struct cg_binding *out);

/* Fill batch->records, batch->lines and batch->x12->lines, one of these a line. Only CG_INTERNAL
 * (no memory) can fail. */
cg_must_use enum cg_status cg_x12_parse(const struct cg_parse_plan *plan,
                                        const struct cg_x12_options *options,
                                        struct cg_batch *batch);

#endif
