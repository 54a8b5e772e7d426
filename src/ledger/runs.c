/*
 * Runs and what the small tables hold of them.
 */
#include "claimgate/base/problems.h"
#include "claimgate/ledger/ledger_query.h"
#include "private.h"

#include <stdio.h>
#include <string.h>

static const char *text_at(sqlite3_stmt *statement, int column) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text == NULL ? "" : text;
}

static void read_run(sqlite3_stmt *statement, struct cg_ledger_run_facts *out) {
    *out = (struct cg_ledger_run_facts){
        .run_no = sqlite3_column_int64(statement, 0),
        .kind = text_at(statement, 1),
        .started_at = text_at(statement, 2),
        .claimgate = text_at(statement, 3),
        .as_of_day = sqlite3_column_int(statement, 4),
        .policy_id = text_at(statement, 5),
        .policy_sha256 = text_at(statement, 6),
        .withdraws = sqlite3_column_int64(statement, 7),
        .withdrawn_by = sqlite3_column_int64(statement, 8),
        .folder = text_at(statement, 9),
        .hash = text_at(statement, 11),
        .previous_hash = text_at(statement, 12),
    };
    out->state = out->withdrawn_by != 0                   ? CG_RUN_WITHDRAWN
                 : sqlite3_column_int(statement, 10) != 0 ? CG_RUN_UNPUBLISHED
                                                          : CG_RUN_STANDS;
    uint64_t *const counts[] = {
        &out->tally.records,         &out->tally.accepted,         &out->tally.rejected,
        &out->tally.malformed,       &out->tally.out_of_scope,     &out->tally.exempt,
        &out->tally.cutback,         &out->tally.taken_back,       &out->tally.empty_lines,
        &out->tally.units_submitted, &out->tally.units_accepted,   &out->tally.units_rejected,
        &out->tally.units_exempt,    &out->tally.units_taken_back,
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        *counts[i] = (uint64_t)sqlite3_column_int64(statement, 13 + (int)i);
    }
}

enum cg_status cg_ledger_visit_runs(struct cg_ledger *ledger, int64_t run_no, cg_ledger_run_fn fn,
                                    void *context, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    uint32_t visited = 0;
    enum cg_status status = cg_ledger_prepare(
        ledger,
        "SELECT r.run_no, r.kind, r.started_at, r.claimgate, r.as_of_day, y.policy_id, "
        "lower(hex(y.sha256)), r.withdraws, w.run_no, coalesce(p.folder, r.final_path), "
        "r.staging_path IS NOT NULL AND p.run_no IS NULL, lower(hex(r.hash)), "
        "lower(hex(r.previous_hash)), r.records, r.accepted, r.rejected, r.malformed, "
        "r.out_of_scope, r.exempt, r.cutback, r.taken_back, r.empty_lines, r.units_submitted, "
        "r.units_accepted, r.units_rejected, r.units_exempt, r.units_taken_back FROM run r "
        "LEFT JOIN policy y ON y.policy_no = r.policy_no "
        "LEFT JOIN publication p ON p.run_no = r.run_no "
        "LEFT JOIN run w ON w.withdraws = r.run_no "
        "WHERE ?1 = 0 OR r.run_no = ?1 ORDER BY r.run_no",
        &statement, err);
    if (status == CG_OK) {
        (void)sqlite3_bind_int64(statement, 1, run_no);
    }
    while (status == CG_OK) {
        bool row;
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        struct cg_ledger_run_facts run;
        read_run(statement, &run);
        visited++;
        status = fn(context, &run, err);
    }
    (void)sqlite3_finalize(statement);
    if (status == CG_OK && run_no != 0 && visited == 0) {
        return cg_error_set(err, CG_USAGE,
                            "%s: there is no run %lld; `claimgate ledger runs` lists them",
                            ledger->path, (long long)run_no);
    }
    return status;
}

enum cg_status cg_ledger_visit_run_items(struct cg_ledger *ledger, int64_t run_no,
                                         cg_ledger_item_fn fn, void *context,
                                         struct cg_error *err) {
    static const char *const queries[] = {
        "SELECT 'input', file, records, bytes, lower(hex(sha256)), lower(hex(content_sha256)) FROM "
        "input WHERE run_no = ?1 ORDER BY input_no",
        "SELECT 'output', file, records, bytes, lower(hex(sha256)), lower(hex(content_hash)) "
        "FROM output WHERE run_no = ?1 ORDER BY file",
        "SELECT 'roster_file', file, rows, 0, lower(hex(sha256)), '' FROM roster_file "
        "WHERE run_no = ?1 ORDER BY file",
        "SELECT 'run_reason', reason, lines, units, '', '' FROM run_reason WHERE run_no = ?1 "
        "ORDER BY lines DESC, reason",
    };
    enum cg_status status = CG_OK;
    for (size_t i = 0; status == CG_OK && i < sizeof queries / sizeof queries[0]; i++) {
        sqlite3_stmt *statement = NULL;
        bool row = true;
        status = cg_ledger_prepare(ledger, queries[i], &statement, err);
        if (status == CG_OK) {
            (void)sqlite3_bind_int64(statement, 1, run_no);
        }
        while (status == CG_OK && row) {
            status = cg_ledger_step(ledger, statement, &row, err);
            if (status == CG_OK && row) {
                const struct cg_ledger_run_item item = {
                    .table = text_at(statement, 0),
                    .name = text_at(statement, 1),
                    .count = (uint64_t)sqlite3_column_int64(statement, 2),
                    .bytes = (uint64_t)sqlite3_column_int64(statement, 3),
                    .sha256 = text_at(statement, 4),
                    .content_hash = text_at(statement, 5),
                };
                status = fn(context, &item, err);
            }
        }
        (void)sqlite3_finalize(statement);
    }
    return status;
}

enum cg_status cg_ledger_load_policy(struct cg_ledger *ledger, int64_t run_no,
                                     struct cg_policy **out, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    bool row = false;
    *out = NULL;
    /* The newest is that of the last run that had one, not the last text that came. */
    enum cg_status status = cg_ledger_prepare(
        ledger,
        "SELECT y.text FROM run r JOIN policy y ON y.policy_no = r.policy_no "
        "WHERE (?1 = 0 AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no)) "
        "OR r.run_no = ?1 ORDER BY r.run_no DESC LIMIT 1",
        &statement, err);
    if (status == CG_OK) {
        (void)sqlite3_bind_int64(statement, 1, run_no);
        status = cg_ledger_step(ledger, statement, &row, err);
    }
    if (status == CG_OK && !row) {
        status =
            cg_error_set(err, CG_BAD_DATA, "%s: no run stands that has a policy", ledger->path);
    }
    if (status == CG_OK) {
        const struct cg_cell text = cg_cell_column(statement, 0);
        struct cg_problems problems;
        cg_problems_init(&problems);
        status =
            cg_policy_load_text(ledger->path, text.bytes.ptr, text.bytes.len, out, &problems, err);
        cg_problems_fini(&problems);
    }
    (void)sqlite3_finalize(statement);
    return status;
}
