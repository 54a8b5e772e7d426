#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_LIMIT_BYTES = 1 << 14, SHAPE_NAME_BYTES = 32, WORD_BYTES = 256 };

/* Words for contents that are no fields. */
static const struct {
    const char *word;
    int content;
} CONTENTS[] = {
    {"uuid", CG_CONTENT_UUID},
    {"version", CG_CONTENT_VERSION},
    {"adjustment", CG_CONTENT_ADJUSTMENT},
    {"first_claim", CG_CONTENT_FIRST_CLAIM},
    {"adjusting_claim", CG_CONTENT_ADJUSTING_CLAIM},
    {"or adjustment", CG_CONTENT_OR_ADJUSTMENT},
};

static int field_named(const char *name) {
    for (int field = 0; field < CG_FIELD_COUNT; field++) {
        if (strcmp(cg_field_name((enum cg_field)field), name) == 0) {
            return field;
        }
    }
    return CG_CONTENT_BLANK;
}

static int content_named(const char *word) {
    for (size_t i = 0; i < sizeof CONTENTS / sizeof CONTENTS[0]; i++) {
        if (strcmp(CONTENTS[i].word, word) == 0) {
            return CONTENTS[i].content;
        }
    }
    return strncmp(word, "or ", 3) == 0 ? CG_CONTENT_OR + field_named(word + 3) : field_named(word);
}

static uint32_t marks_at(const struct cg_shape *shape, const char *name) {
    uint32_t marks = 0;
    for (uint32_t i = 0; i < CG_MARKS_MAX; i++) {
        const char *column = shape->marks[i].column;
        marks |= column != NULL && strcmp(column, name) == 0 ? 1U << i : 0;
    }
    return marks;
}

/* "NAME", "NAME=content" or "NAME=content/content of a feed". */
static bool add_column(struct cg_columns *columns, uint32_t line, char *word) {
    char *content = strchr(word, '=');
    char *of_feed = content != NULL ? strchr(content, '/') : NULL;
    const char *held = word;
    if (content != NULL) {
        *content = '\0';
        held = columns->is_feed && of_feed != NULL ? of_feed + 1 : content + 1;
    }
    if (of_feed != NULL) {
        *of_feed = '\0';
    }
    const struct cg_column column = {
        .content = content_named(held),
        .marks = marks_at(columns->shape, word),
        .line = line,
    };
    if (column.content >= CG_CONTENT_OR) {
        columns->falls_back[column.content - CG_CONTENT_OR] = true;
    }
    columns->falls_back[CG_FIELD_CLAIM_FREQUENCY_CODE] |=
        column.content == CG_CONTENT_OR_ADJUSTMENT;
    if (column.content == CG_CONTENT_BLANK && column.marks == 0 && columns->count > 0) {
        columns->list[columns->count - 1].blanks_behind++;
    } else {
        columns->list[columns->count++] = column;
    }
    return (columns->header.len_bytes == 0 ||
            cg_buffer_append(&columns->header, &columns->delimiter, 1)) &&
           cg_buffer_append_text(&columns->header, word);
}

/* `word` with every range in it, of which all are the same, as its n-th number. */
static void fill_range(const char *word, size_t len, long number, char out[WORD_BYTES]) {
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        if (word[i] != '{') {
            out[used++] = word[i];
            continue;
        }
        used += (size_t)snprintf(out + used, WORD_BYTES - used, "%ld", number);
        i += strcspn(word + i, "}");
    }
    out[used] = '\0';
}

/* One word of a shape's header: a column, or all of a range. */
static bool add_columns(struct cg_columns *columns, const char *word, size_t len) {
    char filled[WORD_BYTES];
    const char *range = memchr(word, '{', len);
    const long first = range != NULL ? strtol(range + 1, NULL, 10) : 0;
    const long last = range != NULL ? strtol(strstr(range, "..") + 2, NULL, 10) : 0;
    bool ok = true;
    for (long i = first; ok && i <= last; i++) {
        fill_range(word, len, i, filled);
        ok = add_column(columns, 0, filled);
    }
    return ok;
}

static bool add_header(struct cg_columns *columns, const char *header) {
    bool ok = true;
    while (ok && header != NULL && *header != '\0') {
        const size_t len = strcspn(header, ",");
        ok = add_columns(columns, header, len);
        header += len + (header[len] == ',' ? 1 : 0);
    }
    return ok;
}

/* The columns of one line of a claim. */
static bool add_line_columns(struct cg_columns *columns, uint32_t line) {
    char filled[WORD_BYTES];
    bool ok = true;
    for (const char *word = columns->shape->line_columns; ok && *word != '\0';) {
        const size_t len = strcspn(word, ",");
        fill_range(word, len, (long)line + 1, filled);
        ok = add_column(columns, line, filled);
        word += len + (word[len] == ',' ? 1 : 0);
    }
    return ok;
}

/* The shape of a name with or without "-feed" behind; NULL: none. */
static const struct cg_shape *find(const char *name, bool *is_feed) {
    static const char SUFFIX[] = "-feed";
    const size_t suffix_len = sizeof SUFFIX - 1;
    const size_t len = strlen(name);
    char stem[SHAPE_NAME_BYTES] = "";
    *is_feed = len > suffix_len && strcmp(name + len - suffix_len, SUFFIX) == 0;
    const size_t stem_len = *is_feed ? len - suffix_len : len;
    if (stem_len >= sizeof stem) {
        return NULL;
    }
    memcpy(stem, name, stem_len);
    return cg_shape_find(stem);
}

static bool list_columns(struct cg_columns *columns) {
    const struct cg_shape *shape = columns->shape;
    bool ok = add_header(columns, shape->header) &&
              (!columns->is_feed || add_header(columns, shape->feed_columns));
    for (uint32_t i = 0; ok && shape->line_columns != NULL && i < CG_ROW_LINES_MAX; i++) {
        ok = add_line_columns(columns, i);
    }
    return ok && cg_buffer_append_text(&columns->header, "\n");
}

enum cg_status cg_columns_load(const char *name, struct cg_columns **out, struct cg_error *err) {
    bool is_feed;
    const struct cg_shape *shape = find(name, &is_feed);
    *out = NULL;
    if (shape == NULL) {
        return cg_error_set(err, CG_USAGE,
                            "--layout %s: choose compact, tuva, taf-ot, taf-ot-programs, cclf5, "
                            "rif-carrier, rif-outpatient, synthea or state-extract; with -feed "
                            "behind as its source sends it; or x12-837p",
                            name);
    }
    struct cg_columns *columns = calloc(1, sizeof *columns);
    if (columns == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    columns->shape = shape;
    columns->is_feed = is_feed;
    columns->delimiter = shape->delimiter != '\0' ? shape->delimiter : ',';
    cg_buffer_init(&columns->header, HEADER_LIMIT_BYTES);
    if (!list_columns(columns)) {
        cg_columns_free(columns);
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    *out = columns;
    return CG_OK;
}

void cg_columns_free(struct cg_columns *columns) {
    if (columns != NULL) {
        cg_buffer_fini(&columns->header);
        free(columns);
    }
}

bool cg_columns_have(const struct cg_columns *columns, int content) {
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->list[i].content == content) {
            return true;
        }
    }
    return false;
}

/* Every shape tells in some way what claim a line is of and what it takes back. */
static bool tells(const struct cg_columns *columns, int field) {
    return field == CG_FIELD_CLAIM_ID || field == CG_FIELD_CLAIM_FREQUENCY_CODE ||
           field == CG_FIELD_ORIGINAL_CLAIM_ID || columns->falls_back[field] ||
           cg_columns_have(columns, field);
}

void cg_columns_say_no_more_than(struct cg_columns *columns, const struct cg_columns *source) {
    for (size_t i = 0; i < columns->count; i++) {
        struct cg_column *column = &columns->list[i];
        if (column->content < CG_FIELD_COUNT && !tells(source, column->content)) {
            column->content = CG_CONTENT_BLANK;
        }
    }
}
