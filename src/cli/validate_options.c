#include "validate_options.h"

#include "commands.h"

#include "claimgate/io/files.h"

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

static enum cg_status check_outputs(const struct cg_invocation *call, struct cg_error *err) {
    const struct cg_validate_options *o = call->options;
    const char *variable = cg_invocation_variable(call, "ledger");
    const bool explicit_any = o->accepted != NULL || o->rejected != NULL || o->report != NULL;
    const bool decisions_alone = o->decisions != NULL && o->publish.out == NULL &&
                                 o->accepted == NULL && o->rejected == NULL;
    if (o->plan.lock_wait_seconds != 0 && o->plan.ledger == NULL) {
        return cg_error_set(err, CG_USAGE, "--lock-wait goes with --ledger FILE");
    }
    if (o->plan.dry_run) {
        return CG_OK; /* whatever outputs are named, none is written */
    }
    if (o->plan.ledger != NULL &&
        (o->publish.out == NULL || explicit_any || o->publish.overwrite || o->decisions != NULL)) {
        return cg_error_set(err, CG_USAGE,
                            "--ledger needs --out DIR, without --overwrite, "
                            "--accepted, --rejected, --report and --decisions (it takes "
                            "--with-decisions): decisions and "
                            "folder become real together%s%s",
                            variable != NULL ? "; a run without a ledger has to unset " : "",
                            variable != NULL ? variable : "");
    }
    if (o->publish.out == NULL && (o->plan.output.with_decisions || o->publish.html)) {
        return cg_error_set(err, CG_USAGE, "--%s goes with --out DIR",
                            o->publish.html ? "html" : "with-decisions");
    }
    if (o->plan.output.with_decisions && o->decisions != NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--decisions and --with-decisions are two places for "
                            "one table; leave one out");
    }
    if (o->publish.out == NULL && !decisions_alone &&
        (o->accepted == NULL || o->rejected == NULL)) {
        return cg_error_set(err, CG_USAGE,
                            "%s; give --out DIR, or both --accepted FILE and "
                            "--rejected FILE, so that no line is lost",
                            explicit_any ? "one of the two files has no place"
                                         : "there is no place for the outputs");
    }
    if (o->publish.out != NULL && o->accepted != NULL && o->rejected != NULL && o->report != NULL) {
        return cg_error_set(err, CG_USAGE, "nothing is left for --out; leave it out");
    }
    if (any_same_path(o)) {
        return cg_error_set(err, CG_USAGE, "two outputs have the same name; give each its own");
    }
    if (o->publish.out == NULL && o->publish.overwrite) {
        return cg_error_set(err, CG_USAGE, "--overwrite goes with --out DIR");
    }
    if (o->publish.json && cg_validate_takes_stdout(o)) {
        return cg_error_set(err, CG_USAGE,
                            "--json prints to standard output, where another output "
                            "goes already; leave one of them out");
    }
    return CG_OK;
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
    for (size_t i = 0; i < call->arg_count; i++) {
        stdin_count += strcmp(call->args[i], "-") == 0;
    }
    if (stdin_count > 1) {
        return cg_error_set(err, CG_USAGE, "standard input (-) can be read only once");
    }
    const struct cg_spared spared = {
        .folder = o->publish.overwrite && !o->plan.dry_run ? o->publish.out : NULL,
        .inputs = (const char *const *)call->args,
        .input_count = call->arg_count,
        .rules = {o->policy, o->plan.layout},
        .outputs = {o->accepted, o->rejected, o->report, o->trace, o->decisions,
                    o->publish.metrics}};
    return check_outputs(call, err) == CG_OK ? cg_publish_spare(&spared, err) : err->status;
}
