/*
 * The runs in their order, each table read once along its key beside them.
 *
 * A run's rows are digested as they were when they were written, each member's lines are packed
 * again and compared with its accumulator, and a hash over (claim, run, member) is summed that must
 * be the same over the lines and over the index of claims.
 */
#include "claimgate/base/stop.h"
#include "verify.h"

#include <stdlib.h>
#include <string.h>

/* A table read once, row by row, along the runs. */
struct cursor {
    sqlite3_stmt *statement;
    int64_t run_no; /* of the row in front; INT64_MAX at the end */
};

struct pass {
    struct cg_verify *verify;
    struct cursor members;
    struct cursor lines;
    struct cursor take_backs;
    sqlite3_stmt *accumulator;
    struct cg_buffer row;
    struct cg_buffer packed;
    uint64_t groups; /* (run, member) pairs that have lines or take-backs */
    uint64_t claims; /* sum of hashes */
    uint64_t seed;
    struct cg_rows_digest *digest;
};

static enum cg_status advance(struct pass *pass, struct cursor *cursor, struct cg_error *err) {
    bool row;
    const enum cg_status status =
        cg_ledger_step(pass->verify->ledger, cursor->statement, &row, err);
    cursor->run_no =
        status == CG_OK && row ? sqlite3_column_int64(cursor->statement, 0) : INT64_MAX;
    return status;
}

static enum cg_status open_cursor(struct pass *pass, struct cursor *cursor, const char *sql,
                                  struct cg_error *err) {
    const enum cg_status status =
        cg_ledger_prepare(pass->verify->ledger, sql, &cursor->statement, err);
    return status != CG_OK ? status : advance(pass, cursor, err);
}

/* The row in front as cells, into the digest. */
static enum cg_status digest_row(struct pass *pass, const struct cursor *cursor,
                                 enum cg_digest_part part, struct cg_cell *cells, int count,
                                 struct cg_error *err) {
    for (int i = 0; i < count; i++) {
        cells[i] = cg_cell_column(cursor->statement, i + 1);
    }
    cg_buffer_clear(&pass->row);
    if (!cg_cells_append(&pass->row, cells, (size_t)count)) {
        return cg_verify_no_memory(err);
    }
    cg_rows_digest_add(pass->digest, part,
                       (struct cg_text){pass->row.data, (uint32_t)pass->row.len_bytes});
    return CG_OK;
}

/* Rows of runs that the ledger does not have. */
static enum cg_status skip_strays(struct pass *pass, struct cursor *cursor, int64_t run_no,
                                  const char *table, struct cg_error *err) {
    int64_t told = -1;
    enum cg_status status = CG_OK;
    while (status == CG_OK && cursor->run_no < run_no) {
        if (cursor->run_no != told) {
            cg_verify_fault(pass->verify, "table %s has rows of run %lld out of their place", table,
                            (long long)cursor->run_no);
            told = cursor->run_no;
        }
        status = advance(pass, cursor, err);
    }
    return status;
}

static enum cg_status check_members(struct pass *pass, int64_t run_no, struct cg_error *err) {
    struct cg_cell cells[CG_MEMBER_CELLS];
    enum cg_status status = skip_strays(pass, &pass->members, run_no, "member", err);
    while (status == CG_OK && pass->members.run_no == run_no) {
        status = digest_row(pass, &pass->members, CG_DIGEST_MEMBERS, cells, CG_MEMBER_CELLS, err);
        if (status == CG_OK) {
            status = advance(pass, &pass->members, err);
        }
    }
    return status;
}

/* Compare what was packed from lines with the member's accumulator of the run. */
static enum cg_status check_accumulator(struct pass *pass, int64_t run_no, int64_t member_no,
                                        struct cg_error *err) {
    struct cg_ledger *ledger = pass->verify->ledger;
    size_t at = 0;
    bool same = true;
    bool row = true;
    uint32_t parts = 0;
    enum cg_status status = CG_OK;
    (void)sqlite3_bind_int64(pass->accumulator, 1, member_no);
    (void)sqlite3_bind_int64(pass->accumulator, 2, run_no);
    while (status == CG_OK && row) {
        status = cg_ledger_step(ledger, pass->accumulator, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        const struct cg_cell part = cg_cell_column(pass->accumulator, 0);
        same = same && part.bytes.len <= pass->packed.len_bytes - at &&
               (part.bytes.len == 0 ||
                memcmp(pass->packed.data + at, part.bytes.ptr, part.bytes.len) == 0);
        at += same ? part.bytes.len : 0;
        parts++;
    }
    if (status == CG_OK && (parts == 0 || !same || at != pass->packed.len_bytes)) {
        cg_verify_fault(pass->verify,
                        "run %lld: an accumulator (member number %lld) is not what the lines give",
                        (long long)run_no, (long long)member_no);
    }
    return status;
}

/* Adding keeps the order out of it, and each claim of a member counts once in a run. */
static uint64_t claim_value(const struct pass *pass, struct cg_text claim_id, int64_t run_no,
                            int64_t member_no) {
    const int64_t numbers[] = {run_no, member_no};
    const uint64_t seed = cg_hash64(numbers, sizeof numbers, pass->seed);
    return cg_hash64(claim_id.ptr, claim_id.len, seed) | 1; /* 0 means empty in a set */
}

static enum cg_status take_line(struct pass *pass, int64_t run_no, struct cg_hash_set *set,
                                struct cg_error *err) {
    struct cg_cell cells[CG_LINE_CELLS];
    const enum cg_status status =
        digest_row(pass, &pass->lines, CG_DIGEST_LINES, cells, CG_LINE_CELLS, err);
    if (status != CG_OK) {
        return status;
    }
    const uint64_t value =
        claim_value(pass, cells[CG_LINE_CLAIM].bytes, run_no, cells[CG_LINE_MEMBER].integer);
    bool is_new;
    if (!cg_hash_set_put(set, value, &is_new) || !cg_pack_line(&pass->packed, cells)) {
        return cg_verify_no_memory(err);
    }
    pass->claims += is_new ? value : 0;
    cg_verify_step(pass->verify);
    return advance(pass, &pass->lines, err);
}

static enum cg_status take_take_back(struct pass *pass, struct cg_error *err) {
    struct cg_cell cells[CG_TAKE_CELLS];
    const enum cg_status status =
        digest_row(pass, &pass->take_backs, CG_DIGEST_TAKE_BACKS, cells, CG_TAKE_CELLS, err);
    if (status != CG_OK) {
        return status;
    }
    return cg_pack_take_back(&pass->packed, cells) ? advance(pass, &pass->take_backs, err)
                                                   : cg_verify_no_memory(err);
}

/* Which comes first in the input: the take-back in front, or the line; of equals the take-back. */
static bool take_back_is_next(const struct pass *pass, int64_t run_no, int64_t member_no) {
    if (pass->take_backs.run_no != run_no ||
        sqlite3_column_int64(pass->take_backs.statement, 1) != member_no) {
        return false;
    }
    if (pass->lines.run_no != run_no ||
        sqlite3_column_int64(pass->lines.statement, 1) != member_no) {
        return true;
    }
    for (int column = 2; column <= 3; column++) {
        const int64_t a = sqlite3_column_int64(pass->take_backs.statement, column);
        const int64_t b = sqlite3_column_int64(pass->lines.statement, column);
        if (a != b) {
            return a < b;
        }
    }
    return true;
}

static int64_t member_in_front(const struct cursor *cursor, int64_t run_no) {
    return cursor->run_no == run_no ? sqlite3_column_int64(cursor->statement, 1) : INT64_MAX;
}

/* All rows of one member in one run. */
static enum cg_status check_group(struct pass *pass, int64_t run_no, int64_t member_no,
                                  struct cg_error *err) {
    struct cg_hash_set set = {0};
    enum cg_status status = CG_OK;
    cg_buffer_clear(&pass->packed);
    while (status == CG_OK) {
        if (take_back_is_next(pass, run_no, member_no)) {
            status = take_take_back(pass, err);
        } else if (member_in_front(&pass->lines, run_no) == member_no) {
            status = take_line(pass, run_no, &set, err);
        } else {
            break;
        }
    }
    cg_hash_set_fini(&set);
    pass->groups++;
    return status != CG_OK ? status : check_accumulator(pass, run_no, member_no, err);
}

static enum cg_status check_rows(struct pass *pass, int64_t run_no, struct cg_error *err) {
    enum cg_status status = skip_strays(pass, &pass->lines, run_no, "line", err);
    if (status == CG_OK) {
        status = skip_strays(pass, &pass->take_backs, run_no, "take_back", err);
    }
    while (status == CG_OK) {
        const int64_t line = member_in_front(&pass->lines, run_no);
        const int64_t take_back = member_in_front(&pass->take_backs, run_no);
        if (line == INT64_MAX && take_back == INT64_MAX) {
            break;
        }
        if (cg_stop_requested()) {
            return cg_error_set(err, CG_INTERRUPTED, "interrupted; nothing was changed");
        }
        status = check_group(pass, run_no, line < take_back ? line : take_back, err);
    }
    return status;
}

/* Hashes of the run as they stand in its row. */
struct chain {
    int64_t run_no;
    uint8_t previous[CG_SHA256_BYTES];
    uint8_t hash[CG_SHA256_BYTES];
    uint8_t rows[CG_SHA256_BYTES];
};

static bool read_hash(sqlite3_stmt *statement, int column, uint8_t out[CG_SHA256_BYTES]) {
    const struct cg_cell cell = cg_cell_column(statement, column);
    if (cell.bytes.len != CG_SHA256_BYTES) {
        memset(out, 0, CG_SHA256_BYTES);
        return false;
    }
    memcpy(out, cell.bytes.ptr, CG_SHA256_BYTES);
    return true;
}

static enum cg_status check_run(struct pass *pass, const struct chain *run,
                                const struct chain *before, struct cg_error *err) {
    struct cg_verify *verify = pass->verify;
    uint8_t hash[CG_SHA256_BYTES];
    uint8_t rows[CG_SHA256_BYTES];
    bool found;
    if (run->run_no != before->run_no + 1) {
        cg_verify_fault(verify, "run %lld is missing", (long long)before->run_no + 1);
    } else if (memcmp(run->previous, before->hash, CG_SHA256_BYTES) != 0) {
        cg_verify_fault(verify, "run %lld does not follow from run %lld: the chain is broken",
                        (long long)run->run_no, (long long)before->run_no);
    }
    enum cg_status status = cg_ledger_chain_hash(verify->ledger, run->run_no, hash, &found, err);
    if (status == CG_OK && memcmp(hash, run->hash, CG_SHA256_BYTES) != 0) {
        cg_verify_fault(
            verify, "run %lld: its row, policy, inputs, outputs, roster or reasons were changed",
            (long long)run->run_no);
    }
    pass->digest = cg_rows_digest_new();
    if (status == CG_OK && pass->digest == NULL) {
        status = cg_verify_no_memory(err);
    }
    if (status == CG_OK) {
        status = check_members(pass, run->run_no, err);
    }
    if (status == CG_OK) {
        status = check_rows(pass, run->run_no, err);
    }
    if (status == CG_OK && (!cg_rows_digest_finish(pass->digest, rows) ||
                            memcmp(rows, run->rows, CG_SHA256_BYTES) != 0)) {
        cg_verify_fault(verify,
                        "run %lld: lines, take-backs or members were changed, added or removed",
                        (long long)run->run_no);
    }
    cg_rows_digest_free(pass->digest);
    pass->digest = NULL;
    return status;
}

static enum cg_status walk_runs(struct pass *pass, struct cg_error *err) {
    struct cg_ledger *ledger = pass->verify->ledger;
    struct chain before = {0};
    sqlite3_stmt *runs = NULL;
    enum cg_status status = cg_ledger_prepare(
        ledger, "SELECT run_no, previous_hash, hash, rows_sha256 FROM run ORDER BY run_no", &runs,
        err);
    while (status == CG_OK) {
        bool row;
        status = cg_ledger_step(ledger, runs, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        struct chain run = {.run_no = sqlite3_column_int64(runs, 0)};
        if (!read_hash(runs, 1, run.previous) || !read_hash(runs, 2, run.hash) ||
            !read_hash(runs, 3, run.rows)) {
            cg_verify_fault(pass->verify, "run %lld: a hash has the wrong length",
                            (long long)run.run_no);
        }
        status = check_run(pass, &run, &before, err);
        before = run;
    }
    (void)sqlite3_finalize(runs);
    return status;
}

/* The index of claims: the same sum over its rows. */
static enum cg_status check_claims(struct pass *pass, struct cg_error *err) {
    struct cg_ledger *ledger = pass->verify->ledger;
    sqlite3_stmt *statement = NULL;
    uint64_t sum = 0;
    int64_t groups;
    enum cg_status status =
        cg_ledger_prepare(ledger, "SELECT claim_id, run_no, member_no FROM claim", &statement, err);
    while (status == CG_OK) {
        bool row;
        status = cg_ledger_step(ledger, statement, &row, err);
        if (status != CG_OK || !row) {
            break;
        }
        sum += claim_value(pass, cg_cell_column(statement, 0).bytes,
                           sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2));
    }
    (void)sqlite3_finalize(statement);
    if (status == CG_OK && sum != pass->claims) {
        cg_verify_fault(pass->verify, "the index of claims does not fit the lines");
    }
    if (status == CG_OK) {
        status = cg_ledger_ask(ledger, "SELECT count(*) FROM accumulator WHERE part = 0", 0, 0,
                               &groups, err);
    }
    if (status == CG_OK && (uint64_t)groups != pass->groups) {
        cg_verify_fault(pass->verify, "there are accumulators without lines, or lines without one");
    }
    return status;
}

enum cg_status cg_verify_runs(struct cg_verify *verify, struct cg_error *err) {
    struct pass pass = {.verify = verify, .seed = cg_hash_run_seed()};
    cg_buffer_init(&pass.row, 1 << 16);
    cg_buffer_init(&pass.packed, UINT32_MAX);
    enum cg_status status =
        open_cursor(&pass, &pass.members,
                    "SELECT run_no, member_no, member_id FROM member ORDER BY member_no", err);
    if (status == CG_OK) {
        status = open_cursor(&pass, &pass.lines,
                             "SELECT * FROM line "
                             "ORDER BY run_no, member_no, input_no, source_line",
                             err);
    }
    if (status == CG_OK) {
        status = open_cursor(&pass, &pass.take_backs,
                             "SELECT * FROM take_back "
                             "ORDER BY run_no, member_no, input_no, source_line",
                             err);
    }
    if (status == CG_OK) {
        status = cg_ledger_prepare(verify->ledger,
                                   "SELECT packed FROM accumulator WHERE member_no = ?1 AND run_no "
                                   "= ?2 ORDER BY part",
                                   &pass.accumulator, err);
    }
    if (status == CG_OK) {
        status = walk_runs(&pass, err);
    }
    if (status == CG_OK) {
        status = skip_strays(&pass, &pass.lines, INT64_MAX, "line", err);
    }
    if (status == CG_OK) {
        status = skip_strays(&pass, &pass.take_backs, INT64_MAX, "take_back", err);
    }
    if (status == CG_OK) {
        status = skip_strays(&pass, &pass.members, INT64_MAX, "member", err);
    }
    if (status == CG_OK) {
        status = check_claims(&pass, err);
    }
    (void)sqlite3_finalize(pass.members.statement);
    (void)sqlite3_finalize(pass.lines.statement);
    (void)sqlite3_finalize(pass.take_backs.statement);
    (void)sqlite3_finalize(pass.accumulator);
    cg_buffer_fini(&pass.row);
    cg_buffer_fini(&pass.packed);
    return status;
}
