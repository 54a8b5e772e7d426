#include "claimgate/base/text.h"

#include <criterion/criterion.h>

#define TEXT(literal) ((struct cg_text){literal, sizeof literal - 1})

Test(text, what_leaves_no_ink_goes_from_both_ends) {
    const struct cg_text blanks[] = {
        TEXT(" "),
        TEXT("\t"),
        TEXT("\xC2\xA0"),
        TEXT("\xC2\x85"),
        TEXT("\xC2\xAD"),
        TEXT("\xE1\x9A\x80"),
        TEXT("\xE1\xA0\x8E"),
        TEXT("\xE2\x80\x80"),
        TEXT("\xE2\x80\x8A"),
        TEXT("\xE2\x80\x8B"),
        TEXT("\xE2\x80\x8D"),
        TEXT("\xE2\x80\x8E"),
        TEXT("\xE2\x80\xA8"),
        TEXT("\xE2\x80\xAF"),
        TEXT("\xE2\x81\x9F"),
        TEXT("\xE2\x81\xA0"),
        TEXT("\xE3\x80\x80"),
        TEXT("\xEF\xBB\xBF"),
        TEXT("\xEF\xB8\x8F"),
        TEXT("\xCD\x8F"),
    };
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        char bytes[16] = "";
        const uint32_t len = blanks[i].len;
        memcpy(bytes, blanks[i].ptr, len);
        memcpy(bytes + len, "H0", 2);
        memcpy(bytes + len + 2, blanks[i].ptr, len);
        const struct cg_text both = {bytes, 2 * len + 2};
        cr_expect(cg_text_equal(cg_text_trim(both), TEXT("H0")), "%zu", i);
        cr_expect_eq(cg_text_trim(blanks[i]).len, 0, "%zu", i);
    }
}

Test(text, what_leaves_ink_or_is_no_utf8_stays) {
    const struct cg_text kept[] = {
        TEXT("\xC2\xA1"),
        TEXT("\xC3\xA9"),
        TEXT("\xA0"),
        TEXT("\xC2"),
        TEXT("\xE2\x80"),
        TEXT("\xE2\x80\xB0"),
        TEXT("\xF0\x9F\x98\x80"),
        TEXT("\x1f"),
        TEXT("\x7f"),
        TEXT("\x80\x80"),
        TEXT("a\xC2\xA0z"),
    };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        cr_expect(cg_text_equal(cg_text_trim(kept[i]), kept[i]), "%zu", i);
    }
}
