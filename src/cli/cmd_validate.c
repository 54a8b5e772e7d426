#include "commands.h"

#include "load.h"
#include "metrics_file.h"
#include "printed_page.h"

#include "claimgate/base/date.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/report/notes.h"
#include "claimgate/report/run_report.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"
#include "claimgate/run/belt.h"
#include "claimgate/run/run.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *roster;
    const char *policy;
    const char *layout;
    const char *out;
    const char *accepted;
    const char *rejected;
    const char *report;
    const char *ledger;
    const char *group;
    const char *trace;
    const char *metrics;
    int32_t as_of_day;
    struct cg_limits limits;
    int64_t threads;
    int64_t level;
    int64_t lock_wait_seconds;
    int64_t max_reject_rate_milli;
    bool multiline;
    bool allow_empty;
    bool fail_on_reject;
    bool overwrite;
    bool dry_run;
    bool quiet;
    bool json;
    bool show_phi;
};

static const struct options defaults = {
    .policy = "ms",
    .as_of_day = CG_DAY_NONE,
    .limits = CG_LIMITS_DEFAULT,
    .threads = CG_THREADS_BY_CORES,
    .level = CG_LEVEL_DEFAULT,
    .max_reject_rate_milli = -1,
};

static const struct cg_option option_table[] = {
    CG_TAKES_ROSTER(roster),
    CG_TAKES_POLICY(policy, "rules to test by (ms)"),
    CG_TAKES_LAYOUT(layout, "columns of the claim files (by header)"),
    CG_TAKES_MULTILINE(multiline, "line ends may stand in quoted fields"),
    CG_TAKES_FLAG("allow-empty", allow_empty, "an input of 0 bytes has no records"),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_AS_OF(as_of_day, "no later date of service (today)"),
    CG_TAKES_OUT_DIR(out),
    CG_TAKES_OVERWRITE(overwrite),
    CG_TAKES_LEDGER(ledger, "remember decisions from run to run"),
    CG_TAKES_LOCK_WAIT(lock_wait_seconds, "wait for another run on the ledger (0)"),
    CG_TAKES_PATH("accepted", "FILE", accepted, "accepted lines here; - is stdout"),
    CG_TAKES_PATH("rejected", "FILE", rejected, "rejected lines here"),
    CG_TAKES_PATH("report", "FILE", report, "report.json here"),
    CG_TAKES_GROUP(group),
    CG_TAKES_THREADS(threads),
    CG_TAKES_LEVEL(level),
    CG_TAKES_FLAG("fail-on-reject", fail_on_reject, "exit 1 if a line is rejected"),
    CG_TAKES_PERCENT("max-reject-rate", "PCT", max_reject_rate_milli,
                     "over it: exit 1, nothing published"),
    CG_TAKES_FLAG("dry-run", dry_run, "decide and count, write nothing"),
    CG_TAKES_QUIET(quiet),
    CG_TAKES_JSON(json, "print the report instead of a summary"),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_PATH("metrics", "FILE", metrics, "counts and exit code for Prometheus, on every exit"),
    CG_TAKES_PATH("trace", "FILE", trace, "Chrome trace of the stations, for tuning"),
    CG_TAKES_NO_MORE,
};

static bool is_stdout(const char *path) {
    return path != NULL && strcmp(path, "-") == 0;
}

/* What goes to the null device is wanted nowhere, and any number of outputs may. */
static bool same_path(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, "/dev/null") != 0 &&
           (strcmp(a, b) == 0 || cg_file_is_same(a, b));
}

/* A policy or layout that is named by its path, and that file. */
static bool is_file(const char *rules, const char *path) {
    return rules != NULL && access(rules, F_OK) == 0 && cg_file_is_same(rules, path);
}

/* Neither a file that the run reads nor one that it writes may be in a folder that goes. */
static enum cg_status spare_overwritten(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    const char *const rules[] = {o->policy, o->layout};
    const char *const outputs[] = {o->accepted, o->rejected, o->report, o->trace, o->metrics};
    if (o->out == NULL || !o->overwrite || o->dry_run) {
        return CG_OK;
    }
    enum cg_status status =
        cg_load_spare(o->out, (const char *const *)call->args, call->arg_count, "/dev/stdin", err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_load_spare(o->out, rules, sizeof rules / sizeof *rules, NULL, err);
    if (status != CG_OK) {
        return status;
    }
    return cg_load_spare(o->out, outputs, sizeof outputs / sizeof *outputs, "/dev/stdout", err);
}

/* An output takes the place of what has its name: were that an input, its claims would be lost. */
static enum cg_status spare_inputs(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    const char *const outputs[] = {o->accepted, o->rejected, o->report, o->trace, o->metrics};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        if (outputs[i] != NULL && !is_stdout(outputs[i]) &&
            (is_file(o->policy, outputs[i]) || is_file(o->layout, outputs[i]))) {
            return cg_error_set(err, CG_USAGE,
                                "%s is a file of rules and would be lost; give the output a name "
                                "of its own",
                                outputs[i]);
        }
        for (size_t k = 0; k < call->arg_count && outputs[i] != NULL && !is_stdout(outputs[i]);
             k++) {
            if (cg_file_is_same(outputs[i], call->args[k])) {
                return cg_error_set(err, CG_USAGE,
                                    "%s is an input and would be lost; give the output a name of "
                                    "its own",
                                    outputs[i]);
            }
        }
    }
    return CG_OK;
}

static enum cg_status check_outputs(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    const char *variable = cg_invocation_variable(call, "ledger");
    const bool explicit_any = o->accepted != NULL || o->rejected != NULL || o->report != NULL;
    if (o->lock_wait_seconds != 0 && o->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--lock-wait goes with --ledger FILE");
    }
    if (o->dry_run) {
        return CG_OK; /* whatever outputs are named, none is written */
    }
    if (o->ledger != NULL && (o->out == NULL || explicit_any || o->overwrite)) {
        return cg_error_set(err, CG_USAGE,
                            "--ledger needs --out DIR, without --overwrite, "
                            "--accepted, --rejected and --report: decisions and "
                            "folder become real together%s%s",
                            variable != NULL ? "; a run without a ledger has to unset " : "",
                            variable != NULL ? variable : "");
    }
    if (o->out == NULL && (o->accepted == NULL || o->rejected == NULL)) {
        return cg_error_set(err, CG_USAGE,
                            "%s; give --out DIR, or both --accepted FILE and "
                            "--rejected FILE, so that no line is lost",
                            explicit_any ? "one of the two files has no place"
                                         : "there is no place for the outputs");
    }
    if (o->out != NULL && o->accepted != NULL && o->rejected != NULL && o->report != NULL) {
        return cg_error_set(err, CG_USAGE, "nothing is left for --out; leave it out");
    }
    if (same_path(o->accepted, o->rejected) || same_path(o->accepted, o->report) ||
        same_path(o->rejected, o->report)) {
        return cg_error_set(err, CG_USAGE, "two outputs have the same name; give each its own");
    }
    if (o->out == NULL && o->overwrite) {
        return cg_error_set(err, CG_USAGE, "--overwrite goes with --out DIR");
    }
    if (o->json && (is_stdout(o->accepted) || is_stdout(o->rejected) || is_stdout(o->report))) {
        return cg_error_set(err, CG_USAGE,
                            "--json prints to standard output, where another output "
                            "goes already; leave one of them out");
    }
    return CG_OK;
}

static enum cg_status check_options(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    size_t stdin_count = 0;
    if (o->roster == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--roster DIR is missing: the folder with "
                            "credentials.csv");
    }
    if (o->max_reject_rate_milli > 0 && o->max_reject_rate_milli < 1000) {
        cg_log_warning("--max-reject-rate is in percent, and this is less than one; three lines of "
                       "four are 75");
    }
    for (size_t i = 0; i < call->arg_count; i++) {
        stdin_count += strcmp(call->args[i], "-") == 0;
    }
    if (stdin_count > 1) {
        return cg_error_set(err, CG_USAGE, "standard input (-) can be read only once");
    }
    if (spare_inputs(call, err) != CG_OK || check_outputs(call, err) != CG_OK) {
        return err->status;
    }
    return spare_overwritten(call, err);
}

static enum cg_status print_result(const struct cg_invocation *call,
                                   const struct cg_run_facts *facts, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_page page;
    if ((o->quiet && !o->json) || facts->outcome == CG_ALL_KNOWN) {
        return CG_OK; /* notes have named the runs that have these inputs */
    }
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    if (!o->json) {
        for (size_t i = 0; call->from_environment[i] != NULL; i++) {
            cg_page_say(&page, "--%s by %s\n", call->from_environment[i]->name,
                        call->from_environment[i]->variable);
        }
    }
    cg_report_put_run(&page, facts);
    /* Standard output is taken when an output goes there. */
    FILE *to =
        is_stdout(o->accepted) || is_stdout(o->rejected) || is_stdout(o->report) ? stderr : stdout;
    return cg_page_print_to(to, &page, CG_OK, err);
}

/* "Make room and run again" would find the folder there: say what has been done. */
static enum cg_status flush_summary(const struct options *o, const struct cg_run_facts *facts,
                                    struct cg_error *err) {
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return CG_OK;
    }
    if (facts->outcome != CG_PUBLISHED) {
        return cg_error_set_errno(err, CG_IO, errno != 0 ? errno : EIO,
                                  "cannot write to standard output");
    }
    return cg_error_set_errno(err, CG_IO, errno != 0 ? errno : EIO,
                              "%s: published; only the summary could not be written to standard "
                              "output, do not run it again",
                              o->out != NULL ? o->out : "the outputs");
}

static enum cg_status execute(struct cg_run *run, const struct cg_invocation *call,
                              struct cg_metrics_file *metrics, struct cg_error *err) {
    const struct options *o = call->options;
    const enum cg_status status = cg_run_execute(run, err);
    if (status != CG_OK) {
        return status;
    }
    const struct cg_run_facts *facts = cg_run_facts_of(run);
    cg_metrics_file_count(metrics, facts);
    cg_notes_run(facts, o->policy, o->max_reject_rate_milli);
    *call->exit_code = facts->outcome == CG_TRIPPED ||
                       (o->fail_on_reject && facts->tally->rejected + facts->tally->cutback != 0);
    const enum cg_status status_of_summary = print_result(call, facts, err);
    return status_of_summary == CG_OK ? flush_summary(o, facts, err) : status_of_summary;
}

static enum cg_status run_gate(const struct cg_run_plan *plan, const struct cg_invocation *call,
                               struct cg_metrics_file *metrics, struct cg_error *err) {
    struct cg_run *run = NULL;
    enum cg_status status = cg_run_new(plan, &run, err);
    if (status == CG_OK) {
        status = execute(run, call, metrics, err);
    }
    cg_run_free(run);
    return status;
}

static enum cg_status fill_plan(const struct cg_invocation *call, struct cg_run_plan *plan,
                                struct cg_error *err) {
    const struct options *o = call->options;
    *plan = (struct cg_run_plan){
        .inputs = (const char *const *)call->args,
        .input_count = (uint32_t)call->arg_count,
        .rules.as_of_day = o->as_of_day != CG_DAY_NONE ? o->as_of_day : cg_date_today(),
        .layout = o->layout,
        .multiline = o->multiline,
        .allow_empty = o->allow_empty,
        .threads = cg_load_threads(o->threads),
        .output = {.dir = o->dry_run ? NULL : o->out,
                   .overwrite = o->overwrite,
                   .group = (gid_t)-1,
                   .accepted = o->dry_run ? NULL : o->accepted,
                   .rejected = o->dry_run ? NULL : o->rejected,
                   .report = o->dry_run ? NULL : o->report,
                   .level = (int)o->level,
                   .codec = CG_CODEC_BEST},
        .ledger = o->ledger,
        .lock_wait_seconds = (int)o->lock_wait_seconds,
        .dry_run = o->dry_run,
        .max_reject_rate_milli = o->max_reject_rate_milli,
        .show_progress = !o->quiet && isatty(STDERR_FILENO) == 1,
    };
    return o->group != NULL ? cg_group_find(o->group, &plan->output.group, err) : CG_OK;
}

static enum cg_status open_trace(const struct options *o, FILE **trace, struct cg_error *err) {
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
    FILE *trace;
    struct cg_metrics_file metrics;
};

static enum cg_status validate(const struct cg_invocation *call, struct owned *owned,
                               struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_run_plan plan;
    if (check_options(call, err) != CG_OK || fill_plan(call, &plan, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status =
        cg_load_policy_and_roster(o->policy, o->roster, &owned->policy, &owned->roster, err);
    if (status != CG_OK) {
        return status;
    }
    status = open_trace(o, &owned->trace, err);
    if (status != CG_OK) {
        return status;
    }
    plan.rules.policy = owned->policy;
    plan.rules.roster = owned->roster;
    plan.trace = owned->trace;
    return run_gate(&plan, call, &owned->metrics, err);
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct owned owned = {0};
    cg_limits_set(o->limits);
    cg_log_init((struct cg_log_options){.quiet = o->quiet, .show_phi = o->show_phi});
    cg_metrics_file_begin(&owned.metrics, o->metrics, o->ledger);
    const enum cg_status status = validate(call, &owned, err);
    if (owned.trace != NULL) {
        fclose(owned.trace);
    }
    cg_roster_free(owned.roster);
    cg_policy_free(owned.policy);
    cg_metrics_file_end(&owned.metrics,
                        status == CG_OK ? *call->exit_code : cg_status_exit_code(status));
    return status;
}

static void run_not(const void *options, int exit_code) {
    const struct options *o = options;
    struct cg_metrics_file metrics;
    cg_metrics_file_begin(&metrics, o->metrics, o->ledger);
    cg_metrics_file_end(&metrics, exit_code);
}

const struct cg_command cg_command_validate = {
    .name = "validate",
    .arguments = "FILE... --roster DIR --out DIR [--policy ID]",
    .summary = "test every service line, write it to accepted or rejected",
    .detail = "FILE is CSV, plain or gzip, or - for standard input; several files are one\n"
              "stream in the order given. DIR appears whole when the run has succeeded, or not\n"
              "at all, with accepted.csv.gz, rejected.csv.gz and report.json.",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1000000,
    .run = run,
    .run_not = run_not,
};
