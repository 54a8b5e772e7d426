#include "commands.h"
#include "load.h"
#include "metrics_file.h"
#include "printed_page.h"

#include "claimgate/report/care_pages.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/redo.h"

#include <stddef.h>
#include <unistd.h>

struct options {
    struct cg_redo_plan plan; /* as far as options are taken over as they are */
    const char *roster;
    const char *policy;
    const char *metrics;
    struct cg_text_list inputs;
    int64_t threads;
    bool quiet;
    bool json;
    bool csv;
};

static const struct options defaults = {.policy = "ms", .threads = CG_THREADS_BY_CORES};

static const struct cg_option option_table[] = {
    CG_TAKES_INTEGER("from", "RUN", plan.from_run, 1, INT64_MAX, "the first night to decide again"),
    CG_NEEDS_LEDGER(plan.ledger),
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "rules to decide by now (ms)"),
    CG_TAKES_LIST("inputs", "DIR|FILE", inputs, "where the nights' inputs are, several times"),
    CG_TAKES_PATH("folders", "DIR", plan.folders, "put new folders there (beside the old ones)"),
    CG_TAKES_LAYOUT(plan.layout, "columns of the claim files (that of each night)"),
    CG_TAKES_MULTILINE(plan.multiline, "line ends may stand in quoted fields"),
    CG_TAKES_LOCK_WAIT(plan.lock_wait_seconds, CG_LOCK_WAIT_HELP),
    CG_TAKES_THREADS(threads),
    CG_TAKES_FLAG("dry-run", plan.dry_run, "on a copy of the ledger: say what would change"),
    CG_TAKES_PATH("metrics", "FILE", metrics, "exit code for Prometheus, on every exit"),
    CG_TAKES_QUIET(quiet),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_CSV(csv),
    CG_TAKES_NO_MORE,
};

static enum cg_status redo(const struct options *o, const struct cg_policy *policy,
                           const struct cg_roster *roster, struct cg_error *err) {
    struct cg_redo_page redone;
    struct cg_page page;
    struct cg_redo_plan plan = o->plan;
    plan.policy = policy;
    plan.roster = roster;
    plan.places = o->inputs.items;
    plan.place_count = o->inputs.count;
    plan.threads = cg_belt_threads(o->threads);
    plan.show_progress = !o->quiet && isatty(STDERR_FILENO) == 1;
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    cg_redo_page_open(&redone, &page, o->csv);
    const enum cg_status status = cg_redo(&plan, cg_redo_page_night, &redone, err);
    cg_redo_page_close(&redone);
    return cg_page_print(&page, status, err);
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    struct cg_metrics_file metrics;
    cg_metrics_file_begin(&metrics, o->metrics, o->plan.ledger);
    enum cg_status status =
        o->plan.from_run == 0
            ? cg_error_set(err, CG_USAGE, "--from RUN is missing: the first night to redo")
            : cg_load_policy_and_roster(o->policy, o->roster, &policy, &roster, err);
    if (status == CG_OK) {
        status = redo(o, policy, roster, err);
    }
    cg_roster_free(roster);
    cg_policy_free(policy);
    cg_metrics_file_end(&metrics, status == CG_OK ? 0 : cg_status_exit_code(status));
    return status;
}

static void run_not(const void *options, int exit_code) {
    const struct options *o = options;
    cg_metrics_file_of_slip(o->metrics, o->plan.ledger, exit_code);
}

const struct cg_command cg_command_ledger_redo = {
    .name = "ledger redo",
    .arguments = "--from RUN --ledger FILE --roster DIR [--policy P] --inputs DIR",
    .summary = "decide nights again, after a wrong roster or policy",
    .detail =
        "Withdraws the runs from the newest down to RUN and decides their inputs again, in their\n"
        "order and as of their days, each into a new folder NAME.redo-1; the old folders are "
        "left.\n"
        "Inputs are found by content, where the runs read them or among --inputs. Beside each new\n"
        "folder NAME.redo-1.changes.csv lists the lines to pay and to recover. One transaction a\n"
        "night; where it is cut off, the same command goes on.\n",
    .options = {option_table, &defaults, sizeof defaults},
    .run = run,
    .run_not = run_not,
};
