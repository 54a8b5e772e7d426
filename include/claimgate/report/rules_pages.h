/*
 * Pages about what lines are decided by: policies, layouts and rosters, for people or as JSON.
 *
 * Failure    Out of memory is the page's, which tells of it when it is closed.
 */
#ifndef CLAIMGATE_REPORT_RULES_PAGES_H
#define CLAIMGATE_REPORT_RULES_PAGES_H

#include "claimgate/record/layout.h"
#include "claimgate/record/sample.h"
#include "claimgate/report/page.h"
#include "claimgate/report/table.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>

/* A list of those that are built in: a table, or the list of a document. */
struct cg_rules_list {
    struct cg_page *page;
    struct cg_page_table table;
};
void cg_rules_list_open(struct cg_rules_list *list, struct cg_page *page, const char *key);
/* One of the two; the other is NULL. */
void cg_rules_list_put(struct cg_rules_list *list, const struct cg_policy *policy,
                       const struct cg_layout *layout);
void cg_rules_list_close(struct cg_rules_list *list);

/* That nothing is wrong with a file, and what it holds. */
void cg_page_good_policy(struct cg_page *page, const char *file, const struct cg_policy *policy);
void cg_page_good_layout(struct cg_page *page, const char *file, const struct cg_layout *layout);

/* Files, rows and hashes, providers whom nothing lets render, types that the policy does not name.
 */
void cg_page_roster(struct cg_page *page, const struct cg_roster *roster,
                    const struct cg_policy *policy);

/* What a layout makes of the head of a claim file. */
struct cg_layout_sample {
    const char *file; /* as named on the command line */
    const char *layout;
    const struct cg_sample *sample;
    bool show_ids; /* else claim and member ids are masked */
};

void cg_page_layout_sample(struct cg_page *page, const struct cg_layout_sample *shown);

#endif
