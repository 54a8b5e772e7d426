#include "roster_layout.h"

#include "status_words.h"

#include "claimgate/base/hash.h"
#include "claimgate/io/files.h"
#include "claimgate/json/json.h"

#include <limits.h>
#include <stdio.h>

enum { LAYOUT_FILE_MAX_BYTES = 1 << 20, LAYOUT_MEMORY_MAX_BYTES = 8 << 20 };

static const char iso_text[] = "YYYY-MM-DD";

void cg_roster_layout_init(struct cg_roster_layout *layout) {
    *layout = (struct cg_roster_layout){.date_format = CG_DATE_ISO, .date_text = iso_text};
    cg_arena_init(&layout->arena, LAYOUT_MEMORY_MAX_BYTES);
}

void cg_roster_layout_fini(struct cg_roster_layout *layout) {
    cg_arena_fini(&layout->arena);
}

/* NULL for what is absent. */
static const char *keep(struct cg_roster_layout *layout, const struct cg_json *string) {
    return cg_json_is_null(string) ? NULL : cg_arena_string(&layout->arena, cg_json_string(string));
}

static void load_columns(struct cg_roster_layout *layout, const struct cg_json *columns) {
    for (int file = 0; file < CG_ROSTER_FILE_COUNT; file++) {
        const struct cg_json *names =
            cg_json_member(columns, cg_roster_file_name((enum cg_roster_file)file));
        for (uint32_t i = 0; i < CG_ROSTER_COLUMNS_MAX; i++) {
            const char *field = cg_roster_field_name((enum cg_roster_file)file, i);
            if (field != NULL) {
                layout->columns[file][i] = keep(layout, cg_json_member(names, field));
            }
        }
    }
}

static void load_blanks(struct cg_roster_layout *layout, const struct cg_json *blanks) {
    for (size_t i = 0; i < cg_json_count(blanks) && i < CG_ROSTER_BLANKS_MAX; i++) {
        const char *kept = keep(layout, cg_json_item(blanks, i));
        if (kept != NULL) {
            layout->blanks[layout->blank_count++] = cg_text_trim(cg_text_of(kept));
        }
    }
}

static void load_document(struct cg_roster_layout *layout, const struct cg_json_doc *doc,
                          struct cg_problems *problems) {
    const struct cg_json *root = cg_json_root(doc);
    const char *format = cg_json_string(cg_json_member(root, "date_format"));
    struct cg_status_loading status = {doc, problems, &layout->arena};
    if (cg_date_format_named(format, &layout->date_format)) {
        layout->date_text = keep(layout, cg_json_member(root, "date_format"));
    }
    cg_status_words_load(&status, cg_json_member(root, "status_words"), &layout->status_words);
    load_blanks(layout, cg_json_member(root, "blank"));
    load_columns(layout, cg_json_member(root, "columns"));
}

static enum cg_status load_text(const char *path, const struct cg_buffer *bytes,
                                struct cg_roster_layout *layout, struct cg_problems *problems,
                                struct cg_error *err) {
    const size_t before = problems->total;
    const char *text = bytes->data == NULL ? "" : bytes->data; /* an empty file */
    struct cg_json_doc *doc =
        cg_json_load_faulty(path, text, bytes->len_bytes, "roster_layout.schema.json", problems);
    if (doc != NULL) {
        load_document(layout, doc, problems);
    }
    const bool loaded = doc != NULL && !layout->arena.has_failed;
    cg_json_free(doc);
    cg_problems_sort(problems, before);
    return loaded || problems->total > before ? CG_OK : cg_error_no_memory(err);
}

enum cg_status cg_roster_layout_load(const char *dir, struct cg_roster_layout *layout,
                                     struct cg_roster_file_facts *facts, bool *found,
                                     struct cg_problems *problems, struct cg_error *err) {
    char path[PATH_MAX];
    struct cg_buffer bytes;
    bool is_there = false;
    *found = false;
    if (snprintf(path, sizeof path, "%s/%s", dir, CG_ROSTER_LAYOUT_FILE) >= PATH_MAX) {
        return CG_OK;
    }
    enum cg_status status = cg_file_look(path, &is_there, err);
    if (status != CG_OK || !is_there) {
        return status;
    }
    cg_buffer_init(&bytes, LAYOUT_FILE_MAX_BYTES);
    status = cg_file_read(path, &bytes, err);
    if (status == CG_OK) {
        cg_sha256_of(bytes.data == NULL ? "" : bytes.data, bytes.len_bytes, facts->sha256);
        snprintf(facts->path, sizeof facts->path, "%s", CG_ROSTER_LAYOUT_FILE);
        *found = true;
        status = load_text(path, &bytes, layout, problems, err);
    }
    cg_buffer_fini(&bytes);
    return status;
}
