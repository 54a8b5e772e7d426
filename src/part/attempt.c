#include "attempt.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/io/sink.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GONE ".gone-"

const struct cg_step cg_step_ask = {"ask", "task", "input.json", "part_ask.schema.json"};
const struct cg_step cg_step_decide = {"decide", "part", "decide.json", "part_decide.schema.json"};
const struct cg_step cg_step_answer = {"answer", "task", "tally.json", "part_answer.schema.json"};

static enum cg_status check_number(const struct cg_part *part, const struct cg_step *step,
                                   uint32_t number, struct cg_error *err) {
    const bool of_parts = step == &cg_step_decide;
    const uint32_t count = of_parts ? part->plan.parts : part->plan.tasks;
    return number < count
               ? CG_OK
               : cg_error_set(err, CG_USAGE, "--%s %u: %s has %u %s%s, numbered from 0", step->unit,
                              number, part->run_dir, count, step->unit, count == 1 ? "" : "s");
}

enum cg_status cg_step_look(const struct cg_part *part, const struct cg_step *step, uint32_t number,
                            bool *is_done, struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    enum cg_status status = check_number(part, step, number, err);
    if (status == CG_OK) {
        status = cg_file_look(cg_part_path(part, path, "%s/%u", step->name, number), is_done, err);
    }
    if (status == CG_OK && *is_done) {
        cg_log_note("%s has been made already; nothing is to be done", path);
    }
    return status;
}

static enum cg_status fault_point(const char *path, int fault, struct cg_error *err) {
    return fault == 0 ? CG_OK : cg_error_set_errno(err, CG_IO, fault, "%s", path);
}

static enum cg_status make_folder(const struct cg_part *part, const char *name,
                                  struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    return mkdir(cg_part_path(part, path, "%s", name), 0700) == 0 || errno == EEXIST
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", path);
}

/* --- what killed ones have left --- */

/* Whoever works in a folder holds its lock; where there are no locks, it is left alone. Renamed
 * first, so that a step which is alive after all fails whole, and is tried again. */
static void remove_left(const struct cg_part *part, const char *name) {
    char path[CG_PART_PATH_BYTES];
    char gone[CG_PART_PATH_BYTES];
    const int fd =
        open(cg_part_path(part, path, "_attempt/%s", name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)cg_part_path(part, gone, "_attempt/" GONE "%s", name);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && rename(path, gone) == 0 &&
        cg_dir_remove(AT_FDCWD, gone)) {
        cg_log_note("%s, which a killed step had left, is removed", path);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* Those whose names begin so. */
static void sweep(const struct cg_part *part, const char *prefix) {
    char path[CG_PART_PATH_BYTES];
    DIR *dir = opendir(cg_part_path(part, path, "_attempt"));
    for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL; entry != NULL;
         entry = readdir(dir)) {
        if (strncmp(entry->d_name, GONE, sizeof GONE - 1) == 0) {
            (void)cg_dir_remove(dirfd(dir), entry->d_name);
        } else if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
            remove_left(part, entry->d_name);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

void cg_attempts_sweep(const struct cg_part *part) {
    sweep(part, "");
}

/* --- a new one --- */

static enum cg_status make_own(struct cg_attempt *attempt, struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    (void)cg_part_path(attempt->part, path, "_attempt/%s-%u-XXXXXX", attempt->step->name,
                       attempt->number);
    if (mkdtemp(path) == NULL) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                  "%s/_attempt: no folder can be made", attempt->part->run_dir);
    }
    memcpy(attempt->path, path, sizeof path);
    attempt->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return attempt->dir_fd >= 0
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be opened", path);
}

/* Before its lock was held it may have been taken for one that was left. */
static bool is_swept(const struct cg_attempt *attempt) {
    const bool is_taken = flock(attempt->dir_fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    return is_taken || access(attempt->path, F_OK) != 0;
}

enum cg_status cg_attempt_open(const struct cg_part *part, const struct cg_step *step,
                               uint32_t number, struct cg_attempt *out, struct cg_error *err) {
    *out = (struct cg_attempt){.part = part, .step = step, .number = number, .dir_fd = -1};
    if (make_folder(part, "_attempt", err) != CG_OK ||
        make_folder(part, step->name, err) != CG_OK) {
        return err->status;
    }
    char own[32];
    (void)snprintf(own, sizeof own, "%s-%u-", step->name, number);
    sweep(part, own);
    enum cg_status status = make_own(out, err);
    while (status == CG_OK && is_swept(out)) {
        (void)close(out->dir_fd);
        status = make_own(out, err);
    }
    return status == CG_OK ? fault_point(out->path, cg_fault("part.attempt"), err) : status;
}

static enum cg_status write_manifest(const struct cg_attempt *attempt,
                                     const struct cg_buffer *manifest, struct cg_error *err) {
    struct cg_sink *sink = NULL;
    if (cg_sink_create(attempt->dir_fd, attempt->step->manifest, (gid_t)-1, &sink, err) != CG_OK) {
        return err->status;
    }
    return cg_sink_end(sink, cg_sink_write(sink, manifest->data, manifest->len_bytes, err), err);
}

static enum cg_status sync_folder(const struct cg_part *part, const char *name,
                                  struct cg_error *err) {
    char path[CG_PART_PATH_BYTES];
    const int fd = open(cg_part_path(part, path, "%s", name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_IO, errno, "%s", path);
    }
    const enum cg_status status = cg_file_sync(fd, path, err);
    (void)close(fd);
    return status;
}

/* What was made does not depend on who makes it: two makings differ where an input has changed, or
 * the one is no making of this program's. Packed bytes may differ with the processor, so that what
 * both manifests say of the content counts. */
static enum cg_status compare(const struct cg_attempt *attempt, const struct cg_buffer *manifest,
                              struct cg_error *err) {
    struct cg_manifest first;
    struct cg_json_doc *second = NULL;
    enum cg_status status =
        cg_manifest_load(attempt->part, attempt->step, attempt->number, &first, err);
    if (status == CG_OK) {
        status = cg_json_load_own(attempt->step->manifest, manifest, NULL, &second, err);
    }
    if (status == CG_OK &&
        strcmp(cg_json_string(cg_json_member(cg_json_root(first.doc), "identity")),
               cg_json_string(cg_json_member(cg_json_root(second), "identity"))) != 0) {
        status = cg_error_set(err, CG_INTERNAL,
                              "%s was made already, and holds something else than this making of "
                              "it: has an input changed? Begin again with another --run",
                              first.path);
    }
    cg_json_free(second);
    cg_manifest_free(&first);
    return status;
}

static enum cg_status keep(struct cg_attempt *attempt, const struct cg_buffer *manifest,
                           struct cg_error *err) {
    char final[CG_PART_PATH_BYTES];
    if (write_manifest(attempt, manifest, err) != CG_OK ||
        cg_file_sync(attempt->dir_fd, attempt->path, err) != CG_OK ||
        fault_point(attempt->path, cg_fault("part.before_rename"), err) != CG_OK) {
        return err->status;
    }
    (void)cg_part_path(attempt->part, final, "%s/%u", attempt->step->name, attempt->number);
    if (rename(attempt->path, final) != 0) {
        return errno == EEXIST || errno == ENOTEMPTY
                   ? compare(attempt, manifest, err)
                   : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot be made", final);
    }
    attempt->path[0] = '\0';
    if (fault_point(final, cg_fault("part.after_rename"), err) != CG_OK) {
        return err->status;
    }
    return sync_folder(attempt->part, attempt->step->name, err);
}

enum cg_status cg_attempt_keep(struct cg_attempt *attempt, struct cg_page *manifest,
                               struct cg_error *err) {
    enum cg_status status = cg_page_close(manifest, CG_OK, err);
    if (status == CG_OK) {
        status = keep(attempt, &manifest->text, err);
    }
    cg_page_fini(manifest);
    return status;
}

void cg_attempt_close(struct cg_attempt *attempt) {
    if (attempt->dir_fd >= 0) {
        (void)close(attempt->dir_fd);
        attempt->dir_fd = -1;
    }
    if (attempt->path[0] != '\0') {
        (void)cg_dir_remove(AT_FDCWD, attempt->path);
        attempt->path[0] = '\0';
    }
}

/* --- manifests --- */

enum cg_status cg_step_damaged(const struct cg_part *part, const struct cg_step *step,
                               uint32_t number, const char *what, struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s/%s/%u is not as it was made: %s; remove that folder and make it again "
                        "with `claimgate part %s --run %s --%s %u`",
                        part->run_dir, step->name, number, what, step->name, part->run_dir,
                        step->unit, number);
}

enum cg_status cg_step_blame(const struct cg_part *part, const struct cg_step *step,
                             uint32_t number, struct cg_error *err) {
    const struct cg_error why = *err;
    if (why.status != CG_BAD_DATA && why.status != CG_NO_INPUT) {
        return why.status;
    }
    *err = (struct cg_error)CG_ERROR_INIT;
    return cg_step_damaged(part, step, number, why.text, err);
}

static enum cg_status read_manifest(const struct cg_part *part, const struct cg_step *step,
                                    uint32_t number, struct cg_manifest *out,
                                    struct cg_error *err) {
    const enum cg_status found = cg_file_read(out->path, &out->text, err);
    if (found == CG_NO_INPUT) {
        *err = (struct cg_error)CG_ERROR_INIT;
        return cg_error_set(err, CG_NO_INPUT,
                            "%s is not there: run `claimgate part %s --run %s --%s %u` first",
                            out->path, step->name, part->run_dir, step->unit, number);
    }
    if (found != CG_OK) {
        return found;
    }
    return cg_json_load_own(out->path, &out->text, step->schema, &out->doc, err) == CG_OK
               ? CG_OK
               : cg_step_blame(part, step, number, err);
}

enum cg_status cg_manifest_load(const struct cg_part *part, const struct cg_step *step,
                                uint32_t number, struct cg_manifest *out, struct cg_error *err) {
    enum { LIMIT_BYTES = 64 << 20 };
    out->doc = NULL;
    cg_buffer_init(&out->text, LIMIT_BYTES);
    (void)cg_part_path(part, out->path, "%s/%u/%s", step->name, number, step->manifest);
    if (read_manifest(part, step, number, out, err) != CG_OK) {
        return err->status;
    }
    const int64_t told = cg_json_integer(cg_json_member(cg_json_root(out->doc), step->unit));
    return told == (int64_t)number
               ? CG_OK
               : cg_step_damaged(part, step, number, "it is that of another number", err);
}

void cg_manifest_free(struct cg_manifest *manifest) {
    cg_json_free(manifest->doc);
    cg_buffer_fini(&manifest->text);
    manifest->doc = NULL;
}
