/*
 * X12 repeated: interchanges of a run that come again, by their sender and control number.
 *
 * Memory     12 bytes an interchange; beyond CG_X12_REPEATED_MAX of them none is known any more.
 * Failure    Without memory an interchange is not known again.
 */
#ifndef CLAIMGATE_X12_REPEATED_H
#define CLAIMGATE_X12_REPEATED_H

#include "claimgate/base/array.h"
#include "claimgate/base/hash_table.h"
#include "claimgate/x12/segments.h"

enum { CG_X12_REPEATED_MAX = 65536 };

struct cg_x12_repeated {
    struct cg_array seen; /* of uint64_t: the hash of each */
    struct cg_hash_table table;
};

void cg_x12_repeated_init(struct cg_x12_repeated *repeated);
void cg_x12_repeated_fini(struct cg_x12_repeated *repeated);

/* Take note of an ISA. True: there was one like it. */
bool cg_x12_repeated_note(struct cg_x12_repeated *repeated, const struct cg_x12_elements *isa);

#endif
