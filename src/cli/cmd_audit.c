#include "commands.h"

#include "load.h"
#include "printed_page.h"
#include "publish_options.h"

#include "claimgate/audit/audit.h"
#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/record/field.h"
#include "claimgate/report/audit_report.h"
#include "claimgate/run/belt.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { RUN_NO_MAX = 1 << 30 };

struct options {
    struct cg_audit_plan plan; /* as far as options are taken over as they are */
    struct cg_text_list decided;
    const char *ledger;
    const char *roster;
    const char *policy;
    const char *group;
    const char *runs;
    bool all;
    struct cg_limits limits;
    int64_t threads;
    int64_t level;
    bool quiet;
    bool json;
    bool no_sandbox;
};

static const struct options defaults = {
    .plan = {.run.rules.as_of_day = CG_DAY_NONE,
             .first_run = 1,
             .last_run = INT64_MAX,
             .group = (gid_t)-1},
    .policy = "ms",
    .limits = CG_LIMITS_DEFAULT,
    .threads = CG_THREADS_BY_CORES,
    .level = CG_LEVEL_DEFAULT,
};

static const struct cg_option option_table[] = {
    CG_TAKES_LIST("decided", "DIR", decided, "folder with the decisions made then, of each night"),
    CG_TAKES_LEDGER(ledger, "or the ledger that has them, with --run, --runs or --all"),
    CG_TAKES_INTEGER("run", "N", plan.run_no, 1, INT64_MAX, "run of the ledger"),
    CG_TAKES_TEXT("runs", "A-B", runs, "runs of the ledger, as one history"),
    CG_TAKES_FLAG("all", all, "all runs of the ledger, as one history"),
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "rules to decide by now (ms)"),
    CG_TAKES_LAYOUT(plan.run.layout, "columns of the claim files (by header)"),
    CG_TAKES_MULTILINE(plan.run.multiline, "line ends may stand in quoted fields"),
    CG_TAKES_FLAG("allow-empty", plan.run.allow_empty, "an input of 0 bytes has no records"),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_AS_OF(plan.run.rules.as_of_day, "as of which to decide (that of then)"),
    CG_TAKES_OUT_DIR(plan.out),
    CG_TAKES_FLAG("html", plan.html, "audit.html too, a page for a browser"),
    CG_TAKES_FLAG("xlsx", plan.xlsx, "audit.xlsx too, a workbook"),
    CG_TAKES_OVERWRITE(plan.overwrite),
    CG_TAKES_GROUP(group),
    CG_TAKES_THREADS(threads),
    CG_TAKES_LEVEL(level),
    CG_TAKES_NO_SANDBOX(no_sandbox),
    CG_TAKES_QUIET(quiet),
    CG_TAKES_JSON(json, "print summary.json instead of a summary"),
    CG_TAKES_SHOW_PHI(plan.show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

static enum cg_status check_source(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    const int asked = (o->plan.run_no != 0) + (o->runs != NULL) + o->all;
    if (asked > 1) {
        return cg_error_set(err, CG_USAGE, "give one of --run, --runs and --all");
    }
    if (o->decided.count == 0 && (o->ledger == NULL || asked == 0)) {
        return cg_error_set(err, CG_USAGE,
                            "what was decided then is missing; give --decided DIR, or --ledger "
                            "FILE with --run N, --runs A-B or --all");
    }
    const bool asks_ledger = o->ledger != NULL && cg_invocation_variable(call, "ledger") == NULL;
    if (o->decided.count > 0 && (asks_ledger || asked > 0)) {
        return cg_error_set(err, CG_USAGE,
                            "decisions come from --decided or from --ledger and --run, not from "
                            "both; leave one out");
    }
    return CG_OK;
}

/* "3-17" */
static enum cg_status read_runs(const char *text, struct cg_audit_plan *plan,
                                struct cg_error *err) {
    const char *dash = strchr(text, '-');
    uint64_t first = 0;
    uint64_t last = 0;
    if (dash == NULL ||
        !cg_field_integer((struct cg_text){text, (uint32_t)(dash - text)}, RUN_NO_MAX, &first) ||
        !cg_field_integer(cg_text_of(dash + 1), RUN_NO_MAX, &last) || first == 0 || last < first) {
        return cg_error_set(err, CG_USAGE,
                            "--runs takes two numbers, as 3-17, the first not above the second");
    }
    plan->first_run = (int64_t)first;
    plan->last_run = (int64_t)last;
    return CG_OK;
}

static enum cg_status check_options(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    const struct cg_spared spared = {.folder = o->plan.overwrite ? o->plan.out : NULL,
                                     .inputs = (const char *const *)call->args,
                                     .input_count = call->arg_count,
                                     .rules = {o->policy, o->plan.run.layout, o->ledger}};
    if (check_source(call, err) != CG_OK) {
        return err->status;
    }
    if (o->plan.out == NULL) {
        return cg_error_set(err, CG_USAGE, "--out DIR is missing: the folder for the changes");
    }
    return cg_publish_spare(&spared, err);
}

static enum cg_status print_result(const struct options *o, const struct cg_audit_facts *facts,
                                   struct cg_error *err) {
    struct cg_page page;
    if (o->quiet && !o->json) {
        return CG_OK;
    }
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    cg_report_put_audit(&page, facts, o->plan.out);
    return cg_page_print(&page, CG_OK, err);
}

static enum cg_status fill_plan(const struct cg_invocation *call, struct cg_audit_plan *plan,
                                struct cg_error *err) {
    const struct options *o = call->options;
    *plan = o->plan;
    plan->run.inputs = (const char *const *)call->args;
    plan->run.input_count = (uint32_t)call->arg_count;
    plan->run.threads = cg_belt_threads(o->threads);
    plan->run.ledger = o->decided.count == 0 ? o->ledger : NULL;
    plan->run.show_progress = !o->quiet && isatty(STDERR_FILENO) == 1;
    plan->decided = o->decided.items;
    plan->decided_count = (uint32_t)o->decided.count;
    plan->level = (int)o->level;
    if (o->runs != NULL && read_runs(o->runs, plan, err) != CG_OK) {
        return err->status;
    }
    return o->group != NULL ? cg_group_find(o->group, &plan->group, err) : CG_OK;
}

/* An audit reads what was decided and what is to be decided, and writes its own folder. */
static void confine(const struct cg_invocation *call) {
    const struct options *o = call->options;
    struct cg_sandbox_facts ignored;
    struct cg_sandbox_plan plan = {.off = o->no_sandbox,
                                   .inputs = (const char *const *)call->args,
                                   .input_count = call->arg_count,
                                   .reads = {o->plan.run.layout},
                                   .writes = {o->plan.out, o->ledger}};
    for (size_t i = 0; i < o->decided.count; i++) {
        plan.reads[i + 1] = o->decided.items[i];
    }
    cg_sandbox_enter(&plan, &ignored);
}

/* What the command owns. */
struct owned {
    struct cg_policy *policy;
    struct cg_roster *roster;
    struct cg_audit_facts facts;
};

static enum cg_status audit(const struct cg_invocation *call, struct owned *owned,
                            struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_audit_plan plan;
    if (check_options(call, err) != CG_OK || fill_plan(call, &plan, err) != CG_OK) {
        return err->status;
    }
    if (cg_load_policy_and_roster(o->policy, o->roster, &owned->policy, &owned->roster, err) !=
        CG_OK) {
        return err->status;
    }
    confine(call);
    plan.run.rules.policy = owned->policy;
    plan.run.rules.roster = owned->roster;
    if (cg_audit_run(&plan, &owned->facts, err) != CG_OK) {
        return err->status;
    }
    *call->exit_code = owned->facts.changed != 0 || cg_audit_scope_changed(&owned->facts);
    return print_result(o, &owned->facts, err);
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct owned owned = {0};
    cg_limits_set(o->limits);
    cg_log_init((struct cg_log_options){.quiet = o->quiet, .show_phi = o->plan.show_phi});
    const enum cg_status status = audit(call, &owned, err);
    cg_audit_facts_fini(&owned.facts);
    cg_roster_free(owned.roster);
    cg_policy_free(owned.policy);
    return status;
}

const struct cg_command cg_command_audit = {
    .name = "audit",
    .arguments = "FILE... --decided DIR --roster DIR --policy ID --out DIR",
    .summary = "decide a history again and compare it with what was decided then",
    .detail =
        "DIR of --decided is a folder that validate has made: its lines are compared by position.\n"
        "Decisions that another system made are two files of these names, accepted.csv and\n"
        "rejected.csv (or .csv.gz), in which claim_id and claim_line_number are needed and a\n"
        "reject_reason is shown: the nth line with an id and number now is the nth then, accepted\n"
        "ones first, and decisions alone are compared. With --ledger FILE --run N the decisions\n"
        "of that run are compared, starting from the ledger as it was before it.\n\n"
        "Several --decided DIR, or --runs A-B or --all of a ledger, are one history: the inputs\n"
        "are found among the files by their hashes, decided again in the order of the nights, "
        "each\n"
        "as of the day of its night, and those that are missing are named.\n\n"
        "Makes changes.csv.gz, a row for each line that is decided otherwise now, and\n"
        "summary.json; with --html audit.html, which names members and claims with --show-phi\n"
        "alone, and with --xlsx audit.xlsx, which has the rows of changes.csv.gz. Exit 0: nothing "
        "changed; 1: something did.",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1000000},
    .run = run,
};
