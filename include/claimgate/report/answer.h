/*
 * An answer of rows: a table for people, CSV, or the list of a JSON document, all from one list of
 * columns.
 *
 * Ownership  _open begins one, _close ends it. Columns outlive it.
 * Failure    Out of memory becomes that of the page.
 */
#ifndef CLAIMGATE_REPORT_ANSWER_H
#define CLAIMGATE_REPORT_ANSWER_H

#include "claimgate/report/page.h"
#include "claimgate/report/table.h"

#include <stdbool.h>
#include <stdint.h>

enum cg_answer_kind { CG_ANSWER_TEXT, CG_ANSWER_NUMBER, CG_ANSWER_DAY };

struct cg_answer_column {
    const char *name;    /* of CSV and JSON */
    const char *heading; /* for people */
    enum cg_answer_kind kind;
};

struct cg_answer {
    struct cg_page *page;
    bool is_csv; /* else JSON where the page is a document, else a table */
    const struct cg_answer_column *columns;
    uint32_t column_count;
    uint32_t at; /* the column that comes next */
    uint32_t rows;
    struct cg_page_table_column headings[CG_PAGE_TABLE_COLUMNS_MAX];
    struct cg_page_table table;
};

/* `key` is that of the list in a document. */
void cg_answer_open(struct cg_answer *answer, struct cg_page *page, bool is_csv, const char *key,
                    const struct cg_answer_column *columns, uint32_t count);
/* The next cell, of the kind that its column has; row after row. */
void cg_answer_text(struct cg_answer *answer, const char *text); /* NULL: none */
void cg_answer_number(struct cg_answer *answer, int64_t number);
void cg_answer_day(struct cg_answer *answer, int32_t day_no); /* CG_DAY_NONE: none */
void cg_answer_close(struct cg_answer *answer);

#endif
