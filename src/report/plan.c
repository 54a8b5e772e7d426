#include "plan.h"

#include "claimgate/gate/spread.h"

enum { WEEK = 7 };

/* Units of the plan on the days from its start up to, and with, `last_day`. A week's units lie over
 * its days as a span's do, so that each week is like the first. */
static uint64_t planned_until(const struct cg_plan *plan, int32_t last_day) {
    const int32_t days = last_day - plan->from_day + 1;
    if (days <= 0) {
        return 0;
    }
    if (!plan->is_weekly) {
        return (uint64_t)days * plan->units;
    }
    const int32_t week_start = plan->from_day + days / WEEK * WEEK;
    const struct cg_spread week =
        cg_spread_of(week_start, week_start + WEEK - 1, plan->units, true);
    return (uint64_t)(days / WEEK) * plan->units +
           (days % WEEK != 0 ? cg_spread_within(&week, week_start, last_day) : 0);
}

int32_t cg_plan_reaches(const struct cg_plan *plan, const struct cg_history *history,
                        struct cg_text member_id, const struct cg_cap *cap) {
    int32_t first_day;
    int32_t last_day;
    for (int32_t day = plan->from_day; day < plan->from_day + CG_PLAN_DAYS; day++) {
        cg_cap_period(cap, day, &first_day, &last_day);
        const uint64_t planned = planned_until(plan, day) - planned_until(plan, first_day - 1);
        if (planned > 0 &&
            cg_history_units_used(history, member_id, cap, day) + planned > cap->limit_units) {
            return day;
        }
    }
    return CG_DAY_NONE;
}
