/*
 * Members near a cap: what is found by what runs keep is what the lines say, whatever came between.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H                                                                                          \
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_frequency_code,"             \
    "original_claim_id,hcpcs_code,service_unit_quantity,rendering_npi"

/* $0 is the program, $1 the scene. Nights of 14 members over 110 days of one benefit year and some
 * of the one before; every eleventh claim voids an earlier one. NEAR N compares with the lines
 * themselves. */
#define NIGHTS                                                                                     \
    "cd $1; mkdir roster; printf 'npi,credential_type,status,effective_date,end_date\\n"           \
    "1000000004,CPSSP-MH,current,2020-01-01,\\n' > roster/credentials.csv; "                       \
    "night() { (echo '" H "'; awk -v n=$1 'BEGIN { srand(n); for (d = 0; d < 10; d++) "            \
    "for (m = 0; m < 14; m++) { at = n * 10 + d - 12; day = strftime(\"%Y-%m-%d\", "               \
    "mktime(\"2025 07 01 12 00 00\") + at * 86400); u = int(rand() * (3 + m % 4)) + 1; "           \
    "if ((d * 14 + m) % 11 == 3 && n > 2) printf \"V%d-%d-%d,1,M%d,%s,8,C%d-%d-%d,H0038,%d,"       \
    "1000000004\\n\", n, d, m, m, day, n - 2, d, m, u; else printf \"C%d-%d-%d,1,M%d,%s,1,,"       \
    "H0038,%d,1000000004\\n\", n, d, m, m, day, u } }') > n$1.csv; }; "                            \
    "take() { $0 validate n$1.csv --roster roster --ledger l --out o$1-$RANDOM "                   \
    "--as-of 2025-12-31 --quiet --guard off; }; "                                                  \
    "near() { $0 members --near $1 --date $2 --ledger l --csv --limit 0 | tail -n +2 | "           \
    "cut -d, -f1,2 | sort > found; sqlite3 -csv l \"SELECT member_id, units FROM usage_by_year "   \
    "WHERE benefit_year = '$3' AND units >= $1\" | tr -d '\\r' | sort > true; "                    \
    "cmp found true; wc -l < true | tr -d ' '; }; "                                                \
    "for n in 1 2 3 4 5 6 7 8 9 10 11; do night $n; done; "

static struct scene scene;

static void setup(void) {
    scene_make(&scene);
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(members, .init = setup, .fini = teardown, .timeout = 120);

static void expect(const char *script, const char *out, const char *err) {
    static char whole[8192];
    char program[PATH_MAX];
    struct run run;
    cr_assert(realpath(run_claimgate(), program) != NULL);
    snprintf(whole, sizeof whole, "%s%s", NIGHTS, script);
    const char *const argv[] = {"bash", "-ec", whole, program, scene.dir, NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "exit %d: %s%s", run.exit_code, run.err, run.out);
    cr_expect_str_eq(run.out, out, "%s%s", run.out, run.err);
    cr_expect(err == NULL ? run.err_len == 0 : strstr(run.err, err) != NULL, "%s", run.err);
    run_fini(&run);
}

#define YEAR(n) "near " n " 2025-10-01 2025-07-01; "

Test(members, those_found_by_what_runs_keep_are_those_of_the_lines) {
    expect("for n in 1 2 3 4 5 6 7 8 9 10 11; do take $n; done; " YEAR("100") YEAR("150")
               YEAR("200") "near 100 2025-06-20 2024-07-01",
           "14\n14\n11\n0\n", NULL);
}

Test(members, what_is_taken_back_released_or_withdrawn_is_not_used) {
    expect(
        "for n in 1 2 3 4 5 6 7 8 9; do take $n; done; " YEAR(
            "150") "(echo claim_id; grep -o '^C[89]-[0-9]*-[0-9]*' n8.csv n9.csv | cut -d: -f2) > "
                   "free.csv; "
                   "$0 ledger release free.csv --ledger l > /dev/null 2>&1; " YEAR("150")
                       YEAR("100") "$0 ledger withdraw 10 --ledger l > /dev/null; " YEAR(
                           "150") "$0 ledger withdraw 9 --ledger l > /dev/null; " YEAR("100") "take"
                                                                                              " 9; "
                                                                                              "take"
                                                                                              " 10;"
                                                                                              " " YEAR(
                                                                                                  "150"),
        "14\n8\n14\n14\n14\n14\n", NULL);
}

Test(members, imported_units_count_though_no_cap_tested_them) {
    expect("for n in 1 2 3; do $0 ledger import n$n.csv --ledger l --policy ms --as-of 2025-12-31 "
           "> /dev/null 2>&1; done; " YEAR("100") "for n in 4 5 6 7; do take $n; done; " YEAR(
               "100") "for n in 8 9; do $0 ledger import n$n.csv --ledger l --policy ms "
                      "--as-of 2025-12-31 > /dev/null 2>&1; done; " YEAR("100") YEAR("200"),
           "1\n14\n14\n8\n", NULL);
}

Test(members, fewer_units_than_half_of_a_cap_are_found_by_looking_at_everybody) {
    expect("take 1; take 2; " YEAR("20"), "14\n", "every member of the ledger was looked at");
}

Test(members, most_come_first_and_the_rest_is_counted) {
    struct run run;
    expect("for n in 1 2 3 4 5 6 7 8 9; do take $n; done; $0 members --ledger l --date 2025-10-01 "
           "--near 100 --limit 3 --csv",
           "member_id,used,left\nM2,200,0\nM3,200,0\nM5,200,0\n", "3 are shown; at most 11 more");
    const char *const argv[] = {run_claimgate(), "members", "--ledger",   scene_path(&scene, "l"),
                                "--json",        "--date",  "2025-10-01", "--near",
                                "150",           NULL};
    run_program(argv, NULL, &run);
    scene_check_json("near.schema.json", run.out, run.out_len);
    run_fini(&run);
}

/* Several have all of the cap, and the limit cuts among them. */
Test(members, a_set_lists_them_in_the_order_of_one_ledger) {
    expect("$0 ledger create s --parts 4 --policy ms > said; for n in 1 2 3 4 5 6 7 8 9; do take "
           "$n; $0 validate n$n.csv --roster roster --ledger s --out s$n --as-of 2025-12-31 "
           "--quiet --guard off; done; for limit in 0 2 5 11; do for l in l s; do "
           "$0 members --ledger $l --date 2025-10-01 --near 100 --limit $limit --csv 2>> told > "
           "of-$l; done; cmp of-l of-s; wc -l < of-s; done; cut -d, -f1 of-s | tr '\\n' ' '",
           "15\n3\n6\n12\nmember_id M2 M3 M5 M6 M7 M10 M11 M13 M1 M9 M0 ", NULL);
}

Test(members, a_cap_that_is_not_there_is_told_with_those_that_are) {
    expect("take 1; ! $0 members --ledger l --cap weekly", "", "there are daily, yearly");
}
