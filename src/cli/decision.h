/*
 * A decision of the ledger, for people and as JSON.
 */
#ifndef CLAIMGATE_CLI_DECISION_H
#define CLAIMGATE_CLI_DECISION_H

#include "claimgate/json/json.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/rules/policy.h"

#include <stdbool.h>

/* Words on a terminal are coloured, unless NO_COLOR is set (https://no-color.org). */
const char *cg_style_good(void);
const char *cg_style_bad(void);
const char *cg_style_end(void);

/* "1 unit", "2 units": a static word for the count. */
const char *cg_plural(uint64_t count, const char *one, const char *many);

/* The cap whose reason stands in `reasons`; NULL: none of this version. */
const struct cg_cap *cg_decision_cap(const struct cg_ledger_decision *decision,
                                     const struct cg_policy *policy);

/* "accepted", "rejected", "cut back". */
const char *cg_decision_word(const struct cg_ledger_decision *decision);

/* Several lines, indented; `policy` is that of the decision's run, NULL for an import. */
void cg_decision_print(const struct cg_ledger_decision *decision, const struct cg_policy *policy);
/* One line: date, units, code, claim. */
void cg_decision_print_short(const struct cg_ledger_decision *decision);
/* Members of the object that is open. */
void cg_decision_put(struct cg_json_writer *writer, const struct cg_ledger_decision *decision,
                     const struct cg_policy *policy);

#endif
