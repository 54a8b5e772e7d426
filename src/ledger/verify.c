/*
 * Proof of a ledger, in three passes: SQLite's own check; the runs in their order
 * (verify_runs.c); the members in their order (recount.c).
 */
#include "verify.h"
#include "claimgate/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cg_verify_fault(struct cg_verify *verify, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    verify->faults++;
    verify->fn(verify->context, text);
}

static enum cg_status check_database(struct cg_verify *verify, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    enum cg_status status =
        cg_ledger_prepare(verify->ledger, "PRAGMA integrity_check(20)", &statement, err);
    while (status == CG_OK) {
        bool row;
        status = cg_ledger_step(verify->ledger, statement, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        if (text != NULL && strcmp(text, "ok") != 0) {
            cg_verify_fault(verify, "the database file: %s", text);
        }
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum { LINE_BYTES = 100, STEP_LINES = 4096 }; /* about what a line takes in the ledger */

void cg_verify_step(struct cg_verify *verify) {
    if (++verify->lines % STEP_LINES == 0) {
        cg_progress_update(&verify->progress, verify->lines * LINE_BYTES);
    }
}

enum cg_status cg_verify_no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while verifying the ledger");
}

enum cg_status cg_ledger_verify(struct cg_ledger *ledger, cg_ledger_fault_fn fn, void *context,
                                uint64_t *faults, struct cg_error *err) {
    struct cg_verify verify = {.ledger = ledger, .fn = fn, .context = context};
    /* One transaction: a run that commits meanwhile is not seen by half. */
    enum cg_status status = cg_ledger_exec(ledger, "BEGIN", "verifying", err);
    int64_t records = 0;
    if (status == CG_OK) {
        status = cg_ledger_ask(ledger, "SELECT sum(records - out_of_scope) FROM run", 0, 0,
                               &records, err);
    }
    cg_progress_start(&verify.progress, "verifying", 2 * LINE_BYTES * (uint64_t)records,
                      !cg_log_is_quiet());
    if (status == CG_OK) {
        status = check_database(&verify, err);
    }
    if (status == CG_OK) {
        status = cg_verify_runs(&verify, err);
    }
    if (status == CG_OK) {
        status = cg_verify_recount(&verify, err);
    }
    cg_progress_end(&verify.progress);
    cg_ledger_rollback(ledger);
    *faults = verify.faults;
    return status;
}
