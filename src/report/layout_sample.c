#include "claimgate/report/rules_pages.h"

#include "run_json.h"

#include "claimgate/json/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CELL_BYTES = 18, MASK_KEPT_BYTES = 2 };

/* Names a person or a claim of one; masked unless ids were asked for. */
static bool is_id(const struct cg_layout_sample *shown, enum cg_field field) {
    return (field == CG_FIELD_CLAIM_LINE_NUMBER && shown->sample->has_line_ids) ||
           field == CG_FIELD_CLAIM_ID || field == CG_FIELD_MEMBER_ID ||
           field == CG_FIELD_ORIGINAL_CLAIM_ID || field == CG_FIELD_AUTHORIZATION_NUMBER;
}

/* The value as it may be shown. */
static void show_value(const struct cg_layout_sample *shown, enum cg_field field,
                       const struct cg_sample_value *value, char out[CG_SAMPLE_TEXT_BYTES]) {
    if (shown->show_ids || value->len_bytes == 0 || (value->fits && !is_id(shown, field))) {
        snprintf(out, CG_SAMPLE_TEXT_BYTES, "%s", value->text);
    } else if (!value->fits) {
        snprintf(out, CG_SAMPLE_TEXT_BYTES, "(%" PRIu32 " %s)", value->len_bytes,
                 cg_plural(value->len_bytes, "byte", "bytes"));
    } else {
        /* Of a short id two characters would be nearly all. */
        const int kept = value->len_bytes > 2 * MASK_KEPT_BYTES ? MASK_KEPT_BYTES : 0;
        snprintf(out, CG_SAMPLE_TEXT_BYTES, "%.*s.. (%" PRIu32 " bytes)", kept, value->text,
                 value->len_bytes);
    }
}

/* --- for people --- */

/* "7 LINE_SRVC_BGN_DT, else 12 SRVC_BGN_DT" */
static void put_source(struct cg_page *page, enum cg_field name, bool is_x12,
                       const struct cg_sample_field *field) {
    const struct cg_field_source *source = &field->source;
    cg_page_say(page, "%-24s", cg_field_name(name));
    if (source->column >= 0 && is_x12) {
        cg_page_say(page, "%s", field->column);
    } else if (source->column >= 0) {
        cg_page_say(page, "%" PRId32 " %s", source->column + 1, field->column);
    }
    if (source->fallback_column >= 0) {
        cg_page_say(page, "%s%" PRId32 " %s", source->column >= 0 ? ", else " : "",
                    source->fallback_column + 1, field->fallback);
    }
    if (source->fixed != NULL) {
        cg_page_say(page, "always \"%s\"", source->fixed);
    }
    if (!cg_field_is_bound(source)) {
        cg_page_say(page, "%s", cg_field_is_needed(name) ? "MISSING" : "-");
    }
    cg_page_say(page, "%s\n", source->is_mapped ? " (by its value map)" : "");
}

/* All cells of a row but the last are padded. */
static void put_cell(struct cg_page *page, const struct cg_sample *sample, uint32_t row,
                     const char *cell) {
    if (row + 1 < sample->row_count) {
        cg_page_say(page, "%-*s", CELL_BYTES, cell);
    } else {
        cg_page_say(page, "%s\n", cell);
    }
}

static void put_cells(struct cg_page *page, const struct cg_layout_sample *shown,
                      enum cg_field field) {
    const struct cg_sample *sample = shown->sample;
    cg_page_say(page, "%-24s", cg_field_name(field));
    for (uint32_t i = 0; i < sample->row_count; i++) {
        const struct cg_sample_value *value = &sample->rows[i].values[field];
        char text[CG_SAMPLE_TEXT_BYTES];
        char cell[CELL_BYTES];
        show_value(shown, field, value, text);
        const int len = snprintf(cell, sizeof cell, "%s%s", value->is_valid ? "" : "? ",
                                 value->len_bytes == 0 && text[0] == '\0' ? "-" : text);
        if (len >= CELL_BYTES) {
            memcpy(cell + CELL_BYTES - 3, "..", 3);
        }
        put_cell(page, sample, i, cell);
    }
}

static void put_rows(struct cg_page *page, const struct cg_layout_sample *shown) {
    const struct cg_sample *sample = shown->sample;
    cg_page_say(page, "\n%-24s", "comes out as");
    for (uint32_t i = 0; i < sample->row_count; i++) {
        char line[CELL_BYTES + 12];
        snprintf(line, sizeof line, "%s %" PRIu64, sample->is_x12 ? "segment" : "line",
                 sample->rows[i].line);
        put_cell(page, sample, i, line);
    }
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        if (cg_field_is_bound(&sample->fields[field].source)) {
            put_cells(page, shown, field);
        }
    }
    cg_page_say(page, "\n?  not valid: the line would be rejected for it, if it is in scope\n");
}

static void put_notes(struct cg_page *page, const struct cg_sample *sample) {
    for (uint32_t i = 0; i < sample->note_count; i++) {
        const struct cg_column_note *note = &sample->notes[i];
        const uint32_t position = note->column + 1;
        if (note->kind == CG_COLUMN_IS_SHARED) {
            cg_page_say(page, "read twice: %" PRIu32 " %s, as %s and as %s\n", position, note->name,
                        note->read_as, note->wanted);
        } else if (cg_column_note_is_unread(note)) {
            cg_page_say(page,
                        note->kind >= CG_COLUMN_TELLS_ROWS
                            ? "not read: %" PRIu32 " %s; does it tell rows to leave out (%s)?\n"
                            : "not read: %" PRIu32 " %s; is it %s?\n",
                        position, note->name, note->wanted);
        }
    }
}

static void put_text(struct cg_page *page, const struct cg_layout_sample *shown) {
    const struct cg_sample *sample = shown->sample;
    cg_page_say(page, "%s under layout %s\n\n%-24s%s\n", shown->file, shown->layout, "field",
                sample->is_x12 ? "from" : "column");
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        put_source(page, field, sample->is_x12, &sample->fields[field]);
    }
    put_notes(page, sample);
    if (sample->row_count > 0) {
        put_rows(page, shown);
    }
    if (sample->missing.status == CG_OK) {
        cg_page_say(page, "%" PRIu32 " %s in the head, %" PRIu32 " malformed\n", sample->records,
                    sample->is_x12 ? cg_plural(sample->records, "claim", "claims") : "records",
                    sample->malformed);
        for (uint32_t i = 0; i < sample->only_count; i++) {
            cg_page_say(page, "only where %s: leaves out %" PRIu32 "\n",
                        cg_only_text(sample->only[i].rule), sample->left_out[i]);
        }
    }
}

/* --- JSON --- */

static void put_json_column(struct cg_json_writer *json, const char *key, int32_t column,
                            const char *name) {
    if (column < 0) {
        cg_json_put_null(json, key);
        return;
    }
    cg_json_open_object(json, key);
    cg_json_put_integer(json, "position", column + 1);
    cg_json_put_string(json, "name", name);
    cg_json_close_object(json);
}

static void put_json_field(struct cg_json_writer *json, enum cg_field name, bool is_x12,
                           const struct cg_sample_field *field) {
    const struct cg_field_source *source = &field->source;
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "field", cg_field_name(name));
    cg_json_put_boolean(json, "needed", cg_field_is_needed(name));
    cg_json_put_boolean(json, "found", cg_field_is_bound(source));
    put_json_column(json, "column", is_x12 ? -1 : source->column, field->column);
    if (is_x12 && cg_field_is_bound(source)) {
        cg_json_put_string(json, "place", field->column);
    }
    put_json_column(json, "fallback", source->fallback_column, field->fallback);
    if (source->fixed != NULL) {
        cg_json_put_string(json, "fixed", source->fixed);
    }
    cg_json_put_boolean(json, "mapped", source->is_mapped);
    cg_json_close_object(json);
}

static void put_json_row(struct cg_json_writer *json, const struct cg_layout_sample *shown,
                         const struct cg_sample_row *row) {
    cg_json_open_object(json, NULL);
    cg_json_put_integer(json, "line", (int64_t)row->line);
    cg_json_open_object(json, "values");
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        if (cg_field_is_bound(&shown->sample->fields[field].source)) {
            char text[CG_SAMPLE_TEXT_BYTES];
            show_value(shown, field, &row->values[field], text);
            cg_json_put_string(json, cg_field_name(field), text);
        }
    }
    cg_json_close_object(json);
    cg_json_open_array(json, "not_valid");
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        if (!row->values[field].is_valid) {
            cg_json_put_string(json, NULL, cg_field_name(field));
        }
    }
    cg_json_close_array(json);
    cg_json_close_object(json);
}

void cg_page_layout_sample(struct cg_page *page, const struct cg_layout_sample *shown) {
    const struct cg_sample *sample = shown->sample;
    struct cg_json_writer *json = page->json;
    if (json == NULL) {
        put_text(page, shown);
        return;
    }
    cg_json_put_string(json, "file", shown->file);
    cg_json_put_string(json, "layout", shown->layout);
    cg_json_open_array(json, "fields");
    for (enum cg_field field = 0; field < CG_FIELD_COUNT; field++) {
        put_json_field(json, field, sample->is_x12, &sample->fields[field]);
    }
    cg_json_close_array(json);
    cg_json_open_array(json, "unread_columns");
    for (uint32_t i = 0; i < sample->note_count; i++) {
        const struct cg_column_note *note = &sample->notes[i];
        if (cg_column_note_is_unread(note)) {
            cg_json_open_object(json, NULL);
            cg_json_put_integer(json, "position", (int64_t)note->column + 1);
            cg_json_put_string(json, "column", note->name);
            cg_json_put_string(json, "near", note->wanted);
            cg_json_close_object(json);
        }
    }
    cg_json_close_array(json);
    cg_json_open_array(json, "rows");
    for (uint32_t i = 0; i < sample->row_count; i++) {
        put_json_row(json, shown, &sample->rows[i]);
    }
    cg_json_close_array(json);
    cg_json_put_integer(json, "records", sample->records);
    cg_json_put_integer(json, "malformed", sample->malformed);
    cg_put_remarks(json, &sample->remarks);
    cg_json_open_array(json, "left_out");
    for (uint32_t i = 0; i < sample->only_count; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "rule", cg_only_text(sample->only[i].rule));
        cg_json_put_integer(json, "records", sample->left_out[i]);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}
