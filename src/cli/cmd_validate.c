#include "commands.h"

#include "load.h"
#include "metrics_file.h"
#include "standard_output.h"
#include "validate_options.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/run.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

static const struct cg_validate_options defaults = {
    .publish = CG_PUBLISH_DEFAULT,
    .plan = {.rules.as_of_day = CG_DAY_NONE, .output = {.group = (gid_t)-1}},
    .policy = "ms",
    .limits = CG_LIMITS_DEFAULT,
    .threads = CG_THREADS_BY_CORES,
    .level = CG_LEVEL_DEFAULT,
};

static const struct cg_option option_table[] = {
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "rules to test by (ms)"),
    CG_TAKES_LAYOUT(plan.layout, "columns of the claim files (by header)"),
    CG_TAKES_MULTILINE(plan.multiline, "line ends may stand in quoted fields"),
    CG_TAKES_X12(x12),
    CG_TAKES_ACK(x12),
    CG_TAKES_FLAG("lines", x12.lines, "X12: each line by itself; no X12 is written"),
    CG_TAKES_FLAG("allow-empty", plan.allow_empty, "an input of 0 bytes has no records"),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_AS_OF(plan.rules.as_of_day, "no later date of service (today)"),
    CG_TAKES_PUBLISH(publish),
    CG_TAKES_LEDGER(plan.ledger, "remember decisions from run to run"),
    CG_TAKES_FLAG("check-ledger", plan.check_ledger, "read all its pages before building on it"),
    CG_TAKES_LOCK_WAIT(plan.lock_wait_seconds, "wait for another run on the ledger (0)"),
    CG_TAKES_PATH("accepted", "FILE", accepted,
                  "accepted lines here, in place of a file that is there; - is stdout"),
    CG_TAKES_PATH("rejected", "FILE", rejected, "rejected lines here"),
    CG_TAKES_PATH("report", "FILE", report, "report.json here"),
    CG_TAKES_PATH("decisions", "FILE", decisions, "a row for each line in scope here"),
    CG_TAKES_FLAG("with-decisions", plan.output.with_decisions,
                  "decisions.csv.gz in the folder as well"),
    CG_TAKES_THREADS(threads),
    CG_TAKES_LEVEL(level),
    CG_TAKES_FLAG("if-any", if_any, "no FILE is there: exit 0, nothing published"),
    CG_TAKES_FLAG("dry-run", plan.dry_run, "decide and count, write nothing"),
    CG_TAKES_NO_SANDBOX(no_sandbox),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_PATH("trace", "FILE", trace, "Chrome trace of the stations, for tuning"),
    CG_TAKES_NO_MORE,
};

/* "Make room and run again" would find the folder there: say what has been done. */
static enum cg_status flush_summary(const struct cg_validate_options *o,
                                    const struct cg_run_facts *facts, struct cg_error *err) {
    if (cg_standard_output_check(CG_OUTPUT_CANNOT, err) == CG_OK ||
        facts->outcome != CG_PUBLISHED) {
        return err->status;
    }
    return cg_error_wrap(err,
                         "%s: published; only the summary could not be written to standard "
                         "output, do not run it again",
                         o->publish.out != NULL ? o->publish.out : "the outputs");
}

static enum cg_status execute(struct cg_run *run, const struct cg_invocation *call,
                              struct cg_metrics_file *metrics, struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    if (cg_run_execute(run, err) != CG_OK) {
        return err->status;
    }
    const struct cg_run_facts *facts = cg_run_facts_of(run);
    cg_metrics_file_count(metrics, facts);
    *call->exit_code = cg_publish_note(&o->publish, o->policy, facts);
    FILE *free_output = cg_validate_takes_stdout(o) ? stderr : stdout;
    return cg_publish_print(&o->publish, call, facts, free_output, err) == CG_OK
               ? flush_summary(o, facts, err)
               : err->status;
}

static enum cg_status run_gate(const struct cg_run_plan *outside, const struct cg_invocation *call,
                               struct cg_metrics_file *metrics, struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    const struct cg_sandbox_plan sandbox = {.off = o->no_sandbox,
                                            .inputs = outside->inputs,
                                            .input_count = outside->input_count,
                                            .reads = {o->plan.layout},
                                            .writes = {o->publish.out, o->accepted, o->rejected,
                                                       o->report, o->decisions, o->publish.metrics,
                                                       o->plan.ledger}};
    struct cg_run_plan plan = *outside;
    struct cg_run *run = NULL;
    plan.sandbox = &sandbox;
    enum cg_status status = cg_run_new(&plan, &run, err);
    if (status == CG_OK) {
        status = execute(run, call, metrics, err);
    }
    cg_run_free(run);
    return status;
}

static enum cg_status fill_plan(const struct cg_invocation *call, struct cg_run_plan *plan,
                                struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    *plan = o->plan;
    plan->inputs = (const char *const *)call->args;
    plan->input_count = (uint32_t)call->arg_count;
    if (plan->rules.as_of_day == CG_DAY_NONE) {
        plan->rules.as_of_day = cg_date_today();
    }
    plan->threads = cg_belt_threads(o->threads);
    plan->show_progress = !o->publish.quiet && isatty(STDERR_FILENO) == 1;
    plan->output.without_accepted = o->x12.lines;
    plan->output.overwrite = o->publish.overwrite;
    plan->output.read_back = o->publish.read_back;
    plan->output.with_page = o->publish.html;
    plan->output.level = (int)o->level;
    plan->output.codec = CG_CODEC_BEST;
    if (!plan->dry_run) {
        plan->output.dir = o->publish.out;
        plan->output.accepted = o->accepted;
        plan->output.rejected = o->rejected;
        plan->output.decisions = o->decisions;
        plan->output.report = o->report;
    }
    if (cg_publish_checks(&o->publish, &plan->checks, err) != CG_OK ||
        cg_x12_options_of(&o->x12, &plan->x12, err) != CG_OK) {
        return err->status;
    }
    return o->publish.group != NULL ? cg_group_find(o->publish.group, &plan->output.group, err)
                                    : CG_OK;
}

static enum cg_status open_trace(const struct cg_validate_options *o, FILE **trace,
                                 struct cg_error *err) {
    *trace = o->trace != NULL ? cg_file_create_private(o->trace, err) : NULL;
    if (*trace != NULL) {
        fputs("[\n", *trace); /* the trace format lets the closing bracket be absent */
    }
    return err->status;
}

/* What the command owns. */
struct owned {
    struct cg_policy *policy;
    struct cg_roster *roster;
    struct cg_ack_codes *ack_codes;
    FILE *trace;
    struct cg_metrics_file metrics;
};

static enum cg_status validate(const struct cg_invocation *call, struct owned *owned,
                               struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    struct cg_run_plan plan;
    if (o->if_any && !cg_validate_has_input(call)) {
        if (o->publish.expect_records > 0 || o->publish.expect_units > 0) {
            return cg_error_set(err, CG_BAD_DATA,
                                "there is no input, though the sender tells of "
                                "records; were the files fetched?");
        }
        cg_log_note("there is no input, so nothing was done");
        return CG_OK;
    }
    if (cg_validate_check(call, err) != CG_OK || fill_plan(call, &plan, err) != CG_OK) {
        return err->status;
    }
    if (cg_load_policy_and_roster(o->policy, o->roster, &owned->policy, &owned->roster, err) !=
        CG_OK) {
        return err->status;
    }
    if (open_trace(o, &owned->trace, err) != CG_OK ||
        cg_x12_load_codes(&o->x12, &owned->ack_codes, err) != CG_OK) {
        return err->status;
    }
    plan.ack_codes = owned->ack_codes;
    plan.payer_id = o->x12.payer_id;
    plan.rules.policy = owned->policy;
    plan.rules.roster = owned->roster;
    plan.trace = owned->trace;
    return run_gate(&plan, call, &owned->metrics, err);
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    struct owned owned = {0};
    cg_limits_set(o->limits);
    cg_log_init((struct cg_log_options){.quiet = o->publish.quiet, .show_phi = o->show_phi});
    cg_metrics_file_begin(&owned.metrics, o->publish.metrics, o->plan.ledger);
    const enum cg_status status = validate(call, &owned, err);
    if (owned.trace != NULL) {
        fclose(owned.trace);
    }
    cg_ack_codes_free(owned.ack_codes);
    cg_roster_free(owned.roster);
    cg_policy_free(owned.policy);
    cg_metrics_file_end(&owned.metrics,
                        status == CG_OK ? *call->exit_code : cg_status_exit_code(status));
    return status;
}

static void run_not(const void *options, int exit_code) {
    const struct cg_validate_options *o = options;
    cg_metrics_file_of_slip(o->publish.metrics, o->plan.ledger, exit_code);
}

const struct cg_command cg_command_validate = {
    .name = "validate",
    .arguments = "FILE... --roster DIR --out DIR [--policy ID]",
    .summary = "test every service line, write it to accepted or rejected",
    .detail = "FILE is CSV, plain or gzip, or - for standard input; several files are one\n"
              "stream in the order given. DIR appears whole when the run has succeeded, or not\n"
              "at all, with accepted.csv.gz, rejected.csv.gz and report.json.",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {0, 1000000},
    .run = run,
    .run_not = run_not,
};
