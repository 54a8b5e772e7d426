/*
 * When a plan of so many units a day or week would reach a cap.
 */
#ifndef CLAIMGATE_REPORT_PLAN_H
#define CLAIMGATE_REPORT_PLAN_H

#include "claimgate/gate/history.h"
#include "claimgate/report/ledger_pages.h"

#include <stdint.h>

/* The first day from plan->from_day on that the cap has no room for, beside what the member has
 * used already; CG_DAY_NONE: not within CG_PLAN_DAYS. */
enum { CG_PLAN_DAYS = 3660 };
int32_t cg_plan_reaches(const struct cg_plan *plan, const struct cg_history *history,
                        struct cg_text member_id, const struct cg_cap *cap);

#endif
