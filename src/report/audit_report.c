#include "claimgate/report/audit_report.h"

#include "audit_tables.h"
#include "claimgate/report/table.h"
#include "run_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LABEL_BYTES = 96, INDENT = 2 };

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
    cg_audit_put_json_sums(json, &cell->sums);
    cg_json_close_object(json);
}

static void put_decided(struct cg_json_writer *json, const struct cg_audit_facts *facts) {
    if (facts->ledger != NULL) {
        cg_json_put_string(json, "ledger", facts->ledger);
    }
    if (facts->ledger != NULL && facts->first_run == facts->last_run) {
        cg_json_put_integer(json, "run", facts->first_run);
    } else if (facts->ledger != NULL) {
        cg_json_put_integer(json, "first_run", facts->first_run);
        cg_json_put_integer(json, "last_run", facts->last_run);
    } else if (facts->folder_count == 1) {
        cg_json_put_string(json, "folder", facts->folders[0]);
    } else {
        cg_json_open_array(json, "folders");
        for (uint32_t i = 0; i < facts->folder_count; i++) {
            cg_json_put_string(json, NULL, facts->folders[i]);
        }
        cg_json_close_array(json);
    }
}

static void put_document(struct cg_json_writer *json, const struct cg_audit_facts *facts) {
    cg_json_put_string(json, "claimgate", CG_VERSION);
    cg_json_open_object(json, "decided");
    put_decided(json, facts);
    cg_json_put_string(json, "matched_by", match_name(facts->match));
    cg_json_close_object(json);
    cg_put_rules(json, facts->as_of_day, facts->policy, facts->roster);
    cg_json_put_integer(json, "lines", (int64_t)facts->lines);
    cg_json_put_integer(json, "changed", (int64_t)facts->changed);
    cg_json_open_array(json, "cells");
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        put_cell(json, cg_array_at(&facts->cells, i));
    }
    cg_json_close_array(json);
    cg_audit_put_tables(json, facts);
    if (facts->out_of_scope_then >= 0) {
        cg_json_open_object(json, "out_of_scope");
        cg_json_put_integer(json, "then", facts->out_of_scope_then);
        cg_json_put_integer(json, "now", (int64_t)facts->out_of_scope_now);
        cg_json_close_object(json);
    }
    cg_put_output(json, "changes", &facts->changes);
}

/* --- for people --- */

static const struct cg_page_table_column columns[] = {
    {"then", false}, {"now", false}, {"lines", true}, {"units", true}, {"charges", true}};

/* Charges come last, and stand there only where the inputs have any. */
static void open_table(struct cg_page_table *table, const struct cg_audit_facts *facts) {
    cg_page_table_open(table, columns, facts->has_charges ? 5 : 4);
}

static void put_row(struct cg_page_table *table, const char *then, const char *now,
                    const struct cg_audit_sums *sums) {
    cg_page_table_cell(table, "%s", then);
    cg_page_table_cell(table, "%s", now);
    cg_audit_put_sums(table, sums, table->column_count > 4);
}

static void put_grid(struct cg_page *page, const struct cg_audit_facts *facts) {
    struct cg_audit_sums sums[CG_AUDIT_DECISIONS][CG_AUDIT_DECISIONS] = {0};
    struct cg_page_table table;
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        cg_audit_sums_add(&sums[cell->then][cell->now], &cell->sums);
    }
    open_table(&table, facts);
    for (enum cg_audit_decision then = 0; then < CG_AUDIT_DECISIONS; then++) {
        for (enum cg_audit_decision now = 0; now < CG_AUDIT_DECISIONS; now++) {
            const struct cg_audit_sums *sum = &sums[then][now];
            if (sum->lines != 0) {
                put_row(&table, cg_audit_decision_name(then), cg_audit_decision_name(now), sum);
            }
        }
    }
    cg_page_table_end(&table, INDENT, page);
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
    return (x->sums.lines < y->sums.lines) - (x->sums.lines > y->sums.lines);
}

static void put_reasons(struct cg_page *page, const struct cg_audit_facts *facts) {
    const struct cg_audit_cell **order =
        calloc(facts->cells.count + 1U, sizeof(struct cg_audit_cell *));
    struct cg_page_table table;
    uint32_t count = 0;
    if (order == NULL) {
        page->failed = true;
        return;
    }
    for (uint32_t i = 0; i < facts->cells.count; i++) {
        const struct cg_audit_cell *cell = cg_array_at(&facts->cells, i);
        if (cell->changed) {
            order[count++] = cell;
        }
    }
    qsort(order, count, sizeof(struct cg_audit_cell *), by_lines);
    cg_page_say(page, "changed, by the first reason\n");
    open_table(&table, facts);
    for (uint32_t i = 0; i < count; i++) {
        char then[LABEL_BYTES];
        char now[LABEL_BYTES];
        put_row(&table, label(order[i]->then, order[i]->reason_then, then),
                label(order[i]->now, order[i]->reason_now, now), &order[i]->sums);
    }
    cg_page_table_end(&table, INDENT, page);
    free(order);
}

static void put_text(struct cg_page *page, const struct cg_audit_facts *facts, const char *folder) {
    cg_page_say(page, "policy %s, as of %s; lines matched by %s\n", cg_policy_id(facts->policy),
                cg_date_text(facts->as_of_day).text, match_name(facts->match));
    put_grid(page, facts);
    if (facts->changed > 0) {
        put_reasons(page, facts);
        cg_audit_put_changed_groups(page, facts);
    }
    if (cg_audit_scope_changed(facts)) {
        cg_page_say(page,
                    "%" PRId64 " records were out of scope then, %" PRIu64
                    " are now: the folder has them in\none file with the accepted ones, so that "
                    "they are not listed (--ledger with --run lists them)\n",
                    facts->out_of_scope_then, facts->out_of_scope_now);
    }
    cg_page_say(page, "%" PRIu64 " of %" PRIu64 " lines changed: ", facts->changed, facts->lines);
    cg_page_show(page, cg_text_of(folder));
    cg_page_say(page, "\n");
}

void cg_report_put_audit(struct cg_page *page, const struct cg_audit_facts *facts,
                         const char *folder) {
    if (page->json != NULL) {
        put_document(page->json, facts);
    } else {
        put_text(page, facts, folder);
    }
}
