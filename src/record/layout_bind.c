#include "layout_private.h"

#include "claimgate/base/log.h"
#include "claimgate/base/nearest.h"
#include "claimgate/base/problems.h"
#include "claimgate/base/utf8.h"
#include "claimgate/record/csv.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    NAME_SHOWN_BYTES = 64,    /* of one column name in a message */
    HEADER_SHOWN_BYTES = 400, /* of all the names seen */
};

/* A header taken apart; names are views into the line. */
struct columns {
    struct cg_csv *csv;
    uint32_t count;
};

static enum cg_status read_columns(struct cg_text header, char delimiter, struct columns *out,
                                   struct cg_error *err) {
    out->csv = cg_csv_new(delimiter, CG_COLUMNS_MAX);
    if (out->csv == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    enum cg_malformed fault = cg_csv_read(out->csv, header);
    out->count = cg_csv_field_count(out->csv);
    if (fault == CG_WELL_FORMED && out->count <= CG_COLUMNS_MAX) {
        return CG_OK;
    }
    cg_csv_free(out->csv);
    out->csv = NULL;
    if (fault == CG_WELL_FORMED) {
        return cg_error_set(err, CG_BAD_DATA, "the header names more than %d columns",
                            CG_COLUMNS_MAX);
    }
    return cg_error_set(err, CG_BAD_DATA, "the header %s; the first line must name the columns",
                        fault == CG_NUL_BYTE         ? "holds a NUL byte"
                        : fault == CG_UNCLOSED_QUOTE ? "has a quote that is not closed on its line"
                                                     : "has a quote where none may stand");
}

static struct cg_text column_name(const struct columns *columns, uint32_t index) {
    return cg_csv_field(columns->csv, index).value;
}

/* -1: no such column. `*again` is set when a second one has the name. */
static int32_t find_column(const struct columns *columns, const char *name, bool *again) {
    int32_t found = -1;
    if (name == NULL) {
        return -1;
    }
    struct cg_text wanted = cg_text_trim(cg_text_of(name));
    for (uint32_t i = 0; i < columns->count; i++) {
        if (cg_text_equal_nocase(column_name(columns, i), wanted)) {
            *again = *again || found >= 0;
            found = found < 0 ? (int32_t)i : found;
        }
    }
    return found;
}

bool cg_field_is_needed(enum cg_field field) {
    return field == CG_FIELD_CLAIM_ID || field == CG_FIELD_MEMBER_ID ||
           field == CG_FIELD_CLAIM_LINE_START_DATE || field == CG_FIELD_HCPCS_CODE ||
           field == CG_FIELD_SERVICE_UNIT_QUANTITY || field == CG_FIELD_RENDERING_NPI;
}

static bool is_bound(const struct cg_field_source *source) {
    return source->column >= 0 || source->fallback_column >= 0 || source->fixed != NULL;
}

/* Where a field's own column is absent its fallback takes its place. The dates of service are the
 * exception: whether the start's own column had a value decides for the end, see values.c. */
static void bind_field(const struct columns *columns, const struct cg_layout *layout,
                       enum cg_field field, struct cg_binding *out, bool *again) {
    const struct cg_layout_source *source = &layout->fields[field];
    struct cg_field_source *bound = &out->fields[field];
    bound->column = find_column(columns, source->column, again);
    bound->fallback_column = find_column(columns, source->fallback, again);
    bool is_date_of_service =
        field == CG_FIELD_CLAIM_LINE_START_DATE || field == CG_FIELD_CLAIM_LINE_END_DATE;
    if (bound->column < 0 && !is_date_of_service) {
        bound->column = bound->fallback_column;
        bound->fallback_column = -1;
    }
    bool has_column = bound->column >= 0 || bound->fallback_column >= 0;
    bound->fixed = has_column ? NULL : source->fixed;
    bound->is_mapped = source->map_count > 0;
}

static void show(struct cg_text text, char out[NAME_SHOWN_BYTES]) {
    char name[NAME_SHOWN_BYTES];
    uint32_t len = text.len < sizeof name ? text.len : (uint32_t)sizeof name - 1;
    memcpy(name, text.ptr, len);
    name[len] = '\0';
    (void)cg_utf8_show(out, NAME_SHOWN_BYTES, name);
}

static void append(char *out, size_t out_bytes, const char *text) {
    size_t used = strlen(out);
    snprintf(out + used, out_bytes - used, "%s", text);
}

/* As many of the names seen as fit, and how many more there are. */
static void list_columns(const struct columns *columns, char out[HEADER_SHOWN_BYTES]) {
    enum { ROOM_FOR_REST = 24 };
    char name[NAME_SHOWN_BYTES];
    out[0] = '\0';
    for (uint32_t i = 0; i < columns->count; i++) {
        show(column_name(columns, i), name);
        if (strlen(out) + strlen(name) + 2 + ROOM_FOR_REST > HEADER_SHOWN_BYTES) {
            snprintf(name, sizeof name, " and %u more", (unsigned)(columns->count - i));
            append(out, HEADER_SHOWN_BYTES, name);
            return;
        }
        append(out, HEADER_SHOWN_BYTES, i == 0 ? "" : ", ");
        append(out, HEADER_SHOWN_BYTES, name);
    }
}

/* The column seen that a slip of the hand would make of the one wanted. */
static bool nearest_column(const struct columns *columns, const char *wanted,
                           char out[NAME_SHOWN_BYTES]) {
    for (uint32_t i = 0; i < columns->count; i++) {
        const char *word = out;
        show(column_name(columns, i), out);
        if (cg_nearest_word(wanted, &word, 1) != NULL) {
            return true;
        }
    }
    return false;
}

/* A file without a header begins with a claim, and no value of a claim belongs into a message. */
static bool may_show(const struct cg_binding *binding) {
    bool names_a_column = false;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_field_source *source = &binding->fields[i];
        names_a_column = names_a_column || source->column >= 0 || source->fallback_column >= 0;
    }
    return names_a_column || cg_log_shows_phi();
}

static enum cg_status refuse_missing(const struct cg_layout *layout, const struct columns *columns,
                                     const struct cg_binding *binding, struct cg_error *err) {
    char missing[400] = "";
    char seen[HEADER_SHOWN_BYTES];
    char near[NAME_SHOWN_BYTES];
    const char *note = NULL;
    const bool shown = may_show(binding);
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_layout_source *source = &layout->fields[i];
        if (!cg_field_is_needed((enum cg_field)i) || is_bound(&binding->fields[i])) {
            continue;
        }
        append(missing, sizeof missing, missing[0] == '\0' ? "" : ", ");
        append(missing, sizeof missing, source->column);
        if (shown && nearest_column(columns, source->column, near)) {
            append(missing, sizeof missing, " (is it ");
            append(missing, sizeof missing, near);
            append(missing, sizeof missing, "?)");
        }
        note = note == NULL ? source->missing : note;
    }
    if (note != NULL) {
        return cg_error_set(err, CG_BAD_DATA, "no column %s for layout %s: %s", missing,
                            layout->name, note);
    }
    if (!shown) {
        return cg_error_set(err, CG_BAD_DATA,
                            "columns missing for layout %s: %s; the first line names none of its "
                            "columns%s; put the header there or choose another --layout (the line "
                            "may be a claim: --show-phi shows it)",
                            layout->name, missing,
                            columns->count == 1 ? ", nor is it separated as the layout says" : "");
    }
    list_columns(columns, seen);
    return cg_error_set(err, CG_BAD_DATA,
                        "columns missing for layout %s: %s; the header names %s; mend the header "
                        "or choose another --layout",
                        layout->name, missing, seen);
}

static enum cg_status find_fields(const struct columns *columns, const struct cg_layout *layout,
                                  struct cg_binding *out, struct cg_error *err) {
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        bool again = false;
        bind_field(columns, layout, (enum cg_field)i, out, &again);
        if (again) {
            return cg_error_set(err, CG_BAD_DATA,
                                "a column for %s stands twice in the header; remove or rename one",
                                cg_field_name((enum cg_field)i));
        }
    }
    return CG_OK;
}

static enum cg_status bind_fields(const struct columns *columns, const struct cg_layout *layout,
                                  struct cg_binding *out, struct cg_error *err) {
    const enum cg_status status = find_fields(columns, layout, out, err);
    if (status != CG_OK) {
        return status;
    }
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        if (!is_bound(&out->fields[i]) && cg_field_is_needed((enum cg_field)i)) {
            return refuse_missing(layout, columns, out, err);
        }
    }
    return CG_OK;
}

enum cg_status cg_layout_find(const struct cg_layout *layout, struct cg_text header,
                              struct cg_field_source fields[CG_FIELD_COUNT], struct cg_error *err) {
    struct columns columns;
    struct cg_binding binding;
    enum cg_status status = read_columns(header, layout->delimiter, &columns, err);
    if (status != CG_OK) {
        return status;
    }
    status = find_fields(&columns, layout, &binding, err);
    cg_csv_free(columns.csv);
    if (status != CG_OK) {
        return status;
    }
    memcpy(fields, binding.fields, sizeof binding.fields);
    return CG_OK;
}

static uint32_t last_column(const struct cg_binding *binding) {
    int32_t last = 0;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_field_source *source = &binding->fields[i];
        last = source->column > last ? source->column : last;
        last = source->fallback_column > last ? source->fallback_column : last;
    }
    return (uint32_t)last;
}

static enum cg_status bind_columns(const struct columns *columns, const struct cg_layout *layout,
                                   struct cg_text header, struct cg_binding *out,
                                   struct cg_error *err) {
    const enum cg_status status = bind_fields(columns, layout, out, err);
    if (status != CG_OK) {
        return status;
    }
    out->last_column = last_column(out);
    out->header = malloc(header.len);
    if (out->header == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    memcpy(out->header, header.ptr, header.len);
    return CG_OK;
}

enum cg_status cg_layout_bind(const struct cg_layout *layout, struct cg_text header,
                              bool force_multiline, struct cg_binding *out, struct cg_error *err) {
    struct columns columns;
    enum cg_status status = read_columns(header, layout->delimiter, &columns, err);
    if (status != CG_OK) {
        return status;
    }
    struct cg_binding binding = {
        .layout = layout,
        .column_count = columns.count,
        .delimiter = layout->delimiter,
        .multiline = force_multiline || layout->multiline,
        .can_take_back = layout->fields[CG_FIELD_ORIGINAL_CLAIM_ID].column != NULL ||
                         layout->fields[CG_FIELD_ORIGINAL_CLAIM_ID].fixed != NULL,
        .date_format = layout->date_format,
        .header_len = header.len,
    };
    status = bind_columns(&columns, layout, header, &binding, err);
    cg_csv_free(columns.csv);
    if (status != CG_OK) {
        return status;
    }
    *out = binding;
    return CG_OK;
}

void cg_binding_fini(struct cg_binding *binding) {
    free(binding->header);
    binding->header = NULL;
}

bool cg_binding_same_header(const struct cg_binding *binding, struct cg_text header) {
    struct cg_text own = {binding->header, binding->header_len};
    struct cg_error ignored = CG_ERROR_INIT;
    struct columns ours = {NULL, 0};
    struct columns theirs = {NULL, 0};
    if (cg_text_equal(own, header)) {
        return true;
    }
    bool same = read_columns(own, binding->delimiter, &ours, &ignored) == CG_OK &&
                read_columns(header, binding->delimiter, &theirs, &ignored) == CG_OK &&
                ours.count == theirs.count;
    for (uint32_t i = 0; same && i < ours.count; i++) {
        same = cg_text_equal_nocase(column_name(&ours, i), column_name(&theirs, i));
    }
    cg_csv_free(ours.csv);
    cg_csv_free(theirs.csv);
    return same;
}

static bool fits(const char *name, struct cg_text header) {
    struct cg_problems problems;
    struct cg_error ignored = CG_ERROR_INIT;
    struct cg_layout *layout = NULL;
    struct columns columns = {NULL, 0};
    struct cg_binding binding;
    bool again = false;
    cg_problems_init(&problems);
    bool fit = cg_layout_load(name, &layout, &problems, &ignored) == CG_OK &&
               read_columns(header, layout->delimiter, &columns, &ignored) == CG_OK;
    for (int i = 0; fit && i < CG_FIELD_COUNT; i++) {
        bind_field(&columns, layout, (enum cg_field)i, &binding, &again);
        fit = is_bound(&binding.fields[i]) || layout->fields[i].missing != NULL ||
              !cg_field_is_needed((enum cg_field)i);
    }
    cg_csv_free(columns.csv);
    cg_layout_free(layout);
    cg_problems_fini(&problems);
    return fit;
}

const char *cg_layout_detect(struct cg_text header_line) {
    const char *found = NULL;
    for (size_t i = 0; cg_layout_files.names[i] != NULL; i++) {
        if (fits(cg_layout_files.names[i], header_line)) {
            if (found != NULL) {
                return "tuva";
            }
            found = cg_layout_files.names[i];
        }
    }
    return found == NULL ? "tuva" : found;
}
