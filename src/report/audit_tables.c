#include "audit_tables.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROWS_SHOWN = 8, INDENT = 2 };

const char *cg_audit_charge_text(int64_t charge, char out[CG_AUDIT_CHARGE_TEXT_BYTES]) {
    enum { ONE = 10000 };
    const uint64_t size = charge < 0 ? -(uint64_t)charge : (uint64_t)charge;
    snprintf(out, CG_AUDIT_CHARGE_TEXT_BYTES, "%s%" PRIu64 ".%0*" PRIu64, charge < 0 ? "-" : "",
             size / ONE, CG_AUDIT_CHARGE_PLACES, size % ONE);
    return out;
}

const char *cg_audit_table_name(enum cg_audit_table table) {
    static const char *const names[CG_AUDIT_TABLES] = {"year", "billing agency", "provider"};
    return names[table];
}

const char *cg_audit_key_text(uint64_t key, char out[CG_AUDIT_KEY_TEXT_BYTES]) {
    if (key == 0 || key == CG_AUDIT_OTHER_KEYS) {
        return key == 0 ? "none" : "others";
    }
    snprintf(out, CG_AUDIT_KEY_TEXT_BYTES, "%" PRIu64, key);
    return out;
}

/* --- JSON --- */

void cg_audit_put_json_sums(struct cg_json_writer *json, const struct cg_audit_sums *sums) {
    char text[CG_AUDIT_CHARGE_TEXT_BYTES];
    cg_json_put_integer(json, "lines", (int64_t)sums->lines);
    cg_json_put_integer(json, "units", (int64_t)sums->units);
    cg_json_put_string(json, "charges", cg_audit_charge_text(sums->charges, text));
}

static void put_sums_of(struct cg_json_writer *json, const char *key,
                        const struct cg_audit_sums *sums) {
    cg_json_open_object(json, key);
    cg_audit_put_json_sums(json, sums);
    cg_json_close_object(json);
}

static void put_group(struct cg_json_writer *json, const char *name,
                      const struct cg_audit_group *group) {
    char key[CG_AUDIT_KEY_TEXT_BYTES];
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, name, cg_audit_key_text(group->key, key));
    cg_json_put_string(json, "then", cg_audit_decision_name(group->then));
    cg_json_put_string(json, "now", cg_audit_decision_name(group->now));
    cg_json_put_boolean(json, "changed", group->changed);
    cg_audit_put_json_sums(json, &group->sums);
    cg_json_close_object(json);
}

void cg_audit_put_tables(struct cg_json_writer *json, const struct cg_audit_facts *facts) {
    static const char *const keys[CG_AUDIT_TABLES][2] = {
        {"by_year", "year"}, {"by_billing_agency", "npi"}, {"by_provider", "npi"}};
    cg_json_open_array(json, "by_reason");
    for (uint32_t i = 0; i < facts->reasons.count; i++) {
        const struct cg_audit_reason *reason = cg_array_at(&facts->reasons, i);
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "reason", reason->reason);
        put_sums_of(json, "then", &reason->then);
        put_sums_of(json, "now", &reason->now);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
    for (size_t table = 0; table < CG_AUDIT_TABLES; table++) {
        cg_json_open_array(json, keys[table][0]);
        for (uint32_t i = 0; i < facts->tables[table].count; i++) {
            put_group(json, keys[table][1], cg_array_at(&facts->tables[table], i));
        }
        cg_json_close_array(json);
    }
}

/* --- for people --- */

void cg_audit_put_sums(struct cg_page_table *table, const struct cg_audit_sums *sums,
                       bool has_charges) {
    char charges[CG_AUDIT_CHARGE_TEXT_BYTES];
    cg_page_table_cell(table, "%" PRIu64, sums->lines);
    cg_page_table_cell(table, "%" PRIu64, sums->units);
    if (has_charges) {
        cg_page_table_cell(table, "%s", cg_audit_charge_text(sums->charges, charges));
    }
}

static void put_changed(struct cg_page *page, const struct cg_audit_facts *facts,
                        enum cg_audit_table kind) {
    const struct cg_page_table_column columns[] = {{cg_audit_table_name(kind), false},
                                                   {"then", false},
                                                   {"now", false},
                                                   {"lines", true},
                                                   {"units", true},
                                                   {"charges", true}};
    const struct cg_array *groups = &facts->tables[kind];
    struct cg_page_table table;
    uint64_t rows = 0;
    cg_page_say(page, "changed, by %s\n", cg_audit_table_name(kind));
    cg_page_table_open(&table, columns, facts->has_charges ? 6 : 5);
    for (uint32_t i = 0; i < groups->count; i++) {
        const struct cg_audit_group *group = cg_array_at(groups, i);
        char key[CG_AUDIT_KEY_TEXT_BYTES];
        if (!group->changed || rows++ >= ROWS_SHOWN) {
            continue;
        }
        cg_page_table_cell(&table, "%s", cg_audit_key_text(group->key, key));
        cg_page_table_cell(&table, "%s", cg_audit_decision_name(group->then));
        cg_page_table_cell(&table, "%s", cg_audit_decision_name(group->now));
        cg_audit_put_sums(&table, &group->sums, facts->has_charges);
    }
    cg_page_table_end(&table, INDENT, page);
    if (rows > ROWS_SHOWN) {
        cg_page_say(page, "  %" PRIu64 " rows more in summary.json\n", rows - ROWS_SHOWN);
    }
}

void cg_audit_put_changed_groups(struct cg_page *page, const struct cg_audit_facts *facts) {
    for (enum cg_audit_table i = 0; i < CG_AUDIT_TABLES; i++) {
        put_changed(page, facts, i);
    }
}
