#include "commands.h"

#include "load.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/hash.h"
#include "claimgate/base/problems.h"
#include "claimgate/json/json.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"
#include "claimgate/rules/roster_remarks.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

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

/* --- remarks --- */

enum { REMARKS_SHOWN = 20, REMARKS_MAX = 1000 };

struct remarks {
    struct cg_buffer *out;
    struct cg_json_writer *json; /* NULL: for people */
    uint32_t count;
    bool fits;
};

static const char *end_text(int32_t day, char out[CG_DATE_TEXT_BYTES]) {
    return day == CG_DAY_OPEN ? "" : cg_date_format(day, out);
}

/* "current and suspended on the same days from 2021-01-01: suspended wins" */
static bool put_remark(struct cg_buffer *out, const struct cg_roster_remark *remark) {
    char first[CG_DATE_TEXT_BYTES];
    char last[CG_DATE_TEXT_BYTES];
    const bool one_type = strcmp(remark->type, remark->other_type) == 0;
    const char *status = cg_credential_status_words[remark->status];
    const char *other = cg_credential_status_words[remark->other_status];
    bool fits = cg_buffer_printf(out, "  %010" PRIu64 " %s%s%s: ", remark->npi, remark->type,
                                 one_type ? "" : " and ", one_type ? "" : remark->other_type);
    switch (remark->kind) {
    case CG_REMARK_SAME_ROW:
        fits = fits && cg_buffer_append_text(out, "the same row twice");
        break;
    case CG_REMARK_OVERLAP:
        fits = fits && cg_buffer_printf(out, "two %s spans overlap", status);
        break;
    case CG_REMARK_STATUSES:
        fits = fits && cg_buffer_printf(out, "%s and %s on the same days", status, other);
        break;
    }
    fits = fits && cg_buffer_printf(out, ", from %s%s%s", cg_date_format(remark->first_day, first),
                                    remark->last_day == CG_DAY_OPEN ? "" : " to ",
                                    end_text(remark->last_day, last));
    if (remark->kind == CG_REMARK_STATUSES) {
        const bool same = remark->wins == CG_CREDENTIAL_STATUS_COUNT;
        fits = fits && cg_buffer_printf(out, ": %s", same ? "either way the same" : "") &&
               (same || cg_buffer_printf(out, "%s wins", cg_credential_status_words[remark->wins]));
    }
    return fits && cg_buffer_append_text(out, "\n");
}

static void put_json_remark(struct cg_json_writer *json, const struct cg_roster_remark *remark) {
    static const char *const kinds[] = {"same_row", "overlap", "statuses"};
    char text[CG_DATE_TEXT_BYTES];
    char npi[16];
    snprintf(npi, sizeof npi, "%010" PRIu64, remark->npi);
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "remark", kinds[remark->kind]);
    cg_json_put_string(json, "npi", npi);
    cg_json_put_string(json, "credential_type", remark->type);
    cg_json_put_string(json, "other_type", remark->other_type);
    cg_json_put_string(json, "status", cg_credential_status_words[remark->status]);
    cg_json_put_string(json, "other_status", cg_credential_status_words[remark->other_status]);
    cg_json_put_string(json, "from", cg_date_format(remark->first_day, text));
    if (remark->last_day == CG_DAY_OPEN) {
        cg_json_put_null(json, "to");
    } else {
        cg_json_put_string(json, "to", cg_date_format(remark->last_day, text));
    }
    if (remark->kind != CG_REMARK_STATUSES || remark->wins == CG_CREDENTIAL_STATUS_COUNT) {
        cg_json_put_null(json, "wins");
    } else {
        cg_json_put_string(json, "wins", cg_credential_status_words[remark->wins]);
    }
    cg_json_close_object(json);
}

static bool tell_remark(void *context, const struct cg_roster_remark *remark) {
    struct remarks *remarks = context;
    remarks->count++;
    if (remarks->json != NULL) {
        put_json_remark(remarks->json, remark);
    } else if (remarks->count <= REMARKS_SHOWN) {
        remarks->fits = remarks->fits &&
                        (remarks->count > 1 || cg_buffer_append_text(remarks->out, "\nremarks:\n"));
        remarks->fits = remarks->fits && put_remark(remarks->out, remark);
    }
    return remarks->count < REMARKS_MAX;
}

static bool put_remarks(struct cg_buffer *out, const struct cg_roster *roster) {
    struct remarks remarks = {.out = out, .fits = true};
    cg_roster_remarks(roster, tell_remark, &remarks);
    const uint32_t more = remarks.count > REMARKS_SHOWN ? remarks.count - REMARKS_SHOWN : 0;
    return remarks.fits &&
           (more == 0 || cg_buffer_printf(out, "  and %u%s more; --json has them\n", (unsigned)more,
                                          remarks.count == REMARKS_MAX ? " or" : ""));
}

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
    return fits && put_remarks(out, roster);
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
    struct remarks remarks = {.json = &json};
    cg_json_open_array(&json, "remarks");
    cg_roster_remarks(roster, tell_remark, &remarks);
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
        "summed up: files, rows and hashes, providers whom nothing lets render, credential types\n"
        "that the policy does not name, and remarks: spans of one provider and type that overlap,\n"
        "rows of different status on the same day (and which one wins), the same row twice.\n",
    .options = check_table,
    .defaults = &check_defaults,
    .options_bytes = sizeof(struct check_options),
    .min_args = 1,
    .max_args = 1,
    .run = run_check,
};
