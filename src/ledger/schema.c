/*
 * Making and migrating the file. `user_version` counts the steps a ledger has taken; a new file has
 * taken none, so that making one is the first migration. All steps that are due happen in one
 * transaction.
 */
#include "private.h"

#include "claimgate/base/builtin.h"
#include "claimgate/base/fault.h"

#include <stdio.h>

/* Step i brings a ledger from version i to i + 1. Steps that have been released never change. */
static const char *const steps[] = {"ledger.sql"};

enum {
    VERSION = sizeof steps / sizeof steps[0],
    APPLICATION_ID = 0x636c6764, /* "clgd": file(1) and we know a ledger by it */
};

/* *version: 0 for a new file. */
static enum cg_status read_version(struct cg_ledger *ledger, int64_t *version,
                                   struct cg_error *err) {
    int64_t application_id;
    int64_t tables;
    enum cg_status status =
        cg_ledger_ask(ledger, "PRAGMA application_id", 0, 0, &application_id, err);
    if (status == CG_OK) {
        status = cg_ledger_ask(ledger, "PRAGMA user_version", 0, 0, version, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_ask(ledger, "SELECT count(*) FROM sqlite_schema", 0, 0, &tables, err);
    }
    if (status != CG_OK) {
        return status;
    }
    const bool is_new = application_id == 0 && *version == 0 && tables == 0;
    if (!is_new && application_id != APPLICATION_ID) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: a database, but no claimgate ledger; name another file",
                            ledger->path);
    }
    if (*version > VERSION) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: written by a newer claimgate (ledger version %lld, this program "
                            "knows %d); use that one",
                            ledger->path, (long long)*version, (int)VERSION);
    }
    return CG_OK;
}

enum cg_status cg_ledger_schema_is_ours(struct cg_ledger *ledger, struct cg_error *err) {
    int64_t version;
    return read_version(ledger, &version, err);
}

enum cg_status cg_ledger_schema_check(struct cg_ledger *ledger, struct cg_error *err) {
    int64_t version;
    const enum cg_status status = read_version(ledger, &version, err);
    if (status == CG_OK && version < VERSION) {
        return cg_error_set(err, CG_BAD_DATA,
                            version == 0
                                ? "%s: the ledger is empty; run `claimgate validate --ledger` first"
                                : "%s: written by an older claimgate; the next `claimgate validate "
                                  "--ledger` or `ledger recover` brings it up to date",
                            ledger->path);
    }
    return status;
}

static enum cg_status take_step(struct cg_ledger *ledger, const char *name, struct cg_error *err) {
    const struct cg_builtin *sql = cg_builtin_find(name);
    if (sql == NULL) {
        return cg_error_set(err, CG_INTERNAL, "%s is not built in", name);
    }
    char text[1 << 15];
    if (sql->len_bytes >= sizeof text) {
        return cg_error_set(err, CG_INTERNAL, "%s is too long", name);
    }
    snprintf(text, sizeof text, "%.*s", (int)sql->len_bytes, sql->bytes);
    return cg_ledger_exec(ledger, text, "bringing the ledger up to date", err);
}

enum cg_status cg_ledger_schema_make(struct cg_ledger *ledger, struct cg_error *err) {
    int64_t version;
    enum cg_status status = read_version(ledger, &version, err);
    if (status != CG_OK || version == VERSION) {
        return status;
    }
    status = cg_ledger_exec(ledger, "BEGIN IMMEDIATE", "beginning", err);
    for (int64_t step = version; status == CG_OK && step < VERSION; step++) {
        status = take_step(ledger, steps[step], err);
    }
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             (int)APPLICATION_ID, (int)VERSION);
    if (status == CG_OK) {
        status = cg_ledger_exec(ledger, marks, "bringing the ledger up to date", err);
    }
    if (status == CG_OK) {
        status = cg_ledger_exec(ledger, "COMMIT", "bringing the ledger up to date", err);
    }
    cg_ledger_rollback(ledger);
    return status;
}
