#include "claimgate/report/page.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_said(const char *given, const char *wanted) {
    struct cg_page page;
    cg_page_open(&page, CG_PAGE_TEXT);
    cg_page_say(&page, "%s%s\n", "file ", given);
    cr_assert(!page.failed);
    cr_expect(page.text.len_bytes == strlen(wanted) &&
                  memcmp(page.text.data, wanted, strlen(wanted)) == 0,
              "%.*s", (int)page.text.len_bytes, page.text.data);
    cg_page_fini(&page);
}

Test(page, nothing_that_a_terminal_would_act_on_is_said_as_it_is) {
    expect_said("claims.csv", "file claims.csv\n");
    expect_said("inp\033]0;x\a.csv", "file inp\\x1b]0;x\\x07.csv\n");
    expect_said("\033[2J", "file \\x1b[2J\n");
    expect_said("a\rb\177", "file a\\x0db\\x7f\n");
    expect_said("\xc2\x9b"
                "2J\xff",
                "file <U+009B>2J\\xff\n");
}

Test(page, letters_of_any_script_and_our_own_colours_are_said_as_they_are) {
    expect_said("Gr\xc3\xbc\xc3\x9f", "file Gr\xc3\xbc\xc3\x9f\n");
    expect_said("\033[32mgood\033[0m\t\x01", "file \033[32mgood\033[0m\t\\x01\n");
}
