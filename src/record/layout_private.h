/*
 * What a layout is made of; shared by loading (layout.c) and binding (layout_bind.c).
 */
#ifndef CLAIMGATE_RECORD_LAYOUT_PRIVATE_H
#define CLAIMGATE_RECORD_LAYOUT_PRIVATE_H

#include "claimgate/base/arena.h"
#include "claimgate/record/layout.h"

struct cg_layout_pair {
    struct cg_text from;
    struct cg_text to;
};

/* One field as the JSON has it; NULL where a key is left out. */
struct cg_layout_source {
    const char *column;
    const char *fallback;
    const char *fixed;
    const char *missing;
    const struct cg_layout_pair *map;
    size_t map_count;
};

struct cg_layout {
    struct cg_arena arena; /* of all strings */
    const char *name;
    const char *title;
    char delimiter;
    bool multiline;
    enum cg_date_format date_format;
    struct cg_layout_source fields[CG_FIELD_COUNT];
};

/* How well a header line fits; more is better, 0: it has none of the needed columns. */
int cg_layout_fitness(const struct cg_layout *layout, struct cg_text header);

#endif
