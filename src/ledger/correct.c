/*
 * Corrections: runs that take back other runs, or single lines. Nothing is deleted; what reads the
 * ledger leaves out runs that were taken back.
 */
#include "joined.h"

#include "claimgate/ledger/ledger_query.h"

#include <string.h>

enum cg_status cg_ledger_write_withdrawal(struct cg_ledger *ledger, int64_t run_no,
                                          struct cg_error *err) {
    const struct cg_ledger_commit nothing = {0};
    const struct cg_policy *policy = ledger->policy;
    bool kept;
    enum cg_status status = cg_ledger_begin_kind(ledger, CG_RUN_WITHDRAW, cg_date_today(), err);
    if (status == CG_OK) {
        ledger->run.withdraws = run_no;
        ledger->policy = NULL; /* nothing was decided by it */
        status = cg_ledger_commit(ledger, &nothing, &kept, err);
    }
    ledger->policy = policy;
    cg_ledger_drop_run(ledger);
    return status;
}

/* Who is told to take a later run back first, though this one never can be, loses a good night. */
static enum cg_status refuse_what_does_not_stand(void *context,
                                                 const struct cg_ledger_run_facts *run,
                                                 struct cg_error *err) {
    const struct cg_ledger *ledger = context;
    if (strcmp(run->kind, "withdraw") == 0) {
        return cg_error_set(err, CG_USAGE,
                            "%s: run %lld has taken run %lld back, and stands for good; to have "
                            "its files again, decide them in a new run",
                            ledger->path, (long long)run->run_no, (long long)run->withdraws);
    }
    if (run->withdrawn_by != 0) {
        return cg_error_set(
            err, CG_USAGE, "%s: run %lld is taken back already, by run %lld; nothing is to be done",
            ledger->path, (long long)run->run_no, (long long)run->withdrawn_by);
    }
    return CG_OK;
}

enum cg_status cg_ledger_may_withdraw(struct cg_ledger *ledger, int64_t run_no,
                                      struct cg_error *err) {
    int64_t newest;
    if (cg_ledger_visit_runs(ledger, run_no, refuse_what_does_not_stand, ledger, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_ledger_ask(
        ledger,
        "SELECT max(run_no) FROM run r WHERE kind <> 'withdraw' AND NOT EXISTS (SELECT 1 FROM run "
        "w WHERE w.withdraws = r.run_no)",
        0, 0, &newest, err);
    if (status != CG_OK) {
        return status;
    }
    if (newest != run_no) {
        return cg_error_set(err, CG_USAGE,
                            "%s: run %lld is not the newest that stands, and later runs were "
                            "decided on it; take back run %lld first",
                            ledger->path, (long long)run_no, (long long)newest);
    }
    return CG_OK;
}

enum cg_status cg_ledger_withdraw(struct cg_ledger *ledger, int64_t run_no, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_withdraw(ledger->joined, run_no, err);
    }
    const enum cg_status status = cg_ledger_may_withdraw(ledger, run_no, err);
    return status == CG_OK ? cg_ledger_write_withdrawal(ledger, run_no, err) : status;
}

enum cg_status cg_ledger_begin_release(struct cg_ledger *ledger, int32_t as_of_day,
                                       struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_begin(ledger->joined, "release", as_of_day, cg_ledger_begin_release, err);
    }
    const enum cg_status status = cg_ledger_check_newest(ledger, err);
    return status == CG_OK ? cg_ledger_begin_kind(ledger, CG_RUN_RELEASE, as_of_day, err) : status;
}

/* Standing accepted lines of the claim, for each member that has some, and by line where lines are
 * named. A line that another row of
 * this very run frees as well is counted twice, but freed once. */
static const char standing_lines[] =
    "SELECT l.member_no, count(*), CASE WHEN ?2 IS NULL THEN NULL ELSE l.claim_line END, "
    "sum(l.accepted_units) FROM "
    "json_each(?4) j "
    "CROSS JOIN decided_line l ON l.line_no = j.value "
    "LEFT JOIN member m ON m.member_no = l.member_no "
    "WHERE l.claim_id = ?1 AND l.decision <> 2 AND l.frequency <> 8 "
    "AND (?2 IS NULL OR l.claim_line IN (?2, ?5)) AND (?3 IS NULL OR m.member_id = ?3) "
    "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = l.run_no) "
    "AND NOT EXISTS (SELECT 1 FROM take_back t WHERE t.member_no = l.member_no "
    "AND t.original_claim_id = l.claim_id "
    "AND (t.claim_line IS NULL OR t.claim_line = l.claim_line) AND t.before_line > l.line_no "
    "AND NOT EXISTS (SELECT 1 FROM run w WHERE w.withdraws = t.run_no)) "
    "GROUP BY 1, 3";

struct releasing {
    struct cg_ledger *ledger;
    struct cg_cell cells[CG_TAKE_NAMED];
    struct cg_ledger_freed *freed;
};

static enum cg_status release_member(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct releasing *releasing = context;
    releasing->cells[CG_TAKE_MEMBER] = cg_cell_integer(sqlite3_column_int64(row, 0));
    releasing->cells[CG_TAKE_NUMBER] = cg_cell_column(row, 2);
    releasing->freed->lines += (uint64_t)sqlite3_column_int64(row, 1);
    releasing->freed->units += (uint64_t)sqlite3_column_int64(row, 3);
    return cg_ledger_add_row(releasing->ledger, releasing->cells, CG_TAKE_NAMED, err);
}

enum cg_status cg_ledger_release(struct cg_ledger *ledger, const struct cg_ledger_release *release,
                                 struct cg_ledger_freed *freed, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_release(ledger, release, freed, err);
    }
    struct releasing releasing = {
        .ledger = ledger,
        .cells = {[CG_TAKE_INPUT] = cg_cell_integer((int64_t)release->input_no + 1),
                  [CG_TAKE_SOURCE_LINE] = cg_cell_unsigned(release->source_line),
                  [CG_TAKE_ORIGINAL] = cg_cell_text(release->claim_id)},
        .freed = freed};
    struct cg_buffer lines;
    struct cg_cell written[2];
    *freed = (struct cg_ledger_freed){0};
    if (cg_ledger_lines_written(ledger, release->line, written, err) != CG_OK) {
        return err->status;
    }
    cg_buffer_init(&lines, CG_LINE_LIST_MAX_BYTES);
    enum cg_status status = cg_ledger_claim_lines(ledger, release->claim_id, &lines, err);
    if (status == CG_OK) {
        status =
            cg_ledger_each(ledger,
                           CG_QUERY(standing_lines, cg_cell_text(release->claim_id), written[0],
                                    release->member_id.len == 0 ? cg_cell_null()
                                                                : cg_cell_text(release->member_id),
                                    cg_cell_buffer(&lines), written[1]),
                           release_member, &releasing, err);
    }
    cg_buffer_fini(&lines);
    return status;
}
