/*
 * Who may be near a cap: told by what runs have kept, where each of them counted as the question
 * does; else everybody is listed.
 */
#include "claimgate/base/problems.h"
#include "support/ledger_fixture.h"
#include "support/policy_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define YEARLY       "\"period\":\"year\",\"year_start\":\"07-01\""
#define CODES(codes) ",\"procedures\":[" codes "]"

static struct fixture fixture;

static void setup(void) {
    fixture_init(&fixture);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(near_find, .init = setup, .fini = teardown);

static void use_policy(const char *text) {
    cg_policy_free(fixture.policy);
    fixture.policy = policy_load_good_text(text);
}

static void expect_night(const char *text, const struct fixture_line *lines, uint32_t count) {
    struct cg_error err = CG_ERROR_INIT;
    use_policy(text);
    cr_assert_eq(fixture_run(&fixture, lines, count, NULL, NULL, &err), CG_OK, "%s", err.text);
}

/* Who has used three units or more of the first cap of the newest version. */
static enum cg_status find(const char *text, struct cg_array *out, enum cg_near_way *way,
                           struct cg_error *err) {
    struct cg_ledger *ledger;
    use_policy(text);
    const uint32_t newest = cg_policy_version_count(fixture.policy) - 1;
    const struct cg_ledger_near_question question = {
        .policy = fixture.policy,
        .cap = &cg_policy_version(fixture.policy, newest)->caps[0],
        .day_no = policy_day("2025-01-06"),
        .at_least = 3};
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, err), CG_OK, "%s", err->text);
    const enum cg_status status = cg_ledger_find_near(ledger, &question, out, way, err);
    cg_ledger_close(ledger);
    return status;
}

static enum cg_near_way way_of(const char *text, uint32_t *found) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_array out;
    enum cg_near_way way;
    cr_assert_eq(find(text, &out, &way, &err), CG_OK, "%s", err.text);
    *found = out.count;
    cg_array_fini(&out);
    return way;
}

static const struct fixture_line lines[] = {{.member = "M1", .claim = "C1", .units = 4},
                                            {.member = "M2", .claim = "C2", .units = 1}};

Test(near_find, what_runs_kept_tells_of_all_only_where_they_counted_the_same) {
    static const struct {
        const char *then, *now; /* the caps of the runs and of the question */
        enum cg_near_way way;
    } rows[] = {
        {CAP("a", YEARLY), CAP("a", YEARLY), CG_NEAR_BY_INDEX},
        {CAP("b", "\"period\":\"day\"") "," CAP("a", YEARLY), CAP("a", YEARLY), CG_NEAR_BY_INDEX},
        {CAP("b", YEARLY), CAP("a", YEARLY), CG_NEAR_OTHER_CAPS},
        {CAP("a", "\"period\":\"month\""), CAP("a", YEARLY), CG_NEAR_OTHER_CAPS},
        {CAP("a", "\"period\":\"year\",\"year_start\":\"01-01\""), CAP("a", YEARLY),
         CG_NEAR_OTHER_CAPS},
        {CAP("a", "\"period\":\"year\",\"year_start\":\"07-02\""), CAP("a", YEARLY),
         CG_NEAR_OTHER_CAPS},
        {CAP("a", YEARLY CODES("\"H0038\"")), CAP("a", YEARLY), CG_NEAR_OTHER_CAPS},
        {CAP("a", YEARLY CODES("\"H0038\"")), CAP("a", YEARLY CODES("\"H0038\"")),
         CG_NEAR_BY_INDEX},
        {CAP("a", YEARLY CODES("\"H0038\"")), CAP("a", YEARLY CODES("\"H2017\"")),
         CG_NEAR_OTHER_CAPS},
        {CAP("a", YEARLY CODES("\"H0038\"")), CAP("a", YEARLY CODES("\"H0038\",\"H2017\"")),
         CG_NEAR_OTHER_CAPS},
        {CAP("a", YEARLY CODES("\"H0038\",\"H2017\"")), CAP("a", YEARLY CODES("\"H0038\"")),
         CG_NEAR_OTHER_CAPS},
        {CAP("a", YEARLY), CAP("a", "\"period\":\"day\""), CG_NEAR_SHORT_PERIODS},
        {CAP("a", YEARLY),
         "{\"id\":\"a\",\"limit\":50,\"carc\":\"119\",\"rarc\":\"\",\"source\":\"s\"," YEARLY "}",
         CG_NEAR_BY_INDEX},
        {"{\"id\":\"a\",\"limit\":50,\"carc\":\"119\",\"rarc\":\"\",\"source\":\"s\"," YEARLY "}",
         CAP("a", YEARLY), CG_NEAR_BELOW_HALF},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_MAX];
        uint32_t found;
        remove(fixture.path);
        expect_night(policy_with_caps(rows[i].then, text), lines, 2);
        const enum cg_near_way way = way_of(policy_with_caps(rows[i].now, text), &found);
        cr_expect_eq(way, rows[i].way, "row %zu: %d", i, (int)way);
        cr_expect_eq(found, way == CG_NEAR_BY_INDEX ? 1 : 2, "row %zu: %u", i, found);
    }
}

/* A policy whose first version has the one caps, and its second, from another year on, the other.
 */
static const char *two_versions(const char *first, const char *effective, const char *second,
                                char out[TEXT_MAX]) {
    char one[TEXT_MAX], other[TEXT_MAX];
    policy_with_caps(first, one);
    policy_with_caps(second, other);
    const char *version = strstr(other, "{\"effective\"");
    char *date = strstr(version, "2020-01-01");
    memcpy(date, effective, strlen(effective));
    snprintf(out, TEXT_MAX, "%.*s,%s", (int)(strlen(one) - 2), one, version);
    return out;
}

Test(near_find, only_versions_that_the_period_has_a_day_of_matter) {
    static const struct {
        const char *first, *effective, *second;
        enum cg_near_way way;
    } rows[] = {
        {CAP("b", YEARLY), "2024-07-01", CAP("a", YEARLY), CG_NEAR_BY_INDEX},
        {CAP("b", YEARLY), "2024-07-02", CAP("a", YEARLY), CG_NEAR_OTHER_CAPS},
        {CAP("a", YEARLY), "2025-06-30", CAP("a", YEARLY CODES("\"H2017\"")), CG_NEAR_OTHER_CAPS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_MAX];
        uint32_t found;
        remove(fixture.path);
        two_versions(rows[i].first, rows[i].effective, rows[i].second, text);
        expect_night(text, lines, 2);
        cr_expect_eq(way_of(text, &found), rows[i].way, "row %zu", i);
    }
}

Test(near_find, a_version_of_a_later_period_is_of_no_matter) {
    char text[TEXT_MAX], now[TEXT_MAX];
    uint32_t found;
    two_versions(CAP("a", YEARLY), "2026-01-01", CAP("b", YEARLY), text);
    expect_night(text, lines, 2);
    cr_expect_eq(way_of(policy_with_caps(CAP("a", YEARLY), now), &found), CG_NEAR_BY_INDEX);
}

Test(near_find, what_version_1_kept_tells_of_nobody) {
    char text[TEXT_MAX];
    uint32_t found;
    expect_night(policy_with_caps(CAP("a", YEARLY), text), lines, 2);
    fixture_exec(&fixture, "UPDATE run SET form = 1");
    cr_expect_eq(way_of(policy_with_caps(CAP("a", YEARLY), text), &found), CG_NEAR_OTHER_CAPS);
    cr_expect_eq(found, 2);
}

Test(near_find, bytes_that_no_run_keeps_are_damage_or_nobody) {
    static const char *const packed[] = {"x'0004'", "x'7f04'", "x'01'", "x'ff'",
                                         "x'8180808080808080808080808001'"};
    char text[TEXT_MAX];
    expect_night(policy_with_caps(CAP("a", YEARLY), text), lines, 2);
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        char sql[96];
        struct cg_array out;
        enum cg_near_way way;
        struct cg_error err = CG_ERROR_INIT;
        snprintf(sql, sizeof sql, "UPDATE near SET packed = %s", packed[i]);
        fixture_exec(&fixture, sql);
        cr_expect_eq(find(policy_with_caps(CAP("a", YEARLY), text), &out, &way, &err), CG_BAD_DATA,
                     "%s: %s", packed[i], err.text);
        cg_array_fini(&out);
    }
}
