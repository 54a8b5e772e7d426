/*
 * Loading policy and roster for a command, all problems printed.
 */
#ifndef CLAIMGATE_CLI_RULES_H
#define CLAIMGATE_CLI_RULES_H

#include "claimgate/error.h"
#include "claimgate/policy.h"
#include "claimgate/roster.h"

/* Both are the caller's to free, also after a failure. */
cg_must_use enum cg_status rules_load(const char *policy_name, const char *roster_dir,
                                      struct cg_policy **policy, struct cg_roster **roster,
                                      struct cg_error *err);

#endif
