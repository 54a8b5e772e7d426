#include "claimgate/base/text.h"

#include <criterion/criterion.h>

#define TEXT(literal) ((struct cg_text)BYTES(literal))
#define BYTES(literal)                                                                             \
    { literal, sizeof literal - 1 }

Test(text, what_leaves_no_ink_goes_from_both_ends) {
    static const struct cg_text blanks[] = {
        BYTES(" "),
        BYTES("\t"),
        BYTES("\xC2\xA0"),
        BYTES("\xC2\x85"),
        BYTES("\xC2\xAD"),
        BYTES("\xE1\x9A\x80"),
        BYTES("\xE1\xA0\x8E"),
        BYTES("\xE2\x80\x80"),
        BYTES("\xE2\x80\x8A"),
        BYTES("\xE2\x80\x8B"),
        BYTES("\xE2\x80\x8D"),
        BYTES("\xE2\x80\x8E"),
        BYTES("\xE2\x80\xA8"),
        BYTES("\xE2\x80\xAF"),
        BYTES("\xE2\x81\x9F"),
        BYTES("\xE2\x81\xA0"),
        BYTES("\xE3\x80\x80"),
        BYTES("\xEF\xBB\xBF"),
        BYTES("\xEF\xB8\x8F"),
        BYTES("\xCD\x8F"),
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
    static const struct cg_text kept[] = {
        BYTES("\xC2\xA1"),
        BYTES("\xC3\xA9"),
        BYTES("\xA0"),
        BYTES("\xC2"),
        BYTES("\xE2\x80"),
        BYTES("\xE2\x80\xB0"),
        BYTES("\xF0\x9F\x98\x80"),
        BYTES("\x1f"),
        BYTES("\x7f"),
        BYTES("\x80\x80"),
        BYTES("a\xC2\xA0z"),
    };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        cr_expect(cg_text_equal(cg_text_trim(kept[i]), kept[i]), "%zu", i);
    }
}
