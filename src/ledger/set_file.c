/*
 * The small files of a set. Each appears whole: written under a name of its own, synced, then
 * linked or renamed to its place; link(2) is exclusive on NFS too.
 */
#include "set.h"

#include "claimgate/base/fault.h"
#include "claimgate/io/files.h"
#include "claimgate/io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { ID_BYTES = 16 };

enum cg_status cg_set_new_id(char out[CG_SET_ID_BYTES], struct cg_error *err) {
    uint8_t bytes[ID_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        return cg_error_set_errno(err, CG_INTERNAL, errno, "no random bytes for an id");
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
    return CG_OK;
}

static enum cg_status fill(const struct cg_ledger_set *set, const char *temporary,
                           const struct cg_buffer *text, struct cg_error *err) {
    const int fd =
        openat(set->dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s/%s: cannot make the file",
                                  set->path, temporary);
    }
    enum cg_status status = cg_file_write_all(fd, set->path, text->data, text->len_bytes, err);
    if (status == CG_OK) {
        status = cg_file_sync(fd, set->path, err);
    }
    (void)close(fd);
    return status;
}

static enum cg_status put_in_place(const struct cg_ledger_set *set, const char *temporary,
                                   const char *name, bool exclusive, struct cg_error *err) {
    const int fault = cg_fault("set.put_in_place");
    const bool done =
        fault == 0 && (exclusive ? linkat(set->dir_fd, temporary, set->dir_fd, name, 0) == 0
                                 : renameat(set->dir_fd, temporary, set->dir_fd, name) == 0);
    if (!done) {
        const int reason = fault != 0 ? fault : errno;
        return cg_error_set_errno(err, exclusive && reason == EEXIST ? CG_BUSY : CG_CANNOT_CREATE,
                                  reason, "%s/%s: cannot put the file in place", set->path, name);
    }
    return cg_set_sync(set, err);
}

enum cg_status cg_set_write(const struct cg_ledger_set *set, const char *name,
                            const struct cg_buffer *text, bool exclusive, struct cg_error *err) {
    char id[CG_SET_ID_BYTES];
    char temporary[CG_SET_ID_BYTES + 8];
    if (cg_set_new_id(id, err) != CG_OK) {
        return err->status;
    }
    snprintf(temporary, sizeof temporary, ".new-%s", id);
    enum cg_status status = fill(set, temporary, text, err);
    if (status == CG_OK) {
        status = put_in_place(set, temporary, name, exclusive, err);
    }
    (void)unlinkat(set->dir_fd, temporary, 0); /* a name that was renamed is gone already */
    return status;
}

enum cg_status cg_set_read(const struct cg_ledger_set *set, const char *name, struct cg_buffer *out,
                           bool *is_there, struct cg_error *err) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", set->path, name) >= (int)sizeof path) {
        return cg_error_set(err, CG_USAGE, "%s: the name is too long", set->path);
    }
    enum cg_status status = cg_file_look(path, is_there, err);
    return status == CG_OK && *is_there ? cg_file_read(path, out, err) : status;
}

enum cg_status cg_set_sync(const struct cg_ledger_set *set, struct cg_error *err) {
    return cg_file_sync(set->dir_fd, set->path, err);
}

enum cg_status cg_set_write_description(const struct cg_ledger_set *set, struct cg_error *err) {
    struct cg_buffer text;
    struct cg_json_writer json;
    cg_buffer_init(&text, CG_SET_FILE_BYTES);
    cg_json_begin(&json, &text, false);
    cg_json_open_object(&json, NULL);
    cg_json_put_string(&json, "set", set->id);
    cg_json_put_integer(&json, "parts", set->parts);
    cg_json_put_string(&json, "hash", "xxh3-64");
    cg_json_put_string(&json, "policy", set->policy_id);
    cg_json_close_object(&json);
    const enum cg_status status = cg_json_end(&json)
                                      ? cg_set_write(set, "set.json", &text, true, err)
                                      : cg_error_no_memory(err);
    cg_buffer_fini(&text);
    return status;
}

static enum cg_status take_description(struct cg_ledger_set *set, const struct cg_buffer *text,
                                       struct cg_error *err) {
    char path[PATH_MAX];
    struct cg_json_doc *doc;
    snprintf(path, sizeof path, "%s/set.json", set->path);
    if (cg_json_load_own(path, text, "ledger_set.schema.json", &doc, err) != CG_OK) {
        return cg_error_wrap(err,
                             "%s: the description of the ledger set is damaged; put it back from a "
                             "snapshot",
                             set->path);
    }
    const struct cg_json *root = cg_json_root(doc);
    set->parts = (uint32_t)cg_json_integer(cg_json_member(root, "parts"));
    snprintf(set->id, sizeof set->id, "%s", cg_json_string(cg_json_member(root, "set")));
    snprintf(set->policy_id, sizeof set->policy_id, "%s",
             cg_json_string(cg_json_member(root, "policy")));
    cg_json_free(doc);
    return CG_OK;
}

enum cg_status cg_set_load(struct cg_ledger_set *set, struct cg_error *err) {
    struct cg_buffer text;
    bool is_there = false;
    cg_buffer_init(&text, CG_SET_FILE_BYTES);
    enum cg_status status = cg_set_read(set, "set.json", &text, &is_there, err);
    if (status == CG_OK && !is_there) {
        status = cg_error_set(err, CG_NO_INPUT,
                              "%s: is no ledger set, for it holds no set.json; `claimgate ledger "
                              "create` makes one",
                              set->path);
    }
    if (status == CG_OK) {
        status = take_description(set, &text, err);
    }
    cg_buffer_fini(&text);
    return status;
}

enum cg_status cg_set_check_policy(const struct cg_ledger_set *set, const char *policy_id,
                                   struct cg_error *err) {
    return strcmp(policy_id, set->policy_id) == 0
               ? CG_OK
               : cg_error_set(err, CG_BAD_CONFIG,
                              "%s: this ledger set belongs to policy \"%s\"; give --policy %s, or "
                              "another set for \"%s\"",
                              set->path, set->policy_id, set->policy_id, policy_id);
}

enum cg_status cg_set_lock(struct cg_ledger_set *set, int64_t wait_seconds, struct cg_error *err) {
    int64_t left_ms = wait_seconds * 1000;
    char owner[CG_OWNER_BYTES];
    set->lock_fd = openat(set->dir_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (set->lock_fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make its lock file",
                                  set->path);
    }
    const enum cg_status status = cg_ledger_wait_for_lock(set->lock_fd, set->path, &left_ms, err);
    if (status != CG_OK) {
        cg_set_unlock(set);
    }
    return status != CG_BUSY
               ? status
               : cg_error_set(err, CG_BUSY,
                              "%s: another command is changing this ledger set (its lock file is "
                              "of %s); try again later, or let this one wait with --lock-wait "
                              "SECONDS",
                              set->path, cg_owner_of(set->dir_fd, "lock", owner));
}

void cg_set_unlock(struct cg_ledger_set *set) {
    if (set->lock_fd >= 0) {
        (void)close(set->lock_fd);
        set->lock_fd = -1;
    }
}
