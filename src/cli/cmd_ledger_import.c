#include "commands.h"
#include "load.h"
#include "printed_page.h"
#include "x12_options.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/run/import.h"

#include <stddef.h>

struct options {
    struct cg_import_plan plan; /* as far as options are taken over as they are */
    const char *policy;
    const char *roster;
    struct cg_limits limits;
    struct cg_x12_arguments x12;
    bool no_sandbox;
};

static const struct options defaults = {
    .plan.as_of_day = CG_DAY_NONE, .policy = "ms", .limits = CG_LIMITS_DEFAULT};

static const struct cg_option option_table[] = {
    CG_NEEDS_LEDGER(plan.ledger),
    CG_TAKES_POLICY(policy, "names the codes that are in scope (ms)"),
    CG_TAKES_PATH("roster", "DIR", roster,
                  "folder of authorizations on file and of the member crosswalk (none)"),
    CG_TAKES_LAYOUT(plan.layout, "columns of the file (by its header)"),
    CG_TAKES_MULTILINE(plan.multiline, "line ends may stand inside quotes"),
    CG_TAKES_X12(x12),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_NO_SANDBOX(no_sandbox),
    CG_TAKES_AS_OF(plan.as_of_day, "recorded (today)"),
    CG_TAKES_LOCK_WAIT(plan.lock_wait_seconds, CG_LOCK_WAIT_HELP),
    CG_TAKES_NO_MORE,
};

/* The roster of an import is asked for authorizations and persons alone. */
static enum cg_status load_roster(const struct options *options, const struct cg_policy *policy,
                                  struct cg_roster **roster, struct cg_problems *problems,
                                  struct cg_error *err) {
    if (options->roster != NULL) {
        return cg_roster_load(options->roster, policy, roster, problems, err);
    }
    if (cg_policy_has_crosswalk(policy)) {
        return cg_error_set(err, CG_USAGE,
                            "--roster DIR is missing: policy %s says member_crosswalk, and "
                            "members.csv stands there",
                            cg_policy_id(policy));
    }
    if (cg_policy_demands(policy, CG_ROSTER_AUTHORIZATIONS)) {
        cg_log_note("without --roster no authorization is on file, so that the caps count every "
                    "line that is taken in");
    }
    return CG_OK;
}

/* What the command owns. */
struct owned {
    struct cg_policy *policy;
    struct cg_roster *roster;
    struct cg_problems problems;
};

static enum cg_status take_in(const struct cg_invocation *call, struct owned *owned,
                              struct cg_import_facts *facts, struct cg_error *err) {
    const struct options *options = call->options;
    if (cg_policy_load(options->policy, &owned->policy, &owned->problems, err) != CG_OK ||
        load_roster(options, owned->policy, &owned->roster, &owned->problems, err) != CG_OK) {
        return err->status;
    }
    const struct cg_sandbox_plan sandbox = {.off = options->no_sandbox,
                                            .inputs = (const char *const *)call->args,
                                            .input_count = call->arg_count,
                                            .reads = {options->plan.layout},
                                            .writes = {options->plan.ledger}};
    struct cg_import_plan plan = options->plan;
    plan.sandbox = &sandbox;
    plan.file = call->args[0];
    plan.as_of_day = plan.as_of_day == CG_DAY_NONE ? cg_date_today() : plan.as_of_day;
    plan.policy = owned->policy;
    plan.roster = owned->roster;
    const enum cg_status status = cg_x12_options_of(&options->x12, &plan.x12, err);
    return status == CG_OK ? cg_import_run(&plan, facts, &owned->problems, err) : status;
}

static enum cg_status print_import(const struct cg_import_facts *facts, struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_TEXT);
    cg_page_import(&page, facts);
    return cg_page_print(&page, CG_OK, err);
}

static enum cg_status run_import(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_import_facts facts = {0};
    struct owned owned = {0};
    cg_limits_set(options->limits);
    cg_problems_init(&owned.problems);
    enum cg_status status = take_in(call, &owned, &facts, err);
    cg_load_print_problems(&owned.problems, err);
    if (status == CG_OK) {
        status = print_import(&facts, err);
    }
    cg_problems_fini(&owned.problems);
    cg_roster_free(owned.roster);
    cg_policy_free(owned.policy);
    return status;
}

const struct cg_command cg_command_ledger_import = {
    .name = "ledger import",
    .arguments = "FILE --ledger FILE [--policy ID|FILE] [--roster DIR]",
    .summary = "take in lines that were paid already, untested",
    .detail = "For a payer who goes live in the middle of a year. A claim file in any layout,\n"
              "or X12 837P; credentials and caps are not tested, voids and replacements take\n"
              "back. One bad line and nothing is taken in.\n",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1},
    .run = run_import,
};
