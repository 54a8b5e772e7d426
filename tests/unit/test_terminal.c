/*
 * What is printed differs where standard output is a terminal: its width and its colours.
 */
#include "claimgate/report/page.h"
#include "claimgate/report/table.h"

#include <criterion/criterion.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int other_end;

static void set_up(void) {
    int own;
    (void)fflush(stdout);
    unsetenv("COLUMNS");
    unsetenv("NO_COLOR");
    cr_assert_eq(openpty(&other_end, &own, NULL, NULL, NULL), 0);
    cr_assert_eq(dup2(own, STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(close(own), 0);
}

TestSuite(terminal, .init = set_up);

static void set_columns(unsigned short columns) {
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    cr_assert_eq(ioctl(other_end, TIOCSWINSZ, &size), 0);
}

static uint32_t columns_of_a_table(void) {
    static const struct cg_page_table_column columns[] = {{"run", true}};
    struct cg_page page;
    struct cg_page_table table;
    cg_page_open(&page, CG_PAGE_TEXT);
    cg_page_table_open(&table, columns, 1);
    const uint32_t found = table.terminal_columns;
    cg_page_table_end(&table, 0, &page);
    cg_page_fini(&page);
    return found;
}

Test(terminal, a_table_is_as_wide_as_the_terminal) {
    set_columns(132);
    cr_expect_eq(columns_of_a_table(), 132);
    set_columns(0); /* one that does not know */
    cr_expect_eq(columns_of_a_table(), 80);
}

Test(terminal, a_width_that_somebody_set_goes_before_it) {
    set_columns(132);
    setenv("COLUMNS", "40", 1);
    cr_expect_eq(columns_of_a_table(), 40);
    static const char *const no_widths[] = {"0", "", "wide", "-40", "100000"};
    for (size_t i = 0; i < sizeof no_widths / sizeof no_widths[0]; i++) {
        setenv("COLUMNS", no_widths[i], 1);
        cr_expect_eq(columns_of_a_table(), 132, "%s", no_widths[i]);
    }
}

Test(terminal, a_pipe_has_eighty_columns_and_no_colours) {
    set_columns(132);
    setenv("COLUMNS", "40", 1);
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    cr_expect_eq(columns_of_a_table(), 80);
    cr_expect_str_empty(cg_style_good());
    cr_expect_str_empty(cg_style_bad());
    cr_expect_str_empty(cg_style_end());
}

Test(terminal, good_and_bad_have_colours_unless_somebody_wants_none) {
    cr_expect_str_eq(cg_style_good(), "\033[32m");
    cr_expect_str_eq(cg_style_bad(), "\033[31m");
    cr_expect_str_eq(cg_style_end(), "\033[0m");
    setenv("NO_COLOR", "", 1); /* set to nothing is not set */
    cr_expect_str_eq(cg_style_good(), "\033[32m");
    setenv("NO_COLOR", "1", 1);
    cr_expect_str_empty(cg_style_good());
    cr_expect_str_empty(cg_style_bad());
    cr_expect_str_empty(cg_style_end());
}
