/*
 * Identity of inputs: what some standing run has taken in already. Runs that a 'withdraw' run took
 * back do not count, so that their files can be taken in again.
 */
#include "private.h"

#include <stdio.h>

enum cg_status cg_ledger_knows_head(struct cg_ledger *ledger,
                                    const uint8_t head_sha256[CG_SHA256_BYTES], bool *known,
                                    struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    *known = false;
    enum cg_status status = cg_ledger_prepare(
        ledger,
        "SELECT 1 FROM input i WHERE i.head_sha256 = ?1 AND i.records > 0 AND NOT "
        "EXISTS (SELECT 1 FROM run w WHERE w.withdraws = i.run_no) LIMIT 1",
        &statement, err);
    if (status == CG_OK) {
        const struct cg_cell head = cg_cell_hash(head_sha256);
        cg_ledger_bind(statement, 1, &head);
        status = cg_ledger_step(ledger, statement, known, err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

enum cg_status cg_ledger_find_content(struct cg_ledger *ledger,
                                      const uint8_t content_sha256[CG_SHA256_BYTES], bool *known,
                                      struct cg_ledger_known *out, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    *known = false;
    enum cg_status status = cg_ledger_prepare(
        ledger,
        "SELECT i.run_no, i.file, coalesce(p.folder, r.final_path, '') FROM input i "
        "JOIN run r ON r.run_no = i.run_no LEFT JOIN publication p ON p.run_no = i.run_no "
        "WHERE i.content_sha256 = ?1 AND i.records > 0 "
        "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = i.run_no) "
        "ORDER BY i.run_no, i.input_no LIMIT 1",
        &statement, err);
    if (status == CG_OK) {
        const struct cg_cell content = cg_cell_hash(content_sha256);
        cg_ledger_bind(statement, 1, &content);
        status = cg_ledger_step(ledger, statement, known, err);
    }
    if (status == CG_OK && *known) {
        snprintf(ledger->known_input, sizeof ledger->known_input, "%s",
                 (const char *)sqlite3_column_text(statement, 1));
        snprintf(ledger->known_folder, sizeof ledger->known_folder, "%s",
                 (const char *)sqlite3_column_text(statement, 2));
        *out = (struct cg_ledger_known){.run_no = sqlite3_column_int64(statement, 0),
                                        .input = ledger->known_input,
                                        .folder = ledger->known_folder};
    }
    (void)sqlite3_finalize(statement);
    return status;
}
