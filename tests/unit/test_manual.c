#include "cli/help.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is printed of it, by either page. */
static void expect_printed(void (*print)(const struct cg_command *),
                           const struct cg_command *command, const char *wanted) {
    static char text[8192];
    (void)fflush(stdout);
    const int before = dup(STDOUT_FILENO), into = memfd_create("page", MFD_CLOEXEC);
    cr_assert(before >= 0 && into >= 0 && dup2(into, STDOUT_FILENO) == STDOUT_FILENO);
    print(command);
    (void)fflush(stdout);
    cr_assert_eq(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
    const ssize_t len = pread(into, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    cr_expect_not_null(strstr(text, wanted), "no \"%s\" in:\n%s", wanted, text);
    cr_assert_eq(close(before) + close(into), 0);
}

static const struct cg_option table[] = {
    {"in-place", NULL, CG_OPTION_FLAG, 0, "'quoted' from its start", 0, 0, NULL, false},
    {"escape", "C", CG_OPTION_TEXT, 0, ".as this \\n", 0, 0, NULL, false},
    CG_TAKES_NO_MORE,
};

static const struct cg_command command = {
    .name = "try",
    .stands_alone = true,
    .arguments = "FILE",
    .summary = "a command that is made up",
    .detail = "one line\n.and one that begins as a macro\n\nanother paragraph",
    .options = {table, NULL, 1},
};

/* To groff a dash is a hyphen, a dot or a quote at a line's start a macro, a backslash an escape.
 */
Test(manual, nothing_of_a_text_is_taken_for_an_order_to_groff) {
    expect_printed(cg_manual_print, &command, ".BR \\-\\-in\\-place\n\\&'quoted' from its start\n");
    expect_printed(cg_manual_print, &command,
                   ".BR \\-\\-escape \" \" \\fIC\\fR\n\\&.as this \\en\n");
    expect_printed(cg_manual_print, &command,
                   "one line\n\\&.and one that begins as a macro\n.PP\nanother paragraph\n");
}

Test(manual, a_program_of_its_own_is_called_by_its_own_name) {
    expect_printed(cg_options_print_help, &command, "\nusage: try FILE\n");
}
