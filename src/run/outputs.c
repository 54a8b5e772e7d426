#include "outputs.h"

#include "claimgate/io/deflate.h"

#include <string.h>

static bool ends_in_gz(const char *name) {
    const size_t len = strlen(name);
    return len >= 3 && strcmp(name + len - 3, ".gz") == 0;
}

static const char accepted_x12[] = "accepted.x12.gz";
static const char rejected_x12[] = "rejected.x12.gz";
static const char ack_x12[] = "ack.277ca.x12.gz";
static const char report_page[] = "report.html";

/* In the folder; --overwrite deletes a folder that holds nothing else. */
static const char *const folder_files[] = {"accepted.csv.gz",
                                           "rejected.csv.gz",
                                           "report.json",
                                           "decisions.csv.gz",
                                           accepted_x12,
                                           rejected_x12,
                                           ack_x12,
                                           report_page,
                                           NULL};

static bool has_folder(const struct cg_output_plan *plan) {
    return plan->dir != NULL || plan->folder != NULL;
}

static int folder_fd(const struct cg_outputs *outputs, const struct cg_output_plan *plan) {
    return plan->folder != NULL ? plan->folder->fd : cg_staging_dir_fd(outputs->staging);
}

const char *cg_outputs_folder(const struct cg_outputs *outputs, const struct cg_output_plan *plan) {
    return plan->folder != NULL ? plan->folder->path : cg_staging_path(outputs->staging);
}

static enum cg_status open_output(struct cg_outputs *outputs, struct cg_output *output,
                                  const struct cg_output_plan *plan, const char *path,
                                  struct cg_error *err) {
    output->is_gzip = ends_in_gz(output->name);
    output->content = cg_xxh128_new();
    if (output->content == NULL) {
        return cg_error_no_memory(err);
    }
    if (path != NULL && strcmp(path, "-") == 0) {
        return cg_sink_stdout(&output->sink, err);
    }
    if (path != NULL) {
        const enum cg_status status = cg_staged_file_open(path, plan->group, &output->file, err);
        output->sink = status == CG_OK ? cg_staged_file_sink(output->file) : NULL;
    } else if (cg_sink_create(folder_fd(outputs, plan), output->name, plan->group, &output->sink,
                              err) != CG_OK) {
        return err->status;
    }
    if (err->status == CG_OK && plan->read_back) {
        cg_sink_read_back(output->sink);
    }
    return err->status;
}

static enum cg_status open_all(struct cg_outputs *outputs, const struct cg_output_plan *plan,
                               struct cg_error *err) {
    const struct {
        struct cg_output *output;
        const char *path;
        const char *name_in_folder; /* NULL: it has no place there */
    } all[] = {
        {&outputs->accepted, plan->accepted, folder_files[0]},
        {&outputs->rejected, plan->rejected, folder_files[1]},
        {&outputs->report, plan->report, plan->folder == NULL ? folder_files[2] : NULL},
        {&outputs->decisions, plan->decisions, plan->with_decisions ? folder_files[3] : NULL},
        {&outputs->page, NULL, plan->with_page ? report_page : NULL}};
    const struct cg_staging_plan folder = {.final_path = plan->dir,
                                           .overwrite = plan->overwrite,
                                           .file_names = folder_files,
                                           .group = plan->group};
    enum cg_status status =
        plan->dir != NULL ? cg_staging_open(&folder, &outputs->staging, err) : CG_OK;
    for (size_t i = 0; status == CG_OK && i < sizeof all / sizeof all[0]; i++) {
        const bool is_unwanted = plan->without_accepted && all[i].output == &outputs->accepted;
        if (all[i].path == NULL &&
            (!has_folder(plan) || is_unwanted || all[i].name_in_folder == NULL)) {
            continue;
        }
        all[i].output->name = all[i].path != NULL ? all[i].path : all[i].name_in_folder;
        status = open_output(outputs, all[i].output, plan, all[i].path, err);
    }
    return status;
}

enum cg_status cg_outputs_take_x12(struct cg_outputs *outputs, const struct cg_output_plan *plan,
                                   bool wants_ack, struct cg_error *err) {
    if (!has_folder(plan)) {
        return plan->accepted == NULL && plan->rejected == NULL
                   ? CG_OK /* nothing is written */
                   : cg_error_set(err, CG_USAGE,
                                  "the input is X12, of which there are two rejected files; give "
                                  "--out DIR for them");
    }
    if (outputs->accepted.sink != NULL && plan->accepted == NULL) {
        outputs->accepted.name = accepted_x12;
        const enum cg_status status =
            cg_sink_rename(outputs->accepted.sink, folder_fd(outputs, plan), accepted_x12, err);
        if (status != CG_OK) {
            return status;
        }
    }
    outputs->rejected_x12.name = rejected_x12;
    const enum cg_status status = open_output(outputs, &outputs->rejected_x12, plan, NULL, err);
    if (status != CG_OK || !wants_ack) {
        return status;
    }
    outputs->ack.name = ack_x12;
    return open_output(outputs, &outputs->ack, plan, NULL, err);
}

enum cg_status cg_outputs_open(struct cg_outputs *outputs, const struct cg_output_plan *plan,
                               struct cg_error *err) {
    memset(outputs, 0, sizeof *outputs);
    const enum cg_status status = open_all(outputs, plan, err);
    if (status != CG_OK) {
        cg_outputs_close(outputs);
    }
    return status;
}

enum cg_status cg_output_write(struct cg_output *output, const struct cg_buffer *packed,
                               struct cg_error *err) {
    if (output->sink == NULL || packed->len_bytes == 0) {
        return CG_OK;
    }
    return cg_sink_write(output->sink, packed->data, packed->len_bytes, err);
}

/* Sinks of single files are synced and closed when they are published; those of the folder here. */
static enum cg_status close_sink(struct cg_output *output, struct cg_error *err) {
    if (output->file != NULL || output->sink == NULL) {
        return CG_OK;
    }
    struct cg_sink *sink = output->sink;
    output->sink = NULL;
    return cg_sink_close(sink, err);
}

static enum cg_status write_end(struct cg_output *output, struct cg_error *err) {
    struct cg_buffer end;
    if (!output->is_gzip) {
        return CG_OK;
    }
    cg_buffer_init(&end, 64);
    enum cg_status status = cg_deflater_end(&end, err);
    if (status == CG_OK) {
        status = cg_output_write(output, &end, err);
    }
    cg_buffer_fini(&end);
    return status;
}

static enum cg_status finish_output(struct cg_output *output, struct cg_output_facts *facts,
                                    struct cg_error *err) {
    memset(facts, 0, sizeof *facts);
    if (output->sink == NULL) {
        return CG_OK;
    }
    if (write_end(output, err) != CG_OK) {
        return err->status;
    }
    facts->file = output->name;
    facts->bytes = cg_sink_bytes(output->sink);
    facts->records = output->records;
    cg_xxh128_peek(output->content, facts->content_xxh128);
    cg_sink_sha256(output->sink, facts->sha256);
    return close_sink(output, err);
}

enum cg_status cg_outputs_finish(struct cg_outputs *outputs, struct cg_run_facts *facts,
                                 struct cg_error *err) {
    struct cg_output *const all[CG_OUTPUT_KINDS] = {&outputs->accepted, &outputs->rejected,
                                                    &outputs->decisions, &outputs->rejected_x12,
                                                    &outputs->ack};
    enum cg_status status = CG_OK;
    for (int i = 0; status == CG_OK && i < CG_OUTPUT_KINDS; i++) {
        status = finish_output(all[i], &facts->outputs[i], err);
    }
    return status;
}

enum cg_status cg_output_put(struct cg_output *output, const struct cg_buffer *text,
                             struct cg_output_facts *facts, struct cg_error *err) {
    if (output->sink != NULL) {
        cg_xxh128_update(output->content, text->data, text->len_bytes);
    }
    const enum cg_status status = cg_output_write(output, text, err);
    return status == CG_OK ? finish_output(output, facts, err) : status;
}

static enum cg_status sync_file(struct cg_output *output, struct cg_error *err) {
    if (output->file == NULL) {
        return CG_OK;
    }
    output->sink = NULL; /* it goes with its file */
    return cg_staged_file_sync(output->file, err);
}

/* One name after the other: when a later one fails, those before it are taken back. */
static void take_back(struct cg_output *const *all, size_t count, struct cg_error *err) {
    for (size_t i = count; i > 0; i--) {
        struct cg_staged_file *file = all[i - 1]->file;
        if (file != NULL && !cg_staged_file_take_back(file)) {
            (void)cg_error_wrap(err, "%s is in place and whole, and not all the others are",
                                cg_staged_file_path(file));
        }
    }
}

/* Everything is safe on disk before the first rename, so that a full disk leaves nothing. The
 * folder comes last: whoever waits for it finds everything else in place. */
static enum cg_status publish_all(struct cg_outputs *outputs, struct cg_output *const *all,
                                  size_t count, struct cg_error *err) {
    enum cg_status status =
        outputs->staging != NULL ? cg_staging_sync(outputs->staging, err) : CG_OK;
    for (size_t i = 0; status == CG_OK && i < count; i++) {
        status = sync_file(all[i], err);
    }
    for (size_t i = 0; status == CG_OK && i < count; i++) {
        status = all[i]->file != NULL ? cg_staged_file_publish(all[i]->file, err) : CG_OK;
    }
    if (status != CG_OK || outputs->staging == NULL) {
        return status;
    }
    return cg_staging_publish(outputs->staging, err);
}

enum cg_status cg_outputs_publish(struct cg_outputs *outputs, struct cg_error *err) {
    struct cg_output *all[] = {&outputs->accepted, &outputs->rejected, &outputs->decisions,
                               &outputs->page, &outputs->report};
    enum { COUNT = sizeof all / sizeof all[0] };
    const enum cg_status status = publish_all(outputs, all, COUNT, err);
    if (status != CG_OK) {
        take_back(all, COUNT, err);
    }
    return status;
}

static void close_output(struct cg_output *output) {
    if (output->file != NULL) {
        cg_staged_file_close(output->file);
    } else {
        cg_sink_abandon(output->sink);
    }
    cg_xxh128_free(output->content);
    memset(output, 0, sizeof *output);
}

void cg_outputs_close(struct cg_outputs *outputs) {
    close_output(&outputs->accepted);
    close_output(&outputs->rejected);
    close_output(&outputs->decisions);
    close_output(&outputs->rejected_x12);
    close_output(&outputs->ack);
    close_output(&outputs->page);
    close_output(&outputs->report);
    cg_staging_close(outputs->staging, outputs->keep_staging);
    outputs->staging = NULL;
}
