/*
 * Small X12 files changed at random. Some hundreds are tried here, very many by `make torture
 * T=damage`.
 */
#include "support/x12_mutation.h"

#include <criterion/criterion.h>

Test(x12_mutated, no_claim_is_lost_or_in_both_files) {
    enum { COUNT = 600 };
    struct x12_mutation trial;
    x12_mutation_open(&trial);
    for (uint64_t seed = 1; seed <= COUNT; seed++) {
        x12_mutation_try(&trial, seed);
    }
    cr_expect_gt(trial.taken, COUNT / 10, "only %llu were taken", (unsigned long long)trial.taken);
    x12_mutation_close(&trial);
}
