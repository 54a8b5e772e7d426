/*
 * An X12 file parted into its accepted and rejected side, by decisions of the test.
 */
#ifndef CLAIMGATE_TESTS_X12_SPLIT_H
#define CLAIMGATE_TESTS_X12_SPLIT_H

#include "claimgate/base/buffer.h"
#include "claimgate/x12/side.h"

#include <stdbool.h>

/* Claims are rejected whose number, from 0 and modulo 32, is a bit of `rejected`. False: the text
 * is refused. */
struct x12_splitting {
    uint32_t rejected;
    size_t payload; /* bytes at a time */
    bool lenient;
};
bool x12_split(const struct cg_buffer *text, struct x12_splitting how,
               struct cg_buffer sides[CG_X12_SIDES]);

/* The claims of a text, their bytes taken together whatever their order; each counts. False: the
 * text is refused. */
struct x12_claims {
    uint64_t count;
    uint64_t sum; /* of their hashes */
};
bool x12_sum_claims(const struct cg_buffer *text, bool lenient, struct x12_claims *out);

#endif
