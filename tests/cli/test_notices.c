/*
 * What is decided as the rules say, and is told all the same: ids as spreadsheets spell them, rows
 * with negative units that take back another number, voids that come again, records out of scope
 * that ask to void a claim which stands.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(notices, .init = set_up, .fini = tear_down);

struct told {
    char *report;
    char *err;
};

/* Decide `lines` under HEADER, with more options before the closing NULL. */
static struct told decide(const char *name, const char *lines, const char *option,
                          const char *value) {
    char claims[4096];
    char file[64];
    struct run run;
    size_t len = 0;
    const int bytes = snprintf(claims, sizeof claims, HEADER "%s", lines);
    snprintf(file, sizeof file, "%s.csv", name);
    const char *out = scene_path(&scene, "%s", name);
    scene_validate((const char *[]){scene_file(&scene, file, claims, (size_t)bytes), "--out", out,
                                    option, value, NULL},
                   NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    struct told told = {.report = scene_read(out, "report.json", &len), .err = strdup(run.err)};
    scene_check_report(told.report, len);
    run_fini(&run);
    return told;
}

static void expect(const struct told *told, const char *notice, int records, const char *place) {
    char wanted[128];
    snprintf(wanted, sizeof wanted, "\"notice\": \"%s\",\n      \"records\": %d,", notice, records);
    cr_expect_not_null(strstr(told->report, wanted), "%s", told->report);
    snprintf(wanted, sizeof wanted, ": %d (", records);
    cr_expect_not_null(strstr(told->err, wanted), "%s", told->err);
    cr_expect_not_null(strstr(told->err, place), "%s", told->err);
}

static void expect_nothing(const struct told *told) {
    cr_expect_null(strstr(told->report, "\"notices\""), "%s", told->report);
    cr_expect_str_empty(told->err);
}

static void told_fini(struct told *told) {
    free(told->report);
    free(told->err);
}

Test(notices, an_id_as_a_spreadsheet_spells_it_is_told) {
    struct told told = decide("ids",
                              "C1,1,123456,2025-01-06,H0038,2,1000000004,,\n"
                              "C2,1,123456.0,2025-01-06,H0038,2,1000000004,,\n"
                              "C3,1,=\"123456\",2025-01-06,H0038,2,1000000004,,\n"
                              "C4,1,\"=\"\"123456\"\"\",2025-01-06,H0038,2,1000000004,,\n"
                              "C5,1,'123456,2025-01-06,H0038,2,1000000004,,\n"
                              "C6,1,123\xE2\x80\x8B"
                              "456,2025-01-06,H0038,2,1000000004,,\n"
                              "778899.00,1,123456,2025-01-07,H0038,2,1000000004,,\n",
                              NULL, NULL);
    expect(&told, "odd_ids", 6, "ids.csv:3, ");
    told_fini(&told);
}

Test(notices, noughts_for_an_id_and_words_for_a_code_are_told) {
    struct told told = decide("words",
                              "C1,1,000000000,2025-01-06,H0038,2,1000000004,,\n"
                              "C2,1,0,2025-01-06,H0038,2,1000000004,,\n"
                              "C3,1,M1,2025-01-06,Peer support,2,1000000004,,\n"
                              "C4,1,M1,2025-01-06,unknown,2,1000000004,,\n"
                              "C5,1,M1,2025-01-06,J1100X,2,1000000004,,\n",
                              NULL, NULL);
    expect(&told, "odd_ids", 2, "words.csv:3)");
    expect(&told, "words_for_codes", 1, "words.csv:4)");
    told_fini(&told);
}

Test(notices, the_errors_of_a_spreadsheet_are_nobody_s_id) {
    static const char *const errors[] = {"#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!"};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        char line[128];
        char name[16];
        snprintf(line, sizeof line, "C1,1,%s,2025-01-06,H0038,2,1000000004,,\n", errors[i]);
        snprintf(name, sizeof name, "e%zu", i);
        struct told told = decide(name, line, NULL, NULL);
        cr_expect_not_null(strstr(told.report, "member_id_invalid"), "%s", errors[i]);
        told_fini(&told);
    }
}

Test(notices, a_plain_id_is_not_told) {
    struct told told = decide("plain",
                              "C10,1,1.50,2025-01-06,H0038,2,1000000004,,\n"
                              "C20,1,A.0,2025-01-06,H0038,2,1000000004,,\n"
                              "C-30,1,O'Brien 0,2025-01-06,H0038,2,1000000004,,\n"
                              "M\xC3\xBCller,1,100,2025-01-06,H0038,2,1000000004,,\n",
                              NULL, NULL);
    expect_nothing(&told);
    told_fini(&told);
}

Test(notices, a_void_with_a_blank_or_foreign_code_of_a_claim_that_stands_is_told) {
    struct told told = decide("voids",
                              "A,1,M1,2025-01-06,H0038,6,1000000004,,\n"
                              "B,1,M2,2025-01-06,H0038,6,1000000004,,\n"
                              "A,1,M1,2025-01-06,,6,1000000004,8,A\n"
                              "R,1,M2,2025-01-06,99213,1,1000000004,7,B\n"
                              /* of claims that do not stand, or of other members */
                              "V,1,M1,2025-01-06,99213,1,1000000004,8,NOT\n"
                              "V,1,M3,2025-01-06,99213,1,1000000004,8,A\n"
                              "V,1,M1,2025-01-06,99213,1,1000000004,1,A\n",
                              NULL, NULL);
    expect(&told, "take_backs_in_vain", 2, "(");
    cr_expect_not_null(strstr(told.err, "voids.csv:4, "), "%s", told.err);
    cr_expect_not_null(strstr(told.err, "voids.csv:5)"), "%s", told.err);
    told_fini(&told);
}

Test(notices, a_take_back_by_another_line_of_the_claim_is_enough) {
    struct told told = decide("enough",
                              "A,1,M1,2025-01-06,H0038,6,1000000004,,\n"
                              "B,1,M2,2025-01-06,H0038,6,1000000004,,\n"
                              "A,2,M1,2025-01-06,99213,1,1000000004,8,A\n"
                              "A,1,M1,2025-01-06,H0038,6,1000000004,8,A\n"
                              /* a replacement of itself, whose own line stands afterwards */
                              "B,2,M2,2025-01-06,99213,1,1000000004,7,B\n"
                              "B,1,M2,2025-01-06,H0038,4,1000000004,7,B\n",
                              NULL, NULL);
    expect_nothing(&told);
    told_fini(&told);
}

Test(notices, a_void_that_comes_again_and_leaves_its_claim_standing_is_told) {
    struct told told = decide("again",
                              "A,1,M1,2025-01-06,H0038,2,1000000004,,\n"
                              "V,1,M1,2025-01-06,H0038,2,1000000004,8,A\n"
                              /* the claim's other lines have nothing left to take */
                              "V,2,M1,2025-01-06,H0038,2,1000000004,8,A\n"
                              "A,1,M1,2025-01-06,H0038,3,1000000004,,\n"
                              "V,1,M1,2025-01-06,H0038,3,1000000004,8,A\n"
                              /* another void takes it back, so that nothing stands any more */
                              "W,1,M1,2025-01-06,H0038,3,1000000004,8,A\n"
                              "V,1,M1,2025-01-06,H0038,3,1000000004,8,A\n",
                              NULL, NULL);
    expect(&told, "voided_before", 1, "again.csv:6)");
    told_fini(&told);
}

#define VOIDED_FIRST                                                                               \
    "A,1,M1,2025-01-06,H0038,2,1000000004,,\n"                                                     \
    "A,2,M1,2025-01-07,H0038,2,1000000004,,\n"                                                     \
    "B,1,M2,2025-01-06,H0038,2,1000000004,,\n"                                                     \
    "C,1,M3,2025-01-06,H0038,2,1000000004,,\n"
#define VOIDS                                                                                      \
    "V,1,M1,2025-01-06,H0038,2,1000000004,8,A\n"                                                   \
    "W,1,M2,2025-01-06,H0038,2,1000000004,8,B\n"                                                   \
    "R,1,M3,2025-01-06,H0038,3,1000000004,7,C\n"
/* As it was; with other units; of a claim that was replaced. */
#define VOIDED_AGAIN                                                                               \
    "A,2,M1,2025-01-07,H0038,2,1000000004,,\n"                                                     \
    "B,1,M2,2025-01-06,H0038,3,1000000004,,\n"                                                     \
    "C,1,M3,2025-01-06,H0038,2,1000000004,,\n"

Test(notices, a_voided_line_that_comes_again_as_it_was_is_told, .timeout = 60) {
    static const char *const nights[] = {VOIDED_FIRST, VOIDS, VOIDED_AGAIN};
    struct told told = decide("one", VOIDED_FIRST VOIDS VOIDED_AGAIN, NULL, NULL);
    expect(&told, "voided_lines_again", 1, "one.csv:9)");
    told_fini(&told);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "night%d", i);
        told = decide(name, nights[i], "--ledger", scene_path(&scene, "voided.ledger"));
        if (i == 2) {
            expect(&told, "voided_lines_again", 1, "night2.csv:2)");
        } else {
            cr_expect_null(strstr(told.err, "come again as they were"), "%s", told.err);
        }
        told_fini(&told);
    }
}

Test(notices, a_replacement_that_is_rejected_and_has_taken_its_original_back_is_told) {
    struct told told = decide("fell",
                              "A,1,M1,2025-01-06,H0038,6,1000000004,,\n"
                              "R,1,M1,2025-01-06,H0038,7,1000000004,7,A\n"
                              /* one that took nothing, and one that stands */
                              "S,1,M1,2025-01-06,H0038,7,1000000004,7,A\n"
                              "B,1,M2,2025-01-06,H0038,6,1000000004,,\n"
                              "T,1,M2,2025-01-06,H0038,5,1000000004,7,B\n",
                              NULL, NULL);
    expect(&told, "rejected_replacements", 1, "fell.csv:3)");
    told_fini(&told);
}

Test(notices, a_void_in_vain_is_told_of_a_claim_of_an_earlier_night) {
    static const char first[] = HEADER "A,1,M1,2025-01-06,H0038,6,1000000004,,\n";
    const char *ledger = scene_path(&scene, "l.ledger");
    scene_expect_success((const char *[]){scene_file(&scene, "first.csv", first, sizeof first - 1),
                                          "--ledger", ledger, "--out", scene_path(&scene, "first"),
                                          NULL},
                         NULL);
    struct told told =
        decide("second", "A,1,M1,2025-01-06,,6,1000000004,8,A\n", "--ledger", ledger);
    expect(&told, "take_backs_in_vain", 1, "second.csv:2)");
    told_fini(&told);
}

Test(notices, a_row_with_negative_units_that_takes_back_another_number_is_told) {
    static const char layout[] =
        "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\",\"date_format\":\"YYYY-MM-DD\","
        "\"negative_units\":\"void\",\"fields\":{"
        "\"claim_id\":{\"column\":\"claim_id\"},"
        "\"claim_line_number\":{\"column\":\"claim_line_number\"},"
        "\"member_id\":{\"column\":\"member_id\"},"
        "\"claim_line_start_date\":{\"column\":\"claim_line_start_date\"},"
        "\"hcpcs_code\":{\"column\":\"hcpcs_code\"},"
        "\"service_unit_quantity\":{\"column\":\"service_unit_quantity\"},"
        "\"rendering_npi\":{\"column\":\"rendering_npi\"}}}";
    struct told told =
        decide("part",
               "A,1,M1,2025-01-06,H0038,6,1000000004,,\nA,1,M1,2025-01-06,H0038,-2,1000000004,,\n"
               "B,1,M2,2025-01-06,H0038,6,1000000004,,\nB,1,M2,2025-01-06,H0038,(6),1000000004,,\n",
               "--layout", scene_file(&scene, "own.json", layout, sizeof layout - 1));
    expect(&told, "reversals_of_other_units", 1, "part.csv:3)");
    told_fini(&told);
}

Test(notices, the_ledger_keeps_what_else_a_run_met) {
    static const char claims[] =
        HEADER "A,1,M1,2025-01-06,H0038,6,1000000004,,\n"
               "-----,--\n" HEADER "B,1,M1,2025-01-07,H0O38,6,1000000004,,\n";
    const char *ledger = scene_path(&scene, "met.ledger");
    struct run run;
    scene_validate((const char *[]){scene_file(&scene, "met.csv", claims, sizeof claims - 1),
                                    "--ledger", ledger, "--out", scene_path(&scene, "met"), NULL},
                   NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    const char *argv[] = {run_claimgate(), "ledger", "show", "1", "--ledger", ledger, NULL};
    run_program(argv, NULL, &run);
    cr_expect_not_null(
        strstr(run.out, "  decoration: 1\n  procedure_code_near: 1\n  repeated_headers: 1\n"), "%s",
        run.out);
    run_fini(&run);
    argv[2] = "verify";
    argv[3] = "--ledger";
    argv[4] = ledger;
    argv[5] = NULL;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    run_fini(&run);
}

static const char odd[] = HEADER "C1,1,M1,2025-01-06,H0038,2,1000000004,,\n"
                                 "C2,1,123456.0,2025-01-06,H0038,2,1000000004,,\n"
                                 "C3,1,M1,2025-01-06,Peer support,2,1000000004,,\n"
                                 "C4,1,M1,2025-01-07,H0O38,2,1000000004,,\n"
                                 "C5,1,M1,2025-01-06,,2,1000000004,8,C1\n";

Test(notices, an_import_tells_what_it_did_not_take_in_and_what_took_nothing_back) {
    const char *file = scene_file(&scene, "paid.csv", odd, sizeof odd - 1);
    const char *const argv[] = {run_claimgate(),         "ledger",  "import",     file, "--ledger",
                                scene_path(&scene, "l"), "--as-of", "2025-06-30", NULL};
    static const char *const told[] = {
        "as a spreadsheet spells it",
        "paid.csv:3)",
        "that they were not taken in whatever the words say: 1 (",
        "paid.csv:4); have the code written and import them",
        "so that they were not taken in: 1 (",
        "paid.csv:5); mend the codes and import them",
        "took nothing back: 1 (",
        "paid.csv:6)",
    };
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        cr_expect_not_null(strstr(run.err, told[i]), "no \"%s\" in: %s", told[i], run.err);
    }
    run_fini(&run);
}

Test(notices, answers_from_standard_input_end_with_what_a_run_would_tell) {
    const char *const argv[] = {
        run_claimgate(), "check",      "-", "--roster", "fixtures/quickstart/roster",
        "--as-of",       "2025-06-30", NULL};
    struct run run;
    run_program(argv, scene_file(&scene, "asked.csv", odd, sizeof odd - 1), &run);
    cr_expect_not_null(
        strstr(run.err, "pass untested whatever the words say: 1 (standard input:4)"), "%s",
        run.err);
    cr_expect_not_null(strstr(run.err, "(standard input:5); mend the codes"), "%s", run.err);
    cr_expect_not_null(strstr(run.err, "(standard input:3); have the program"), "%s", run.err);
    run_fini(&run);
}

/* Its own id, noughts and marks for no value name no other claim. */
Test(notices, an_original_that_names_another_claim_is_told) {
    struct told told = decide("other",
                              "A,1,M1,2025-01-06,H0038,2,1000000004,,\n"
                              "B,1,M1,2025-01-06,H0038,3,1000000004,,A\n"
                              "C,1,M1,2025-01-07,H0038,3,1000000004,1,B\n"
                              "D,1,M1,2025-01-08,H0038,3,1000000004,,D\n"
                              "E,1,M1,2025-01-09,H0038,3,1000000004,1,000\n"
                              "F,1,M1,2025-01-09,H0038,3,1000000004,,NULL\n"
                              "G,1,M1,2025-01-07,H0038,1,1000000004,7,C\n",
                              NULL, NULL);
    expect(&told, "originals_that_name_another", 2, "other.csv:4)");
    cr_expect_not_null(strstr(told.err, "\"map\": {\"*\": \"7\"}"), "%s", told.err);
    told_fini(&told);
}

Test(notices, a_row_that_looks_like_a_total_is_told_whatever_becomes_of_it) {
    struct told told = decide("totals",
                              "TOTAL7,1,M1,2025-01-06,H0038,2,1000000004,,\n"
                              "Grand Total:,,,,,2,,,\n"
                              "\"Record count\",1,,,,,,,\n"
                              "TRL|1|2\n"
                              "(5 rows affected)\n"
                              ",,,,,2,,,\n"
                              ",,,Subtotal,H0038,2,,,\n"
                              "total-1,,,x,,,,,\n"
                              "2025-01-07,,,x,,,,,\n",
                              NULL, NULL);
    expect(&told, "totals", 6, "totals.csv:3, ");
    cr_expect_not_null(strstr(told.err, "(\"trailer\")"), "%s", told.err);
    told_fini(&told);
}

/* The first line of each member written in another way, whichever came first. */
Test(notices, a_member_written_in_two_ways_is_told) {
    struct told told = decide("near",
                              "A,1,m1,2025-01-06,H0038,2,1000000004,,\n"
                              "B,1,M1,2025-01-06,H0038,2,1000000004,,\n"
                              "C,1,M-1,2025-01-07,H0038,2,1000000004,,\n"
                              "D,1,M1,2025-01-08,H0038,2,1000000004,,\n"
                              "E,1,77,2025-01-06,H0038,2,1000000004,,\n"
                              "F,1,0077,2025-01-06,H0038,2,1000000004,,\n"
                              "G,1,0078,2025-01-06,H0038,2,1000000004,,\n"
                              "H,1,M10,2025-01-06,H0038,2,1000000004,,\n"
                              "I,1,6f1c-a,2025-01-06,H0038,2,1000000004,,\n"
                              "J,1,6f1c-a,2025-01-07,H0038,2,1000000004,,\n",
                              NULL, NULL);
    expect(&told, "near_member_ids", 3, "near.csv:3, ");
    cr_expect_not_null(strstr(told.err, "near.csv:4, "), "%s", told.err);
    cr_expect_not_null(strstr(told.err, "near.csv:7)"), "%s", told.err);
    told_fini(&told);
}
