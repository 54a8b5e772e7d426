/*
 * roster import: rows for credentials.csv from the national file of NPIs, or what that file says of
 * the NPIs that credentials.csv has.
 */
#include "commands.h"

#include "load.h"

#include "claimgate/base/problems.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/report/notes.h"
#include "claimgate/rules/nppes.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    const char *nppes;
    const char *type;
    const char *state;
    const char *status;
    const char *merge;
    const char *out;
    struct cg_limits limits;
};

static const struct options defaults = {.status = "pending", .limits = CG_LIMITS_DEFAULT};

static const struct cg_option option_table[] = {
    CG_TAKES_PATH("nppes", "FILE", nppes, "the NPPES monthly file (CSV, plain or gzip)"),
    CG_TAKES_TEXT("type", "TYPE", type, "credential_type of the rows"),
    CG_TAKES_TEXT("state", "ST", state, "practice location (every state)"),
    CG_TAKES_TEXT("status", "STATUS", status,
                  "status of the rows (pending, for NPPES is self-reported)"),
    CG_TAKES_PATH("merge", "FILE", merge,
                  "write this credentials.csv again, the spans of deactivated NPIs ended"),
    CG_TAKES_PATH("out", "FILE", out, "a new file, made whole or not at all (standard output)"),
    CG_TAKES_LIMITS(limits),
    CG_TAKES_NO_MORE,
};

static enum cg_status refuse_existing(const char *path, struct cg_error *err) {
    struct stat facts;
    if (lstat(path, &facts) == 0) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s is there already; remove it, or give another --out", path);
    }
    return CG_OK;
}

/* One of the two jobs, and what it counts. */
struct job {
    const struct options *options;
    struct cg_nppes_counts counts;
    struct cg_nppes_merge_counts merged;
    struct cg_problems problems;
};

static enum cg_status write_rows(struct job *job, struct cg_sink *out, struct cg_error *err) {
    const struct options *o = job->options;
    if (o->merge != NULL) {
        const struct cg_nppes_merge_plan plan = {o->nppes, o->merge};
        return cg_nppes_merge(&plan, out, &job->merged, &job->problems, err);
    }
    const struct cg_nppes_plan plan = {o->nppes, o->type, o->status, o->state};
    return cg_nppes_import(&plan, out, &job->counts, &job->problems, err);
}

static enum cg_status import_to_stdout(struct job *job, struct cg_error *err) {
    struct cg_sink *sink = NULL;
    if (cg_sink_stdout(&sink, err) != CG_OK) {
        return err->status;
    }
    return cg_sink_end(sink, write_rows(job, sink, err), err);
}

static enum cg_status write_staged(struct job *job, struct cg_staged_file *file,
                                   struct cg_error *err) {
    enum cg_status status = write_rows(job, cg_staged_file_sink(file), err);
    if (status != CG_OK) {
        return status;
    }
    status = refuse_existing(job->options->out, err); /* it may have come meanwhile */
    return status == CG_OK ? cg_staged_file_publish(file, err) : status;
}

static enum cg_status import_to_file(struct job *job, struct cg_error *err) {
    const char *path = job->options->out;
    struct cg_staged_file *file = NULL;
    if (refuse_existing(path, err) != CG_OK ||
        cg_staged_file_open(path, (gid_t)-1, &file, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = write_staged(job, file, err);
    cg_staged_file_close(file);
    return status;
}

static enum cg_status check_options(const struct options *o, struct cg_error *err) {
    const struct cg_nppes_plan plan = {o->nppes, o->type, o->status, o->state};
    if (o->nppes == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--nppes FILE is missing; it is the only source of rows");
    }
    if (o->merge != NULL && (o->type != NULL || o->state != NULL)) {
        return cg_error_set(err, CG_USAGE,
                            "--merge adds nobody, so that --type and --state are for an import "
                            "without it");
    }
    return o->merge != NULL ? CG_OK : cg_nppes_check(&plan, err);
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    struct job job = {.options = call->options};
    const char *out = job.options->out;
    cg_limits_set(job.options->limits);
    if (check_options(job.options, err) != CG_OK) {
        return err->status;
    }
    cg_problems_init(&job.problems);
    const enum cg_status status = out == NULL || strcmp(out, "-") == 0 ? import_to_stdout(&job, err)
                                                                       : import_to_file(&job, err);
    if (status != CG_OK) {
        cg_load_print_problems(&job.problems, err);
    } else if (job.options->merge != NULL) {
        cg_notes_nppes_merge(&job.merged);
    } else {
        cg_notes_nppes_import(&job.counts);
    }
    cg_problems_fini(&job.problems);
    return status;
}

const struct cg_command cg_command_roster_import = {
    .name = "roster import",
    .arguments = "--nppes FILE (--type TYPE | --merge FILE) [--out FILE]",
    .summary = "make rows for credentials.csv from the national file of NPIs",
    .detail =
        "Takes the people whose taxonomy is 175T00000X (Peer Specialist); deactivation and\n"
        "reactivation become spans. NPPES is what providers say of themselves: a row grants\n"
        "nothing before someone looked at the credential and set its status.\n\n"
        "--merge writes the credentials.csv that you have again: spans that grant end the\n"
        "day before their NPI was deactivated, and where it is active again a new row begins\n"
        "on that day; spans that withhold or block stay, so that no block ends early. Nobody\n"
        "is added, no other byte changes.\n",
    .options = {option_table, &defaults, sizeof defaults},
    .run = run,
};
