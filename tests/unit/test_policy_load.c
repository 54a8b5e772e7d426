#include "support/policy_text.h"

#include "claimgate/base/builtin.h"
#include "claimgate/json/json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bad_row {
    const char *from; /* in ms-full */
    const char *to;
    const char *says; /* part of a problem */
};

static const struct bad_row bad_rows[] = {
    /* the shape */
    {"\"over_cap\": \"reject\"", "\"over_capp\": \"reject\"", "over_cap"},
    {"\"over_cap\": \"reject\",", "", "over_cap"},
    {"\"limit\": 6", "\"limit\": \"6\"", "limit"},
    {"\"limit\": 6", "\"limit\": 6.5", "limit"},
    {"\"limit\": 6", "\"limit\": -1", "limit"},
    {"\"limit\": 6", "\"limit\": 6, \"limit\": 7", "limit"},
    {"\"limit\": 6", "\"limit\": 99999999999", "limit"},
    {"\"period\": \"day\"", "\"period\": \"week\"", "week"},
    {"\"span\": \"reject\"", "\"span\": \"cut\"", "span"},
    {"\"severity\": \"warn\"", "\"severity\": \"maybe\"", "maybe"},
    {"\"under_age\": 21", "\"under_age\": 0", "under_age"},
    {"\"timely_filing_days\": 365", "\"timely_filing_days\": -1", "timely_filing_days"},
    {"\"training\": true", "\"training\": 1", "training"},
    {"\"id\": \"ms-full\"", "\"id\": \"\"", "id"},
    {"\"id\": \"ms-full\",", "", "id"},
    {"{\n  \"id\"", "[\n  \"id\"", ""},
    /* what the schema cannot say */
    {"2012-07-01", "2012-06-31", "no real date"},
    {"2012-07-01", "07/01/2012", "YYYY-MM-DD"},
    {"\"07-01\"", "\"02-29\"", "no day of every year"},
    {"\"07-01\"", "\"7-1\"", "no day of every year"},
    {"\"07-01\"", "\"13-01\"", "no day of every year"},
    {"\"07-01\"", "\"07-01-2024-and-more\"", "no day of every year"},
    {"\"period\": \"day\"", "\"period\": \"day\", \"year_start\": \"01-01\"", "year_start goes"},
    {"\"period\": \"day\"", "\"period\": \"day\", \"months\": 2", "months goes"},
    {"\"period\": \"day\"", "\"period\": \"rolling_months\"", "needs months"},
    {"\"id\": \"daily\"", "\"id\": \"Daily\"", "lower-case"},
    {"\"id\": \"daily\"", "\"id\": \"a;b\"", "lower-case"},
    {"\"id\": \"daily\"", "\"id\": \"yearly\"", "stands twice"},
    {"\"carc\": \"119\"", "\"carc\": \"1,9\"", "capital letter"},
    {"\"rarc\": \"N362\"", "\"rarc\": \"n362\"", "capital letter"},
    {"\"H0038\"", "\"H038\"", "procedure code"},
    {"\"H0038\"", "\"H003-\"", "procedure code"},
    {"\"code\": \"H0038\"", "\"code\": \"H0038\"}, {\"code\": \"h0038\"", "stands twice"},
    {"\"limit\": 6", "\"limit\": 6, \"procedures\": [\"H2017\"]", "names the code"},
    {"\"CPSSP-MH\",\n          \"CPSSP-SU\"", "\"CPSSP-MH\",\n          \"cpssp mh\"",
     "stands twice"},
    {"\"CPSSP-MH\",\n          \"CPSSP-SU\"", "\"--\",\n          \"CPSSP-SU\"",
     "nothing but blanks"},
    {"\"CPSSP-Y\": [", "\"CPSSP-Z\": [", "none of this version's"},
    {"\"CPSSP-Y\": [", "\"CPSSP-MH\": [1, 2], \"cpssp y\": [3, 4], \"CPSSP-Y\": [",
     "has an age already"},
    {"18,\n              26", "26,\n              18", "above the oldest"},
    {"\"HE\": [", "\"HEX\": [", "no modifier"},
    {"\"HE\": [", "\"hf\": [", "stands twice"},
    {"\"HE\": [\n              \"CPSSP-MH\"", "\"HE\": [\n              \"CPSSP-XX\"",
     "none of this version's"},
    {"\"max_fte\": 9", "\"max_fte\": null", "cannot be tested without max_fte"},
    {"\"id\": \"ms-full\"", "\"id\": \"ms\\u0007\"", "control characters"},
};

static bool says(const struct cg_problems *problems, const char *part) {
    for (size_t i = 0; i < problems->count; i++) {
        if (strstr(problems->list[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

Test(policy_load, a_bad_file_is_refused_with_what_and_where) {
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        char text[TEXT_MAX];
        struct cg_policy *policy = NULL;
        struct cg_problems problems;
        enum cg_status status = policy_load_text(
            policy_edited(bad_rows[i].from, bad_rows[i].to, text), &policy, &problems);
        cr_expect_eq(status, CG_BAD_CONFIG, "%s", bad_rows[i].to);
        cr_expect_null(policy);
        cr_assert_gt(problems.count, 0, "%s", bad_rows[i].to);
        cr_expect(says(&problems, bad_rows[i].says), "%s: %s", bad_rows[i].to,
                  problems.list[0].text);
        cr_expect_gt(problems.list[0].line, 0);
        cr_expect_gt(problems.list[0].column, 0);
        cr_expect_str_eq(problems.list[0].file, "test.json");
        cg_problems_fini(&problems);
    }
}

Test(policy_load, every_problem_is_shown_at_once) {
    char text[TEXT_MAX];
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    policy_with_caps(CAP("A", "\"period\":\"day\",\"months\":1") "," CAP(
                         "b", "\"period\":\"year\",\"year_start\":\"02-30\""),
                     text);
    cr_expect_eq(policy_load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect_eq(problems.total, 3);
    cg_problems_fini(&problems);
}

static void expect_both(const struct bad_row *shape, const struct bad_row *meaning) {
    char text[TEXT_MAX];
    struct cg_policy *policy = NULL;
    struct cg_problems problems;
    policy_edited(shape->from, shape->to, text);
    char *at = strstr(text, meaning->from);
    if (at == NULL) {
        return; /* both change the same place */
    }
    char tail[TEXT_MAX];
    snprintf(tail, sizeof tail, "%s", at + strlen(meaning->from));
    snprintf(at, sizeof text - (size_t)(at - text), "%s%s", meaning->to, tail);
    cr_expect_eq(policy_load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect(says(&problems, shape->says) && says(&problems, meaning->says),
              "%s together with %s: %zu", shape->to, meaning->to, problems.total);
    for (size_t i = 1; i < problems.count; i++) {
        cr_expect_leq(problems.list[i - 1].line, problems.list[i].line);
    }
    cg_problems_fini(&problems);
}

Test(policy_load, what_the_schema_finds_hides_nothing_elsewhere) {
    const struct bad_row shapes[] = {
        {"\"over_cap\": \"reject\"", "\"over_capp\": \"reject\"", "over_cap"},
        {"\"unknown_original\": \"warn\"", "\"unknown_original\": 5", "unknown_original"},
        {"\"under_age\": 21", "\"under_age\": 0", "under_age"},
        {"\"title\": ", "\"titel\": ", "title"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t meanings = 0;
        for (size_t k = 0; k < sizeof bad_rows / sizeof *bad_rows; k++) {
            meanings += strstr(bad_rows[k].says, "no real date") != NULL;
            if (meanings > 0) { /* from there on, what the schema cannot say */
                expect_both(&shapes[i], &bad_rows[k]);
            }
        }
        cr_expect_eq(meanings, 1);
    }
}

static size_t schema_problems(const char *text) {
    struct cg_problems problems;
    cg_problems_init(&problems);
    struct cg_json_doc *doc =
        cg_json_load("test.json", text, strlen(text), "policy.schema.json", &problems);
    size_t total = problems.total;
    cg_json_free(doc);
    cg_problems_fini(&problems);
    return total;
}

static void expect_no_more_than_the_schema(const char *text) {
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    const enum cg_status status = policy_load_text(text, &policy, &problems);
    const size_t of_schema = schema_problems(text);
    cr_expect(of_schema == 0 || problems.total == of_schema, "%zu, not %zu: %s", problems.total,
              of_schema, problems.list[problems.count - 1].text);
    cr_expect_eq(status, problems.total == 0 ? CG_OK : CG_BAD_CONFIG);
    cg_problems_fini(&problems);
    cg_policy_free(policy);
}

/* Every key of a policy with every demand misspelt, every value of another type, in turn. */
Test(policy_load, what_follows_from_a_broken_value_is_no_problem_of_its_own) {
    static const char *const others[] = {"{}", "[]", "null", "5", "\"\"", "true"};
    char whole[TEXT_MAX];
    char text[TEXT_MAX];
    policy_with_caps(CAP("a", "\"period\": \"year\", \"year_start\": \"07-01\"") "," CAP(
                         "b", "\"period\": \"rolling_months\", \"months\": 3, "
                              "\"procedures\": [\"H0038\"]"),
                     whole);
    size_t tried = 0;
    for (int round = 0; round < 2; round++) {
        for (const char *at = whole; (at = strstr(at, "\":")) != NULL; at += 2) {
            snprintf(text, sizeof text, "%.*sx%s", (int)(at - whole), whole, at);
            expect_no_more_than_the_schema(text);
            const char *value = at + 2 + strspn(at + 2, " \n");
            const size_t len = strcspn(value, ",}]\n");
            for (size_t i = 0; strchr("[{", *value) == NULL && i < 6; i++, tried++) {
                snprintf(text, sizeof text, "%.*s%s%s", (int)(value - whole), whole, others[i],
                         value + len);
                expect_no_more_than_the_schema(text);
            }
        }
        policy_edited("{", "{", whole); /* then ms-full as it is */
    }
    cr_expect_gt(tried, 300);
}

Test(policy_load, lists_longer_than_the_schema_allows_do_no_harm) {
    static char text[1 << 20];
    size_t len = 0;
    len += (size_t)snprintf(text, sizeof text, "{\"versions\": [{\"caps\": [");
    for (int i = 0; i < 300; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%s{\"id\": \"c%d\", \"procedures\": [\"H%04d\"]}",
                                i == 0 ? "" : ",", i, i);
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "], \"procedures\": [");
    for (int i = 0; i < 600; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s{\"code\": \"H%04d\"}",
                                i == 0 ? "" : ",", i);
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "], \"credential\": {\"types\": [");
    for (int i = 0; i < 300; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\"t%d\"", i == 0 ? "" : ",", i);
    }
    snprintf(text + len, sizeof text - len,
             "], \"designation\": {\"by_modifier\": {\"HF\": [\"t299\"]}}}}]}");
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cr_expect_eq(policy_load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect_eq(problems.total, schema_problems(text));
    cg_problems_fini(&problems);
}

Test(policy_load, versions_must_follow_each_other) {
    char text[TEXT_MAX];
    static const char *const second[] = {"2020-01-01", "2019-12-31"};
    for (size_t i = 0; i < 2; i++) {
        struct cg_policy *policy = NULL;
        struct cg_problems problems;
        policy_two_versions("2020-01-01", "{\"code\":\"H0038\"}", second[i], "{\"code\":\"H0038\"}",
                            text);
        cr_expect_eq(policy_load_text(text, &policy, &problems), CG_BAD_CONFIG);
        cr_expect(says(&problems, "order of their dates"));
        cg_problems_fini(&problems);
    }
}

static const char *many_codes(size_t count, size_t from, char *out) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(out + len, TEXT_MAX / 4 - len, "%s{\"code\":\"A%04zu\"}",
                                i == 0 ? "" : ",", from + i);
    }
    return out;
}

Test(policy_load, versions_name_up_to_255_codes_together) {
    char text[TEXT_MAX];
    char first[TEXT_MAX / 4];
    char second[TEXT_MAX / 4];
    struct cg_policy *policy = policy_load_good_text(policy_two_versions(
        "2020-01-01", many_codes(200, 0, first), "2021-01-01", many_codes(200, 55, second), text));
    for (int i = 0; i < 255; i++) {
        char code[16];
        snprintf(code, sizeof code, "A%04d", i);
        cr_expect_eq(policy_procedure(policy, code), i);
    }
    cr_expect_eq(policy_procedure(policy, "A0255"), -1);
    cg_policy_free(policy);

    struct cg_problems problems;
    policy_two_versions("2020-01-01", many_codes(200, 0, first), "2021-01-01",
                        many_codes(200, 56, second), text);
    cr_expect_eq(policy_load_text(text, &policy, &problems), CG_BAD_CONFIG);
    cr_expect(says(&problems, "more than 255 codes"));
    cg_problems_fini(&problems);
}

Test(policy_load, at_most_eight_caps) {
    char caps[TEXT_MAX / 4];
    char text[TEXT_MAX];
    for (int count = 8; count <= 9; count++) {
        size_t len = 0;
        for (int i = 0; i < count; i++) {
            len += (size_t)snprintf(caps + len, sizeof caps - len,
                                    "%s{\"id\":\"c%d\",\"limit\":5,\"carc\":\"119\",\"rarc\":\"\","
                                    "\"source\":\"s\",\"period\":\"day\"}",
                                    i == 0 ? "" : ",", i);
        }
        struct cg_policy *policy = NULL;
        struct cg_problems problems;
        enum cg_status status = policy_load_text(policy_with_caps(caps, text), &policy, &problems);
        cr_expect_eq(status, count == 8 ? CG_OK : CG_BAD_CONFIG);
        cg_problems_fini(&problems);
        cg_policy_free(policy);
    }
}

Test(policy_load, an_unknown_name_lists_the_built_in_ones_and_the_nearest) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_expect_eq(cg_policy_load("ms-ful", &policy, &problems, &err), CG_BAD_CONFIG);
    cr_expect_not_null(strstr(err.text, "(la, mi, ms-full, ms)"), "%s", err.text);
    cr_expect_not_null(strstr(err.text, "did you mean \"ms-full\"?"), "%s", err.text);
    cr_expect_null(policy);
    cg_problems_fini(&problems);
}

Test(policy_load, a_path_is_read_and_keeps_its_bytes) {
    struct cg_policy *policy = policy_load_good("schemas/policies/ms.json");
    const struct cg_builtin *file = cg_builtin_find("policies/ms.json");
    size_t len = 0;
    const char *text = cg_policy_text(policy, &len);
    uint8_t sha[CG_SHA256_BYTES];
    cr_assert_eq(len, file->len_bytes);
    cr_expect_eq(memcmp(text, file->bytes, len), 0);
    cg_sha256_of(file->bytes, file->len_bytes, sha);
    cr_expect_eq(memcmp(sha, cg_policy_sha256(policy), sizeof sha), 0);
    cg_policy_free(policy);
}

Test(policy_load, built_in_ids_are_listed_in_order) {
    static const char *const ids[] = {"la", "mi", "ms-full", "ms"};
    for (size_t i = 0; i < 4; i++) {
        char file[100];
        snprintf(file, sizeof file, "policies/%s.json", ids[i]);
        cr_expect_str_eq(cg_policy_files.names[i], ids[i]);
        cr_expect_not_null(cg_builtin_find(file));
    }
    cr_expect_null(cg_policy_files.names[4]);
}

Test(policy_load, free_takes_null) {
    cg_policy_free(NULL);
}

Test(policy_load, a_file_cut_at_any_byte_is_refused, .timeout = 60) {
    const struct cg_builtin *file = cg_builtin_find("policies/ms-full.json");
    size_t closing = file->len_bytes;
    while (file->bytes[closing - 1] != '}') {
        closing--;
    }
    for (size_t len = 0; len < closing; len++) {
        struct cg_error err = CG_ERROR_INIT;
        struct cg_problems problems;
        struct cg_policy *policy = NULL;
        cg_problems_init(&problems);
        enum cg_status status =
            cg_policy_load_text("cut.json", file->bytes, len, &policy, &problems, &err);
        cr_assert_eq(status, CG_BAD_CONFIG, "cut at %zu", len);
        cg_problems_fini(&problems);
    }
}

Test(policy_load, a_changed_byte_is_never_fatal, .timeout = 60) {
    const struct cg_builtin *file = cg_builtin_find("policies/ms-full.json");
    static const char bytes[] = {'\0', '"', '{', '9', '-', (char)0xC3};
    char text[TEXT_MAX];
    for (size_t i = 0; i < file->len_bytes; i++) {
        memcpy(text, file->bytes, file->len_bytes);
        text[i] = bytes[i % sizeof bytes];
        struct cg_error err = CG_ERROR_INIT;
        struct cg_problems problems;
        struct cg_policy *policy = NULL;
        cg_problems_init(&problems);
        enum cg_status status =
            cg_policy_load_text("hostile.json", text, file->len_bytes, &policy, &problems, &err);
        cr_assert(status == CG_OK || status == CG_BAD_CONFIG, "byte %zu: %s", i, err.text);
        cg_problems_fini(&problems);
        cg_policy_free(policy);
    }
}
