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
#include "past.h"

#include "claimgate/base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *kind_name(enum cg_run_kind kind) {
    switch (kind) {
    case CG_RUN_VALIDATE:
        return "validate";
    case CG_RUN_IMPORT:
        return "import";
    case CG_RUN_RELEASE:
        return "release";
    case CG_RUN_WITHDRAW:
        return "withdraw";
    }
    return "";
}

void cg_ledger_forget_run(struct cg_ledger *ledger) {
    cg_ledger_members_fini(&ledger->run.members);
    cg_sorter_free(ledger->run.rows);
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
    run->rows = cg_sorter_new(ledger->dir, CG_LEDGER_PACK_BYTES);
    run->last_line = last_line;
    run->run_no = run_no;
    return run->rows != NULL ? CG_OK : cg_error_set(err, CG_INTERNAL, "out of memory");
}

enum cg_status cg_ledger_begin_kind(struct cg_ledger *ledger, enum cg_run_kind kind,
                                    int32_t as_of_day, struct cg_error *err) {
    int64_t last_run;
    int64_t last_member;
    int64_t last_line;
    cg_ledger_drop_run(ledger);
    enum cg_status status =
        cg_ledger_ask(ledger, "SELECT max(run_no) FROM run", 0, 0, &last_run, err);
    if (status == CG_OK) {
        status = cg_past_last_member(ledger, &last_member, err);
    }
    if (status == CG_OK) {
        status =
            cg_ledger_ask(ledger, "SELECT max(line_no) FROM decided_line", 0, 0, &last_line, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_numbers_load(ledger, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_reset_run(ledger, last_run + 1, last_line, err);
    }
    if (status != CG_OK) {
        return status;
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
    return status == CG_OK ? cg_ledger_recall_for(ledger, ledger->policy, 0, err) : status;
}

enum cg_status cg_ledger_begin(struct cg_ledger *ledger, const struct cg_roster *roster,
                               int32_t as_of_day, struct cg_error *err) {
    const enum cg_status status = begin_on_checked(ledger, CG_RUN_VALIDATE, as_of_day, err);
    ledger->run.roster = roster;
    return status;
}

enum cg_status cg_ledger_begin_import(struct cg_ledger *ledger, int32_t as_of_day,
                                      struct cg_error *err) {
    return begin_on_checked(ledger, CG_RUN_IMPORT, as_of_day, err);
}

int64_t cg_ledger_run_no(const struct cg_ledger *ledger) {
    return ledger->run.run_no;
}

/* A row of a small table: run_no, then the cells. */
static enum cg_status insert_row(struct cg_ledger *ledger, const char *sql,
                                 const struct cg_cell *cells, size_t count, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    enum cg_status status = cg_ledger_prepare(ledger, sql, &statement, err);
    if (status == CG_OK) {
        (void)sqlite3_bind_int64(statement, 1, ledger->run.run_no);
        cg_ledger_bind_cells(statement, 2, cells, count);
        status = cg_ledger_insert(ledger, statement, err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}
#define INSERT_ROW(ledger, sql, cells, err)                                                        \
    insert_row(ledger, sql, cells, sizeof(cells) / sizeof((cells)[0]), err)

/* "07-01": where the yearly cap of the newest version that has one begins. */
static const char *benefit_year_start(const struct cg_policy *policy, char out[8]) {
    snprintf(out, 8, "01-01");
    for (uint32_t v = 0; v < cg_policy_version_count(policy); v++) {
        const struct cg_policy_version *version = cg_policy_version(policy, v);
        for (uint32_t i = 0; i < version->cap_count; i++) {
            const struct cg_cap *cap = &version->caps[i];
            if (cap->period == CG_PERIOD_YEAR) {
                snprintf(out, 8, "%02u-%02u", (unsigned)cap->year_start_month % 100,
                         (unsigned)cap->year_start_day % 100);
            }
        }
    }
    return out;
}

/* The number of the policy's text, written where it is new. */
static enum cg_status write_policy(struct cg_ledger *ledger, int64_t *policy_no,
                                   struct cg_error *err) {
    size_t len;
    const char *text = cg_policy_text(ledger->policy, &len);
    const struct cg_cell sha256 = cg_cell_hash(cg_policy_sha256(ledger->policy));
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum cg_status status = cg_ledger_prepare(
        ledger, "SELECT policy_no FROM policy WHERE sha256 = ?1", &statement, err);
    if (status == CG_OK) {
        cg_ledger_bind(statement, 1, &sha256);
        status = cg_ledger_step(ledger, statement, &row, err);
        *policy_no = row ? sqlite3_column_int64(statement, 0) : 0;
    }
    (void)sqlite3_finalize(statement);
    if (status != CG_OK || row) {
        return status;
    }
    char year_start[8];
    const struct cg_cell cells[] = {cg_cell_string(cg_policy_id(ledger->policy)), sha256,
                                    cg_cell_text((struct cg_text){text, (uint32_t)len}),
                                    cg_cell_string(benefit_year_start(ledger->policy, year_start))};
    status = INSERT_ROW(ledger,
                        "INSERT INTO policy SELECT coalesce(max(policy_no), 0) + 1, ?2, ?3, ?4, ?5 "
                        "FROM policy WHERE ?1 IS NOT NULL",
                        cells, err);
    return status != CG_OK
               ? status
               : cg_ledger_ask(ledger, "SELECT max(policy_no) FROM policy", 0, 0, policy_no, err);
}

static enum cg_status write_inputs(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                   struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < commit->input_count; i++) {
        const struct cg_ledger_input *input = &commit->inputs[i];
        const struct cg_cell cells[] = {
            cg_cell_integer((int64_t)i + 1),  cg_cell_string(input->file),
            cg_cell_unsigned(input->bytes),   cg_cell_unsigned(input->records),
            cg_cell_hash(input->sha256),      cg_cell_hash(input->content_sha256),
            cg_cell_hash(input->head_sha256),
        };
        status = INSERT_ROW(ledger, "INSERT INTO input VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                            cells, err);
    }
    return status;
}

static enum cg_status write_outputs(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                    struct cg_error *err) {
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < commit->output_count; i++) {
        const struct cg_ledger_output *output = &commit->outputs[i];
        const struct cg_cell cells[] = {
            cg_cell_string(output->file),           cg_cell_unsigned(output->bytes),
            cg_cell_unsigned(output->records),      cg_cell_hash(output->sha256),
            cg_cell_xxh128(output->content_xxh128),
        };
        status =
            INSERT_ROW(ledger, "INSERT INTO output VALUES (?1, ?2, ?3, ?4, ?5, ?6)", cells, err);
    }
    return status;
}

static enum cg_status write_roster(struct cg_ledger *ledger, struct cg_error *err) {
    const struct cg_roster *roster = ledger->run.roster;
    const uint32_t count = roster == NULL ? 0 : cg_roster_file_count(roster);
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && i < count; i++) {
        const struct cg_roster_file_facts *file = cg_roster_file(roster, i);
        const struct cg_cell cells[] = {cg_cell_string(file->path), cg_cell_unsigned(file->rows),
                                        cg_cell_hash(file->sha256)};
        status = INSERT_ROW(ledger, "INSERT INTO roster_file VALUES (?1, ?2, ?3, ?4)", cells, err);
    }
    return status;
}

static enum cg_status write_reasons(struct cg_ledger *ledger, const struct cg_tally *tally,
                                    struct cg_error *err) {
    struct cg_tally_entry entry;
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; status == CG_OK && tally != NULL && cg_tally_reason_at(tally, i, &entry);
         i++) {
        const struct cg_cell cells[] = {cg_cell_string(entry.name),
                                        cg_cell_unsigned(entry.count.lines),
                                        cg_cell_unsigned(entry.count.units)};
        status = INSERT_ROW(ledger, "INSERT INTO run_reason VALUES (?1, ?2, ?3, ?4)", cells, err);
    }
    return status;
}

/* The inode of the folder that holds the staged and the final one; NULL when it cannot be known. */
static struct cg_cell parent_inode(const struct cg_staging *staging) {
    struct stat facts;
    if (staging == NULL || fstatat(cg_staging_dir_fd(staging), "..", &facts, 0) != 0) {
        return cg_cell_null();
    }
    return cg_cell_unsigned(facts.st_ino);
}

static enum cg_status write_run_row(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                    int64_t policy_no, const uint8_t rows_sha256[CG_SHA256_BYTES],
                                    struct cg_error *err) {
    static const struct cg_tally nothing;
    const struct cg_ledger_run *run = &ledger->run;
    const struct cg_tally *tally = commit->tally == NULL ? &nothing : commit->tally;
    const struct cg_staging *staging = commit->staging;
    const struct cg_cell cells[] = {
        cg_cell_string(kind_name(run->kind)),
        cg_cell_string(run->started_at),
        cg_cell_string(CG_VERSION),
        cg_cell_integer(run->as_of_day),
        cg_cell_optional(policy_no, 0),
        cg_cell_optional(run->withdraws, 0),
        cg_cell_string(staging == NULL ? NULL : cg_staging_path(staging)),
        cg_cell_string(staging == NULL ? NULL : cg_staging_final_path(staging)),
        parent_inode(staging),
        cg_cell_unsigned(tally->records),
        cg_cell_unsigned(tally->accepted),
        cg_cell_unsigned(tally->rejected),
        cg_cell_unsigned(tally->malformed),
        cg_cell_unsigned(tally->out_of_scope),
        cg_cell_unsigned(tally->exempt),
        cg_cell_unsigned(tally->cutback),
        cg_cell_unsigned(tally->taken_back),
        cg_cell_unsigned(tally->empty_lines),
        cg_cell_unsigned(tally->units_submitted),
        cg_cell_unsigned(tally->units_accepted),
        cg_cell_unsigned(tally->units_rejected),
        cg_cell_unsigned(tally->units_exempt),
        cg_cell_unsigned(tally->units_taken_back),
        cg_cell_hash(rows_sha256),
        cg_cell_integer(CG_LEDGER_FORM),
        cg_cell_integer(run->last_line),
    };
    /* The hash follows, in the same transaction, once all it covers is there. */
    return INSERT_ROW(ledger,
                      "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                      "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, "
                      "coalesce((SELECT hash FROM run WHERE run_no = ?1 - 1), zeroblob(32)), "
                      "zeroblob(32), ?26, ?27)",
                      cells, err);
}

enum cg_status cg_ledger_write_run(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                   const uint8_t rows_sha256[CG_SHA256_BYTES],
                                   struct cg_error *err) {
    int64_t policy_no = 0;
    uint8_t hash[CG_SHA256_BYTES];
    bool found;
    enum cg_status status = ledger->policy == NULL ? CG_OK : write_policy(ledger, &policy_no, err);
    if (status == CG_OK) {
        status = write_run_row(ledger, commit, policy_no, rows_sha256, err);
    }
    if (status == CG_OK) {
        status = write_inputs(ledger, commit, err);
    }
    if (status == CG_OK) {
        status = write_outputs(ledger, commit, err);
    }
    if (status == CG_OK) {
        status = write_roster(ledger, err);
    }
    if (status == CG_OK) {
        status = write_reasons(ledger, commit->tally, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_chain_hash(ledger, ledger->run.run_no, hash, &found, err);
    }
    if (status == CG_OK) {
        const struct cg_cell cells[] = {cg_cell_hash(hash)};
        status = INSERT_ROW(ledger, "UPDATE run SET hash = ?2 WHERE run_no = ?1", cells, err);
    }
    return status;
}

enum cg_status cg_ledger_mark_published(struct cg_ledger *ledger, int64_t run_no,
                                        const char *folder, struct cg_error *err) {
    sqlite3_stmt *statement = NULL;
    uint8_t hash[CG_SHA256_BYTES];
    char now[32];
    cg_ledger_now(now);
    enum cg_status status = cg_ledger_publication_hash(ledger, run_no, folder, now, hash, err);
    if (status == CG_OK) {
        status = cg_ledger_prepare(ledger, "INSERT INTO publication VALUES (?1, ?2, ?3, ?4)",
                                   &statement, err);
    }
    if (status == CG_OK) {
        const struct cg_cell cells[] = {cg_cell_integer(run_no), cg_cell_string(folder),
                                        cg_cell_string(now), cg_cell_hash(hash)};
        cg_ledger_bind_cells(statement, 1, cells, sizeof cells / sizeof cells[0]);
        status = cg_ledger_insert(ledger, statement, err);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

/* Steps 6 and 7. */
static enum cg_status keep(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                           struct cg_error *err) {
    uint8_t rows_sha256[CG_SHA256_BYTES];
    cg_ledger_rollback(ledger); /* that which has only read */
    cg_recall_free(ledger->recall);
    ledger->recall = NULL;
    enum cg_status status = cg_ledger_exec(ledger, "BEGIN IMMEDIATE", "beginning", err);
    if (status == CG_OK) {
        status = cg_ledger_write_rows(ledger, commit, rows_sha256, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_write_run(ledger, commit, rows_sha256, err);
    }
    if (status == CG_OK) {
        status = cg_ledger_exec(ledger, "COMMIT", "keeping the run", err);
    }
    cg_ledger_rollback(ledger);
    return status;
}

static enum cg_status fault_point(const struct cg_ledger *ledger, int fault, struct cg_error *err) {
    return fault == 0 ? CG_OK : cg_error_set_errno(err, CG_IO, fault, "%s", ledger->path);
}

enum cg_status cg_ledger_commit(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                bool *kept, struct cg_error *err) {
    *kept = false;
    enum cg_status status = fault_point(ledger, cg_fault("ledger.before_commit"), err);
    if (status == CG_OK) {
        status = keep(ledger, commit, err);
    }
    if (status != CG_OK) {
        return status;
    }
    *kept = true;
    if (commit->staging == NULL) {
        return CG_OK;
    }
    status = fault_point(ledger, cg_fault("ledger.before_publish"), err);
    if (status == CG_OK) {
        status = cg_staging_publish(commit->staging, err);
    }
    if (status == CG_OK) {
        status = fault_point(ledger, cg_fault("ledger.before_mark"), err);
    }
    if (status == CG_OK) {
        status = cg_ledger_mark_published(ledger, ledger->run.run_no,
                                          cg_staging_final_path(commit->staging), err);
    }
    if (status == CG_OK) {
        status = fault_point(ledger, cg_fault("ledger.after_mark"), err);
    } else {
        cg_error_wrap(err,
                      "run %lld is kept in the ledger but not yet published; the next run or "
                      "`claimgate ledger recover` finishes it",
                      (long long)ledger->run.run_no);
    }
    return status;
}
