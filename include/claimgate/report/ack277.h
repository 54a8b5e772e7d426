/*
 * 277CA: the acknowledgment of each claim of an 837 (005010X214).
 *
 * One 277 for each 837 transaction that is decided, in the same interchanges and groups, with every
 * claim of it, accepted or not. Control numbers are the question's, so that an input has one
 * answer.
 *
 * The totals of a transaction stand before its claims. So its claims wait, in memory as far as they
 * are few, else in the spool.
 *
 * Ownership  The plan and what it points at outlive the acknowledgment.
 * Threads    One at a time: decided batches come in file order.
 * Memory     Constant: what is open, and a part of what waits.
 * Failure    CG_IO of the spool, whatever `put` gives, CG_INTERNAL.
 */
#ifndef CLAIMGATE_REPORT_ACK277_H
#define CLAIMGATE_REPORT_ACK277_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/record/batch.h"
#include "claimgate/report/ack_codes.h"

#include <stdint.h>

struct cg_ack277;

struct cg_ack277_plan {
    int32_t as_of_day;
    const char *payer_id; /* "XV:12345", in place of the receiver's; NULL: the receiver's */
    const struct cg_ack_codes *codes;
    const char *spool_dir; /* where a nameless file may stand */
    enum cg_status (*put)(void *context, const char *bytes, size_t len_bytes, struct cg_error *err);
    void *context;
};

cg_must_use struct cg_ack277 *
cg_ack277_new(const struct cg_ack277_plan *plan); /* NULL: no memory */
void cg_ack277_free(struct cg_ack277 *ack);       /* NULL is allowed */

/* The next batch of X12, decided. */
cg_must_use enum cg_status cg_ack277_take(struct cg_ack277 *ack, const struct cg_batch *batch,
                                          struct cg_error *err);

/* A payer's id as --payer-id takes it: 46, FI, PI or XV, a colon, and the id. */
bool cg_ack277_is_payer_id(const char *text);

#endif
