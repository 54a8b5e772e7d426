/*
 * Layouts of files without a header: columns by number, or as spans of a record of fixed length.
 *
 * Each place gets a name, "column_12" or "bytes_298_308", and the layout a header of these names.
 * So everything else goes as with a header that stands in the file.
 */
#include "header_columns.h"
#include "layout_private.h"

#include "claimgate/base/buffer.h"
#include "claimgate/base/phrase.h"
#include "claimgate/json/json.h"

enum { NAME_BYTES = 32, HEADER_MAX_BYTES = 1 << 17 };

/* A span that several fields read is one. */
static const char *span_name(struct cg_layout *layout, const struct cg_json *node) {
    const struct cg_byte_span span = {
        .start = (uint32_t)cg_json_integer(cg_json_member(node, "start")) - 1,
        .len = (uint32_t)cg_json_integer(cg_json_member(node, "length"))};
    char name[NAME_BYTES];
    struct cg_phrase say = cg_phrase_start(name, sizeof name);
    uint32_t i = 0;
    while (i < layout->span_count &&
           (layout->spans[i].start != span.start || layout->spans[i].len != span.len)) {
        i++;
    }
    if (i == layout->span_count && i < CG_SPANS_MAX) {
        layout->spans[layout->span_count++] = span;
    }
    cg_say(&say, "bytes_%u_%u", span.start + 1, span.start + span.len);
    return cg_arena_string(&layout->arena, name);
}

const char *cg_layout_place(struct cg_layout *layout, const struct cg_json *node) {
    char name[NAME_BYTES];
    struct cg_phrase say = cg_phrase_start(name, sizeof name);
    if (cg_json_is_null(node)) {
        return NULL;
    }
    if (cg_json_kind(node) == CG_JSON_OBJECT) {
        return span_name(layout, node);
    }
    const int64_t number = cg_json_integer(node);
    if (number <= 0) {
        return cg_arena_string(&layout->arena, cg_json_string(node));
    }
    cg_say(&say, "column_%u", (uint32_t)number);
    return cg_arena_string(&layout->arena, name);
}

const char *cg_layout_place_of(struct cg_layout *layout, const struct cg_json *node) {
    return cg_json_is_null(cg_json_member(node, "start"))
               ? cg_layout_place(layout, cg_json_member(node, "column"))
               : span_name(layout, node);
}

static bool make_header(struct cg_layout *layout) {
    struct cg_buffer header;
    const uint32_t count = layout->own_columns > 0 ? layout->own_columns : layout->span_count;
    bool good = true;
    cg_buffer_init(&header, HEADER_MAX_BYTES);
    for (uint32_t i = 0; i < count && good; i++) {
        const struct cg_byte_span *span = &layout->spans[i % CG_SPANS_MAX];
        good = (i == 0 || cg_buffer_append(&header, &layout->delimiter, 1)) &&
               (layout->own_columns > 0 ? cg_buffer_printf(&header, "column_%u", i + 1)
                                        : cg_buffer_printf(&header, "bytes_%u_%u", span->start + 1,
                                                           span->start + span->len));
    }
    good = good && cg_buffer_append(&header, "", 1);
    layout->lines.own_header = good ? cg_arena_string(&layout->arena, header.data) : NULL;
    cg_buffer_fini(&header);
    return layout->lines.own_header != NULL;
}

static void check_place(const struct cg_layout *layout, const struct cg_json_doc *doc,
                        const struct cg_json *node, struct cg_problems *problems) {
    const bool is_span = cg_json_kind(node) == CG_JSON_OBJECT;
    const bool is_number = !is_span && cg_json_integer(node) > 0;
    if (cg_json_is_null(node)) {
        return;
    }
    if (!layout->headless && (is_span || is_number)) {
        cg_json_problem(doc, node, problems,
                        "numbers and spans are for files without a header: say \"header\": false");
    } else if (layout->headless && !is_span && !is_number) {
        cg_json_problem(doc, node, problems,
                        "without a header a column is told by its number, from 1, or by \"start\" "
                        "and \"length\"");
    } else if (layout->headless && is_span != (layout->own_columns == 0)) {
        cg_json_problem(doc, node, problems,
                        "columns are numbers, with \"columns\" to say how many there are, or all "
                        "of them spans");
    } else if (is_number && cg_json_integer(node) > layout->own_columns) {
        cg_json_problem(doc, node, problems, "\"columns\" says that a record has %u of them",
                        layout->own_columns);
    }
}

/* Of a value with the keys "start" and "length", else "column". */
static void check_place_of(const struct cg_layout *layout, const struct cg_json_doc *doc,
                           const struct cg_json *node, struct cg_problems *problems) {
    const bool is_span = !cg_json_is_null(cg_json_member(node, "start"));
    check_place(layout, doc, is_span ? node : cg_json_member(node, "column"), problems);
}

bool cg_layout_load_headless(struct cg_layout *layout, const struct cg_json_doc *doc,
                             struct cg_problems *problems) {
    const struct cg_json *root = cg_json_root(doc);
    const struct cg_json *header = cg_json_member(root, "header");
    const struct cg_json *record = cg_json_member(root, "record");
    const struct cg_json *fields = cg_json_member(root, "fields");
    const size_t before = problems->total;
    layout->headless = !cg_json_is_null(header) && !cg_json_boolean(header);
    layout->own_columns = (uint32_t)cg_json_integer(cg_json_member(root, "columns"));
    if (!cg_json_is_null(record)) {
        layout->kind_column = cg_layout_place_of(layout, record);
        layout->kind_value =
            cg_arena_string(&layout->arena, cg_json_string(cg_json_member(record, "value")));
        check_place_of(layout, doc, record, problems);
    }
    if (layout->headless && layout->line_count > 0) {
        cg_json_problem(doc, cg_json_member(root, "lines"), problems,
                        "\"lines\" needs names of columns, and so a header");
    }
    for (enum cg_field i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_json *node = cg_json_member(fields, cg_field_name(i));
        check_place_of(layout, doc, node, problems);
        check_place(layout, doc, cg_json_member(node, "fallback"), problems);
    }
    return !layout->headless || problems->total > before || make_header(layout);
}

void cg_layout_bind_headless(const struct cg_layout *layout,
                             const struct cg_header_columns *columns, struct cg_binding *out) {
    enum cg_column_match match;
    out->is_headless = layout->headless;
    if (layout->headless && layout->own_columns == 0) {
        out->spans = layout->spans;
        out->span_count = layout->span_count;
    }
    if (layout->kind_column != NULL) {
        out->kind_column = cg_header_columns_find(columns, layout->kind_column, &match);
        out->kind_value = cg_text_of(layout->kind_value);
    }
}

struct cg_text cg_byte_span_of(const struct cg_byte_span *span, struct cg_text record) {
    const uint32_t start = span->start < record.len ? span->start : record.len;
    const uint32_t left = record.len - start;
    return (struct cg_text){record.ptr + start, span->len < left ? span->len : left};
}

/* As it stands in the record, whether or not that can be read. */
bool cg_binding_is_kind(const struct cg_binding *binding, struct cg_text record) {
    struct cg_text cell = record;
    if (binding->span_count > 0) {
        cell = cg_byte_span_of(&binding->spans[binding->kind_column], record);
    }
    for (int32_t i = 0; binding->span_count == 0 && i <= binding->kind_column; i++) {
        const char *end = memchr(record.ptr, binding->delimiter, record.len);
        cell =
            (struct cg_text){record.ptr, end != NULL ? (uint32_t)(end - record.ptr) : record.len};
        const uint32_t behind = cell.len + (end != NULL);
        record = (struct cg_text){record.ptr + behind, record.len - behind};
    }
    return cg_text_equal(cg_text_trim(cell), binding->kind_value);
}
