/*
 * Answers for the desk, from policies, rosters and a ledger: a table, CSV or a document each.
 *
 * Failure    Out of memory is the page's, which tells of it when it is closed.
 */
#ifndef CLAIMGATE_REPORT_DESK_PAGES_H
#define CLAIMGATE_REPORT_DESK_PAGES_H

#include "claimgate/ledger/ledger_query.h"
#include "claimgate/report/answer.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stdint.h>

/* Figures that differ between two policies, for each day on which either has a new version. `names`
 * head their columns. */
void cg_page_policy_diff(struct cg_page *page, bool is_csv, const struct cg_policy *a,
                         const struct cg_policy *b, const char *const names[2]);

struct cg_desk_question {
    bool is_csv;
    const struct cg_policy *policy; /* the roster's */
    const struct cg_roster *roster;
    struct cg_ledger *ledger; /* NULL: none */
    uint64_t npi;
    int32_t day_no;      /* today */
    int32_t within_days; /* of _expiring */
    bool is_unknown;     /* set by _provider: neither roster nor ledger has it */
    const char *cap_id;  /* of _members; NULL: the last cap of the policy */
    uint32_t at_least;   /* units used; 0: 90 % of the cap, which is put here */
    uint32_t limit;      /* so many members; 0: all */
};

/* Everything about a rendering provider: credential spans with the day each ends, the other rows
 * of the roster, and with a ledger what was decided, by month of service and reason. */
cg_must_use enum cg_status cg_page_provider(struct cg_page *page, struct cg_desk_question *question,
                                            struct cg_error *err);

/* Providers who, by their credentials, may render on one of so many days and cannot on the day
 * after, the first to end first: what is so then, when they may again, and the units that they
 * rendered in the last 90 days of claims. */
cg_must_use enum cg_status cg_page_expiring(struct cg_page *page, struct cg_desk_question *question,
                                            struct cg_error *err);

/* Members who have used at least so many units of a cap in the period that holds `day_no`, most
 * first, under the newest policy text of the ledger. A note says so where all had to be looked at.
 * CG_USAGE: there is no such cap. */
cg_must_use enum cg_status cg_page_members(struct cg_page *page, struct cg_desk_question *question,
                                           struct cg_error *err);

#endif
