/*
 * One damaged file on trial: lines add up, lines without damage are decided as ever, and the file
 * is read alike by the plain path, by libcsv and cut in two.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_DAMAGE_TRIAL_H
#define CLAIMGATE_TESTS_SUPPORT_DAMAGE_TRIAL_H

#include "damage.h"
#include "tiny_run.h"

struct damage_trial {
    struct tiny_run run;
    struct damaged_file file;
    struct tiny_record expected[DAMAGE_LINES]; /* lines of the file without damage */
    struct cg_buffer accepted;                 /* of the first way of reading */
    struct cg_buffer rejected;
    uint64_t refused; /* files whose header was damaged too much */
    uint64_t intact;  /* lines that were looked at */
};

void damage_trial_open(struct damage_trial *trial);
void damage_trial_close(struct damage_trial *trial);

/* Ends the program with the seed and the file where something does not hold. Afterwards the run
 * holds what was made of it. */
void damage_trial_try(struct damage_trial *trial, uint64_t seed);

#endif
