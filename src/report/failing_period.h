/*
 * The period in which a cap rejected or cut back a line that the ledger remembers.
 */
#ifndef CLAIMGATE_REPORT_FAILING_PERIOD_H
#define CLAIMGATE_REPORT_FAILING_PERIOD_H

#include "claimgate/ledger/ledger_query.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>

struct cg_failing_period {
    const struct cg_policy *policy;
    const struct cg_cap *cap;
    int32_t day_no; /* by which cg_cap_period gives it */
};

/* `policy`, of the decision's run, and `cap` are given. For lines of which the ledger keeps how
 * many units were used, not when: the period is found again from the accepted lines that stood
 * then. */
cg_must_use enum cg_status cg_failing_period_find(struct cg_ledger *ledger,
                                                  const struct cg_ledger_decision *decision,
                                                  struct cg_failing_period *period,
                                                  struct cg_error *err);

#endif
