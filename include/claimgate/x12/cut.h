/*
 * X12 in order: cut a stream of bytes into batches of whole nodes (x12.h).
 *
 * A node is whole once the next one begins, so that the last of a payload waits for the next
 * payload. How the stream is cut into payloads never shows in the nodes, but in those of a
 * transaction that passes, which may be parted anywhere between two segments.
 *
 * Each batch begins with copies of the headers that are open there, so that it can be read and
 * written without the batches before it.
 *
 * Memory     What is open and what is carried: six headers and a node, each of at most 64 KiB, a
 *            claim of at most 256 KiB.
 * Failure    CG_BAD_DATA with segment and byte.
 */
#ifndef CLAIMGATE_X12_CUT_H
#define CLAIMGATE_X12_CUT_H

#include "claimgate/record/batch.h"
#include "claimgate/x12/x12.h"

struct cg_x12_cut;

cg_must_use struct cg_x12_cut *cg_x12_cut_new(bool lenient); /* NULL: no memory */
void cg_x12_cut_free(struct cg_x12_cut *cut);                /* NULL is allowed */

/* Begin an input. */
void cg_x12_cut_start(struct cg_x12_cut *cut);

/* Fills batch->text and batch->x12->nodes from the payload and what was carried; at the end of an
 * input nothing is left. The batch's x12 is made where it has none. */
cg_must_use enum cg_status cg_x12_cut(struct cg_x12_cut *cut, struct cg_batch *batch,
                                      struct cg_error *err);

/* Of the input so far. */
const struct cg_x12_facts *cg_x12_cut_facts(const struct cg_x12_cut *cut);

#endif
