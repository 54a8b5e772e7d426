#include "roster_private.h"

#include "claimgate/record/shapes.h"

#include <string.h>

/* What a column holds, by how our own name for it ends. */
static enum cg_shape_kind kind_of(const char *name) {
    static const struct {
        const char *ending;
        enum cg_shape_kind kind;
    } kinds[] = {
        {"date", CG_HOLDS_DATE},    {"npi", CG_HOLDS_NPI},    {"hours", CG_HOLDS_NUMBER},
        {"score", CG_HOLDS_NUMBER}, {"fte", CG_HOLDS_NUMBER}, {"year", CG_HOLDS_NUMBER},
        {"_id", CG_HOLDS_ID},       {"_number", CG_HOLDS_ID},
    };
    const size_t len = strlen(name);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t ending = strlen(kinds[i].ending);
        if (len >= ending && strcmp(name + len - ending, kinds[i].ending) == 0) {
            return kinds[i].kind;
        }
    }
    return CG_HOLDS_WORD;
}

void cg_roster_note_refused(const struct cg_roster_reading *reading, const struct cg_table_row *row,
                            uint32_t column) {
    cg_shapes_note_value(reading->shapes, row->line,
                         kind_of(cg_roster_field_name(reading->file, column)), column,
                         row->values[column]);
}

void cg_roster_warn_of_shapes(const struct cg_roster_reading *reading, uint64_t rows) {
    const char *names[CG_SHAPE_COLUMNS] = {NULL};
    struct cg_remarks remarks;
    if (rows <= 1) {
        return; /* its problem has told it */
    }
    for (uint32_t i = 0; i < CG_ROSTER_COLUMNS_MAX && reading->columns[i].name != NULL; i++) {
        names[i] = reading->columns[i].name;
    }
    cg_shapes_remarks(reading->shapes, rows, names, CG_SHAPES_FOR_ROSTER, &remarks);
    cg_remarks_warn(&remarks, reading->path);
}
