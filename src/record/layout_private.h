/*
 * What a layout is made of; shared by loading (layout.c) and binding (layout_bind.c).
 */
#ifndef CLAIMGATE_RECORD_LAYOUT_PRIVATE_H
#define CLAIMGATE_RECORD_LAYOUT_PRIVATE_H

#include "claimgate/base/arena.h"
#include "claimgate/base/time_zone.h"
#include "claimgate/record/layout.h"

struct cg_layout_pair {
    struct cg_text from;
    struct cg_text to;
};

/* One field as the JSON has it; NULL where a key is left out. */
struct cg_layout_source {
    const char *column; /* its name, or the name that its place has: layout_places.c */
    uint8_t decimals;   /* digits of a number that stand behind a point which is not written */
    const char *const *also_named; /* other names of the column */
    size_t also_count;
    const char *fallback;
    const char *fixed;
    const char *missing;
    enum cg_date_format date_format; /* of a date */
    const struct cg_layout_pair *map;
    size_t map_count;
};

struct cg_layout_only {
    const char *column;
    const char *text; /* cg_only_text */
    struct cg_text *values;
    uint32_t count;
    bool negated;
    bool optional; /* a file without the column is fine, and the rule then leaves nothing out */
};

struct cg_layout {
    struct cg_arena arena; /* of all strings */
    const char *name;
    const char *title;
    char delimiter;
    bool multiline;
    struct cg_layout_lines lines;
    enum cg_date_format date_format;
    bool negative_units_void;
    bool has_time_zone;
    bool sessions; /* an end within 24 hours is on the day of the start */
    bool lines_from_zero;
    bool has_line_ids; /* a line is told by an id, not a number */
    struct cg_time_zone time_zone;
    struct cg_layout_only only[CG_ONLY_MAX];
    uint32_t only_count;
    struct cg_text *blanks; /* how the file writes a blank */
    uint32_t blank_count;
    bool headless;        /* files have no header */
    uint32_t own_columns; /* of a record in such a file; 0: fields are spans */
    struct cg_byte_span spans[CG_SPANS_MAX];
    uint32_t span_count;
    const char *kind_column; /* which records are lines, by the value of this place; NULL: all */
    const char *kind_value;
    struct cg_layout_source fields[CG_FIELD_COUNT];
    /* Where a record is a claim: line_count times CG_FIELD_COUNT, with names for each line, of
     * which the first are `fields`. NULL: a record is a line. */
    struct cg_layout_source *line_fields;
    uint32_t line_count;
    bool is_builtin;
};

/* The fields of a line, from 0. */
static inline const struct cg_layout_source *cg_layout_fields_of(const struct cg_layout *layout,
                                                                 uint32_t line) {
    return layout->line_fields != NULL ? layout->line_fields + (size_t)line * CG_FIELD_COUNT
                                       : layout->fields;
}

/* What a layout file says of whole rows: its keys "only", "blank" and "negative_units". The
 * document is sound, or has a problem of its own; where memory is out, the layout's arena has
 * failed. */
struct cg_json_doc;
struct cg_json;
struct cg_problems;
struct cg_header_columns;
void cg_layout_load_rows(struct cg_layout *layout, const struct cg_json_doc *doc,
                         struct cg_problems *problems);

/* The name of a place: a column's own, "column_12", "bytes_298_308". NULL for an absent value. */
const char *cg_layout_place(struct cg_layout *layout, const struct cg_json *node);
/* The same of a value with the keys "start" and "length", else "column". */
const char *cg_layout_place_of(struct cg_layout *layout, const struct cg_json *node);
/* The keys "header", "columns" and "record", once the fields are loaded. False: no memory. */
cg_must_use bool cg_layout_load_headless(struct cg_layout *layout, const struct cg_json_doc *doc,
                                         struct cg_problems *problems);
/* What of it a binding needs. CG_BAD_DATA: the place of "record" is not there. */
void cg_layout_bind_headless(const struct cg_layout *layout,
                             const struct cg_header_columns *columns, struct cg_binding *out);

/* The key "lines", once the fields are loaded: their names for each line. */
void cg_layout_load_lines(struct cg_layout *layout, const struct cg_json_doc *doc,
                          struct cg_problems *problems);

/* Values of "map" and "fixed" that their field does not know are problems. Once all is loaded. */
void cg_layout_check_values(const struct cg_layout *layout, const struct cg_json_doc *doc,
                            struct cg_problems *problems);

/* Find the columns of the rules "only". CG_BAD_DATA where one is not there that must be. */
struct cg_header_columns;
cg_must_use enum cg_status cg_layout_bind_only(const struct cg_layout *layout,
                                               const struct cg_header_columns *columns,
                                               struct cg_binding *out, struct cg_error *err);

/* How well a header line fits; more is better, 0: it has none of the needed columns; from
 * CG_FITNESS_NO_MEMORY on it could not be told. */
enum { CG_FITNESS_NO_MEMORY = 1 << 20 };
int cg_layout_fitness(const struct cg_layout *layout, struct cg_text header);

#endif
