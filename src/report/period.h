/*
 * The period of a cap in words, for people.
 */
#ifndef CLAIMGATE_REPORT_PERIOD_H
#define CLAIMGATE_REPORT_PERIOD_H

#include "claimgate/rules/policy.h"

#include <stdint.h>

enum { CG_PERIOD_TEXT_BYTES = 64 };

/* "day 2025-03-05", "benefit year 2024-07-01 to 2025-06-30", "lifetime": the period that holds
 * day_no. A year that starts on 1 January is a calendar year. Returns `out`. */
const char *cg_period_text(const struct cg_cap *cap, int32_t day_no,
                           char out[CG_PERIOD_TEXT_BYTES]);

#endif
