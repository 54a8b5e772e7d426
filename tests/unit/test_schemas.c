#include "claimgate/base/builtin.h"
#include "claimgate/json/json.h"
#include "claimgate/record/layout.h"
#include "support/schema_keywords.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 64 };

static bool ends_in(const char *name, const char *suffix) {
    size_t len = strlen(name);
    return len >= strlen(suffix) && strcmp(name + len - strlen(suffix), suffix) == 0;
}

static struct cg_json_doc *open_json(const char *name, const char *schema) {
    const struct cg_builtin *file = cg_builtin_find(name);
    cr_assert_not_null(file, "%s is not built in", name);
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load(name, file->bytes, file->len_bytes, schema, &problems);
    cr_assert_not_null(doc, "%s: %s", name, problems.count > 0 ? problems.list[0].text : "");
    cg_problems_fini(&problems);
    return doc;
}

Test(schemas, every_json_file_can_be_read) {
    const struct cg_builtin *file;
    for (size_t i = 0; (file = cg_builtin_at(i)) != NULL; i++) {
        if (ends_in(file->name, ".json")) {
            cg_json_free(open_json(file->name, NULL));
        }
    }
}

Test(schemas, a_keyword_or_pattern_that_the_checker_does_not_know_is_seen) {
    const struct {
        const char *schema;
        const char *odd;
    } cases[] = {
        {"{\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"^[a-z.]+$\"}}}", ""},
        {"{\"properties\":{\"a\":{\"multipleOf\":2}}}", "multipleOf"},
        {"{\"anyOf\":[{\"items\":{\"if\":true}}]}", "if"},
        {"{\"pattern\":\"^\\\\d+$\"}", "pattern"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct cg_builtin file = {"test", cases[i].schema, strlen(cases[i].schema)};
        cr_expect_str_eq(odd_schema_keyword(&file), cases[i].odd, "%s", cases[i].schema);
    }
}

/* Table Schemas are for readers of the tables; JSON Schemas name their dialect. */
Test(schemas, every_rule_of_a_json_schema_is_checked) {
    size_t schemas = 0;
    const struct cg_builtin *file;
    for (size_t i = 0; (file = cg_builtin_at(i)) != NULL; i++) {
        if (ends_in(file->name, ".schema.json") && strstr(file->bytes, "json-schema.org") != NULL) {
            cr_expect_str_eq(odd_schema_keyword(file), "", "%s", file->name);
            schemas++;
        }
    }
    cr_expect_geq(schemas, 5);
}

Test(schemas, built_in_policies_fit_their_schema) {
    size_t policies = 0;
    const struct cg_builtin *file;
    for (size_t i = 0; (file = cg_builtin_at(i)) != NULL; i++) {
        if (strncmp(file->name, "policies/", 9) == 0) {
            cg_json_free(open_json(file->name, "policy.schema.json"));
            policies++;
        }
    }
    cr_expect_eq(policies, 4);
}

/* The parts of a Table Schema that every one of ours has: a name and description for each field, no
 * name twice, and a type that the standard knows. */
static void expect_table_schema(const struct cg_builtin *file) {
    struct cg_json_doc *doc = open_json(file->name, NULL);
    const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
    const char *seen[COLUMNS_MAX];
    size_t count = cg_json_count(fields);
    cr_assert(count > 0 && count <= COLUMNS_MAX, "%s", file->name);
    for (size_t i = 0; i < count; i++) {
        const struct cg_json *field = cg_json_item(fields, i);
        const char *type = cg_json_string(cg_json_member(field, "type"));
        seen[i] = cg_json_string(cg_json_member(field, "name"));
        cr_expect_gt(strlen(seen[i]), 0);
        cr_expect_gt(strlen(cg_json_string(cg_json_member(field, "description"))), 0);
        cr_expect(strcmp(type, "string") == 0 || strcmp(type, "integer") == 0 ||
                      strcmp(type, "number") == 0 || strcmp(type, "date") == 0,
                  "%s: %s", file->name, seen[i]);
        for (size_t k = 0; k < i; k++) {
            cr_expect_str_neq(seen[i], seen[k], "%s", file->name);
        }
    }
    cg_json_free(doc);
}

Test(schemas, table_schemas_are_complete) {
    size_t tables = 0;
    const struct cg_builtin *file;
    for (size_t i = 0; (file = cg_builtin_at(i)) != NULL; i++) {
        if (ends_in(file->name, ".schema.json") &&
            memmem(file->bytes, file->len_bytes, "tableschema.json", 16) != NULL) {
            expect_table_schema(file);
            tables++;
        }
    }
    cr_expect_geq(tables, 3);
}

static void expect_fields_of_a_line(const char *name) {
    struct cg_json_doc *doc = open_json(name, NULL);
    const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
    static const char *const names[] = {
#define FIELD_NAME(name, text) #text,
        CG_FIELD_TABLE(FIELD_NAME)
#undef FIELD_NAME
    };
    cr_assert_eq(cg_json_count(fields), CG_FIELD_COUNT);
    for (size_t i = 0; i < CG_FIELD_COUNT; i++) {
        const struct cg_json *field = cg_json_item(fields, i);
        cr_expect_str_eq(cg_json_string(cg_json_member(field, "name")), names[i]);
    }
    cg_json_free(doc);
}

Test(schemas, claims_and_accepted_name_the_fields_of_a_line) {
    expect_fields_of_a_line("claims.schema.json");
    expect_fields_of_a_line("accepted.schema.json");
}

Test(schemas, columns_that_a_claim_file_needs_are_those_of_the_contract) {
    static const char *const needed[] = {
        "claim_id",   "member_id",     "claim_line_start_date",
        "hcpcs_code", "rendering_npi", "service_unit_quantity",
    };
    struct cg_json_doc *doc = open_json("claims.schema.json", NULL);
    const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
    for (size_t i = 0; i < cg_json_count(fields); i++) {
        const struct cg_json *field = cg_json_item(fields, i);
        const char *name = cg_json_string(cg_json_member(field, "name"));
        bool is_needed = false;
        for (size_t k = 0; k < sizeof needed / sizeof *needed; k++) {
            is_needed |= strcmp(name, needed[k]) == 0;
        }
        cr_expect_eq(cg_json_boolean(cg_json_member(field, "mayBeAbsent")), !is_needed, "%s", name);
    }
    cg_json_free(doc);
}

Test(schemas, rejected_has_our_columns_in_their_order) {
    static const char *const columns[] = {
        "source_file",    "source_line",     "reject_reason",
        "reject_reasons", "group_code",      "carc",
        "rarc",           "cap_id",          "cap_limit",
        "units_used",     "units_available", "reject_detail",
        "raw_record",
    };
    struct cg_json_doc *doc = open_json("rejected.schema.json", NULL);
    const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
    cr_assert_eq(cg_json_count(fields), sizeof columns / sizeof *columns);
    for (size_t i = 0; i < cg_json_count(fields); i++) {
        const struct cg_json *field = cg_json_item(fields, i);
        cr_expect_str_eq(cg_json_string(cg_json_member(field, "name")), columns[i]);
    }
    cg_json_free(doc);
}
