/*
 * One small X12 file, changed at random, on trial: never a crash, and never a claim lost, changed
 * or in both files.
 */
#ifndef CLAIMGATE_TESTS_X12_MUTATION_H
#define CLAIMGATE_TESTS_X12_MUTATION_H

#include "x12_split.h"

struct x12_mutation {
    struct cg_buffer text; /* what is changed */
    struct cg_buffer mutated;
    struct cg_buffer out;
    struct cg_buffer sides[CG_X12_SIDES];
    uint64_t taken; /* files that were not refused */
};

void x12_mutation_open(struct x12_mutation *trial);
void x12_mutation_close(struct x12_mutation *trial);

/* Ends the program with the seed where something does not hold. */
void x12_mutation_try(struct x12_mutation *trial, uint64_t seed);

#endif
