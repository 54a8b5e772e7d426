/*
 * X12 elements as views: a segment's parts where they stand, for the walk.
 *
 * Where line ends stand within segments, a segment is joined in the batch's scratch first.
 */
#ifndef CLAIMGATE_X12_ELEMENTS_H
#define CLAIMGATE_X12_ELEMENTS_H

#include "walk.h"

#include "claimgate/x12/segments.h"

enum { CG_X12_VIEWS_MAX = 12 };

struct cg_x12_views {
    struct cg_text at[CG_X12_VIEWS_MAX];
    uint32_t count;
};

/* The first `wanted` elements, the name first. */
void cg_x12_read_views(struct cg_x12_walk *walk, struct cg_text segment, uint32_t wanted,
                       struct cg_x12_views *out);

/* One element without blanks around it; empty where the segment is shorter. */
static inline struct cg_text cg_x12_view(const struct cg_x12_views *views, uint32_t element_no) {
    return element_no < views->count ? cg_text_trim(views->at[element_no])
                                     : (struct cg_text){"", 0};
}

static inline bool cg_x12_view_is(const struct cg_x12_views *views, uint32_t element_no,
                                  const char *wanted) {
    return cg_text_is(cg_x12_view(views, element_no), wanted);
}

/* The first of repeated values. */
struct cg_text cg_x12_first(const struct cg_x12_walk *walk, struct cg_text element);

/* A component, from 1, of the first of repeated values. */
struct cg_text cg_x12_component(const struct cg_x12_walk *walk, struct cg_text element,
                                uint32_t component_no);

#endif
