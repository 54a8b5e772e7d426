/*
 * Which columns say by what stands in them what became of their rows.
 */
#include "record/telling_values.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Whether the second of two columns tells. */
static bool tells(const struct cg_telling_values *telling, const char *head) {
    bool columns[2] = {false, true};
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(cg_telling_values_find(telling, cg_text_of(head), ',', columns, 2, &err), CG_OK);
    cr_expect_not(columns[0], "nobody has asked about it");
    return columns[1];
}

Test(telling_values, a_word_among_few_values_tells_and_letter_case_is_nothing) {
    static const char *const telling[] = {
        "1,PAY\n2,VOID\n",  "1,\n2,Reversed\r\n3,\n", "1,\"Claim denied, final\"\n",
        "VOID,cancelled\n", "1,REV\r2,NEW\r",         "1,void/cancel"};
    static const char *const silent[] = {
        "VOID,PAY\n", "1,avoid\n2,REVENUE\n", "1,patient says he has been denied care\n",
        "1,rev 5\n",  "1,2,VOID\n1,\"VOID\n", ""};
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        cr_expect(tells(&cg_values_that_take_back, telling[i]), "%s", telling[i]);
    }
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        cr_expect_not(tells(&cg_values_that_take_back, silent[i]), "%s", silent[i]);
    }
    cr_expect(tells(&cg_values_that_end, "1,In good standing\n2,License revoked\n"));
    cr_expect_not(tells(&cg_values_that_end, "1,In good standing\n2,reversed\n"));
}

Test(telling_values, a_column_of_many_values_says_something_else) {
    char head[512] = "0,VOID\n";
    for (int i = 1; i < 12; i++) {
        snprintf(head + strlen(head), sizeof head - strlen(head), "%d,Smith %c\n", i, 'A' + i);
    }
    cr_expect(tells(&cg_values_that_take_back, head), "twelve of them");
    strcat(head, "13,Jones\n");
    cr_expect_not(tells(&cg_values_that_take_back, head));
}
