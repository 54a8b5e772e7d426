/*
 * A rejected file of an earlier run that is fed back: its rows are the first file's records again.
 *
 * Told by its columns: source_file and source_line before those of the first file, the rejected
 * columns behind them. A person or a spreadsheet may have dropped, sorted or requoted rows.
 */
#ifndef CLAIMGATE_RECORD_FED_BACK_H
#define CLAIMGATE_RECORD_FED_BACK_H

#include "claimgate/record/batch.h"
#include "claimgate/record/csv.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>

enum { CG_FED_BACK_COLUMNS_MORE = 13 }; /* than the first file has */

/* The first file's header within that of a rejected file, as a view. False: it is none. */
bool cg_fed_back_header(struct cg_text line, struct cg_text *inner);

/* The record within a row: the first file's bytes, or those of raw_record where it was malformed.
 * They are moved to the end of the row, so that the row's line end follows them. A row of another
 * number of columns, or that cannot be read, stays as it is. `at` is the record's place in the
 * batch's text. False: no memory. */
cg_must_use bool cg_fed_back_unwrap(struct cg_batch *batch, struct cg_csv *csv,
                                    const struct cg_binding *binding, struct cg_text *text,
                                    struct cg_origin *origin);

#endif
