/*
 * Output rows: the accepted file's bytes and the rejected file's rows.
 *
 * Accepted records are the input's own bytes; only a cutback rewrites one field. A
 * rejected row carries the record's own bytes between our columns. reject_detail is one
 * plain sentence without any claim or member id.
 */
#ifndef CLAIMGATE_ROWS_H
#define CLAIMGATE_ROWS_H

#include "claimgate/batch.h"
#include "claimgate/buffer.h"
#include "claimgate/field_edits.h"
#include "claimgate/layout.h"

#include <stdbool.h>
#include <stdint.h>

/* The columns after the input's own, in order. */
#define CG_REJECTED_COLUMNS                                                                        \
    "reject_reason", "reject_reasons", "group_code", "carc", "rarc", "cap_id", "cap_limit",        \
        "units_used", "units_available", "reject_detail", "raw_record"

cg_must_use bool cg_rows_rejected_header(struct cg_buffer *out, const struct cg_binding *binding);

/* One rejected row: the record's own fields and ours. `source_file` as named on the command line. */
cg_must_use bool cg_rows_rejected(struct cg_buffer *out, const struct cg_rules *rules,
                                  const struct cg_binding *binding, const char *source_file,
                                  const struct cg_batch *batch, const struct cg_line *line);

/* reject_detail of the line's first reason. */
void cg_rows_detail(const struct cg_rules *rules, const struct cg_binding *binding,
                    const struct cg_batch *batch, const struct cg_line *line, char *out,
                    size_t capacity);

/* Stretches of accepted bytes, in order: neighbouring accepted records come as one. `put` returns
 * false to stop. A cutback's record comes with its quantity rewritten; a missing last line end as LF. */
typedef bool (*cg_rows_put)(void *context, const char *bytes, size_t len_bytes);
cg_must_use bool cg_rows_accepted(const struct cg_batch *batch, cg_rows_put put, void *context);

#endif
