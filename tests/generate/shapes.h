/*
 * Shapes: the claim files of one source each: all columns in their order with what stands in them,
 * and the habits of the source.
 *
 * They say it by themselves and ask no layout of claimgate, so that a layout which reads the wrong
 * column, or none, is found out by the files.
 *
 * A shape is written plainly, or as a feed: with rows that are no services, its source's own way
 * to take a claim back or to replace it, its words for a blank and its forms of numbers and times.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_SHAPES_H
#define CLAIMGATE_TESTS_GENERATE_SHAPES_H

#include "claimgate/base/date.h"
#include "claimgate/record/layout.h"

#include <stdbool.h>

/* What stands in a column: an enum cg_field, or one of these. */
enum {
    CG_CONTENT_BLANK = CG_FIELD_COUNT,
    CG_CONTENT_UUID,            /* Synthea names its providers by UUID */
    CG_CONTENT_VERSION,         /* a number of the claim's version, whatever number the claim has */
    CG_CONTENT_ADJUSTMENT,      /* the frequency in the source's own codes */
    CG_CONTENT_FIRST_CLAIM,     /* the claim, or the one that it takes back */
    CG_CONTENT_ADJUSTING_CLAIM, /* a claim that takes another back, else blank */
    CG_CONTENT_OR_ADJUSTMENT,   /* the adjustment where its own column is blank */
    CG_CONTENT_OR,              /* and so many more for the fields: it holds the field where its
                                 * own column is blank, else something misleading */
};

/* How a feed tells that a claim was taken back. */
enum cg_taking {
    CG_TAKING_UNTOLD,
    CG_TAKING_LINKED,    /* by a claim with a number of its own that names the other one */
    CG_TAKING_REPEATED,  /* by the same claim's number with another code */
    CG_TAKING_CANCELLED, /* the same, and a new version comes behind a cancellation of the old */
    CG_TAKING_NEGATIVE,  /* by units below zero under the same claim's number */
    CG_TAKING_MIXED,     /* now linked, now negative */
};

enum { CG_MARKS_MAX = 4, CG_MARK_TEXTS = 5, CG_BLANKS_MAX = 4 };

/* A column that tells services from other rows. */
struct cg_shape_mark {
    const char *column;
    const char *service; /* NULL: what the column holds anyway */
    const char *others[CG_MARK_TEXTS];
};

struct cg_shape {
    const char *name;
    char delimiter; /* 0: a comma */
    enum cg_date_format date_format;
    const char *header; /* columns with commas between, whatever the delimiter. "DOB=birth_date"
                         * holds a field, "DOB=birth_date/or birth_date" another content in a
                         * feed (see columns.c); a column with a field's name holds that.
                         * "code_{2..25}" are the columns code_2 to code_25 */
    const char *line_columns; /* behind them, for each line of a claim, {n} being its number; NULL:
                               * a row is a line */
    const char *date_suffix;  /* behind every date, e.g. a time of day; NULL: nothing */
    bool end_of_spans_only;   /* the end of a line of one day is blank */

    /* Of a feed alone. */
    const char *feed_columns; /* behind the others */
    struct cg_shape_mark marks[CG_MARKS_MAX];
    enum cg_taking voids;
    enum cg_taking replacements;
    const char *adjustments[3];        /* of originals, voids and replacements; NULL: 0, 1 and 2 */
    const char *blanks[CG_BLANKS_MAX]; /* how a blank is written; NULL closes them */
    const char *units_suffix;          /* behind every other number of units; NULL: nothing */
    bool lines_from_zero;              /* the first line of a claim is 0 */
    bool has_sessions; /* dates have times; a session may pass midnight or have no end */
};

/* NULL for a name that no shape has. */
const struct cg_shape *cg_shape_find(const char *name);

#endif
