/*
 * What a person is told where a header does not have a layout's columns.
 */
#include "layout_search.h"

#include "claimgate/base/log.h"
#include "claimgate/base/nearest.h"

#include <stdio.h>

enum {
    HEADER_SHOWN_BYTES = 400, /* of all the names seen */
    MISSING_SHOWN_BYTES = 600,
    MEANT_SHOWN = 2, /* columns that may be the one that is missing */
    MEANT_BYTES = MEANT_SHOWN * (CG_COLUMN_SHOWN_BYTES + 4),
    NAMES_OF_A_HEADER = 2, /* words of a claim are not taken for so many columns */
    LINES_LOOKED_AT = 32,  /* behind the one that is no header */
    HEADER_FITNESS = 8,    /* four of the needed columns by their names, whatever parts them */
};

static void append(char *out, size_t out_bytes, const char *text) {
    size_t used = strlen(out);
    snprintf(out + used, out_bytes - used, "%s", text);
}

/* A name that a person makes of the one wanted, or a slip of the hand; or another usual one. */
static bool is_meant(struct cg_text name, const char *wanted, enum cg_field field, bool by_usage) {
    char shown[CG_COLUMN_SHOWN_BYTES];
    const char *word = shown;
    if (by_usage) {
        return cg_column_is_usual_for(name, field) ||
               cg_column_is_usual_in_table(name, cg_field_name(field));
    }
    cg_column_show(name, shown);
    return cg_nearest_word(wanted, &word, 1) != NULL || cg_column_is_near(name, cg_text_of(wanted));
}

/* The columns seen that are meant to be the one wanted, as "A or B": where two are, neither could
 * be taken for it. */
static bool columns_meant(const struct cg_header_columns *columns, const char *wanted,
                          enum cg_field field, char out[MEANT_BYTES]) {
    uint32_t found = 0;
    out[0] = '\0';
    for (int by_usage = 0; by_usage < 2 && found == 0; by_usage++) {
        for (uint32_t i = 0; i < columns->count && found < MEANT_SHOWN; i++) {
            const struct cg_text name = cg_header_columns_name(columns, i);
            char shown[CG_COLUMN_SHOWN_BYTES];
            if (is_meant(name, wanted, field, by_usage == 1)) {
                cg_column_show(name, shown);
                append(out, MEANT_BYTES, found == 0 ? "" : " or ");
                append(out, MEANT_BYTES, shown);
                found++;
            }
        }
    }
    return found > 0;
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

static bool is_missing(const struct cg_binding *binding, enum cg_field field) {
    return cg_field_is_needed(field) && !cg_field_is_bound(&binding->fields[field]);
}

static const char *name_of(const struct cg_layout_search *search, enum cg_field field) {
    const char *column = search->sources[field].column;
    return column != NULL ? column : cg_field_name(field);
}

/* No column of the layout stands there, but several that people call so: no claim does that. */
static bool has_usual_names(const struct cg_layout_search *search,
                            const struct cg_binding *binding) {
    char meant[MEANT_BYTES];
    uint32_t count = 0;
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        count +=
            is_missing(binding, i) && columns_meant(search->columns, name_of(search, i), i, meant);
    }
    return count >= NAMES_OF_A_HEADER;
}

/* The layout's words for a column that is absent, where it alone is. */
static const char *list_missing(const struct cg_layout_search *search,
                                const struct cg_binding *binding, bool shown,
                                char missing[MISSING_SHOWN_BYTES]) {
    char meant[MEANT_BYTES];
    const char *words = NULL;
    bool all_worded = true;
    missing[0] = '\0';
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_layout_source *source = &search->sources[i];
        if (!is_missing(binding, i)) {
            continue;
        }
        append(missing, MISSING_SHOWN_BYTES, missing[0] == '\0' ? "" : ", ");
        append(missing, MISSING_SHOWN_BYTES, name_of(search, i));
        if (shown && columns_meant(search->columns, name_of(search, i), i, meant)) {
            append(missing, MISSING_SHOWN_BYTES, " (is it ");
            append(missing, MISSING_SHOWN_BYTES, meant);
            append(missing, MISSING_SHOWN_BYTES, "?)");
        }
        all_worded = all_worded && source->missing != NULL;
        words = words == NULL ? source->missing : words;
    }
    return all_worded ? words : NULL;
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
    const bool shown =
        cg_log_shows_phi() || (cg_header_columns_may_show(search->columns) &&
                               (names_a_column(binding) || has_usual_names(search, binding)));
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
                               struct cg_error *err) {
    if (looks_like_header(layout, taken->line)) {
        return;
    }
    const uint32_t above = header_among(layout, taken->above);
    const uint32_t later = above == 0 ? header_among(layout, taken->behind) : 0;
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
