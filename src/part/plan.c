/*
 * `part plan`: which inputs there are, what their header says, and which task has which.
 */
#include "plan.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"
#include "claimgate/report/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the making of a plan owns. */
struct making {
    const struct cg_part_request *request;
    struct cg_part part; /* of which only run_dir and the plan are used */
    struct cg_part_input *inputs;
    uint32_t *first_inputs;
    struct cg_reader_input *read;
    struct cg_reader *reader;
    struct cg_batch *batch;
    char folder[PATH_MAX];
    bool begins_anew; /* what was there is gone, and nothing written yet */
};

/* --- inputs --- */

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
    if (!S_ISREG(facts.st_mode)) {
        return cg_error_set(err, S_ISDIR(facts.st_mode) ? CG_NO_INPUT : CG_USAGE,
                            "%s is no regular file, and the steps of a run read each input twice; "
                            "write it to a file first",
                            file);
    }
    out->bytes = (uint64_t)facts.st_size;
    return CG_OK;
}

static enum cg_status look_at_inputs(struct making *making, struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    for (uint32_t i = 0; i < request->input_count; i++) {
        if (look_at_input(request->inputs[i], &making->inputs[i], err) != CG_OK) {
            return err->status;
        }
    }
    return CG_OK;
}

/* Neighbours, and about as many bytes for each: a task ends where the bytes up to its last input
 * are nearest to its share. */
static void give_to_tasks(struct making *making) {
    const struct cg_part_request *request = making->request;
    uint64_t total = 0;
    uint64_t sum = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < request->input_count; i++) {
        total += making->inputs[i].bytes;
    }
    for (uint32_t task = 0; task < request->tasks; task++) {
        const uint32_t tasks_left = request->tasks - task - 1;
        const uint64_t goal = total / request->tasks * (task + 1);
        making->first_inputs[task] = next;
        while (next < request->input_count &&
               (tasks_left == 0 || sum + making->inputs[next].bytes / 2 <= goal) &&
               (request->input_count - next > tasks_left || next == making->first_inputs[task])) {
            sum += making->inputs[next++].bytes;
        }
    }
    making->first_inputs[request->tasks] = request->input_count;
}

/* --- the header --- */

/* The heads of inputs, until one of them has a header. */
static enum cg_status find_header(struct making *making, struct cg_error *err) {
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
                            making->request->inputs[making->batch->source_no]);
    }
    plan->kind = CG_PART_NO_HEADER;
    if (cg_reader_is_bound(making->reader)) {
        const struct cg_binding *binding = cg_reader_binding(making->reader);
        plan->kind = binding->is_x12 ? CG_PART_X12 : CG_PART_CSV;
        plan->header = (struct cg_text){binding->header, binding->header_len};
        plan->header_input = making->batch->source_no;
    }
    return CG_OK;
}

static enum cg_status read_heads(struct making *making, struct cg_error *err) {
    const uint32_t count = making->request->input_count;
    for (uint32_t i = 0; i < count; i++) {
        making->read[i].file = making->request->inputs[i];
    }
    const struct cg_reader_plan plan = cg_part_reader_plan(&making->part, making->read, count);
    making->reader = cg_reader_new(&plan);
    making->batch = cg_batch_new();
    return making->reader != NULL && making->batch != NULL
               ? find_header(making, err)
               : cg_error_set(err, CG_INTERNAL, "out of memory");
}

/* --- the file --- */

static bool is_relative(const char *path) {
    return path != NULL && path[0] != '/';
}

/* Names may be told from the folder where the plan is made. */
static enum cg_status name_folder(struct making *making, struct cg_error *err) {
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

static enum cg_status make_run_folder(struct making *making, struct cg_error *err) {
    const char *run_dir = making->request->run_dir;
    if (mkdir(run_dir, 0700) != 0 && errno != EEXIST) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", run_dir);
    }
    if (realpath(run_dir, making->part.run_dir) == NULL) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s", run_dir);
    }
    enum { ROOM_BYTES = 256 };
    return strlen(making->part.run_dir) + ROOM_BYTES < PATH_MAX
               ? CG_OK
               : cg_error_set(err, CG_CANNOT_CREATE, "%s: the name is too long", run_dir);
}

/* A plan that says the same is as good; two may be written at once, of which the first stays. */
static enum cg_status compare(const char *path, const struct cg_buffer *text, bool *differs,
                              struct cg_error *err) {
    enum { LIMIT_BYTES = 64 << 20 };
    struct cg_buffer there;
    cg_buffer_init(&there, LIMIT_BYTES);
    enum cg_status status = cg_file_read(path, &there, err);
    *differs = status == CG_OK && (there.len_bytes != text->len_bytes ||
                                   memcmp(there.data, text->data, text->len_bytes) != 0);
    if (*differs) {
        status = cg_error_set(err, CG_INTERNAL,
                              "%s is there and says something else than this command: give the "
                              "command that made it, or remove that folder",
                              path);
    }
    cg_buffer_fini(&there);
    return status;
}

static enum cg_status write_new(int fd, const char *name, const struct cg_buffer *text,
                                struct cg_error *err) {
    const enum cg_status status = cg_file_write_all(fd, name, text->data, text->len_bytes, err);
    return status == CG_OK ? cg_file_sync(fd, name, err) : status;
}

/* Linked to its name when it is whole: a link does not take the place of what is there. */
static enum cg_status publish(struct making *making, const char *temporary, const char *path,
                              const struct cg_buffer *text, struct cg_error *err) {
    bool differs = false;
    const int fault = cg_fault("part.before_plan");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s", path);
    }
    if (link(temporary, path) != 0 && errno != EEXIST) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", path);
    }
    const enum cg_status status = compare(path, text, &differs, err);
    if (!differs || !making->request->replaces) {
        return status;
    }
    cg_log_note("%s is of other inputs or options than these; the run begins anew",
                making->part.run_dir);
    *err = (struct cg_error)CG_ERROR_INIT;
    cg_part_empty(making->part.run_dir);
    making->begins_anew = true;
    return CG_OK;
}

static enum cg_status write_plan(struct making *making, const struct cg_buffer *text,
                                 struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    char temporary[CG_PART_PATH_BYTES];
    (void)cg_part_path(&making->part, path, "plan.json");
    const int fd = mkostemp((char *)cg_part_path(&making->part, temporary, ".plan-XXXXXX"),
                            O_CLOEXEC); /* 0600 */
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: no file can be made",
                                  making->part.run_dir);
    }
    enum cg_status status = write_new(fd, temporary, text, err);
    if (status == CG_OK) {
        status = publish(making, temporary, path, text, err);
    }
    (void)close(fd);
    (void)unlink(temporary);
    return status;
}

/* The command may be given again on another day: the day of the plan that is there holds. */
static void keep_date(struct making *making) {
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_part there;
    enum { LIMIT_BYTES = 64 << 20 };
    if (!making->request->keeps_date) {
        return;
    }
    memset(&there, 0, sizeof there);
    memcpy(there.run_dir, making->part.run_dir, sizeof there.run_dir);
    cg_buffer_init(&there.text, LIMIT_BYTES);
    if (cg_part_plan_load(&there, &ignored) == CG_OK) {
        making->part.plan.options.as_of_day = there.plan.options.as_of_day;
    }
    cg_json_free(there.doc);
    cg_buffer_fini(&there.text);
    free(there.inputs);
    free(there.first_inputs);
    free(there.header);
}

static enum cg_status put_plan(struct making *making, const struct cg_policy *policy,
                               const struct cg_roster *roster, struct cg_error *err) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_JSON);
    cg_part_plan_put(page.json, &making->part.plan, policy, roster);
    enum cg_status status = cg_page_close(&page, CG_OK, err);
    if (status == CG_OK) {
        status = write_plan(making, &page.text, err);
    }
    cg_page_fini(&page);
    return status;
}

static enum cg_status make(struct making *making, const struct cg_policy *policy,
                           const struct cg_roster *roster, struct cg_error *err) {
    struct cg_part_plan *plan = &making->part.plan;
    if (make_run_folder(making, err) != CG_OK || look_at_inputs(making, err) != CG_OK ||
        name_folder(making, err) != CG_OK || read_heads(making, err) != CG_OK ||
        cg_part_hash_layout(plan->options.layout, plan->layout_sha256, err) != CG_OK ||
        cg_part_hash_file(plan->options.reasons, plan->reasons_sha256, err) != CG_OK) {
        return err->status;
    }
    give_to_tasks(making);
    keep_date(making);
    const enum cg_status status = put_plan(making, policy, roster, err);
    if (status != CG_OK || !making->begins_anew) {
        return status;
    }
    plan->options.as_of_day = making->request->options.as_of_day;
    return put_plan(making, policy, roster, err);
}

static enum cg_status start(struct making *making, struct cg_error *err) {
    const struct cg_part_request *request = making->request;
    making->inputs = calloc((size_t)request->input_count + 1, sizeof making->inputs[0]);
    making->first_inputs = calloc((size_t)request->tasks + 1, sizeof making->first_inputs[0]);
    making->read = calloc((size_t)request->input_count + 1, sizeof making->read[0]);
    making->part.plan = (struct cg_part_plan){.parts = request->parts,
                                              .tasks = request->tasks,
                                              .options = request->options,
                                              .inputs = making->inputs,
                                              .input_count = request->input_count,
                                              .first_inputs = making->first_inputs};
    return making->inputs != NULL && making->first_inputs != NULL && making->read != NULL
               ? CG_OK
               : cg_error_set(err, CG_INTERNAL, "out of memory");
}

enum cg_status cg_part_plan(const struct cg_part_request *request, const struct cg_policy *policy,
                            const struct cg_roster *roster, struct cg_error *err) {
    struct making *making = calloc(1, sizeof *making);
    if (making == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    making->request = request;
    making->part.rules = (struct cg_rules){.policy = policy, .roster = roster};
    enum cg_status status = start(making, err);
    if (status == CG_OK) {
        status = make(making, policy, roster, err);
    }
    cg_reader_free(making->reader);
    cg_batch_free(making->batch);
    free(making->read);
    free(making->first_inputs);
    free(making->inputs);
    free(making);
    return status;
}
