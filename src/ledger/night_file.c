/*
 * night.json and nights/N.json: who holds a night, and what it is about to publish.
 */
#include "set.h"

#include "claimgate/base/fault.h"
#include "claimgate/io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_NIGHT "night.json"

static const char *const stages[] = {
    [CG_NIGHT_STAGE_OPEN] = "open",
    [CG_NIGHT_STAGE_WHOLE] = "whole",
    [CG_NIGHT_STAGE_UNDONE] = "undone",
};

static void name_of(int64_t run_no, char out[CG_SET_NAME_BYTES]) {
    snprintf(out, CG_SET_NAME_BYTES, "nights/%" PRId64 ".json", run_no);
}

static void put_outputs(struct cg_json_writer *json, const struct cg_night_file *file) {
    cg_json_open_array(json, "outputs");
    for (uint32_t i = 0; i < file->output_count; i++) {
        const struct cg_ledger_output *output = &file->outputs[i];
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "file", output->file);
        cg_json_put_integer(json, "bytes", (int64_t)output->bytes);
        cg_json_put_integer(json, "records", (int64_t)output->records);
        cg_json_put_hex(json, "sha256", output->sha256, sizeof output->sha256);
        cg_json_put_hex(json, "content_xxh128", output->content_xxh128, CG_XXH128_BYTES);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_hashes(struct cg_json_writer *json, const struct cg_ledger_set *set,
                       const struct cg_night_file *file) {
    cg_json_open_array(json, "run_hashes");
    for (uint32_t k = 0; k < set->parts; k++) {
        cg_json_put_hex(json, NULL, file->run_hashes[k], CG_SHA256_BYTES);
    }
    cg_json_close_array(json);
}

static bool put_file(const struct cg_ledger_set *set, const struct cg_night_file *file,
                     struct cg_buffer *out) {
    struct cg_json_writer json;
    cg_json_begin(&json, out, false);
    cg_json_open_object(&json, NULL);
    cg_json_put_string(&json, "set", set->id);
    cg_json_put_string(&json, "night", file->night.id);
    cg_json_put_integer(&json, "run", file->night.run_no);
    cg_json_put_string(&json, "kind", file->kind);
    if (file->by_one_process) {
        cg_json_put_boolean(&json, "by_one_process", true);
    }
    cg_json_put_any_integer(&json, "withdraws", file->withdraws);
    cg_json_put_string(&json, "stage", stages[file->stage]);
    cg_json_put_string(&json, "started_at", file->started_at);
    cg_json_put_string(&json, "claimgate", file->claimgate);
    cg_json_put_string(&json, "host", file->host);
    cg_json_put_string(&json, "account", file->account);
    cg_json_put_integer(&json, "process", file->process);
    cg_json_put_any_string(&json, "work", file->work);
    cg_json_put_any_string(&json, "staging", file->staging);
    cg_json_put_any_string(&json, "folder", file->folder);
    cg_json_put_any_integer(&json, "parent_inode", file->parent_inode);
    if (file->output_count > 0) {
        put_outputs(&json, file);
    }
    if (file->run_hashes != NULL) {
        put_hashes(&json, set, file);
    }
    cg_json_close_object(&json);
    return cg_json_end(&json);
}

enum cg_status cg_night_write(const struct cg_ledger_set *set, const struct cg_night_file *file,
                              bool exclusive, struct cg_error *err) {
    struct cg_buffer text;
    cg_buffer_init(&text, CG_SET_FILE_BYTES);
    const enum cg_status status =
        put_file(set, file, &text)
            ? cg_set_write(set, OPEN_NIGHT, &text, exclusive, err)
            : cg_error_set(err, CG_INTERNAL, "%s: the night's file is too long, or out of memory",
                           set->path);
    cg_buffer_fini(&text);
    return status;
}

static bool take_outputs(const struct cg_json *list, struct cg_night_file *out) {
    const size_t count = cg_json_count(list);
    if (count == 0) {
        return true;
    }
    out->own_outputs = calloc(count, sizeof out->own_outputs[0]);
    if (out->own_outputs == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct cg_json *item = cg_json_item(list, i);
        struct cg_ledger_output *output = &out->own_outputs[i];
        output->file = cg_json_string(cg_json_member(item, "file"));
        output->bytes = (uint64_t)cg_json_integer(cg_json_member(item, "bytes"));
        output->records = (uint64_t)cg_json_integer(cg_json_member(item, "records"));
        cg_json_hex(cg_json_member(item, "sha256"), output->sha256, sizeof output->sha256);
        cg_json_hex(cg_json_member(item, "content_xxh128"), output->content_xxh128,
                    sizeof output->content_xxh128);
    }
    out->outputs = out->own_outputs;
    out->output_count = (uint32_t)count;
    return true;
}

static bool take_hashes(const struct cg_json *list, struct cg_night_file *out) {
    const size_t count = cg_json_count(list);
    if (count == 0) {
        return true;
    }
    out->own_hashes = calloc(count, sizeof out->own_hashes[0]);
    if (out->own_hashes == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        cg_json_hex(cg_json_item(list, i), out->own_hashes[i], CG_SHA256_BYTES);
    }
    out->run_hashes = (const uint8_t(*)[CG_SHA256_BYTES])out->own_hashes;
    return true;
}

static enum cg_night_stage stage_of(const char *name) {
    enum cg_night_stage stage = CG_NIGHT_STAGE_UNDONE;
    while (stage != CG_NIGHT_STAGE_OPEN && strcmp(stages[stage], name) != 0) {
        stage--;
    }
    return stage;
}

static bool take_members(struct cg_night_file *out) {
    const struct cg_json *root = cg_json_root(out->doc);
    out->night.run_no = cg_json_integer(cg_json_member(root, "run"));
    snprintf(out->night.id, sizeof out->night.id, "%s",
             cg_json_string(cg_json_member(root, "night")));
    out->stage = stage_of(cg_json_string(cg_json_member(root, "stage")));
    out->kind = cg_json_string(cg_json_member(root, "kind"));
    out->started_at = cg_json_string(cg_json_member(root, "started_at"));
    out->claimgate = cg_json_string(cg_json_member(root, "claimgate"));
    out->host = cg_json_string(cg_json_member(root, "host"));
    out->account = cg_json_string(cg_json_member(root, "account"));
    out->process = cg_json_integer(cg_json_member(root, "process"));
    out->by_one_process = cg_json_boolean(cg_json_member(root, "by_one_process"));
    out->withdraws = cg_json_integer(cg_json_member(root, "withdraws"));
    out->work = cg_json_string(cg_json_member(root, "work"));
    out->staging = cg_json_string(cg_json_member(root, "staging"));
    out->folder = cg_json_string(cg_json_member(root, "folder"));
    out->parent_inode = cg_json_integer(cg_json_member(root, "parent_inode"));
    return take_outputs(cg_json_member(root, "outputs"), out) &&
           take_hashes(cg_json_member(root, "run_hashes"), out);
}

/* Whose it is, and that it has a hash for each part or none. */
static enum cg_status check_members(const struct cg_ledger_set *set, const char *name,
                                    const struct cg_night_file *file, struct cg_error *err) {
    const struct cg_json *root = cg_json_root(file->doc);
    const size_t hashes = cg_json_count(cg_json_member(root, "run_hashes"));
    if (strcmp(cg_json_string(cg_json_member(root, "set")), set->id) != 0) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s/%s: is of another ledger set; move it away, and put this set's own "
                            "back from a snapshot",
                            set->path, name);
    }
    return hashes == 0 || hashes == set->parts
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA,
                              "%s/%s: run_hashes has %zu hashes, and the set %u parts; put it back "
                              "from a snapshot",
                              set->path, name, hashes, set->parts);
}

static enum cg_status take_file(const struct cg_ledger_set *set, const char *name,
                                struct cg_night_file *out, struct cg_error *err) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", set->path, name);
    if (cg_json_load_own(path, &out->text, "ledger_night.schema.json", &out->doc, err) != CG_OK) {
        return cg_error_wrap(err,
                             "%s: a night's file is damaged; put the whole set back from one "
                             "snapshot, or, where night.json is meant and no part has begun its "
                             "night (all have the same last run), remove it",
                             set->path);
    }
    return take_members(out) ? check_members(set, name, out, err) : cg_error_no_memory(err);
}

enum cg_status cg_night_read(const struct cg_ledger_set *set, int64_t run_no,
                             struct cg_night_file *out, bool *is_there, struct cg_error *err) {
    char name[CG_SET_NAME_BYTES] = OPEN_NIGHT;
    *out = (struct cg_night_file){0};
    cg_buffer_init(&out->text, CG_SET_FILE_BYTES);
    if (run_no != 0) {
        name_of(run_no, name);
    }
    enum cg_status status = cg_set_read(set, name, &out->text, is_there, err);
    return status == CG_OK && *is_there ? take_file(set, name, out, err) : status;
}

void cg_night_fini(struct cg_night_file *file) {
    cg_json_free(file->doc);
    cg_buffer_fini(&file->text);
    free(file->own_outputs);
    free(file->own_hashes);
    *file = (struct cg_night_file){0};
}

enum cg_status cg_night_close(const struct cg_ledger_set *set, int64_t run_no,
                              struct cg_error *err) {
    char name[CG_SET_NAME_BYTES];
    const int fault = cg_fault("night.close");
    name_of(run_no, name);
    (void)mkdirat(set->dir_fd, "nights", 0700); /* is there, unless somebody took it away */
    if (fault != 0 || renameat(set->dir_fd, OPEN_NIGHT, set->dir_fd, name) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, fault != 0 ? fault : errno,
                                  "%s/%s: cannot put the night's file in place", set->path, name);
    }
    const int fd = openat(set->dir_fd, "nights", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_IO, errno, "%s/nights: cannot open the folder",
                                  set->path);
    }
    const enum cg_status status = cg_file_sync(fd, set->path, err);
    (void)close(fd);
    return status == CG_OK ? cg_set_sync(set, err) : status;
}

enum cg_status cg_night_remove(const struct cg_ledger_set *set, struct cg_error *err) {
    const int fault = cg_fault("night.remove");
    if (fault != 0 || (unlinkat(set->dir_fd, OPEN_NIGHT, 0) != 0 && errno != ENOENT)) {
        return cg_error_set_errno(err, CG_IO, fault != 0 ? fault : errno,
                                  "%s/" OPEN_NIGHT ": cannot be removed", set->path);
    }
    return cg_set_sync(set, err);
}

enum cg_status cg_night_refuse(const struct cg_ledger_set *set, const struct cg_night_file *file,
                               struct cg_error *err) {
    const bool has_work = file->work[0] != '\0';
    return cg_error_set(
        err, CG_BUSY,
        "%s: night %" PRId64 " (%s) is open since %s, begun by account %s on host "
        "%s, process %" PRId64 "%s%s; wait until it is over, or, when no task of it "
        "runs any more anywhere: claimgate ledger recover --ledgers %s",
        set->path, file->night.run_no, file->kind, file->started_at, file->account, file->host,
        file->process, has_work ? ", working in " : "", file->work, set->path);
}
