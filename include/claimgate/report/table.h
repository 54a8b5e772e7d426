/*
 * A table on a terminal: rows are gathered first, so that each column is as wide as what stands in
 * it.
 *
 * No cell is cut. Where a row is wider than the terminal, its last column is broken between words;
 * where there is no room for that either, the row is simply long.
 *
 * Ownership  _open begins one, _end puts it on the page and frees it. Headings outlive it.
 * Failure    Out of memory becomes that of the page.
 */
#ifndef CLAIMGATE_REPORT_TABLE_H
#define CLAIMGATE_REPORT_TABLE_H

#include "claimgate/base/buffer.h"
#include "claimgate/report/page.h"

#include <stdbool.h>
#include <stdint.h>

enum { CG_PAGE_TABLE_COLUMNS_MAX = 12 };

struct cg_page_table_column {
    const char *heading; /* NULL in all: no line of headings */
    bool right;          /* numbers stand under each other's ends */
};

struct cg_page_table {
    const struct cg_page_table_column *columns;
    uint32_t column_count;
    uint32_t terminal_columns; /* 80 where it is none; tests set another */
    struct cg_buffer cells;    /* in order, each with its kind before it and a NUL behind it */
    bool failed;
};

void cg_page_table_open(struct cg_page_table *table, const struct cg_page_table_column *columns,
                        uint32_t count);
/* The next cell. Control characters are shown as they are in messages. */
void cg_page_table_cell(struct cg_page_table *table, const char *format, ...) cg_printf_like(2, 3);
/* A line of its own below the row that is complete, as far in as the table's second column. */
void cg_page_table_note(struct cg_page_table *table, const char *format, ...) cg_printf_like(2, 3);
/* Rows begin in column `indent`. */
void cg_page_table_end(struct cg_page_table *table, uint32_t indent, struct cg_page *page);

#endif
