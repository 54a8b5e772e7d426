#include "header_names.h"
#include "layout_private.h"

#include "claimgate/io/named_file.h"
#include "claimgate/json/json.h"

#include <stdlib.h>

enum {
    LAYOUT_MEMORY_MAX_BYTES = 8 << 20,
};

static const char *const field_names[CG_FIELD_COUNT] = {
#define FIELD_TEXT(name, text) #text,
    CG_FIELD_TABLE(FIELD_TEXT)
#undef FIELD_TEXT
};

const char *cg_field_name(enum cg_field field) {
    return field_names[field];
}

/* The files of schemas/layouts; a test holds the two together. */
static const char *const builtin_names[] = {"cclf5",  "rif-carrier", "rif-outpatient", "synthea",
                                            "taf-ot", "tmsis-cot",   "tuva",           NULL};

const struct cg_named_files cg_layout_files = {"layout", "layouts", builtin_names};

struct loading {
    struct cg_layout *layout;
    const struct cg_json_doc *doc;
    struct cg_problems *problems;
};

static const char *keep(struct loading *loading, const struct cg_json *string) {
    return cg_json_is_null(string)
               ? NULL
               : cg_arena_string(&loading->layout->arena, cg_json_string(string));
}

/* Letter case does not matter in a map, so JSON's own ban on equal keys is not enough. */
static void check_twins(struct loading *loading, const struct cg_json *node,
                        const struct cg_layout_source *source) {
    struct cg_text last = source->map[source->map_count - 1].from;
    for (size_t i = 0; i + 1 < source->map_count; i++) {
        if (cg_text_equal_nocase(source->map[i].from, last)) {
            cg_json_problem(loading->doc, node, loading->problems,
                            "the value \"%s\" stands twice, for letter case does not matter: "
                            "remove one",
                            last.ptr);
        }
    }
}

static void load_map(struct loading *loading, const struct cg_json *node,
                     struct cg_layout_source *source) {
    size_t count = cg_json_count(node);
    if (count == 0 || !cg_json_is_sound(node)) { /* a broken one may be of any length */
        return;
    }
    struct cg_layout_pair *map = cg_arena_alloc(&loading->layout->arena, count * sizeof *map);
    for (size_t i = 0; map != NULL && i < count; i++) {
        const char *from = NULL;
        const struct cg_json *meaning = cg_json_member_at(node, i, &from);
        const char *to = keep(loading, meaning);
        const char *kept = cg_arena_string(&loading->layout->arena, from);
        if (to == NULL || kept == NULL) {
            break;
        }
        source->map = map;
        map[source->map_count++] = (struct cg_layout_pair){cg_text_of(kept), cg_text_of(to)};
        check_twins(loading, meaning, source);
    }
}

static void load_names(struct loading *loading, const struct cg_json *list,
                       struct cg_layout_source *source) {
    const size_t count = cg_json_count(list);
    const char **names = cg_arena_alloc(&loading->layout->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; names != NULL && i < count; i++) {
        names[i] = keep(loading, cg_json_item(list, i));
    }
    source->also_named = names;
    source->also_count = names == NULL ? 0 : count;
}

/* The schema lets only known names pass. With its problem the layout will not be used. */
static enum cg_date_format date_format_of(const char *name) {
    enum cg_date_format format = CG_DATE_ISO;
    (void)cg_date_format_named(name, &format);
    return format;
}

static void load_source(struct loading *loading, enum cg_field field, const struct cg_json *node) {
    struct cg_layout_source *source = &loading->layout->fields[field];
    const struct cg_json *fixed = cg_json_member(node, "fixed");
    const struct cg_json *map = cg_json_member(node, "map");
    source->column = cg_layout_place_of(loading->layout, node);
    source->fallback = cg_layout_place(loading->layout, cg_json_member(node, "fallback"));
    source->decimals = (uint8_t)cg_json_integer(cg_json_member(node, "decimals"));
    source->fixed = keep(loading, fixed);
    source->missing = keep(loading, cg_json_member(node, "missing"));
    load_map(loading, map, source);
    load_names(loading, cg_json_member(node, "also_named"), source);
    if (!cg_json_is_null(cg_json_member(node, "date_format"))) {
        source->date_format = date_format_of(cg_json_string(cg_json_member(node, "date_format")));
    }
    const bool is_for_user =
        cg_field_is_needed(field) && source->missing != NULL && source->fallback == NULL;
    if (source->column == NULL && !is_for_user &&
        (source->fixed == NULL || source->fallback != NULL)) {
        cg_json_problem(loading->doc, node, loading->problems,
                        "%s needs a column, or else a fixed value alone", cg_field_name(field));
    }
    if (field == CG_FIELD_SERVICE_UNIT_QUANTITY && (source->fixed != NULL || source->map != NULL)) {
        cg_json_problem(loading->doc, source->fixed != NULL ? fixed : map, loading->problems,
                        "%s must come from a column as it stands there, for a cutback rewrites it",
                        cg_field_name(field));
    }
}

/* False: no memory. */
static bool load_document(struct loading *loading) {
    struct cg_layout *layout = loading->layout;
    const struct cg_json *root = cg_json_root(loading->doc);
    const struct cg_json *fields = cg_json_member(root, "fields");
    layout->name = keep(loading, cg_json_member(root, "name"));
    layout->title = keep(loading, cg_json_member(root, "title"));
    layout->delimiter = cg_json_string(cg_json_member(root, "delimiter"))[0];
    layout->multiline = cg_json_boolean(cg_json_member(root, "multiline"));
    layout->date_format = date_format_of(cg_json_string(cg_json_member(root, "date_format")));
    cg_layout_load_rows(layout, loading->doc, loading->problems);
    for (int i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_json *node = cg_json_member(fields, field_names[i]);
        layout->fields[i].date_format = layout->date_format;
        if (!cg_json_is_null(node)) {
            load_source(loading, (enum cg_field)i, node);
        }
    }
    if (!layout->arena.has_failed) {
        cg_layout_check_values(layout, loading->doc, loading->problems);
        cg_layout_load_lines(layout, loading->doc, loading->problems);
    }
    return cg_layout_load_headless(layout, loading->doc, loading->problems) &&
           !layout->arena.has_failed;
}

/* One that is built in is not held against the schema, for a test does that. */
static enum cg_status load_file(const struct cg_named_file *file, struct cg_layout **out,
                                struct cg_problems *problems, struct cg_error *err) {
    struct cg_layout *layout = calloc(1, sizeof *layout);
    if (layout == NULL) {
        return cg_error_no_memory(err);
    }
    layout->is_builtin = file->is_builtin;
    cg_arena_init(&layout->arena, LAYOUT_MEMORY_MAX_BYTES);
    size_t before = problems->total;
    struct loading loading = {.layout = layout, .problems = problems};
    struct cg_json_doc *doc =
        cg_json_load_faulty(file->name, file->text.ptr, file->text.len,
                            file->is_builtin ? NULL : "layout.schema.json", problems);
    enum cg_status status = CG_OK;
    if (doc != NULL) {
        loading.doc = doc;
        status = load_document(&loading) ? CG_OK : cg_error_no_memory(err);
        cg_json_free(doc);
    }
    if (status == CG_OK && problems->total > before) {
        cg_problems_sort(problems, before);
        status = cg_problems_status(problems, err);
    }
    if (status != CG_OK) {
        cg_layout_free(layout);
        return status;
    }
    *out = layout;
    return CG_OK;
}

enum cg_status cg_layout_load(const char *name_or_path, struct cg_layout **out,
                              struct cg_problems *problems, struct cg_error *err) {
    struct cg_named_file file;
    struct cg_problems own;
    cg_problems_init(&own);
    enum cg_status status = cg_named_file_open(&cg_layout_files, name_or_path, &file, err);
    if (status == CG_OK) {
        status = load_file(&file, out, problems != NULL ? problems : &own, err);
    }
    cg_named_file_close(&file);
    cg_problems_fini(&own);
    return status;
}

void cg_layout_free(struct cg_layout *layout) {
    if (layout != NULL) {
        cg_arena_fini(&layout->arena);
        free(layout);
    }
}

const char *cg_layout_name(const struct cg_layout *layout) {
    return layout->name;
}

const char *cg_layout_title(const struct cg_layout *layout) {
    return layout->title;
}

uint32_t cg_layout_line_count(const struct cg_layout *layout) {
    return layout->line_count;
}

char cg_layout_delimiter(const struct cg_layout *layout) {
    return layout->delimiter;
}

/* "*" is any other value; a blank is none. */
struct cg_text cg_layout_map(const struct cg_layout *layout, enum cg_field field,
                             struct cg_text value) {
    const struct cg_layout_source *source = &layout->fields[field];
    const struct cg_layout_pair *other = NULL;
    for (size_t i = 0; i < source->map_count; i++) {
        const struct cg_layout_pair *pair = &source->map[i];
        if (cg_text_equal_nocase(pair->from, value)) {
            return pair->to;
        }
        other = cg_text_is(pair->from, "*") ? pair : other;
    }
    return other != NULL && value.len > 0 ? other->to : value;
}

void cg_binding_fini(struct cg_binding *binding) {
    free(binding->of_lines);
    free(binding->header);
    binding->of_lines = NULL;
    binding->header = NULL;
    cg_header_names_free(binding->names);
    binding->names = NULL;
}
