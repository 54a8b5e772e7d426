/*
 * `part plan`, `part ask`, `part decide`, `part answer`.
 */
#include "commands.h"
#include "part_options.h"

#include "claimgate/base/log.h"

#include <stddef.h>

struct options {
    struct cg_part_arguments part;
    const char *run;
    const char *ledgers;
    int64_t parts;
    int64_t tasks;
    bool quiet;
    bool show_phi;
};

static const struct options plan_defaults = {
    .part = CG_PART_ARGUMENTS_DEFAULT, .parts = -1, .tasks = -1};

#define CG_TAKES_RUN(member) CG_TAKES_PATH("run", "RUN", member, "folder of the run")

static const struct cg_option plan_options[] = {
    CG_TAKES_RUN(run),
    CG_TAKES_INTEGER("parts", "P", parts, 1, CG_PARTS_MAX, "parts that decide, by member"),
    CG_TAKES_LEDGER_SET(ledgers),
    CG_TAKES_INTEGER("tasks", "M", tasks, 1, CG_TASKS_MAX, "tasks that read and write, by file"),
    CG_TAKES_PART_ARGUMENTS(part),
    CG_TAKES_QUIET(quiet),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

static enum cg_status plan(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct cg_part_request request = {.run_dir = o->run,
                                      .inputs = (const char *const *)call->args,
                                      .input_count = (uint32_t)call->arg_count,
                                      .ledgers = o->ledgers,
                                      .parts = o->parts > 0 ? (uint32_t)o->parts : 0,
                                      .tasks = (uint32_t)o->tasks,
                                      .keeps_date = o->part.of_run.as_of_day == CG_DAY_NONE};
    cg_log_init((struct cg_log_options){.quiet = o->quiet, .show_phi = o->show_phi});
    if (o->run == NULL || (o->parts < 0 && o->ledgers == NULL) || o->tasks < 0) {
        return cg_error_set(
            err, CG_USAGE,
            "--run RUN, --parts P and --tasks M are needed: the folder of the "
            "run, and how many parts and tasks it has (--ledgers DIR: as many parts as "
            "the set)");
    }
    if (cg_part_check_ledgers(call, o->ledgers, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_part_options_fill(&o->part, &request.options, err);
    return status == CG_OK ? cg_part_plan_with(&request, err) : status;
}

const struct cg_command cg_command_part_plan = {
    .name = "part plan",
    .arguments = "FILE... --run RUN --parts P --tasks M --roster DIR [--policy ID]",
    .summary = "begin a run over many processes or machines: who reads which file",
    .detail =
        "Writes RUN/plan.json, which fixes all that the steps must agree on. Then run, each\n"
        "number on any machine that has RUN and the files:\n\n"
        "  claimgate part ask --run RUN --task I      for I from 0 to M-1\n\n"
        "  claimgate part decide --run RUN --part K   for K from 0 to P-1, when all have asked\n\n"
        "  claimgate part answer --run RUN --task I   for I from 0 to M-1, when all are decided\n\n"
        "  claimgate part merge --run RUN --out DIR   when all have answered\n\n"
        "A step that was made already is exit 0: run everything again to go on.",
    .options = {plan_options, &plan_defaults, sizeof plan_defaults},
    .args = {1, 1000000},
    .run = plan,
};

/* --- steps --- */

#undef CG_OPTIONS_STRUCT
#define CG_OPTIONS_STRUCT struct step_options
struct step_options {
    const char *run;
    int64_t number;
    bool quiet;
    bool show_phi;
};

static const struct step_options step_defaults = {.number = -1};

static const struct cg_option task_options[] = {
    CG_TAKES_RUN(run),
    CG_TAKES_INTEGER("task", "I", number, 0, CG_TASKS_MAX - 1, "which one, from 0"),
    CG_TAKES_QUIET(quiet),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

static const struct cg_option part_options[] = {
    CG_TAKES_RUN(run),
    CG_TAKES_INTEGER("part", "K", number, 0, CG_PARTS_MAX - 1, "which one, from 0"),
    CG_TAKES_QUIET(quiet),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

typedef enum cg_status (*step_fn)(struct cg_part *part, uint32_t number, struct cg_error *err);

static enum cg_status make_step(const struct cg_invocation *call, step_fn step, const char *unit,
                                bool errors_alone, struct cg_error *err) {
    const struct step_options *o = call->options;
    const struct cg_log_options log = {
        .quiet = o->quiet, .show_phi = o->show_phi, .errors_alone = errors_alone};
    struct cg_opened_part opened;
    if (o->number < 0) {
        return cg_error_set(err, CG_USAGE, "--%s is missing: the number of the %s, from 0", unit,
                            unit);
    }
    enum cg_status status = cg_part_open_with(o->run, log, &opened, err);
    if (status == CG_OK) {
        status = step(opened.part, (uint32_t)o->number, err);
    }
    cg_part_close_with(&opened);
    return status;
}

static enum cg_status ask(const struct cg_invocation *call, struct cg_error *err) {
    return make_step(call, cg_part_ask, "task", false, err);
}

static enum cg_status decide(const struct cg_invocation *call, struct cg_error *err) {
    return make_step(call, cg_part_decide, "part", false, err);
}

/* It reads what was read before, and would say the same of it. */
static enum cg_status answer(const struct cg_invocation *call, struct cg_error *err) {
    return make_step(call, cg_part_answer, "task", true, err);
}

const struct cg_command cg_command_part_ask = {
    .name = "part ask",
    .arguments = "--run RUN --task I",
    .summary = "read the files of a task, hand the lines in scope on to the parts",
    .detail = "Writes RUN/ask/I. Only lines in scope travel, with what was read of them. A task\n"
              "that has asked already is exit 0.",
    .options = {task_options, &step_defaults, sizeof step_defaults},
    .run = ask,
};

const struct cg_command cg_command_part_decide = {
    .name = "part decide",
    .arguments = "--run RUN --part K",
    .summary = "decide the lines of a part, when all tasks have asked",
    .detail = "Writes RUN/decide/K. A part that has decided already is exit 0.",
    .options = {part_options, &step_defaults, sizeof step_defaults},
    .run = decide,
};

const struct cg_command cg_command_part_answer = {
    .name = "part answer",
    .arguments = "--run RUN --task I",
    .summary = "write the files of a task, when all parts have decided",
    .detail = "Reads the files of the task again, writes RUN/answer/I. A task that has answered\n"
              "already is exit 0.",
    .options = {task_options, &step_defaults, sizeof step_defaults},
    .run = answer,
};
