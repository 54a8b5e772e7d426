/*
 * Roster files of a generated population, all six of them.
 *
 * A provider without a flaw meets every demand of the program on every day that claims arrive and
 * long before; a flawed one fails the demand its anomaly is named after.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_MOCK_ROSTER_H
#define CLAIMGATE_TESTS_GENERATE_MOCK_ROSTER_H

#include "claimgate/base/error.h"
#include "population.h"

/* Write credentials.csv and the others into the folder dir_fd, which is then synced. */
cg_must_use enum cg_status cg_mock_roster_write(const struct cg_population *population, int dir_fd,
                                                struct cg_error *err);

#endif
