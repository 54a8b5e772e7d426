/*
 * Opening a ledger where its name, its lock or its file is not what it should be.
 */
#include "claimgate/base/stop.h"
#include "ledger/private.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct fixture fixture;
static struct cg_error err;

static void setup(void) {
    err = (struct cg_error)CG_ERROR_INIT;
    fixture_init(&fixture);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_open, .init = setup, .fini = teardown, .timeout = 60);

static int lock_fails, lock_failures; /* with this errno, so many times */
static const char *lock_goes;         /* whoever has held it takes it away: before each lock */

int flock(int fd, int operation) {
    if (lock_goes != NULL) {
        cr_assert_eq(unlink(lock_goes), 0);
    }
    if (lock_failures > 0) {
        lock_failures--;
        errno = lock_fails;
        return -1;
    }
    return (int)syscall(SYS_flock, fd, operation);
}

static int chmod_fails;

int fchmod(int fd, mode_t mode) {
    errno = chmod_fails;
    return chmod_fails != 0 ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

static int access_fails;

int access(const char *path, int mode) {
    errno = access_fails;
    return access_fails != 0 ? -1 : (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

static enum cg_status open_to_write(const char *path, int64_t wait_seconds) {
    const struct cg_ledger_plan plan = {
        .path = path, .policy = fixture.policy, .lock_wait_seconds = wait_seconds};
    struct cg_ledger *ledger = NULL;
    err = (struct cg_error)CG_ERROR_INIT;
    const enum cg_status status = cg_ledger_open(&plan, &ledger, &err);
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status open_to_read(const char *path) {
    struct cg_ledger *ledger = NULL;
    err = (struct cg_error)CG_ERROR_INIT;
    const enum cg_status status = cg_ledger_open_reader(path, &ledger, &err);
    cg_ledger_close(ledger);
    return status;
}

static void expect(enum cg_status found, enum cg_status wanted, const char *words) {
    cr_expect_eq(found, wanted, "%s: %d %s", words, (int)found, err.text);
    cr_expect_not_null(strstr(err.text, words), "%s: %s", words, err.text);
}

/* Below the fixture's folder; lives until the next call. */
static const char *path_of(const char *name) {
    static char path[192];
    snprintf(path, sizeof path, "%s/%s", fixture.folder, name);
    return path;
}

static void make(const char *name, const char *sql) {
    char command[512];
    snprintf(command, sizeof command, "sqlite3 %s \"%s\"", path_of(name), sql);
    cr_assert_eq(system(command), 0);
}

Test(ledger_open, a_lock_that_is_disturbed_is_asked_for_again) {
    lock_fails = EINTR;
    lock_failures = 2;
    cr_expect_eq(open_to_write(fixture.path, 5), CG_OK, "%s", err.text);
    lock_fails = ENOLCK;
    lock_failures = 1;
    expect(open_to_write(fixture.path, 5), CG_IO, "cannot lock");
}

Test(ledger_open, who_waits_for_a_lock_stops_when_asked_to) {
    lock_fails = EWOULDBLOCK;
    lock_failures = 1000;
    cg_stop_install();
    cr_assert_eq(raise(SIGTERM), 0);
    expect(open_to_write(fixture.path, 60), CG_INTERRUPTED, "interrupted while waiting for");
}

Test(ledger_open, a_lock_file_that_is_always_taken_away_is_busy) {
    char lock[192];
    snprintf(lock, sizeof lock, "%s-lock", fixture.path);
    lock_goes = lock;
    expect(open_to_write(fixture.path, 0), CG_BUSY, "another run is writing to this ledger");
}

Test(ledger_open, a_folder_where_its_lock_belongs_is_told) {
    char lock[192];
    snprintf(lock, sizeof lock, "%s-lock", fixture.path);
    cr_assert_eq(mkdir(lock, 0700), 0);
    expect(open_to_write(fixture.path, 0), CG_CANNOT_CREATE, "stands where the ledger's lock");
}

Test(ledger_open, a_file_that_others_can_read_and_that_stays_so_is_refused) {
    cr_assert_eq(open_to_write(fixture.path, 0), CG_OK, "%s", err.text);
    cr_assert_eq(chmod(fixture.path, 0644), 0);
    chmod_fails = EROFS;
    expect(open_to_write(fixture.path, 0), CG_IO, "others can read the ledger");
}

Test(ledger_open, a_name_that_leads_nowhere_is_told) {
    char name[PATH_MAX + 16];
    cr_assert_eq(open_to_write(fixture.path, 0), CG_OK, "%s", err.text);
    snprintf(name, sizeof name, "%s/", fixture.path);
    expect(open_to_write(name, 0), CG_CANNOT_CREATE, "the ledger's folder cannot be used");
    snprintf(name, sizeof name, "%s/below", fixture.path);
    expect(open_to_read(name), CG_NO_INPUT, "there is no ledger");
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect_eq(open_to_write(name, 0), CG_CANNOT_CREATE);
    cr_expect_eq(open_to_read(name), CG_IO);
    expect(open_to_read("/tmp"), CG_BAD_DATA, "a folder without set.json");
}

Test(ledger_open, one_that_may_stand_in_the_root_is_only_looked_for) {
    static const char path[] = "/claimgate-no-such.ledger";
    const struct cg_ledger_plan plan = {.path = path, .policy = fixture.policy};
    struct cg_ledger *ledger = NULL;
    bool is_new = false;
    cr_assert_eq(cg_ledger_open_dry(&plan, &ledger, &is_new, &err), CG_OK, "%s", err.text);
    cr_expect(is_new);
    cr_expect_str_eq(ledger->path, path);
    cg_ledger_close(ledger);
    cr_expect_eq(faccessat(AT_FDCWD, path, F_OK, 0), -1);
}

Test(ledger_open, an_empty_file_and_another_programs_database_are_told_apart) {
    make("empty", "");
    make("versioned", "PRAGMA user_version = 1");
    make("tables", "CREATE TABLE t (a)");
    make("marked", "PRAGMA application_id = 77");
    FILE *file = fopen(path_of("nothing"), "w");
    cr_assert(file != NULL && fclose(file) == 0);
    expect(open_to_read(path_of("nothing")), CG_BAD_DATA, "the ledger is empty");
    expect(open_to_read(path_of("versioned")), CG_BAD_DATA, "no claimgate ledger");
    expect(open_to_read(path_of("tables")), CG_BAD_DATA, "no claimgate ledger");
    expect(open_to_read(path_of("marked")), CG_BAD_DATA, "no claimgate ledger");
}

/* --- what SQLite says --- */

static void fail(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    sqlite3_result_error_code(context, sqlite3_value_int(values[0]));
}

static enum cg_status ask_what_fails(int code) {
    struct cg_ledger *ledger = NULL;
    int64_t answer;
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(cg_ledger_open_empty(fixture.path, &ledger, &err), CG_OK, "%s", err.text);
    cr_assert_eq(
        sqlite3_create_function(ledger->db, "fail", 1, SQLITE_UTF8, NULL, fail, NULL, NULL),
        SQLITE_OK);
    char sql[32];
    snprintf(sql, sizeof sql, "SELECT fail(%d)", code);
    const enum cg_status status = cg_ledger_ask(ledger, sql, 0, 0, &answer, &err);
    cg_ledger_close(ledger);
    return status;
}

Test(ledger_open, what_sqlite_says_is_told_with_what_mends_it) {
    static const struct {
        int code;
        enum cg_status status;
        const char *words;
    } cases[] = {
        {SQLITE_BUSY, CG_BUSY, "another program is writing to it"},
        {SQLITE_PROTOCOL, CG_BUSY, "gives no locks"},
        {SQLITE_FULL, CG_IO, "make room"},
        {SQLITE_CORRUPT, CG_BAD_DATA, "go back to a snapshot"},
        {SQLITE_CONSTRAINT, CG_BAD_DATA, "go back to a snapshot"},
        {SQLITE_NOTADB, CG_BAD_DATA, "name another file"},
        {SQLITE_PERM, CG_NO_PERMISSION, "the account that owns it"},
        {SQLITE_NOMEM, CG_INTERNAL, "out of memory"},
        {SQLITE_IOERR_NOMEM, CG_INTERNAL, "out of memory"},
        {SQLITE_IOERR_READ, CG_IO, "check its disk"},
        {SQLITE_RANGE, CG_INTERNAL, "please report this"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect(ask_what_fails(cases[i].code), cases[i].status, cases[i].words);
    }
    cr_assert_eq(open_to_write(fixture.path, 0), CG_OK, "%s", err.text);
    expect(ask_what_fails(SQLITE_CANTOPEN), CG_IO, "nothing forbids it");
    expect(ask_what_fails(SQLITE_READONLY), CG_IO, "nothing forbids it");
    access_fails = EROFS;
    expect(ask_what_fails(SQLITE_READONLY), CG_NO_PERMISSION, "mounted read-only");
    access_fails = EACCES;
    expect(ask_what_fails(SQLITE_READONLY), CG_NO_PERMISSION, "the account that owns it");
    expect(ask_what_fails(SQLITE_CANTOPEN), CG_NO_PERMISSION, "writable for this account");
}

static int open_fails;

static int fail_to_open(const char *path, int flags, int mode) {
    (void)path, (void)flags, (void)mode;
    errno = open_fails;
    return -1;
}

Test(ledger_open, what_the_system_says_to_sqlite_is_told_with_what_mends_it) {
    static const struct {
        int code;
        enum cg_status status;
        const char *words;
    } cases[] = {
        {EMFILE, CG_IO, "ulimit -n"},   {ENFILE, CG_IO, "ulimit -n"},
        {ENOSPC, CG_IO, "make room"},   {EDQUOT, CG_IO, "make room"},
        {EIO, CG_IO, "check its disk"}, {ENOMEM, CG_INTERNAL, "out of memory"},
    };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    cr_assert_eq(open_to_write(fixture.path, 0), CG_OK, "%s", err.text);
    cr_assert_eq(vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)fail_to_open), SQLITE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_fails = cases[i].code;
        expect(open_to_read(fixture.path), cases[i].status, cases[i].words);
        cr_expect_not_null(strstr(err.text, strerror(open_fails)), "%s", err.text);
    }
    cr_assert_eq(vfs->xSetSystemCall(vfs, "open", NULL), SQLITE_OK);
}

static uint32_t faults;

static void count_fault(void *context, const char *text) {
    (void)context, (void)text;
    faults++;
}

Test(ledger_open, a_page_that_could_not_be_read_is_no_word_on_the_ledger) {
    struct cg_ledger *ledger = NULL;
    cr_assert_eq(cg_ledger_open_empty(fixture.path, &ledger, &err), CG_OK, "%s", err.text);
    cr_expect_eq(cg_ledger_sqlite_check(ledger,
                                        "VALUES ('ok'), ('Page 3: never used'), ('Page 4: "
                                        "unable to get the page. error code=11')",
                                        count_fault, NULL, &err),
                 CG_OK);
    cr_expect_eq(faults, 2);
    expect(cg_ledger_sqlite_check(ledger, "SELECT 'unable to get the page. error code=7'",
                                  count_fault, NULL, &err),
           CG_INTERNAL, "out of memory");
    err = (struct cg_error)CG_ERROR_INIT;
    expect(cg_ledger_sqlite_check(ledger, "SELECT 'unable to get the page. error code=266'",
                                  count_fault, NULL, &err),
           CG_IO, "check its disk");
    cg_ledger_close(ledger);
}
