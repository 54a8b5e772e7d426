/*
 * What a person should look at in a header that fits: columns that are not read and perhaps should
 * be, and one that is read as two things.
 */
#include "layout_search.h"

static void put_note(struct cg_binding *out, struct cg_column_note note, struct cg_text name) {
    if (out->note_count < CG_COLUMN_NOTES_MAX) {
        cg_column_show(name, note.name);
        out->notes[out->note_count++] = note;
    }
}

void cg_layout_note_loose(const struct cg_layout_search *search, uint32_t column,
                          const char *wanted, struct cg_binding *out) {
    put_note(out, (struct cg_column_note){CG_COLUMN_IS_READ, column, wanted, NULL, ""},
             cg_header_columns_name(search->columns, column));
}

/* Names are not shown of a header to which a claim may be stuck. */
static struct cg_text name_to_show(const struct cg_layout_search *search, uint32_t column) {
    return cg_header_columns_may_show(search->columns)
               ? cg_header_columns_name(search->columns, column)
               : cg_text_of("(--show-phi shows it)");
}

static bool reads_column(const struct cg_binding *binding, uint32_t column) {
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_field_source *source = &binding->fields[i];
        if (source->column == (int32_t)column || source->fallback_column == (int32_t)column) {
            return true;
        }
    }
    return false;
}

/* A field of which the column is perhaps the one that is not there, or another one of its name. */
static bool is_for(const struct cg_layout_search *search, struct cg_text name, enum cg_field field,
                   const struct cg_binding *out, enum cg_column_note_kind *kind) {
    const struct cg_field_source *bound = &out->fields[field];
    const char *wanted = search->sources[field].column;
    if (wanted == NULL) {
        return false;
    }
    *kind = CG_COLUMN_IS_NEAR;
    if (bound->column < 0 && bound->fallback_column < 0) {
        return cg_column_is_near(name, cg_text_of(wanted)) || cg_column_is_usual_for(name, field);
    }
    *kind = CG_COLUMN_IS_BESIDE;
    return cg_column_is_loosely(name, cg_text_of(wanted));
}

static void note_unread(const struct cg_layout_search *search, uint32_t column,
                        struct cg_binding *out) {
    const struct cg_text name = cg_header_columns_name(search->columns, column);
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        enum cg_column_note_kind kind;
        if (is_for(search, name, i, out, &kind)) {
            const char *wanted = search->sources[i].column;
            put_note(out, (struct cg_column_note){kind, column, wanted, NULL, ""},
                     name_to_show(search, column));
            return;
        }
    }
}

/* Fields of one kind may well be one column: a cancelled claim's id is that of its original. */
static enum cg_field kind_of(enum cg_field field) {
    switch (field) {
    case CG_FIELD_ORIGINAL_CLAIM_ID:
    case CG_FIELD_CLAIM_LINE_NUMBER:
        return CG_FIELD_CLAIM_ID;
    case CG_FIELD_CLAIM_LINE_END_DATE:
    case CG_FIELD_RECEIVED_DATE:
        return CG_FIELD_CLAIM_LINE_START_DATE;
    case CG_FIELD_BILLING_NPI:
        return CG_FIELD_RENDERING_NPI;
    default:
        return field;
    }
}

/* A map takes two things out of one column, such as frequency and place out of a type of bill. */
static void note_shared(const struct cg_layout_search *search, enum cg_field field,
                        struct cg_binding *out) {
    const struct cg_field_source *bound = &out->fields[field];
    for (enum cg_field other = 0; other < field && bound->column >= 0; other++) {
        const struct cg_field_source *source = &out->fields[other];
        if (source->column == bound->column && kind_of(other) != kind_of(field) &&
            !source->is_mapped && !bound->is_mapped) {
            const uint32_t column = (uint32_t)bound->column;
            put_note(out,
                     (struct cg_column_note){CG_COLUMN_IS_SHARED, column, cg_field_name(field),
                                             cg_field_name(other), ""},
                     name_to_show(search, column));
            return;
        }
    }
}

void cg_layout_note_columns(const struct cg_layout_search *search, struct cg_binding *out) {
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        note_shared(search, i, out);
    }
    /* What one line of a claim does not read another may. */
    const uint32_t count = search->layout->line_count == 0 ? search->columns->count : 0;
    for (uint32_t column = 0; column < count; column++) {
        if (!reads_column(out, column)) {
            note_unread(search, column, out);
        }
    }
}

static bool leaves_out_by(const struct cg_binding *binding, uint32_t column) {
    bool found = false;
    for (uint32_t i = 0; i < binding->only_count; i++) {
        found = found || binding->only[i].column == (int32_t)column;
    }
    return found;
}

/* Rows that were denied use no units; which ones were, a column may say that nobody reads. */
void cg_layout_note_row_columns(const struct cg_layout_search *search, struct cg_binding *out) {
    for (uint32_t i = 0; i < search->columns->count; i++) {
        if (!reads_column(out, i) && !leaves_out_by(out, i) &&
            cg_column_tells_rows(cg_header_columns_name(search->columns, i))) {
            put_note(out, (struct cg_column_note){CG_COLUMN_TELLS_ROWS, i, "only", NULL, ""},
                     name_to_show(search, i));
        }
    }
}
