/*
 * A ledger's lock, and its file before SQLite opens it.
 *
 * The writer holds flock on "<ledger>-lock" from before it looks at the ledger until after it has
 * published; SQLite's own lock covers only the transaction in between. The lock file stays, empty.
 * It is never the ledger itself, for closing any descriptor of that file would drop SQLite's own
 * locks on it.
 *
 * Where the file turns out to be none of ours, or cannot be used, nothing of it is changed, and
 * what was made for it goes again. So whoever gets a lock looks whether the name still leads to it.
 */
#include "private.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/stop.h"
#include "claimgate/io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_STEP_MS = 100, LOCK_NAME_BYTES = PATH_MAX + 8, LOCK_TRIES = 100 };

static void lock_name(const struct cg_ledger *ledger, char out[LOCK_NAME_BYTES]) {
    snprintf(out, LOCK_NAME_BYTES, "%s-lock", ledger->path);
}

static enum cg_status refuse_busy(const struct cg_ledger *ledger, const char *lock,
                                  struct cg_error *err) {
    char holder[CG_HOLDER_BYTES];
    return cg_error_set(err, CG_BUSY,
                        "%s: another run is writing to this ledger (%s); try again later, or let "
                        "this one wait with --lock-wait SECONDS",
                        ledger->path, cg_owner_of_lock(AT_FDCWD, lock, holder));
}

enum cg_status cg_ledger_wait_for_lock(int fd, const char *path, int64_t *left_ms,
                                       struct cg_error *err) {
    for (;; *left_ms -= WAIT_STEP_MS) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return CG_OK;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return cg_error_set_errno(err, CG_IO, errno, "%s: cannot lock", path);
        }
        if (cg_stop_requested()) {
            return cg_error_set(err, CG_INTERRUPTED, "interrupted while waiting for %s", path);
        }
        if (*left_ms <= 0) {
            return CG_BUSY;
        }
        const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
        (void)nanosleep(&step, NULL);
    }
}

static enum cg_status open_lock(struct cg_ledger *ledger, const char *lock,
                                struct cg_ledger_file *file, struct cg_error *err) {
    ledger->lock_fd = open(lock, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    file->made_lock = ledger->lock_fd >= 0;
    if (ledger->lock_fd < 0 && errno == EEXIST) {
        ledger->lock_fd = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    if (ledger->lock_fd >= 0) {
        return CG_OK;
    }
    char owner[CG_OWNER_BYTES];
    return errno == ELOOP || errno == EISDIR
               ? cg_error_set(err, CG_CANNOT_CREATE,
                              "%s: is no file, and stands where the ledger's lock belongs; %s has "
                              "made it: remove it",
                              lock, cg_owner_of(AT_FDCWD, lock, owner))
               : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the lock file",
                                    lock);
}

static bool still_leads_to(const char *lock, int fd) {
    struct stat locked;
    struct stat named;
    return fstat(fd, &locked) == 0 && lstat(lock, &named) == 0 && locked.st_dev == named.st_dev &&
           locked.st_ino == named.st_ino;
}

enum cg_status cg_ledger_file_lock(struct cg_ledger *ledger, int64_t seconds,
                                   struct cg_ledger_file *file, struct cg_error *err) {
    char lock[LOCK_NAME_BYTES];
    int64_t left_ms = seconds * 1000;
    lock_name(ledger, lock);
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        if (open_lock(ledger, lock, file, err) != CG_OK) {
            return err->status;
        }
        const int fault = cg_fault("ledger.lock");
        if (fault != 0) {
            return cg_error_set_errno(err, CG_IO, fault, "%s: cannot lock", ledger->path);
        }
        const enum cg_status status =
            cg_ledger_wait_for_lock(ledger->lock_fd, ledger->path, &left_ms, err);
        if (status != CG_OK) {
            return status == CG_BUSY ? refuse_busy(ledger, lock, err) : status;
        }
        if (still_leads_to(lock, ledger->lock_fd)) {
            return CG_OK;
        }
        (void)close(ledger->lock_fd); /* whoever held it has just taken it away */
        ledger->lock_fd = -1;
    }
    return refuse_busy(ledger, lock, err);
}

/* Who owns the file can read it whatever its mode is. */
static enum cg_status refuse_owner(const struct cg_ledger *ledger, struct cg_error *err) {
    char owner[CG_OWNER_BYTES];
    return cg_error_set(err, CG_NO_PERMISSION,
                        "%s: belongs to another account (%s), who could read every claim in it; "
                        "run as that account, "
                        "or make the file your own (chown) if it is yours",
                        ledger->path, cg_owner_of(AT_FDCWD, ledger->path, owner));
}

static enum cg_status look_at(const struct cg_ledger *ledger, int fd, struct cg_ledger_file *file,
                              struct cg_error *err) {
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        return cg_error_set_errno(err, CG_IO, errno, "%s: cannot look at the ledger", ledger->path);
    }
    if (!cg_owner_is_ours(&facts)) {
        return refuse_owner(ledger, err);
    }
    file->mode = facts.st_mode & 07777;
    file->has_mode = true;
    if ((facts.st_mode & 077) != 0 && fchmod(fd, 0600) != 0) {
        return cg_error_set_errno(err, CG_IO, errno,
                                  "%s: others can read the ledger and its mode cannot be changed",
                                  ledger->path);
    }
    return CG_OK;
}

/* The lock is held, so that nobody else makes it meanwhile. */
static enum cg_status open_or_make(const struct cg_ledger *ledger, struct cg_ledger_file *file,
                                   int *fd, struct cg_error *err) {
    *fd = open(ledger->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0 && errno != ENOENT) {
        return cg_error_set_errno(err, errno == ELOOP ? CG_CANNOT_CREATE : CG_IO, errno,
                                  "%s: cannot open the ledger", ledger->path);
    }
    if (*fd < 0) {
        *fd = open(ledger->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        file->made_ledger = *fd >= 0;
    }
    return *fd >= 0 ? CG_OK
                    : cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the ledger",
                                         ledger->path);
}

enum cg_status cg_ledger_file_make(const struct cg_ledger *ledger, struct cg_ledger_file *file,
                                   struct cg_error *err) {
    const int fault = cg_fault("ledger.create");
    int fd;
    if (fault != 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, fault, "%s: cannot make the ledger",
                                  ledger->path);
    }
    if (open_or_make(ledger, file, &fd, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = look_at(ledger, fd, file, err);
    (void)close(fd); /* before SQLite has any lock on it */
    return status;
}

void cg_ledger_file_leave(const struct cg_ledger *ledger, const struct cg_ledger_file *file) {
    char lock[LOCK_NAME_BYTES];
    if (file->made_ledger) {
        (void)unlink(ledger->path);
    } else if (file->has_mode) {
        (void)chmod(ledger->path, file->mode);
    }
    if (file->made_lock) {
        lock_name(ledger, lock);
        (void)unlink(lock);
    }
}
