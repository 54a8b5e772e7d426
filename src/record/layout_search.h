/*
 * Binding a layout to a header (layout_bind.c), and what is said where that fails
 * (layout_refuse.c).
 */
#ifndef CLAIMGATE_RECORD_LAYOUT_SEARCH_H
#define CLAIMGATE_RECORD_LAYOUT_SEARCH_H

#include "header_columns.h"
#include "layout_private.h"
#include "splitter.h"

/* What is being bound. */
struct cg_layout_search {
    const struct cg_header_columns *columns;
    const struct cg_layout *layout;
    const struct cg_layout_source *sources; /* of the fields; those of one line of a claim */
    bool again;                             /* a name stands twice in the header */
};

/* Notes for the binding (layout.h). A name that is not quite the layout's; then, once all fields
 * are bound, columns that nobody reads and those that are read twice; and, once the rules "only"
 * are, those that tell which rows were denied. */
void cg_layout_note_loose(const struct cg_layout_search *search, uint32_t column,
                          const char *wanted, struct cg_binding *out);
void cg_layout_note_columns(const struct cg_layout_search *search, struct cg_binding *out);
void cg_layout_note_row_columns(const struct cg_layout_search *search, struct cg_binding *out);
/* Once a header is bound: those that do by what stands in them, in a file that goes on with `head`.
 * CG_INTERNAL: no memory. */
cg_must_use enum cg_status cg_layout_note_values(struct cg_binding *binding, struct cg_text head,
                                                 struct cg_error *err);

/* The delimiter under which the header has most of the needed columns; the layout's own of equals.
 */
char cg_layout_best_delimiter(const struct cg_layout *layout, struct cg_text header, int *count);

/* CG_BAD_DATA: a needed field has no source in the header. */
cg_must_use enum cg_status cg_layout_refuse_missing(const struct cg_layout_search *search,
                                                    const struct cg_binding *binding,
                                                    struct cg_text header, struct cg_error *err);

/* A title may stand above the header, or a spreadsheet's "sep=;": where `taken` does not look like
 * a header and a line soon behind it does, or one that the layout skips, the refusal in `err`
 * begins with that line and the mend. `layout` NULL: any that is built in. */
void cg_layout_point_at_header(const char *layout, const struct cg_header *taken,
                               struct cg_error *err);

#endif
