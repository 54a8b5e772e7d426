/*
 * Damaged claim files by the thousand, each by a seed; `make torture` tries a million.
 */
#include "support/damage_trial.h"

#include "claimgate/base/log.h"

#include <criterion/criterion.h>

Test(damage, lines_add_up_and_undamaged_lines_keep_their_decision, .timeout = 120) {
    enum { FILES = 6000 };
    struct damage_trial trial;
    cg_log_init((struct cg_log_options){.quiet = true});
    damage_trial_open(&trial);
    for (uint64_t seed = 1; seed <= FILES; seed++) {
        damage_trial_try(&trial, seed);
    }
    cr_expect_lt(trial.refused, FILES / 5);
    cr_expect_gt(trial.intact, FILES * 10);
    damage_trial_close(&trial);
}
