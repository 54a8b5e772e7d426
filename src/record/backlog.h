/*
 * Backlog: bytes of batches that are still to be cut, in file order.
 *
 * A batch takes at most CG_BATCH_LINES lines. Of a payload of short lines the rest waits here, and
 * so does every batch behind it, with what is known of its input and with its failure, until the
 * batches that follow have taken it all.
 *
 * Memory     The bytes that wait. Whoever fills reads nothing more while any do, so that no more
 *            than the batches on the belt can come to wait.
 * Threads    _count may be called on any; the rest is for the thread that cuts.
 */
#ifndef CLAIMGATE_RECORD_BACKLOG_H
#define CLAIMGATE_RECORD_BACKLOG_H

#include "claimgate/base/error.h"
#include "claimgate/record/batch.h"

#include <stdatomic.h>
#include <stdbool.h>

struct cg_backlog_part;

struct cg_backlog {
    struct cg_backlog_part *first;
    struct cg_backlog_part *last;
    atomic_uint count;
};

void cg_backlog_fini(struct cg_backlog *backlog);

/* The bytes of the first CG_BATCH_LINES lines, line ends included. LF, CR and CRLF end a line. */
uint32_t cg_backlog_first_lines(struct cg_text text);

/* All that the batch holds waits behind what waits already; false: no memory. */
cg_must_use bool cg_backlog_put(struct cg_backlog *backlog, const struct cg_batch *batch);
/* What cutting the batch left over waits before all else. Where the batch ends its input, it is
 * the rest that ends it now. */
cg_must_use bool cg_backlog_put_back(struct cg_backlog *backlog, struct cg_batch *batch,
                                     struct cg_text rest);
/* As much of the payload waits before all else as _take would have left there, had the payload
 * waited itself: what a batch takes must not depend on how far another thread has read ahead. What
 * stands before `from` has had its turn and is not counted. False: no memory. */
cg_must_use bool cg_backlog_leave_over(struct cg_backlog *backlog, struct cg_batch *batch,
                                       const char *from);
/* The next lines, as many as a batch takes, into the batch; there must be some that wait. */
void cg_backlog_take(struct cg_backlog *backlog, struct cg_batch *batch);

#endif
