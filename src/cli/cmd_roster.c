#include "commands.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/report/rules_pages.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <stddef.h>

struct options {
    const char *policy;
    struct cg_limits limits;
    bool json;
};

static const struct options defaults = {.policy = "ms", .limits = CG_LIMITS_DEFAULT};

static const struct cg_option option_table[] = {
    CG_TAKES_POLICY(policy, "read the files that this policy demands (ms)"),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_JSON(json, "print the summary as JSON"),
    CG_TAKES_NO_MORE,
};

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    cg_limits_set(options->limits);
    enum cg_status status =
        cg_load_policy_and_roster(options->policy, call->args[0], &policy, &roster, err);
    if (status == CG_OK) {
        struct cg_page page;
        cg_page_open(&page, options->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
        cg_page_roster(&page, roster, policy);
        status = cg_page_print(&page, CG_OK, err);
    }
    cg_roster_free(roster);
    cg_policy_free(policy);
    return status;
}

const struct cg_command cg_command_roster_check = {
    .name = "roster check",
    .arguments = "DIR [--policy ID|FILE] [--json]",
    .summary = "read a roster as validate would, and say all that is wrong with it",
    .detail =
        "Every bad row is named with file, line, column and value (exit 78). A good roster is\n"
        "summed up: files, rows and hashes, providers whom nothing lets render, credential types\n"
        "that the policy does not name, and remarks: spans of one provider and type that overlap,\n"
        "rows of different status on the same day (and which one wins), the same row twice.\n",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = run,
};
