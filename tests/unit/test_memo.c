#include "claimgate/base/memo.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct cg_memo memo;

static int64_t *find(const char *text, uint32_t kind, bool *known) {
    return cg_memo_find(&memo, cg_text_of(text), kind, known);
}

Test(memo, what_was_kept_of_a_text_is_known_the_next_time) {
    bool known;
    *find("2024-02-29", 1, &known) = 29;
    cr_assert_not(known);
    cr_assert_eq(*find("2024-02-29", 1, &known), 29);
    cr_assert(known);
}

Test(memo, texts_that_differ_in_any_byte_in_length_or_in_kind_are_not_each_other) {
    const char *const texts[] = {"aaaaaaaaaaaaaaaa", "baaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab",
                                 "aaaaaaabaaaaaaaa", "aaaaaaaabaaaaaaa", "aaaaaaaa",
                                 "aaaaaaaaa"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (uint32_t kind = 0; kind < 2; kind++) {
            bool known;
            (void)find(texts[i], kind, &known);
            cr_assert_not(known, "%s", texts[i]);
        }
    }
}

Test(memo, a_text_that_was_driven_out_is_asked_again) {
    for (int64_t round = 0; round < 2; round++) {
        for (int64_t i = 0; i < 4 * CG_MEMO_TEXTS; i++) {
            char text[17];
            bool known;
            snprintf(text, sizeof text, "text %010d", (int)i);
            int64_t *meaning = find(text, 0, &known);
            cr_assert(!known || *meaning == i);
            *meaning = i;
        }
    }
}

Test(memo, texts_of_eight_to_sixteen_bytes_can_be_held) {
    cr_assert_not(cg_memo_can_hold(cg_text_of("1234567")));
    cr_assert(cg_memo_can_hold(cg_text_of("12345678")));
    cr_assert(cg_memo_can_hold(cg_text_of("1234567890123456")));
    cr_assert_not(cg_memo_can_hold(cg_text_of("12345678901234567")));
}
