/*
 * Feeds: what a source makes of one line of the history.
 *
 * A feed says in its own way what the history says plainly: a claim that is taken back by units
 * below zero, a new version behind a cancellation of the old. Beside that it has rows that are no
 * services. The lines that come out here, rows that are none left away, are the history that the
 * feed tells.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_FEED_H
#define CLAIMGATE_TESTS_GENERATE_FEED_H

#include "columns.h"
#include "line_source.h"
#include "rows.h"

#include <stddef.h>

enum { CG_FEED_ROWS_MAX = 3 };

struct cg_feed_rows {
    struct cg_row list[CG_FEED_ROWS_MAX];
    size_t count;
    struct cg_mock_line lines[CG_FEED_ROWS_MAX]; /* that they show */
};

/* The rows of a line, which `out` may point into. A shape that is no feed makes one of it. */
void cg_feed_rows_of(const struct cg_columns *columns, const struct cg_mock_line *line,
                     struct cg_feed_rows *out);

/* False where a file with these columns has no words for a claim that takes another back. */
bool cg_feed_tells(const struct cg_columns *columns, enum cg_anomaly anomaly);

#endif
