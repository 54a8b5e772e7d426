/*
 * The period in which a cap rejected or cut back a line that the ledger remembers.
 */
#ifndef CLAIMGATE_CLI_FAILING_PERIOD_H
#define CLAIMGATE_CLI_FAILING_PERIOD_H

#include "claimgate/ledger/ledger_query.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>

struct cg_failing_period {
    const struct cg_policy *policy;
    const struct cg_cap *cap; /* NULL: no cap failed */
    int32_t first_day;
    int32_t last_day;
};

/* `policy` is that of the decision's run. The ledger keeps how many units were used, not when: the
 * period is found again from the accepted lines that stood then. */
cg_must_use enum cg_status cg_failing_period_find(struct cg_ledger *ledger,
                                                  const struct cg_ledger_decision *decision,
                                                  const struct cg_policy *policy,
                                                  struct cg_failing_period *out,
                                                  struct cg_error *err);

/* True when the cap counted units of the line in that period. */
bool cg_failing_period_counts(const struct cg_failing_period *period,
                              const struct cg_ledger_decision *line);

#endif
