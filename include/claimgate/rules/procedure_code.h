/*
 * What a person would read in a code field that holds none of the policy's codes.
 *
 * A code comes with its modifier, its code system, quotes or punctuation in one cell, or with a
 * letter O for a zero. A byte comparison would let such a line pass untested. Pure functions.
 */
#ifndef CLAIMGATE_RULES_PROCEDURE_CODE_H
#define CLAIMGATE_RULES_PROCEDURE_CODE_H

#include "claimgate/base/text.h"
#include "claimgate/rules/policy.h"

enum cg_code_likeness {
    CG_CODE_OTHER, /* nothing of the policy's */
    CG_CODE_NEAR,  /* looks like one of its codes: a letter for a digit, a character more or less */
    CG_CODE_HELD,  /* holds one of its codes together with something else */
};

struct cg_code_found {
    enum cg_code_likeness likeness;
    int procedure_no; /* policy.h; -1 with CG_CODE_OTHER */
};

/* `text` is no code of the policy. At most its first 256 bytes are looked at. */
struct cg_code_found cg_policy_find_code(const struct cg_policy *policy, struct cg_text text);

#endif
