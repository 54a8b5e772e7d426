/*
 * What a record means whose code's cell holds none of the policy's codes.
 *
 * The cell may hold one together with something else, or one that looks like it. Or the code stands
 * in another column, where values have slipped by a column or two, or a program writes it
 * elsewhere.
 *
 * Threads    Pure functions.
 */
#ifndef CLAIMGATE_GATE_CODE_MEANT_H
#define CLAIMGATE_GATE_CODE_MEANT_H

#include "claimgate/base/text.h"
#include "claimgate/record/parse.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_code_meant {
    int procedure_no; /* -1: nothing of the policy's */
    uint64_t reason;  /* the bit of what is wrong with it; 0: nothing */
    bool is_words;    /* the cell holds a description in place of a code */
};

/* `cell` is what the code's field holds: no code of the policy's, and no well-formed other one. */
struct cg_code_meant cg_code_meant_by(const struct cg_policy *policy, struct cg_values *values,
                                      struct cg_text cell);

/* The procedure_no of a code of the policy that begins with a letter, alone in its cell, letter
 * case ignored; -1: `value` is none. A number of five digits may be anything. */
int cg_code_in_another_column(const struct cg_policy *policy, struct cg_text value);

#endif
