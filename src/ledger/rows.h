/*
 * The rows of a run on their way from the maker (rows.c) to the tables (write.c).
 */
#ifndef CLAIMGATE_LEDGER_LEDGER_ROWS_H
#define CLAIMGATE_LEDGER_LEDGER_ROWS_H

#include "private.h"

enum cg_row_table {
    CG_ROW_MEMBER,
    CG_ROW_LINE,
    CG_ROW_TAKE_BACK,
    CG_ROW_ACCUMULATOR,
    CG_ROW_CLAIM,
    CG_ROW_TABLES,
};

/* Cells of a row, in the order of the table's columns, run_no left out. */
enum { CG_ACCUMULATOR_CELLS = 3, CG_CLAIM_CELLS = 2, CG_ROW_CELLS_MAX = CG_LINE_CELLS };

enum { CG_ROW_BLOCK_BYTES = 1 << 16 };

/* A block holds rows in the order in which they are inserted, each behind its head. */
struct cg_row_head {
    uint32_t table; /* enum cg_row_table */
    uint32_t len_bytes;
};

/* For the open run of a ledger, of which only ledger->run and ledger->dir are used. NULL: no
 * memory. One thread at a time, not always the same. */
struct cg_row_maker;
cg_must_use struct cg_row_maker *cg_row_maker_new(struct cg_ledger *ledger);
void cg_row_maker_free(struct cg_row_maker *maker); /* NULL is allowed */
/* Fill a block with the rows that come next, about CG_ROW_BLOCK_BYTES of them, whatever it held.
 * *is_last and errors as for cg_ledger_rows_make. */
cg_must_use enum cg_status cg_row_maker_fill(struct cg_row_maker *maker, struct cg_buffer *block,
                                             bool *is_last, struct cg_error *err);
/* The digest of rows_sha256, after the last block. */
cg_must_use bool cg_row_maker_digest(const struct cg_row_maker *maker,
                                     uint8_t rows_sha256[CG_SHA256_BYTES]);

#endif
