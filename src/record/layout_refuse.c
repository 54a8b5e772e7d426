/*
 * What a person is told where a header does not have a layout's columns.
 */
#include "layout_search.h"

#include "claimgate/base/log.h"
#include "claimgate/base/nearest.h"

#include <stdio.h>

enum {
    HEADER_SHOWN_BYTES = 400, /* of all the names seen */
    MISSING_SHOWN_BYTES = 400,
    LINES_LOOKED_AT = 32, /* behind the one that is no header */
    HEADER_FITNESS = 8,   /* four of the needed columns by their names, whatever parts them */
};

static void append(char *out, size_t out_bytes, const char *text) {
    size_t used = strlen(out);
    snprintf(out + used, out_bytes - used, "%s", text);
}

/* The column seen that is meant to be the one wanted, as a person or a slip of the hand makes it,
 * or one with another usual name for it. */
static bool nearest_column(const struct cg_header_columns *columns, const char *wanted,
                           enum cg_field field, char out[CG_COLUMN_SHOWN_BYTES]) {
    for (uint32_t i = 0; i < columns->count; i++) {
        const char *word = out;
        cg_column_show(cg_header_columns_name(columns, i), out);
        if (cg_nearest_word(wanted, &word, 1) != NULL ||
            cg_column_is_near(cg_header_columns_name(columns, i), cg_text_of(wanted))) {
            return true;
        }
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        const struct cg_text name = cg_header_columns_name(columns, i);
        if (cg_column_is_usual_for(name, field) ||
            cg_column_is_usual_in_table(name, cg_field_name(field))) {
            cg_column_show(name, out);
            return true;
        }
    }
    return false;
}

static bool names_a_column(const struct cg_binding *binding) {
    bool found = false;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_field_source *source = &binding->fields[i];
        found = found || source->column >= 0 || source->fallback_column >= 0;
    }
    return found;
}

/* No line end stands between the header and a claim. */
static bool claim_is_stuck(const struct cg_layout_search *search,
                           const struct cg_binding *binding) {
    bool stuck = false;
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        stuck = stuck || (!cg_field_is_bound(&binding->fields[i]) &&
                          cg_header_columns_hold(search->columns, search->sources[i].column));
    }
    return stuck;
}

/* A file without a header begins with a claim, and no value of a claim belongs into a message. */
static const char *why_not_shown(const struct cg_layout_search *search,
                                 const struct cg_binding *binding) {
    if (!names_a_column(binding)) {
        return search->columns->count == 1
                   ? "names none of its columns, nor is it separated as the layout says; put the "
                     "header there or choose another --layout"
                   : "names none of its columns; put the header there or choose another --layout";
    }
    return claim_is_stuck(search, binding)
               ? "has values beside names; a claim seems to be stuck to the header: part the line "
                 "in two"
               : "has values beside names; mend the header or choose another --layout";
}

static const char *list_missing(const struct cg_layout_search *search,
                                const struct cg_binding *binding, bool shown,
                                char missing[MISSING_SHOWN_BYTES]) {
    char near[CG_COLUMN_SHOWN_BYTES];
    const char *words = NULL;
    missing[0] = '\0';
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_layout_source *source = &search->sources[i];
        if (!cg_field_is_needed((enum cg_field)i) || cg_field_is_bound(&binding->fields[i])) {
            continue;
        }
        append(missing, MISSING_SHOWN_BYTES, missing[0] == '\0' ? "" : ", ");
        const char *name =
            source->column != NULL ? source->column : cg_field_name((enum cg_field)i);
        append(missing, MISSING_SHOWN_BYTES, name);
        if (shown && nearest_column(search->columns, name, (enum cg_field)i, near)) {
            append(missing, MISSING_SHOWN_BYTES, " (is it ");
            append(missing, MISSING_SHOWN_BYTES, near);
            append(missing, MISSING_SHOWN_BYTES, "?)");
        }
        words = words == NULL ? source->missing : words;
    }
    return words;
}

static enum cg_status refuse_delimiter(const struct cg_layout *layout, char delimiter,
                                       struct cg_error *err) {
    const char *name = layout->name;
    const char shown[] = {delimiter == '\t' ? '\\' : delimiter, delimiter == '\t' ? 't' : '\0',
                          '\0'};
    return cg_error_set(
        err, CG_BAD_DATA,
        "the header has columns of layout %s, but is separated by \"%s\": copy the "
        "layout (claimgate layout show %s), write \"delimiter\": \"%s\" in the copy "
        "and name it with --layout",
        name, shown, name, shown);
}

enum cg_status cg_layout_refuse_missing(const struct cg_layout_search *search,
                                        const struct cg_binding *binding, struct cg_text header,
                                        struct cg_error *err) {
    const struct cg_layout *layout = search->layout;
    char missing[MISSING_SHOWN_BYTES];
    char seen[HEADER_SHOWN_BYTES];
    int count;
    const char delimiter = cg_layout_best_delimiter(layout, header, &count);
    if (count == CG_FITNESS_NO_MEMORY) {
        return cg_error_no_memory(err);
    }
    if (delimiter != layout->delimiter) {
        return refuse_delimiter(layout, delimiter, err);
    }
    const bool shown = cg_log_shows_phi() ||
                       (names_a_column(binding) && cg_header_columns_may_show(search->columns));
    const char *words = list_missing(search, binding, shown, missing);
    if (words != NULL) {
        return cg_error_set(err, CG_BAD_DATA, "no column %s for layout %s: %s", missing,
                            layout->name, words);
    }
    if (!shown) {
        return cg_error_set(
            err, CG_BAD_DATA,
            "columns missing for layout %s: %s; the first line %s (the line may be a "
            "claim: --show-phi shows it)",
            layout->name, missing, why_not_shown(search, binding));
    }
    cg_header_columns_list(search->columns, seen, sizeof seen);
    return cg_error_set(err, CG_BAD_DATA,
                        "columns missing for layout %s: %s; the header names %s; mend the header "
                        "or choose another --layout",
                        layout->name, missing, seen);
}

static bool looks_like_header(const char *layout, struct cg_text line) {
    struct cg_layout *loaded = NULL;
    struct cg_error ignored = CG_ERROR_INIT;
    int count = 0;
    if ((layout != NULL || cg_layout_detect(line, &layout, &ignored) == CG_OK) &&
        cg_layout_load(layout, &loaded, NULL, &ignored) == CG_OK) {
        cg_layout_best_delimiter(loaded, line, &count);
    }
    cg_layout_free(loaded);
    return count >= HEADER_FITNESS && count < CG_FITNESS_NO_MEMORY;
}

/* The first of these lines that looks like a header, from 1; 0: none does. */
static uint32_t header_among(const char *layout, struct cg_text lines) {
    for (uint32_t i = 1; i <= LINES_LOOKED_AT && lines.len > 0; i++) {
        const char *end = memchr(lines.ptr, '\n', lines.len);
        const uint32_t len = end == NULL ? lines.len : (uint32_t)(end - lines.ptr);
        if (looks_like_header(layout, cg_text_trim((struct cg_text){lines.ptr, len}))) {
            return i;
        }
        lines.ptr += len + (end != NULL);
        lines.len -= len + (end != NULL);
    }
    return 0;
}

void cg_layout_point_at_header(const char *layout, const struct cg_header *taken,
                               struct cg_text behind, struct cg_error *err) {
    if (looks_like_header(layout, taken->line)) {
        return;
    }
    const uint32_t above = header_among(layout, taken->above);
    const uint32_t later = above == 0 ? header_among(layout, behind) : 0;
    if (above != 0) {
        cg_error_wrap(err,
                      "line %u looks like the header, and the layout skips it: mend "
                      "\"skip_lines\" (%u lines stand above it) or \"header_starts_with\"; as it "
                      "is",
                      above, above - 1);
    } else if (later != 0) {
        cg_error_wrap(err,
                      "line %u looks like the header: write \"skip_lines\": %u in a copy of "
                      "the layout (`claimgate layout show`) and name it with --layout; as it is",
                      taken->physical_lines + later, taken->physical_lines + later - 1);
    }
}
