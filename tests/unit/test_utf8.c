#include "claimgate/base/utf8.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(utf8, only_well_formed_characters_have_a_length) {
    const struct {
        const char *bytes;
        size_t expected;
    } cases[] = {
        {"a", 1},
        {"\x7f", 1},
        {"\xc3\xa9", 2},
        {"\xe2\x82\xac", 3},
        {"\xf0\x9f\x98\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\x80", 0},
        {"\xc0\xaf", 0},         /* overlong */
        {"\xc1\xbf", 0},         /* overlong */
        {"\xe0\x80\xaf", 0},     /* overlong */
        {"\xf0\x80\x80\xaf", 0}, /* overlong */
        {"\xed\xa0\x80", 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 0}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"\xc3", 0},
        {"\xc3(", 0},
        {"\xe2\x82", 0},
        {"\xe2\x82(", 0},
        {"\xf0\x9f\x98", 0},
        {"", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t got = cg_utf8_char_bytes(cases[i].bytes, strlen(cases[i].bytes));
        cr_assert_eq(got, cases[i].expected, "case %zu: %zu", i, got);
    }
}

Test(utf8, what_could_forge_a_message_or_hide_in_it_is_shown_as_numbers) {
    const struct {
        const char *text;
        const char *shown;
    } cases[] = {
        {"plain, \xc3\xa9", "plain, \xc3\xa9"},
        {"a\nclaimgate: b", "a\\x0aclaimgate: b"},
        {"\x1b[2J", "\\x1b[2J"},
        {"\x7f", "\\x7f"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc2\x9b", "<U+009B>"},       /* C1 control */
        {"\xe2\x80\xae", "<U+202E>"},   /* right-to-left override */
        {"\xe2\x80\xa8", "<U+2028>"},   /* line separator */
        {"\xe2\x81\xa6", "<U+2066>"},   /* isolate */
        {"\xe2\x80\x8b", "<U+200B>"},   /* a space without width */
        {"\xef\xbb\xbfz", "<U+FEFF>z"}, /* a byte order mark in a wrong place */
        {"\xe2\x82\xac", "\xe2\x82\xac"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[64];
        size_t len = cg_utf8_show(out, sizeof out, cases[i].text);
        cr_assert_str_eq(out, cases[i].shown, "case %zu: %s", i, out);
        cr_assert_eq(len, strlen(out), "case %zu", i);
    }
}

Test(utf8, what_does_not_fit_ends_in_three_dots_and_whole_characters) {
    const char *text = "ab\xe2\x82\xac\x01"
                       "cdefghijk";
    size_t whole = strlen("ab???????cdefghijk");
    for (size_t room = 4; room < 40; room++) {
        char out[40];
        memset(out, '#', sizeof out);
        size_t len = cg_utf8_show(out, room, text);
        cr_assert_lt(len, room);
        cr_assert_eq(out[len], '\0');
        bool cut = len >= 3 && strcmp(out + len - 3, "...") == 0;
        cr_assert_eq(cut, room <= whole, "room %zu: %s", room, out);
        for (size_t i = 0; i < len;) {
            size_t char_bytes = cg_utf8_char_bytes(out + i, len - i);
            cr_assert_neq(char_bytes, 0, "room %zu", room);
            i += char_bytes;
        }
    }
}
