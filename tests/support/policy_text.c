#include "policy_text.h"

#include "claimgate/base/builtin.h"
#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

int32_t policy_day(const char *iso) {
    int32_t day_no = cg_date_parse(iso, strlen(iso), CG_DATE_ISO);
    cr_assert_neq(day_no, CG_DAY_NONE, "%s", iso);
    return day_no;
}

struct cg_policy *policy_load_good(const char *id_or_path) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load(id_or_path, &policy, &problems, &err), CG_OK, "%s", err.text);
    cr_assert_eq(problems.total, 0);
    cg_problems_fini(&problems);
    return policy;
}

enum cg_status policy_load_text(const char *text, struct cg_policy **out,
                                struct cg_problems *problems) {
    struct cg_error err = CG_ERROR_INIT;
    cg_problems_init(problems);
    return cg_policy_load_text("test.json", text, strlen(text), out, problems, &err);
}

struct cg_policy *policy_load_good_text(const char *text) {
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    enum cg_status status = policy_load_text(text, &policy, &problems);
    cr_assert_eq(status, CG_OK, "%s", problems.count > 0 ? problems.list[0].text : "");
    cg_problems_fini(&problems);
    return policy;
}

const char *policy_edited(const char *from, const char *to, char out[TEXT_MAX]) {
    const struct cg_builtin *file = cg_builtin_find("policies/ms-full.json");
    char whole[TEXT_MAX];
    cr_assert_lt(file->len_bytes, sizeof whole);
    memcpy(whole, file->bytes, file->len_bytes);
    whole[file->len_bytes] = '\0';
    char *at = strstr(whole, from);
    cr_assert_not_null(at, "%s", from);
    snprintf(out, TEXT_MAX, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    return out;
}

int policy_procedure(const struct cg_policy *policy, const char *code) {
    return cg_policy_procedure(policy, cg_field_procedure(cg_text_of(code)));
}

/* A version text with what a test is about: its date, its procedures and its caps. */
static int put_version(char *out, size_t capacity, const char *effective, const char *procedures,
                       const char *caps) {
    return snprintf(out, capacity,
                    "{\"effective\":\"%s\",\"procedures\":[%s],\"caps\":[%s],"
                    "\"over_cap\":\"cutback\",\"span\":\"split\",\"cap_exempt\":null,"
                    "\"unknown_original\":\"reject\",\"duplicate_service\":{\"severity\":\"off\"},"
                    "\"credential\":{\"types\":[\"A\"],\"source\":\"s\"}}",
                    effective, procedures, caps);
}

const char *policy_two_versions(const char *first, const char *first_codes, const char *second,
                                const char *second_codes, char out[TEXT_MAX]) {
    char one[TEXT_MAX / 4];
    char two[TEXT_MAX / 4];
    put_version(one, sizeof one, first, first_codes, "");
    put_version(two, sizeof two, second, second_codes, "");
    snprintf(out, TEXT_MAX, "{\"id\":\"x\",\"title\":\"t\",\"versions\":[%s,%s]}", one, two);
    return out;
}

const char *policy_with_caps(const char *caps, char out[TEXT_MAX]) {
    char one[TEXT_MAX / 2];
    put_version(one, sizeof one, "2020-01-01", "{\"code\":\"H0038\"},{\"code\":\"H2017\"}", caps);
    snprintf(out, TEXT_MAX, "{\"id\":\"x\",\"title\":\"t\",\"versions\":[%s]}", one);
    return out;
}
