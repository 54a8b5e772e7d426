/*
 * Walks a text that Jansson has read, side by side with Jansson's values, and notes where each
 * stands. The text is known to be JSON without duplicate keys, and Jansson keeps members in the
 * order of the text; so the walk skips tokens and never tests them. It still looks at the end of
 * the text before every byte, because a slip here must not become a read past the end.
 */
#include "internal.h"

#include <string.h>

struct walk {
    const char *at;
    const char *end;
    const char *line_start;
    uint64_t line;
    struct cg_json_doc *doc;
    bool out_of_memory;
    const struct cg_json *too_deep; /* the first value past the depth limit */
};

static void skip_blanks(struct walk *walk) {
    while (walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL && *walk->at != '\0') {
        if (*walk->at == '\n') {
            walk->line++;
            walk->line_start = walk->at + 1;
        }
        walk->at++;
    }
}

/* Blanks and one of the six structural bytes. */
static void skip_mark(struct walk *walk) {
    skip_blanks(walk);
    if (walk->at < walk->end) {
        walk->at++;
    }
}

static void skip_string(struct walk *walk) {
    walk->at++;
    while (walk->at < walk->end && *walk->at != '"') {
        bool escape = *walk->at == '\\' && walk->end - walk->at > 1;
        walk->at += escape ? 2 : 1;
    }
    if (walk->at < walk->end) {
        walk->at++;
    }
}

static void skip_scalar(struct walk *walk, const json_t *value) {
    if (json_typeof(value) == JSON_STRING) {
        skip_string(walk);
        return;
    }
    while (walk->at < walk->end && strchr(",]} \t\r\n", *walk->at) == NULL) {
        walk->at++;
    }
}

/* The place of the token after the blanks here. */
static struct cg_json_place next_place(struct walk *walk) {
    skip_blanks(walk);
    return (struct cg_json_place){
        .line = walk->line,
        .column = (uint32_t)(walk->at - walk->line_start) + 1,
    };
}

static void place_value(struct walk *walk, struct cg_json *node, int depth);

static void place_items(struct walk *walk, struct cg_json *node, int depth) {
    for (size_t i = 0; i < node->count; i++) {
        struct cg_json *item = &node->children[i];
        item->parent = node;
        item->value = json_array_get(node->value, i);
        skip_mark(walk); /* [ or , */
        place_value(walk, item, depth);
    }
}

static void place_members(struct walk *walk, struct cg_json *node, int depth) {
    struct cg_json *member = node->children;
    const char *key;
    json_t *value;
    json_object_foreach(node->value, key, value) {
        member->parent = node;
        member->key = key;
        member->value = value;
        skip_mark(walk); /* { or , */
        member->key_place = next_place(walk);
        skip_string(walk);
        skip_mark(walk); /* : */
        place_value(walk, member, depth);
        member++;
    }
}

static void place_value(struct walk *walk, struct cg_json *node, int depth) {
    node->place = next_place(walk);
    const bool is_object = json_typeof(node->value) == JSON_OBJECT;
    if (!is_object && json_typeof(node->value) != JSON_ARRAY) {
        skip_scalar(walk, node->value);
        return;
    }
    if (depth > CG_JSON_DEPTH_MAX) {
        walk->too_deep = walk->too_deep == NULL ? node : walk->too_deep;
    }
    size_t count = is_object ? json_object_size(node->value) : json_array_size(node->value);
    if (count > 0 && walk->too_deep == NULL && !walk->out_of_memory) {
        node->children = cg_arena_alloc(&walk->doc->arena, count * sizeof *node->children);
        walk->out_of_memory = node->children == NULL;
    }
    /* After a failure the walk has lost its place; nothing of the document will be used. */
    if (walk->too_deep != NULL || walk->out_of_memory) {
        return;
    }
    node->count = count;
    if (count == 0) {
        skip_mark(walk); /* [ or { */
    } else if (is_object) {
        place_members(walk, node, depth + 1);
    } else {
        place_items(walk, node, depth + 1);
    }
    skip_mark(walk); /* ] or } */
}

void cg_json_place_values(struct cg_json_doc *doc, const char *text, size_t len_bytes,
                          struct cg_problems *problems) {
    struct walk walk = {
        .at = text, .end = text + len_bytes, .line_start = text, .line = 1, .doc = doc};
    doc->root = cg_arena_alloc(&doc->arena, sizeof *doc->root);
    if (doc->root != NULL) {
        doc->root->value = doc->values;
        place_value(&walk, doc->root, 1);
    }
    if (doc->root == NULL || walk.out_of_memory) {
        cg_problems_add_no_memory(problems);
    } else if (walk.too_deep != NULL) {
        cg_problems_add(problems, doc->file, walk.too_deep->place.line, walk.too_deep->place.column,
                        "nested too deep: at most %d levels are read", CG_JSON_DEPTH_MAX);
    }
}

struct cg_json_place cg_json_place_of(const char *text, size_t offset) {
    struct cg_json_place place = {.line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        bool line_ends = text[i] == '\n';
        place.line += line_ends;
        place.column = line_ends ? 1 : place.column + 1;
    }
    return place;
}
