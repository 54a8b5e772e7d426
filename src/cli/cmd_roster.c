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

struct options {
    const char *policy;
    bool json;
};

static const struct options defaults = {.policy = "ms"};

static const struct cg_option option_table[] = {
    CG_TAKES_POLICY(policy, "read the files that this policy demands (ms)"),
    CG_TAKES_JSON(json, "print the summary as JSON"),
    CG_TAKES_NO_MORE,
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

static enum cg_status run(const struct cg_invocation *call, int *exit_code, struct cg_error *err) {
    const struct options *options = call->options;
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
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
