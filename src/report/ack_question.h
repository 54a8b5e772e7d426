/*
 * What an acknowledgment says again of the 837 that it answers: the headers that are open, read as
 * they come.
 */
#ifndef CLAIMGATE_REPORT_ACK_QUESTION_H
#define CLAIMGATE_REPORT_ACK_QUESTION_H

#include "claimgate/x12/segments.h"

#include <stdbool.h>

struct cg_ack_question {
    struct cg_x12_elements isa;
    struct cg_x12_elements gs;
    struct cg_x12_elements st;
    struct cg_x12_elements bht;
    struct cg_x12_elements submitter; /* NM1*41 */
    struct cg_x12_elements receiver;  /* NM1*40 */
    struct cg_x12_elements billing;   /* NM1*85 */
    struct cg_x12_elements tax_id;    /* REF*EI of the billing provider */
    struct cg_x12_elements insured;   /* NM1*IL */
    struct cg_x12_elements patient;   /* NM1*QC */
    bool is_dependent;
};

/* Take a header up; what stood below it is forgotten. */
void cg_ack_question_take(struct cg_ack_question *question, const struct cg_x12_node *header);

/* What is said again of a claim. */
struct cg_ack_claim {
    struct cg_x12_elements clm;
    struct cg_x12_elements intermediary; /* REF*D9 */
    char first_day[8];                   /* of its lines' dates that are real */
    char last_day[8];
    uint32_t day_len; /* 0: no line has one */
};
void cg_ack_question_claim(const struct cg_x12_node *node, struct cg_ack_claim *claim);

#endif
