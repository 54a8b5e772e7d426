#include "validate_options.h"

#include "commands.h"
#include "load.h"

#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/run/run.h"

#include <string.h>
#include <unistd.h>

static bool is_stdout(const char *path) {
    return path != NULL && strcmp(path, "-") == 0;
}

/* What goes to the null device is wanted nowhere, and any number of outputs may. */
static bool same_path(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, "/dev/null") != 0 &&
           (strcmp(a, b) == 0 || cg_file_is_same(a, b));
}

static bool any_same_path(const struct cg_validate_options *o) {
    const char *const paths[] = {o->accepted, o->rejected, o->report, o->decisions};
    enum { PATHS = sizeof paths / sizeof paths[0] };
    for (size_t i = 0; i < PATHS; i++) {
        for (size_t k = i + 1; k < PATHS; k++) {
            if (same_path(paths[i], paths[k])) {
                return true;
            }
        }
    }
    return false;
}

bool cg_validate_takes_stdout(const struct cg_validate_options *o) {
    return is_stdout(o->accepted) || is_stdout(o->rejected) || is_stdout(o->report) ||
           is_stdout(o->decisions);
}

/* A policy or layout that is named by its path, and that file. */
static bool is_file(const char *rules, const char *path) {
    return rules != NULL && access(rules, F_OK) == 0 && cg_file_is_same(rules, path);
}

/* Neither a file that the run reads nor one that it writes may be in a folder that goes. */
static enum cg_status spare_overwritten(const struct cg_invocation *call, struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    const char *const rules[] = {o->policy, o->layout};
    const char *const outputs[] = {o->accepted, o->rejected,  o->report,
                                   o->trace,    o->decisions, o->metrics};
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
    const struct cg_validate_options *o = call->options;
    const char *const outputs[] = {o->accepted, o->rejected,  o->report,
                                   o->trace,    o->decisions, o->metrics};
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
    const struct cg_validate_options *o = call->options;
    const char *variable = cg_invocation_variable(call, "ledger");
    const bool explicit_any = o->accepted != NULL || o->rejected != NULL || o->report != NULL;
    const bool decisions_alone =
        o->decisions != NULL && o->out == NULL && o->accepted == NULL && o->rejected == NULL;
    if (o->lock_wait_seconds != 0 && o->ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--lock-wait goes with --ledger FILE");
    }
    if (o->dry_run) {
        return CG_OK; /* whatever outputs are named, none is written */
    }
    if (o->ledger != NULL &&
        (o->out == NULL || explicit_any || o->overwrite || o->decisions != NULL)) {
        return cg_error_set(err, CG_USAGE,
                            "--ledger needs --out DIR, without --overwrite, "
                            "--accepted, --rejected, --report and --decisions (it takes "
                            "--with-decisions): decisions and "
                            "folder become real together%s%s",
                            variable != NULL ? "; a run without a ledger has to unset " : "",
                            variable != NULL ? variable : "");
    }
    if (o->out == NULL && (o->with_decisions || o->html)) {
        return cg_error_set(err, CG_USAGE, "--%s goes with --out DIR",
                            o->html ? "html" : "with-decisions");
    }
    if (o->with_decisions && o->decisions != NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--decisions and --with-decisions are two places for "
                            "one table; leave one out");
    }
    if (o->out == NULL && !decisions_alone && (o->accepted == NULL || o->rejected == NULL)) {
        return cg_error_set(err, CG_USAGE,
                            "%s; give --out DIR, or both --accepted FILE and "
                            "--rejected FILE, so that no line is lost",
                            explicit_any ? "one of the two files has no place"
                                         : "there is no place for the outputs");
    }
    if (o->out != NULL && o->accepted != NULL && o->rejected != NULL && o->report != NULL) {
        return cg_error_set(err, CG_USAGE, "nothing is left for --out; leave it out");
    }
    if (any_same_path(o)) {
        return cg_error_set(err, CG_USAGE, "two outputs have the same name; give each its own");
    }
    if (o->out == NULL && o->overwrite) {
        return cg_error_set(err, CG_USAGE, "--overwrite goes with --out DIR");
    }
    if (o->json && cg_validate_takes_stdout(o)) {
        return cg_error_set(err, CG_USAGE,
                            "--json prints to standard output, where another output "
                            "goes already; leave one of them out");
    }
    return CG_OK;
}

int cg_guard_mode_of(const char *word) {
    return strcmp(word, "off") == 0    ? CG_GUARD_OFF
           : strcmp(word, "warn") == 0 ? CG_GUARD_WARN
           : strcmp(word, "stop") == 0 ? CG_GUARD_STOP
                                       : -1;
}

bool cg_validate_has_input(const struct cg_invocation *call) {
    return call->arg_count > 1 || (call->arg_count == 1 && (strpbrk(call->args[0], "*?[") == NULL ||
                                                            access(call->args[0], F_OK) == 0));
}

enum cg_status cg_validate_check(const struct cg_invocation *call, struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    size_t stdin_count = 0;
    if (call->arg_count == 0) {
        return cg_error_set(err, CG_USAGE,
                            "an argument is missing; usage: claimgate validate %s; a night that "
                            "may have no file says --if-any",
                            cg_command_validate.arguments);
    }
    if (o->roster == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--roster DIR is missing: the folder with "
                            "credentials.csv");
    }
    if (o->max_reject_rate_milli > 0 && o->max_reject_rate_milli < 1000) {
        cg_log_warning("--max-reject-rate is in percent, and this is less than one; three lines of "
                       "four are 75");
    }
    if (cg_guard_mode_of(o->guard) < 0) {
        return cg_error_set(err, CG_USAGE, "--guard takes warn, off or stop, not \"%s\"", o->guard);
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
