/*
 * A ledger copied into one file: made under a temporary name beside its place, then given its own
 * name, which replaces an earlier copy only where that is asked for. What an export that was killed
 * has left there goes with the next one of that name, for claims stand in it.
 */
#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/owner.h"
#include "claimgate/io/place.h"
#include "claimgate/ledger/ledger_query.h"
#include "joined.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum cg_status copy_failed(sqlite3 *copy, const char *path, struct cg_error *err) {
    const bool no_memory = copy == NULL || sqlite3_errcode(copy) == SQLITE_NOMEM;
    return cg_error_set(err, no_memory ? CG_INTERNAL : CG_IO, "%s: %s", path,
                        no_memory ? "out of memory" : sqlite3_errmsg(copy));
}

/* Make the copy, then turn it into a file that needs no side files and can be read by an account
 * that may not write. A copy that is cut off is thrown away, so that it needs no journal. */
static enum cg_status fill_copy(struct cg_ledger *ledger, sqlite3 *copy, const char *path,
                                struct cg_error *err) {
    sqlite3_backup *backup = NULL;
    if (sqlite3_exec(copy, "PRAGMA journal_mode = OFF", NULL, NULL, NULL) == SQLITE_OK) {
        backup = sqlite3_backup_init(copy, "main", ledger->db, "main");
    }
    const bool is_whole = backup != NULL && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    if (sqlite3_backup_finish(backup) != SQLITE_OK || !is_whole ||
        sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK) {
        return copy_failed(copy, path, err);
    }
    return CG_OK;
}

static enum cg_status copy_into(struct cg_ledger *ledger, const char *path, struct cg_error *err) {
    sqlite3 *copy = NULL;
    const int code =
        sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    const enum cg_status status =
        code == SQLITE_OK ? fill_copy(ledger, copy, path, err) : copy_failed(copy, path, err);
    (void)sqlite3_close_v2(copy);
    return status;
}

static enum cg_status sync_file(int fd, const char *path, struct cg_error *err) {
    const int fault = cg_fault("ledger.snapshot");
    if (fault != 0 || fsync(fd) != 0) {
        return cg_error_set_errno(err, CG_IO, fault != 0 ? fault : errno, "%s: cannot sync", path);
    }
    return CG_OK;
}

static void remove_copy(const struct cg_place *place, const char *name, const char *path) {
    if (unlinkat(place->dir_fd, name, 0) != 0 && errno != ENOENT) {
        cg_log_warning("%s: cannot be removed, and a part of the ledger stands in it; remove it by "
                       "hand",
                       path);
    }
}

/* SQLite says nothing of files beside the copy that it could not remove. */
static void remove_side_files(const struct cg_place *place, const char *name) {
    static const char *const ends[] = {"-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char side[CG_PLACE_NAME_BYTES + sizeof "-journal"];
        (void)snprintf(side, sizeof side, "%s%s", name, ends[i]);
        remove_copy(place, side, side);
    }
}

static bool has_lock_beside(const struct cg_place *place) {
    char lock[CG_PLACE_NAME_BYTES + sizeof "-lock"];
    (void)snprintf(lock, sizeof lock, "%s-lock", place->name);
    return faccessat(place->dir_fd, lock, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What a copy may replace: a copy. A ledger that was ever written to has its lock beside it. */
static enum cg_status check_replaced(const struct cg_place *place, struct cg_error *err) {
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic] = "";
    const int fd = openat(place->dir_fd, place->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT
                   ? CG_OK
                   : cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                        "%s: cannot look at what is to be replaced", place->path);
    }
    const bool is_database = read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                             memcmp(head, magic, sizeof head) == 0;
    (void)close(fd);
    if (!is_database || has_lock_beside(place)) {
        return cg_error_set(err, CG_CANNOT_CREATE,
                            "%s: is %s, and is not replaced; name another file", place->path,
                            is_database ? "a ledger that runs write to" : "no copy of a ledger");
    }
    return CG_OK;
}

static enum cg_status let_group_read(int fd, gid_t group, const char *path, struct cg_error *err) {
    return group == (gid_t)-1 || (fchown(fd, (uid_t)-1, group) == 0 && fchmod(fd, 0640) == 0)
               ? CG_OK
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno,
                                    "%s: cannot be given to the group", path);
}

/* In place of another file only where that was asked for. A copy that a power cut may take away is
 * no copy; one that took another's place is all there is, and stays. */
static enum cg_status put_in_place(const struct cg_place *place, const char *name, bool overwrite,
                                   struct cg_error *err) {
    if (renameat2(place->dir_fd, name, place->dir_fd, place->name,
                  overwrite ? 0 : RENAME_NOREPLACE) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the copy",
                                  place->path);
    }
    const enum cg_status status = cg_place_sync(place, err);
    if (status != CG_OK && !overwrite) {
        remove_copy(place, place->name, place->path);
    }
    return status;
}

/* The copy under a name of its own beside its place, then in its place. */
static enum cg_status make_copy(struct cg_ledger *ledger, const struct cg_ledger_copy *copy,
                                const struct cg_place *place, const char *name,
                                struct cg_error *err) {
    char path[PATH_MAX];
    const size_t dir_bytes = strlen(place->path) - strlen(place->name);
    if (snprintf(path, sizeof path, "%.*s%s", (int)dir_bytes, place->path, name) >=
        (int)sizeof path) {
        return cg_error_set(err, CG_USAGE, "%s: the name is too long", place->path);
    }
    const int fd = openat(place->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the copy",
                                  place->path);
    }
    enum cg_status status = copy_into(ledger, path, err);
    remove_side_files(place, name);
    if (status == CG_OK) {
        status = let_group_read(fd, copy->group, path, err);
    }
    if (status == CG_OK) {
        status = sync_file(fd, path, err);
    }
    if (status == CG_OK) {
        status = put_in_place(place, name, copy->overwrite, err);
    }
    (void)close(fd);
    if (status != CG_OK) {
        remove_copy(place, name, path);
    }
    return status;
}

enum cg_status cg_ledger_snapshot(struct cg_ledger *ledger, const struct cg_ledger_copy *copy,
                                  struct cg_error *err) {
    if (ledger->joined != NULL) {
        return copy->overwrite || copy->group != (gid_t)-1
                   ? cg_error_set(err, CG_USAGE,
                                  "%s: a copy of a ledger set is a new folder, and takes neither "
                                  "--group nor --overwrite",
                                  copy->path)
                   : cg_joined_snapshot(ledger, copy->path, err);
    }
    struct cg_place place;
    char name[CG_PLACE_NAME_BYTES];
    if (cg_place_find(copy->path, &place, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_place_lock(&place, err);
    if (status == CG_OK) {
        cg_owner_warn_of_folder(place.dir_fd, copy->path);
        cg_place_remove_stale(&place);
        status = cg_place_new_name(&place, name, err);
    }
    if (status == CG_OK && copy->overwrite) {
        status = check_replaced(&place, err);
    }
    if (status == CG_OK) {
        status = make_copy(ledger, copy, &place, name, err);
    }
    cg_place_fini(&place);
    return status;
}
