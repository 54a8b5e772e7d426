/*
 * X12 sides: the accepted and the rejected file, each of them the input without the other's claims.
 *
 * A header is held back and written with the first claim below it that the side takes. A header
 * whose claims all went to the other side is left out, and with it its trailer. What has no claim
 * at all belongs to the accepted file, so that with nothing rejected that file is the input, byte
 * for byte. HL numbers and the counts of trailers are written anew only where something was left
 * out.
 *
 * Threads    A side goes through the batches in order. Passed over a batch without `out` it only
 *            takes account, which is cheap; a copy of what it was before writes the same batch at
 *            any later time, on any thread.
 */
#ifndef CLAIMGATE_X12_SIDE_H
#define CLAIMGATE_X12_SIDE_H

#include "claimgate/record/batch.h"
#include "claimgate/x12/x12.h"

/* Put the batch's nodes that this side takes into `out`, an array of struct cg_text; neighbours are
 * one stretch. The batch is decided. NULL: only take account. False: no memory. */
cg_must_use bool cg_x12_side_pass(struct cg_x12_side *side, struct cg_batch *batch,
                                  struct cg_array *out);

#endif
