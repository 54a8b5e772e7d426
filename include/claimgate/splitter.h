/*
 * Record boundaries: cut a stream of bytes into batches of whole records.
 *
 * A line end (LF, CRLF, CR) ends the record, always: the cutter never looks at quotes.
 * Under --multiline it follows RFC 4180, with a guard: a quote still open after 64 KiB or
 * at the end of the input makes the record's first physical line malformed, and cutting
 * resumes at the line after it.
 *
 * Memory     What a batch leaves over (at most CG_RECORD_MAX_BYTES and a line end) is
 *            carried to the next; of a longer record the first 64 KiB are kept and the
 *            rest is counted and dropped.
 */
#ifndef CLAIMGATE_SPLITTER_H
#define CLAIMGATE_SPLITTER_H

#include "claimgate/batch.h"
#include "claimgate/error.h"

#include <stdbool.h>

struct cg_cutter; /* serial: what the last batch left over */

cg_must_use struct cg_cutter *cg_cutter_new(void);
void cg_cutter_free(struct cg_cutter *cutter);

/* Begin an input: its reading mode, and nothing carried. */
void cg_cutter_start(struct cg_cutter *cutter, char delimiter, bool multiline);

/* Sets batch->text (and long_record_bytes) from batch->payload and the carry. A batch may come out
 * with no whole record. When batch->ends_source, all that is left becomes records. */
void cg_cutter_cut(struct cg_cutter *cutter, struct cg_batch *batch);

#endif
