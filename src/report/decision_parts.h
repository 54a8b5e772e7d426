/*
 * What the pages about decisions share: their words, and the accepted lines that used units of a
 * cap in one period.
 */
#ifndef CLAIMGATE_REPORT_DECISION_PARTS_H
#define CLAIMGATE_REPORT_DECISION_PARTS_H

#include "claimgate/record/line.h"
#include "claimgate/report/decision.h"
#include "claimgate/report/page.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_used_line {
    char claim_id[CG_ID_MAX_BYTES + 1];
    char procedure[6]; /* "": the newest policy text no longer names it */
    uint16_t line_number;
    uint16_t accepted_units;
    uint32_t units; /* of these, in the period */
    int32_t start_day;
    int32_t end_day;
    int64_t run_no; /* 0: not known */
};

/* Zero at first; _fini frees. */
struct cg_used_lines {
    struct cg_used_line *items;
    uint32_t count;
    uint32_t capacity;
};

/* False: no memory. */
cg_must_use bool cg_used_lines_add(struct cg_used_lines *lines, const struct cg_used_line *line);
void cg_used_lines_fini(struct cg_used_lines *lines);

/* A table. */
void cg_used_lines_put(struct cg_page *page, const struct cg_used_lines *lines);
/* A cap as an object of the open list. */
void cg_decision_cap_put_json(struct cg_json_writer *json, const struct cg_decision_cap *cap);

/* "accepted", "rejected", "cutback", "out_of_scope" */
const char *cg_decision_word(const struct cg_decision_view *view);
/* For people: "accepted", "rejected", "cut back", "accepted untested (imported)". */
const char *cg_decision_words(const struct cg_ledger_decision *line);

/* null for `none`; for "". */
void cg_json_put_known(struct cg_json_writer *json, const char *key, int64_t value, int64_t none);
void cg_json_put_known_text(struct cg_json_writer *json, const char *key, const char *value);
void cg_json_put_day(struct cg_json_writer *json, const char *key, int32_t day_no);

#endif
