/*
 * Claims to lines: blocks of a run's claims in their order, each entry an id by what it does not
 * share with the one before, and the line by difference.
 */
#include "claims.h"

#include "claimgate/ledger/ledger_query.h"
#include "joined.h"

bool cg_claim_put(struct cg_buffer *block, struct cg_packer *last, struct cg_text claim_id,
                  int64_t line_no) {
    uint8_t entry[CG_ID_MAX_BYTES + 3 + CG_VARINT_MAX_BYTES];
    size_t len = cg_put_shared_id(entry, last, claim_id);
    len += cg_varint_put(entry + len, cg_zigzag(line_no - last->line_no));
    last->line_no = line_no;
    return cg_buffer_append(block, entry, len);
}

bool cg_claim_next(struct cg_text *block, struct cg_packer *last, bool *broken) {
    uint64_t difference;
    *broken = false;
    if (block->len == 0) {
        return false;
    }
    const uint8_t *bytes = (const uint8_t *)block->ptr;
    const size_t id = cg_get_shared_id(bytes, block->len, last);
    const size_t number = id == 0 ? 0 : cg_varint_get(bytes + id, block->len - id, &difference);
    if (number == 0) {
        *broken = true;
        return false;
    }
    last->line_no += cg_unzigzag(difference);
    block->ptr += id + number;
    block->len -= (uint32_t)(id + number);
    return true;
}

struct looking {
    const struct cg_ledger *ledger;
    struct cg_text claim_id;
    struct cg_buffer *out;
};

static enum cg_status broken_block(const struct cg_ledger *ledger, struct cg_error *err) {
    return cg_error_set(err, CG_BAD_DATA,
                        "%s: its index of claims is damaged; `claimgate ledger verify` says where",
                        ledger->path);
}

/* The lines of one claim in a block. */
static enum cg_status search_block(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct looking *looking = context;
    struct cg_text block = cg_cell_column(row, 0).bytes;
    struct cg_packer last = {0};
    bool broken;
    while (cg_claim_next(&block, &last, &broken)) {
        const struct cg_text id = {last.claim, last.claim_len};
        if (cg_text_equal(id, looking->claim_id) &&
            !cg_buffer_printf(looking->out, "%s%lld", looking->out->len_bytes > 1 ? "," : "",
                              (long long)last.line_no)) {
            return cg_error_set(err, CG_INTERNAL, "out of memory while looking for a claim");
        }
    }
    return broken ? broken_block(looking->ledger, err) : CG_OK;
}

/* Of each run, the last block that begins before the claim, and those that begin with it. */
static const char blocks_of_claim[] =
    "SELECT c.packed FROM run r CROSS JOIN claim_block c ON c.run_no = r.run_no "
    "AND c.first_claim >= coalesce((SELECT max(d.first_claim) FROM claim_block d "
    "WHERE d.run_no = r.run_no AND d.first_claim < ?1), '') AND c.first_claim <= ?1 "
    "ORDER BY r.run_no, c.first_claim, c.block_no";

enum cg_status cg_ledger_claim_lines(struct cg_ledger *ledger, struct cg_text claim_id,
                                     struct cg_buffer *out, struct cg_error *err) {
    struct looking looking = {ledger, claim_id, out};
    cg_buffer_clear(out);
    bool good = cg_buffer_append(out, "[", 1);
    const enum cg_status status = cg_ledger_each(
        ledger, CG_QUERY(blocks_of_claim, cg_cell_text(claim_id)), search_block, &looking, err);
    good &= cg_buffer_append(out, "]", 1);
    return status != CG_OK || good
               ? status
               : cg_error_set(err, CG_INTERNAL, "out of memory while looking for a claim");
}

struct visiting {
    struct cg_ledger *ledger;
    cg_ledger_number_fn fn;
    void *context;
};

static enum cg_status visit_block(void *context, sqlite3_stmt *row, struct cg_error *err) {
    const struct visiting *visiting = context;
    struct cg_text block = cg_cell_column(row, 0).bytes;
    struct cg_packer last = {0};
    bool broken;
    while (cg_claim_next(&block, &last, &broken)) {
        const struct cg_text id = {last.claim, last.claim_len};
        if (visiting->fn(visiting->context, id, err) != CG_OK) {
            return err->status;
        }
    }
    return broken ? broken_block(visiting->ledger, err) : CG_OK;
}

enum cg_status cg_ledger_visit_claim_ids(struct cg_ledger *ledger, cg_ledger_number_fn fn,
                                         void *context, struct cg_error *err) {
    static const struct cg_query blocks = {.sql = "SELECT packed FROM claim_block"};
    struct visiting visiting = {ledger, fn, context};
    return cg_joined_each_row(ledger, &blocks, visit_block, &visiting, err);
}
