#include "claimgate/base/nearest.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const words[] = {"limit",     "period",   "year_start", "carc",
                                    "effective", "over_cap", "versions",   "id"};

Test(nearest, slips_of_the_hand_find_their_word) {
    const struct {
        const char *typed;
        const char *meant;
    } cases[] = {
        {"limt", "limit"},       {"limmit", "limit"},         {"lmiit", "limit"},
        {"LIMIT", "limit"},      {"yearstart", "year_start"}, {"efective", "effective"},
        {"version", "versions"}, {"over-cap", "over_cap"},    {"ID", "id"},
        {"carcs", "carc"},       {"peroid", "period"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *got = cg_nearest_word(cases[i].typed, words, COUNT(words));
        cr_assert_not_null(got, "%s", cases[i].typed);
        cr_assert_str_eq(got, cases[i].meant);
    }
}

Test(nearest, other_words_find_none) {
    const char *strangers[] = {"", "x", "no", "units", "lmt", "colour", "policy"};
    for (size_t i = 0; i < COUNT(strangers); i++) {
        cr_assert_null(cg_nearest_word(strangers[i], words, COUNT(words)), "%s", strangers[i]);
    }
    cr_assert_null(cg_nearest_word("limit", words, 0));
}

Test(nearest, long_words_are_safe) {
    char word[200];
    const char *const one[] = {word};
    for (size_t len = 60; len < 70; len++) {
        memset(word, 'a', len);
        word[len] = '\0';
        const char *got = cg_nearest_word(word, one, 1);
        cr_assert_eq(got, len <= 64 ? word : NULL, "%zu letters", len);
        cr_assert_null(cg_nearest_word("short", one, 1));
    }
}
