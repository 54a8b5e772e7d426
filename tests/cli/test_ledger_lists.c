/*
 * Columns of lists of claims that nobody reads, though the rows may mean something else by them.
 */
#include "support/script.h"
#include "support/shell.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct scene scene;

static void setup(void) {
    scene_make(&scene);
    shell_expect(&scene, "$V --ledger $D/l --out $D/out", 0, "");
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(ledger_lists, .init = setup, .fini = teardown, .timeout = 60);

/* `command` of a list that begins so. */
static void expect(const char *command, const char *list, int exit_code, const char *words) {
    char text[512];
    snprintf(text, sizeof text, "printf '%s' > $D/f.csv; $C ledger %s $D/f.csv --ledger $D/l", list,
             command);
    shell_expect(&scene, text, exit_code, words);
}

/* Without its lines a list frees whole claims. */
Test(ledger_lists, a_list_to_release_with_lines_under_another_name_is_refused) {
    static const char *const names[] = {"line_number", "line", "line_no", "claim_line",
                                        "clm_line_num"};
    char list[128];
    char words[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(list, sizeof list, "claim_id,%s\\nCLM-1001,2\\n", names[i]);
        snprintf(words, sizeof words,
                 "f.csv:1:10: the column \"%s\" is not read, and without claim_line_number every "
                 "line of its claims is freed: name it claim_line_number, or remove it",
                 names[i]);
        expect("release", list, 65, words);
    }
    shell_expect(&scene, "$C ledger runs --ledger $D/l | grep -q release", 1, "");
    expect("release", "claim_id,line,claim_line_number\\nCLM-1006,9,1\\n", 0, "");
    shell_expect(&scene, "$C ledger show 2 --ledger $D/l | grep -q 'frees 1 line, '", 0, "");
    expect("alias", "claim_id,payer_claim_id,line\\nCLM-1001,P-1,1\\n", 0, "");
}

Test(ledger_lists, a_column_that_tells_denied_rows_is_told_not_to_be_read) {
    expect("release", "claim_id,claim_line_number,claim_status\\nCLM-1001,1,paid\\n", 0,
           "the column \"claim_status\" is not read: each row frees what it names");
    expect("alias", "claim_id,payer_claim_id,denied\\nCLM-1001,P-1,Y\\n", 0,
           "the column \"denied\" is not read: each row is taken in");
}

/* A claim id may be several members'. */
Test(ledger_lists, members_under_another_name_are_refused) {
    static const char *const names[] = {"member", "patient_id", "Recipient No", "mbr_id"};
    char list[128];
    char words[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(list, sizeof list, "claim_id,%s\\nCLM-1001,M-01\\n", names[i]);
        snprintf(words, sizeof words, "the column \"%s\" is not read, and without member_id",
                 names[i]);
        expect("release", list, 65, words);
    }
    expect("alias", "claim_id,payer_claim_id,member\\nCLM-1001,P-1,M-01\\n", 65,
           "f.csv:1:25: the column \"member\" is not read, and without member_id a number");
    expect("release", "memberid,member_name,claim_id\\nM-01,x,CLM-1001\\n", 0,
           "the column \"memberid\" is read as member_id");
}

Test(ledger_lists, rows_that_free_nothing_or_come_again_are_named) {
    expect("release", "claim_id\\nCLM-1006\\nNOT\\nCLM-1006\\n=\"CLM-1002\"\\n", 0,
           "rows that stood in the list before, and count once: 1 (");
    shell_expect(&scene, "$C ledger show 2 --ledger $D/l | grep -q 'frees 1 line, '", 0, "");
    expect("release", "claim_id\\nNOT\\n=\"CLM-1001\"\\n", 0,
           "rows that name no line that stands: 2 (");
    expect("release", "claim_id\\n=\"CLM-1002\"\\n", 0, "rows with an id as a spreadsheet spells");
    expect("release", "claim_id\\n", 0, "has a header and no row");
    expect("release", "claim_id,service_date\\nCLM-1002,2025-01-06\\n", 0,
           "the column \"service_date\" is not read: every line of its claims is freed");
    expect("release", "claim_id\\nNULL\\n", 65, "no mark for no value");
    expect("alias", "claim_id,ICN\\nCLM-1001,P-1\\n", 65,
           "the column payer_claim_id is missing; is it \"ICN\"?");
}

/* In each column of either list: nothing, too much, an exponent, a mark for no value, a control
 * byte. What is blank may be left out but in what the list is about. */
Test(ledger_lists, what_cannot_be_an_id_is_refused_in_every_column, .timeout = 60) {
    script_expect_told(
        "f=fixtures/quickstart; $0 validate $f/claims.csv --roster $f/roster --as-of 2025-06-30 "
        "--quiet --out $1/o --ledger $1/l; "
        "for v in '' $(printf 'x%.0s' {1..65}) 1E+05 NULL $'a\\001'; do for row in \"$v,P,M,1\" "
        "\"C,$v,M,1\" \"C,P,$v,1\" \"C,P,M,$v\"; do { echo "
        "claim_id,payer_claim_id,member_id,claim_line_number; echo \"$row\"; } > $1/a.csv; "
        "for c in alias release; do $0 ledger $c $1/a.csv --ledger $1/l --as-of 2025-06-30 > "
        "$1/said 2>&1; echo -n \"$? \"; done; done; echo; done",
        "65 65 65 0 0 0 0 0 \n65 65 65 0 65 65 0 65 \n65 65 65 0 65 65 0 65 \n"
        "65 65 65 0 65 65 0 65 \n65 65 65 0 65 65 0 65 \n");
}
