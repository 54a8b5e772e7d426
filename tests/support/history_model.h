/*
 * History model: the history edits written down a second time, as slowly and plainly as the
 * specification says them, to be compared with the real ones.
 *
 * Shares no code with src/gate and none of its ideas: a list of all lines ever decided, walked
 * from the start for every question; dates by the C library. Days from 2023 to 2027 only.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_HISTORY_MODEL_H
#define CLAIMGATE_TESTS_SUPPORT_HISTORY_MODEL_H

#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_LINES_MAX = 400, MODEL_DAYS = 5 * 366 };

/* The first of the days that the model knows; 2023-01-01 unless a test sets another. */
extern int32_t model_first_day;

struct model_entry {
    struct cg_line line; /* as decided; texts belong to the caller and live as long */
    bool stands;         /* accepted, no void, not taken back */
    struct cg_key taken_back_by;
    uint8_t taken_back_frequency;
};

struct model {
    struct model_entry entries[MODEL_LINES_MAX];
    uint32_t count;
};

/* Decide one line and remember it. The verdict is written into the line. */
void model_decide(struct model *model, struct cg_line *line);

/* Units of a member that count for a cap in the period that holds the day. */
uint64_t model_units_used(const struct model *model, struct cg_text member,
                          const struct cg_cap *cap, int32_t day_no);

#endif
