#include "commands.h"

#include "load.h"

#include "claimgate/base/log.h"
#include "claimgate/base/problems.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/rules/nppes.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    const char *nppes;
    const char *type;
    const char *state;
    const char *status;
    const char *out;
};

static const struct options defaults = {.status = "pending"};

static const struct cg_option option_table[] = {
    CG_TAKES_PATH("nppes", "FILE", nppes, "the NPPES monthly file (CSV, plain or gzip)"),
    CG_TAKES_TEXT("type", "TYPE", type, "credential_type of the rows"),
    CG_TAKES_TEXT("state", "ST", state, "practice location (every state)"),
    CG_TAKES_TEXT("status", "STATUS", status,
                  "status of the rows (pending, for NPPES is self-reported)"),
    CG_TAKES_PATH("out", "FILE", out, "a new file, made whole or not at all (standard output)"),
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

static enum cg_status import_to_stdout(const struct cg_nppes_plan *plan,
                                       struct cg_nppes_counts *counts, struct cg_problems *problems,
                                       struct cg_error *err) {
    struct cg_sink *sink = NULL;
    enum cg_status status = cg_sink_stdout(&sink, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_nppes_import(plan, sink, counts, problems, err);
    if (status != CG_OK) {
        cg_sink_abandon(sink);
        return status;
    }
    return cg_sink_close(sink, err);
}

static enum cg_status import_to_file(const struct cg_nppes_plan *plan, const char *path,
                                     struct cg_nppes_counts *counts, struct cg_problems *problems,
                                     struct cg_error *err) {
    struct cg_staged_file *file = NULL;
    enum cg_status status = refuse_existing(path, err);
    if (status == CG_OK) {
        status = cg_staged_file_open(path, (gid_t)-1, &file, err);
    }
    if (status == CG_OK) {
        status = cg_nppes_import(plan, cg_staged_file_sink(file), counts, problems, err);
    }
    if (status == CG_OK) {
        status = refuse_existing(path, err);
    }
    if (status == CG_OK) {
        status = cg_staged_file_publish(file, err);
    }
    if (file != NULL) {
        cg_staged_file_close(file);
    }
    return status;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *options = call->options;
    struct cg_nppes_plan plan = {options->nppes, options->type, options->status, options->state};
    struct cg_nppes_counts counts;
    if (options->nppes == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--nppes FILE is missing; it is the only source of rows");
    }
    enum cg_status status = cg_nppes_check(&plan, err);
    if (status != CG_OK) {
        return status;
    }
    struct cg_problems problems;
    cg_problems_init(&problems);
    status = options->out == NULL || strcmp(options->out, "-") == 0
                 ? import_to_stdout(&plan, &counts, &problems, err)
                 : import_to_file(&plan, options->out, &counts, &problems, err);
    if (status == CG_OK) {
        cg_log_note("%" PRIu64 " rows for credentials.csv from %" PRIu64
                    " peers; left out: %" PRIu64 " in another state, %" PRIu64
                    " organizations, %" PRIu64 " never active",
                    counts.spans, counts.peers, counts.elsewhere, counts.organizations,
                    counts.never_active);
    } else {
        cg_load_print_problems(&problems, err);
    }
    cg_problems_fini(&problems);
    return status;
}

const struct cg_command cg_command_roster_import = {
    .name = "roster import",
    .arguments = "--nppes FILE --type TYPE [--state ST] [--status STATUS] [--out FILE]",
    .summary = "make rows for credentials.csv from the national file of NPIs",
    .detail = "Takes the people whose taxonomy is 175T00000X (Peer Specialist); deactivation and\n"
              "reactivation become spans. NPPES is what providers say of themselves: a row grants\n"
              "nothing before someone looked at the credential and set its status.\n",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
