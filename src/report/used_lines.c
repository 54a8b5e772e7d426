#include "decision_parts.h"

#include "claimgate/report/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_LINES = 64, LINES_MAX = 1 << 24, TABLE_INDENT = 4 };

bool cg_used_lines_add(struct cg_used_lines *lines, const struct cg_used_line *line) {
    if (lines->count == lines->capacity) {
        const uint32_t capacity = lines->capacity == 0 ? FIRST_LINES : lines->capacity * 2;
        struct cg_used_line *items =
            capacity > LINES_MAX ? NULL : realloc(lines->items, capacity * sizeof *items);
        if (items == NULL) {
            return false;
        }
        lines->items = items;
        lines->capacity = capacity;
    }
    lines->items[lines->count++] = *line;
    return true;
}

void cg_used_lines_fini(struct cg_used_lines *lines) {
    free(lines->items);
    *lines = (struct cg_used_lines){0};
}

/* --- for people --- */

static void put_units(struct cg_page_table *table, const struct cg_used_line *line) {
    if (line->units == line->accepted_units) {
        cg_page_table_cell(table, "%" PRIu32 " %s", line->units,
                           cg_plural(line->units, "unit", "units"));
    } else {
        cg_page_table_cell(table, "%" PRIu32 " of %u units", line->units,
                           (unsigned)line->accepted_units);
    }
}

void cg_used_lines_put(struct cg_page *page, const struct cg_used_lines *lines) {
    static const struct cg_page_table_column columns[] = {
        {NULL, false}, {NULL, true}, {NULL, false}, {NULL, false}};
    struct cg_page_table table;
    char days[CG_DAYS_TEXT_BYTES];
    cg_page_table_open(&table, columns, sizeof columns / sizeof columns[0]);
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct cg_used_line *line = &lines->items[i];
        cg_page_table_cell(&table, "%s", cg_days_text(line->start_day, line->end_day, days));
        put_units(&table, line);
        cg_page_table_cell(&table, "%s", line->procedure);
        if (line->line_number == CG_LINE_NUMBER_NONE) {
            cg_page_table_cell(&table, "claim %s", line->claim_id);
        } else {
            cg_page_table_cell(&table, "claim %s line %u", line->claim_id,
                               (unsigned)line->line_number);
        }
    }
    cg_page_table_end(&table, TABLE_INDENT, page);
}

/* --- JSON --- */

void cg_json_put_known(struct cg_json_writer *json, const char *key, int64_t value, int64_t none) {
    if (value == none) {
        cg_json_put_null(json, key);
    } else {
        cg_json_put_integer(json, key, value);
    }
}

void cg_json_put_known_text(struct cg_json_writer *json, const char *key, const char *value) {
    if (value[0] == '\0') {
        cg_json_put_null(json, key);
    } else {
        cg_json_put_string(json, key, value);
    }
}

void cg_json_put_day(struct cg_json_writer *json, const char *key, int32_t day_no) {
    char text[CG_DATE_TEXT_BYTES] = "";
    if (day_no != CG_DAY_NONE) {
        cg_date_format(day_no, text);
    }
    cg_json_put_known_text(json, key, text);
}

static void put_line(struct cg_json_writer *json, const struct cg_used_line *line) {
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "claim_id", line->claim_id);
    cg_json_put_known(json, "claim_line_number", line->line_number, CG_LINE_NUMBER_NONE);
    cg_json_put_known(json, "run", line->run_no, 0);
    cg_json_put_day(json, "start_date", line->start_day);
    cg_json_put_day(json, "end_date", line->end_day);
    cg_json_put_known_text(json, "hcpcs_code", line->procedure);
    cg_json_put_integer(json, "accepted_units", line->accepted_units);
    cg_json_put_integer(json, "units", line->units);
    cg_json_close_object(json);
}

void cg_decision_cap_put_json(struct cg_json_writer *json, const struct cg_decision_cap *cap) {
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap->cap, cap->day_no, &first_day, &last_day);
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "id", cap->cap->id);
    cg_json_put_day(json, "from", first_day);
    cg_json_put_day(json, "to", last_day);
    cg_json_put_integer(json, "limit", cap->cap->limit_units);
    cg_json_put_integer(json, "used", cap->used);
    cg_json_put_known(json, "asked", cap->asked, 0);
    cg_json_put_integer(json, "left", cap->left);
    if (cap->used_by != NULL) {
        cg_json_open_array(json, "used_by");
        for (uint32_t i = 0; i < cap->used_by->count; i++) {
            put_line(json, &cap->used_by->items[i]);
        }
        cg_json_close_array(json);
    }
    cg_json_close_object(json);
}
