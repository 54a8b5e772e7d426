#include "private.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct mend {
    enum cg_status status;
    const char *text;
};

/* What the operating system said last to SQLite of one of its files; 0: nothing. */
static int errno_of(sqlite3_file *file) {
    int value = 0;
    if (file != NULL && file->pMethods != NULL) {
        (void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &value);
    }
    return value;
}

/* The same of whichever file failed. SQLite takes a failed read for a damaged file; only its files
 * know better. */
static int system_errno(sqlite3 *db) {
    sqlite3_file *file = NULL;
    sqlite3_file *journal = NULL;
    const int opening = sqlite3_system_errno(db);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
    const int reading = errno_of(file) != 0 ? errno_of(file) : errno_of(journal);
    return opening != 0 ? opening : reading;
}

struct coded_mend {
    int code;
    struct mend mend;
};

/* Text NULL: none of these. */
static struct mend find_mend(const struct coded_mend *mends, size_t count, int code) {
    size_t i = 0;
    while (i < count && mends[i].code != code) {
        i++;
    }
    return i < count ? mends[i].mend : (struct mend){CG_INTERNAL, NULL};
}

static struct mend mend_of_system(int errno_value) {
    static const char files[] = "too many open files; raise the limit (ulimit -n) and run again";
    static const char room[] = "make room on its disk and run again";
    static const struct coded_mend mends[] = {
        {EMFILE, {CG_IO, files}},
        {ENFILE, {CG_IO, files}},
        {ENOSPC, {CG_IO, room}},
        {EDQUOT, {CG_IO, room}},
        {ENOMEM, {CG_INTERNAL, "out of memory"}},
        {EIO, {CG_IO, "check its disk and run again"}},
    };
    return find_mend(mends, sizeof mends / sizeof mends[0], errno_value);
}

static const char damaged[] =
    "the ledger is damaged, or another program has changed it; go back to a snapshot";

/* A statement of ours asks for a table, an index or a column that is gone. */
static bool lacks_something(sqlite3 *db, int code) {
    const char *message = sqlite3_errmsg(db);
    return code == SQLITE_ERROR &&
           (strncmp(message, "no such ", strlen("no such ")) == 0 ||
            strstr(message, " has no column ") != NULL || strstr(message, " columns but ") != NULL);
}

static struct mend mend_of(int code) {
    static const struct coded_mend mends[] = {
        {SQLITE_BUSY, {CG_BUSY, "another program is writing to it; try again"}},
        {SQLITE_PROTOCOL, {CG_BUSY, "its file system gives no locks now; try again"}},
        {SQLITE_FULL, {CG_IO, "make room on its disk and run again"}},
        {SQLITE_CORRUPT, {CG_BAD_DATA, damaged}},
        {SQLITE_CONSTRAINT, {CG_BAD_DATA, damaged}}, /* by what is there already */
        {SQLITE_NOTADB, {CG_BAD_DATA, "this is no ledger; name another file"}},
        {SQLITE_PERM, {CG_NO_PERMISSION, "run as the account that owns it"}},
        {SQLITE_READONLY, {CG_NO_PERMISSION, "run as the account that owns it"}},
        {SQLITE_CANTOPEN,
         {CG_NO_PERMISSION, "its folder must be there and writable for this account"}},
        {SQLITE_NOMEM, {CG_INTERNAL, "out of memory"}},
        {SQLITE_IOERR, {CG_IO, "check its disk and run again"}},
    };
    const struct mend found = find_mend(mends, sizeof mends / sizeof mends[0], code & 0xff);
    return found.text != NULL ? found : (struct mend){CG_INTERNAL, "please report this"};
}

/* SQLite tells a file that it could not open as one that it may not open, whatever the reason. */
static struct mend mend_of_opening(const struct cg_ledger *ledger, int code) {
    if (access(ledger->path, R_OK | W_OK) == 0 && access(ledger->dir, W_OK | X_OK) == 0) {
        return (struct mend){CG_IO, "nothing forbids it: check its disk and the limit of open "
                                    "files, and run again"};
    }
    if (errno == EROFS) {
        return (struct mend){CG_NO_PERMISSION,
                             "it is mounted read-only; read a snapshot there, which `claimgate "
                             "ledger export --snapshot` makes, or a copy where it can be written"};
    }
    return mend_of(code);
}

void cg_ledger_rollback(struct cg_ledger *ledger) {
    /* After a full disk or a read error SQLite may have rolled back by itself. */
    if (!sqlite3_get_autocommit(ledger->db)) {
        (void)sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

enum cg_status cg_ledger_sql_failed(struct cg_ledger *ledger, const char *doing,
                                    struct cg_error *err) {
    const int code = sqlite3_extended_errcode(ledger->db);
    const int kind = code & 0xff;
    const bool of_system =
        kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_CANTOPEN;
    const int errno_value = of_system ? system_errno(ledger->db) : 0;
    struct mend mend = mend_of_system(errno_value);
    const char *what = mend.text != NULL ? strerror(errno_value) : sqlite3_errmsg(ledger->db);
    if (mend.text == NULL && lacks_something(ledger->db, code)) {
        mend = (struct mend){CG_BAD_DATA, damaged};
    }
    if (mend.text == NULL) {
        mend = kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY
                   ? mend_of_opening(ledger, code)
                   : mend_of(code); /* a file that wants memory is told as SQLITE_NOMEM */
    }
    cg_error_set(err, mend.status, "%s: %s: %s (%s)", ledger->path, doing, what, mend.text);
    cg_ledger_rollback(ledger);
    return mend.status;
}

/* A fault point that stands for SQLite's own failure. */
static enum cg_status injected(struct cg_ledger *ledger, int errno_value, const char *doing,
                               struct cg_error *err) {
    (void)cg_error_set_errno(err, CG_IO, errno_value, "%s: %s", ledger->path, doing);
    cg_ledger_rollback(ledger);
    return CG_IO;
}

enum cg_status cg_ledger_exec(struct cg_ledger *ledger, const char *sql, const char *doing,
                              struct cg_error *err) {
    const int fault = cg_fault("ledger.exec");
    if (fault != 0) {
        return injected(ledger, fault, doing, err);
    }
    if (sqlite3_exec(ledger->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return cg_ledger_sql_failed(ledger, doing, err);
    }
    return CG_OK;
}

enum cg_status cg_ledger_prepare(struct cg_ledger *ledger, const char *sql, sqlite3_stmt **out,
                                 struct cg_error *err) {
    const int fault = cg_fault("ledger.prepare");
    if (fault != 0) {
        return injected(ledger, fault, "preparing a statement", err);
    }
    if (sqlite3_prepare_v3(ledger->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) !=
        SQLITE_OK) {
        return cg_ledger_sql_failed(ledger, "preparing a statement", err);
    }
    return CG_OK;
}

/* Binding cannot fail here: parameters exist, texts are static and in the database's own encoding,
 * so that nothing is allocated. */
void cg_ledger_bind(sqlite3_stmt *statement, int parameter, const struct cg_cell *cell) {
    switch (cell->kind) {
    case CG_CELL_NULL:
        (void)sqlite3_bind_null(statement, parameter);
        break;
    case CG_CELL_INTEGER:
        (void)sqlite3_bind_int64(statement, parameter, cell->integer);
        break;
    case CG_CELL_TEXT:
        (void)sqlite3_bind_text(statement, parameter, cell->bytes.ptr, (int)cell->bytes.len,
                                SQLITE_STATIC);
        break;
    case CG_CELL_BLOB:
        (void)sqlite3_bind_blob(statement, parameter, cell->bytes.ptr, (int)cell->bytes.len,
                                SQLITE_STATIC);
        break;
    }
}

void cg_ledger_bind_cells(sqlite3_stmt *statement, int first, const struct cg_cell *cells,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        cg_ledger_bind(statement, first + (int)i, &cells[i]);
    }
}

enum cg_status cg_ledger_step(struct cg_ledger *ledger, sqlite3_stmt *statement, bool *row,
                              struct cg_error *err) {
    const int fault = cg_fault("ledger.step");
    if (fault != 0) {
        (void)sqlite3_reset(statement);
        return injected(ledger, fault, "reading", err);
    }
    const int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW) {
        return CG_OK;
    }
    if (code != SQLITE_DONE) {
        const enum cg_status status = cg_ledger_sql_failed(ledger, "reading", err);
        (void)sqlite3_reset(statement);
        return status;
    }
    (void)sqlite3_reset(statement);
    return CG_OK;
}

enum cg_status cg_ledger_insert(struct cg_ledger *ledger, sqlite3_stmt *statement,
                                struct cg_error *err) {
    const int fault = cg_fault("ledger.insert");
    if (fault != 0) {
        return injected(ledger, fault, "writing", err);
    }
    if (sqlite3_step(statement) != SQLITE_DONE) {
        const enum cg_status status = cg_ledger_sql_failed(ledger, "writing", err);
        (void)sqlite3_reset(statement);
        return status;
    }
    (void)sqlite3_reset(statement);
    return CG_OK;
}

static enum cg_status start(struct cg_ledger *ledger, const struct cg_query *query,
                            sqlite3_stmt **out, struct cg_error *err) {
    const enum cg_status status = cg_ledger_prepare(ledger, query->sql, out, err);
    if (status == CG_OK) {
        cg_ledger_bind_cells(*out, 1, query->cells, query->count);
    }
    return status;
}

enum cg_status cg_ledger_each(struct cg_ledger *ledger, const struct cg_query *query, cg_row_fn fn,
                              void *context, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    bool row = true;
    enum cg_status status = start(ledger, query, &statement, err);
    while (status == CG_OK && row) {
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status == CG_OK && row) {
            status = fn(context, statement, err);
        }
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_take_integer(void *context, sqlite3_stmt *row, struct cg_error *err) {
    (void)err;
    *(int64_t *)context = sqlite3_column_int64(row, 0);
    return CG_OK;
}

enum cg_status cg_ledger_do(struct cg_ledger *ledger, const struct cg_query *query,
                            struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    enum cg_status status = start(ledger, query, &statement, err);
    if (status == CG_OK) {
        status = cg_ledger_insert(ledger, statement, err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

const char *cg_text_at(sqlite3_stmt *row, int column) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text == NULL ? "" : text;
}

enum cg_status cg_ledger_ask(struct cg_ledger *ledger, const char *sql, int64_t parameter,
                             int64_t none, int64_t *out, struct cg_error *err) {
    *out = none;
    sqlite3_stmt *statement = NULL;
    if (cg_ledger_prepare(ledger, sql, &statement, err) != CG_OK) {
        return err->status;
    }
    if (sqlite3_bind_parameter_count(statement) == 1) {
        (void)sqlite3_bind_int64(statement, 1, parameter);
    }
    bool row;
    const enum cg_status status = cg_ledger_step(ledger, statement, &row, err);
    if (status == CG_OK && row && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        *out = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_look_up(struct cg_ledger *ledger, enum cg_look_up what, struct cg_cell key,
                                 int64_t none, int64_t *out, struct cg_error *err) {
    static const char *const questions[CG_LOOK_UPS] = {
        [CG_MEMBER_BY_ID] = "SELECT member_no FROM member WHERE member_id = ?1",
        [CG_LINE_NUMBER_BY_ID] = "SELECT claim_line FROM line_id WHERE line_id = ?1",
        [CG_RENDERING_BY_NUMBER] = "SELECT rendering_npi FROM provider WHERE provider_no = ?1",
        [CG_BILLING_BY_NUMBER] = "SELECT billing_npi FROM provider WHERE provider_no = ?1",
    };
    sqlite3_stmt **statement = &ledger->look_ups[what];
    bool row;
    *out = none;
    if (*statement == NULL && cg_ledger_prepare(ledger, questions[what], statement, err) != CG_OK) {
        return err->status;
    }
    cg_ledger_bind(*statement, 1, &key);
    const enum cg_status status = cg_ledger_step(ledger, *statement, &row, err);
    if (status == CG_OK && row) {
        *out = sqlite3_column_type(*statement, 0) == SQLITE_NULL
                   ? none
                   : sqlite3_column_int64(*statement, 0);
        (void)sqlite3_reset(*statement);
    }
    return status;
}

void cg_ledger_now(char out[32]) {
    const time_t now = time(NULL);
    struct tm utc;
    (void)gmtime_r(&now, &utc); /* a system's clock ends in the year 2262 */
    const size_t len = strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
    CG_ASSERT(len > 0);
    (void)len;
}

/* What SQLite's check says of a page that could not be read is no word on the ledger. */
static enum cg_status failed_read(const struct cg_ledger *ledger, const char *text,
                                  struct cg_error *err) {
    static const char mark[] = "error code=";
    const char *at = strstr(text, mark);
    const long code = at == NULL ? 0 : strtol(at + sizeof mark - 1, NULL, 10) & 0xff;
    if (code != SQLITE_NOMEM && code != SQLITE_IOERR) {
        return CG_OK;
    }
    const struct mend mend = mend_of((int)code);
    return cg_error_set(err, mend.status, "%s: %s (%s)", ledger->path, text, mend.text);
}

struct check {
    struct cg_ledger *ledger;
    void (*fault)(void *context, const char *text);
    void *context;
};

static enum cg_status read_check(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct check *check = context;
    const char *text = cg_text_at(row, 0);
    if (strcmp(text, "ok") == 0) {
        return CG_OK;
    }
    const enum cg_status status = failed_read(check->ledger, text, err);
    if (status == CG_OK) {
        check->fault(check->context, text);
    }
    return status;
}

enum cg_status cg_ledger_sqlite_check(struct cg_ledger *ledger, const char *pragma,
                                      void (*fault)(void *context, const char *text), void *context,
                                      struct cg_error *err) {
    struct check check = {ledger, fault, context};
    return cg_ledger_each(ledger, &(struct cg_query){.sql = pragma}, read_check, &check, err);
}

const char *cg_ledger_library(void) {
    return sqlite3_libversion();
}
