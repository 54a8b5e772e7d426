#include "commands.h"
#include "part_options.h"
#include "printed_page.h"

#include "claimgate/io/files.h"
#include "claimgate/report/notes.h"
#include "claimgate/report/run_report.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

struct options {
    const char *run;
    struct cg_part_merge_arguments merge;
    bool show_phi;
};

static const struct options defaults = {.merge = {.max_reject_rate_milli = -1}};

static const struct cg_option option_table[] = {
    CG_TAKES_PATH("run", "RUN", run, "folder of the run"),
    CG_TAKES_PART_MERGE(merge),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

/* What is told of the whole run. */
struct telling {
    const struct cg_part_merge_arguments *arguments;
    int *exit_code;
    const char *policy;
    enum cg_status status;
    struct cg_error *err;
};

static void tell(void *context, const struct cg_run_facts *facts) {
    struct telling *telling = context;
    const struct cg_part_merge_arguments *o = telling->arguments;
    struct cg_page page;
    cg_notes_run(facts, telling->policy, o->max_reject_rate_milli);
    *telling->exit_code =
        facts->outcome == CG_TRIPPED ||
        (o->fail_on_reject && facts->tally->rejected + facts->tally->cutback != 0);
    if (o->quiet && !o->json) {
        return;
    }
    cg_page_open(&page, o->json ? CG_PAGE_JSON : CG_PAGE_TEXT);
    cg_report_put_run(&page, facts);
    telling->status = cg_page_print_to(stdout, &page, CG_OK, telling->err);
}

/* The plan's names are told from another folder than those of this command. */
enum cg_status cg_part_absolute(const char *path, char out[PATH_MAX], struct cg_error *err) {
    char folder[PATH_MAX];
    if (path[0] == '/') {
        return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX
                   ? CG_OK
                   : cg_error_set(err, CG_CANNOT_CREATE, "%s: the name is too long", path);
    }
    if (getcwd(folder, sizeof folder) == NULL ||
        snprintf(out, PATH_MAX, "%s/%s", folder, path) >= PATH_MAX) {
        return cg_error_set(err, CG_CANNOT_CREATE, "%s: the current folder has no name", path);
    }
    return CG_OK;
}

enum cg_status cg_part_merge_with(struct cg_part *part,
                                  const struct cg_part_merge_arguments *arguments, const char *out,
                                  int *exit_code, struct cg_error *err) {
    struct telling telling = {.arguments = arguments,
                              .exit_code = exit_code,
                              .policy = cg_part_options_of(part)->policy,
                              .err = err};
    struct cg_part_merge plan = {.out = out,
                                 .overwrite = arguments->overwrite,
                                 .one_file = arguments->one_file,
                                 .group = (gid_t)-1,
                                 .max_reject_rate_milli = arguments->max_reject_rate_milli,
                                 .tell = tell,
                                 .context = &telling};
    if (arguments->group != NULL && cg_group_find(arguments->group, &plan.group, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_part_merge(part, &plan, err);
    return status == CG_OK ? telling.status : status;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    const struct cg_log_options log = {.quiet = o->merge.quiet, .show_phi = o->show_phi};
    struct cg_opened_part opened;
    char out[PATH_MAX];
    cg_log_init(log);
    if (o->merge.out == NULL) {
        return cg_error_set(err, CG_USAGE, "--out DIR is missing: the folder to make");
    }
    if (cg_part_absolute(o->merge.out, out, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_part_open_with(o->run, log, &opened, err);
    if (status == CG_OK) {
        status = cg_part_merge_with(opened.part, &o->merge, out, call->exit_code, err);
    }
    cg_part_close_with(&opened);
    return status;
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
};
