/*
 * The tables of an audit: by year, by billing agency, by provider, by reason.
 */
#ifndef CLAIMGATE_REPORT_AUDIT_TABLES_H
#define CLAIMGATE_REPORT_AUDIT_TABLES_H

#include "claimgate/report/audit_report.h"
#include "claimgate/report/table.h"

/* "year", "billing agency" or "provider" */
const char *cg_audit_table_name(enum cg_audit_table table);
/* "2024" or "1234567893"; "none" for lines without a valid one, "others". */
enum { CG_AUDIT_KEY_TEXT_BYTES = 24 };
const char *cg_audit_key_text(uint64_t key, char out[CG_AUDIT_KEY_TEXT_BYTES]);

/* Of charges an exact decimal is a string: readers of JSON make a binary fraction of a number. */
void cg_audit_put_json_sums(struct cg_json_writer *json, const struct cg_audit_sums *sums);
/* "by_reason", "by_year", "by_billing_agency" and "by_provider" */
void cg_audit_put_tables(struct cg_json_writer *json, const struct cg_audit_facts *facts);

/* Nothing overflows here: the audit has added up all charges before. */
static inline void cg_audit_sums_add(struct cg_audit_sums *to, const struct cg_audit_sums *sums) {
    to->lines += sums->lines;
    to->units += sums->units;
    to->charges += sums->charges;
}
/* Two cells of a row, or with charges three. */
void cg_audit_put_sums(struct cg_page_table *table, const struct cg_audit_sums *sums,
                       bool has_charges);
/* For people: of each table the first rows of what has changed. */
void cg_audit_put_changed_groups(struct cg_page *page, const struct cg_audit_facts *facts);

#endif
