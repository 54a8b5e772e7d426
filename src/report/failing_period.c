#include "failing_period.h"

#include "claimgate/base/date.h"

#include "claimgate/gate/spread.h"
#include "claimgate/record/field.h"

#include <stdlib.h>

enum { CG_CALENDAR_DAYS = CG_DAY_LAST - CG_DAY_FIRST + 1 };

struct sums {
    const struct cg_failing_period *period;
    uint64_t *up_to; /* units on each day; once summed up, up to its end */
};

static bool is_counted(const struct cg_failing_period *period,
                       const struct cg_ledger_decision *line) {
    const struct cg_text code = {line->procedure, 5};
    const int no = cg_policy_procedure(period->policy, cg_field_procedure(code));
    return !line->exempt && (period->cap->counts_all || (no >= 0 && period->cap->counts[no] != 0));
}

static struct cg_spread spread_of(const struct cg_ledger_decision *line, uint32_t units) {
    return cg_spread_of(line->start_day, line->end_day, units, line->split);
}

static enum cg_status add_line(void *context, const struct cg_ledger_decision *line,
                               struct cg_error *err) {
    struct sums *sums = context;
    (void)err;
    if (is_counted(sums->period, line)) {
        const struct cg_spread spread = spread_of(line, line->accepted_units);
        cg_spread_add_daily(&spread, CG_DAY_FIRST, CG_DAY_LAST, sums->up_to);
    }
    return CG_OK;
}

/* A period may reach beyond the days that claim dates can have. */
static uint64_t units_within(const struct sums *sums, int32_t first_day, int32_t last_day) {
    const int32_t last = last_day < CG_DAY_LAST ? last_day : CG_DAY_LAST;
    const uint64_t before =
        first_day > CG_DAY_FIRST ? sums->up_to[first_day - 1 - CG_DAY_FIRST] : 0;
    return sums->up_to[last - CG_DAY_FIRST] - before;
}

/* Of the periods that the line touches, in the order of time, the first with so many units used:
 * the gate names the one with the most, the earliest of equals. */
static void find(const struct sums *sums, const struct cg_ledger_decision *decision,
                 struct cg_failing_period *out) {
    const struct cg_spread own = spread_of(decision, decision->units);
    const int32_t last = out->cap->period == CG_PERIOD_ROLLING_MONTHS
                             ? cg_cap_last_window(out->cap, own.last_day)
                             : own.last_day;
    int32_t first_day;
    int32_t last_day;
    for (int32_t day_no = own.first_day; day_no <= last && day_no <= CG_DAY_LAST; day_no++) {
        cg_cap_period(out->cap, day_no, &first_day, &last_day);
        if (units_within(sums, first_day, last_day) == decision->units_used) {
            out->day_no = day_no;
            return;
        }
    }
    out->day_no = decision->start_day;
}

enum cg_status cg_failing_period_find(struct cg_ledger *ledger,
                                      const struct cg_ledger_decision *decision,
                                      struct cg_failing_period *period, struct cg_error *err) {
    struct sums sums = {.period = period, .up_to = calloc(CG_CALENDAR_DAYS, sizeof sums.up_to[0])};
    if (sums.up_to == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    const struct cg_text member = cg_text_of(decision->member_id);
    const enum cg_status status =
        cg_ledger_visit_standing(ledger, member, decision, add_line, &sums, err);
    for (int32_t i = 1; i < CG_CALENDAR_DAYS; i++) {
        sums.up_to[i] += sums.up_to[i - 1];
    }
    find(&sums, decision, period);
    free(sums.up_to);
    return status;
}
