/*
 * Layouts of which a record is a claim: the names of the columns of each of its lines.
 */
#include "layout_private.h"

#include "claimgate/base/phrase.h"
#include "claimgate/json/json.h"

enum { NAME_MAX_BYTES = 1200 }; /* of a name with every {n} in it replaced */

static const char number_mark[] = "{n}";

/* What all lines of a claim share. */
static bool is_of_claim(enum cg_field field) {
    return field == CG_FIELD_CLAIM_ID || field == CG_FIELD_MEMBER_ID ||
           field == CG_FIELD_CLAIM_FREQUENCY_CODE || field == CG_FIELD_ORIGINAL_CLAIM_ID ||
           field == CG_FIELD_RECEIVED_DATE || field == CG_FIELD_BIRTH_DATE;
}

static bool has_mark(const char *name) {
    return name != NULL && strstr(name, number_mark) != NULL;
}

static bool is_numbered(const struct cg_layout_source *source) {
    bool numbered = has_mark(source->column) || has_mark(source->fallback);
    for (size_t i = 0; i < source->also_count; i++) {
        numbered = numbered || has_mark(source->also_named[i]);
    }
    return numbered;
}

/* The name for a line, from 1; NULL stays NULL. */
static const char *name_for(struct cg_layout *layout, const char *name, uint32_t line) {
    char text[NAME_MAX_BYTES];
    struct cg_phrase say = cg_phrase_start(text, sizeof text);
    if (!has_mark(name)) {
        return name;
    }
    const char *mark = strstr(name, number_mark);
    for (; mark != NULL; mark = strstr(name, number_mark)) {
        cg_say(&say, "%.*s%u", (int)(mark - name), name, line);
        name = mark + sizeof number_mark - 1;
    }
    cg_say(&say, "%s", name);
    return cg_arena_string(&layout->arena, text);
}

static void number_names(struct cg_layout *layout, struct cg_layout_source *source, uint32_t line) {
    const char **names = cg_arena_alloc(&layout->arena, (source->also_count + 1) * sizeof *names);
    for (size_t i = 0; names != NULL && i < source->also_count; i++) {
        names[i] = name_for(layout, source->also_named[i], line);
    }
    source->also_named = names;
    source->column = name_for(layout, source->column, line);
    source->fallback = name_for(layout, source->fallback, line);
}

static void make_lines(struct cg_layout *layout) {
    const size_t count = (size_t)layout->line_count * CG_FIELD_COUNT;
    struct cg_layout_source *fields = cg_arena_alloc(&layout->arena, count * sizeof *fields);
    if (fields == NULL) { /* as the arena tells */
        return;
    }
    for (size_t i = 0; i < count; i++) {
        fields[i] = layout->fields[i % CG_FIELD_COUNT];
        number_names(layout, &fields[i], (uint32_t)(i / CG_FIELD_COUNT) + 1);
    }
    if (!layout->arena.has_failed) {
        layout->line_fields = fields;
        memcpy(layout->fields, fields, sizeof layout->fields);
    }
}

static void check_fields(const struct cg_layout *layout, const struct cg_json_doc *doc,
                         struct cg_problems *problems) {
    const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_json *node = cg_json_member(fields, cg_field_name(i));
        const bool numbered = is_numbered(&layout->fields[i]);
        if (numbered && layout->line_count == 0) {
            cg_json_problem(doc, node, problems,
                            "{n} in a column's name is the number of a line: say with \"lines\" "
                            "how many a record has");
        } else if (numbered && is_of_claim(i)) {
            cg_json_problem(doc, node, problems,
                            "%s is one for all lines of a claim: its column has no {n}",
                            cg_field_name(i));
        } else if (layout->line_count > 0 && i == CG_FIELD_HCPCS_CODE && !numbered) {
            cg_json_problem(doc, node, problems,
                            "%s tells which lines there are: its column needs {n}",
                            cg_field_name(i));
        } else if (layout->line_count > 0 && i == CG_FIELD_CLAIM_LINE_NUMBER &&
                   !cg_json_is_null(node)) {
            cg_json_problem(doc, node, problems,
                            "under \"lines\" a line's number is its {n}: leave %s out",
                            cg_field_name(i));
        }
    }
}

void cg_layout_load_lines(struct cg_layout *layout, const struct cg_json_doc *doc,
                          struct cg_problems *problems) {
    const struct cg_json *lines = cg_json_member(cg_json_root(doc), "lines");
    const size_t before = problems->total;
    if (!cg_json_is_null(lines)) {
        layout->line_count = (uint32_t)cg_json_integer(cg_json_member(lines, "count"));
    }
    check_fields(layout, doc, problems);
    if (layout->line_count > 0 && problems->total == before) {
        make_lines(layout);
    }
}
