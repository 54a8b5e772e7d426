/*
 * Answered: the verdict of a line on its way from the part that decided it to the task that has its
 * file.
 */
#ifndef CLAIMGATE_PART_ANSWERED_H
#define CLAIMGATE_PART_ANSWERED_H

#include "handed.h"

#include "claimgate/gate/decided.h"

struct cg_answered {
    uint32_t input;
    uint64_t place;
    struct cg_decided decided;
};

extern const char cg_answered_header[];

/* False: no memory. */
cg_must_use bool cg_answered_put(struct cg_buffer *out, uint32_t input, uint64_t place,
                                 const struct cg_line *line);
/* False: the row is none of ours. */
cg_must_use bool cg_answered_read(struct cg_text row, struct cg_answered *out);

#endif
