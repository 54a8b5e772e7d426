/*
 * Runs chained by hash. A run's rows in `member`, `line` and `take_back` are digested in the order
 * of arrival while they are written (what version 1 kept, member by member); that digest, the run's
 * other columns and all its rows in the small tables make the run's hash, with the hash of the run
 * before in front. So a row that is changed, added or taken away shows at its run, and a run at all
 * that follow. Someone who can rewrite the whole ledger can make the chain anew: keep the last hash
 * elsewhere (it is in each `ledger runs`).
 */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cg_rows_digest {
    struct cg_sha256 *parts[CG_DIGEST_PARTS];
};

struct cg_rows_digest *cg_rows_digest_new(void) {
    struct cg_rows_digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL) {
        return NULL;
    }
    for (int i = 0; i < CG_DIGEST_PARTS; i++) {
        digest->parts[i] = cg_sha256_new();
        if (digest->parts[i] == NULL) {
            cg_rows_digest_free(digest);
            return NULL;
        }
    }
    return digest;
}

void cg_rows_digest_free(struct cg_rows_digest *digest) {
    if (digest != NULL) {
        for (int i = 0; i < CG_DIGEST_PARTS; i++) {
            cg_sha256_free(digest->parts[i]);
        }
        free(digest);
    }
}

void cg_rows_digest_add(struct cg_rows_digest *digest, enum cg_digest_part part,
                        struct cg_text row) {
    cg_sha256_update(digest->parts[part], row.ptr, row.len);
}

void cg_rows_digest_finish(struct cg_rows_digest *digest, uint8_t out[CG_SHA256_BYTES]) {
    uint8_t parts[CG_DIGEST_PARTS][CG_SHA256_BYTES];
    for (int i = 0; i < CG_DIGEST_PARTS; i++) {
        cg_sha256_peek(digest->parts[i], parts[i]);
    }
    cg_sha256_of(parts, sizeof parts, out);
}

struct hashing {
    struct cg_sha256 *sha;
    struct cg_buffer bytes;
    uint32_t rows;
};

/* A row, all its columns, into the hash. */
static enum cg_status hash_row(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct hashing *hashing = context;
    cg_buffer_clear(&hashing->bytes);
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        const struct cg_cell cell = cg_cell_column(row, i);
        if (!cg_cells_append(&hashing->bytes, &cell, 1)) {
            return cg_error_set(err, CG_INTERNAL, "out of memory while hashing a run");
        }
    }
    hashing->rows++;
    cg_sha256_update(hashing->sha, hashing->bytes.data, hashing->bytes.len_bytes);
    return CG_OK;
}

#define RUN_COLUMNS                                                                                \
    "SELECT previous_hash, 'run', run_no, kind, started_at, claimgate, as_of_day, policy_no, "     \
    "withdraws, staging_path, final_path, parent_inode, records, accepted, rejected, "             \
    "malformed, out_of_scope, exempt, cutback, taken_back, empty_lines, units_submitted, "         \
    "units_accepted, units_rejected, units_exempt, units_taken_back, rows_sha256"

enum cg_status cg_ledger_chain_hash(struct cg_ledger *ledger, int64_t run_no,
                                    uint8_t out[CG_SHA256_BYTES], bool *found,
                                    struct cg_error *err) {
    /* Each query's rows are preceded by their table's name, so that none can pass for another's.
     * The first two are for what version 1 kept and for what came after; one of them has a row. A
     * run is published after its hash was made, so that the next one's covers it. */
    static const char *const queries[] = {
        RUN_COLUMNS " FROM run WHERE run_no = ?1 AND form = 1",
        RUN_COLUMNS ", form, last_line, layout, providers FROM run WHERE run_no = ?1 AND form > 1",
        "SELECT 'policy', policy_no, policy_id, sha256, text, benefit_year_start FROM policy WHERE "
        "policy_no = "
        "(SELECT policy_no FROM run WHERE run_no = ?1)",
        "SELECT 'set_part', s.part_no, s.parts, s.set_id FROM set_part s "
        "JOIN run r ON r.run_no = ?1 AND r.form > 1",
        "SELECT 'input', input_no, file, bytes, records, sha256, content_sha256, head_sha256 "
        "FROM input WHERE run_no = ?1 ORDER BY input_no",
        "SELECT 'output', file, bytes, records, sha256, content_hash "
        "FROM output WHERE run_no = ?1 ORDER BY file",
        "SELECT 'roster_file', file, rows, sha256 FROM roster_file WHERE run_no = ?1 ORDER BY file",
        "SELECT 'run_reason', reason, lines, units FROM run_reason WHERE run_no = ?1 "
        "ORDER BY reason",
        "SELECT 'run_count', name, records FROM run_count WHERE run_no = ?1 ORDER BY name",
        "SELECT 'rendered', d.first_npi, d.packed "
        "FROM rendered d JOIN run r ON r.run_no = ?1 AND r.form > 1 WHERE d.run_no = ?1 "
        "ORDER BY d.first_npi, d.rendered_no",
        "SELECT 'near', n.cap_id, n.first_day, n.is_sum, n.packed FROM near n "
        "WHERE n.run_no = ?1 ORDER BY n.near_no",
        "SELECT 'alias', a.payer_claim_id, a.claim_id, a.member_no "
        "FROM alias a JOIN run r ON r.run_no = ?1 AND r.form > 1 WHERE a.run_no = ?1 "
        "ORDER BY a.payer_claim_id, a.claim_id, a.member_no",
        "SELECT 'publication', p.run_no, p.folder, p.published_at, p.hash, p.night_sha256 "
        "FROM publication p "
        "JOIN run r ON r.run_no = ?1 AND r.form > 1 WHERE p.run_no < ?1 AND p.run_no >= "
        "coalesce((SELECT max(b.run_no) FROM run b WHERE b.run_no < ?1 AND b.form > 1), 0) "
        "ORDER BY p.run_no",
    };
    struct hashing hashing = {.sha = cg_sha256_new()};
    enum cg_status status =
        hashing.sha != NULL ? CG_OK
                            : cg_error_set(err, CG_INTERNAL, "out of memory while hashing a run");
    *found = false;
    cg_buffer_init(&hashing.bytes, 1 << 22);
    for (size_t i = 0; status == CG_OK && i < sizeof queries / sizeof queries[0]; i++) {
        status = cg_ledger_each(ledger, CG_QUERY(queries[i], cg_cell_integer(run_no)), hash_row,
                                &hashing, err);
        *found = i == 1 ? hashing.rows == 1 : *found;
    }
    if (status == CG_OK) {
        cg_sha256_peek(hashing.sha, out);
    }
    cg_buffer_fini(&hashing.bytes);
    cg_sha256_free(hashing.sha);
    return status;
}

struct run_hash {
    int64_t run_no;
    uint8_t sha256[CG_SHA256_BYTES];
    bool found;
};

static enum cg_status read_run_hash(void *context, sqlite3_stmt *row, struct cg_error *err) {
    struct run_hash *run = context;
    const struct cg_text hash = cg_cell_column(row, 1).bytes;
    (void)err;
    run->run_no = sqlite3_column_int64(row, 0);
    run->found = true;
    if (hash.len == sizeof run->sha256) {
        memcpy(run->sha256, hash.ptr, hash.len);
    }
    return CG_OK;
}

enum cg_status cg_ledger_publication_hash(struct cg_ledger *ledger, int64_t run_no,
                                          const struct cg_publication *publication,
                                          uint8_t out[CG_SHA256_BYTES], struct cg_error *err) {
    struct run_hash run = {0};
    struct cg_buffer bytes;
    const enum cg_status status = cg_ledger_each(
        ledger, CG_QUERY("SELECT run_no, hash FROM run WHERE run_no = ?1", cg_cell_integer(run_no)),
        read_run_hash, &run, err);
    if (status != CG_OK) {
        return status;
    }
    cg_buffer_init(&bytes, 1 << 20);
    const struct cg_cell cells[] = {cg_cell_hash(run.sha256), cg_cell_string(publication->folder),
                                    cg_cell_string(publication->at),
                                    publication->night_sha256 == NULL
                                        ? cg_cell_null()
                                        : cg_cell_hash(publication->night_sha256)};
    const bool good = cg_cells_append(&bytes, cells, sizeof cells / sizeof cells[0]);
    if (good) {
        cg_sha256_of(bytes.data, bytes.len_bytes, out);
    }
    cg_buffer_fini(&bytes);
    return good ? CG_OK : cg_error_set(err, CG_INTERNAL, "out of memory while hashing a run");
}

static void note_fault(void *context, const char *text) {
    (void)text;
    *(bool *)context = true;
}

/* Of a newer run that is gone something may be left, into whose place the next one would come.
 * *none: there is nothing. */
static enum cg_status find_beyond(struct cg_ledger *ledger, bool *none, struct cg_error *err) {
    static const char sql[] =
        "SELECT coalesce(max(run_no), 0) < (SELECT coalesce(max(run_no), 0) FROM input) OR "
        "coalesce(max(last_line), 0) < (SELECT coalesce(max(line_no), 0) FROM decided_line) "
        "FROM run";
    int64_t beyond = 0;
    const enum cg_status status = cg_ledger_ask(ledger, sql, 0, 0, &beyond, err);
    *none = beyond == 0;
    return status;
}

/* *same: the hash of the newest run is that of what it holds. */
static enum cg_status compare_newest(struct cg_ledger *ledger, bool *same, struct cg_error *err) {
    static const struct cg_query newest = {
        .sql = "SELECT run_no, hash FROM run ORDER BY run_no DESC LIMIT 1"};
    struct run_hash run = {0};
    uint8_t hash[CG_SHA256_BYTES];
    bool found;
    *same = true;
    enum cg_status status = cg_ledger_each(ledger, &newest, read_run_hash, &run, err);
    if (status == CG_OK && run.found) {
        status = cg_ledger_chain_hash(ledger, run.run_no, hash, &found, err);
        *same = status == CG_OK && memcmp(run.sha256, hash, sizeof hash) == 0;
    }
    return status == CG_OK && *same ? find_beyond(ledger, same, err) : status;
}

/* All pages, or those of the small tables. */
static enum cg_status check_pages(struct cg_ledger *ledger, bool *damaged, struct cg_error *err) {
    static const char *const tables[] = {"run",         "policy",      "input", "output",
                                         "publication", "roster_file", "fold",  "recent"};
    char pragma[64];
    enum cg_status status = CG_OK;
    if (ledger->check_whole) {
        return cg_ledger_sqlite_check(ledger, "PRAGMA quick_check(1)", note_fault, damaged, err);
    }
    for (size_t i = 0; status == CG_OK && i < sizeof tables / sizeof tables[0]; i++) {
        snprintf(pragma, sizeof pragma, "PRAGMA quick_check(%s)", tables[i]);
        status = cg_ledger_sqlite_check(ledger, pragma, note_fault, damaged, err);
    }
    return status;
}

enum cg_status cg_ledger_check_newest(struct cg_ledger *ledger, struct cg_error *err) {
    bool damaged = false;
    bool same = true;
    enum cg_status status = check_pages(ledger, &damaged, err);
    if (status == CG_OK && !damaged) {
        status = compare_newest(ledger, &same, err);
    }
    if (status == CG_OK && (damaged || !same)) {
        return cg_error_set(
            err, CG_BAD_DATA,
            "%s: %s; nothing is built on it: `claimgate ledger verify` says what is "
            "wrong, a snapshot is where to go back to",
            ledger->path, damaged ? "its file is damaged" : "its newest run is not what was kept");
    }
    return status;
}
