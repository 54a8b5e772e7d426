/*
 * The runs in their order, each table read once along them.
 *
 * A run's rows are digested as they were when they were written, and what they give for members and
 * claims is added up (verify.h).
 */
#include "claimgate/base/stop.h"
#include "claims.h"
#include "verify.h"
#include "wide.h"

#include <string.h>

/* A table read once, row by row, along the runs. */
struct cursor {
    sqlite3_stmt *statement;
    const char *table;
    int64_t run_no; /* of the row in front; INT64_MAX at the end */
};

struct pass {
    struct cg_verify *verify;
    struct cursor members;
    struct cursor line_ids;
    struct cg_wide lines;
    struct cursor take_backs;
    struct cg_buffer row;
    struct cg_rows_digest *digest;
    struct cg_verify_link before; /* the run that was looked at last */
    bool claims_broken;
};

enum { COLUMN_BEFORE_LINE = CG_TAKE_CELLS + 1 };

static enum cg_status advance(struct pass *pass, struct cursor *cursor, struct cg_error *err) {
    bool row;
    const enum cg_status status =
        cg_ledger_step(pass->verify->ledger, cursor->statement, &row, err);
    cursor->run_no =
        status == CG_OK && row ? sqlite3_column_int64(cursor->statement, 0) : INT64_MAX;
    return status;
}

static enum cg_status open_cursor(struct pass *pass, struct cursor *cursor, const char *table,
                                  const char *sql, struct cg_error *err) {
    cursor->table = table;
    const enum cg_status status =
        cg_ledger_prepare(pass->verify->ledger, sql, &cursor->statement, err);
    return status != CG_OK ? status : advance(pass, cursor, err);
}

static int64_t at_column(const struct cursor *cursor, int column) {
    return cursor->run_no == INT64_MAX ? INT64_MAX
                                       : sqlite3_column_int64(cursor->statement, column);
}

/* A row as cells into the digest. */
static enum cg_status digest_row(struct pass *pass, enum cg_digest_part part,
                                 const struct cg_cell *cells, size_t count, struct cg_error *err) {
    cg_buffer_clear(&pass->row);
    if (!cg_cells_append(&pass->row, cells, count)) {
        return cg_verify_no_memory(err);
    }
    cg_rows_digest_add(pass->digest, part,
                       (struct cg_text){pass->row.data, (uint32_t)pass->row.len_bytes});
    return CG_OK;
}

/* The row in front of a cursor, behind its run. */
static enum cg_status take_row(struct pass *pass, const struct cursor *cursor,
                               enum cg_digest_part part, struct cg_cell *cells, size_t count,
                               struct cg_error *err) {
    for (size_t i = 0; i < count; i++) {
        cells[i] = cg_cell_column(cursor->statement, (int)i + 1);
    }
    return digest_row(pass, part, cells, count, err);
}

/* Rows up to here that belong to no run, or to another one than stands there. */
static enum cg_status skip_stray(struct pass *pass, struct cursor *cursor, struct cg_error *err) {
    cg_verify_fault(pass->verify, "table %s has rows of run %lld out of their place", cursor->table,
                    (long long)cursor->run_no);
    const int64_t told = cursor->run_no;
    enum cg_status status = CG_OK;
    while (status == CG_OK && cursor->run_no == told) {
        status = advance(pass, cursor, err);
    }
    return status;
}

static enum cg_status skip_strays(struct pass *pass, struct cursor *cursor, int64_t run_no,
                                  struct cg_error *err) {
    enum cg_status status = CG_OK;
    while (status == CG_OK && cursor->run_no < run_no) {
        status = skip_stray(pass, cursor, err);
    }
    return status;
}

/* Members, and then ids of lines, which both have a number and a text. */
static enum cg_status take_names(struct pass *pass, struct cursor *names, enum cg_digest_part part,
                                 int64_t run_no, struct cg_error *err) {
    struct cg_cell cells[CG_MEMBER_CELLS];
    enum cg_status status = skip_strays(pass, names, run_no, err);
    while (status == CG_OK && names->run_no == run_no) {
        status = take_row(pass, names, part, cells, CG_MEMBER_CELLS, err);
        if (status == CG_OK) {
            status = advance(pass, names, err);
        }
    }
    return status;
}

static bool add_entry(struct pass *pass, int64_t run_no, int64_t member_no,
                      const struct cg_packed_entry *entry) {
    uint64_t hash;
    if (!cg_verify_entry_hash(pass->verify, member_no, entry, &hash)) {
        return false;
    }
    cg_verify_run(pass->verify, run_no)->lines += hash;
    return true;
}

/* What the decision says was used before, but for runs that were taken back: while they stood no
 * other run came after them. */
static void add_used(struct cg_verify *verify, int64_t run_no, int64_t line_no,
                     const struct cg_cell *cap_used) {
    uint32_t used[CG_CAPS_MAX];
    struct cg_verify_sums *run = cg_verify_run(verify, run_no);
    const uint32_t count = run->withdrawn ? 0 : cg_ledger_read_cap_used(cap_used, used);
    bool any = false;
    for (uint32_t i = 0; i < count; i++) {
        if (used[i] != UINT32_MAX) {
            run->used += cg_verify_used_hash(verify, line_no, i, used[i]);
            any = true;
        }
    }
    if (any) {
        run->used += cg_verify_used_hash(verify, line_no, CG_CAPS_MAX, count);
    }
}

static enum cg_status add_line(struct pass *pass, int64_t run_no, struct cg_error *err) {
    struct cg_verify *verify = pass->verify;
    const struct cg_wide *line = &pass->lines;
    const int64_t member_no = line->cells[CG_LINE_MEMBER].integer;
    struct cg_packed_entry entries[2];
    const uint32_t count = cg_entries_of_line(line->cells, line->line_no, line->service_no,
                                              line->provider_no, entries);
    for (uint32_t i = 0; member_no != 0 && i < count; i++) {
        if (!add_entry(pass, run_no, member_no, &entries[i])) {
            return cg_verify_no_memory(err);
        }
    }
    const struct cg_text claim = line->cells[CG_LINE_CLAIM].bytes;
    verify->claims +=
        claim.len == 0 ? 0 : cg_verify_claim_hash(verify, claim, run_no, line->line_no);
    if (member_no != 0) {
        add_used(verify, run_no, line->line_no, &line->cells[CG_LINE_CAP_USED]);
    }
    cg_verify_step(verify);
    return CG_OK;
}

/* The take-back in front; `before` NULL: no line of its run comes after it. */
static enum cg_status take_take_back(struct pass *pass, const struct cg_verify_link *run,
                                     const struct cg_wide *before, struct cg_error *err) {
    struct cg_cell cells[CG_TAKE_CELLS];
    const int64_t before_line = at_column(&pass->take_backs, COLUMN_BEFORE_LINE);
    for (int i = 0; i < CG_TAKE_CELLS; i++) {
        cells[i] = cg_cell_column(pass->take_backs.statement, i + 1);
    }
    if (digest_row(pass, CG_DIGEST_TAKE_BACKS, cells, cg_take_cells(cells), err) != CG_OK) {
        return err->status;
    }
    bool in_place = run->last_line < INT64_MAX && before_line == run->last_line + 1;
    if (before != NULL) {
        in_place = before->line_no == before_line;
        for (int i = CG_LINE_MEMBER; i <= CG_LINE_SOURCE_LINE; i++) {
            in_place = in_place && cells[i].integer == before->cells[i].integer;
        }
    }
    if (!in_place) {
        cg_verify_fault(pass->verify, "run %lld: a take-back is out of its place",
                        (long long)run->run_no);
    }
    const struct cg_packed_entry entry = cg_entry_of_take_back(cells, before_line);
    if (!add_entry(pass, run->run_no, cells[CG_TAKE_MEMBER].integer, &entry)) {
        return cg_verify_no_memory(err);
    }
    return advance(pass, &pass->take_backs, err);
}

static enum cg_status take_line(struct pass *pass, const struct cg_verify_link *run,
                                struct cg_error *err) {
    struct cg_wide *line = &pass->lines;
    enum cg_status status = digest_row(pass, CG_DIGEST_LINES, line->cells,
                                       run->form == 1 ? CG_LINE_CAP_DAY : CG_LINE_CELLS, err);
    while (status == CG_OK && pass->take_backs.run_no == run->run_no &&
           at_column(&pass->take_backs, COLUMN_BEFORE_LINE) <= line->line_no) {
        status = take_take_back(pass, run, line, err);
    }
    if (status == CG_OK) {
        status = add_line(pass, run->run_no, err);
    }
    return status == CG_OK ? cg_wide_next(line, err) : status;
}

/* Lines up to here that are of another run than stands there. */
static enum cg_status skip_lines(struct pass *pass, int64_t last_line, struct cg_error *err) {
    const int64_t told = pass->lines.run_no;
    enum cg_status status = CG_OK;
    cg_verify_fault(pass->verify, "table line has rows of run %lld out of their place",
                    (long long)told);
    while (status == CG_OK && pass->lines.more && pass->lines.run_no == told &&
           pass->lines.line_no <= last_line) {
        status = cg_wide_next(&pass->lines, err);
    }
    return status;
}

static enum cg_status take_rows(struct pass *pass, const struct cg_verify_link *run,
                                struct cg_error *err) {
    enum cg_status status = skip_strays(pass, &pass->take_backs, run->run_no, err);
    uint64_t lines = 0;
    while (status == CG_OK && pass->lines.more && pass->lines.line_no <= run->last_line) {
        if (++lines % 4096 == 0 && cg_stop_requested()) {
            return cg_error_set(err, CG_INTERRUPTED, "interrupted; nothing was changed");
        }
        status = pass->lines.run_no == run->run_no ? take_line(pass, run, err)
                                                   : skip_lines(pass, run->last_line, err);
    }
    while (status == CG_OK && pass->take_backs.run_no == run->run_no) {
        status = take_take_back(pass, run, NULL, err);
    }
    return status;
}

static enum cg_status check_run(struct pass *pass, const struct cg_verify_link *run,
                                const struct cg_verify_link *before, struct cg_error *err) {
    uint8_t rows[CG_SHA256_BYTES];
    if (cg_verify_chain(pass->verify, run, before, err) != CG_OK) {
        return err->status;
    }
    pass->digest = cg_rows_digest_new();
    enum cg_status status = pass->digest == NULL ? cg_verify_no_memory(err)
                                                 : take_names(pass, &pass->members,
                                                              CG_DIGEST_MEMBERS, run->run_no, err);
    if (status == CG_OK) {
        status = take_names(pass, &pass->line_ids, CG_DIGEST_LINES, run->run_no, err);
    }
    if (status == CG_OK) {
        status = take_rows(pass, run, err);
    }
    if (status == CG_OK) {
        cg_rows_digest_finish(pass->digest, rows);
    }
    if (status == CG_OK && memcmp(rows, run->rows, CG_SHA256_BYTES) != 0) {
        cg_verify_fault(pass->verify,
                        "run %lld: lines, take-backs or members were changed, added or removed",
                        (long long)run->run_no);
    }
    cg_rows_digest_free(pass->digest);
    pass->digest = NULL;
    return status;
}

static enum cg_status walk_run(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct pass *pass = context;
    const struct cg_verify_link run = cg_verify_read_link(pass->verify, row);
    const enum cg_status status = check_run(pass, &run, &pass->before, err);
    pass->before = run;
    return status;
}

static enum cg_status check_claim_block(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct pass *pass = context;
    const struct cg_text first = cg_cell_column(row, 0).bytes;
    const int64_t run_no = sqlite3_column_int64(row, 2);
    struct cg_text block = cg_cell_column(row, 1).bytes;
    struct cg_packer last = {0};
    bool broken;
    (void)err;
    for (bool is_first = true; cg_claim_next(&block, &last, &broken); is_first = false) {
        const struct cg_text claim = {last.claim, last.claim_len};
        pass->claims_broken |= is_first && !cg_text_equal(claim, first);
        pass->verify->claims -= cg_verify_claim_hash(pass->verify, claim, run_no, last.line_no);
    }
    pass->claims_broken |= broken;
    return CG_OK;
}

static enum cg_status check_claims(struct pass *pass, struct cg_error *err) {
    static const struct cg_query blocks = {
        .sql = "SELECT first_claim, packed, run_no FROM claim_block"};
    const enum cg_status status =
        cg_ledger_each(pass->verify->ledger, &blocks, check_claim_block, pass, err);
    if (status == CG_OK && (pass->claims_broken || pass->verify->claims != 0)) {
        cg_verify_fault(pass->verify, "the index of claims does not fit the lines");
    }
    return status;
}

static enum cg_status open_cursors(struct pass *pass, struct cg_error *err) {
    enum cg_status status =
        open_cursor(pass, &pass->members, "member",
                    "SELECT run_no, member_no, member_id FROM member ORDER BY member_no", err);
    if (status == CG_OK) {
        status =
            open_cursor(pass, &pass->line_ids, "line_id",
                        "SELECT run_no, claim_line, line_id FROM line_id ORDER BY claim_line", err);
    }
    if (status == CG_OK) {
        status = cg_wide_open(&pass->lines, pass->verify->ledger, err);
    }
    return status != CG_OK ? status
                           : open_cursor(pass, &pass->take_backs, "take_back",
                                         "SELECT * FROM take_back ORDER BY take_back_no", err);
}

static enum cg_status walk_all(struct pass *pass, struct cg_error *err) {
    struct cursor *const cursors[] = {&pass->take_backs, &pass->members, &pass->line_ids};
    enum cg_status status = open_cursors(pass, err);
    if (status == CG_OK) {
        status = cg_ledger_each(pass->verify->ledger, &(struct cg_query){.sql = CG_VERIFY_LINKS},
                                walk_run, pass, err);
    }
    while (status == CG_OK && pass->lines.more) {
        status = skip_lines(pass, INT64_MAX, err);
    }
    if (status == CG_OK && pass->lines.stray_rejection) {
        cg_verify_fault(pass->verify, "table rejection has rows without lines");
    }
    for (size_t i = 0; status == CG_OK && i < sizeof cursors / sizeof cursors[0]; i++) {
        status = skip_strays(pass, cursors[i], INT64_MAX, err);
    }
    return status == CG_OK ? check_claims(pass, err) : status;
}

enum cg_status cg_verify_runs(struct cg_verify *verify, struct cg_error *err) {
    struct pass pass = {.verify = verify};
    cg_buffer_init(&pass.row, 1 << 16);
    const enum cg_status status = walk_all(&pass, err);
    (void)sqlite3_finalize(pass.members.statement);
    (void)sqlite3_finalize(pass.line_ids.statement);
    cg_wide_close(&pass.lines);
    (void)sqlite3_finalize(pass.take_backs.statement);
    cg_buffer_fini(&pass.row);
    return status;
}
