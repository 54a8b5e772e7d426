/*
 * The links of the chain of runs, and the marks that runs were published.
 */
#include "claimgate/base/log.h"
#include "verify.h"

#include <string.h>

static bool read_hash(sqlite3_stmt *statement, int column, uint8_t out[CG_SHA256_BYTES]) {
    const struct cg_cell cell = cg_cell_column(statement, column);
    if (cell.bytes.len != CG_SHA256_BYTES) {
        memset(out, 0, CG_SHA256_BYTES);
        return false;
    }
    memcpy(out, cell.bytes.ptr, CG_SHA256_BYTES);
    return true;
}

/* The mark that its folder was published: the next run's hash covers it, its own proves it before
 * there is one. */
static enum cg_status check_publication(struct cg_verify *verify, const struct cg_verify_link *run,
                                        struct cg_error *err) {
    struct cg_ledger *ledger = verify->ledger;
    sqlite3_stmt *statement = NULL;
    uint8_t kept[CG_SHA256_BYTES];
    uint8_t hash[CG_SHA256_BYTES];
    uint8_t night[CG_SHA256_BYTES];
    bool row = false;
    enum cg_status status = cg_ledger_prepare(
        ledger,
        "SELECT folder, published_at, hash, night_sha256 FROM publication WHERE run_no = ?1",
        &statement, err);
    if (status == CG_OK) {
        (void)sqlite3_bind_int64(statement, 1, run->run_no);
        status = cg_ledger_step(ledger, statement, &row, err);
    }
    if (status == CG_OK && row) {
        const bool whole = read_hash(statement, 2, kept);
        const bool of_night = sqlite3_column_type(statement, 3) != SQLITE_NULL;
        const bool good = whole && (!of_night || read_hash(statement, 3, night));
        const struct cg_publication publication = {.folder = cg_text_at(statement, 0),
                                                   .at = cg_text_at(statement, 1),
                                                   .night_sha256 = of_night && good ? night : NULL};
        status = cg_ledger_publication_hash(ledger, run->run_no, &publication, hash, err);
        if (status == CG_OK && (!good || memcmp(kept, hash, sizeof hash) != 0)) {
            cg_verify_fault(verify, "run %lld: the mark that it was published was changed",
                            (long long)run->run_no);
        }
    }
    (void)sqlite3_finalize(statement);
    if (status != CG_OK || row || !run->has_folder ||
        cg_verify_run(verify, run->run_no)->withdrawn) {
        return status;
    }
    if (run->run_no < verify->last_run) {
        cg_verify_fault(verify,
                        "run %lld: the mark that it was published is missing, and later runs stand "
                        "on it",
                        (long long)run->run_no);
    } else {
        cg_log_warning("%s: run %lld is kept but not published; the next run or `ledger recover` "
                       "finishes it or takes it back",
                       ledger->path, (long long)run->run_no);
    }
    return CG_OK;
}

enum cg_status cg_verify_chain(struct cg_verify *verify, const struct cg_verify_link *run,
                               const struct cg_verify_link *before, struct cg_error *err) {
    uint8_t hash[CG_SHA256_BYTES];
    bool found;
    if (run->run_no != before->run_no + 1) {
        cg_verify_fault(verify, "run %lld is missing", (long long)before->run_no + 1);
    } else if (memcmp(run->previous, before->hash, CG_SHA256_BYTES) != 0) {
        cg_verify_fault(verify, "run %lld does not follow from run %lld: the chain is broken",
                        (long long)run->run_no, (long long)before->run_no);
    }
    const enum cg_status status =
        cg_ledger_chain_hash(verify->ledger, run->run_no, hash, &found, err);
    if (status == CG_OK && memcmp(hash, run->hash, CG_SHA256_BYTES) != 0) {
        cg_verify_fault(verify,
                        "run %lld: its row, policy, inputs, outputs, roster or reasons, its "
                        "claims' numbers, or the mark that the run before was published, were "
                        "changed",
                        (long long)run->run_no);
    }
    return status == CG_OK ? check_publication(verify, run, err) : status;
}

struct cg_verify_link cg_verify_read_link(struct cg_verify *verify, sqlite3_stmt *statement) {
    struct cg_verify_link link = {.run_no = sqlite3_column_int64(statement, 0),
                                  .form = sqlite3_column_int64(statement, 4),
                                  .last_line = sqlite3_column_int64(statement, 5),
                                  .has_folder = sqlite3_column_int(statement, 6) != 0};
    if (!read_hash(statement, 1, link.previous) || !read_hash(statement, 2, link.hash) ||
        !read_hash(statement, 3, link.rows)) {
        cg_verify_fault(verify, "run %lld: a hash has the wrong length", (long long)link.run_no);
    }
    return link;
}
