#include "claimgate/report/audit_report.h"

#include "rules_json.h"

#include "claimgate/json/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LABEL_BYTES = 96 };

const char *cg_audit_decision_name(enum cg_audit_decision decision) {
    static const char *const names[CG_AUDIT_DECISIONS] = {"accepted", "out_of_scope", "cutback",
                                                          "rejected", "absent"};
    return names[decision];
}

/* --- JSON --- */

static const char *match_name(enum cg_audit_match match) {
    switch (match) {
    case CG_AUDIT_BY_POSITION:
        return "position";
    case CG_AUDIT_BY_KEY:
        return "claim id and line number";
    case CG_AUDIT_BY_RUN:
        return "run";
    }
    return "";
}

static void put_cell(struct cg_json_writer *json, const struct cg_audit_cell *cell) {
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "then", cg_audit_decision_name(cell->then));
    cg_json_put_string(json, "reason_then", cell->reason_then);
    cg_json_put_string(json, "now", cg_audit_decision_name(cell->now));
    cg_json_put_string(json, "reason_now", cell->reason_now);
    cg_json_put_boolean(json, "changed", cell->changed);
    cg_json_put_integer(json, "lines", (int64_t)cell->lines);
    cg_json_put_integer(json, "units", (int64_t)cell->units);
    cg_json_close_object(json);
}

bool cg_audit_report_json(struct cg_buffer *out, const struct cg_audit_facts *facts) {
    struct cg_json_writer json;
    cg_json_begin(&json, out, false);
    cg_json_open_object(&json, NULL);
    cg_json_put_string(&json, "claimgate", CG_VERSION);
    cg_json_open_object(&json, "decided");
    cg_json_put_string(&json, facts->run_no != 0 ? "ledger" : "folder", facts->decided);
    if (facts->run_no != 0) {
        cg_json_put_integer(&json, "run", facts->run_no);
    }
    cg_json_put_string(&json, "matched_by", match_name(facts->match));
    cg_json_close_object(&json);
    cg_put_rules(&json, facts->as_of_day, facts->policy, facts->roster);
    cg_json_put_integer(&json, "lines", (int64_t)facts->lines);
    cg_json_put_integer(&json, "changed", (int64_t)facts->changed);
    cg_json_open_array(&json, "cells");
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        put_cell(&json, cg_array_at(&facts->cells, i));
    }
    cg_json_close_array(&json);
    cg_json_open_object(&json, "changes");
    cg_json_put_string(&json, "file", facts->changes.file);
    cg_json_put_integer(&json, "bytes", (int64_t)facts->changes.bytes);
    cg_json_put_integer(&json, "records", (int64_t)facts->changes.records);
    cg_put_hash(&json, "sha256", facts->changes.sha256);
    cg_put_hash(&json, "content_sha256", facts->changes.content_sha256);
    cg_json_close_object(&json);
    cg_json_close_object(&json);
    return cg_json_end(&json);
}

/* --- for people --- */

static bool put_row(struct cg_buffer *out, const char *then, const char *now, uint64_t lines,
                    uint64_t units) {
    return cg_buffer_printf(out, "  %-27.27s %-27.27s %10" PRIu64 " %11" PRIu64 "\n", then, now,
                            lines, units);
}

static bool put_grid(struct cg_buffer *out, const struct cg_audit_facts *facts) {
    struct cg_audit_cell sums[CG_AUDIT_DECISIONS][CG_AUDIT_DECISIONS] = {0};
    bool ok = cg_buffer_printf(out, "  %-27s %-27s %10s %11s\n", "then", "now", "lines", "units");
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        sums[cell->then][cell->now].lines += cell->lines;
        sums[cell->then][cell->now].units += cell->units;
    }
    for (enum cg_audit_decision then = 0; ok && then < CG_AUDIT_DECISIONS; then++) {
        for (enum cg_audit_decision now = 0; ok && now < CG_AUDIT_DECISIONS; now++) {
            const struct cg_audit_cell *sum = &sums[then][now];
            ok = sum->lines == 0 || put_row(out, cg_audit_decision_name(then),
                                            cg_audit_decision_name(now), sum->lines, sum->units);
        }
    }
    return ok;
}

/* "units_invalid", "daily_cap (cutback)", "accepted" */
static const char *label(enum cg_audit_decision decision, const char *reason,
                         char out[LABEL_BYTES]) {
    snprintf(out, LABEL_BYTES, "%s%s",
             reason[0] != '\0' ? reason : cg_audit_decision_name(decision),
             reason[0] != '\0' && decision == CG_AUDIT_CUTBACK ? " (cutback)" : "");
    return out;
}

/* Those with most lines first. */
static int by_lines(const void *a, const void *b) {
    const struct cg_audit_cell *x = *(const struct cg_audit_cell *const *)a;
    const struct cg_audit_cell *y = *(const struct cg_audit_cell *const *)b;
    return (x->lines < y->lines) - (x->lines > y->lines);
}

static bool put_reasons(struct cg_buffer *out, const struct cg_audit_facts *facts) {
    const struct cg_audit_cell **order = calloc(facts->cells.count + 1U, sizeof(*order));
    bool ok = order != NULL && cg_buffer_printf(out, "changed, by the first reason\n");
    uint32_t count = 0;
    for (uint32_t i = 0; ok && i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        if (cell->changed) {
            order[count++] = cell;
        }
    }
    if (count > 0) {
        qsort(order, count, sizeof(*order), by_lines);
    }
    for (uint32_t i = 0; ok && i < count; i++) {
        char then[LABEL_BYTES];
        char now[LABEL_BYTES];
        ok = put_row(out, label(order[i]->then, order[i]->reason_then, then),
                     label(order[i]->now, order[i]->reason_now, now), order[i]->lines,
                     order[i]->units);
    }
    free(order);
    return ok;
}

bool cg_audit_report_text(struct cg_buffer *out, const struct cg_audit_facts *facts,
                          const char *folder) {
    char as_of[CG_DATE_TEXT_BYTES];
    bool ok = cg_buffer_printf(out, "policy %s, as of %s; lines matched by %s\n",
                               cg_policy_id(facts->policy), cg_date_format(facts->as_of_day, as_of),
                               match_name(facts->match)) &&
              put_grid(out, facts);
    if (ok && facts->changed > 0) {
        ok = put_reasons(out, facts);
    }
    return ok && cg_buffer_printf(out, "%" PRIu64 " of %" PRIu64 " lines changed: %s\n",
                                  facts->changed, facts->lines, folder);
}
