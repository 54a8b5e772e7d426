/*
 * Parse: from a batch's bytes to records and in-scope service lines.
 *
 * Records without a quote are split at delimiters found by scan.h; records with one go
 * through libcsv, one at a time (csv.h). Both give the same fields for the same bytes.
 * The rest of the gate is called through `judge` for each record that is not malformed.
 *
 * Threads    Pure: a cg_parser belongs to one batch's worker at a time, the binding is shared.
 */
#ifndef CLAIMGATE_PARSE_H
#define CLAIMGATE_PARSE_H

#include "claimgate/batch.h"
#include "claimgate/csv.h"
#include "claimgate/layout.h"

#include <stdbool.h>
#include <stdint.h>

/* The trimmed values of one record, fallbacks, fixed values and value maps applied. Fetched
 * one at a time, so that an out-of-scope record costs one field. */
struct cg_values;
struct cg_text cg_values_get(struct cg_values *values, enum cg_field field);
/* The raw bytes of a field within its record; len 0 when its column is absent. */
struct cg_csv_field cg_values_raw(struct cg_values *values, enum cg_field field);
const struct cg_binding *cg_values_binding(const struct cg_values *values);

struct cg_parse_plan {
    const struct cg_binding *binding;
    /* True when the record is in scope: then `line` has been filled, fields and verdict of groups 1
     * and 2. False: the record passes through and the line is dropped. */
    bool (*judge)(const void *rules, struct cg_values *values, struct cg_line *line);
    const void *rules;
    bool libcsv_only; /* tests: every record through libcsv */
};

/* Fill batch->records and batch->lines from batch->text. `csv` is the worker's own. Malformed records
 * get a line with CG_REASON_MALFORMED_RECORD. Only CG_INTERNAL (no memory) can fail. */
cg_must_use enum cg_status cg_parse_batch(const struct cg_parse_plan *plan, struct cg_csv *csv,
                                          struct cg_batch *batch);

#endif
