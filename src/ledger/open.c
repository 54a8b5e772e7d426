/*
 * Opening a ledger, to write or to read. Its lock and its file are in file.c.
 *
 * SQLite's settings are those of "Defense Against The Dark Arts" in its manual: the file may have
 * been changed by others.
 */
#include "file_system.h"
#include "joined.h"

#include "claimgate/base/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CACHE_KIB = 16384,
    BUSY_WAIT_MS = 5000,
};

static enum cg_status refuse_folder(const char *path, struct cg_error *err) {
    errno = EIO; /* where set.json can be looked at now, it could not before */
    return cg_ledger_set_is(path) || errno != ENOENT
               ? cg_error_set_errno(err, CG_IO, errno, "%s: set.json cannot be looked at", path)
               : cg_error_set(err, CG_BAD_DATA,
                              "%s: a folder without set.json, and a ledger is one file or the "
                              "folder of a set; name another ledger",
                              path);
}

static enum cg_status refuse_what_is_no_file(const char *path, struct cg_error *err) {
    struct stat facts;
    if (stat(path, &facts) != 0 || S_ISREG(facts.st_mode)) {
        return CG_OK;
    }
    return S_ISDIR(facts.st_mode)
               ? refuse_folder(path, err)
               : cg_error_set(err, CG_BAD_DATA, "%s: not a file; name another ledger", path);
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
        return ledger->path != NULL ? CG_OK : cg_error_no_memory(err);
    }
    if (ledger->dir == NULL) {
        return cg_error_no_memory(err);
    }
    char *last = strrchr(ledger->dir, '/');
    last[last == ledger->dir ? 1 : 0] = '\0';
    return refuse_what_is_no_file(path, err);
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
     * SQLite's limit on its heap needs the count and is not set: cached pages and the length of a
     * value are limited, and what a question sorts is no more than this ledger holds. Memory that
     * the system refuses (ulimit -v, a container's limit) ends with 70. */
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

struct cg_ledger *cg_ledger_new(void) {
    struct cg_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger != NULL) {
        ledger->pack_bytes = CG_LEDGER_PACK_BYTES;
        ledger->lock_fd = -1;
    }
    return ledger;
}

/* SQLite removes its files beside the ledger here. */
static void disconnect(struct cg_ledger *ledger) {
    if (ledger->db != NULL) {
        cg_ledger_rollback(ledger);
        (void)sqlite3_finalize(ledger->find_member_id);
        for (int i = 0; i < CG_LOOK_UPS; i++) {
            (void)sqlite3_finalize(ledger->look_ups[i]);
        }
        (void)sqlite3_close_v2(ledger->db);
        ledger->db = NULL;
    }
}

static enum cg_status connect_writer(struct cg_ledger *ledger, struct cg_error *err) {
    enum cg_status status = connect_to(ledger, ledger->path, SQLITE_OPEN_READWRITE, err);
    if (status == CG_OK) {
        status = cg_ledger_schema_is_ours(ledger, err);
    }
    if (status == CG_OK) {
        /* Readers see the last committed state while a run writes. */
        status = cg_ledger_exec(ledger, "PRAGMA journal_mode = WAL", "opening", err);
    }
    if (status == CG_OK) {
        status = cg_ledger_schema_make(ledger, err);
    }
    return status == CG_OK ? cg_set_read_mark(ledger, err) : status;
}

static enum cg_status open_writer(const struct cg_ledger_plan *plan, bool is_part,
                                  struct cg_ledger **out, struct cg_error *err) {
    struct cg_ledger *ledger = cg_ledger_new();
    *out = ledger;
    if (ledger == NULL) {
        return cg_error_no_memory(err);
    }
    ledger->policy = plan->policy;
    ledger->check_whole = plan->check_whole;
    struct cg_ledger_file file = {0};
    enum cg_status status = find_path(ledger, plan->path, err);
    if (status == CG_OK) {
        if (!is_part) {
            cg_ledger_warn_of_file_system(ledger->dir, ledger->path);
        }
        status = cg_ledger_file_lock(ledger, plan->lock_wait_seconds, &file, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_file_make(ledger, &file, err);
    }
    if (status == CG_OK) {
        status = connect_writer(ledger, err);
    }
    if (status != CG_OK) {
        disconnect(ledger);
        file.has_mode = file.has_mode && status == CG_BAD_DATA; /* it is no ledger */
        cg_ledger_file_leave(ledger, &file);
        cg_ledger_close(ledger);
        *out = NULL;
    }
    return status;
}

enum cg_status cg_ledger_open_raw(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                  struct cg_error *err) {
    return open_writer(plan, false, out, err);
}

enum cg_status cg_ledger_open_part(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                   struct cg_error *err) {
    return open_writer(plan, true, out, err);
}

enum cg_status cg_ledger_refuse_part(const struct cg_ledger *ledger, struct cg_error *err) {
    return !ledger->mark.is_part
               ? CG_OK
               : cg_error_set(err, CG_USAGE,
                              "%s: part %u of %u of a ledger set, which is written together with "
                              "the others alone; name the set's folder",
                              ledger->path, ledger->mark.part_no, ledger->mark.parts);
}

/* A ledger is one payer's book for one program. */
static enum cg_status check_policy(struct cg_ledger *ledger, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    if (cg_ledger_prepare(ledger, "SELECT policy_id FROM policy WHERE policy_id <> ?1 LIMIT 1",
                          &statement, err) != CG_OK) {
        return err->status;
    }
    const struct cg_cell id = cg_cell_string(cg_policy_id(ledger->policy));
    cg_ledger_bind(statement, 1, &id);
    bool row;
    enum cg_status status = cg_ledger_step(ledger, statement, &row, err);
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

enum cg_status cg_ledger_refuse_cut_off_redo(const char *path, struct cg_error *err) {
    char journal[PATH_MAX];
    const int len = snprintf(journal, sizeof journal, "%s-redo", path);
    if (len >= PATH_MAX || access(journal, F_OK) != 0) {
        return CG_OK;
    }
    return cg_error_set(err, CG_BUSY,
                        "%s: a redo was cut off, which has taken nights back; go on with it by the "
                        "same `claimgate ledger redo` first",
                        path);
}

enum cg_status cg_ledger_open(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                              struct cg_error *err) {
    uint32_t recovered;
    if (cg_ledger_set_is(plan->path)) {
        return cg_joined_open(plan, out, err);
    }
    if (!plan->is_redo && cg_ledger_refuse_cut_off_redo(plan->path, err) != CG_OK) {
        return err->status;
    }
    enum cg_status status = cg_ledger_open_raw(plan, out, err);
    if (status == CG_OK) {
        status = cg_ledger_refuse_part(*out, err);
    }
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

enum cg_status cg_ledger_must_be_there(const char *path, struct cg_error *err) {
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
    const enum cg_status status = cg_ledger_must_be_there(plan->path, err);
    return status == CG_OK ? cg_ledger_open(plan, out, err) : status;
}

/* `in_memory`: an empty ledger stands in for the file. */
static enum cg_status open_reader(const char *path, bool in_memory, struct cg_ledger **out,
                                  struct cg_error *err) {
    *out = NULL;
    struct cg_ledger *ledger = cg_ledger_new();
    if (ledger == NULL) {
        return cg_error_no_memory(err);
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
    if (status == CG_OK) {
        status = cg_set_read_mark(ledger, err);
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
    return open_reader(path, true, out, err);
}

enum cg_status cg_ledger_open_to_read(const char *path, struct cg_ledger **out,
                                      struct cg_error *err) {
    return open_reader(path, false, out, err);
}

enum cg_status cg_ledger_open_reader(const char *path, struct cg_ledger **out,
                                     struct cg_error *err) {
    *out = NULL;
    if (cg_ledger_set_is(path)) {
        return cg_joined_open_reader(path, out, err);
    }
    enum cg_status status = cg_ledger_must_be_there(path, err);
    if (status == CG_OK) {
        status = cg_ledger_open_to_read(path, out, err);
    }
    if (status == CG_OK && (*out)->mark.is_part) {
        cg_log_note("%s: part %u of %u of a ledger set, which knows its own members alone; name "
                    "the set's folder to ask all parts",
                    path, (*out)->mark.part_no, (*out)->mark.parts);
    }
    return status;
}

enum cg_status cg_ledger_open_dry(const struct cg_ledger_plan *plan, struct cg_ledger **out,
                                  bool *is_new, struct cg_error *err) {
    struct stat facts;
    if (cg_ledger_set_is(plan->path)) {
        *is_new = false;
        return cg_joined_open_dry(plan, out, err);
    }
    *is_new = stat(plan->path, &facts) != 0 ? errno == ENOENT
                                            : S_ISREG(facts.st_mode) && facts.st_size == 0;
    enum cg_status status = open_reader(plan->path, *is_new, out, err);
    if (status == CG_OK) {
        (*out)->policy = plan->policy;
        status = cg_ledger_refuse_part(*out, err);
    }
    if (status == CG_OK) {
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
    cg_joined_close(ledger->joined);
    cg_ledger_drop_run(ledger);
    cg_recall_free(ledger->recall);
    cg_ledger_numbers_fini(&ledger->numbers);
    disconnect(ledger);
    if (ledger->lock_fd >= 0) {
        (void)close(ledger->lock_fd);
    }
    free(ledger->of_night);
    free(ledger->path);
    free(ledger->dir);
    free(ledger);
}
