#include "commands.h"
#include "part_options.h"

#include "claimgate/io/files.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

struct options {
    const char *run;
    struct cg_part_merge_arguments merge;
    bool show_phi;
};

static const struct options defaults = {.merge = CG_PART_MERGE_DEFAULT};

static const struct cg_option option_table[] = {
    CG_TAKES_PATH("run", "RUN", run, "folder of the run"),
    CG_TAKES_PART_MERGE(merge),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

/* What is told of the whole run. */
struct telling {
    const struct cg_invocation *call;
    const struct cg_publish_options *options;
    struct cg_metrics_file *metrics;
    int *exit_code;
    const char *policy;
    enum cg_status status;
    struct cg_error *err;
};

static void tell(void *context, const struct cg_run_facts *facts) {
    struct telling *telling = context;
    const struct cg_publish_options *o = telling->options;
    cg_metrics_file_count(telling->metrics, facts);
    *telling->exit_code = cg_publish_note(o, telling->policy, facts);
    telling->status = cg_publish_print(o, telling->call, facts, stdout, telling->err);
}

/* The plan's names are told from another folder than those of this command. */
static enum cg_status make_absolute(const char *path, char out[PATH_MAX], struct cg_error *err) {
    char folder[PATH_MAX] = "";
    const bool is_absolute = path[0] == '/';
    if (!is_absolute && getcwd(folder, sizeof folder) == NULL) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                  "%s: the current folder has no name", path);
    }
    return snprintf(out, PATH_MAX, "%s%s%s", folder, is_absolute ? "" : "/", path) < PATH_MAX
               ? CG_OK
               : cg_error_set(err, CG_CANNOT_CREATE, "the name is too long; give a shorter one: %s",
                              path);
}

enum cg_status cg_part_merging_begin(struct cg_part_merging *merging, const char *ledgers,
                                     struct cg_error *err) {
    const struct cg_publish_options *o = &merging->arguments->publish;
    const enum cg_status named =
        o->metrics != NULL ? make_absolute(o->metrics, merging->metrics_path, err) : CG_OK;
    cg_metrics_file_begin(&merging->metrics,
                          o->metrics != NULL && named == CG_OK ? merging->metrics_path : NULL,
                          ledgers);
    if (named != CG_OK) {
        return named;
    }
    if (o->out == NULL) {
        return cg_error_set(err, CG_USAGE, "--out DIR is missing: the folder to make");
    }
    return cg_publish_checks(o, &merging->checks, err) == CG_OK
               ? make_absolute(o->out, merging->out, err)
               : err->status;
}

/* From the folder that the plan names its files from. */
static enum cg_status spare(const struct cg_part_merging *merging, const struct cg_part *part,
                            struct cg_error *err) {
    const struct cg_part_options *o = cg_part_options_of(part);
    const char *input = cg_part_input_of(part, 0);
    for (uint32_t i = 0; input != NULL; input = cg_part_input_of(part, ++i)) {
        const struct cg_spared spared = {
            .folder = merging->arguments->publish.overwrite ? merging->out : NULL,
            .inputs = &input,
            .input_count = 1,
            .rules = {o->policy, o->layout},
            .outputs = {merging->metrics.path}};
        if (cg_publish_spare(&spared, err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

enum cg_status cg_part_merging_run(struct cg_part_merging *merging, struct cg_part *part,
                                   int *exit_code, struct cg_error *err) {
    const struct cg_publish_options *o = &merging->arguments->publish;
    struct telling telling = {.call = merging->call,
                              .options = o,
                              .metrics = &merging->metrics,
                              .exit_code = exit_code,
                              .policy = cg_part_options_of(part)->policy,
                              .err = err};
    struct cg_part_merge plan = {.out = merging->out,
                                 .overwrite = o->overwrite,
                                 .one_file = merging->arguments->one_file,
                                 .read_back = o->read_back,
                                 .with_page = o->html,
                                 .group = (gid_t)-1,
                                 .checks = merging->checks,
                                 .metrics = merging->metrics.path,
                                 .tell = tell,
                                 .context = &telling};
    const char *ledgers = cg_part_ledgers_of(part);
    if (ledgers != NULL) {
        (void)snprintf(merging->ledgers, sizeof merging->ledgers, "%s", ledgers);
        merging->metrics.ledger = merging->ledgers;
    }
    if (o->group != NULL && cg_group_find(o->group, &plan.group, err) != CG_OK) {
        return err->status;
    }
    return cg_part_merge(part, &plan, err) == CG_OK ? telling.status : err->status;
}

void cg_part_merging_end(struct cg_part_merging *merging, enum cg_status status, int exit_code) {
    cg_metrics_file_end(&merging->metrics,
                        status == CG_OK ? exit_code : cg_status_exit_code(status));
}

static enum cg_status merge(const struct cg_invocation *call, struct cg_part_merging *merging,
                            struct cg_error *err) {
    const struct options *o = call->options;
    const struct cg_log_options log = {.quiet = o->merge.publish.quiet, .show_phi = o->show_phi};
    struct cg_opened_part opened;
    if (cg_part_merging_begin(merging, NULL, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_part_open_with(o->run, log, &opened, err);
    if (status == CG_OK) {
        status = spare(merging, opened.part, err);
    }
    if (status == CG_OK) {
        status = cg_part_merging_run(merging, opened.part, call->exit_code, err);
    }
    cg_part_close_with(&opened);
    return status;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_part_merging merging = {.call = call, .arguments = &o->merge};
    cg_log_init((struct cg_log_options){.quiet = o->merge.publish.quiet, .show_phi = o->show_phi});
    const enum cg_status status = merge(call, &merging, err);
    cg_part_merging_end(&merging, status, *call->exit_code);
    return status;
}

static void run_not(const void *options, int exit_code) {
    const struct options *o = options;
    cg_metrics_file_of_slip(o->merge.publish.metrics, NULL, exit_code);
}

const struct cg_command cg_command_part_merge = {
    .name = "part merge",
    .arguments = "--run RUN --out DIR [--one-file]",
    .summary = "publish what all tasks have written, when all have answered",
    .detail =
        "DIR appears whole, by one rename, with report.json and a folder of pieces for each\n"
        "output: accepted/, rejected/. Their contents one after another are that of the file\n"
        "which validate writes; with --one-file DIR has those files, byte for byte.\n"
        "RUN may be removed afterwards. A run that was published there already is exit 0.",
    .options = {option_table, &defaults, sizeof defaults},
    .run = run,
    .run_not = run_not,
};
