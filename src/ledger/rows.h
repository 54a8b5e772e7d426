/*
 * The rows of a run on their way from the maker (rows.c) to the tables (write.c).
 */
#ifndef CLAIMGATE_LEDGER_ROWS_H
#define CLAIMGATE_LEDGER_ROWS_H

#include "private.h"

enum cg_row_table {
    CG_ROW_MEMBER,
    CG_ROW_LINE_ID,
    CG_ROW_SERVICE,
    CG_ROW_PROVIDER,
    CG_ROW_LINE,
    CG_ROW_REJECTION,
    CG_ROW_TAKE_BACK,
    CG_ROW_PAST,
    CG_ROW_RECENT,
    CG_ROW_CLAIM,
    CG_ROW_RENDERED,
    CG_ROW_NEAR,
    CG_ROW_TABLES,
};

/* Cells of a row, in the order of the table's columns, run_no left out. */
enum {
    CG_NUMBER_CELLS = 3, /* of service and provider */
    CG_SLIM_CELLS = 18,  /* of decided_line */
    CG_REJECTION_CELLS = 6,
    CG_PAST_CELLS = 2,
    CG_RECENT_CELLS = 3,
    CG_CLAIM_CELLS = 2,
    CG_RENDERED_CELLS = 2,
    CG_NEAR_CELLS = 4,
    CG_ROW_CELLS_MAX = CG_LINE_CELLS,
};

enum { CG_ROW_BLOCK_BYTES = 1 << 16 };

/* So many bytes in a value fill pages: what a row of SQLite has beyond a page stands on pages of
 * its own, as many bytes as fill them, but at least 1004 beside other rows. */
#define CG_PACKED_BYTES(pages) (1004 + (pages) * (8192 - 4))

enum { CG_LINE_ID_NUMBER, CG_LINE_ID_TEXT, CG_LINE_ID_CELLS };

/* A block holds rows in the order in which they are inserted, each behind its head. */
struct cg_row_head {
    uint32_t table; /* enum cg_row_table */
    uint32_t len_bytes;
};

/* For the open run of a ledger, of which only ledger->run, ->numbers and ->dir are used. `direct`:
 * nothing is known of any member yet, so that what is to be recalled goes into `past` at once.
 * NULL: no memory. One thread at a time, not always the same. */
struct cg_row_maker;
cg_must_use struct cg_row_maker *cg_row_maker_new(struct cg_ledger *ledger, bool direct);
void cg_row_maker_free(struct cg_row_maker *maker); /* NULL is allowed */
/* Fill a block with the rows that come next, about CG_ROW_BLOCK_BYTES of them, whatever it held;
 * all that it may hold has been reserved. *is_last and errors as for cg_ledger_rows_make. */
cg_must_use enum cg_status cg_row_maker_fill(struct cg_row_maker *maker, struct cg_buffer *block,
                                             bool *is_last, struct cg_error *err);
/* The digest of rows_sha256, after the last block. */
void cg_row_maker_digest(const struct cg_row_maker *maker, uint8_t rows_sha256[CG_SHA256_BYTES]);

/* groups.c: what is recalled of members, and claims, in the order of their tables. */
struct cg_groups;
/* Where finished rows go, which has room for them. */
typedef void (*cg_put_row_fn)(void *context, enum cg_row_table table, const struct cg_cell *cells,
                              size_t count);
cg_must_use struct cg_groups *cg_groups_new(const struct cg_ledger *ledger, bool direct);
void cg_groups_free(struct cg_groups *groups);
cg_must_use enum cg_status cg_groups_add_line(struct cg_groups *groups, const struct cg_cell *cells,
                                              int64_t line_no, const uint32_t numbers[2],
                                              struct cg_error *err);
cg_must_use enum cg_status cg_groups_add_take_back(struct cg_groups *groups,
                                                   const struct cg_cell *cells, int64_t before_line,
                                                   struct cg_error *err);
/* Nothing is added after this. */
cg_must_use enum cg_status cg_groups_finish(struct cg_groups *groups, struct cg_error *err);
/* Go on by one entry; rows that are complete are put. *more false: that was the last. */
cg_must_use enum cg_status cg_groups_step(struct cg_groups *groups, cg_put_row_fn put,
                                          void *context, bool *more, struct cg_error *err);

#endif
