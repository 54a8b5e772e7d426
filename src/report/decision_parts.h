/*
 * What the pages about decisions share: their words, and the accepted lines that used units of a
 * cap in one period.
 */
#ifndef CLAIMGATE_REPORT_DECISION_PARTS_H
#define CLAIMGATE_REPORT_DECISION_PARTS_H

#include "claimgate/report/table.h"

#include "claimgate/base/text.h"
#include "claimgate/report/decision.h"
#include "claimgate/report/page.h"

#include <stdint.h>

struct cg_used_line {
    struct cg_text claim_id;
    const char *procedure; /* "": the newest policy text no longer names it */
    uint32_t line_number;
    struct cg_text line_id; /* what it stands for; len 0: it is one */
    uint16_t accepted_units;
    uint32_t units; /* of these, in the period; with 0 the line is left out */
    int32_t start_day;
    int32_t end_day;
    int64_t run_no; /* 0: not known */
};

/* A table, or the list "used_by" of the open object. */
struct cg_used_by {
    struct cg_page *page;
    struct cg_page_table table;
};
void cg_used_by_open(struct cg_used_by *used_by, struct cg_page *page);
void cg_used_by_add(struct cg_used_by *used_by, const struct cg_used_line *line);
void cg_used_by_close(struct cg_used_by *used_by);

/* Members of the object that is open. */
void cg_decision_cap_put_json(struct cg_json_writer *json, const struct cg_decision_cap *cap);

/* "accepted", "rejected", "cutback", "out_of_scope" */
const char *cg_decision_word(const struct cg_decision_view *view);
/* For people: "accepted", "rejected", "cut back", "accepted untested (imported)". */
const char *cg_decision_words(const struct cg_ledger_decision *line);
/* "claim CLM-1 line 2". */
void cg_put_claim_cell(struct cg_page_table *table, struct cg_text claim_id, uint32_t line_number,
                       struct cg_text line_id);
/* claim_line_number: a number, an id, or null. */
void cg_json_put_line(struct cg_json_writer *json, uint32_t line_number, struct cg_text line_id);

/* null for `none`; for "". */
void cg_json_put_known(struct cg_json_writer *json, const char *key, int64_t value, int64_t none);
void cg_json_put_known_text(struct cg_json_writer *json, const char *key, const char *value);
void cg_json_put_day(struct cg_json_writer *json, const char *key, int32_t day_no);

#endif
