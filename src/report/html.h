/*
 * A page for a browser: one file, no script, no request to anybody; charts are drawings in the page
 * and each has its table. Light and dark as the reader's system is; prints.
 *
 * Failure    Out of memory is the page's, which tells of it when it is closed.
 */
#ifndef CLAIMGATE_REPORT_HTML_H
#define CLAIMGATE_REPORT_HTML_H

#include "claimgate/report/page.h"

#include <stdint.h>

void cg_html_open(struct cg_page *page, const char *title, const char *subtitle);
void cg_html_close(struct cg_page *page);
/* A heading and what the section shows, in one sentence. */
void cg_html_section(struct cg_page *page, const char *heading, const char *sentence);
void cg_html_text(struct cg_page *page, const char *text); /* made harmless */

/* Figures that stand side by side at the top. */
struct cg_html_figure {
    const char *label;
    uint64_t number;
    const char *tone; /* "good", "bad" or "" */
};
void cg_html_figures(struct cg_page *page, const struct cg_html_figure *figures, uint32_t count);

/* Horizontal bars, and the same as a table. `of`: shares are of this; 0: none are told. */
struct cg_html_bar {
    const char *label;
    uint64_t number;
    uint64_t more; /* a second column of the table alone */
};
struct cg_html_bars {
    const char *name; /* of the drawing, for who hears it */
    const char *label_heading;
    const char *number_heading;
    const char *more_heading; /* NULL: no second column */
    const char *tone;
    uint64_t of;
};
void cg_html_put_bars(struct cg_page *page, const struct cg_html_bars *how,
                      const struct cg_html_bar *bars, uint32_t count);

/* Columns of two parts, the lower one good and the upper one bad, and the same as a table. */
struct cg_html_column {
    const char *label;
    uint64_t good;
    uint64_t bad;
};
struct cg_html_columns {
    const char *name;
    const char *label_heading;
    const char *good_heading;
    const char *bad_heading;
    const char *unit;
};
void cg_html_put_columns(struct cg_page *page, const struct cg_html_columns *how,
                         const struct cg_html_column *columns, uint32_t count);

/* A table; cells row by row. */
void cg_html_table_open(struct cg_page *page, const char *name, const char *const *headings,
                        uint32_t count);
void cg_html_table_row(struct cg_page *page, const char *const *cells, uint32_t count,
                       uint32_t first_number); /* columns from here on are numbers */
void cg_html_table_close(struct cg_page *page);

#endif
