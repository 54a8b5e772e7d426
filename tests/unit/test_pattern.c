#include "json/pattern.h"

#include <criterion/criterion.h>
#include <regex.h>

static const char *const patterns[] = {"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                                       "^([0-9]{10}|none|others)$",
                                       "^([0-9]{4}|none)$",
                                       "^([0-9a-f][0-9a-f])*$",
                                       "^-?[0-9]+[.][0-9]{4}$",
                                       "^[0-9a-f]{8}$",
                                       "^[a-z][a-z0-9_-]{0,3}$",
                                       "^$"};
static const char *const texts[] = {
    "",         "2025-01-06", "2025-1-06", "2025-01-0", "2025-01-066", "1234567890", "123456789",
    "none",     "others",     "nonee",     "non",       "2025",        "ab",         "abc",
    "0123abcd", "0123abcde",  "0123abcg",  "1.2345",    "-1.2345",     "--1.2345",   ".2345",
    "1.234",    "a",          "a-_9",      "a-_9z",     "A",           "1x2345",     "-"};

/* The C library's is slower and wants memory, but it knows. */
Test(pattern, a_text_matches_as_the_c_library_says) {
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        regex_t compiled;
        cr_assert_eq(regcomp(&compiled, patterns[i], REG_EXTENDED | REG_NOSUB), 0);
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            const bool matches = regexec(&compiled, texts[k], 0, NULL, 0) == 0;
            cr_expect_eq(cg_json_matches(patterns[i], texts[k]), matches, "%s: \"%s\"", patterns[i],
                         texts[k]);
        }
        regfree(&compiled);
    }
}
