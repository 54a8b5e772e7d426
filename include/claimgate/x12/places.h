/*
 * X12 places: where a field of a service line stands in an 837P, in the words of its guide.
 */
#ifndef CLAIMGATE_X12_PLACES_H
#define CLAIMGATE_X12_PLACES_H

#include "claimgate/record/layout.h"

/* NULL: it stands nowhere. */
const char *cg_x12_place_of(enum cg_field field);

#endif
