/*
 * Columns: those of a shape as rows are written by them.
 *
 * Ownership  _free frees.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_COLUMNS_H
#define CLAIMGATE_TESTS_GENERATE_COLUMNS_H

#include "claimgate/base/buffer.h"
#include "claimgate/base/error.h"
#include "claimgate/record/layout.h"
#include "shapes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_GENERATE_COLUMNS_MAX = 128, CG_ROW_LINES_MAX = 6 };

struct cg_column {
    int content;
    uint32_t blanks_behind; /* columns up to the next one that has something to say */
    uint32_t marks;         /* bits of the shape's marks that stand here */
    uint32_t line;          /* of the row's claim, from 0 */
};

struct cg_columns {
    const struct cg_shape *shape;
    bool is_feed;
    char delimiter;
    bool falls_back[CG_FIELD_COUNT]; /* a second column holds the field where the first is blank */
    struct cg_column list[CG_GENERATE_COLUMNS_MAX];
    size_t count;
    struct cg_buffer header; /* with its line end */
};

/* A shape's name, as a feed with "-feed" behind; CG_USAGE for any other name. */
cg_must_use enum cg_status cg_columns_load(const char *name, struct cg_columns **out,
                                           struct cg_error *err);
void cg_columns_free(struct cg_columns *columns);
bool cg_columns_have(const struct cg_columns *columns, int content);

/* Blank from now on: fields of which a file with the columns of `source` says nothing. */
void cg_columns_say_no_more_than(struct cg_columns *columns, const struct cg_columns *source);

#endif
