#include "decision_parts.h"

#include <inttypes.h>

enum { TABLE_INDENT = 4 };

void cg_used_by_open(struct cg_used_by *used_by, struct cg_page *page) {
    static const struct cg_page_table_column columns[] = {
        {NULL, false}, {NULL, true}, {NULL, false}, {NULL, false}};
    used_by->page = page;
    cg_page_table_open(&used_by->table, columns, sizeof columns / sizeof columns[0]);
    cg_page_open_list(page, "used_by");
}

void cg_used_by_close(struct cg_used_by *used_by) {
    cg_page_close_list(used_by->page);
    cg_page_table_end(&used_by->table, TABLE_INDENT, used_by->page);
}

void cg_json_put_line(struct cg_json_writer *json, uint32_t line_number, struct cg_text line_id) {
    if (line_id.len > 0) {
        cg_json_put_text(json, "claim_line_number", line_id.ptr, line_id.len);
    } else {
        cg_json_put_known(json, "claim_line_number", line_number, CG_LINE_NUMBER_NONE);
    }
}

void cg_put_claim_cell(struct cg_page_table *table, struct cg_text claim_id, uint32_t line_number,
                       struct cg_text line_id) {
    if (line_id.len > 0) {
        cg_page_table_cell(table, "claim %.*s line %.*s", (int)claim_id.len, claim_id.ptr,
                           (int)line_id.len, line_id.ptr);
    } else if (line_number == CG_LINE_NUMBER_NONE) {
        cg_page_table_cell(table, "claim %.*s", (int)claim_id.len, claim_id.ptr);
    } else {
        cg_page_table_cell(table, "claim %.*s line %u", (int)claim_id.len, claim_id.ptr,
                           (unsigned)line_number);
    }
}

static void put_row(struct cg_page_table *table, const struct cg_used_line *line) {
    char days[CG_DAYS_TEXT_BYTES];
    cg_page_table_cell(table, "%s", cg_days_text(line->start_day, line->end_day, days));
    if (line->units == line->accepted_units) {
        cg_page_table_cell(table, "%" PRIu32 " %s", line->units,
                           cg_plural(line->units, "unit", "units"));
    } else {
        cg_page_table_cell(table, "%" PRIu32 " of %u units", line->units,
                           (unsigned)line->accepted_units);
    }
    cg_page_table_cell(table, "%s", line->procedure);
    cg_put_claim_cell(table, line->claim_id, line->line_number, line->line_id);
}

static void put_json(struct cg_json_writer *json, const struct cg_used_line *line) {
    cg_json_open_object(json, NULL);
    cg_json_put_text(json, "claim_id", line->claim_id.ptr, line->claim_id.len);
    cg_json_put_line(json, line->line_number, line->line_id);
    cg_json_put_known(json, "run", line->run_no, 0);
    cg_json_put_day(json, "start_date", line->start_day);
    cg_json_put_day(json, "end_date", line->end_day);
    cg_json_put_known_text(json, "hcpcs_code", line->procedure);
    cg_json_put_integer(json, "accepted_units", line->accepted_units);
    cg_json_put_integer(json, "units", line->units);
    cg_json_close_object(json);
}

void cg_used_by_add(struct cg_used_by *used_by, const struct cg_used_line *line) {
    if (line->units == 0) {
        return;
    }
    if (used_by->page->json != NULL) {
        put_json(used_by->page->json, line);
    } else {
        put_row(&used_by->table, line);
    }
}
