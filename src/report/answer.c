#include "claimgate/report/answer.h"

#include "claimgate/base/assert.h"
#include "claimgate/base/date.h"
#include "claimgate/record/csv.h"

#include <inttypes.h>

void cg_answer_open(struct cg_answer *answer, struct cg_page *page, bool is_csv, const char *key,
                    const struct cg_answer_column *columns, uint32_t count) {
    *answer = (struct cg_answer){
        .page = page, .is_csv = is_csv, .columns = columns, .column_count = count};
    CG_ASSERT(count <= CG_PAGE_TABLE_COLUMNS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        answer->headings[i] =
            (struct cg_page_table_column){columns[i].heading, columns[i].kind == CG_ANSWER_NUMBER};
        if (is_csv) {
            cg_page_say(page, "%s%s", i == 0 ? "" : ",", columns[i].name);
        }
    }
    if (is_csv) {
        cg_page_say(page, "\n");
    } else if (page->json != NULL) {
        cg_json_open_array(page->json, key);
    } else {
        cg_page_table_open(&answer->table, answer->headings, count);
    }
}

static void begin_cell(struct cg_answer *answer) {
    if (answer->is_csv && answer->at > 0) {
        cg_page_say(answer->page, ",");
    } else if (answer->page->json != NULL && answer->at == 0) {
        cg_json_open_object(answer->page->json, NULL);
    }
}

static void end_cell(struct cg_answer *answer) {
    answer->at++;
    if (answer->at < answer->column_count) {
        return;
    }
    answer->at = 0;
    answer->rows++;
    if (answer->is_csv) {
        cg_page_say(answer->page, "\n");
    } else if (answer->page->json != NULL) {
        cg_json_close_object(answer->page->json);
    }
}

void cg_answer_text(struct cg_answer *answer, const char *text) {
    struct cg_page *page = answer->page;
    const char *shown = text != NULL ? text : "";
    begin_cell(answer);
    if (answer->is_csv) {
        page->failed |= !cg_csv_put(&page->text, ',', cg_text_of(shown));
    } else if (page->json == NULL) {
        cg_page_table_cell(&answer->table, "%s", shown);
    } else if (text == NULL) {
        cg_json_put_null(page->json, answer->columns[answer->at].name);
    } else {
        cg_json_put_string(page->json, answer->columns[answer->at].name, text);
    }
    end_cell(answer);
}

void cg_answer_number(struct cg_answer *answer, int64_t number) {
    begin_cell(answer);
    if (answer->is_csv) {
        cg_page_say(answer->page, "%" PRId64, number);
    } else if (answer->page->json != NULL) {
        cg_json_put_integer(answer->page->json, answer->columns[answer->at].name, number);
    } else {
        cg_page_table_cell(&answer->table, "%" PRId64, number);
    }
    end_cell(answer);
}

void cg_answer_day(struct cg_answer *answer, int32_t day_no) {
    cg_answer_text(answer, day_no == CG_DAY_NONE ? NULL : cg_date_text(day_no).text);
}

void cg_answer_close(struct cg_answer *answer) {
    CG_ASSERT(answer->at == 0);
    if (answer->page->json != NULL) {
        cg_json_close_array(answer->page->json);
    } else if (!answer->is_csv) {
        cg_page_table_end(&answer->table, 0, answer->page);
    }
}
