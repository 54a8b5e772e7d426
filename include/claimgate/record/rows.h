/*
 * Output rows: the accepted file's bytes and the rejected file's rows.
 *
 * Accepted records are the input's own bytes; only a cutback rewrites one field. A
 * rejected row carries the record's own bytes between our columns.
 */
#ifndef CLAIMGATE_RECORD_ROWS_H
#define CLAIMGATE_RECORD_ROWS_H

#include "claimgate/base/buffer.h"
#include "claimgate/record/batch.h"
#include "claimgate/record/layout.h"
#include "claimgate/record/verdict.h"

#include <stdbool.h>

/* The columns that a rejected row puts behind those of the input, in this order. */
#define CG_REJECTED_TABLE(X)                                                                       \
    X(REASON, reject_reason)                                                                       \
    X(REASONS, reject_reasons)                                                                     \
    X(GROUP_CODE, group_code)                                                                      \
    X(CARC, carc)                                                                                  \
    X(RARC, rarc)                                                                                  \
    X(CAP_ID, cap_id)                                                                              \
    X(CAP_LIMIT, cap_limit)                                                                        \
    X(UNITS_USED, units_used)                                                                      \
    X(UNITS_AVAILABLE, units_available)                                                            \
    X(DETAIL, reject_detail)                                                                       \
    X(RAW_RECORD, raw_record)

enum cg_rejected_column {
#define CG_REJECTED_ENUM(name, text) CG_REJECTED_##name,
    CG_REJECTED_TABLE(CG_REJECTED_ENUM)
#undef CG_REJECTED_ENUM
        CG_REJECTED_COLUMNS,
};
const char *cg_rejected_column_name(enum cg_rejected_column column);

/* One more, the last, where a record is a claim whose lines have columns of their own: which line
 * the row is about. */
#define CG_REJECTED_CLAIM_LINE "claim_line"

/* The rejected file's header: source_file, source_line, the input's header, then our columns. */
cg_must_use bool cg_rows_rejected_header(struct cg_buffer *out, const struct cg_binding *binding);

struct cg_rejected_row {
    const struct cg_binding *binding;
    const char *source_file; /* as named on the command line */
    const struct cg_batch *batch;
    const struct cg_line *line;
    const struct cg_verdict *verdict;
};
cg_must_use bool cg_rows_rejected(struct cg_buffer *out, const struct cg_rejected_row *row);

/* Fill batch->accepted_text and count batch->accepted_rows: the header where this batch holds the
 * first input's, then the accepted records, of which neighbours are one stretch. A cutback's record
 * has its quantity rewritten; a line end missing at the end of an input is supplied, LF. False: out
 * of memory. */
cg_must_use bool cg_rows_accepted(struct cg_batch *batch);

#endif
