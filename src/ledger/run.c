/*
 * The protocol of a run.
 *
 *    step                                   a crash after it leaves    the next start
 * 0  lock, open, migrate (one transaction)  a ledger without this run  nothing to do
 * 1  recover what an earlier run left       the ledger as it should    nothing to do
 *                                           be
 * 2  skip inputs that are known             -                          -
 * 3  stage: files in a folder beside DIR    a stale staged folder      staging removes it (same
 *                                                                      DIR)
 * 4  decide; rows wait in memory and in a   the same: the file has no  the same
 *    nameless file                          name
 * 5  fsync of files, folder and parent      the same                   the same
 * 6  BEGIN IMMEDIATE; rows, run row, hash   the same: SQLite rolls     the same
 *                                           back
 * 7  COMMIT (WAL, synchronous FULL)         decisions kept, folder     recover: files checked
 *                                           staged                     against their SHA-256, then
 *                                                                      step 8
 * 8  rename to DIR, fsync of the parent     decisions kept, DIR there, recover: DIR checked, then
 *                                           no mark                    step 9
 * 9  mark published (one row, COMMIT)       all done                   nothing to do
 *
 * Before 7 nothing of the run is in the ledger and DIR is not there; from 7 on the run is finished,
 * by itself or by the next opening for writing (recover.c). So DIR is never seen unless its
 * decisions are kept, and exit 0 comes after 9. Steps 7 and 9 are durable when COMMIT returns, for
 * SQLite syncs the WAL under synchronous FULL; the rename is durable through staging's fsync.
 */
#include "joined.h"
#include "past.h"

#include "claimgate/base/fault.h"

void cg_ledger_forget_run(struct cg_ledger *ledger) {
    cg_ledger_members_fini(&ledger->run.members);
    cg_line_ids_fini(&ledger->run.line_ids);
    cg_sorter_free(ledger->run.rows);
    cg_sorter_free(ledger->run.aliases);
    cg_buffer_fini(&ledger->run.row);
    ledger->run = (struct cg_ledger_run){0};
}

void cg_ledger_drop_run(struct cg_ledger *ledger) {
    if (ledger->run.run_no != 0) {
        cg_ledger_rollback(ledger);
    }
    cg_ledger_forget_run(ledger);
}

enum cg_status cg_ledger_reset_run(struct cg_ledger *ledger, int64_t run_no, int64_t last_line,
                                   struct cg_error *err) {
    enum { ROW_LIMIT_BYTES = 1 << 16 };
    struct cg_ledger_run *run = &ledger->run;
    cg_ledger_forget_run(ledger);
    cg_buffer_init(&run->row, ROW_LIMIT_BYTES);
    run->rows = cg_sorter_new(ledger->dir, ledger->pack_bytes);
    run->last_line = last_line;
    run->run_no = run_no;
    return run->rows != NULL ? CG_OK : cg_error_no_memory(err);
}

enum cg_status cg_ledger_begin_kind(struct cg_ledger *ledger, enum cg_run_kind kind,
                                    int32_t as_of_day, struct cg_error *err) {
    int64_t last_run;
    int64_t last_member;
    int64_t last_line;
    cg_ledger_drop_run(ledger);
    if (cg_ledger_ask(ledger, "SELECT max(run_no) FROM run", 0, 0, &last_run, err) != CG_OK ||
        cg_past_last_member(ledger, &last_member, err) != CG_OK ||
        cg_ledger_ask(ledger, "SELECT max(line_no) FROM decided_line", 0, 0, &last_line, err) !=
            CG_OK ||
        cg_ledger_numbers_load(ledger, err) != CG_OK ||
        cg_ledger_reset_run(ledger, last_run + 1, last_line, err) != CG_OK) {
        return err->status;
    }
    struct cg_ledger_run *run = &ledger->run;
    run->kind = kind;
    run->as_of_day = as_of_day;
    cg_ledger_now(run->started_at);
    cg_ledger_members_init(&run->members, last_member);
    /* One transaction for all that is read, up to the commit: begun for each member, locks would
     * cost much of a night. Nobody else can write meanwhile. */
    return cg_ledger_exec(ledger, "BEGIN", "beginning", err);
}

/* A run that decides or takes in lines builds on those that the ledger has. */
static enum cg_status begin_on_checked(struct cg_ledger *ledger, enum cg_run_kind kind,
                                       int32_t as_of_day, struct cg_error *err) {
    enum cg_status status = cg_ledger_check_newest(ledger, err);
    if (status == CG_OK) {
        status = cg_ledger_begin_kind(ledger, kind, as_of_day, err);
    }
    ledger->run.policy = ledger->policy;
    return status == CG_OK ? cg_ledger_recall_for(ledger, ledger->policy, 0, err) : status;
}

enum cg_status cg_ledger_begin(struct cg_ledger *ledger, const struct cg_roster *roster,
                               int32_t as_of_day, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_begin_validate(ledger->joined, roster, as_of_day, err);
    }
    const enum cg_status status = begin_on_checked(ledger, CG_RUN_VALIDATE, as_of_day, err);
    ledger->run.roster = roster;
    return status;
}

enum cg_status cg_ledger_begin_import(struct cg_ledger *ledger, int32_t as_of_day,
                                      struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_begin(ledger->joined, "import", as_of_day, cg_ledger_begin_import, err);
    }
    return begin_on_checked(ledger, CG_RUN_IMPORT, as_of_day, err);
}

int64_t cg_ledger_run_no(const struct cg_ledger *ledger) {
    return ledger->joined != NULL ? ledger->joined->night.run_no : ledger->run.run_no;
}

enum cg_status cg_ledger_mark_published(struct cg_ledger *ledger, int64_t run_no,
                                        const char *folder, const uint8_t *night_sha256,
                                        struct cg_error *err) {
    uint8_t hash[CG_SHA256_BYTES];
    char now[32];
    cg_ledger_now(now);
    const struct cg_publication publication = {folder, now, night_sha256};
    const enum cg_status status =
        cg_ledger_publication_hash(ledger, run_no, &publication, hash, err);
    return status != CG_OK
               ? status
               : cg_ledger_do(
                     ledger,
                     CG_QUERY("INSERT INTO publication VALUES (?1, ?2, ?3, ?4, ?5)",
                              cg_cell_integer(run_no), cg_cell_string(folder), cg_cell_string(now),
                              cg_cell_hash(hash),
                              night_sha256 == NULL ? cg_cell_null() : cg_cell_hash(night_sha256)),
                     err);
}

/* Steps 6 and 7. */
static enum cg_status keep(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                           struct cg_error *err) {
    uint8_t rows_sha256[CG_SHA256_BYTES];
    cg_ledger_rollback(ledger); /* the transaction that has only read */
    cg_recall_free(ledger->recall);
    ledger->recall = NULL;
    enum cg_status status = cg_ledger_exec(ledger, "BEGIN IMMEDIATE", "beginning", err);
    if (status == CG_OK) {
        status = cg_ledger_write_rows(ledger, commit, rows_sha256, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_write_aliases(ledger, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_write_run(ledger, commit, rows_sha256, err);
    }
    if (status == CG_OK && ledger->of_night != NULL) {
        status = cg_night_still_open(ledger->of_night, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_exec(ledger, "COMMIT", "keeping the run", err);
    }
    cg_ledger_rollback(ledger);
    return status;
}

enum cg_status cg_ledger_fault_point(const char *path, int fault, struct cg_error *err) {
    return fault == 0 ? CG_OK : cg_error_set_errno(err, CG_IO, fault, "%s", path);
}

enum cg_status cg_ledger_commit(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                bool *kept, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_commit(ledger->joined, commit, kept, err);
    }
    *kept = false;
    if (cg_ledger_fault_point(ledger->path, cg_fault("ledger.before_commit"), err) != CG_OK ||
        keep(ledger, commit, err) != CG_OK) {
        return err->status;
    }
    *kept = true;
    if (commit->staging == NULL) {
        return CG_OK;
    }
    if (cg_ledger_fault_point(ledger->path, cg_fault("ledger.before_publish"), err) != CG_OK ||
        cg_staging_publish(commit->staging, err) != CG_OK ||
        cg_ledger_fault_point(ledger->path, cg_fault("ledger.before_mark"), err) != CG_OK ||
        cg_ledger_mark_published(ledger, ledger->run.run_no, cg_staging_final_path(commit->staging),
                                 NULL, err) != CG_OK) {
        cg_error_wrap(err,
                      "run %lld is kept in the ledger but not yet published; the next run or "
                      "`claimgate ledger recover` finishes it",
                      (long long)ledger->run.run_no);
        return err->status;
    }
    return cg_ledger_fault_point(ledger->path, cg_fault("ledger.after_mark"), err);
}
