/*
 * `part plan`: which inputs there are, what their header says, and which task has which.
 */
#include "making.h"

#include "claimgate/base/log.h"
#include "claimgate/base/utf8.h"
#include "claimgate/report/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_GOOD = 10000 };

/* --- inputs --- */

/* Such a name stands for another file in another process. */
static bool is_of_process(const char *file) {
    return strncmp(file, "/dev/fd/", 8) == 0 || strncmp(file, "/dev/std", 8) == 0 ||
           strncmp(file, "/proc/", 6) == 0;
}

static enum cg_status look_at_input(const char *file, struct cg_part_input *out,
                                    struct cg_error *err) {
    struct stat facts;
    out->file = file;
    if (strcmp(file, "-") == 0) {
        return cg_error_set(err, CG_USAGE,
                            "standard input can be read but once, and the steps of a run read "
                            "each input twice; write it to a file first");
    }
    if (stat(file, &facts) != 0) {
        return cg_error_set_errno(err, CG_NO_INPUT, errno, "%s", file);
    }
    if (S_ISDIR(facts.st_mode)) {
        return cg_error_set(err, CG_NO_INPUT, "%s: is a folder; name the files in it", file);
    }
    if (!S_ISREG(facts.st_mode) || is_of_process(file)) {
        return cg_error_set(err, CG_USAGE,
                            "%s is no regular file, and the steps of a run read each input twice; "
                            "write it to a file first",
                            file);
    }
    out->bytes = (uint64_t)facts.st_size;
    return CG_OK;
}

static enum cg_status look_at_inputs(struct cg_making *making, struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    for (uint32_t i = 0; i < request->input_count; i++) {
        making->files.files[i] = request->inputs[i];
        if (look_at_input(request->inputs[i], &making->inputs[i], err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

/* Those of the inputs that are left, with what is known of them. */
static void keep_left(struct cg_making *making) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < making->request->input_count; i++) {
        if (kept < making->files.count && making->inputs[i].file == making->files.files[kept]) {
            making->inputs[kept++] = making->inputs[i];
        }
    }
    making->part.plan.input_count = kept;
}

/* Neighbours, and about as many bytes for each: a task ends where the bytes up to its last input
 * are nearest to its share. */
static void give_to_tasks(struct cg_making *making) {
    const uint32_t tasks = making->request->tasks;
    const uint32_t count = making->part.plan.input_count;
    uint64_t total = 0;
    uint64_t sum = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += making->inputs[i].bytes;
    }
    for (uint32_t task = 0; task < tasks; task++) {
        const uint32_t tasks_left = tasks - task - 1;
        const uint64_t goal = total / tasks * (task + 1);
        making->first_inputs[task] = next;
        while (next < count && (tasks_left == 0 || sum + making->inputs[next].bytes / 2 <= goal) &&
               (count - next > tasks_left || next == making->first_inputs[task])) {
            sum += making->inputs[next++].bytes;
        }
    }
    making->first_inputs[tasks] = count;
}

/* --- the header --- */

/* The heads of inputs, until one of them has a header. */
static enum cg_status find_header(struct cg_making *making, struct cg_error *err) {
    struct cg_part_plan *plan = &making->part.plan;
    bool is_last = plan->input_count == 0;
    while (!is_last && !cg_reader_is_bound(making->reader)) {
        if (cg_reader_read(making->reader, making->batch, err) != CG_OK) {
            return err->status;
        }
        cg_reader_cut(making->reader, making->batch);
        if (making->batch->error.status != CG_OK) {
            *err = making->batch->error;
            return err->status;
        }
        is_last = making->batch->is_last;
    }
    if (cg_reader_is_bound(making->reader) && cg_reader_binding(making->reader)->has_past) {
        return cg_error_set(err, CG_USAGE,
                            "%s has the column " CG_PAST_COLUMN ", whose lines come before all "
                            "others and count for all of them; give such inputs to validate",
                            making->inputs[making->batch->source_no].file);
    }
    plan->kind = CG_PART_NO_HEADER;
    if (cg_reader_is_bound(making->reader)) {
        const struct cg_binding *binding = cg_reader_binding(making->reader);
        plan->kind = binding->is_x12 ? CG_PART_X12 : CG_PART_CSV;
        plan->header = (struct cg_text){binding->header, binding->header_len};
        plan->header_input = making->batch->source_no;
        plan->bound_layout = binding->is_x12 ? "x12-837p" : cg_layout_name(binding->layout);
    }
    return CG_OK;
}

static enum cg_status read_heads(struct cg_making *making, struct cg_error *err) {
    const uint32_t count = making->part.plan.input_count;
    for (uint32_t i = 0; i < count; i++) {
        making->read[i].file = making->inputs[i].file;
    }
    const struct cg_reader_plan plan = cg_part_reader_plan(&making->part, making->read, count);
    cg_reader_free(making->reader);
    making->reader = cg_reader_new(&plan);
    making->batch = making->batch != NULL ? making->batch : cg_batch_new();
    return making->reader != NULL && making->batch != NULL ? find_header(making, err)
                                                           : cg_error_no_memory(err);
}

/* --- the file --- */

static bool is_utf8(const char *name) {
    const size_t len = strlen(name);
    size_t at = 0;
    for (size_t bytes = 1; bytes > 0 && at < len; at += bytes) {
        bytes = cg_utf8_char_bytes(name + at, len - at);
    }
    return at == len;
}

/* JSON holds no other names, and a step must find its files by them. */
static enum cg_status check_name(const char *name, struct cg_error *err) {
    return name == NULL || is_utf8(name)
               ? CG_OK
               : cg_error_set(err, CG_USAGE,
                              "%s: the name is not UTF-8, so that plan.json cannot hold it; give "
                              "it another one, or a link to it",
                              name);
}

static enum cg_status check_names(const struct cg_making *making, struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    const char *const names[] = {request->options.roster, request->options.policy,
                                 request->options.layout, request->options.reasons,
                                 request->ledgers,        making->part.run_dir,
                                 making->part.plan.folder};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (check_name(names[i], err) != CG_OK) {
            return err->status;
        }
    }
    for (uint32_t i = 0; i < request->input_count; i++) {
        if (check_name(request->inputs[i], err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

static bool is_relative(const char *path) {
    return path != NULL && path[0] != '/';
}

/* Names may be told from the folder where the plan is made. */
static enum cg_status name_folder(struct cg_making *making, struct cg_error *err) {
    const struct cg_part_options *o = &making->request->options;
    const bool names_file = o->policy != NULL && access(o->policy, F_OK) == 0;
    const bool names_layout = o->layout != NULL && access(o->layout, F_OK) == 0;
    bool relative = is_relative(o->roster) || is_relative(o->reasons) ||
                    (names_file && is_relative(o->policy)) ||
                    (names_layout && is_relative(o->layout));
    for (uint32_t i = 0; i < making->request->input_count; i++) {
        relative = relative || is_relative(making->request->inputs[i]);
    }
    if (!relative) {
        return CG_OK;
    }
    making->part.plan.folder = getcwd(making->folder, sizeof making->folder);
    return making->part.plan.folder != NULL
               ? CG_OK
               : cg_error_set_errno(err, CG_NO_INPUT, errno, "the current folder has no name");
}

static enum cg_status make_run_folder(struct cg_making *making, struct cg_error *err) {
    const char *run_dir = making->request->run_dir;
    struct stat facts;
    if (mkdir(run_dir, 0700) != 0 && errno != EEXIST) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", run_dir);
    }
    if (stat(run_dir, &facts) == 0 && !S_ISDIR(facts.st_mode)) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s is there and is no folder; choose another --run", run_dir);
    }
    if (realpath(run_dir, making->part.run_dir) == NULL) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s", run_dir);
    }
    enum { ROOM_BYTES = 256 };
    return strlen(making->part.run_dir) + ROOM_BYTES < PATH_MAX
               ? CG_OK
               : cg_error_set(err, CG_CANNOT_CREATE, "--run: the name is too long: %s", run_dir);
}

static enum cg_status put_plan(struct cg_making *making, const struct cg_policy *policy,
                               const struct cg_roster *roster, struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_JSON);
    cg_part_plan_put(page.json, &making->part.plan, policy, roster);
    enum cg_status status = cg_page_close(&page, CG_OK, err);
    if (status == CG_OK) {
        status = cg_making_write(making, &page.text, err);
    }
    cg_page_fini(&page);
    return status;
}

static enum cg_status make_plan(struct cg_making *making, const struct cg_policy *policy,
                                const struct cg_roster *roster, struct cg_error *err) {
    struct cg_part_plan *plan = &making->part.plan;
    const bool keeps_date = making->request->keeps_date && making->there != NULL;
    plan->options.as_of_day =
        keeps_date ? making->there->plan.options.as_of_day : making->request->options.as_of_day;
    if (cg_making_take_ledgers(making, policy, err) != CG_OK) {
        return err->status;
    }
    if ((uint64_t)plan->parts * plan->tasks > FILES_GOOD) {
        cg_log_warning("%u parts of %u tasks are %llu small files in %s, twice; keep them under %d",
                       plan->parts, plan->tasks, (unsigned long long)plan->parts * plan->tasks,
                       making->part.run_dir, (int)FILES_GOOD);
    }
    keep_left(making);
    give_to_tasks(making);
    return read_heads(making, err) == CG_OK ? put_plan(making, policy, roster, err) : err->status;
}

/* Of two that plan one run at once the second finds the plan of the first. */
static enum cg_status lock(struct cg_making *making, struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    making->lock_fd =
        open(cg_part_path(&making->part, path, "plan-lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return making->lock_fd >= 0 && flock(making->lock_fd, LOCK_EX) == 0
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be locked", path);
}

static enum cg_status make(struct cg_making *making, const struct cg_policy *policy,
                           const struct cg_roster *roster, struct cg_error *err) {
    struct cg_part_plan *plan = &making->part.plan;
    if (look_at_inputs(making, err) != CG_OK || make_run_folder(making, err) != CG_OK ||
        lock(making, err) != CG_OK || name_folder(making, err) != CG_OK ||
        check_names(making, err) != CG_OK ||
        cg_part_hash_layout(plan->options.layout, plan->layout_sha256, err) != CG_OK ||
        cg_part_hash_file(plan->options.reasons, plan->reasons_sha256, err) != CG_OK ||
        cg_making_look_for_plan(making, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = make_plan(making, policy, roster, err);
    if (status != CG_OK || !making->begins_anew) {
        return status;
    }
    cg_part_free(making->there);
    making->there = NULL;
    return look_at_inputs(making, err) == CG_OK ? make_plan(making, policy, roster, err)
                                                : err->status;
}

static enum cg_status start(struct cg_making *making, struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    making->inputs = calloc((size_t)request->input_count + 1, sizeof making->inputs[0]);
    making->files.files = calloc((size_t)request->input_count + 1, sizeof making->files.files[0]);
    making->files.known.list =
        calloc((size_t)request->input_count + 1, sizeof making->files.known.list[0]);
    making->first_inputs = calloc((size_t)request->tasks + 1, sizeof making->first_inputs[0]);
    making->read = calloc((size_t)request->input_count + 1, sizeof making->read[0]);
    making->part.plan = (struct cg_part_plan){.parts = request->parts,
                                              .tasks = request->tasks,
                                              .options = request->options,
                                              .inputs = making->inputs,
                                              .input_count = request->input_count,
                                              .first_inputs = making->first_inputs};
    return making->inputs != NULL && making->files.files != NULL &&
                   making->files.known.list != NULL && making->first_inputs != NULL &&
                   making->read != NULL
               ? CG_OK
               : cg_error_no_memory(err);
}

enum cg_status cg_part_plan(const struct cg_part_request *request, const struct cg_policy *policy,
                            const struct cg_roster *roster, struct cg_error *err) {
    struct cg_making *making = calloc(1, sizeof *making);
    if (making == NULL) {
        return cg_error_no_memory(err);
    }
    making->request = request;
    making->lock_fd = -1;
    making->part.rules = (struct cg_rules){.policy = policy, .roster = roster};
    enum cg_status status = start(making, err);
    if (status == CG_OK) {
        status = make(making, policy, roster, err);
    }
    if (making->lock_fd >= 0) {
        (void)close(making->lock_fd);
    }
    cg_reader_free(making->reader);
    cg_batch_free(making->batch);
    cg_part_free(making->there);
    cg_known_inputs_fini(&making->files.known);
    free(making->files.files);
    free(making->files.ledgers);
    free(making->read);
    free(making->first_inputs);
    free(making->inputs);
    free(making);
    return status;
}
