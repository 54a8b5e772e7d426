/*
 * What a layout says of whole rows: which are services at all, how a blank is written, and what a
 * row with negative units is.
 */
#include "header_columns.h"
#include "layout_private.h"

#include "claimgate/json/json.h"
#include "claimgate/record/field.h"

#include <stdio.h>

enum { RULE_TEXT_BYTES = 160 };

static struct cg_text keep(struct cg_layout *layout, const struct cg_json *string) {
    return cg_json_is_null(string)
               ? (struct cg_text){NULL, 0}
               : cg_arena_text(&layout->arena, cg_text_of(cg_json_string(string)));
}

static void load_values(struct cg_layout *layout, const struct cg_json *list,
                        struct cg_text **values, uint32_t *count) {
    const size_t wanted = cg_json_count(list);
    *values = cg_arena_alloc(&layout->arena, (wanted + 1) * sizeof **values);
    for (*count = 0; *values != NULL && *count < wanted; ++*count) {
        (*values)[*count] = keep(layout, cg_json_item(list, *count));
    }
}

static void load_value(struct cg_layout *layout, const struct cg_json *value,
                       struct cg_layout_only *rule) {
    rule->values = cg_arena_alloc(&layout->arena, sizeof *rule->values);
    if (rule->values != NULL) {
        rule->values[0] = keep(layout, value);
        rule->count = 1;
    }
}

static const char *describe(struct cg_layout *layout, const struct cg_layout_only *rule,
                            bool is_equals) {
    char text[RULE_TEXT_BYTES];
    size_t used = (size_t)snprintf(text, sizeof text, "%.60s %s", rule->column,
                                   is_equals       ? "equals"
                                   : rule->negated ? "not in"
                                                   : "in");
    for (uint32_t i = 0; i < rule->count && used < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", i == 0 ? "" : ",",
                                 rule->values[i].len == 0 ? "blank" : rule->values[i].ptr);
    }
    return cg_arena_string(&layout->arena, text);
}

static void load_only(struct cg_layout *layout, const struct cg_json_doc *doc,
                      const struct cg_json *node, struct cg_problems *problems) {
    struct cg_layout_only *rule = &layout->only[layout->only_count++];
    const struct cg_json *equals = cg_json_member(node, "equals");
    const struct cg_json *not_in = cg_json_member(node, "not_in");
    const struct cg_json *in = cg_json_member(node, "in");
    const bool is_equals = !cg_json_is_null(equals);
    rule->negated = !cg_json_is_null(not_in);
    rule->optional = cg_json_boolean(cg_json_member(node, "optional"));
    if (is_equals + rule->negated + !cg_json_is_null(in) != 1) {
        cg_json_problem(doc, node, problems,
                        "a rule needs exactly one of \"equals\", \"in\" and \"not_in\"");
    }
    rule->column = cg_layout_place(layout, cg_json_member(node, "column"));
    if (is_equals) {
        load_value(layout, equals, rule);
    } else {
        load_values(layout, rule->negated ? not_in : in, &rule->values, &rule->count);
    }
    if (rule->column != NULL && !layout->arena.has_failed) {
        rule->text = describe(layout, rule, is_equals);
    }
}

/* Lines that a record holds are numbered by their place in it. */
static void load_line_numbers(struct cg_layout *layout, const struct cg_json_doc *doc,
                              const struct cg_json *number, struct cg_problems *problems) {
    const struct cg_json *as = cg_json_member(number, "as");
    layout->lines_from_zero = cg_json_boolean(cg_json_member(number, "from_zero"));
    layout->has_line_ids = strcmp(cg_json_string(as), "id") == 0;
    const bool holds_lines = !cg_json_is_null(cg_json_member(cg_json_root(doc), "lines"));
    if (layout->has_line_ids && (layout->lines_from_zero || holds_lines)) {
        cg_json_problem(doc, as, problems,
                        "\"as\": \"id\" does not go with %s, which numbers the lines; take one "
                        "of them out",
                        holds_lines ? "\"lines\"" : "\"from_zero\"");
    }
}

/* Keys of two fields stand for the row: what a session is, and what a line is told by. */
static void load_times(struct cg_layout *layout, const struct cg_json_doc *doc,
                       struct cg_problems *problems) {
    const struct cg_json *root = cg_json_root(doc);
    const struct cg_json *fields = cg_json_member(root, "fields");
    const struct cg_json *zone = cg_json_member(root, "time_zone");
    const struct cg_json *end = cg_json_member(fields, "claim_line_end_date");
    const struct cg_json *number = cg_json_member(fields, "claim_line_number");
    layout->sessions = cg_json_boolean(cg_json_member(end, "session"));
    load_line_numbers(layout, doc, number, problems);
    layout->has_time_zone = !cg_json_is_null(zone);
    if (layout->has_time_zone && !cg_time_zone_named(cg_json_string(zone), &layout->time_zone)) {
        cg_json_problem(doc, zone, problems,
                        "\"%s\" is no time zone that is known here: name one of the United States, "
                        "such as America/Chicago, or an offset, such as -06:00",
                        cg_json_string(zone));
    }
}

static void load_lines(struct cg_layout *layout, const struct cg_json *root) {
    struct cg_layout_lines *lines = &layout->lines;
    const struct cg_json *skip = cg_json_member(root, "skip_lines");
    const struct cg_json *start = cg_json_member(root, "header_starts_with");
    const struct cg_json *trailer = cg_json_member(root, "trailer");
    lines->skip = cg_json_is_null(skip) ? 0 : (uint32_t)cg_json_integer(skip);
    lines->trailing_delimiter = cg_json_boolean(cg_json_member(root, "trailing_delimiter"));
    lines->short_records = cg_json_boolean(cg_json_member(root, "short_records"));
    lines->header_starts_with = keep(layout, start);
    lines->trailer = keep(layout, trailer);
}

struct cg_layout_lines cg_layout_lines(const struct cg_layout *layout) {
    return layout->lines;
}

void cg_layout_load_rows(struct cg_layout *layout, const struct cg_json_doc *doc,
                         struct cg_problems *problems) {
    const struct cg_json *root = cg_json_root(doc);
    const struct cg_json *only = cg_json_member(root, "only");
    const char *negative_units = cg_json_string(cg_json_member(root, "negative_units"));
    layout->negative_units_void = strcmp(negative_units, "void") == 0;
    for (size_t i = 0; i < cg_json_count(only) && i < CG_ONLY_MAX; i++) {
        load_only(layout, doc, cg_json_item(only, i), problems);
    }
    load_times(layout, doc, problems);
    load_lines(layout, root);
    load_values(layout, cg_json_member(root, "blank"), &layout->blanks, &layout->blank_count);
}

/* A rule whose column is not there would leave nothing out, without a word. */
enum cg_status cg_layout_bind_only(const struct cg_layout *layout,
                                   const struct cg_header_columns *columns, struct cg_binding *out,
                                   struct cg_error *err) {
    for (uint32_t i = 0; i < layout->only_count; i++) {
        const struct cg_layout_only *rule = &layout->only[i];
        enum cg_column_match match;
        const int32_t column = cg_header_columns_find(columns, rule->column, &match);
        if (match == CG_COLUMN_TWICE || (column < 0 && !rule->optional)) {
            return cg_error_set(
                err, CG_BAD_DATA,
                "layout %s has a rule \"only\" on the column %s, which stands %s in "
                "the header; mend the header or the layout",
                layout->name, rule->column, column < 0 ? "not" : "twice");
        }
        if (column >= 0) {
            out->only[out->only_count++] = (struct cg_only_column){column, rule};
        }
    }
    return CG_OK;
}

bool cg_layout_is_blank(const struct cg_layout *layout, struct cg_text value) {
    for (uint32_t i = 0; i < layout->blank_count; i++) {
        if (cg_text_equal_nocase(layout->blanks[i], value)) {
            return true;
        }
    }
    return false;
}

/* Codes that are numbers are the same with zeros before them, or with a ".0" that a data frame left
 * behind. */
static bool same_code(struct cg_text a, struct cg_text b) {
    enum { CODE_MAX = 1000000000 };
    uint64_t one;
    uint64_t other;
    return cg_text_equal_nocase(a, b) || (cg_field_whole(a, CODE_MAX, &one) &&
                                          cg_field_whole(b, CODE_MAX, &other) && one == other);
}

bool cg_only_holds(const struct cg_layout_only *rule, struct cg_text value) {
    for (uint32_t i = 0; i < rule->count; i++) {
        if (same_code(rule->values[i], value)) {
            return !rule->negated;
        }
    }
    return rule->negated;
}

const char *cg_only_text(const struct cg_layout_only *rule) {
    return rule->text;
}
