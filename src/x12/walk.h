/*
 * X12 walk: take the fields of service lines out of the nodes of a batch, in order.
 *
 * No grammar of the guide is held, only which loop a segment stands in. What another payer's loops
 * say (behind SBR) is never ours.
 *
 * Threads    A walk belongs to one batch.
 * Memory     Values are views into the batch; where line ends stand within segments, into its
 *            scratch.
 */
#ifndef CLAIMGATE_X12_WALK_H
#define CLAIMGATE_X12_WALK_H

#include "claimgate/record/batch.h"
#include "claimgate/x12/x12.h"

struct cg_x12_options;

enum cg_x12_loop_kind {
    CG_X12_LOOP_NONE,
    CG_X12_LOOP_BILLING,
    CG_X12_LOOP_PAY_TO,
    CG_X12_LOOP_SUBSCRIBER,
    CG_X12_LOOP_PAYER,
    CG_X12_LOOP_PATIENT,
    CG_X12_LOOP_CLAIM,
    CG_X12_LOOP_OTHER, /* another payer's */
    CG_X12_LOOP_LINE,
    CG_X12_LOOP_DRUG, /* within a line; a provider of the line may follow */
    CG_X12_LOOP_PAID, /* what other payers made of the line */
};

/* What has been met so far of the loops that are open. */
struct cg_x12_walk {
    const struct cg_x12_options *options;
    struct cg_batch *batch;
    struct cg_x12_marks marks;
    bool is_wrapped; /* the node is */
    enum cg_x12_loop_kind loop;
    bool has_subscriber;
    bool has_patient;
    bool is_broken; /* an HL loop that is open */
    bool out_of_memory;
    struct cg_text received;
    struct cg_text transaction;
    struct cg_text billing_npi;
    struct cg_text member_id;
    struct cg_text birth_date;
    struct cg_text patient_birth_date;
    struct cg_text patient_first_name;
    uint32_t billing_names; /* NM1*85, NM1*IL and NM1*QC of the loops that are open */
    uint32_t member_names;
    uint32_t patient_names;
    bool has_misplaced_name; /* one of them stands in another's loop: in the subscriber's, */
    bool patient_has_misplaced_name; /* in the patient's, which the next patient has not */

    /* the claim */
    struct cg_x12_line claim; /* what its lines share */
    uint32_t segments;        /* of the claim so far */
    bool has_diagnosis;
    bool has_service; /* SV1 of the line */
    bool has_date;
    bool has_rendering;      /* NM1*82 of the claim */
    bool has_line_rendering; /* of the line */
    struct cg_text line_authorization;
    uint32_t lines;
    enum cg_malformed fault;
};

void cg_x12_walk_start(struct cg_x12_walk *walk, const struct cg_x12_options *options,
                       struct cg_batch *batch);

/* The next node. A claim's lines are added to batch->x12->lines, walk->lines of them; with
 * walk->fault one line with what is known of the claim. False: no memory. */
cg_must_use bool cg_x12_walk_node(struct cg_x12_walk *walk, const struct cg_x12_node *node);

/* For walk alone: a header begins, and one of its segments. */
void cg_x12_walk_open_header(struct cg_x12_walk *walk, const struct cg_x12_node *node);
void cg_x12_walk_in_header(struct cg_x12_walk *walk, uint32_t name, struct cg_text segment);

#endif
