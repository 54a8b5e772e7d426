#include "commands.h"

#include "load.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/log.h"
#include "claimgate/base/problems.h"
#include "claimgate/io/sink.h"
#include "claimgate/io/staging.h"
#include "claimgate/json/json.h"
#include "claimgate/rules/nppes.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SUMMARY_LIMIT_BYTES = 64 << 20, SHORT_SHA_DIGITS = 12 };

/* --- roster check --- */

struct check_options {
    const char *policy;
    bool json;
};

static const struct check_options check_defaults = {.policy = "ms"};

static const struct cg_option check_table[] = {
    {"policy", "ID|FILE", CG_OPTION_PATH, offsetof(struct check_options, policy),
     "read the files that this policy demands (ms)", 0, 0},
    {"json", NULL, CG_OPTION_FLAG, offsetof(struct check_options, json),
     "print the summary as JSON", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
};

static bool put_summary(struct cg_buffer *out, const struct cg_roster *roster,
                        const struct cg_policy *policy) {
    bool fits = true;
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        char hex[CG_SHA256_HEX_BYTES];
        fits = fits &&
               cg_buffer_printf(out, "%-28s %9" PRIu64 " rows  sha256 %.*s\n", file->path,
                                file->rows, SHORT_SHA_DIGITS, cg_sha256_hex(file->sha256, hex));
    }
    struct cg_roster_providers providers = cg_roster_providers(roster);
    fits = fits && cg_buffer_printf(out,
                                    "\nproviders: %" PRIu64 "; %" PRIu64
                                    " of them hold no current or limited credential of a type that "
                                    "policy %s accepts\n",
                                    providers.all, providers.never_granted, cg_policy_id(policy));
    uint64_t rows = 0;
    const char *type = NULL;
    for (uint32_t i = 0; (type = cg_roster_unnamed_type(roster, i, &rows)) != NULL; i++) {
        fits = fits && cg_buffer_printf(out, "%s  %s (rows: %" PRIu64 ")\n",
                                        i == 0 ? "\ncredential types that the policy does not "
                                                 "name:\n"
                                               : "",
                                        type, rows);
    }
    return fits;
}

static bool put_json(struct cg_buffer *out, const struct cg_roster *roster,
                     const struct cg_policy *policy) {
    struct cg_json_writer json;
    char hex[CG_SHA256_HEX_BYTES];
    cg_json_begin(&json, out, false);
    cg_json_open_object(&json, NULL);
    cg_json_put_string(&json, "policy", cg_policy_id(policy));
    cg_json_open_array(&json, "files");
    for (uint32_t i = 0; i < cg_roster_file_count(roster); i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        cg_json_open_object(&json, NULL);
        cg_json_put_string(&json, "file", file->path);
        cg_json_put_integer(&json, "rows", (int64_t)file->rows);
        cg_json_put_string(&json, "sha256", cg_sha256_hex(file->sha256, hex));
        cg_json_close_object(&json);
    }
    cg_json_close_array(&json);
    struct cg_roster_providers providers = cg_roster_providers(roster);
    cg_json_put_integer(&json, "providers", (int64_t)providers.all);
    cg_json_put_integer(&json, "never_granted", (int64_t)providers.never_granted);
    cg_json_open_array(&json, "unnamed_types");
    uint64_t rows = 0;
    const char *type = NULL;
    for (uint32_t i = 0; (type = cg_roster_unnamed_type(roster, i, &rows)) != NULL; i++) {
        cg_json_open_object(&json, NULL);
        cg_json_put_string(&json, "credential_type", type);
        cg_json_put_integer(&json, "rows", (int64_t)rows);
        cg_json_close_object(&json);
    }
    cg_json_close_array(&json);
    cg_json_close_object(&json);
    return cg_json_end(&json);
}

static enum cg_status print_roster(const struct cg_roster *roster, const struct cg_policy *policy,
                                   bool json, struct cg_error *err) {
    struct cg_buffer out;
    cg_buffer_init(&out, SUMMARY_LIMIT_BYTES);
    enum cg_status status = CG_OK;
    bool fits = json ? put_json(&out, roster, policy) : put_summary(&out, roster, policy);
    if (!fits) {
        status = cg_error_set(err, CG_INTERNAL, "out of memory for the summary of the roster");
    } else if (fwrite(out.data, 1, out.len_bytes, stdout) != out.len_bytes || fflush(stdout) != 0) {
        status = cg_error_set_errno(err, CG_IO, errno, "cannot write to standard output");
    }
    cg_buffer_fini(&out);
    return status;
}

static enum cg_status run_check(const struct cg_invocation *call, int *exit_code,
                                struct cg_error *err) {
    const struct check_options *options = call->options;
    struct cg_policy *policy = NULL;
    struct cg_roster *roster = NULL;
    struct cg_problems problems;
    cg_problems_init(&problems);
    *exit_code = 0;
    enum cg_status status = cg_policy_load(options->policy, &policy, &problems, err);
    if (status == CG_OK) {
        status = cg_roster_load(call->args[0], policy, &roster, &problems, err);
    }
    if (status == CG_OK) {
        status = print_roster(roster, policy, options->json, err);
    } else {
        cg_load_print_problems(&problems, err);
    }
    cg_roster_free(roster);
    cg_policy_free(policy);
    cg_problems_fini(&problems);
    return status;
}

const struct cg_command cg_command_roster_check = {
    .name = "roster check",
    .arguments = "DIR [--policy ID|FILE] [--json]",
    .summary = "read a roster as validate would, and say all that is wrong with it",
    .detail =
        "Every bad row is named with file, line, column and value (exit 78). A good roster is\n"
        "summed up: files, rows and hashes, providers whom nothing lets render, and credential\n"
        "types that the policy does not name.\n",
    .options = check_table,
    .defaults = &check_defaults,
    .options_bytes = sizeof(struct check_options),
    .min_args = 1,
    .max_args = 1,
    .run = run_check,
};

/* --- roster import --- */

struct import_options {
    const char *nppes;
    const char *type;
    const char *state;
    const char *status;
    const char *out;
};

static const struct import_options import_defaults = {.status = "pending"};

static const struct cg_option import_table[] = {
    {"nppes", "FILE", CG_OPTION_PATH, offsetof(struct import_options, nppes),
     "the NPPES monthly file (CSV, plain or gzip)", 0, 0},
    {"type", "TYPE", CG_OPTION_TEXT, offsetof(struct import_options, type),
     "credential_type of the rows", 0, 0},
    {"state", "ST", CG_OPTION_TEXT, offsetof(struct import_options, state),
     "practice location (every state)", 0, 0},
    {"status", "STATUS", CG_OPTION_TEXT, offsetof(struct import_options, status),
     "status of the rows (pending, for NPPES is self-reported)", 0, 0},
    {"out", "FILE", CG_OPTION_PATH, offsetof(struct import_options, out),
     "a new file, made whole or not at all (standard output)", 0, 0},
    {NULL, NULL, CG_OPTION_FLAG, 0, NULL, 0, 0},
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

static enum cg_status run_import(const struct cg_invocation *call, int *exit_code,
                                 struct cg_error *err) {
    const struct import_options *options = call->options;
    struct cg_nppes_plan plan = {options->nppes, options->type, options->status, options->state};
    struct cg_nppes_counts counts;
    *exit_code = 0;
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
    .options = import_table,
    .defaults = &import_defaults,
    .options_bytes = sizeof(struct import_options),
    .min_args = 0,
    .max_args = 0,
    .run = run_import,
};
