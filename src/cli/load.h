/*
 * What commands that decide lines have in common: policy and roster.
 */
#ifndef CLAIMGATE_CLI_LOAD_H
#define CLAIMGATE_CLI_LOAD_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

/* Where there are several, each on its own line; err then tells how many there are. */
void cg_load_print_problems(const struct cg_problems *problems, struct cg_error *err);

/* All problems printed. The caller's to free, also after a failure. */
cg_must_use enum cg_status cg_load_policy(const char *name, struct cg_policy **policy,
                                          struct cg_error *err);

/* Load both, all problems printed. They are the caller's to free, also after a failure. */
cg_must_use enum cg_status cg_load_policy_and_roster(const char *policy_name,
                                                     const char *roster_dir,
                                                     struct cg_policy **policy,
                                                     struct cg_roster **roster,
                                                     struct cg_error *err);

#endif
