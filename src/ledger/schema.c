/*
 * Making the file, and bringing an older one up to date, each in one transaction. `user_version` is
 * the version of what is in the file; a new one has none.
 */
#include "private.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/builtin.h"
#include "claimgate/ledger/ledger_set.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 0x636c6764, /* "clgd": file(1) and we know a ledger by it */
};

/* *version: 0 for a new file. */
static enum cg_status read_version(struct cg_ledger *ledger, int64_t *version,
                                   struct cg_error *err) {
    int64_t application_id;
    int64_t tables;
    *version = 0;
    if (cg_ledger_ask(ledger, "PRAGMA application_id", 0, 0, &application_id, err) != CG_OK ||
        cg_ledger_ask(ledger, "PRAGMA user_version", 0, 0, version, err) != CG_OK ||
        cg_ledger_ask(ledger, "SELECT count(*) FROM sqlite_schema", 0, 0, &tables, err) != CG_OK) {
        return err->status;
    }
    const bool is_new = application_id == 0 && *version == 0 && tables == 0;
    if (!is_new && application_id != APPLICATION_ID) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: a database, but no claimgate ledger; name another file",
                            ledger->path);
    }
    if (*version > CG_LEDGER_SCHEMA) {
        return cg_error_set(err, CG_BAD_DATA,
                            "%s: written by a newer claimgate (ledger version %lld, this program "
                            "knows %d); use that one",
                            ledger->path, (long long)*version, (int)CG_LEDGER_SCHEMA);
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
    if (status == CG_OK && version < CG_LEDGER_SCHEMA) {
        return cg_error_set(err, CG_BAD_DATA,
                            version == 0
                                ? "%s: the ledger is empty; run `claimgate validate --ledger` first"
                                : "%s: written by an older claimgate; the next `claimgate validate "
                                  "--ledger` or `ledger recover` brings it up to date",
                            ledger->path);
    }
    return status;
}

enum cg_status cg_ledger_make_tables(struct cg_ledger *ledger, struct cg_error *err) {
    const struct cg_builtin *sql = cg_builtin_find("ledger.sql");
    char text[1 << 15];
    CG_ASSERT(sql != NULL && sql->len_bytes < sizeof text);
    snprintf(text, sizeof text, "%.*s", (int)sql->len_bytes, sql->bytes);
    return cg_ledger_exec(ledger, text, "making the tables", err);
}

static enum cg_status bring_up_to_date(struct cg_ledger *ledger, int64_t version,
                                       struct cg_error *err) {
    char marks[96];
    enum cg_status status = cg_ledger_exec(ledger, "BEGIN IMMEDIATE", "beginning", err);
    if (status == CG_OK) {
        status = version == 0 ? cg_ledger_make_tables(ledger, err) : cg_ledger_migrate(ledger, err);
    }
    if (status != CG_OK) {
        return status;
    }
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             (int)APPLICATION_ID, (int)CG_LEDGER_SCHEMA);
    return cg_ledger_exec(ledger, marks, "bringing the ledger up to date", err);
}

enum cg_status cg_ledger_schema_make(struct cg_ledger *ledger, struct cg_error *err) {
    int64_t version;
    enum cg_status status = read_version(ledger, &version, err);
    if (status == CG_OK && version != CG_LEDGER_SCHEMA) {
        status = bring_up_to_date(ledger, version, err);
        cg_ledger_rollback(ledger);
    }
    return status;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* https://www.sqlite.org/fileformat.html, 1.3. */
bool cg_ledger_was_made(const char *path) {
    static const char magic[] = "SQLite format 3";
    enum { HEADER_BYTES = 100, VERSION_AT = 60, APPLICATION_AT = 68 };
    uint8_t header[HEADER_BYTES];
    if (cg_ledger_set_is(path)) {
        return true;
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const bool whole = fd >= 0 && read(fd, header, sizeof header) == sizeof header;
    if (fd >= 0) {
        (void)close(fd);
    }
    return whole && memcmp(header, magic, sizeof magic) == 0 &&
           big_endian(header + APPLICATION_AT) == APPLICATION_ID &&
           big_endian(header + VERSION_AT) == CG_LEDGER_SCHEMA;
}
