/*
 * Proof of a ledger: the schema and the runs in their order (verify_runs.c); beside them SQLite's
 * own check and the members in their order (recount.c).
 */
#include "verify.h"

#include "claimgate/base/log.h"
#include "joined.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cg_verify_fault(struct cg_verify *verify, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    verify->faults++;
    if (verify->fn != NULL) {
        verify->fn(verify->context, text);
    } else if (!cg_buffer_append(&verify->held, text, strlen(text) + 1)) {
        return; /* so many that it is counted alone */
    }
}

enum {
    LINE_BYTES = 100,
    STEP_LINES = 4096,
    HELD_BYTES = 1 << 20
}; /* about what a line takes in the ledger */

void cg_verify_step(struct cg_verify *verify) {
    if (++verify->lines % STEP_LINES == 0) {
        cg_progress_update(&verify->progress, verify->lines * LINE_BYTES);
    }
}

enum cg_status cg_verify_no_memory(struct cg_error *err) {
    return cg_error_set(err, CG_INTERNAL, "out of memory while verifying the ledger");
}

struct cg_verify_sums *cg_verify_run(struct cg_verify *verify, int64_t run_no) {
    return &verify->runs[run_no > 0 && run_no <= verify->last_run ? run_no : 0];
}

bool cg_verify_entry_hash(struct cg_verify *verify, int64_t member_no,
                          const struct cg_packed_entry *entry, uint64_t *hash) {
    struct cg_packer alone = {0};
    cg_buffer_clear(&verify->entry);
    if (!cg_pack_entry(&verify->entry, &alone, entry)) {
        return false;
    }
    *hash =
        cg_hash64(verify->entry.data, verify->entry.len_bytes, verify->seed + (uint64_t)member_no);
    return true;
}

uint64_t cg_verify_used_hash(const struct cg_verify *verify, int64_t line_no, uint32_t cap_no,
                             uint64_t units) {
    const uint64_t values[] = {(uint64_t)line_no, cap_no, units};
    return cg_hash64(values, sizeof values, verify->seed);
}

uint64_t cg_verify_claim_hash(const struct cg_verify *verify, struct cg_text claim_id,
                              int64_t run_no, int64_t line_no) {
    const uint64_t seed = verify->seed ^ (uint64_t)line_no ^ (uint64_t)run_no << 48;
    return cg_hash64(claim_id.ptr, claim_id.len, seed);
}

/* What cannot be read is a fault to be told, and no failure to tell. */
static enum cg_status tell_damage(struct cg_verify *verify, enum cg_status status,
                                  struct cg_error *err) {
    if (status != CG_BAD_DATA) {
        return status;
    }
    cg_verify_fault(verify, "%s", err->text);
    *err = (struct cg_error)CG_ERROR_INIT;
    verify->is_damaged = true;
    return CG_OK;
}

static void tell_database(void *context, const char *text) {
    cg_verify_fault(context, "the database file: %s", text);
}

static enum cg_status check_database(struct cg_verify *verify, struct cg_error *err) {
    return cg_ledger_sqlite_check(verify->ledger, "PRAGMA integrity_check(20)", tell_database,
                                  verify, err);
}

static enum cg_status read_run(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct cg_verify_sums *run = cg_verify_run(context, sqlite3_column_int64(row, 0));
    (void)err;
    run->policy_no = sqlite3_column_int64(row, 1);
    run->withdrawn = sqlite3_column_int(row, 2) != 0;
    return CG_OK;
}

static enum cg_status read_runs(struct cg_verify *verify, struct cg_error *err) {
    static const struct cg_query runs = {
        .sql = "SELECT run_no, policy_no, EXISTS (SELECT 1 FROM run w WHERE w.withdraws = "
               "r.run_no) FROM run r"};
    return cg_ledger_each(verify->ledger, &runs, read_run, verify, err);
}

/* Runs are numbered one after the other; by another number none is looked up. */
static enum cg_status find_last_run(struct cg_verify *verify, struct cg_error *err) {
    int64_t runs = 0;
    enum cg_status status =
        cg_ledger_ask(verify->ledger, "SELECT count(*) FROM run", 0, 0, &runs, err);
    if (status == CG_OK) {
        status = cg_ledger_ask(verify->ledger, "SELECT max(run_no) FROM run", 0, 0,
                               &verify->last_run, err);
    }
    if (status == CG_OK && (verify->last_run < 0 || verify->last_run > 2 * runs + 1024)) {
        cg_verify_fault(verify, "table run: a number that no run has");
        verify->last_run = runs;
    }
    return status;
}

static enum cg_status start(struct cg_verify *verify, struct cg_error *err) {
    struct cg_ledger *ledger = verify->ledger;
    int64_t records = 0;
    enum cg_status status = find_last_run(verify, err);
    if (status != CG_OK) {
        return status;
    }
    verify->runs = calloc((size_t)verify->last_run + 1, sizeof verify->runs[0]);
    if (verify->runs == NULL) {
        return cg_verify_no_memory(err);
    }
    status = cg_ledger_ask(ledger, "SELECT max(line_no) FROM decided_line", 0, 0, &records, err);
    if (status != CG_OK) {
        return status;
    }
    cg_progress_start(&verify->progress, "verifying", LINE_BYTES * (uint64_t)records,
                      !cg_log_is_quiet());
    return read_runs(verify, err) == CG_OK ? cg_ledger_numbers_load(ledger, err) : err->status;
}

/* The rows of a run are proved by its hash; those of no run are not. What was summed up of
 * providers for a run that version 1 kept is there, and not proved. */
static enum cg_status check_strays(struct cg_verify *verify, struct cg_error *err) {
    static const struct {
        const char *table;
        int form; /* the hash of a run of an earlier form does not look there */
    } tables[] = {{"input", 1},     {"output", 1},      {"roster_file", 1},
                  {"run_count", 1}, {"run_reason", 1},  {"near", 1},
                  {"alias", 2},     {"publication", 1}, {"rendered", 1}};
    enum cg_status status = CG_OK;
    for (size_t i = 0; status == CG_OK && i < sizeof tables / sizeof tables[0]; i++) {
        char sql[160];
        int64_t strays = 0;
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM %s a WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.run_no = "
                 "a.run_no AND r.form >= %d)",
                 tables[i].table, tables[i].form);
        status = cg_ledger_ask(verify->ledger, sql, 0, 0, &strays, err);
        if (strays != 0) {
            cg_verify_fault(verify, "table %s has rows of no run", tables[i].table);
        }
    }
    return status;
}

/* What another thread does, on its own connection. */
struct beside {
    struct cg_verify verify;
    enum cg_status status;
    struct cg_error error;
    pthread_t thread;
    bool runs;
};

static void *verify_members(void *context) {
    struct beside *beside = context;
    struct cg_verify *verify = &beside->verify;
    struct cg_error *err = &beside->error;
    beside->status = tell_damage(verify, check_database(verify, err), err);
    if (beside->status == CG_OK) {
        beside->status = tell_damage(verify, cg_ledger_services_load(verify->ledger, err), err);
    }
    if (beside->status == CG_OK && !verify->is_damaged) {
        beside->status = tell_damage(verify, cg_verify_members(verify, err), err);
    }
    return NULL;
}

static enum cg_status verify_runs(struct cg_verify *verify, struct cg_error *err) {
    static enum cg_status (*const steps[])(struct cg_verify *, struct cg_error *) = {cg_verify_runs,
                                                                                     check_strays};
    enum cg_status status = CG_OK;
    for (size_t i = 0; status == CG_OK && i < sizeof steps / sizeof steps[0]; i++) {
        status = tell_damage(verify, steps[i](verify, err), err);
    }
    return status;
}

/* Whatever commits adds a run or marks one as published. */
static enum cg_status begin(struct cg_ledger *ledger, int64_t *state, struct cg_error *err) {
    cg_ledger_rollback(ledger);
    const enum cg_status status = cg_ledger_exec(ledger, "BEGIN", "verifying", err);
    return status != CG_OK ? status
                           : cg_ledger_ask(ledger,
                                           "SELECT coalesce(max(run_no), 0) + "
                                           "(SELECT count(*) FROM publication) FROM run",
                                           0, 0, state, err);
}

/* One transaction each, of the same state: a run that commits meanwhile is not seen by half. */
static enum cg_status begin_both(struct cg_ledger *one, struct cg_ledger *other,
                                 struct cg_error *err) {
    int64_t state = 0;
    int64_t of_other = -1;
    enum cg_status status = CG_OK;
    while (status == CG_OK && state != of_other) {
        status = begin(one, &state, err);
        if (status == CG_OK) {
            status = begin(other, &of_other, err);
        }
    }
    return status;
}

static enum cg_status verify_both(struct cg_verify *verify, struct beside *beside,
                                  struct cg_error *err) {
    struct cg_verify *members = &beside->verify;
    members->runs = verify->runs;
    members->last_run = verify->last_run;
    beside->runs = pthread_create(&beside->thread, NULL, verify_members, beside) == 0;
    const enum cg_status status = verify_runs(verify, err);
    if (beside->runs) {
        (void)pthread_join(beside->thread, NULL);
    } else {
        (void)verify_members(beside);
    }
    for (size_t at = 0; at < members->held.len_bytes; at += strlen(members->held.data + at) + 1) {
        verify->fn(verify->context, members->held.data + at);
    }
    members->fn = verify->fn;
    members->context = verify->context;
    members->faults += verify->faults;
    verify->faults = members->faults;
    if (status != CG_OK || beside->status != CG_OK) {
        *err = status != CG_OK ? *err : beside->error;
        return err->status;
    }
    if (verify->is_damaged || members->is_damaged) {
        return CG_OK;
    }
    const enum cg_status compared = tell_damage(members, cg_verify_compare(members, err), err);
    verify->faults = members->faults;
    return compared;
}

static enum cg_status verify_all(struct cg_verify *verify, struct beside *beside,
                                 struct cg_error *err) {
    if (cg_ledger_open_to_read(verify->ledger->path, &beside->verify.ledger, err) != CG_OK ||
        cg_verify_schema(verify, err) != CG_OK ||
        begin_both(verify->ledger, beside->verify.ledger, err) != CG_OK ||
        start(verify, err) != CG_OK) {
        return tell_damage(verify, err->status, err);
    }
    return verify_both(verify, beside, err);
}

static void init(struct cg_verify *verify, uint64_t seed) {
    verify->seed = seed;
    cg_buffer_init(&verify->entry, 2 * CG_PACK_ENTRY_MAX_BYTES);
    cg_buffer_init(&verify->held, HELD_BYTES);
}

static void fini(struct cg_verify *verify) {
    cg_buffer_fini(&verify->entry);
    cg_buffer_fini(&verify->held);
}

enum cg_status cg_ledger_verify(struct cg_ledger *ledger, cg_ledger_fault_fn fn, void *context,
                                uint64_t *faults, struct cg_error *err) {
    if (ledger->joined != NULL) {
        return cg_joined_verify(ledger, fn, context, faults, err);
    }
    struct cg_verify verify = {.ledger = ledger, .fn = fn, .context = context};
    struct beside beside = {.error = CG_ERROR_INIT};
    init(&verify, cg_hash_run_seed());
    init(&beside.verify, verify.seed);
    const enum cg_status status = verify_all(&verify, &beside, err);
    cg_progress_end(&verify.progress);
    cg_ledger_rollback(ledger);
    cg_ledger_close(beside.verify.ledger);
    fini(&verify);
    fini(&beside.verify);
    free(verify.runs);
    *faults = verify.faults;
    return status;
}
