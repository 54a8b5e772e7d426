/*
 * damaged_x12 FILES [FIRST_SEED]: as many damaged X12 files on trial, one a seed.
 */
#include "support/x12_mutation.h"

#include "claimgate/base/log.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    static struct x12_mutation trial;
    const uint64_t files = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    cg_log_init((struct cg_log_options){.quiet = true});
    x12_mutation_open(&trial);
    for (uint64_t i = 0; i < files; i++) {
        x12_mutation_try(&trial, first + i);
    }
    printf("%llu damaged X12 files from seed %llu: %llu were taken, each claim of them in one of "
           "two files, which are read again\n",
           (unsigned long long)files, (unsigned long long)first, (unsigned long long)trial.taken);
    x12_mutation_close(&trial);
    return 0;
}
