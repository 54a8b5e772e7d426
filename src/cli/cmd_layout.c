#include "commands.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/builtin.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/json/json.h"
#include "claimgate/record/layout.h"

#include "layout_sample.h"

#include <stddef.h>
#include <stdio.h>

struct options {
    const char *sample;
    bool json;
    bool show_phi;
};

enum { OUTPUT_LIMIT_BYTES = 16 << 20, BUILTIN_NAME_BYTES = 80, LAYOUT_FILE_MAX_BYTES = 1 << 20 };

static const struct options defaults = {0};

static const struct cg_option list_table[] = {
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static const struct cg_option check_table[] = {
    CG_TAKES_PATH("sample", "CLAIMS", sample, "a claim file to read the head of, plain or gzip"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_SHOW_PHI(show_phi, "show ids of claims and members whole"),
    CG_TAKES_NO_MORE,
};

/* Load with all problems printed, so that the error that goes up need not repeat them. */
static enum cg_status load(const char *name_or_path, struct cg_layout **out, struct cg_error *err) {
    struct cg_problems problems;
    struct cg_error loading = CG_ERROR_INIT;
    cg_problems_init(&problems);
    enum cg_status status = cg_layout_load(name_or_path, out, &problems, &loading);
    if (problems.total > 0) {
        cg_problems_print(&problems);
        status = cg_error_set(err, CG_BAD_CONFIG, "%s: %zu %s to mend", name_or_path,
                              problems.total, problems.total == 1 ? "problem" : "problems");
    } else if (status != CG_OK) {
        status = cg_error_set(err, status, "%s", loading.text);
    }
    cg_problems_fini(&problems);
    return status;
}

static enum cg_status print_and_fini(struct cg_buffer *text, bool complete, struct cg_error *err) {
    enum cg_status status = CG_OK;
    if (complete) {
        fwrite(text->data, 1, text->len_bytes, stdout);
    } else {
        status = cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    cg_buffer_fini(text);
    return status;
}

/* --- list and show --- */

static enum cg_status list_one(struct cg_json_writer *writer, const char *name, bool json,
                               struct cg_error *err) {
    struct cg_layout *layout = NULL;
    enum cg_status status = load(name, &layout, err);
    if (status == CG_OK && json) {
        cg_json_open_object(writer, NULL);
        cg_json_put_string(writer, "name", name);
        cg_json_put_string(writer, "title", cg_layout_title(layout));
        cg_json_close_object(writer);
    } else if (status == CG_OK) {
        printf("%-14s%s\n", name, cg_layout_title(layout));
    }
    cg_layout_free(layout);
    return status;
}

static enum cg_status run_list(const struct cg_invocation *call, int *exit_code,
                               struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_buffer text;
    struct cg_json_writer writer;
    enum cg_status status = CG_OK;
    *exit_code = 0;
    cg_buffer_init(&text, OUTPUT_LIMIT_BYTES);
    cg_json_begin(&writer, &text, false);
    cg_json_open_object(&writer, NULL);
    cg_json_open_array(&writer, "layouts");
    for (size_t i = 0; status == CG_OK && cg_layout_builtin(i) != NULL; i++) {
        status = list_one(&writer, cg_layout_builtin(i), o->json, err);
    }
    cg_json_close_array(&writer);
    cg_json_close_object(&writer);
    if (status == CG_OK && o->json) {
        return print_and_fini(&text, cg_json_end(&writer), err);
    }
    cg_buffer_fini(&text);
    return status;
}

static enum cg_status run_show(const struct cg_invocation *call, int *exit_code,
                               struct cg_error *err) {
    char name[BUILTIN_NAME_BYTES];
    *exit_code = 0;
    snprintf(name, sizeof name, "layouts/%s.json", call->args[0]);
    const struct cg_builtin *builtin = cg_builtin_find(name);
    if (builtin != NULL) {
        fwrite(builtin->bytes, 1, builtin->len_bytes, stdout);
        return CG_OK;
    }
    struct cg_layout *layout = NULL;
    struct cg_buffer text;
    cg_buffer_init(&text, LAYOUT_FILE_MAX_BYTES);
    enum cg_status status = load(call->args[0], &layout, err);
    if (status == CG_OK) {
        status = cg_file_read(call->args[0], &text, err);
    }
    if (status == CG_OK) {
        fwrite(text.data, 1, text.len_bytes, stdout);
    }
    cg_buffer_fini(&text);
    cg_layout_free(layout);
    return status;
}

/* --- check --- */

static enum cg_status print_good(const char *file, const struct cg_layout *layout, bool json,
                                 struct cg_error *err) {
    if (!json) {
        printf("%s: good: %s, %s\n", file, cg_layout_name(layout), cg_layout_title(layout));
        return CG_OK;
    }
    struct cg_buffer text;
    struct cg_json_writer writer;
    cg_buffer_init(&text, OUTPUT_LIMIT_BYTES);
    cg_json_begin(&writer, &text, false);
    cg_json_open_object(&writer, NULL);
    cg_json_put_string(&writer, "file", file);
    cg_json_put_string(&writer, "name", cg_layout_name(layout));
    cg_json_put_string(&writer, "title", cg_layout_title(layout));
    cg_json_close_object(&writer);
    return print_and_fini(&text, cg_json_end(&writer), err);
}

static enum cg_status check_sample(const struct options *o, const struct cg_layout *layout,
                                   struct cg_error *err) {
    struct cg_sample sample;
    struct cg_buffer text;
    enum cg_status status = cg_sample_read(o->sample, layout, &sample, err);
    if (status != CG_OK) {
        return status;
    }
    const struct cg_layout_sample shown = {.file = o->sample,
                                           .layout = cg_layout_name(layout),
                                           .sample = &sample,
                                           .show_ids = o->show_phi};
    cg_buffer_init(&text, OUTPUT_LIMIT_BYTES);
    const bool complete =
        o->json ? cg_layout_sample_json(&text, &shown) : cg_layout_sample_text(&text, &shown);
    status = print_and_fini(&text, complete, err);
    if (status == CG_OK && sample.missing.status != CG_OK) {
        status = cg_error_set(err, sample.missing.status, "%s: %s", o->sample, sample.missing.text);
    }
    return status;
}

static enum cg_status run_check(const struct cg_invocation *call, int *exit_code,
                                struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_layout *layout = NULL;
    *exit_code = 0;
    cg_log_init((struct cg_log_options){.show_phi = o->show_phi});
    enum cg_status status = load(call->args[0], &layout, err);
    if (status == CG_OK && o->sample != NULL) {
        status = check_sample(o, layout, err);
    } else if (status == CG_OK) {
        status = print_good(call->args[0], layout, o->json, err);
    }
    cg_layout_free(layout);
    return status;
}

const struct cg_command cg_command_layout_list = {
    .name = "layout list",
    .arguments = "[--json]",
    .summary = "the built-in layouts of claim files",
    .options = list_table,
    .defaults = &defaults,
    .options_bytes = sizeof defaults,
    .run = run_list,
};

const struct cg_command cg_command_layout_show = {
    .name = "layout show",
    .arguments = "NAME|FILE",
    .summary = "print a layout's JSON",
    .detail = "To change a built-in layout, print it into a file, edit that and name it by its "
              "path.",
    .options = cg_options_none,
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

const struct cg_command cg_command_layout_check = {
    .name = "layout check",
    .arguments = "NAME|FILE [--sample CLAIMS] [--json]",
    .summary = "test a layout, and show what it makes of a claim file",
    .detail =
        "Problems go to standard error as FILE:LINE:COLUMN: what is wrong and the mend (exit\n"
        "78). With --sample the head of CLAIMS is read: where each field is found, what is\n"
        "missing (exit 65 where a needed column is), and what the first rows come out as.",
    .options = check_table,
    .defaults = &defaults,
    .options_bytes = sizeof defaults,
    .min_args = 1,
    .max_args = 1,
    .run = run_check,
};
