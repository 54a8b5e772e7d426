/*
 * Detail: what a person reads about a rejected line.
 *
 * Computed again when the row is written, for rejected lines only, so that the lines that pass
 * cost nothing. Pure.
 */
#ifndef CLAIMGATE_GATE_SENTENCES_H
#define CLAIMGATE_GATE_SENTENCES_H

#include "claimgate/gate/field_edits.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/verdict.h"

/* batch->csv must be there: a record's values are read from it again. Fill `out` for a line that
 * was rejected, or for the rejected rest of a cutback: either has reasons. `binding` names the
 * columns of the file in the sentences. */
void cg_verdict_fill(const struct cg_rules *rules, const struct cg_binding *binding,
                     const struct cg_batch *batch, const struct cg_line *line,
                     struct cg_verdict *out);

/* Where the first value that fails by one of these reasons, each of one field, begins in its
 * record, in bytes from 1; 0: it is not known. */
uint32_t cg_fault_column(const struct cg_binding *binding, const struct cg_batch *batch,
                         const struct cg_line *line, uint64_t reasons);

/* Count what fails in a rejected line, or in a malformed record, by its shape. `reasons` are those
 * that are asked for. batch->csv must be there, and the records of the batch be parsed. */
void cg_note_shapes(const struct cg_binding *binding, const struct cg_batch *batch,
                    const struct cg_line *line, uint64_t reasons, struct cg_shape_counts *counts);

/* The name of a reason on this line: "units_invalid", or "daily_cap" for CG_REASON_CAP. */
const char *cg_reason_name(const struct cg_line *line, enum cg_reason reason);

/* The names of a set of reasons on this line, in the order of reason.h, joined by ';'; "" for none.
 */
void cg_reason_list(const struct cg_line *line, uint64_t reasons,
                    char out[CG_VERDICT_REASONS_BYTES]);

#endif
