/*
 * The rows of a run into the tables. Whoever commits may carry the blocks from the one who makes
 * them to the one who inserts them.
 */
#include "fold.h"
#include "rows.h"

#include "claimgate/base/assert.h"

#include <string.h>

/* Rows are made one after another until a block is full; the last one has this room. */
enum { ROW_MAX_BYTES = 1 << 19 };

struct cg_ledger_rows {
    struct cg_row_maker *maker;
    struct cg_buffer blocks[CG_LEDGER_ROW_BLOCKS];
    struct cg_ledger *ledger;
    struct cg_fold *fold; /* NULL: nothing is moved */
    sqlite3_stmt *statements[CG_ROW_TABLES];
};

static const struct {
    const char *sql; /* ?1: the run */
    size_t cells;
} tables[CG_ROW_TABLES] = {
    [CG_ROW_MEMBER] = {"INSERT INTO member VALUES (?2, ?1, ?3)", CG_MEMBER_CELLS},
    [CG_ROW_LINE_ID] = {"INSERT INTO line_id VALUES (?2, ?1, ?3)", CG_LINE_ID_CELLS},
    [CG_ROW_SERVICE] = {"INSERT INTO service VALUES (?2, ?3, ?4)", CG_NUMBER_CELLS},
    [CG_ROW_PROVIDER] = {"INSERT INTO provider VALUES (?2, ?3, ?4)", CG_NUMBER_CELLS},
    [CG_ROW_LINE] = {"INSERT INTO decided_line VALUES (?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                     "?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
                     CG_SLIM_CELLS},
    [CG_ROW_REJECTION] = {"INSERT INTO rejection VALUES (?2, ?3, ?4, ?5, ?6, ?7)",
                          CG_REJECTION_CELLS},
    [CG_ROW_TAKE_BACK] =
        {"INSERT INTO take_back VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL)",
         CG_TAKE_CELLS + 1},
    [CG_ROW_PAST] = {"INSERT INTO past VALUES (?2, ?1, ?3)", CG_PAST_CELLS},
    [CG_ROW_RECENT] = {"INSERT INTO recent VALUES (NULL, ?1, ?2, ?3, ?4)", CG_RECENT_CELLS},
    [CG_ROW_CLAIM] = {"INSERT INTO claim_block VALUES (NULL, ?1, ?2, ?3)", CG_CLAIM_CELLS},
    [CG_ROW_RENDERED] = {"INSERT INTO rendered VALUES (NULL, ?1, ?2, ?3)", CG_RENDERED_CELLS},
    [CG_ROW_NEAR] = {"INSERT INTO near VALUES (NULL, ?1, ?2, ?3, ?4, ?5)", CG_NEAR_CELLS},
};

static enum cg_status prepare_all(struct cg_ledger_rows *rows, struct cg_error *err) {
    for (int i = 0; i < CG_ROW_TABLES; i++) {
        sqlite3_stmt **statement = &rows->statements[i];
        if (cg_ledger_prepare(rows->ledger, tables[i].sql, statement, err) != CG_OK) {
            return err->status;
        }
        if (strstr(tables[i].sql, "?1,") != NULL) {
            (void)sqlite3_bind_int64(*statement, 1, rows->ledger->run.run_no);
        }
    }
    return CG_OK;
}

static enum cg_status rows_init(struct cg_ledger_rows *rows, struct cg_ledger *ledger,
                                struct cg_error *err) {
    int64_t known;
    if (cg_ledger_ask(ledger, "SELECT EXISTS (SELECT 1 FROM past) OR EXISTS (SELECT 1 FROM recent)",
                      0, 0, &known, err) != CG_OK) {
        return err->status;
    }
    rows->maker = cg_row_maker_new(ledger, known == 0);
    bool good = rows->maker != NULL;
    for (int i = 0; i < CG_LEDGER_ROW_BLOCKS; i++) {
        cg_buffer_init(&rows->blocks[i], CG_ROW_BLOCK_BYTES + ROW_MAX_BYTES);
        good &= cg_buffer_reserve(&rows->blocks[i], rows->blocks[i].limit_bytes);
    }
    if (!good) {
        return cg_error_set(err, CG_INTERNAL, "out of memory while writing the ledger");
    }
    return cg_fold_begin(ledger, &rows->fold, err) == CG_OK ? prepare_all(rows, err) : err->status;
}

static void rows_fini(struct cg_ledger_rows *rows) {
    cg_fold_free(rows->fold);
    for (int i = 0; i < CG_ROW_TABLES; i++) {
        (void)sqlite3_finalize(rows->statements[i]);
    }
    for (int i = 0; i < CG_LEDGER_ROW_BLOCKS; i++) {
        cg_buffer_fini(&rows->blocks[i]);
    }
    cg_row_maker_free(rows->maker);
}

enum cg_status cg_ledger_rows_make(struct cg_ledger_rows *rows, uint64_t block_no, bool *is_last,
                                   struct cg_error *err) {
    struct cg_buffer *block = &rows->blocks[block_no % CG_LEDGER_ROW_BLOCKS];
    return cg_row_maker_fill(rows->maker, block, is_last, err);
}

static enum cg_status insert_row(struct cg_ledger_rows *rows, enum cg_row_table table,
                                 struct cg_text row, struct cg_error *err) {
    struct cg_cell cells[CG_ROW_CELLS_MAX];
    const bool is_whole = cg_cells_read(row, cells, tables[table].cells);
    CG_ASSERT(is_whole); /* it was written in this process */
    (void)is_whole;
    cg_ledger_bind_cells(rows->statements[table], 2, cells, tables[table].cells);
    return cg_ledger_insert(rows->ledger, rows->statements[table], err);
}

enum cg_status cg_ledger_rows_insert(struct cg_ledger_rows *rows, uint64_t block_no,
                                     struct cg_error *err) {
    const struct cg_buffer *block = &rows->blocks[block_no % CG_LEDGER_ROW_BLOCKS];
    enum cg_status status = CG_OK;
    uint32_t lines = 0;
    for (size_t at = 0; status == CG_OK && at < block->len_bytes;) {
        struct cg_row_head head;
        memcpy(&head, block->data + at, sizeof head);
        at += sizeof head;
        const struct cg_text row = {block->data + at, head.len_bytes};
        status = insert_row(rows, (enum cg_row_table)head.table, row, err);
        at += head.len_bytes;
        lines += head.table == CG_ROW_LINE;
    }
    return status == CG_OK ? cg_fold_move(rows->fold, lines, err) : status;
}

static enum cg_status carry_one_by_one(struct cg_ledger_rows *rows, struct cg_error *err) {
    enum cg_status status = CG_OK;
    bool is_last = false;
    for (uint64_t block_no = 0; status == CG_OK && !is_last; block_no++) {
        status = cg_ledger_rows_make(rows, block_no, &is_last, err);
        if (status == CG_OK) {
            status = cg_ledger_rows_insert(rows, block_no, err);
        }
    }
    return status;
}

enum cg_status cg_ledger_write_rows(struct cg_ledger *ledger, const struct cg_ledger_commit *commit,
                                    uint8_t rows_sha256[CG_SHA256_BYTES], struct cg_error *err) {
    struct cg_ledger_rows rows = {.ledger = ledger};
    enum cg_status status = rows_init(&rows, ledger, err);
    if (status == CG_OK) {
        status = commit->carry != NULL ? commit->carry(commit->carry_context, &rows, err)
                                       : carry_one_by_one(&rows, err);
    }
    if (status == CG_OK) {
        cg_row_maker_digest(rows.maker, rows_sha256);
        status = cg_fold_end(rows.fold, err);
    }
    rows_fini(&rows);
    return status;
}
