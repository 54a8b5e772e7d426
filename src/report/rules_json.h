/*
 * What every report says of the rules it was made under.
 */
#ifndef CLAIMGATE_REPORT_RULES_JSON_H
#define CLAIMGATE_REPORT_RULES_JSON_H

#include "claimgate/json/json.h"
#include "claimgate/rules/roster.h"

#include <stdint.h>

/* Each file of a roster with its rows and hash. */
void cg_put_roster_files(struct cg_json_writer *json, const char *key,
                         const struct cg_roster *roster);

/* "as_of", "policy" and "roster". */
void cg_put_rules(struct cg_json_writer *json, int32_t as_of_day, const struct cg_policy *policy,
                  const struct cg_roster *roster);

#endif
