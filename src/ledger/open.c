/*
 * One writer, many readers.
 *
 * The writer holds flock on "<ledger>-lock" from before it looks at the ledger until after it has
 * published; SQLite's own lock covers only the transaction in between. The lock file stays, empty:
 * removing it would let two runs lock two files of one name. It is never the ledger itself, for
 * closing any descriptor of that file would drop SQLite's own locks on it. Where a file turns out
 * to be no ledger, it has been named by mistake: nothing of it is changed, and a lock file made for
 * it goes again, for whoever waits for that lock will be refused as well.
 *
 * SQLite's settings are those of "Defense Against The Dark Arts" in its manual: the file may have
 * been changed by others.
 */
#include "file_system.h"
#include "private.h"

#include "claimgate/base/fault.h"
#include "claimgate/base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT_STEP_MS = 100,
    CACHE_KIB = 16384,
    BUSY_WAIT_MS = 5000,
    LOCK_NAME_BYTES = PATH_MAX + 8,
};

static enum cg_status wait_for_lock(struct cg_ledger *ledger, int seconds, struct cg_error *err) {
    for (int64_t left_ms = (int64_t)seconds * 1000;; left_ms -= WAIT_STEP_MS) {
        if (flock(ledger->lock_fd, LOCK_EX | LOCK_NB) == 0) {
            return CG_OK;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return cg_error_set_errno(err, CG_IO, errno, "%s: cannot lock", ledger->path);
        }
        if (cg_stop_requested()) {
            return cg_error_set(err, CG_INTERRUPTED, "interrupted while waiting for %s",
                                ledger->path);
        }
        if (left_ms <= 0) {
            return cg_error_set(err, CG_BUSY,
                                "%s: another run is writing to this ledger; try again later, or "
                                "let this one wait with --lock-wait SECONDS",
                                ledger->path);
        }
        const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
        (void)nanosleep(&step, NULL);
    }
}

static void lock_name(const struct cg_ledger *ledger, char out[LOCK_NAME_BYTES]) {
    snprintf(out, LOCK_NAME_BYTES, "%s-lock", ledger->path);
}

static enum cg_status take_lock(struct cg_ledger *ledger, int seconds, struct cg_error *err) {
    char name[LOCK_NAME_BYTES];
    lock_name(ledger, name);
    ledger->lock_fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    ledger->made_lock = ledger->lock_fd >= 0;
    if (ledger->lock_fd < 0 && errno == EEXIST) {
        ledger->lock_fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    if (ledger->lock_fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, errno, "%s: cannot make the lock file",
                                  name);
    }
    const int fault = cg_fault("ledger.lock");
    if (fault != 0) {
        return cg_error_set_errno(err, CG_IO, fault, "%s: cannot lock", ledger->path);
    }
    return wait_for_lock(ledger, seconds, err);
}

static enum cg_status refuse_what_is_no_file(const char *path, struct cg_error *err) {
    struct stat facts;
    return stat(path, &facts) != 0 || S_ISREG(facts.st_mode)
               ? CG_OK
               : cg_error_set(err, CG_BAD_DATA, "%s: %s; name another ledger", path,
                              S_ISDIR(facts.st_mode) ? "a folder, and a ledger is one file"
                                                     : "not a file");
}

/* The real path, so that a ledger has one lock by whatever name it is called. Its file may be
 * still to make; its folder may not. */
static enum cg_status find_path(struct cg_ledger *ledger, const char *path, struct cg_error *err) {
    char *real = realpath(path, NULL);
    if (real != NULL) {
        ledger->path = real;
        ledger->dir = strdup(real);
    } else {
        const char *slash = strrchr(path, '/');
        const char *name = slash == NULL ? path : slash + 1;
        char *folder = slash == NULL   ? strdup(".")
                       : slash == path ? strdup("/")
                                       : strndup(path, (size_t)(slash - path));
        ledger->dir = folder == NULL ? NULL : realpath(folder, NULL);
        const int reason = errno;
        free(folder);
        if (ledger->dir == NULL || *name == '\0') {
            return cg_error_set_errno(err, reason == ENOMEM ? CG_INTERNAL : CG_CANNOT_CREATE,
                                      reason, "%s: the ledger's folder cannot be used", path);
        }
        if (asprintf(&ledger->path, "%s/%s", strcmp(ledger->dir, "/") == 0 ? "" : ledger->dir,
                     name) < 0) {
            ledger->path = NULL;
        }
        return ledger->path != NULL ? CG_OK : cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    if (ledger->dir == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    char *last = strrchr(ledger->dir, '/');
    last[last == ledger->dir ? 1 : 0] = '\0';
    return refuse_what_is_no_file(path, err);
}

/* SQLite would make the file readable for all; its side files take the mode of the file. *mode: as
 * it was before. */
static enum cg_status make_private(const struct cg_ledger *ledger, mode_t *mode,
                                   struct cg_error *err) {
    const int fault = cg_fault("ledger.create");
    const int fd =
        fault != 0 ? -1 : open(ledger->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return cg_error_set_errno(err, CG_CANNOT_CREATE, fault != 0 ? fault : errno,
                                  "%s: cannot make the ledger", ledger->path);
    }
    struct stat facts = {0};
    enum cg_status status = CG_OK;
    if (fstat(fd, &facts) != 0) {
        status =
            cg_error_set_errno(err, CG_IO, errno, "%s: cannot look at the ledger", ledger->path);
    } else if (facts.st_uid != geteuid() && facts.st_uid != 0) {
        status = cg_error_set(err, CG_NO_PERMISSION,
                              "%s: belongs to another account, which could read every claim in it; "
                              "run as that account, or name another ledger",
                              ledger->path);
    } else if ((facts.st_mode & 077) != 0 && fchmod(fd, 0600) != 0) {
        status = cg_error_set_errno(err, CG_IO, errno,
                                    "%s: others can read the ledger and its mode cannot be changed",
                                    ledger->path);
    }
    *mode = facts.st_mode & 07777;
    (void)close(fd); /* before SQLite has any lock on it */
    return status;
}

/* The file is somebody else's. */
static void leave_alone(struct cg_ledger *ledger, mode_t mode) {
    char name[LOCK_NAME_BYTES];
    (void)chmod(ledger->path, mode);
    if (ledger->made_lock) {
        lock_name(ledger, name);
        (void)unlink(name);
    }
}

static void set_limits(sqlite3 *db) {
    static const struct {
        int id;
        int value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, 1 << 26}, /* lists of lines are the longest values */
        {SQLITE_LIMIT_SQL_LENGTH, 1 << 17}, {SQLITE_LIMIT_COLUMN, 100},
        {SQLITE_LIMIT_EXPR_DEPTH, 30},      {SQLITE_LIMIT_COMPOUND_SELECT, 3},
        {SQLITE_LIMIT_VDBE_OP, 25000},      {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 64}, {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        (void)sqlite3_limit(db, limits[i].id, limits[i].value);
    }
}

/* `flags`: SQLite's, for reading or for writing. */
static enum cg_status connect_to(struct cg_ledger *ledger, const char *name, int flags,
                                 struct cg_error *err) {
    /* Counting every allocation takes a lock for each; refused, and of no matter, once SQLite runs.
     */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    /* NOMUTEX: a ledger is used by one thread at a time, and a lock for each value costs more than
     * reading it. */
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(name, &ledger->db, flags, NULL);
    if (ledger->db == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s: out of memory", ledger->path);
    }
    if (code != SQLITE_OK) {
        return cg_ledger_sql_failed(ledger, "opening", err);
    }
    set_limits(ledger->db);
    (void)sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    (void)sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_busy_timeout(ledger->db, BUSY_WAIT_MS);
    char pragmas[320];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA page_size = 8192; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA "
             "temp_store = MEMORY; "
             "PRAGMA foreign_keys = ON; PRAGMA cache_size = -%d; PRAGMA synchronous = FULL;",
             (int)CACHE_KIB);
    return cg_ledger_exec(ledger, pragmas, "opening", err);
}

static struct cg_ledger *new_ledger(void) {
    struct cg_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger != NULL) {
        ledger->lock_fd = -1;
    }
    return ledger;
}

static enum cg_status connect_writer(struct cg_ledger *ledger, struct cg_error *err) {
    mode_t mode = 0600;
    enum cg_status status = make_private(ledger, &mode, err);
    if (status != CG_OK) {
        return status;
    }
    status = connect_to(ledger, ledger->path, SQLITE_OPEN_READWRITE, err);
    if (status == CG_OK) {
        status = cg_ledger_schema_is_ours(ledger, err);
    }
    if (status == CG_BAD_DATA) {
        leave_alone(ledger, mode);
    }
    if (status == CG_OK) {
        /* Readers see the last committed state while a run writes. */
        status = cg_ledger_exec(ledger, "PRAGMA journal_mode = WAL", "opening", err);
    }
    return status == CG_OK ? cg_ledger_schema_make(ledger, err) : status;
}

enum cg_status cg_ledger_open_raw(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                  struct cg_error *err) {
    struct cg_ledger *ledger = new_ledger();
    *out = ledger;
    if (ledger == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    ledger->policy = plan->policy;
    enum cg_status status = find_path(ledger, plan->path, err);
    if (status == CG_OK) {
        cg_ledger_warn_of_file_system(ledger->dir, ledger->path);
        status = take_lock(ledger, plan->lock_wait_seconds, err);
    }
    if (status == CG_OK) {
        status = connect_writer(ledger, err);
    }
    if (status != CG_OK) {
        cg_ledger_close(ledger);
        *out = NULL;
    }
    return status;
}

/* A ledger is one payer's book for one program. */
static enum cg_status check_policy(struct cg_ledger *ledger, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    enum cg_status status = cg_ledger_prepare(
        ledger, "SELECT policy_id FROM policy WHERE policy_id <> ?1 LIMIT 1", &statement, err);
    if (status != CG_OK) {
        return status;
    }
    const struct cg_cell id = cg_cell_string(cg_policy_id(ledger->policy));
    cg_ledger_bind(statement, 1, &id);
    bool row;
    status = cg_ledger_step(ledger, statement, &row, err);
    if (status == CG_OK && row) {
        status = cg_error_set(err, CG_BAD_CONFIG,
                              "%s: this ledger belongs to policy \"%s\"; give --policy %s, or "
                              "another ledger for \"%s\"",
                              ledger->path, (const char *)sqlite3_column_text(statement, 0),
                              (const char *)sqlite3_column_text(statement, 0),
                              cg_policy_id(ledger->policy));
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_open(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                              struct cg_error *err) {
    uint32_t recovered;
    enum cg_status status = cg_ledger_open_raw(plan, out, err);
    if (status == CG_OK && plan->policy != NULL) {
        status = check_policy(*out, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_finish_cut_off(*out, &(struct cg_ledger_recovery){0}, &recovered, err);
    }
    if (status != CG_OK) {
        cg_ledger_close(*out);
        *out = NULL;
    }
    return status;
}

static enum cg_status must_be_there(const char *path, struct cg_error *err) {
    if (access(path, F_OK) == 0) {
        return CG_OK;
    }
    if (errno != ENOENT && errno != ENOTDIR) {
        return cg_error_set_errno(err, CG_IO, errno, "%s: cannot look at the ledger", path);
    }
    return cg_error_set_errno(err, CG_NO_INPUT, errno,
                              "%s: there is no ledger; `claimgate validate --ledger` makes one",
                              path);
}

enum cg_status cg_ledger_open_existing(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                       struct cg_error *err) {
    const enum cg_status status = must_be_there(plan->path, err);
    return status == CG_OK ? cg_ledger_open(plan, out, err) : status;
}

/* `in_memory`: an empty ledger stands in for the file. */
static enum cg_status open_to_read(const char *path, bool in_memory, struct cg_ledger **out,
                                   struct cg_error *err) {
    *out = NULL;
    struct cg_ledger *ledger = new_ledger();
    if (ledger == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    enum cg_status status = find_path(ledger, path, err);
    if (status == CG_OK) {
        status = in_memory ? connect_to(ledger, ":memory:", SQLITE_OPEN_READWRITE, err)
                           : connect_to(ledger, ledger->path, SQLITE_OPEN_READONLY, err);
    }
    if (status == CG_OK) {
        status =
            in_memory ? cg_ledger_schema_make(ledger, err) : cg_ledger_schema_check(ledger, err);
    }
    if (status != CG_OK) {
        cg_ledger_close(ledger);
        return status;
    }
    *out = ledger;
    return CG_OK;
}

enum cg_status cg_ledger_open_empty(const char *path, struct cg_ledger **out,
                                    struct cg_error *err) {
    return open_to_read(path, true, out, err);
}

enum cg_status cg_ledger_open_reader(const char *path, struct cg_ledger **out,
                                     struct cg_error *err) {
    *out = NULL;
    const enum cg_status status = must_be_there(path, err);
    return status == CG_OK ? open_to_read(path, false, out, err) : status;
}

enum cg_status cg_ledger_open_dry(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                  bool *is_new, struct cg_error *err) {
    struct stat facts;
    *is_new = stat(plan->path, &facts) != 0 ? errno == ENOENT
                                            : S_ISREG(facts.st_mode) && facts.st_size == 0;
    enum cg_status status = open_to_read(plan->path, *is_new, out, err);
    if (status == CG_OK) {
        (*out)->policy = plan->policy;
        status = check_policy(*out, err);
    }
    if (status != CG_OK) {
        cg_ledger_close(*out);
        *out = NULL;
    }
    return status;
}

void cg_ledger_close(struct cg_ledger *ledger) {
    if (ledger == NULL) {
        return;
    }
    cg_ledger_drop_run(ledger);
    cg_recall_free(ledger->recall);
    cg_ledger_numbers_fini(&ledger->numbers);
    if (ledger->db != NULL) {
        cg_ledger_rollback(ledger);
        (void)sqlite3_finalize(ledger->find_member);
        (void)sqlite3_close_v2(ledger->db);
    }
    if (ledger->lock_fd >= 0) {
        (void)close(ledger->lock_fd);
    }
    free(ledger->path);
    free(ledger->dir);
    free(ledger);
}
