/*
 * What a person should look at in a header that fits: columns that are not read and perhaps should
 * be, and one that is read as two things.
 */
#include "layout_search.h"
#include "telling_values.h"

#include <stdlib.h>

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

/* --- what stands in a column --- */

static bool is_noted(const struct cg_binding *binding, uint32_t column) {
    bool found = false;
    for (uint32_t i = 0; i < binding->note_count; i++) {
        found = found || binding->notes[i].column == column;
    }
    return found;
}

static bool is_for_itself(const struct cg_binding *binding, uint32_t column) {
    const int32_t number = (int32_t)column;
    return (binding->has_positions &&
            (number == binding->position_input || number == binding->position_line)) ||
           (binding->has_past && number == binding->past_column) ||
           (binding->kind_value.len > 0 && number == binding->kind_column);
}

static bool is_unread(const struct cg_binding *binding, uint32_t column) {
    bool read = reads_column(binding, column) || leaves_out_by(binding, column) ||
                is_noted(binding, column) || is_for_itself(binding, column);
    for (uint32_t i = 0; i < binding->line_count; i++) {
        read = read || reads_column(&binding->of_lines[i], column);
    }
    return !read;
}

static enum cg_status note_telling(struct cg_binding *binding, bool *columns, struct cg_text head,
                                   struct cg_error *err) {
    struct cg_header_columns names;
    if (cg_telling_values_find(&cg_values_that_take_back, head, binding->delimiter, columns,
                               binding->column_count, err) != CG_OK ||
        cg_header_columns_read((struct cg_text){binding->header, binding->header_len},
                               binding->delimiter, &names, err) != CG_OK) {
        return err->status;
    }
    const struct cg_layout_search search = {&names, binding->layout, NULL, false};
    for (uint32_t i = 0; i < binding->column_count; i++) {
        if (columns[i]) {
            put_note(binding, (struct cg_column_note){CG_COLUMN_SAYS_ROWS, i, "only", NULL, ""},
                     name_to_show(&search, i));
        }
    }
    cg_header_columns_free(&names);
    return CG_OK;
}

enum cg_status cg_layout_note_values(struct cg_binding *binding, struct cg_text head,
                                     struct cg_error *err) {
    if (binding->span_count > 0) {
        return CG_OK; /* what no field of the layout reads is no column */
    }
    bool *columns = calloc(binding->column_count, sizeof *columns);
    if (columns == NULL) {
        return cg_error_no_memory(err);
    }
    bool any = false;
    for (uint32_t i = 0; i < binding->column_count; i++) {
        columns[i] = is_unread(binding, i);
        any = any || columns[i];
    }
    const enum cg_status status = any ? note_telling(binding, columns, head, err) : CG_OK;
    free(columns);
    return status;
}
