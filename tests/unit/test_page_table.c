#include "claimgate/report/table.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct cg_page_table_column columns[] = {
    {"run", true}, {"what", false}, {"told", false}};

static struct cg_page page;
static struct cg_page_table table;

static void setup(void) {
    cg_page_open(&page, CG_PAGE_TEXT);
    cg_page_table_open(&table, columns, 3);
    table.terminal_columns = 80;
}

static void teardown(void) {
    cg_page_fini(&page);
}

TestSuite(page_table, .init = setup, .fini = teardown);

static void row(const char *a, const char *b, const char *c) {
    cg_page_table_cell(&table, "%s", a);
    cg_page_table_cell(&table, "%s", b);
    cg_page_table_cell(&table, "%s", c);
}

static void expect(const char *text) {
    struct cg_error err = CG_ERROR_INIT;
    cg_page_table_end(&table, 2, &page);
    cr_assert_eq(cg_page_close(&page, CG_OK, &err), CG_OK);
    cr_expect(page.text.len_bytes == strlen(text) &&
                  (text[0] == '\0' || memcmp(page.text.data, text, page.text.len_bytes) == 0),
              "%.*s", (int)page.text.len_bytes, page.text.data);
}

Test(page_table, a_column_is_as_wide_as_what_stands_in_it) {
    row("1", "validate", "stands");
    row("1234", "x", "");
    row("2", "", "taken back");
    expect("   run  what      told\n"
           "     1  validate  stands\n"
           "  1234  x\n"
           "     2            taken back\n");
}

Test(page_table, the_last_column_is_broken_between_words) {
    table.terminal_columns = 34;
    row("1", "validate", "units of peer support a day");
    expect("  run  what      told\n"
           "    1  validate  units of peer\n"
           "                 support a day\n");
}

Test(page_table, what_has_no_room_beside_each_other_is_a_list_and_never_cut) {
    table.terminal_columns = 20;
    row("1", "validate", "units of peer support a day");
    row("2", "", "none");
    cg_page_table_note(&table, "hash %s", "0123456789abcdef");
    expect("  run 1\n"
           "    what validate\n"
           "    told units of peer support a day\n"
           "  run 2  told none\n"
           "    hash\n"
           "    0123456789abcdef\n");
}

Test(page_table, notes_stand_below_their_row) {
    row("1", "validate", "stands");
    cg_page_table_note(&table, "hash %s", "00");
    row("2", "import", "stands");
    expect("  run  what      told\n"
           "    1  validate  stands\n"
           "       hash 00\n"
           "    2  import    stands\n");
}

Test(page_table, characters_count_and_not_bytes_and_controls_are_shown) {
    row("1", "caf\xC3\xA9", "a\x1B[31m");
    row("2", "coffee", "b");
    expect("  run  what    told\n"
           "    1  caf\xC3\xA9    a\\x1b[31m\n"
           "    2  coffee  b\n");
}

Test(page_table, without_rows_there_is_nothing) {
    expect("");
}
