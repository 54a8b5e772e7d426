#include "claimgate/json/json.h"

#include "claimgate/base/builtin.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A schema with every keyword that the checker knows. These two functions stand before the
 * library's own, so that tests can bring schemas of their own beside those built in. */
static const char test_schema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"test\","
    "\"type\":\"object\",\"required\":[\"name\"],\"additionalProperties\":false,\"properties\":{"
    "\"name\":{\"$ref\":\"#/$defs/name\",\"description\":\"beside a reference\"},"
    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100},"
    "\"rate\":{\"type\":\"number\",\"minimum\":0.5},"
    "\"mode\":{\"enum\":[\"reject\",\"warn\",7]},"
    "\"open\":{\"type\":\"boolean\",\"default\":true},"
    "\"codes\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,"
    "\"items\":{\"type\":\"string\",\"pattern\":\"^[A-Z][0-9]{4}$\"}},"
    "\"map\":{\"type\":\"object\",\"minProperties\":1,\"maxProperties\":2,"
    "\"additionalProperties\":{\"type\":\"integer\"}},"
    "\"either\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/pair\"}]},"
    "\"any\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\",\"maxLength\":2}]},"
    "\"never\":false,\"exempt\":{\"type\":[\"object\",\"null\"]}},"
    "\"$defs\":{\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":5},"
    "\"pair\":{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"additionalProperties\":false,"
    "\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"integer\"}}}}}";

#define TEST_FILE(name, text)                                                                      \
    { (name), (text), sizeof(text) - 1 }

static const struct cg_builtin test_files[] = {
    {"test", test_schema, sizeof test_schema - 1},
    TEST_FILE("odd reference", "{\"$ref\":\"#/$defs/none\"}"),
    TEST_FILE("endless", "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}"),
    TEST_FILE("no schema", "{"),
};

extern const struct cg_builtin cg_builtin_table[];

const struct cg_builtin *cg_builtin_at(size_t index) {
    size_t count = 0;
    while (cg_builtin_table[count].name != NULL) {
        count++;
    }
    return index < count ? &cg_builtin_table[index] : NULL;
}

const struct cg_builtin *cg_builtin_find(const char *name) {
    for (size_t i = 0; i < COUNT(test_files); i++) {
        if (strcmp(test_files[i].name, name) == 0) {
            return &test_files[i];
        }
    }
    for (size_t i = 0; cg_builtin_at(i) != NULL; i++) {
        if (strcmp(cg_builtin_at(i)->name, name) == 0) {
            return cg_builtin_at(i);
        }
    }
    return NULL;
}

/* All problems as lines "line:column: text". */
static const char *problems_of(const char *text, size_t len_bytes, const char *schema) {
    static char out[8192];
    size_t len = 0;
    out[0] = '\0';
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("f", text, len_bytes, schema, &problems);
    cr_assert_eq(doc == NULL, problems.total > 0);
    for (size_t i = 0; i < problems.count; i++) {
        const struct cg_problem *problem = &problems.list[i];
        len += (size_t)snprintf(out + len, sizeof out - len, "%d:%d: %s\n", (int)problem->line,
                                (int)problem->column, problem->text);
        cr_assert_lt(len, sizeof out);
    }
    cg_problems_fini(&problems);
    cg_json_free(doc);
    return out;
}

struct problem_case {
    const char *text;
    const char *problems;
};

static void check_cases(const struct problem_case *cases, size_t count, const char *schema) {
    for (size_t i = 0; i < count; i++) {
        const char *got = problems_of(cases[i].text, strlen(cases[i].text), schema);
        cr_assert_str_eq(got, cases[i].problems, "case %zu: %s", i, got);
    }
}

Test(json, syntax_errors_are_shown_where_they_stand) {
    const struct problem_case cases[] = {
        {"{}", ""},
        {" [1, 2.5, \"x\", null, true]\n", ""},
        {"\xEF\xBB\xBF{}", ""},
        {"", "1:1: not JSON: '[' or '{' expected near end of file\n"},
        {"7", "1:1: not JSON: '[' or '{' expected\n"},
        {"{\"a\":1,\n  \"b\":tru}", "2:7: not JSON: invalid token\n"},
        {"{\"a\":1,}", "1:8: not JSON: string or '}' expected\n"},
        {"{}\n}", "2:1: not JSON: end of file expected\n"},
        {"{\"a\":12345678901234567890}", "1:6: not JSON: too big integer\n"},
        {"{\"a\":1,\r\n  \"a\":2}",
         "2:3: duplicate object key near '\"a\"': a key stands once in an "
         "object, remove or rename this one\n"},
    };
    check_cases(cases, COUNT(cases), NULL);
    cr_assert_str_neq(problems_of("{\"a\":\"\xff\"}", 9, NULL), "");
    cr_assert_str_neq(problems_of("{\"a\":\"\0\"}", 9, NULL), "");
    cr_assert_str_neq(problems_of("{\"a\":\"\\u0000\"}", 14, NULL), "");
}

Test(json, values_that_break_the_schema_are_shown_where_they_stand) {
    const struct problem_case cases[] = {
        {"{\"name\":\"ms\"}", ""},
        {"{\"name\":\"ms\",\"limit\":6,\"rate\":0.5,\"mode\":7,\"open\":false,"
         "\"codes\":[\"H0038\",\"H0039\"],\"map\":{\"x\":1},\"either\":{\"a\":1,\"b\":2},\"any\":9,"
         "\"exempt\":null}",
         ""},
        {"[]", "1:1: wrong type: the document must be an object, found a list\n"},
        {"{}", "1:1: missing key \"name\" in the document\n"},
        {"{\"name\":\"ms\",\n \"limt\":6}",
         "2:2: unknown key \"limt\" in the document; did you mean \"limit\"?\n"},
        {"{\"name\":\"ms\",\"zebra\":6}",
         "1:14: unknown key \"zebra\" in the document; remove it or mend its spelling\n"},
        {"{\"name\":\"ms\",\"limit\":1,\"limi\":6}",
         "1:24: unknown key \"limi\" in the document; remove it or mend its spelling\n"},
        {"{\"name\":\"ms\",\"limit\":\"6\"}",
         "1:22: wrong type: limit must be a whole number, found the text \"6\"\n"},
        {"{\"name\":\"ms\",\"limit\":6.0}",
         "1:22: wrong type: limit must be a whole number, found the number 6.0\n"},
        {"{\"name\":\"ms\",\"limit\":0}",
         "1:22: too small: limit must be at least 1, found the whole number 0\n"},
        {"{\"name\":\"ms\",\"limit\":101,\"rate\":0.25}",
         "1:22: too big: limit must be at most 100, found the whole number 101\n"
         "1:33: too small: rate must be at least 0.5, found the number 0.25\n"},
        {"{\"name\":\"\"}", "1:9: too few characters: name must have at least 1, found 0\n"},
        {"{\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}", ""},
        {"{\"name\":\"abcdef\"}", "1:9: too many characters: name must have at most 5, found 6\n"},
        {"{\"name\":\"ms\",\"mode\":\"rejct\"}",
         "1:21: wrong value: mode must be one of \"reject\", \"warn\", 7, found the text "
         "\"rejct\"; "
         "did you mean \"reject\"?\n"},
        {"{\"name\":\"ms\",\"mode\":false}",
         "1:21: wrong value: mode must be one of \"reject\", \"warn\", 7, found false\n"},
        {"{\"name\":\"ms\",\"open\":null}",
         "1:21: wrong type: open must be true or false, found null\n"},
        {"{\"name\":\"ms\",\"exempt\":true}",
         "1:23: wrong type: exempt must be an object or null, found true\n"},
        {"{\"name\":\"ms\",\"never\":[]}", "1:22: never is not allowed: remove it\n"},
    };
    check_cases(cases, COUNT(cases), "test");
}

Test(json, lists_maps_and_alternatives_are_checked_inside) {
    const struct problem_case cases[] = {
        {"{\"name\":\"ms\",\"codes\":[]}",
         "1:22: too few items: codes must have at least 1, found 0\n"},
        {"{\"name\":\"ms\",\"codes\":[\"H0038\",\n \"x\\u001b\",\n\t\"H0038\"]}",
         "2:2: wrong value: codes[1] must be a text that matches ^[A-Z][0-9]{4}$, found the text "
         "\"x\\x1b\"\n"},
        {"{\"name\":\"ms\",\"map\":{\"x\":\"1\"}}",
         "1:25: wrong type: map.x must be a whole number, found the text \"1\"\n"},
        {"{\"name\":\"ms\",\"map\":{}}", "1:20: too few keys: map must have at least 1, found 0\n"},
        {"{\"name\":\"ms\",\"either\":null}", ""},
        {"{\"name\":\"ms\",\"either\":{\"a\":1}}", "1:23: missing key \"b\" in either\n"},
        {"{\"name\":\"ms\",\"either\":[]}",
         "1:23: wrong type: either must be null or an object, found a list\n"},
        {"{\"name\":\"ms\",\"any\":\"xyz\"}",
         "1:20: too many characters: any must have at most 2, found 3\n"},
    };
    check_cases(cases, COUNT(cases), "test");
}

Test(json, problems_come_in_the_order_of_the_file) {
    const char *text =
        "{\n  \"limit\": -1,\n  \"nmae\": \"ms\",\n  \"codes\": [1, \"H0038\", 2]\n}\n";
    cr_assert_str_eq(problems_of(text, strlen(text), "test"),
                     "1:1: missing key \"name\" in the document\n"
                     "2:12: too small: limit must be at least 1, found the whole number -1\n"
                     "3:3: unknown key \"nmae\" in the document; did you mean \"name\"?\n"
                     "4:13: wrong type: codes[0] must be a text, found the whole number 1\n"
                     "4:25: wrong type: codes[2] must be a text, found the whole number 2\n");
}

Test(json, faults_of_a_schema_are_internal_errors) {
    const struct {
        const char *schema;
        const char *problem;
    } cases[] = {
        {"odd reference", "0:0: internal error: a $ref of this schema leads nowhere\n"},
        {"endless", "0:0: internal error: this schema refers to itself without end\n"},
        {"none", "0:0: internal error: no such schema is built in\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *got = problems_of("{}", 2, cases[i].schema);
        cr_assert_str_eq(got, cases[i].problem, "%s: %s", cases[i].schema, got);
    }
    cr_assert_str_neq(problems_of("{}", 2, "no schema"), "");
}

Test(json, schemas_policies_and_layouts_built_in_are_sound) {
    for (size_t i = 0; cg_builtin_at(i) != NULL; i++) {
        const struct cg_builtin *file = cg_builtin_at(i);
        const char *got = "";
        /* Table Schemas are for readers of the tables; JSON Schemas name their dialect. */
        if (strstr(file->name, ".schema.json") != NULL &&
            strstr(file->bytes, "json-schema.org") != NULL) {
            got = problems_of("{}", 2, file->name);
            cr_assert_null(strstr(got, "internal error"), "%s: %s", file->name, got);
        } else if (strncmp(file->name, "policies/", 9) == 0 &&
                   cg_builtin_find("policy.schema.json") != NULL) {
            got = problems_of(file->bytes, file->len_bytes, "policy.schema.json");
            cr_assert_str_eq(got, "", "%s: %s", file->name, got);
        } else if (strncmp(file->name, "layouts/", 8) == 0) {
            got = problems_of(file->bytes, file->len_bytes, "layout.schema.json");
            cr_assert_str_eq(got, "", "%s: %s", file->name, got);
        }
    }
}

Test(json, depth_and_size_are_bounded) {
    static char text[1024 * 1024 + 1];
    for (size_t depth = 60; depth < 70; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        const char *got = problems_of(text, 2 * depth, NULL);
        cr_assert_str_eq(got,
                         depth <= 64 ? "" : "1:65: nested too deep: at most 64 levels are read\n");
    }
    memset(text, '[', sizeof text);
    cr_assert_str_neq(problems_of(text, 100000, NULL), "");
    cr_assert_str_eq(problems_of(text, sizeof text, NULL),
                     "0:0: too big: 1048577 bytes, at most 1048576 are read\n");
    /* The most values that fit: every second byte is one. */
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        text[i] = i % 2 == 0 ? ',' : '1';
    }
    text[0] = '[';
    text[sizeof text - 2] = ']';
    text[sizeof text - 3] = ' ';
    text[sizeof text - 4] = '1';
    cr_assert_str_eq(problems_of(text, sizeof text - 1, NULL), "");
}

Test(json, accessors_give_values_in_the_order_of_the_file) {
    const char *text = "{\"z\": \"\\u00e9\\n\", \"a\": [10, -2, true, null, {}], \"m\": 1.5}";
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("f", text, strlen(text), NULL, &problems);
    cr_assert_not_null(doc);
    const struct cg_json *root = cg_json_root(doc);
    const char *keys[] = {"z", "a", "m"};
    cr_assert_eq(cg_json_count(root), 3);
    for (size_t i = 0; i < 3; i++) {
        const char *key;
        const struct cg_json *member = cg_json_member_at(root, i, &key);
        cr_assert_str_eq(key, keys[i]);
        cr_assert_eq(member, cg_json_member(root, keys[i]));
    }
    cr_assert_str_eq(cg_json_string(cg_json_member(root, "z")), "\xc3\xa9\n");
    const struct cg_json *list = cg_json_member(root, "a");
    cr_assert_eq(cg_json_count(list), 5);
    cr_assert_eq(cg_json_integer(cg_json_item(list, 0)), 10);
    cr_assert_eq(cg_json_integer(cg_json_item(list, 1)), -2);
    cr_assert(cg_json_boolean(cg_json_item(list, 2)));
    cr_assert(cg_json_is_null(cg_json_item(list, 3)));
    cr_assert_not(cg_json_is_null(cg_json_item(list, 4)));
    cg_json_free(doc);
}

Test(json, absent_and_other_values_read_as_nothing) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("f", "[1, \"x\"]", 8, NULL, &problems);
    cr_assert_not_null(doc);
    const struct cg_json *root = cg_json_root(doc);
    const char *key = "untouched";
    cr_assert_null(cg_json_member(NULL, "a"));
    cr_assert_null(cg_json_member(root, "a"));
    cr_assert_null(cg_json_item(root, 2));
    cr_assert_null(cg_json_item(cg_json_item(root, 0), 0));
    cr_assert_null(cg_json_member_at(NULL, 0, &key));
    cr_assert_null(key);
    cr_assert_eq(cg_json_count(NULL), 0);
    cr_assert(cg_json_is_null(NULL));
    cr_assert_str_eq(cg_json_string(NULL), "");
    cr_assert_str_eq(cg_json_string(cg_json_item(root, 0)), "");
    cr_assert_eq(cg_json_integer(cg_json_item(root, 1)), 0);
    cr_assert_not(cg_json_boolean(NULL));
    cg_json_free(doc);
    cg_json_free(NULL);
}

Test(json, problems_of_the_caller_get_the_place_of_their_value) {
    const char *text = "{\"a\": [true,\n   true,\n null]}";
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("f.json", text, strlen(text), NULL, &problems);
    const struct cg_json *list = cg_json_member(cg_json_root(doc), "a");
    cg_json_problem(doc, cg_json_item(list, 1), &problems, "%d%%", 50);
    cg_json_problem(doc, NULL, &problems, "as a whole");
    cr_assert_eq(problems.list[0].line, 2);
    cr_assert_eq(problems.list[0].column, 4);
    cr_assert_str_eq(problems.list[0].text, "50%");
    cr_assert_eq(problems.list[1].line, 0);
    cg_json_free(doc); /* the problems outlive the document */
    cr_assert_str_eq(problems.list[1].file, "f.json");
    cg_problems_fini(&problems);
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

Test(json, mutated_policies_give_problems_and_no_harm, .timeout = 60) {
    const struct cg_builtin *policy = cg_builtin_find("policies/ms-full.json");
    cr_assert_not_null(policy);
    const char *pieces[] = {"{",  "}", "[", "]",    ",",    ":",  "\"",
                            "\\", "1", "-", "null", "\xff", "\n", "\\u00"};
    uint32_t state = 38;
    for (int round = 0; round < 3000; round++) {
        size_t len = policy->len_bytes;
        char *text = malloc(len + 64); /* of its own size, so that ASan sees every step outside */
        cr_assert_not_null(text);
        memcpy(text, policy->bytes, len);
        for (uint32_t i = next_random(&state) % 4 + 1; i > 0; i--) {
            const char *piece = pieces[next_random(&state) % COUNT(pieces)];
            size_t at = next_random(&state) % len;
            size_t piece_len = strlen(piece);
            if (next_random(&state) % 2 == 0 && at + piece_len <= len) {
                memcpy(text + at, piece, piece_len);
            } else {
                memmove(text + at + piece_len, text + at, len - at);
                memcpy(text + at, piece, piece_len);
                len += piece_len;
            }
        }
        char *exact = malloc(len);
        memcpy(exact, text, len);
        free(text);
        (void)problems_of(exact, len, "policy.schema.json");
        free(exact);
    }
}

Test(json, policy_cut_anywhere_is_a_problem_at_its_end) {
    const struct cg_builtin *policy = cg_builtin_find("policies/ms.json");
    cr_assert_not_null(policy);
    size_t last_brace = policy->len_bytes;
    while (policy->bytes[last_brace - 1] != '}') {
        last_brace--;
    }
    for (size_t len = 0; len < last_brace; len++) {
        char *cut = malloc(len == 0 ? 1 : len);
        memcpy(cut, policy->bytes, len);
        cr_assert_str_neq(problems_of(cut, len, NULL), "", "cut at %zu", len);
        free(cut);
    }
}

static size_t allocations_left;

static void *failing_malloc(size_t size) {
    if (allocations_left == 0) {
        return NULL;
    }
    allocations_left--;
    return malloc(size);
}

Test(json, no_memory_at_any_moment_is_told_as_that_and_never_as_a_fault_of_the_file,
     .timeout = 60) {
    const char *text = "{\"name\":\"ms\",\"codes\":[\"H0038\",\"H0039\"],\"mode\":\"reject\"}";
    json_set_alloc_funcs(failing_malloc, free);
    bool enough = false;
    for (size_t allowed = 0; !enough; allowed++) {
        struct cg_problems problems;
        struct cg_error err = CG_ERROR_INIT;
        cg_problems_init(&problems);
        allocations_left = allowed;
        cg_json_free(cg_json_load("f", text, strlen(text), "test", &problems));
        const enum cg_status status = cg_problems_status(&problems, &err);
        enough = status == CG_OK;
        cr_assert(enough || status == CG_INTERNAL, "%zu: %s", allowed, err.text);
        cr_assert_eq(problems.count, 0);
        cg_problems_fini(&problems);
    }
    json_set_alloc_funcs(malloc, free);
}
