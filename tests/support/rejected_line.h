/*
 * One record and the sentence about it.
 *
 * Records go through the parser and the edits, so that a sentence is tested on the line that the
 * program would have.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_REJECTED_LINE_H
#define CLAIMGATE_TESTS_SUPPORT_REJECTED_LINE_H

#include "claimgate/gate/sentences.h"

struct rejected {
    struct cg_policy *policy; /* ms */
    struct cg_binding binding;
    struct cg_rules rules;
    struct cg_batch *batch;
    struct cg_verdict verdict; /* of the last sentence */
};
extern struct rejected rejected;

void rejected_init(void);
void rejected_fini(void);

/* The only line of a batch that holds this one record. */
struct cg_line *rejected_line(const char *record);

const char *rejected_sentence(const struct cg_line *line);

#endif
