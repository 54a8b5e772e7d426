/*
 * Passing: of each batch of a task which records pass, told by who asks to who answers, so that the
 * second reading of a file need not look for their fields. Only with the same bytes is it of use,
 * which the file's hash tells in the end.
 */
#ifndef CLAIMGATE_PART_PASSING_H
#define CLAIMGATE_PART_PASSING_H

#include "claimgate/record/batch.h"

extern const char cg_passing_file[];
extern const char cg_passing_header[];

/* batch->stretches as a row. False: no memory. */
cg_must_use bool cg_passing_put(struct cg_buffer *out, const struct cg_batch *batch);
/* The row of a batch. False: it is of another one, or memory is out. */
cg_must_use bool cg_passing_read(struct cg_text row, struct cg_batch *batch);

#endif
