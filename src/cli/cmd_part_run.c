/*
 * `part run`: all steps of a run in parts, on this machine.
 */
#include "commands.h"
#include "load.h"
#include "part_options.h"

#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/run/known_inputs.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TASKS_A_JOB = 4 };

struct options {
    struct cg_part_arguments part;
    struct cg_part_merge_arguments merge;
    const char *ledgers;
    int64_t jobs;
    int64_t parts;
    int64_t tasks;
    bool show_phi;
};

static const struct options defaults = {.part = CG_PART_ARGUMENTS_DEFAULT,
                                        .merge = CG_PART_MERGE_DEFAULT,
                                        .jobs = CG_THREADS_BY_CORES,
                                        .parts = -1,
                                        .tasks = -1};

static const struct cg_option option_table[] = {
    CG_TAKES_INTEGER("jobs", "N", jobs, 1, CG_THREADS_MAX, "processes at a time (number of cores)"),
    CG_TAKES_INTEGER("parts", "P", parts, 1, CG_PARTS_MAX,
                     "parts that decide, by member (as many as jobs)"),
    CG_TAKES_INTEGER("tasks", "M", tasks, 1, CG_TASKS_MAX,
                     "tasks that read and write, by file (up to four a job)"),
    CG_TAKES_LEDGER_SET(ledgers),
    CG_TAKES_PART_ARGUMENTS(part),
    CG_TAKES_PART_MERGE(merge),
    CG_TAKES_SHOW_PHI(show_phi, CG_PHI_HELP),
    CG_TAKES_NO_MORE,
};

/* The command at work. */
struct running {
    struct cg_part_merging merging;
    char run_dir[PATH_MAX];
    bool is_given_up; /* its night was taken back, so that nothing can go on from there */
};

/* ".NAME.claimgate-part" beside DIR. */
static enum cg_status name_run(const char *out, char run_dir[PATH_MAX], struct cg_error *err) {
    size_t len = strlen(out);
    while (len > 1 && out[len - 1] == '/') {
        len--;
    }
    size_t name = len;
    while (name > 0 && out[name - 1] != '/') {
        name--;
    }
    return snprintf(run_dir, PATH_MAX, "%.*s.%.*s.claimgate-part", (int)name, out,
                    (int)(len - name), out + name) < PATH_MAX
               ? CG_OK
               : cg_error_set(err, CG_CANNOT_CREATE, "the name is too long; give a shorter one: %s",
                              out);
}

/* The set has taken in every input, so that nothing will be published: the plan says so of each.
 * Where this cannot be found out, nobody needs to know why. */
static bool knows_all(const struct cg_invocation *call) {
    const struct options *o = call->options;
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_ledger *ledger = NULL;
    uint32_t count = (uint32_t)call->arg_count;
    const char **inputs = calloc(count, sizeof inputs[0]);
    bool knows = false;
    if (inputs != NULL && o->ledgers != NULL) {
        memcpy(inputs, call->args, count * sizeof inputs[0]);
        cg_log_init((struct cg_log_options){.quiet = true, .errors_alone = true});
        knows = cg_ledger_open_reader(o->ledgers, &ledger, &ignored) == CG_OK &&
                cg_known_inputs_drop(ledger, inputs, &count, NULL, &ignored) == CG_OK && count == 0;
        cg_log_init(
            (struct cg_log_options){.quiet = o->merge.publish.quiet, .show_phi = o->show_phi});
    }
    cg_ledger_close(ledger);
    free(inputs);
    return knows;
}

/* Before the work is done: what is in the way at its end. A folder that an earlier run of this has
 * published is not: such a run has left its own, or the set has its inputs. */
static enum cg_status check_out(const struct running *running, struct cg_error *err) {
    const struct options *o = running->merging.call->options;
    bool has_out = false;
    bool has_run = false;
    if (cg_file_look(running->merging.out, &has_out, err) != CG_OK ||
        cg_file_look(running->run_dir, &has_run, err) != CG_OK) {
        return err->status;
    }
    return !has_out || has_run || o->merge.publish.overwrite || knows_all(running->merging.call)
               ? CG_OK
               : cg_error_set(err, CG_CANNOT_CREATE,
                              "%s: exists already; choose another folder, or replace it with "
                              "--overwrite",
                              o->merge.publish.out);
}

/* Processes share the cores, and each reads on as many threads as are left for it. */
static int64_t threads_of(const struct options *o, uint32_t at_once) {
    if (o->part.of_run.threads >= 0) {
        return o->part.of_run.threads;
    }
    const uint32_t share = cg_belt_threads(CG_THREADS_BY_CORES) / at_once;
    return share > 1 ? share : 0;
}

static enum cg_status fill_request(const struct cg_invocation *call, const char *run_dir,
                                   uint32_t jobs, struct cg_part_request *out,
                                   struct cg_error *err) {
    const struct options *o = call->options;
    const size_t tasks =
        call->arg_count < (size_t)jobs * TASKS_A_JOB ? call->arg_count : (size_t)jobs * TASKS_A_JOB;
    *out = (struct cg_part_request){
        .run_dir = run_dir,
        .inputs = (const char *const *)call->args,
        .input_count = (uint32_t)call->arg_count,
        .ledgers = o->ledgers,
        .parts = o->parts > 0         ? (uint32_t)o->parts
                 : o->ledgers != NULL ? 0
                                      : jobs,
        .tasks = o->tasks > 0 ? (uint32_t)o->tasks : (uint32_t)tasks,
        .replaces = true,
        .keeps_date = o->part.of_run.as_of_day == CG_DAY_NONE,
    };
    if (cg_part_options_fill(&o->part, &out->options, err) != CG_OK) {
        return err->status;
    }
    out->options.threads = threads_of(o, out->tasks < jobs ? out->tasks : jobs);
    return CG_OK;
}

static enum cg_status run_steps(struct running *running, uint32_t jobs, struct cg_error *err) {
    const struct options *o = running->merging.call->options;
    const struct cg_log_options log = {.quiet = o->merge.publish.quiet, .show_phi = o->show_phi};
    struct cg_opened_part opened;
    enum cg_status status = cg_part_open_with(running->run_dir, log, &opened, err);
    if (status == CG_OK) {
        status = cg_part_run_steps(opened.part, jobs, err);
    }
    if (status == CG_OK) {
        status = cg_part_merging_run(&running->merging, opened.part,
                                     running->merging.call->exit_code, err);
        running->is_given_up = cg_part_is_given_up(opened.part);
    }
    cg_part_close_with(&opened);
    return status;
}

static bool has_plan(const char *run_dir) {
    char path[PATH_MAX + 16];
    (void)snprintf(path, sizeof path, "%s/plan.json", run_dir);
    return access(path, F_OK) == 0;
}

/* What was done is kept where the same command can go on from there. */
static void tidy(const struct running *running, enum cg_status status, bool has_out) {
    const struct options *o = running->merging.call->options;
    const bool is_tripped =
        *running->merging.call->exit_code != 0 && !has_out && o->ledgers == NULL;
    if (!has_plan(running->run_dir)) {
        (void)cg_part_remove(running->run_dir); /* nothing was begun */
    } else if (!running->is_given_up && (status != CG_OK || is_tripped)) {
        cg_log_note("%s keeps what was done, for the same command to go on from there",
                    running->run_dir);
    } else if (!cg_part_remove(running->run_dir)) {
        cg_log_warning("%s cannot be removed whole; remove it", running->run_dir);
    }
}

static enum cg_status run_locked(struct running *running, struct cg_error *err) {
    const struct options *o = running->merging.call->options;
    const uint32_t jobs = cg_belt_threads(o->jobs);
    struct cg_part_request request;
    bool has_out = false;
    enum cg_status status =
        fill_request(running->merging.call, running->run_dir, jobs, &request, err);
    if (status == CG_OK) {
        status = cg_part_plan_with(&request, err);
    }
    if (status == CG_OK) {
        status = run_steps(running, jobs, err);
    }
    if (status == CG_OK) {
        status = cg_file_look(running->merging.out, &has_out, err);
    }
    tidy(running, status, has_out);
    return status;
}

static enum cg_status run_in_folder(struct running *running, struct cg_error *err) {
    int lock = -1;
    if (name_run(running->merging.out, running->run_dir, err) != CG_OK ||
        check_out(running, err) != CG_OK) {
        return err->status;
    }
    if (mkdir(running->run_dir, 0700) != 0 && errno != EEXIST) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made",
                                  running->run_dir);
    }
    enum cg_status status = cg_part_lock(running->run_dir, &lock, err);
    if (status == CG_OK) {
        status = run_locked(running, err);
    }
    if (lock >= 0) {
        (void)close(lock);
    }
    return status;
}

static enum cg_status run(const struct cg_invocation *call, struct cg_error *err) {
    const struct options *o = call->options;
    struct running running = {.merging = {.call = call, .arguments = &o->merge}};
    cg_log_init((struct cg_log_options){.quiet = o->merge.publish.quiet, .show_phi = o->show_phi});
    enum cg_status status = cg_part_merging_begin(&running.merging, o->ledgers, err);
    if (status == CG_OK) {
        const struct cg_spared spared = {.folder = o->merge.publish.overwrite ? o->merge.publish.out
                                                                              : NULL,
                                         .inputs = (const char *const *)call->args,
                                         .input_count = call->arg_count,
                                         .rules = {o->part.of_run.policy, o->part.of_run.layout},
                                         .outputs = {o->merge.publish.metrics}};
        status = cg_publish_spare(&spared, err);
    }
    if (status == CG_OK) {
        status = cg_part_check_ledgers(call, o->ledgers, err);
    }
    if (status == CG_OK) {
        status = run_in_folder(&running, err);
    }
    cg_part_merging_end(&running.merging, status, *call->exit_code);
    return status;
}

static void run_not(const void *options, int exit_code) {
    const struct options *o = options;
    cg_metrics_file_of_slip(o->merge.publish.metrics, o->ledgers, exit_code);
}

const struct cg_command cg_command_part_run = {
    .name = "part run",
    .arguments = "FILE... --roster DIR --out DIR [--jobs N] [--one-file]",
    .summary = "validate many files on all cores of one machine",
    .detail = "The steps of `part plan`, as processes. DIR appears whole when all have succeeded.\n"
              "Cut off, the same command goes on where it was.",
    .options = {option_table, &defaults, sizeof defaults},
    .args = {1, 1000000},
    .run = run,
    .run_not = run_not,
};
