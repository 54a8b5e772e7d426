/*
 * Columns: generated lines as rows of a claim file, in the shape that one source of files has.
 *
 * The compact shape is a subset of Tuva's; the others have their source's columns in its order,
 * blank where this program has nothing to say. Which column holds which field, the delimiter and
 * the date format are those of the layout that claimgate itself reads such a file by.
 *
 * Ownership  A writer belongs to one thread and must go before its columns; _free frees.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_COLUMNS_H
#define CLAIMGATE_TESTS_GENERATE_COLUMNS_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/date.h"
#include "claimgate/base/error.h"
#include "claimgate/record/layout.h"
#include "line_source.h"

#include <stdbool.h>
#include <stddef.h>

enum { CG_GENERATE_COLUMNS_MAX = 128 };

/* What stands in a column: an enum cg_field, or one of these. */
enum {
    CG_CONTENT_BLANK = CG_FIELD_COUNT,
    CG_CONTENT_RENDERING_UUID, /* Synthea names its providers by UUID */
    CG_CONTENT_MARK, /* and the next: marks of the shape that tell services from other rows */
    CG_CONTENT_ADJUSTMENT =
        CG_CONTENT_MARK + 2, /* a frequency that the layout maps: 0 original, 1 void, 2 replaced */
};

struct cg_column {
    int content;
    uint32_t blanks_behind; /* columns up to the next one that has something to say */
};

enum { CG_MARKS_MAX = 2 };

/* What stands in a column of a service, and in that of a row that is none. */
struct cg_column_mark {
    const char *column;
    const char *texts[2];
};

struct cg_columns {
    struct cg_layout *layout;
    struct cg_binding binding;          /* of the layout to the header */
    const char *date_suffix;            /* behind every date, e.g. a time of day */
    const struct cg_column_mark *marks; /* NULL: every row is a service */
    bool end_of_spans_only;             /* the end of a line of one day is blank */
    struct cg_column list[CG_GENERATE_COLUMNS_MAX];
    size_t count;
};

/* "compact", "tuva", "taf-ot", "cclf5", "rif-carrier", "synthea"; CG_USAGE for any other name.
 * _free frees. */
cg_must_use enum cg_status cg_columns_load(const char *name, struct cg_columns **out,
                                           struct cg_error *err);
void cg_columns_free(struct cg_columns *columns);
bool cg_columns_have(const struct cg_columns *columns, int content);

cg_must_use bool cg_columns_header(const struct cg_columns *columns, struct cg_buffer *out);

/* No row is longer, spoilt or not. */
enum { CG_ROW_MAX_BYTES = 70000 };

struct cg_row_writer;

cg_must_use struct cg_row_writer *
cg_row_writer_new(const struct cg_columns *columns); /* NULL: no memory */
void cg_row_writer_free(struct cg_row_writer *writer);

/* One row with its line end, and under a shape with marks now and then another one before it that
 * is no service, at `out`, which has room for CG_ROW_MAX_BYTES. Returns its end. */
char *cg_row_put(const struct cg_row_writer *writer, const struct cg_mock_line *line, char *out);

#endif
