#include "commands.h"
#include "load.h"
#include "printed_page.h"

#include "claimgate/ledger/ledger_set.h"
#include "claimgate/report/care_pages.h"
#include "claimgate/rules/policy.h"

#include <stddef.h>

struct options {
    const char *policy;
    int64_t parts;
};

enum { USUAL_PARTS = 64 };

static const struct options defaults = {.policy = "ms", .parts = USUAL_PARTS};

static const struct cg_option option_table[] = {
    CG_TAKES_INTEGER("parts", "P", parts, 1, CG_LEDGER_PARTS_MAX,
                     "ledgers in the set, for good (64)"),
    CG_TAKES_POLICY(policy, "to which it belongs (ms)"),
    CG_TAKES_NO_MORE,
};

static enum cg_status run_create(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    const uint32_t parts = (uint32_t)options->parts;
    struct cg_policy *policy = NULL;
    struct cg_page page;
    enum cg_status status = cg_load_policy(options->policy, &policy, err);
    if (status == CG_OK) {
        status = cg_ledger_set_create(call->args[0], parts, cg_policy_id(policy), err);
    }
    if (status == CG_OK) {
        cg_page_open(&page, CG_PAGE_TEXT);
        cg_page_create(&page, call->args[0], parts, cg_policy_id(policy));
        status = cg_page_print(&page, CG_OK, err);
    }
    cg_policy_free(policy);
    return status;
}

const struct cg_command cg_command_ledger_create = {
    .name = "ledger create",
    .arguments = "DIR [--parts P] [--policy ID]",
    .summary = "make a ledger set: P ledgers, each with its members",
    .detail =
        "For nights that many processes decide at once (claimgate part). A ledger by itself is\n"
        "made by the first run on it and needs no such command. The number of parts stays, and\n"
        "nights under a policy of another id are refused (78).\n",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = run_create,
};
