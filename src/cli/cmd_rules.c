/*
 * Policies and layouts: list those that are built in, show one, check one.
 */
#include "commands.h"
#include "printed_page.h"
#include "standard_output.h"

#include "claimgate/base/log.h"
#include "claimgate/io/named_file.h"
#include "claimgate/record/layout.h"
#include "claimgate/report/rules_pages.h"
#include "claimgate/rules/policy.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct options {
    const char *sample;
    bool json;
    bool show_phi;
};

enum kind { POLICY, LAYOUT };

/* It stands for a layout in reports, though X12 has no columns for one to name. */
static const char x12[] = "x12-837p";

/* One of the two. */
struct rules {
    struct cg_policy *policy;
    struct cg_layout *layout;
};

static const struct cg_option list_table[] = {
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_NO_MORE,
};

static const struct cg_option layout_check_table[] = {
    CG_TAKES_PATH("sample", "CLAIMS", sample, "a claim file to read the head of, plain or gzip"),
    CG_TAKES_JSON(json, CG_JSON_HELP),
    CG_TAKES_SHOW_PHI(show_phi, "show ids of claims and members whole"),
    CG_TAKES_NO_MORE,
};

static const struct cg_named_files *files_of(enum kind kind) {
    return kind == POLICY ? &cg_policy_files : &cg_layout_files;
}

/* All problems are printed, so that the error that goes up need not repeat them. */
static enum cg_status load(enum kind kind, const char *name_or_path, struct rules *out,
                           struct cg_error *err) {
    struct cg_problems problems;
    struct cg_error loading = CG_ERROR_INIT;
    *out = (struct rules){0};
    cg_problems_init(&problems);
    enum cg_status status = kind == POLICY
                                ? cg_policy_load(name_or_path, &out->policy, &problems, &loading)
                                : cg_layout_load(name_or_path, &out->layout, &problems, &loading);
    if (status == CG_INTERNAL) { /* then what was found may be its doing */
        status = cg_error_set(err, CG_INTERNAL, "%s: %s", name_or_path, loading.text);
    } else if (problems.total > 0) {
        cg_problems_print(&problems);
        status = cg_error_set(err, CG_BAD_CONFIG, "%s: %zu %s to mend", name_or_path,
                              problems.total, cg_plural(problems.total, "problem", "problems"));
    } else if (status != CG_OK) {
        status = cg_error_set(err, status, "%s", loading.text);
    }
    cg_problems_fini(&problems);
    return status;
}

static void unload(struct rules *rules) {
    cg_policy_free(rules->policy);
    cg_layout_free(rules->layout);
}

static void open_page(struct cg_page *page, const struct options *o) {
    cg_page_open(page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
}

/* --- list --- */

static enum cg_status list_one(enum kind kind, const char *name, struct cg_rules_list *to,
                               struct cg_error *err) {
    struct rules rules;
    const enum cg_status status = load(kind, name, &rules, err);
    if (status == CG_OK) {
        cg_rules_list_put(to, rules.policy, rules.layout);
    }
    unload(&rules);
    return status;
}

static enum cg_status list(enum kind kind, const struct cg_invocation *call, struct cg_error *err) {
    struct cg_page page;
    struct cg_rules_list to;
    enum cg_status status = CG_OK;
    open_page(&page, call->options);
    cg_rules_list_open(&to, &page, files_of(kind)->folder);
    for (const char *const *name = files_of(kind)->names; status == CG_OK && *name != NULL;
         name++) {
        status = list_one(kind, *name, &to, err);
    }
    cg_rules_list_close(&to);
    return cg_page_print(&page, status, err);
}

static enum cg_status list_policies(const struct cg_invocation *call, struct cg_error *err) {
    return list(POLICY, call, err);
}

static enum cg_status list_layouts(const struct cg_invocation *call, struct cg_error *err) {
    return list(LAYOUT, call, err);
}

/* --- show --- */

static enum cg_status show(enum kind kind, const char *name_or_path, struct cg_error *err) {
    struct cg_named_file file;
    struct rules rules;
    enum cg_status status = load(kind, name_or_path, &rules, err);
    unload(&rules);
    if (status != CG_OK) {
        return status;
    }
    status = cg_named_file_open(files_of(kind), name_or_path, &file, err);
    if (status == CG_OK) {
        cg_standard_output_put(file.text.ptr, file.text.len);
    }
    cg_named_file_close(&file);
    return status;
}

static enum cg_status show_policy(const struct cg_invocation *call, struct cg_error *err) {
    return show(POLICY, call->args[0], err);
}

static enum cg_status show_layout(const struct cg_invocation *call, struct cg_error *err) {
    return show(LAYOUT, call->args[0], err);
}

/* --- check --- */

static enum cg_status check_sample(const struct options *o, const struct cg_layout *layout,
                                   int *exit_code, struct cg_error *err) {
    struct cg_sample sample;
    struct cg_page page;
    if (cg_sample_read(o->sample, layout, &sample, err) != CG_OK) {
        return err->status;
    }
    const struct cg_layout_sample shown = {.file = o->sample,
                                           .layout = layout != NULL ? cg_layout_name(layout) : x12,
                                           .sample = &sample,
                                           .show_ids = o->show_phi};
    open_page(&page, o);
    cg_page_layout_sample(&page, &shown);
    enum cg_status status = cg_page_print(&page, CG_OK, err);
    cg_remarks_warn(&sample.remarks, o->sample);
    *exit_code = sample.remarks.count > 0;
    if (status == CG_OK && sample.missing.status != CG_OK) {
        status = cg_error_set(err, sample.missing.status, "%s: %s", o->sample, sample.missing.text);
    }
    return status;
}

static enum cg_status check_policy(const struct cg_invocation *call, struct cg_error *err) {
    struct rules rules;
    struct cg_page page;
    enum cg_status status = load(POLICY, call->args[0], &rules, err);
    if (status == CG_OK) {
        open_page(&page, call->options);
        cg_page_good_policy(&page, call->args[0], rules.policy);
        status = cg_page_print(&page, CG_OK, err);
    }
    unload(&rules);
    return status;
}

static enum cg_status check_x12(const struct options *o, int *exit_code, struct cg_error *err) {
    return o->sample != NULL
               ? check_sample(o, NULL, exit_code, err)
               : cg_error_set(err, CG_USAGE,
                              "%s is no layout that could be right or wrong; --sample FILE shows "
                              "what is read of an 837P",
                              x12);
}

static enum cg_status check_layout(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct rules rules;
    struct cg_page page;
    cg_log_init((struct cg_log_options){.show_phi = o->show_phi});
    if (strcmp(call->args[0], x12) == 0) {
        return check_x12(o, call->exit_code, err);
    }
    enum cg_status status = load(LAYOUT, call->args[0], &rules, err);
    if (status == CG_OK && o->sample != NULL) {
        status = check_sample(o, rules.layout, call->exit_code, err);
    } else if (status == CG_OK) {
        open_page(&page, o);
        cg_page_good_layout(&page, call->args[0], rules.layout);
        status = cg_page_print(&page, CG_OK, err);
    }
    unload(&rules);
    return status;
}

const struct cg_command cg_command_policy_list = {
    .name = "policy list",
    .arguments = "[--json]",
    .summary = "the built-in policies",
    .options = {list_table, NULL, sizeof(struct options)},
    .run = list_policies,
};

const struct cg_command cg_command_policy_show = {
    .name = "policy show",
    .arguments = "ID|FILE",
    .summary = "print a policy's JSON",
    .detail = "To change a built-in policy, print it into a file, edit that and name it by its "
              "path.",
    .options = {cg_options_none, NULL, 0},
    .args = {1, 1},
    .run = show_policy,
};

const struct cg_command cg_command_policy_check = {
    .name = "policy check",
    .arguments = "FILE [--json]",
    .summary = "test a policy file and show every problem in it",
    .detail = "Problems go to standard error as FILE:LINE:COLUMN: what is wrong and the mend. Exit "
              "0 when there is none, else 78.",
    .options = {list_table, NULL, sizeof(struct options)},
    .args = {1, 1},
    .run = check_policy,
};

const struct cg_command cg_command_layout_list = {
    .name = "layout list",
    .arguments = "[--json]",
    .summary = "the built-in layouts of claim files",
    .options = {list_table, NULL, sizeof(struct options)},
    .run = list_layouts,
};

const struct cg_command cg_command_layout_show = {
    .name = "layout show",
    .arguments = "NAME|FILE",
    .summary = "print a layout's JSON",
    .detail = "To change a built-in layout, print it into a file, edit that and name it by its "
              "path.",
    .options = {cg_options_none, NULL, 0},
    .args = {1, 1},
    .run = show_layout,
};

const struct cg_command cg_command_layout_check = {
    .name = "layout check",
    .arguments = "NAME|FILE [--sample CLAIMS] [--json]",
    .summary = "test a layout, and show what it makes of a claim file",
    .detail =
        "Problems go to standard error as FILE:LINE:COLUMN: what is wrong and the mend (exit\n"
        "78). With --sample the head of CLAIMS is read: where each field is found, what is\n"
        "missing (exit 65 where a needed column is), and what the first rows come out as. A fault\n"
        "that nine of ten records share is told with its mend (exit 1).",
    .options = {layout_check_table, NULL, sizeof(struct options)},
    .args = {1, 1},
    .run = check_layout,
};
