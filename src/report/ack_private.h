/*
 * What an acknowledgment is made of; shared by its parts: what stands before the claims
 * (ack_head.c), the claims (ack_claim.c), and how they are put together (ack277.c).
 */
#ifndef CLAIMGATE_REPORT_ACK_PRIVATE_H
#define CLAIMGATE_REPORT_ACK_PRIVATE_H

#include "ack_question.h"
#include "ack_segments.h"

#include "claimgate/report/ack277.h"

enum { CG_ACK_INTERCHANGE, CG_ACK_GROUP, CG_ACK_TRANSACTION };

/* Claims and their charges. */
struct cg_ack_totals {
    uint64_t claims;
    int64_t charges;
};

struct cg_ack277 {
    struct cg_ack277_plan plan;
    struct cg_ack_question question;
    struct cg_ack_text head;   /* what stands before the claims */
    struct cg_ack_text claims; /* that wait for their totals, or those behind the spool */
    int spool;                 /* -1: none yet */
    uint64_t spooled_bytes;    /* of the open transaction */

    bool is_open[3]; /* interchange, group and transaction of the answer */
    uint64_t groups;
    uint64_t transactions;
    uint64_t hl_no; /* of the answer's open transaction */
    uint64_t billing_hl_no;
    struct cg_ack_totals accepted;
    struct cg_ack_totals rejected;
};

/* ISA and GS of the answer; both are open then. */
void cg_ack_put_isa(struct cg_ack277 *ack);
void cg_ack_put_gs(struct cg_ack277 *ack);
/* ST, BHT, the payer, the submitter and the totals. */
void cg_ack_put_head(struct cg_ack277 *ack);

/* One claim, to those that wait. */
void cg_ack_put_claim(struct cg_ack277 *ack, const struct cg_batch *batch,
                      const struct cg_x12_node *node);

#endif
