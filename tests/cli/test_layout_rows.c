/*
 * What a layout says of whole rows: which are services, what a blank is, what takes back.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS                                                                                     \
    "\"claim_id\":{\"column\":\"claim_id\"},"                                                      \
    "\"claim_line_number\":{\"column\":\"claim_line_number\"},"                                    \
    "\"member_id\":{\"column\":\"member_id\"},"                                                    \
    "\"claim_line_start_date\":{\"column\":\"claim_line_start_date\"},"                            \
    "\"hcpcs_code\":{\"column\":\"hcpcs_code\"},"                                                  \
    "\"service_unit_quantity\":{\"column\":\"service_unit_quantity\"},"                            \
    "\"rendering_npi\":{\"column\":\"rendering_npi\",\"fallback\":\"other_npi\"%s},"               \
    "\"claim_frequency_code\":{\"column\":\"frequency\"%s},"                                       \
    "\"original_claim_id\":{\"column\":\"original\"}"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(layout_rows, .init = set_up, .fini = tear_down);

/* A layout of the default names with these keys of its own. */
static const char *layout_with(const char *keys, const char *npi_keys, const char *code_keys) {
    char text[4096];
    const int len = snprintf(text, sizeof text,
                             "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\","
                             "\"date_format\":\"YYYY-MM-DD\",%s\"fields\":{" FIELDS "}}",
                             keys, npi_keys, code_keys);
    return scene_file(&scene, "own.json", text, (size_t)len);
}

/* The decisions of a run as "accepted,rejected" columns of claim ids would be long: the report's
 * counts and the rejected file say it. The caller frees both. */
static void validate(const char *layout, const char *claims, char **report, char **rejected) {
    char out[RUN_PATH_BYTES];
    size_t len;
    snprintf(out, sizeof out, "%s", scene_path(&scene, "out"));
    const char *const args[] = {scene_file(&scene, "claims.csv", claims, strlen(claims)),
                                "--layout",
                                layout,
                                "--out",
                                out,
                                "--overwrite",
                                NULL};
    scene_expect_success(args, NULL);
    *report = scene_read(out, "report.json", &len);
    scene_check_report(*report, len);
    *rejected = scene_read(out, "rejected.csv.gz", &len);
}

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,frequency,original,TYPE,STATUS\n"
#define ROW(claim, line, units, frequency, original, more)                                         \
    claim "," line ",M1,2025-01-06,H0038," units ",1000000004," frequency "," original "," more "\n"

static void expect_counts(const char *layout, const char *claims, const long long wanted[4]) {
    static const char *const keys[] = {"accepted", "rejected", "taken_back"};
    char *report;
    char *rejected;
    validate(layout, claims, &report, &rejected);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(scene_count(report, "counts", keys[i]), wanted[i], "%s of\n%s\n%s", keys[i],
                     claims, report);
    }
    cr_expect_eq(scene_count(report, "units", "accepted"), wanted[3], "%s\n%s", claims, report);
    free(report);
    free(rejected);
}

Test(layout_rows, rows_that_a_rule_leaves_out_pass_untested_and_use_nothing) {
    static const char keys[] = "\"only\":[{\"column\":\"TYPE\",\"equals\":\"CHARGE\"},"
                               "{\"column\":\"STATUS\",\"not_in\":[\"26\",\"542\"]},"
                               "{\"column\":\"KIND\",\"in\":[\"x\"],\"optional\":true}],";
    static const char claims[] = HEADER ROW("A1", "1", "3", "", "", "charge,1") /* 3 */
        ROW("A1", "2", "9999", "", "", "PAYMENT,1")                             /* left out */
        ROW("A2", "1", "x", "", "", "CHARGE,026")                               /* left out */
        ROW("A3", "1", "6", "", "", "CHARGE,542.0")                             /* left out */
        ROW("A4", "1", "3", "", "", "CHARGE,")                                  /* 3 */
        ROW("A5", "1", "1", "", "", "CHARGE,");                                 /* over the cap */
    char *report;
    char *rejected;
    validate(layout_with(keys, "", ""), claims, &report, &rejected);
    cr_expect_eq(scene_count(report, "counts", "accepted"), 5, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "left_out"), 3, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "out_of_scope"), 0, "%s", report);
    cr_expect_eq(scene_count(report, "units", "submitted"), 7, "%s", report);
    cr_expect(strstr(report, "\"rule\": \"STATUS not in 26, 542\",\n      \"records\": 2") != NULL,
              "%s", report);
    cr_expect(strstr(rejected, "A5,1,") != NULL, "%s", rejected);
    free(report);
    free(rejected);
}

Test(layout_rows, a_rule_whose_column_is_missing_ends_the_run_unless_it_is_optional) {
    struct run run;
    const char *layout = layout_with("\"only\":[{\"column\":\"KIND\",\"equals\":\"x\"}],", "", "");
    const char *claims = scene_file(&scene, "c.csv", HEADER, sizeof HEADER - 1);
    scene_validate((const char *const[]){claims, "--layout", layout, "--dry-run", NULL}, NULL,
                   &run);
    cr_expect_eq(run.exit_code, 65);
    cr_expect(strstr(run.err, "on the column KIND") != NULL, "%s", run.err);
    run_fini(&run);
}

Test(layout_rows, a_row_with_negative_units_takes_back_what_its_claim_stands_with) {
    const char *layout = layout_with("\"negative_units\":\"void\",", "", "");
    /* As the day went: A1 is reversed, and comes again with fewer units. */
    expect_counts(layout,
                  HEADER ROW("A1", "1", "6", "", "", ",") ROW("A1", "1", "-6", "", "", ",")
                      ROW("A1", "1", "4", "", "", ",") ROW("B1", "1", "2", "", "", ","),
                  (const long long[]){4, 0, 1, 12});
    /* Line by line; and the same once more. */
    expect_counts(layout,
                  HEADER ROW("A1", "1", "2", "", "", ",") ROW("A1", "2", "3", "", "", ",")
                      ROW("A1", "2", "(3)", "", "", ",") ROW("A1", "2", "4", "", "", ",")
                          ROW("A1", "2", "4.0-", "", "", ",") ROW("B1", "1", "4", "", "", ","),
                  (const long long[]){6, 0, 2, 13});
    /* One that comes before its original takes nothing; zero is no number of units. */
    expect_counts(layout,
                  HEADER ROW("A1", "1", "-6", "", "", ",") ROW("A1", "1", "6", "", "", ",")
                      ROW("B1", "1", "0", "", "", ",") ROW("B2", "1", "-0", "", "", ","),
                  (const long long[]){2, 2, 0, 6});
    expect_counts(layout_with("", "", ""), HEADER ROW("A1", "1", "-6", "", "", ","),
                  (const long long[]){0, 1, 0, 0});
}

Test(layout_rows, voids_that_a_rule_leaves_out_are_told_where_their_claim_stands) {
    char *report;
    char *rejected;
    const char *layout =
        layout_with("\"negative_units\":\"void\",\"only\":[{\"column\":\"STATUS\",\"equals\":"
                    "\"PAID\"}],",
                    "", "");
    validate(layout,
             HEADER ROW("A", "1", "1", "", "", ",PAID") ROW("B", "1", "1", "", "", ",PAID")
                 ROW("C", "1", "1", "", "", ",PAID")
                     ROW("V", "1", "1", "8", "A", ",VOID") /* told */
             ROW("B", "1", "-1", "", "", ",VOID")          /* told */
             ROW("V", "1", "1", "8", "D", ",VOID")         /* of nothing */
             ROW("R", "1", "1", "7", "A", ",DENIED")       /* denied: A is not replaced */
             ROW("W", "1", "1", "8", "C", ",VOID")         /* and by a row that counts: */
             ROW("W", "1", "1", "8", "C", ",PAID")         /* C is taken back */
             "V,1,M1,2025-01-06,99213,1,,8,A,,VOID\n"      /* told: another line of V */
             ROW("V", "1", "1", "8", "A\x01", ",VOID"),
             &report, &rejected);
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 1);
    const char *notice = strstr(report, "\"take_backs_in_vain\"");
    cr_expect(notice != NULL && strstr(notice, "\"records\": 3,") != NULL, "%s", report);
    const long lines[] = {5, 6, 11};
    for (size_t i = 0; notice != NULL && i < 3; i++) {
        char line[32];
        snprintf(line, sizeof line, "\"line\": %ld\n", lines[i]);
        cr_expect_not_null(strstr(notice, line), "%s: %s", line, report);
    }
    free(report);
    free(rejected);
}

Test(layout_rows, a_reversal_lives_on_in_a_ledger) {
    static const char *const nights[] = {
        HEADER ROW("A1", "1", "2", "", "", ",") ROW("A1", "2", "4", "", "", ","),
        HEADER ROW("A1", "2", "-4", "", "", ","), HEADER ROW("A1", "2", "4", "", "", ","),
        HEADER ROW("A1", "2", "-4", "", "", ",") ROW("B1", "1", "4", "", "", ",")};
    const char *layout = layout_with("\"negative_units\":\"void\",", "", "");
    const char *ledger = scene_path(&scene, "ledger");
    for (size_t i = 0; i < sizeof nights / sizeof nights[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%zu", i);
        scene_expect_success(
            (const char *const[]){scene_file(&scene, "night.csv", nights[i], strlen(nights[i])),
                                  "--layout", layout, "--ledger", ledger, "--out",
                                  scene_path(&scene, "%s", name), "--fail-on-reject", NULL},
            NULL);
    }
    const char *const verify[] = {run_claimgate(), "ledger", "verify", "--ledger", ledger, NULL};
    struct run run;
    run_program(verify, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(layout_rows, import_leaves_out_what_a_run_leaves_out) {
    static const char claims[] =
        HEADER ROW("A1", "1", "3", "", "", "CHARGE,1") ROW("A1", "2", "9", "", "", "PAYMENT,1");
    const char *const argv[] = {
        run_claimgate(),
        "ledger",
        "import",
        scene_file(&scene, "paid.csv", claims, sizeof claims - 1),
        "--layout",
        layout_with("\"only\":[{\"column\":\"TYPE\",\"equals\":\"CHARGE\"}],", "", ""),
        "--ledger",
        scene_path(&scene, "ledger"),
        NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect(strstr(run.out, "1 line taken in as paid, 3 units") != NULL, "%s%s", run.out,
              run.err);
    run_fini(&run);
}

Test(layout_rows, a_map_takes_any_other_value_and_one_that_means_blank_is_blank) {
    char *report;
    char *rejected;
    const char *layout = layout_with("\"blank\":[\"NULL\",\"~\",\"\\\\N\"],",
                                     ",\"map\":{\"0\":\"\",\"0000000000\":\"\"}",
                                     ",\"map\":{\"A\":\"1\",\"V\":\"8\",\"\":\"1\",\"*\":\"7\"}");
    static const char claims[] =
        "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi,frequency,original,other_npi\n"
        "A1,1,M1,2025-01-06,H0038,2,0000000000,a,null,1000000004\n"
        "A2,1,M1,2025-01-07,H0038,2,~,NULL,\\N,1000000004\n"
        "A3,1,M1,2025-01-07,H0038,2,null,R,A2,1000000004\n"
        "A4,1,M1,2025-01-08,H0038,2,0,A,,NULL\n"
        "NULL,1,M1,2025-01-08,H0038,2,1000000004,A,,NULL\n";
    validate(layout, claims, &report, &rejected);
    cr_expect_eq(scene_count(report, "counts", "accepted"), 3, "%s", rejected);
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 1);
    cr_expect(strstr(rejected, "other_npi is blank; it must be") != NULL, "%s", rejected);
    cr_expect(strstr(rejected, "claim_id is blank; it must be") != NULL, "%s", rejected);
    free(report);
    free(rejected);
}

Test(layout_rows, a_sentence_quotes_what_the_file_says) {
    char *report;
    char *rejected;
    validate(layout_with("", "", ",\"map\":{\"A\":\"1\"}"),
             HEADER ROW("A1", "1", "2", "3", "", ","), &report, &rejected);
    cr_expect(strstr(rejected, "frequency is \"\"3\"\"; it must be 1, 7, 8 or blank") != NULL, "%s",
              rejected);
    free(report);
    free(rejected);
}

Test(layout_rows, what_a_layout_of_ones_own_names_in_vain_is_told) {
    static const char claims[] = HEADER ROW("A1", "1", "3", "", "", "PAYMENT,1");
    static const char other[] =
        "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi\nA1,1,M1,2025-01-06,H0038,2,1000000004\n";
    const char *const argv[] = {
        run_claimgate(),
        "validate",
        scene_file(&scene, "told.csv", claims, sizeof claims - 1),
        "--layout",
        layout_with("\"only\":[{\"column\":\"TYPE\",\"equals\":\"CHARGE\"}],", "", ""),
        "--dry-run",
        "--roster",
        "fixtures/quickstart/roster",
        NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_not_null(strstr(run.err, "the layout leaves out every record: do the values in its "
                                       "\"only\" stand in the file so?"),
                       "%s", run.err);
    run_fini(&run);
    const char *const absent[] = {run_claimgate(),
                                  "validate",
                                  scene_file(&scene, "told.csv", other, sizeof other - 1),
                                  "--layout",
                                  layout_with("", "", ""),
                                  "--dry-run",
                                  "--roster",
                                  "fixtures/quickstart/roster",
                                  NULL};
    run_program(absent, NULL, &run);
    cr_expect_not_null(strstr(run.err,
                              "columns that the layout names are not in the header, so that "
                              "their fields are blank: frequency for claim_frequency_code, "
                              "original for original_claim_id"),
                       "%s", run.err);
    run_fini(&run);
}

/* One that a rule reads, or whose name tells already, is told once at most; a member's is no word.
 */
Test(layout_rows, a_column_is_told_by_what_stands_in_it) {
    static const char claims[] =
        "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi,what,claim_status,name\n"
        "A1,1,M1,2025-01-06,H0038,2,1000000004,NEW,paid,Ann\n"
        "A2,1,M1,2025-01-07,H0038,2,1000000004,Reversal,void,Bea\n";
    static const char said[] = "column 8, what, is not read, though some of its values are words";
    static const char other[] = "column 9, claim_status, is not read: if it tells";
    const char *file = scene_file(&scene, "told.csv", claims, sizeof claims - 1);
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                file,
                                "--roster",
                                "fixtures/quickstart/roster",
                                "--out",
                                scene_path(&scene, "told"),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    const char *first = strstr(run.err, said);
    cr_expect(first != NULL && strstr(first + 1, said) == NULL, "%s", run.err);
    cr_expect_not_null(strstr(run.err, other), "%s", run.err);
    cr_expect_null(strstr(run.err, "column 10"), "%s", run.err);
    cr_expect_null(strstr(run.err, "Reversal"), "no value is shown: %s", run.err);
    run_fini(&run);
    const char *const check[] = {run_claimgate(), "layout", "check", "tuva",
                                 "--sample",      file,     NULL};
    run_program(check, NULL, &run);
    cr_expect_not_null(strstr(run.out, "not read: 8 what; does it tell rows to leave out (only)?"),
                       "%s", run.out);
    run_fini(&run);
}

Test(layout_rows, check_shows_what_a_rule_leaves_out) {
    const char *layout =
        layout_with("\"only\":[{\"column\":\"TYPE\",\"equals\":\"CHARGE\"}],", "", "");
    static const char claims[] =
        HEADER ROW("A1", "1", "3", "", "", "CHARGE,1") ROW("A1", "1", "3", "", "", "PAYMENT,1");
    const char *const argv[] = {run_claimgate(),
                                "layout",
                                "check",
                                layout,
                                "--sample",
                                scene_file(&scene, "s.csv", claims, sizeof claims - 1),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0);
    cr_expect(strstr(run.out, "only where TYPE equals CHARGE: leaves out 1") != NULL, "%s",
              run.out);
    run_fini(&run);
}
