/*
 * X12 lost loops: where a loop or a claim begins within a claim, the HL or CLM before it has been
 * lost, and what follows is another's.
 *
 * What the loops of other payers say, behind an SBR, begins nothing.
 */
#ifndef CLAIMGATE_X12_LOST_LOOP_H
#define CLAIMGATE_X12_LOST_LOOP_H

#include "envelope.h"

/* The next segment of a claim, of which it may tell that something is lost in it. */
void cg_x12_look_for_lost_loop(struct cg_x12_envelope *envelope, uint32_t name,
                               struct cg_text segment, struct cg_x12_node *claim);

#endif
