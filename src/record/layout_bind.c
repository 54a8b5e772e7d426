#include "header_names.h"
#include "layout_search.h"
#include "position.h"

#include <stdlib.h>

static const char delimiters[] = ",|\t;^~"; /* those of layout.schema.json */

bool cg_field_is_needed(enum cg_field field) {
    return field == CG_FIELD_CLAIM_ID || field == CG_FIELD_MEMBER_ID ||
           field == CG_FIELD_CLAIM_LINE_START_DATE || field == CG_FIELD_HCPCS_CODE ||
           field == CG_FIELD_SERVICE_UNIT_QUANTITY || field == CG_FIELD_RENDERING_NPI;
}

static int32_t find_column(struct cg_layout_search *search, const char *name,
                           struct cg_binding *out) {
    enum cg_column_match match;
    const int32_t column = cg_header_columns_find(search->columns, name, &match);
    search->again = search->again || match == CG_COLUMN_TWICE;
    if (match == CG_COLUMN_LOOSE) {
        cg_layout_note_loose(search, (uint32_t)column, name, out);
    }
    return column;
}

/* Where a field's own column is absent its fallback takes its place. The dates of service are the
 * exception: whether the start's own column had a value decides for the end, see values.c. */
static void bind_field(struct cg_layout_search *search, enum cg_field field,
                       struct cg_binding *out) {
    const struct cg_layout_source *source = &search->sources[field];
    struct cg_field_source *bound = &out->fields[field];
    bound->column = find_column(search, source->column, out);
    for (size_t i = 0; bound->column < 0 && i < source->also_count; i++) {
        bound->column = find_column(search, source->also_named[i], out);
    }
    bound->fallback_column = find_column(search, source->fallback, out);
    bool is_date_of_service =
        field == CG_FIELD_CLAIM_LINE_START_DATE || field == CG_FIELD_CLAIM_LINE_END_DATE;
    if (bound->column < 0 && !is_date_of_service) {
        bound->column = bound->fallback_column;
        bound->fallback_column = -1;
    }
    bool has_column = bound->column >= 0 || bound->fallback_column >= 0;
    bound->fixed = has_column ? NULL : source->fixed;
    bound->is_mapped = source->map_count > 0;
    bound->decimals = source->decimals;
    out->date_formats[field] = source->date_format;
}

/* How well the needed columns are found: an exact name is worth two. Where all others are there,
 * one for whose absence the layout has words counts as found. */
static int count_needed(struct cg_layout_search *search) {
    struct cg_binding binding = {.note_count = 0};
    int found = 0;
    int lacking = 0;
    int worded = 0;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const uint32_t loose = binding.note_count;
        bind_field(search, (enum cg_field)i, &binding);
        const bool bound = cg_field_is_bound(&binding.fields[i]);
        const bool needed = cg_field_is_needed((enum cg_field)i);
        found += needed && bound ? 2 - (binding.note_count > loose) : 0;
        lacking += needed && !bound;
        worded += needed && !bound && search->sources[i].missing != NULL;
    }
    return lacking == worded ? found + 2 * worded : found;
}

static int count_under(const struct cg_layout *layout, struct cg_text header, char delimiter) {
    struct cg_header_columns columns = {NULL, 0};
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_layout_search search = {&columns, layout, layout->fields, false};
    if (cg_header_columns_read(header, delimiter, &columns, &ignored) != CG_OK) {
        return ignored.status == CG_INTERNAL ? CG_FITNESS_NO_MEMORY : 0;
    }
    const int count = count_needed(&search);
    cg_header_columns_free(&columns);
    return count;
}

/* One that does not stand in the header parts nothing. */
char cg_layout_best_delimiter(const struct cg_layout *layout, struct cg_text header, int *count) {
    char best = layout->delimiter;
    *count = count_under(layout, header, best);
    for (const char *other = delimiters; *other != '\0'; other++) {
        const bool parts =
            *other != layout->delimiter && memchr(header.ptr, *other, header.len) != NULL;
        const int found = parts ? count_under(layout, header, *other) : 0;
        if (found > *count) {
            *count = found;
            best = *other;
        }
    }
    return best;
}

static enum cg_status find_fields(struct cg_layout_search *search, struct cg_binding *out,
                                  struct cg_error *err) {
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        bind_field(search, (enum cg_field)i, out);
        if (search->again) {
            return cg_error_set(err, CG_BAD_DATA,
                                "a column for %s stands twice in the header; remove or rename one",
                                cg_field_name((enum cg_field)i));
        }
    }
    cg_layout_note_columns(search, out);
    return CG_OK;
}

static enum cg_status bind_fields(struct cg_layout_search *search, struct cg_text header,
                                  struct cg_binding *out, struct cg_error *err) {
    if (find_fields(search, out, err) != CG_OK) {
        return err->status;
    }
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        if (!cg_field_is_bound(&out->fields[i]) && cg_field_is_needed((enum cg_field)i)) {
            return cg_layout_refuse_missing(search, out, header, err);
        }
    }
    return CG_OK;
}

enum cg_status cg_layout_find(const struct cg_layout *layout, struct cg_text header,
                              struct cg_binding *out, struct cg_error *err) {
    struct cg_header_columns columns;
    if (cg_header_columns_read(header, layout->delimiter, &columns, err) != CG_OK) {
        return err->status;
    }
    struct cg_layout_search search = {&columns, layout, layout->fields, false};
    struct cg_error lacking = CG_ERROR_INIT;
    *out = (struct cg_binding){.layout = layout};
    const enum cg_status status = find_fields(&search, out, err);
    if (status == CG_OK && cg_layout_bind_only(layout, &columns, out, &lacking) == CG_OK) {
        cg_layout_note_row_columns(&search, out);
    }
    cg_header_columns_free(&columns);
    return status;
}

static uint32_t last_column(const struct cg_binding *binding) {
    int32_t last = 0;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_field_source *source = &binding->fields[i];
        last = source->column > last ? source->column : last;
        last = source->fallback_column > last ? source->fallback_column : last;
    }
    for (uint32_t i = 0; i < binding->only_count; i++) {
        last = binding->only[i].column > last ? binding->only[i].column : last;
    }
    return (uint32_t)last;
}

/* The lines of a claim, once all else is bound. */
static enum cg_status bind_lines(struct cg_layout_search *search, struct cg_text header,
                                 struct cg_binding *out, struct cg_error *err) {
    const struct cg_layout *layout = search->layout;
    if (layout->line_fields == NULL) {
        return CG_OK;
    }
    struct cg_binding *lines = calloc(layout->line_count, sizeof *lines);
    if (lines == NULL) {
        return cg_error_no_memory(err);
    }
    enum cg_status status = CG_OK;
    for (uint32_t i = 0; i < layout->line_count && status == CG_OK; i++) {
        lines[i] = *out;
        search->sources = cg_layout_fields_of(layout, i);
        status = bind_fields(search, header, &lines[i], err);
        const uint32_t last = last_column(&lines[i]);
        out->last_column = last > out->last_column ? last : out->last_column;
    }
    out->of_lines = lines;
    out->line_count = layout->line_count;
    return status;
}

static enum cg_status bind_columns(struct cg_layout_search *search, struct cg_text header,
                                   struct cg_binding *out, struct cg_error *err) {
    if (bind_fields(search, header, out, err) != CG_OK ||
        cg_layout_bind_only(search->layout, search->columns, out, err) != CG_OK) {
        return err->status;
    }
    if (cg_header_columns_have_a_claim(search->columns)) {
        return cg_error_set(err, CG_BAD_DATA,
                            "the header's line goes on with a claim, for the header has no line "
                            "end of its own (or all lines end in something else than LF, CRLF or "
                            "CR): part the line in two behind the last name");
    }
    cg_layout_note_row_columns(search, out);
    out->last_column = last_column(out);
    if (cg_position_bind(search->columns, out, err) != CG_OK) {
        return err->status;
    }
    cg_layout_bind_headless(search->layout, search->columns, out);
    if (!out->is_headless) {
        out->names = cg_header_names_bound(search->columns->csv, search->columns->count, out);
    }
    out->header = malloc(header.len);
    if ((out->names == NULL && !out->is_headless) || out->header == NULL) {
        return cg_error_no_memory(err);
    }
    memcpy(out->header, header.ptr, header.len);
    return bind_lines(search, header, out, err);
}

enum cg_status cg_layout_bind(const struct cg_layout *layout, struct cg_text header,
                              bool force_multiline, struct cg_binding *out, struct cg_error *err) {
    struct cg_header_columns columns;
    if (cg_header_columns_read(header, layout->delimiter, &columns, err) != CG_OK) {
        return err->status;
    }
    struct cg_binding binding = {
        .layout = layout,
        .column_count = columns.count,
        .delimiter = layout->delimiter,
        .multiline = force_multiline || layout->multiline,
        .holds_claims = layout->line_fields != NULL,
        .can_take_back = layout->fields[CG_FIELD_ORIGINAL_CLAIM_ID].column != NULL ||
                         layout->fields[CG_FIELD_ORIGINAL_CLAIM_ID].fixed != NULL,
        .has_blanks = layout->blank_count > 0,
        .negative_units_void = layout->negative_units_void,
        .has_time_zone = layout->has_time_zone,
        .sessions = layout->sessions,
        .lines_from_zero = layout->lines_from_zero,
        .has_line_ids = layout->has_line_ids,
        .time_zone = layout->time_zone,
        .header_len = header.len,
        .lines = layout->lines,
    };
    struct cg_layout_search search = {&columns, layout, layout->fields, false};
    const enum cg_status status = bind_columns(&search, header, &binding, err);
    cg_header_columns_free(&columns);
    if (status != CG_OK) {
        cg_binding_fini(&binding);
        return status;
    }
    *out = binding;
    return CG_OK;
}

/* A layout that fits under its own delimiter goes before one that would under another. */
int cg_layout_fitness(const struct cg_layout *layout, struct cg_text header) {
    int count;
    const char delimiter = cg_layout_best_delimiter(layout, header, &count);
    return delimiter == layout->delimiter ? 2 * count : 2 * count - 1;
}
