#include "claimgate/base/phrase.h"

#include "claimgate/base/date.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

Test(phrase, pieces_follow_one_another) {
    static volatile struct cg_text empty; /* whose bytes are NULL, unseen by the compiler */
    char out[64];
    struct cg_phrase phrase = cg_phrase_start(out, sizeof out);
    cr_assert_str_eq(out, "");
    cg_say(&phrase, "%u of %.*s%.*s", 0, 3, "six units", (int)empty.len, empty.ptr);
    cg_say(&phrase, " on %s", cg_date_text(cg_date_parse("2024-02-29", 10, CG_DATE_ISO)).text);
    cr_assert_str_eq(out, "0 of six on 2024-02-29");
}

Test(phrase, numbers_are_written_as_printf_writes_them) {
    uint64_t number = 0;
    for (int i = 0; i < 200; i++, number = number * 3 + (uint64_t)i) {
        const uint64_t cases[] = {number, ~number, UINT64_MAX - number};
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            char out[32];
            char wanted[32];
            struct cg_phrase phrase = cg_phrase_start(out, sizeof out);
            cg_say(&phrase, "%ju", cases[k]);
            snprintf(wanted, sizeof wanted, "%" PRIu64, cases[k]);
            cr_assert_str_eq(out, wanted);
        }
    }
}

Test(phrase, no_character_is_cut_in_two) {
    static const char whole[] = "a\xc3\x84\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
    for (size_t capacity = 1; capacity <= sizeof whole; capacity++) {
        char out[sizeof whole];
        struct cg_phrase phrase = cg_phrase_start(out, capacity);
        cg_say(&phrase, "%s", whole);
        cr_expect_eq(strlen(out), ends[capacity - 1], "capacity %zu: %s", capacity, out);
        cr_expect_eq(memcmp(out, whole, strlen(out)), 0);
    }
}

Test(phrase, a_last_character_of_many_bytes_stays_where_there_is_room) {
    for (size_t capacity = 4; capacity <= 8; capacity++) {
        char out[8];
        struct cg_phrase phrase = cg_phrase_start(out, capacity);
        cg_say(&phrase, "\xe2\x82\xac");
        cr_expect_str_eq(out, "\xe2\x82\xac");
    }
}

Test(phrase, nothing_follows_a_piece_that_did_not_fit) {
    char out[4];
    struct cg_phrase phrase = cg_phrase_start(out, sizeof out);
    cg_say(&phrase, "ab\xc3\x84");
    cg_say(&phrase, "c");
    cr_assert_str_eq(out, "ab");
}

Test(phrase, what_does_not_fit_is_left_out) {
    for (size_t capacity = 1; capacity <= 9; capacity++) {
        char out[10];
        memset(out, '#', sizeof out);
        struct cg_phrase phrase = cg_phrase_start(out, capacity);
        cg_say(&phrase, "ab%ucd", 123);
        size_t len = capacity - 1 < 7 ? capacity - 1 : 7;
        cr_assert_eq(strlen(out), len);
        cr_assert_eq(memcmp(out, "ab123cd", len), 0);
        cr_assert_eq(out[capacity], '#');
    }
}
