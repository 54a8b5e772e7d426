#include "claimgate/rules/procedure_code.h"

#include "claimgate/base/builtin.h"
#include "claimgate/record/field.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cg_policy *load_policy(const char *id) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load(id, &policy, &problems, &err), CG_OK, "%s", err.text);
    cg_problems_fini(&problems);
    return policy;
}

/* The code found, "" for none. */
static const char *code_found(const struct cg_policy *policy, struct cg_code_found found,
                              char out[6]) {
    out[0] = '\0';
    return found.procedure_no < 0
               ? out
               : cg_procedure_text(cg_policy_procedure_code(policy, (uint8_t)found.procedure_no),
                                   out);
}

static void expect(const char *policy_id, const char *const *cells, size_t count,
                   enum cg_code_likeness likeness, const char *code) {
    struct cg_policy *policy = load_policy(policy_id);
    char found_code[6];
    for (size_t i = 0; i < count; i++) {
        const struct cg_code_found found = cg_policy_find_code(policy, cg_text_of(cells[i]));
        cr_expect_eq(found.likeness, likeness, "%s", cells[i]);
        cr_expect_str_eq(code_found(policy, found, found_code), code, "%s", cells[i]);
    }
    cg_policy_free(policy);
}

#define EXPECT(policy, cells, likeness, code)                                                      \
    expect(policy, cells, sizeof(cells) / sizeof(cells)[0], likeness, code)

Test(procedure_code, one_with_its_modifier_system_quotes_or_punctuation_is_held) {
    static const char *const cells[] = {
        "H0038HQ",
        "H0038-HQ",
        "H0038 HQ",
        "=\"H0038\"",
        "\"H0038\"",
        "'H0038",
        "HCPCS:H0038",
        "HC:H0038:HQ",
        "HC|H0038|HQ|HE",
        "H0038HQHEU1U2U3",
        "hcpcsh0038",
        "HCH0038",
        "CPT4H0038HQ",
        "H0038.",
        "H0038.00",
        "H0038*",
        "(H0038)",
        "[H0038]",
        "H 0038",
        "H-0038",
        "H.0038-HQ",
        "H0038,HQ",
        "H0038;T1012",
        "HQ-H0038",
        "HQH0038",
        "H0038^Self-help/peer services^HCPCS",
        "H0038 - peer support, per 15 minutes",
        "urn:oid:2.16.840.1.113883.6.285#H0038",
        "H00\xE2\x80\x8B"
        "38",
        "H0038\xA0",
        "H0038\x01",
        "\xC2\xAB"
        "H0038\xC2\xBB",
        "\xEF\xBC\xA8\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x93\xEF\xBC\x98", /* in wide letters */
    };
    EXPECT("ms", cells, CG_CODE_HELD, "H0038");
}

Test(procedure_code, one_that_only_looks_like_it_is_near) {
    static const char *const cells[] = {
        "HOO38",
        "H0O38",
        "h0o38",
        "H003B",
        "HO038HQ",
        "HO038-HQ",
        "H0038X",
        "H00388",
        "H00038",
        "XH0038",
        "0H0038",
        "H003",
        "H008",
        "0038",
        "H038",
        "H038HQ",
        "H038-HQ",
        "HH0038HQ",
        "H0038HQ1",
        "H00381234567890123",
        "\xD0\x9D"
        "0038", /* a Cyrillic letter */
        "\xCE\x97"
        "0038", /* a Greek one */
        "H\xD0\x9E"
        "038HQ",
        "H0038H2014", /* with another code glued to it */
        "H2014H0038",
        "H38", /* its digits were a number once */
        "H38HQ",
        "H038.0",
    };
    EXPECT("ms", cells, CG_CODE_NEAR, "H0038");
}

Test(procedure_code, one_in_the_digits_of_another_script_is_near) {
    static const char *const cells[] = {
        "H\xD9\xA0\xD9\xA0\xD9\xA3\xD9\xA8",                                 /* Arabic-Indic */
        "H\xDB\xB0\xDB\xB0\xDB\xB3\xDB\xB8",                                 /* Persian */
        "H\xE0\xA5\xA6\xE0\xA5\xA6\xE0\xA5\xA9\xE0\xA5\xAE",                 /* Devanagari */
        "H\xF0\x9D\x9F\x8E\xF0\x9D\x9F\x8E\xF0\x9D\x9F\x91\xF0\x9D\x9F\x96", /* mathematical */
        "H\xD9\xA0\xD9\xA0\xD9\xA3\xD9\xA8HQ",
        "H00\xD9\xA3\xD9\xA8",
    };
    EXPECT("ms", cells, CG_CODE_NEAR, "H0038");
}

Test(procedure_code, another_code_is_another_code) {
    static const char *const cells[] = {
        "",
        " ",
        "-",
        "99213",
        "H0039",
        "H0083",
        "H2014",
        "T1012",
        "0591T",
        "9921325",
        "99213-25",
        "G0480 QW",
        "HCPCS:T1016",
        "00378038001",
        "8003800380",
        "peer support 2038",
        "003812",
        "H03",
        "X",
        "H",
        "self-help",
    };
    EXPECT("ms", cells, CG_CODE_OTHER, "");
}

Test(procedure_code, free_text_behind_another_code_is_not_read_as_a_code) {
    static const char *const cells[] = {"59485-25",      "5948525",    "S9486 HQ",
                                        "99213 in 2017", "G0480 H201", "T1016 room H036"};
    EXPECT("la", cells, CG_CODE_OTHER, "");
}

Test(procedure_code, only_the_first_256_bytes_are_looked_at) {
    char cell[300];
    struct cg_policy *policy = load_policy("ms");
    memset(cell, '.', sizeof cell);
    memcpy(cell + 251, "H0038", 5);
    struct cg_text text = {cell, sizeof cell};
    cr_expect_eq(cg_policy_find_code(policy, text).likeness, CG_CODE_HELD);
    memset(cell, '.', sizeof cell);
    memcpy(cell + 256, "H0038", 5);
    cr_expect_eq(cg_policy_find_code(policy, text).likeness, CG_CODE_OTHER);
    memset(cell, 'A', sizeof cell);
    cr_expect_eq(cg_policy_find_code(policy, text).likeness, CG_CODE_OTHER);
    cg_policy_free(policy);
}

Test(procedure_code, a_payer_s_own_code_with_letters_is_known_by_its_looks_too) {
    char text[8192];
    const struct cg_builtin *ms = cg_builtin_find("policies/ms.json");
    const char *at = memmem(ms->bytes, ms->len_bytes, "H0038", 5);
    struct cg_error err = CG_ERROR_INIT;
    struct cg_problems problems;
    struct cg_policy *policy = NULL;
    const int before = (int)(at - ms->bytes);
    const int len = snprintf(text, sizeof text, "%.*sPSS01%.*s", before, ms->bytes,
                             (int)ms->len_bytes - before - 5, at + 5);
    cg_problems_init(&problems);
    cr_assert_eq(cg_policy_load_text("own", text, (size_t)len, &policy, &problems, &err), CG_OK,
                 "%s", err.text);
    cr_expect_eq(cg_policy_find_code(policy, cg_text_of("PSSO1")).likeness, CG_CODE_NEAR);
    cr_expect_eq(cg_policy_find_code(policy, cg_text_of("P5S0l")).likeness, CG_CODE_NEAR);
    cr_expect_eq(cg_policy_find_code(policy, cg_text_of("PSS01-HQ")).likeness, CG_CODE_HELD);
    cr_expect_eq(cg_policy_find_code(policy, cg_text_of("PSS02")).likeness, CG_CODE_OTHER);
    cg_problems_fini(&problems);
    cg_policy_free(policy);
}
