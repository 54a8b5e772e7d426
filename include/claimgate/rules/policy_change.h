/*
 * What has changed between two texts of a policy.
 */
#ifndef CLAIMGATE_RULES_POLICY_CHANGE_H
#define CLAIMGATE_RULES_POLICY_CHANGE_H

#include "claimgate/rules/policy.h"

#include <stddef.h>

/* The caps of the newest versions that differ, as "daily 8 (was 6), weekly 20 (new)", cut at
 * out_bytes; "" where none does. */
void cg_policy_changed_caps(const struct cg_policy *now, const struct cg_policy *before, char *out,
                            size_t out_bytes);

#endif
