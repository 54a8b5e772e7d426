/*
 * The schema against that of an empty ledger: a trigger that was planted, an index or a view that
 * was dropped or made anew in other words.
 */
#include "verify.h"

#include <string.h>

static const char entries[] = "SELECT name, type, sql FROM sqlite_schema "
                              "WHERE name NOT LIKE 'sqlite_%' ORDER BY name, type";

static enum cg_status advance(struct cg_ledger *ledger, sqlite3_stmt *statement, bool *row,
                              struct cg_error *err) {
    return *row ? cg_ledger_step(ledger, statement, row, err) : CG_OK;
}

/* Both are in the order of names. */
static int compare_names(sqlite3_stmt *ours, bool has_ours, sqlite3_stmt *pattern,
                         bool has_pattern) {
    if (!has_ours || !has_pattern) {
        return has_ours ? -1 : 1;
    }
    return strcmp(cg_text_at(ours, 0), cg_text_at(pattern, 0));
}

static enum cg_status compare(struct cg_verify *verify, sqlite3_stmt *ours, struct cg_ledger *empty,
                              sqlite3_stmt *pattern, struct cg_error *err) {
    bool has_ours = true;
    bool has_pattern = true;
    enum cg_status status = advance(verify->ledger, ours, &has_ours, err);
    if (status == CG_OK) {
        status = advance(empty, pattern, &has_pattern, err);
    }
    while (status == CG_OK && (has_ours || has_pattern)) {
        const int order = compare_names(ours, has_ours, pattern, has_pattern);
        sqlite3_stmt *named = order <= 0 ? ours : pattern;
        const bool same = order == 0 && strcmp(cg_text_at(ours, 1), cg_text_at(pattern, 1)) == 0 &&
                          strcmp(cg_text_at(ours, 2), cg_text_at(pattern, 2)) == 0;
        if (!same) {
            cg_verify_fault(verify, "the schema: %s %s %s", cg_text_at(named, 1),
                            cg_text_at(named, 0),
                            order < 0   ? "does not belong there"
                            : order > 0 ? "is missing"
                                        : "was changed");
        }
        if (order <= 0) {
            status = advance(verify->ledger, ours, &has_ours, err);
        }
        if (status == CG_OK && order >= 0) {
            status = advance(empty, pattern, &has_pattern, err);
        }
    }
    return status;
}

enum cg_status cg_verify_schema(struct cg_verify *verify, struct cg_error *err) {
    struct cg_ledger *empty = NULL;
    sqlite3_stmt *ours = NULL;
    sqlite3_stmt *pattern = NULL;
    enum cg_status status = cg_ledger_open_empty(verify->ledger->path, &empty, err);
    if (status == CG_OK) {
        status = cg_ledger_prepare(verify->ledger, entries, &ours, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_prepare(empty, entries, &pattern, err);
    }
    if (status == CG_OK) {
        status = compare(verify, ours, empty, pattern, err);
    }
    (void)sqlite3_finalize(ours);
    (void)sqlite3_finalize(pattern);
    cg_ledger_close(empty);
    return status;
}
