/*
 * X12 repeated: interchanges of a run that come again, by their sender and control number.
 */
#ifndef CLAIMGATE_X12_REPEATED_H
#define CLAIMGATE_X12_REPEATED_H

#include "claimgate/base/seen.h"
#include "claimgate/x12/segments.h"

enum { CG_X12_REPEATED_MAX = 65536 }; /* interchanges that are known again */

/* Take note of an ISA. True: there was one like it. */
bool cg_x12_repeated_note(struct cg_seen *seen, const struct cg_x12_elements *isa);

#endif
