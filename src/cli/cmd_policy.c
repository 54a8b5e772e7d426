#include "commands.h"

#include "claimgate/base/buffer.h"
#include "claimgate/json/json.h"
#include "claimgate/rules/policy.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

struct options {
    bool json;
};

enum { OUTPUT_LIMIT_BYTES = 16 << 20 };

static const struct options defaults = {0};

static const struct cg_option option_table[] = {
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static bool wants_json(const struct cg_invocation *call) {
    return ((const struct options *)call->options)->json;
}

static enum cg_status print_document(struct cg_json_writer *writer, struct cg_error *err) {
    if (!cg_json_end(writer)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    fwrite(writer->out->data, 1, writer->out->len_bytes, stdout);
    return CG_OK;
}

/* Load with all problems printed, so that the error that goes up need not repeat them. */
static enum cg_status load(const char *id_or_path, struct cg_policy **out, struct cg_error *err) {
    struct cg_problems problems;
    struct cg_error loading = CG_ERROR_INIT;
    cg_problems_init(&problems);
    enum cg_status status = cg_policy_load(id_or_path, out, &problems, &loading);
    if (problems.total > 0) {
        cg_problems_print(&problems);
        status = cg_error_set(err, CG_BAD_CONFIG, "%s: %zu %s to mend", id_or_path, problems.total,
                              problems.total == 1 ? "problem" : "problems");
    } else if (status != CG_OK) {
        status = cg_error_set(err, status, "%s", loading.text);
    }
    cg_problems_fini(&problems);
    return status;
}

static void put_policy(struct cg_json_writer *writer, const struct cg_policy *policy) {
    char sha256[CG_SHA256_HEX_BYTES];
    cg_json_put_string(writer, "id", cg_policy_id(policy));
    cg_json_put_string(writer, "title", cg_policy_title(policy));
    cg_json_put_integer(writer, "versions", cg_policy_version_count(policy));
    cg_json_put_string(writer, "sha256", cg_sha256_hex(cg_policy_sha256(policy), sha256));
}

static enum cg_status list_policies(struct cg_json_writer *writer, bool json,
                                    struct cg_error *err) {
    char id[CG_POLICY_ID_BYTES];
    enum cg_status status = CG_OK;
    for (size_t i = 0; status == CG_OK && cg_policy_builtin_id(i, id) != NULL; i++) {
        struct cg_policy *policy = NULL;
        status = load(id, &policy, err);
        if (status == CG_OK && json) {
            cg_json_open_object(writer, NULL);
            put_policy(writer, policy);
            cg_json_close_object(writer);
        } else if (status == CG_OK) {
            printf("%-10s%s\n", id, cg_policy_title(policy));
        }
        cg_policy_free(policy);
    }
    return status;
}

static enum cg_status run_list(const struct cg_invocation *call, int *exit_code,
                               struct cg_error *err) {
    (void)exit_code;
    struct cg_buffer text;
    struct cg_json_writer writer;
    cg_buffer_init(&text, OUTPUT_LIMIT_BYTES);
    cg_json_begin(&writer, &text, false);
    cg_json_open_object(&writer, NULL);
    cg_json_open_array(&writer, "policies");
    enum cg_status status = list_policies(&writer, wants_json(call), err);
    cg_json_close_array(&writer);
    cg_json_close_object(&writer);
    if (status == CG_OK && wants_json(call)) {
        status = print_document(&writer, err);
    }
    cg_buffer_fini(&text);
    return status;
}

static enum cg_status run_show(const struct cg_invocation *call, int *exit_code,
                               struct cg_error *err) {
    (void)exit_code;
    struct cg_policy *policy = NULL;
    enum cg_status status = load(call->args[0], &policy, err);
    if (status == CG_OK) {
        size_t len = 0;
        const char *text = cg_policy_text(policy, &len);
        fwrite(text, 1, len, stdout);
    }
    cg_policy_free(policy);
    return status;
}

static enum cg_status print_good(const char *file, const struct cg_policy *policy, bool json,
                                 struct cg_error *err) {
    if (!json) {
        uint32_t versions = cg_policy_version_count(policy);
        printf("%s: good: %s, %" PRIu32 " %s\n", file, cg_policy_id(policy), versions,
               versions == 1 ? "version" : "versions");
        return CG_OK;
    }
    struct cg_buffer text;
    struct cg_json_writer writer;
    cg_buffer_init(&text, OUTPUT_LIMIT_BYTES);
    cg_json_begin(&writer, &text, false);
    cg_json_open_object(&writer, NULL);
    cg_json_put_string(&writer, "file", file);
    put_policy(&writer, policy);
    cg_json_close_object(&writer);
    enum cg_status status = print_document(&writer, err);
    cg_buffer_fini(&text);
    return status;
}

static enum cg_status run_check(const struct cg_invocation *call, int *exit_code,
                                struct cg_error *err) {
    (void)exit_code;
    struct cg_policy *policy = NULL;
    enum cg_status status = load(call->args[0], &policy, err);
    if (status == CG_OK) {
        status = print_good(call->args[0], policy, wants_json(call), err);
    }
    cg_policy_free(policy);
    return status;
}

const struct cg_command cg_command_policy_list = {
    .name = "policy list",
    .arguments = "[--json]",
    .summary = "the built-in policies",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof defaults,
    .run = run_list,
};

const struct cg_command cg_command_policy_show = {
    .name = "policy show",
    .arguments = "ID|FILE",
    .summary = "print a policy's JSON",
    .detail = "To change a built-in policy, print it into a file, edit that and name it by its "
              "path.",
    .options = cg_options_none,
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

const struct cg_command cg_command_policy_check = {
    .name = "policy check",
    .arguments = "FILE [--json]",
    .summary = "test a policy file and show every problem in it",
    .detail = "Problems go to standard error as FILE:LINE:COLUMN: what is wrong and the mend. Exit "
              "0 when there is none, else 78.",
    .options = option_table,
    .defaults = &defaults,
    .options_bytes = sizeof defaults,
    .min_args = 1,
    .max_args = 1,
    .run = run_check,
};
