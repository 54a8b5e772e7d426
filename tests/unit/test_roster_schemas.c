#include "support/good_roster.h"

#include "claimgate/base/builtin.h"
#include "claimgate/json/json.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(roster_schemas, .timeout = 60);

/* --- The schemas say what the loader does. --- */

enum { FIELDS_MAX = 12, VALUE_BYTES = 320 };

struct schema {
    char file[64];
    size_t count;
    const struct cg_json *fields[FIELDS_MAX];
};

static const char *member(const struct cg_json *object, const char *key) {
    const char *text = cg_json_string(cg_json_member(object, key));
    return text == NULL ? "" : text;
}

/* One row of the schema's examples with one value changed and, for `dropped`, one column left out.
 */
static void load_variant(const struct schema *schema, size_t changed, const char *value,
                         size_t dropped) {
    char header[1024] = "";
    char row[4096] = "";
    for (size_t i = 0; i < schema->count; i++) {
        if (i == dropped) {
            continue;
        }
        const char *comma = header[0] == '\0' ? "" : ",";
        strcat(strcat(header, comma), member(schema->fields[i], "name"));
        strcat(strcat(row, comma), i == changed ? value : member(schema->fields[i], "example"));
    }
    strcat(strcat(strcat(header, "\n"), row), "\n");
    good_roster_write();
    roster_fixture_write(&good_roster_fixture, schema->file, header);
    (void)!roster_fixture_load(&good_roster_fixture);
}

static void expect_variant(const struct schema *schema, size_t field, const char *value,
                           bool good) {
    load_variant(schema, field, value, SIZE_MAX);
    cr_expect_eq(good_roster_fixture.problems.total == 0, good, "%s: %s = \"%s\": %s", schema->file,
                 member(schema->fields[field], "name"), value,
                 roster_fixture_problems(&good_roster_fixture));
}

static void check_number(const struct schema *schema, size_t field,
                         const struct cg_json *constraints) {
    char value[VALUE_BYTES];
    int64_t minimum = cg_json_integer(cg_json_member(constraints, "minimum"));
    int64_t maximum = cg_json_integer(cg_json_member(constraints, "maximum"));
    const int64_t values[] = {minimum, minimum - 1, maximum, maximum + 1};
    for (size_t i = 0; i < 4; i++) {
        snprintf(value, sizeof value, "%" PRId64, values[i]);
        expect_variant(schema, field, value, i % 2 == 0);
    }
    expect_variant(schema, field, "ten", false);
}

static void check_text(const struct schema *schema, size_t field,
                       const struct cg_json *constraints) {
    char value[VALUE_BYTES];
    int64_t longest = cg_json_integer(cg_json_member(constraints, "maxLength"));
    if (longest > 0) {
        memset(value, 'x', sizeof value);
        value[longest] = '\0';
        expect_variant(schema, field, value, true);
        value[longest] = 'x';
        value[longest + 1] = '\0';
        expect_variant(schema, field, value, false);
    }
    const struct cg_json *words = cg_json_member(constraints, "enum");
    for (size_t i = 0; i < cg_json_count(words); i++) {
        expect_variant(schema, field, cg_json_string(cg_json_item(words, i)), true);
    }
    if (cg_json_count(words) > 0) {
        expect_variant(schema, field, "retired", false);
    }
    if (!cg_json_is_null(cg_json_member(constraints, "pattern"))) {
        expect_variant(schema, field, "3234567893", false);
        expect_variant(schema, field, "1234567894", false);
    }
}

static void check_field(const struct schema *schema, size_t field) {
    const struct cg_json *constraints = cg_json_member(schema->fields[field], "constraints");
    const char *type = member(schema->fields[field], "type");
    expect_variant(schema, field, "", !cg_json_boolean(cg_json_member(constraints, "required")));
    load_variant(schema, SIZE_MAX, "", field);
    cr_expect_eq(good_roster_fixture.problems.total == 0,
                 cg_json_boolean(cg_json_member(schema->fields[field], "mayBeAbsent")),
                 "%s without %s: %s", schema->file, member(schema->fields[field], "name"),
                 roster_fixture_problems(&good_roster_fixture));
    if (strcmp(type, "date") == 0) {
        expect_variant(schema, field, "2023-02-29", false);
        expect_variant(schema, field, "2200-01-01",
                       strcmp(member(schema->fields[field], "name"), "end_date") == 0);
    } else if (strcmp(type, "number") == 0 || strcmp(type, "integer") == 0) {
        check_number(schema, field, constraints);
    } else {
        check_text(schema, field, constraints);
    }
}

Test(roster_schemas, the_loader_does_what_the_schemas_say, .init = good_roster_set_up_all,
     .fini = good_roster_tear_down) {
    for (size_t i = 0; i < FILES; i++) {
        struct schema schema = {.count = 0};
        char name[96];
        snprintf(schema.file, sizeof schema.file, "%s", good_roster_files[i].name);
        snprintf(name, sizeof name, "%.*s.schema.json",
                 (int)strcspn(good_roster_files[i].name, "."), good_roster_files[i].name);
        const struct cg_builtin *file = cg_builtin_find(name);
        cr_assert_not_null(file, "%s", name);
        struct cg_problems problems;
        cg_problems_init(&problems);
        struct cg_json_doc *doc = cg_json_load(name, file->bytes, file->len_bytes, NULL, &problems);
        cr_assert_not_null(doc);
        const struct cg_json *fields = cg_json_member(cg_json_root(doc), "fields");
        for (size_t j = 0; j < cg_json_count(fields); j++) {
            schema.fields[schema.count++] = cg_json_item(fields, j);
        }
        load_variant(&schema, SIZE_MAX, "", SIZE_MAX);
        cr_assert_eq(good_roster_fixture.problems.total, 0, "%s",
                     roster_fixture_problems(&good_roster_fixture));
        for (size_t j = 0; j < schema.count; j++) {
            check_field(&schema, j);
        }
        cg_json_free(doc);
        cg_problems_fini(&problems);
    }
}
