/*
 * A damaged ledger: three nights on one, then bytes of its file or values in its rows are changed.
 * Every question is answered or refused; nothing crashes, hangs or reads where it should not.
 *
 * The first byte chooses: bit 0 bytes or values, bit 1 opens it for writing as well, after
 * values. Six bytes each
 * for a byte: place (3), nothing, how, with what. For a value: column, row, kind, length, and as
 * many bytes.
 */
#include "support/tiny_run.h"

#include "claimgate/base/log.h"
#include "claimgate/ledger/ledger_query.h"
#include "claimgate/run/run.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 1 << 20, PATCHES_MAX = 16, PATCH_BYTES = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct damaged_ledger {
    struct cg_policy *policy;
    struct cg_roster *roster;
    char dir[64];
    char path[96];
    uint8_t sound[FILE_MAX_BYTES];
    size_t sound_len;
    uint8_t bytes[FILE_MAX_BYTES];
};

static struct damaged_ledger *the_ledger(void) {
    static struct damaged_ledger ledger;
    return &ledger;
}

/* --- the sound one --- */

static void run_night(const struct damaged_ledger *l, const char *claims, int night) {
    char out[96];
    struct cg_error err = CG_ERROR_INIT;
    struct cg_run *run = NULL;
    snprintf(out, sizeof out, "%.60s/out-%d", l->dir, night);
    const struct cg_run_plan plan = {
        .inputs = &claims,
        .input_count = 1,
        .rules = {.policy = l->policy, .roster = l->roster, .as_of_day = 20200},
        .output = {.dir = out, .group = (gid_t)-1, .level = 1},
        .ledger = l->path,
        .checks.max_reject_rate_milli = -1};
    tiny_require(cg_run_new(&plan, &run, &err) == CG_OK && cg_run_execute(run, &err) == CG_OK, "%s",
                 err.text);
    cg_run_free(run);
}

static void clean_up(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %.60s", the_ledger()->dir);
    if (system(command) != 0) {
        fprintf(stderr, "%s is left\n", the_ledger()->dir);
    }
}

static void load_rules(struct damaged_ledger *l) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    cg_log_init((struct cg_log_options){.quiet = true});
    cg_problems_init(&problems);
    tiny_require(cg_reason_init(&err) == CG_OK &&
                     cg_policy_load("ms", &l->policy, &problems, &err) == CG_OK &&
                     cg_roster_load("fixtures/quickstart/roster", l->policy, &l->roster, &problems,
                                    &err) == CG_OK,
                 "%s", err.text);
    cg_problems_fini(&problems);
}

static void make_sound(struct damaged_ledger *l) {
    static const char *const nights[] = {"fixtures/nights/2025-02-04.csv",
                                         "fixtures/nights/2025-02-05.csv",
                                         "fixtures/quickstart/claims.csv"};
    load_rules(l);
    snprintf(l->dir, sizeof l->dir, "%s/claimgate-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    tiny_require(mkdtemp(l->dir) != NULL, "no folder");
    atexit(clean_up);
    snprintf(l->path, sizeof l->path, "%.60s/ledger.db", l->dir);
    for (int i = 0; i < 3; i++) {
        run_night(l, nights[i], i);
    }
    const int fd = open(l->path, O_RDONLY | O_CLOEXEC);
    const ssize_t len = read(fd, l->sound, sizeof l->sound);
    tiny_require(len > 0 && len < FILE_MAX_BYTES, "the ledger is too large");
    l->sound_len = (size_t)len;
    close(fd);
}

/* --- damage --- */

static void put_file(const struct damaged_ledger *l, const uint8_t *bytes, size_t len) {
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    char path[112];
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        snprintf(path, sizeof path, "%.90s%s", l->path, beside[i]);
        unlink(path);
    }
    const int fd = open(l->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    tiny_require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "cannot write the ledger");
    close(fd);
}

static void damage_bytes(struct damaged_ledger *l, const uint8_t *data, size_t size) {
    size_t len = l->sound_len;
    memcpy(l->bytes, l->sound, len);
    for (size_t i = 0; i + PATCH_BYTES <= size && i < PATCHES_MAX * PATCH_BYTES; i += PATCH_BYTES) {
        const size_t at = (data[i] | (size_t)data[i + 1] << 8 | (size_t)data[i + 2] << 16) % len;
        if (data[i + 4] == UINT8_MAX) {
            len = at + 1;
        } else if ((data[i + 4] & 1) != 0) {
            l->bytes[at] = data[i + 5];
        } else {
            l->bytes[at] ^= data[i + 5];
        }
    }
    put_file(l, l->bytes, len);
}

static const char *const columns[][2] = {
    {"past", "packed"},
    {"recent", "packed"},
    {"claim_block", "packed"},
    {"claim_block", "run_no"},
    {"claim_block", "first_claim"},
    {"past", "past_no"},
    {"past", "up_to_run"},
    {"recent", "first_member"},
    {"recent", "last_member"},
    {"recent", "run_no"},
    {"decided_line", "member_no"},
    {"decided_line", "run_no"},
    {"decided_line", "start_day"},
    {"decided_line", "end_day"},
    {"decided_line", "units"},
    {"decided_line", "accepted_units"},
    {"decided_line", "decision"},
    {"decided_line", "claim_id"},
    {"decided_line", "claim_line"},
    {"decided_line", "cap_used"},
    {"decided_line", "service_no"},
    {"decided_line", "frequency"},
    {"decided_line", "original_claim_id"},
    {"rejection", "reasons"},
    {"rejection", "cap_day"},
    {"rejection", "units_used"},
    {"take_back", "before_line"},
    {"take_back", "frequency"},
    {"take_back", "original_claim_id"},
    {"member", "member_id"},
    {"member", "member_no"},
    {"service", "procedure"},
    {"service", "modifiers"},
    {"provider", "rendering_npi"},
    {"run", "kind"},
    {"run", "hash"},
    {"run", "last_line"},
    {"run", "policy_no"},
    {"run", "form"},
    {"run", "withdraws"},
    {"policy", "text"},
    {"policy", "sha256"},
    {"policy", "policy_id"},
    {"fold", "next_member"},
    {"fold", "round_run"},
    {"run", "run_no"},
    {"decided_line", "line_no"},
    {"policy", "policy_no"},
    {"take_back", "take_back_no"},
    {"service", "service_no"},
    {"publication", "run_no"},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* The last kind changes bytes of the value that stands there; the others replace it. */
static void bind_value(sqlite3_stmt *update, sqlite3_stmt *old, unsigned kind, const uint8_t *data,
                       unsigned len) {
    static uint8_t mixed[65536];
    int64_t number = 0;
    const int old_len = old != NULL ? sqlite3_column_bytes(old, 0) : 0;
    if (kind % 5 == 4 && old_len > 0 && old_len <= (int)sizeof mixed) {
        memcpy(mixed, sqlite3_column_blob(old, 0), (size_t)old_len);
        for (unsigned i = 0; i + 1 < len; i += 2) {
            mixed[data[i] % old_len] ^= data[i + 1];
        }
        sqlite3_bind_blob(update, 1, mixed, old_len, SQLITE_STATIC);
        return;
    }
    memcpy(&number, data, len < sizeof number ? len : sizeof number);
    switch (kind % 5) {
    case 0:
        sqlite3_bind_null(update, 1);
        break;
    case 1:
        sqlite3_bind_int64(update, 1, number);
        break;
    case 2:
        sqlite3_bind_text(update, 1, (const char *)data, (int)len, SQLITE_STATIC);
        break;
    default:
        sqlite3_bind_blob(update, 1, data, (int)len, SQLITE_STATIC);
    }
}

static void damage_value(sqlite3 *db, const uint8_t *head, const uint8_t *value, unsigned len) {
    char sql[512];
    sqlite3_stmt *old = NULL;
    sqlite3_stmt *update = NULL;
    const char *table = columns[head[0] % COLUMNS][0];
    const char *column = columns[head[0] % COLUMNS][1];
    snprintf(sql, sizeof sql,
             "SELECT %s FROM %s WHERE rowid = (SELECT rowid FROM %s LIMIT 1 OFFSET %u %% (SELECT "
             "count(*) + 1 FROM %s))",
             column, table, table, head[1], table);
    const bool found =
        sqlite3_prepare_v2(db, sql, -1, &old, NULL) == SQLITE_OK && sqlite3_step(old) == SQLITE_ROW;
    snprintf(sql, sizeof sql,
             "UPDATE OR IGNORE %s SET %s = ?1 WHERE rowid = (SELECT rowid FROM %s LIMIT 1 OFFSET "
             "%u %% (SELECT count(*) + 1 FROM %s))",
             table, column, table, head[1], table);
    if (found && sqlite3_prepare_v2(db, sql, -1, &update, NULL) == SQLITE_OK) {
        bind_value(update, old, head[2], value, len);
        (void)sqlite3_step(update); /* a value of another type is refused, and nothing changes */
    }
    sqlite3_finalize(update);
    sqlite3_finalize(old);
}

static void damage_values(const struct damaged_ledger *l, const uint8_t *data, size_t size) {
    sqlite3 *db = NULL;
    put_file(l, l->sound, l->sound_len);
    tiny_require(sqlite3_open(l->path, &db) == SQLITE_OK &&
                     sqlite3_exec(db, "PRAGMA ignore_check_constraints = 1; PRAGMA synchronous = 0",
                                  NULL, NULL, NULL) == SQLITE_OK,
                 "%s", sqlite3_errmsg(db));
    for (size_t i = 0; i + 4 <= size;) {
        const uint8_t *head = data + i;
        unsigned len = head[3] % 64;
        i += 4;
        len = len < size - i ? len : (unsigned)(size - i);
        damage_value(db, head, data + i, len);
        i += len;
    }
    sqlite3_close(db);
}

/* --- questions --- */

static enum cg_status hear_run(void *context, const struct cg_ledger_run_facts *run,
                               struct cg_error *err) {
    (void)context;
    (void)err;
    tiny_require(run->kind != NULL && run->hash != NULL, "a run without a word");
    return CG_OK;
}

static enum cg_status hear_decision(void *context, const struct cg_ledger_decision *decision,
                                    struct cg_error *err) {
    (void)context;
    (void)err;
    tiny_require(decision->claim_id != NULL && decision->reasons != NULL, "a line without a word");
    return CG_OK;
}

static enum cg_status hear_outcome(void *context, const struct cg_ledger_outcome *outcome,
                                   struct cg_error *err) {
    (void)context;
    (void)err;
    tiny_require(outcome->reasons != NULL, "a line without a word");
    return CG_OK;
}

static void hear_fault(void *context, const char *text) {
    (void)context;
    tiny_require(text[0] != '\0', "a fault without a word");
}

static void expect_told(enum cg_status status, struct cg_error *err) {
    tiny_require(status == CG_OK || err->text[0] != '\0', "refused without a word");
    *err = (struct cg_error)CG_ERROR_INIT;
}

static void ask_of_member(struct cg_ledger *ledger, struct cg_history *history, const char *id) {
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_text member = cg_text_of(id);
    expect_told(cg_ledger_visit_standing(ledger, member, NULL, hear_decision, NULL, &err), &err);
    expect_told(cg_history_meet(history, member, &err), &err);
}

/* What is asked under the policy. */
static void ask_of_caps(const struct damaged_ledger *l, struct cg_ledger *ledger) {
    struct cg_error err = CG_ERROR_INIT;
    const enum cg_status status = cg_ledger_recall_for(ledger, l->policy, 0, &err);
    expect_told(status, &err);
    if (status == CG_OK) {
        struct cg_history *history = cg_history_new(cg_ledger_recall, ledger);
        tiny_require(history != NULL, "out of memory");
        ask_of_member(ledger, history, "M-01");
        ask_of_member(ledger, history, "M-02");
        expect_told(cg_ledger_visit_freed(ledger, hear_decision, NULL, &err), &err);
        cg_history_free(history);
    }
}

static void ask(const struct damaged_ledger *l) {
    struct cg_ledger *ledger = NULL;
    struct cg_error err = CG_ERROR_INIT;
    uint64_t faults = 0;
    if (cg_ledger_open_reader(l->path, &ledger, &err) != CG_OK) {
        expect_told(err.status, &err);
        return;
    }
    expect_told(cg_ledger_visit_runs(ledger, 0, hear_run, NULL, &err), &err);
    expect_told(cg_ledger_visit_claim(ledger, cg_text_of("CLM-1001"), cg_text_of(""), hear_decision,
                                      NULL, &err),
                &err);
    expect_told(cg_ledger_visit_run_lines(ledger, 1, hear_outcome, NULL, &err), &err);
    ask_of_caps(l, ledger);
    expect_told(cg_ledger_verify(ledger, hear_fault, NULL, &faults, &err), &err);
    cg_ledger_close(ledger);
}

static void open_for_writing(const struct damaged_ledger *l) {
    struct cg_ledger *ledger = NULL;
    struct cg_error err = CG_ERROR_INIT;
    const struct cg_ledger_plan plan = {.path = l->path, .policy = l->policy};
    expect_told(cg_ledger_open(&plan, &ledger, &err), &err);
    cg_ledger_close(ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct damaged_ledger *l = the_ledger();
    if (l->sound_len == 0) {
        make_sound(l);
    }
    if (size < 1) {
        return 0;
    }
    if ((data[0] & 1) != 0) {
        damage_bytes(l, data + 1, size - 1);
    } else {
        damage_values(l, data + 1, size - 1);
    }
    ask(l);
    /* Recovery removes what staged runs have left, by the paths of their rows: these stay sound. */
    if ((data[0] & 3) == 2) {
        open_for_writing(l);
    }
    return 0;
}
