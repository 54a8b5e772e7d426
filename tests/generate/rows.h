/*
 * Rows: generated lines as records of a claim file.
 *
 * Ownership  A writer belongs to one thread and must go before its columns; _free frees.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_ROWS_H
#define CLAIMGATE_TESTS_GENERATE_ROWS_H

#include "claimgate/base/error.h"
#include "columns.h"
#include "line_source.h"

#include <stdbool.h>

/* No row is longer, spoilt or not. */
enum { CG_ROW_MAX_BYTES = 70000, CG_ROW_OF_A_SERVICE = -1 };

struct cg_row {
    const struct cg_mock_line *line;
    uint32_t lines_behind; /* of the same claim, in a shape that has a row for all of them */
    int mark; /* of the shape, that tells that this is no service; CG_ROW_OF_A_SERVICE */
    int mark_text;
    bool is_negative;      /* units below zero */
    const char *dependent; /* joined to the member's id; NULL: nothing is */
};

/* What the line's mistake writes in place of a field; NULL where the field is in order. */
const char *cg_spoilt_text(const struct cg_mock_line *line, int field);

struct cg_row_writer;

cg_must_use struct cg_row_writer *
cg_row_writer_new(const struct cg_columns *columns); /* NULL: no memory */
void cg_row_writer_free(struct cg_row_writer *writer);

/* One row with its line end at `out`, which has room for CG_ROW_MAX_BYTES. Returns its end. */
char *cg_row_put(const struct cg_row_writer *writer, const struct cg_row *row, char *out);

#endif
