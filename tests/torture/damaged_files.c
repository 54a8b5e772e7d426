/*
 * damaged_files FILES [FIRST_SEED]: as many damaged claim files on trial, one a seed.
 */
#include "support/damage_trial.h"

#include "claimgate/base/log.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    static struct damage_trial trial;
    const uint64_t files = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    const uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    cg_log_init((struct cg_log_options){.quiet = true});
    damage_trial_open(&trial);
    for (uint64_t i = 0; i < files; i++) {
        damage_trial_try(&trial, first + i);
    }
    printf(
        "%llu damaged files from seed %llu: lines add up in all; %llu undamaged lines kept their "
        "decision; %llu files with a damaged header were refused\n",
        (unsigned long long)files, (unsigned long long)first, (unsigned long long)trial.intact,
        (unsigned long long)trial.refused);
    damage_trial_close(&trial);
    return 0;
}
