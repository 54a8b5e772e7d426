/*
 * A table of a ledger as CSV.
 */
#include "claimgate/base/stop.h"
#include "joined.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum cg_status find_table(struct cg_ledger *ledger, const char *table,
                                 struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    char names[512] = "";
    size_t len = 0;
    bool row = true;
    bool found = false;
    enum cg_status status = cg_ledger_prepare(
        ledger,
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE "
        "'sqlite_%' ORDER BY type DESC, name",
        &statement, err);
    while (status == CG_OK && row) {
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status == CG_OK && row) {
            const char *name = (const char *)sqlite3_column_text(statement, 0);
            found = found || strcmp(name, table) == 0;
            const int n =
                snprintf(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ", ", name);
            len += n > 0 && (size_t)n < sizeof names - len ? (size_t)n : 0;
        }
    }
    (void)sqlite3_finalize(statement);
    if (status == CG_OK && !found) {
        return cg_error_set(err, CG_USAGE, "%s: the ledger has no table \"%s\"; it has %s",
                            ledger->path, table, names);
    }
    return status;
}

/* RFC 4180; hashes in hexadecimal. */
static void put_value(FILE *out, const struct cg_cell *cell) {
    if (cell->kind == CG_CELL_INTEGER) {
        fprintf(out, "%lld", (long long)cell->integer);
    } else if (cell->kind == CG_CELL_BLOB) {
        for (uint32_t i = 0; i < cell->bytes.len; i++) {
            fprintf(out, "%02x", (unsigned)(uint8_t)cell->bytes.ptr[i]);
        }
    } else if (cell->kind == CG_CELL_TEXT) {
        bool quoted = false;
        for (uint32_t i = 0; i < cell->bytes.len; i++) {
            quoted = quoted || strchr(",\"\r\n", cell->bytes.ptr[i]) != NULL;
        }
        if (!quoted) {
            fwrite(cell->bytes.ptr, 1, cell->bytes.len, out);
            return;
        }
        fputc('"', out);
        for (uint32_t i = 0; i < cell->bytes.len; i++) {
            if (cell->bytes.ptr[i] == '"') {
                fputc('"', out);
            }
            fputc(cell->bytes.ptr[i], out);
        }
        fputc('"', out);
    }
}

/* Where rows of several parts come one after another, each begins with its part's number. */
struct export {
    const char *table;
    struct cg_ledger *ledger;
    FILE *out;
    bool of_part;
    uint32_t part_no;
};

static void put_row(const struct export *export, sqlite3_stmt *statement, bool header) {
    const int count = sqlite3_column_count(statement);
    if (export->of_part && header) {
        fputs("part,", export->out);
    } else if (export->of_part) {
        fprintf(export->out, "%u,", export->part_no);
    }
    for (int i = 0; i < count; i++) {
        const struct cg_cell cell = header ? cg_cell_string(sqlite3_column_name(statement, i))
                                           : cg_cell_column(statement, i);
        put_value(export->out, &cell);
        fputc(i + 1 < count ? ',' : '\n', export->out);
    }
}

static enum cg_status put_rows(const struct export *export, sqlite3_stmt *statement,
                               struct cg_error *err) {
    bool row = true;
    enum cg_status status = CG_OK;
    while (status == CG_OK && row) {
        status = cg_ledger_step(export->ledger, statement, &row, err);
        if (status == CG_OK && row) {
            put_row(export, statement, false);
        }
        if (status == CG_OK && (ferror(export->out) || cg_stop_requested())) {
            status = ferror(export->out)
                         ? cg_error_set_errno(err, CG_IO, errno, "cannot write to standard output")
                         : cg_error_set(err, CG_INTERRUPTED, "interrupted");
        }
    }
    return status;
}

static enum cg_status put_table(struct cg_ledger *part, void *context, struct cg_error *err) {
    struct export *export = context;
    sqlite3_stmt *statement = NULL;
    export->ledger = part;
    export->part_no = part->mark.part_no;
    enum cg_status status = find_table(part, export->table, err);
    if (status == CG_OK) {
        char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", export->table);
        status = sql == NULL ? cg_error_no_memory(err)
                             : cg_ledger_prepare(export->ledger, sql, &statement, err);
        sqlite3_free(sql);
    }
    if (status == CG_OK && export->part_no == 0) {
        put_row(export, statement, true);
    }
    if (status == CG_OK) {
        status = put_rows(export, statement, err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_export(struct cg_ledger *ledger, const char *table, FILE *out,
                                struct cg_error *err) {
    struct export export = {.table = table, .out = out, .of_part = ledger->joined != NULL};
    return cg_joined_each(ledger, put_table, &export, err);
}
