/*
 * Version 1 to version 2, in the one transaction that is open: a kill at any point leaves
 * version 1.
 *
 * The old tables make room under other names, the new ones are made as in a new file, and lines go
 * run by run through the code that keeps those of a new run. Runs keep their hashes: what these
 * cover is the same rows in the same order, which was member by member. The old tables' pages
 * become free and are used again by the nights that follow; they are not wiped, since all that they
 * hold stands in the new tables as well.
 */
#include "private.h"

#include "claimgate/base/log.h"
#include "claimgate/base/stop.h"

static const char make_room[] =
    "PRAGMA secure_delete = OFF;"
    "DROP VIEW decision; DROP VIEW usage_by_year; DROP VIEW reason_by_run;"
    "DROP INDEX input_head; DROP INDEX input_content; DROP INDEX take_back_original;"
    "DROP TABLE claim; DROP TABLE accumulator;"
    "ALTER TABLE policy RENAME TO v1_policy; ALTER TABLE run RENAME TO v1_run;"
    "ALTER TABLE input RENAME TO v1_input; ALTER TABLE output RENAME TO v1_output;"
    "ALTER TABLE roster_file RENAME TO v1_roster_file;"
    "ALTER TABLE run_reason RENAME TO v1_run_reason;"
    "ALTER TABLE publication RENAME TO v1_publication;"
    "ALTER TABLE member RENAME TO v1_member; ALTER TABLE line RENAME TO v1_line;"
    "ALTER TABLE take_back RENAME TO v1_take_back";

static const char copy_small[] =
    "INSERT INTO policy SELECT * FROM v1_policy;"
    "INSERT INTO run SELECT *, 1, 0, NULL, NULL FROM v1_run ORDER BY run_no;"
    "INSERT INTO input SELECT * FROM v1_input; INSERT INTO output SELECT * FROM v1_output;"
    "INSERT INTO roster_file SELECT * FROM v1_roster_file;"
    "INSERT INTO run_reason SELECT * FROM v1_run_reason;"
    "INSERT INTO member SELECT * FROM v1_member";

/* Those that refer to others go first. */
static const char drop_old[] =
    "DROP TABLE v1_take_back; DROP TABLE v1_line; DROP TABLE v1_member;"
    "DROP TABLE v1_publication; DROP TABLE v1_run_reason; DROP TABLE v1_roster_file;"
    "DROP TABLE v1_output; DROP TABLE v1_input; DROP TABLE v1_run; DROP TABLE v1_policy";

/* A table of version 1, read along its key. */
struct cursor {
    sqlite3_stmt *statement;
    bool more;
};

static enum cg_status copy_publication(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_ledger *ledger = context;
    uint8_t hash[CG_SHA256_BYTES];
    const struct cg_cell run_no = cg_cell_column(row, 0);
    const struct cg_cell folder = cg_cell_column(row, 1);
    const struct cg_cell at = cg_cell_column(row, 2);
    const struct cg_publication publication = {.folder = folder.bytes.ptr, .at = at.bytes.ptr};
    const enum cg_status status =
        cg_ledger_publication_hash(ledger, run_no.integer, &publication, hash, err);
    return status != CG_OK
               ? status
               : cg_ledger_do(ledger,
                              CG_QUERY("INSERT INTO publication VALUES (?1, ?2, ?3, ?4, NULL)",
                                       run_no, folder, at, cg_cell_hash(hash)),
                              err);
}

static enum cg_status advance(struct cg_ledger *ledger, struct cursor *cursor,
                              struct cg_error *err) {
    return cg_ledger_step(ledger, cursor->statement, &cursor->more, err);
}

/* The take-back in front stands before the line in front, or there is no line any more. */
static bool take_back_is_next(const struct cursor *lines, const struct cursor *take_backs) {
    if (!lines->more || !take_backs->more) {
        return take_backs->more;
    }
    for (int column = 1; column <= 3; column++) {
        const int64_t take_back = sqlite3_column_int64(take_backs->statement, column);
        const int64_t line = sqlite3_column_int64(lines->statement, column);
        if (take_back != line) {
            return take_back < line;
        }
    }
    return true;
}

static enum cg_status add_row(struct cg_ledger *ledger, struct cursor *cursor, size_t own,
                              size_t count, struct cg_error *err) {
    struct cg_cell cells[CG_LINE_CELLS];
    for (size_t i = 0; i < count; i++) {
        cells[i] = i < own ? cg_cell_column(cursor->statement, (int)i + 1) : cg_cell_null();
    }
    const enum cg_status status = cg_ledger_add_row(ledger, cells, count, err);
    return status == CG_OK ? advance(ledger, cursor, err) : status;
}

static enum cg_status spool_run(struct cg_ledger *ledger, struct cursor *lines,
                                struct cursor *take_backs, struct cg_error *err) {
    (void)sqlite3_bind_int64(lines->statement, 1, ledger->run.run_no);
    (void)sqlite3_bind_int64(take_backs->statement, 1, ledger->run.run_no);
    enum cg_status status = advance(ledger, lines, err);
    if (status == CG_OK) {
        status = advance(ledger, take_backs, err);
    }
    while (status == CG_OK && (lines->more || take_backs->more)) {
        status = take_back_is_next(lines, take_backs)
                     ? add_row(ledger, take_backs, CG_TAKE_NAMED, CG_TAKE_NAMED, err)
                     : add_row(ledger, lines, CG_LINE_CAP_DAY, CG_LINE_CELLS, err);
    }
    return status == CG_OK ? cg_stop_check(err) : status;
}

static enum cg_status carry_run(struct cg_ledger *ledger, int64_t run_no, struct cursor *lines,
                                struct cursor *take_backs, struct cg_error *err) {
    static const struct cg_ledger_commit nothing;
    uint8_t rows_sha256[CG_SHA256_BYTES]; /* the run keeps its own, which covers members too */
    const int64_t last_line = ledger->run.last_line;
    enum cg_status status = cg_ledger_reset_run(ledger, run_no, last_line, err);
    if (status == CG_OK) {
        status = spool_run(ledger, lines, take_backs, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_write_rows(ledger, &nothing, rows_sha256, err);
    }
    return status != CG_OK
               ? status
               : cg_ledger_do(ledger,
                              CG_QUERY("UPDATE run SET last_line = ?2 WHERE run_no = ?1",
                                       cg_cell_integer(run_no),
                                       cg_cell_integer(ledger->run.last_line)),
                              err);
}

static enum cg_status carry_runs(struct cg_ledger *ledger, struct cursor *lines,
                                 struct cursor *take_backs, struct cg_error *err) {
    int64_t last_run;
    enum cg_status status =
        cg_ledger_ask(ledger, "SELECT max(run_no) FROM run", 0, 0, &last_run, err);
    if (status == CG_OK) {
        status = cg_ledger_prepare(ledger,
                                   "SELECT * FROM v1_line WHERE run_no = ?1 "
                                   "ORDER BY member_no, input_no, source_line",
                                   &lines->statement, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_prepare(ledger,
                                   "SELECT * FROM v1_take_back WHERE run_no = ?1 "
                                   "ORDER BY member_no, input_no, source_line",
                                   &take_backs->statement, err);
    }
    for (int64_t run_no = 1; status == CG_OK && run_no <= last_run; run_no++) {
        status = carry_run(ledger, run_no, lines, take_backs, err);
    }
    return status;
}

static enum cg_status carry_lines(struct cg_ledger *ledger, struct cg_error *err) {
    struct cursor lines = {0};
    struct cursor take_backs = {0};
    enum cg_status status = cg_ledger_numbers_load(ledger, err);
    if (status == CG_OK) {
        status = carry_runs(ledger, &lines, &take_backs, err);
    }
    (void)sqlite3_finalize(lines.statement);
    (void)sqlite3_finalize(take_backs.statement);
    return status;
}

static enum cg_status exec(struct cg_ledger *ledger, const char *sql, struct cg_error *err) {
    return cg_ledger_exec(ledger, sql, "bringing the ledger up to date", err);
}

static enum cg_status migrate(struct cg_ledger *ledger, struct cg_error *err) {
    enum cg_status status = exec(ledger, make_room, err);
    if (status == CG_OK) {
        status = cg_ledger_make_tables(ledger, err);
    }
    if (status == CG_OK) {
        status = exec(ledger, copy_small, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_each(ledger,
                                &(struct cg_query){.sql = "SELECT run_no, folder, published_at "
                                                          "FROM v1_publication"},
                                copy_publication, ledger, err);
    }
    if (status == CG_OK) {
        status = carry_lines(ledger, err);
    }
    return status == CG_OK ? exec(ledger, drop_old, err) : status;
}

enum cg_status cg_ledger_migrate(struct cg_ledger *ledger, struct cg_error *err) {
    cg_log_note("%s: written by an older claimgate; bringing it up to date", ledger->path);
    const enum cg_status status = migrate(ledger, err);
    cg_ledger_forget_run(ledger);
    (void)sqlite3_exec(ledger->db, "PRAGMA secure_delete = ON", NULL, NULL, NULL);
    return status;
}
