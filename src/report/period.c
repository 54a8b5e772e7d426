#include "period.h"

#include <stdio.h>

const char *cg_period_text(const struct cg_cap *cap, int32_t day_no,
                           char out[CG_PERIOD_TEXT_BYTES]) {
    char kind[24] = "";
    char first[CG_DATE_TEXT_BYTES];
    char last[CG_DATE_TEXT_BYTES];
    int32_t first_day = day_no;
    int32_t last_day = day_no;
    cg_cap_period(cap, day_no, &first_day, &last_day);
    cg_date_format(first_day, first);
    cg_date_format(last_day, last);
    switch (cap->period) {
    case CG_PERIOD_DAY:
        snprintf(out, CG_PERIOD_TEXT_BYTES, "day %s", first);
        return out;
    case CG_PERIOD_LIFETIME:
        snprintf(out, CG_PERIOD_TEXT_BYTES, "lifetime");
        return out;
    case CG_PERIOD_MONTH:
        snprintf(kind, sizeof kind, "month");
        break;
    case CG_PERIOD_YEAR:
        snprintf(kind, sizeof kind, "%s year",
                 cap->year_start_month == 1 && cap->year_start_day == 1 ? "calendar" : "benefit");
        break;
    case CG_PERIOD_ROLLING_MONTHS:
        snprintf(kind, sizeof kind, "%d %s", cap->months, cap->months == 1 ? "month" : "months");
        break;
    }
    snprintf(out, CG_PERIOD_TEXT_BYTES, "%s %s to %s", kind, first, last);
    return out;
}
