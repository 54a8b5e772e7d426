/*
 * Runs and what the small tables hold of them.
 */
#include "claimgate/base/problems.h"
#include "claimgate/ledger/ledger_query.h"
#include "joined.h"

static void read_run(sqlite3_stmt *statement, struct cg_ledger_run_facts *out) {
    *out = (struct cg_ledger_run_facts){
        .run_no = sqlite3_column_int64(statement, 0),
        .kind = cg_text_at(statement, 1),
        .started_at = cg_text_at(statement, 2),
        .claimgate = cg_text_at(statement, 3),
        .as_of_day = sqlite3_column_int(statement, 4),
        .policy_id = cg_text_at(statement, 5),
        .policy_sha256 = cg_text_at(statement, 6),
        .withdraws = sqlite3_column_int64(statement, 7),
        .withdrawn_by = sqlite3_column_int64(statement, 8),
        .folder = cg_text_at(statement, 9),
        .hash = cg_text_at(statement, 11),
        .previous_hash = cg_text_at(statement, 12),
        .layout = cg_text_at(statement, 27),
        .providers = (uint64_t)sqlite3_column_int64(statement, 28),
    };
    out->state = out->withdrawn_by != 0                   ? CG_RUN_WITHDRAWN
                 : sqlite3_column_int(statement, 10) != 0 ? CG_RUN_UNPUBLISHED
                                                          : CG_RUN_STANDS;
#define COUNT_AT(name) &out->tally.name,
    uint64_t *const counts[] = {CG_TALLY_KEPT(COUNT_AT)};
#undef COUNT_AT
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        *counts[i] = (uint64_t)sqlite3_column_int64(statement, 13 + (int)i);
    }
}

struct visit {
    cg_ledger_run_fn run_fn;
    cg_ledger_item_fn item_fn;
    void *context;
    uint32_t visited;
};

static enum cg_status visit_run(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct visit *visit = context;
    struct cg_ledger_run_facts run;
    read_run(row, &run);
    visit->visited++;
    return visit->run_fn(visit->context, &run, err);
}

#define COUNT_COLUMN(name) "r." #name ", "
#define COUNT_COLUMNS      CG_TALLY_KEPT(COUNT_COLUMN)

enum cg_status cg_ledger_visit_runs(struct cg_ledger *ledger, int64_t run_no, cg_ledger_run_fn fn,
                                    void *context, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_runs(ledger, run_no, fn, context, err);
    }
    struct visit visit = {.run_fn = fn, .context = context};
    const enum cg_status status = cg_ledger_each(
        ledger,
        CG_QUERY("SELECT r.run_no, r.kind, r.started_at, r.claimgate, r.as_of_day, y.policy_id, "
                 "lower(hex(y.sha256)), r.withdraws, w.run_no, coalesce(p.folder, r.final_path), "
                 "r.staging_path IS NOT NULL AND p.run_no IS NULL, lower(hex(r.hash)), "
                 "lower(hex(r.previous_hash)), " COUNT_COLUMNS
                 "r.layout, coalesce(r.providers, 0) FROM run r "
                 "LEFT JOIN policy y ON y.policy_no = r.policy_no "
                 "LEFT JOIN publication p ON p.run_no = r.run_no "
                 "LEFT JOIN run w ON w.withdraws = r.run_no "
                 "WHERE ?1 = 0 OR r.run_no = ?1 ORDER BY r.run_no",
                 cg_cell_integer(run_no)),
        visit_run, &visit, err);
    if (status == CG_OK && run_no != 0 && visit.visited == 0) {
        return cg_error_set(err, CG_USAGE,
                            "%s: there is no run %lld; `claimgate ledger runs` lists them",
                            ledger->path, (long long)run_no);
    }
    return status;
}

static enum cg_status visit_item(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct visit *visit = context;
    const struct cg_ledger_run_item item = {
        .table = cg_text_at(row, 0),
        .name = cg_text_at(row, 1),
        .count = (uint64_t)sqlite3_column_int64(row, 2),
        .bytes = (uint64_t)sqlite3_column_int64(row, 3),
        .sha256 = cg_text_at(row, 4),
        .content_hash = cg_text_at(row, 5),
    };
    return visit->item_fn(visit->context, &item, err);
}

enum cg_status cg_ledger_visit_run_items(struct cg_ledger *ledger, int64_t run_no,
                                         cg_ledger_item_fn fn, void *context,
                                         struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_visit_run_items(ledger, run_no, fn, context, err);
    }
    static const char *const queries[] = {
        "SELECT 'input', file, records, bytes, lower(hex(sha256)), lower(hex(content_sha256)) FROM "
        "input WHERE run_no = ?1 ORDER BY input_no",
        "SELECT 'output', file, records, bytes, lower(hex(sha256)), lower(hex(content_hash)) "
        "FROM output WHERE run_no = ?1 ORDER BY file",
        "SELECT 'roster_file', file, rows, 0, lower(hex(sha256)), '' FROM roster_file "
        "WHERE run_no = ?1 ORDER BY file",
        "SELECT 'run_reason', reason, lines, units, '', '' FROM run_reason WHERE run_no = ?1 "
        "ORDER BY lines DESC, reason",
        "SELECT 'run_count', name, records, 0, '', '' FROM run_count WHERE run_no = ?1 "
        "ORDER BY name",
    };
    struct visit visit = {.item_fn = fn, .context = context};
    enum cg_status status = CG_OK;
    for (size_t i = 0; status == CG_OK && i < sizeof queries / sizeof queries[0]; i++) {
        status = cg_ledger_each(ledger, CG_QUERY(queries[i], cg_cell_integer(run_no)), visit_item,
                                &visit, err);
    }
    return status;
}

struct loading {
    struct cg_ledger *ledger;
    struct cg_policy **out;
};

static enum cg_status load_policy(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct loading *loading = context;
    const struct cg_text text = cg_cell_column(row, 0).bytes;
    struct cg_problems problems;
    cg_problems_init(&problems);
    const enum cg_status status = cg_policy_load_text(loading->ledger->path, text.ptr, text.len,
                                                      loading->out, &problems, err);
    cg_problems_fini(&problems);
    return status;
}

enum cg_status cg_ledger_load_policy(struct cg_ledger *ledger, int64_t run_no,
                                     struct cg_policy **out, struct cg_error *err) {
    if (cg_joined_to_first(&ledger, err) != CG_OK) {
        return err->status;
    }
    struct loading loading = {ledger, out};
    *out = NULL;
    /* The newest is that of the last run that had one, not the last text that came. */
    const enum cg_status status = cg_ledger_each(
        ledger,
        CG_QUERY("SELECT y.text FROM run r JOIN policy y ON y.policy_no = r.policy_no "
                 "WHERE (?1 = 0 AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = r.run_no)) "
                 "OR r.run_no = ?1 ORDER BY r.run_no DESC LIMIT 1",
                 cg_cell_integer(run_no)),
        load_policy, &loading, err);
    return status != CG_OK || *out != NULL
               ? status
               : cg_error_set(err, CG_BAD_DATA, "%s: no run stands that has a policy",
                              ledger->path);
}
