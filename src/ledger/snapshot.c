/*
 * A ledger copied into one file: made under a temporary name beside it, locked as long as it is
 * being made, linked to its own name when it is whole. What an export that was killed has left
 * there is removed by the next one of that name, for claims stand in it.
 */
#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "claimgate/io/files.h"
#include "claimgate/ledger/ledger_query.h"
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".claimgate-"
enum { TOKEN_CHARS = 6 }; /* of mkostemp */

/* Make the copy, then turn it into a file that needs no side files and can be read by an account
 * that may not write. */
static enum cg_status copy_into(struct cg_ledger *ledger, const char *path, struct cg_error *err) {
    sqlite3 *copy = NULL;
    enum cg_status status = CG_OK;
    if (sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        status = cg_error_set(err, CG_CANNOT_CREATE, "%s: %s", path,
                              copy == NULL ? "out of memory" : sqlite3_errmsg(copy));
    }
    sqlite3_backup *backup =
        status == CG_OK ? sqlite3_backup_init(copy, "main", ledger->db, "main") : NULL;
    if (status == CG_OK && (backup == NULL || sqlite3_backup_step(backup, -1) != SQLITE_DONE)) {
        status = CG_IO;
    }
    if (sqlite3_backup_finish(backup) != SQLITE_OK && status == CG_OK) {
        status = CG_IO;
    }
    if (status == CG_OK &&
        sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK) {
        status = CG_IO;
    }
    if (status == CG_IO) {
        (void)cg_error_set(err, CG_IO, "%s: %s", path, sqlite3_errmsg(copy));
    }
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

/* Nobody makes the copy any more: its name is gone, or its lock is free. */
static bool is_left(int dir_fd, const char *name) {
    struct stat facts;
    const int fd = openat(dir_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT;
    }
    const bool is_ours = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
                         facts.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0;
    (void)close(fd);
    return is_ours;
}

/* "NAME.claimgate-XXXXXX", or that with the end of one of SQLite's side files, which is cut off. */
static bool is_temporary(const char *entry, const char *name, char copy[NAME_MAX + 1]) {
    static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
    const size_t before = strlen(name) + strlen(MARK);
    if (strlen(entry) < before + TOKEN_CHARS || strncmp(entry, name, strlen(name)) != 0 ||
        strncmp(entry + strlen(name), MARK, strlen(MARK)) != 0) {
        return false;
    }
    snprintf(copy, NAME_MAX + 1, "%.*s", (int)(before + TOKEN_CHARS), entry);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(entry + before + TOKEN_CHARS, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void remove_left(int dir_fd, const char *name) {
    char copy[NAME_MAX + 1];
    const int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (is_temporary(entry->d_name, name, copy) && is_left(dir_fd, copy) &&
            unlinkat(dir_fd, entry->d_name, 0) != 0 && errno != ENOENT) {
            cg_log_warning("cannot remove %s, which an earlier export has left; claims stand in "
                           "it, remove it by hand",
                           entry->d_name);
        }
    }
    (void)closedir(dir);
}

/* Link, unlike rename, never replaces a file. */
static enum cg_status put_in_place(const char *staged, const char *path, int dir_fd,
                                   struct cg_error *err) {
    if (link(staged, path) != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the copy", path);
    }
    const enum cg_status status = cg_file_sync(dir_fd, path, err);
    if (status != CG_OK) {
        (void)unlink(path);
    }
    return status;
}

static enum cg_status make(struct cg_ledger *ledger, const char *path, int dir_fd,
                           struct cg_error *err) {
    char staged[PATH_MAX];
    if (snprintf(staged, sizeof staged, "%s" MARK "XXXXXX", path) >= (int)sizeof staged) {
        return cg_error_set(err, CG_USAGE, "%s: the name is too long", path);
    }
    const int fd = mkostemp(staged, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the copy", path);
    }
    (void)flock(fd, LOCK_EX | LOCK_NB); /* where files cannot be locked, nobody clears up either */
    enum cg_status status = copy_into(ledger, staged, err);
    if (status == CG_OK) {
        status = sync_file(fd, staged, err);
    }
    if (status == CG_OK) {
        status = put_in_place(staged, path, dir_fd, err);
    }
    if (unlink(staged) != 0) {
        cg_log_warning("cannot remove %s (%s); claims stand in it, remove it by hand", staged,
                       strerror(errno));
    }
    (void)close(fd);
    return status;
}

enum cg_status cg_ledger_snapshot(struct cg_ledger *ledger, const char *path,
                                  struct cg_error *err) {
    const char *slash = strrchr(path, '/');
    char dir[PATH_MAX] = ".";
    if (slash != NULL &&
        snprintf(dir, sizeof dir, "%.*s", (int)(slash + 1 - path), path) >= (int)sizeof dir) {
        return cg_error_set(err, CG_USAGE, "%s: the name is too long", path);
    }
    const int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot open its folder", path);
    }
    remove_left(dir_fd, slash == NULL ? path : slash + 1);
    const enum cg_status status = make(ledger, path, dir_fd, err);
    (void)close(dir_fd);
    return status;
}
