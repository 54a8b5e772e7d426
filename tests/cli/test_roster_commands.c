/*
 * The commands on rosters: what `roster check` tells, and NPPES as a source.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(roster_commands, .init = set_up, .fini = tear_down);

#define HEADER "npi,credential_type,status,effective_date,end_date\n"

static const char *make_roster_of(const char *header, const char *rows) {
    char path[RUN_PATH_BYTES * 2], text[2048];
    const char *dir = scene_path(&scene, "roster");
    const char *const argv[] = {"mkdir", "-p", dir, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    run_fini(&run);
    snprintf(text, sizeof text, "%s%s", header, rows);
    snprintf(path, sizeof path, "%s/credentials.csv", dir);
    run_write_file(path, text, strlen(text));
    return dir;
}

static const char *make_roster(const char *rows) {
    return make_roster_of(HEADER, rows);
}

static void run_roster(const char *const more[], struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "roster"};
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[2 + i] = more[i];
    }
    run_program(argv, NULL, run);
}

Test(roster_commands, check_remarks_on_what_is_seldom_meant_and_exits_0) {
    struct run run;
    run_roster((const char *[]){"check",
                                make_roster("1000000004,CPSSP-MH,current,2020-01-01,\n"
                                            "1000000004,CPSSP-MH,suspended,2021-01-01,2021-02-01\n"
                                            "1000000004,CPSSP-MH,current,2020-01-01,\n"),
                                NULL},
               &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.out,
                              "remarks:\n"
                              "  1000000004 CPSSP-MH: the same row twice, from 2020-01-01\n"
                              "  1000000004 CPSSP-MH: current and suspended on the same "
                              "days, from 2021-01-01 to 2021-02-01: suspended wins\n"),
                       "%s", run.out);
    run_fini(&run);
}

Test(roster_commands, check_has_no_word_for_a_roster_in_order) {
    struct run run;
    run_roster((const char *[]){"check",
                                make_roster("1000000004,CPSSP-MH,active,2020-01-01,9999-12-31\n"),
                                NULL},
               &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_null(strstr(run.out, "remarks"), "%s", run.out);
    cr_expect_str_eq(run.err, "");
    run_fini(&run);
}

Test(roster_commands, a_header_without_rows_is_warned_of) {
    struct run run;
    run_roster((const char *[]){"check", make_roster(""), NULL}, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "credentials.csv has a header and no row"), "%s", run.err);
    run_fini(&run);
}

Test(roster_commands, a_word_like_active_is_never_answered_with_its_opposite) {
    struct run run;
    run_roster(
        (const char *[]){"check", make_roster("1000000004,CPSSP-MH,iactive,2020-01-01,\n"), NULL},
        &run);
    cr_expect_eq(run.exit_code, 78);
    cr_expect_null(strstr(run.err, "did you mean"), "%s", run.err);
    run_fini(&run);
}

Test(roster_commands, a_remark_on_what_all_rows_have_is_no_word_for_one_row_or_a_day_too_early) {
    static const char *const rosters[] = {
        "1000000004,CPSSP-MH,current,2020-01-01,2019-01-01\n",
        "1000000004,CPSSP-MH,current,2020-01-01,2019-01-01\n"
        "1000000012,CPSSP-MH,current,2020-01-01,2019-01-01\n",
        "1000000004,CPSSP-MH,current,01/02/2020,\n",
    };
    for (size_t i = 0; i < sizeof rosters / sizeof rosters[0]; i++) {
        struct run run;
        run_roster((const char *[]){"check", make_roster(rosters[i]), NULL}, &run);
        cr_expect_eq(run.exit_code, 78);
        cr_expect_null(strstr(run.err, "one fault"), "%s", run.err);
        run_fini(&run);
    }
}

#define NPPES                                                                                      \
    "NPI,Entity Type Code,Provider Business Practice Location Address State Name,Provider "        \
    "Enumeration Date,NPI Deactivation Date,NPI Reactivation Date,Healthcare Provider Taxonomy "   \
    "Code_1,Replacement NPI\n"                                                                     \
    "1000000004,,,,03/05/2023,,,\n"                                                                \
    "1234567893,1,MS,05/23/2010,,,175T00000X,1245319599\n"

Test(roster_commands, import_tells_bare_and_replaced_npis) {
    const char *nppes = scene_file(&scene, "nppes.csv", NPPES, strlen(NPPES));
    struct run run;
    run_roster((const char *[]){"import", "--nppes", nppes, "--type", "CPSSP-MH", NULL}, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "1 deactivated NPIs have no taxonomy"), "%s", run.err);
    cr_expect_not_null(strstr(run.err, "NPI 1234567893 has the replacement NPI 1245319599"), "%s",
                       run.err);
    run_fini(&run);
}

Test(roster_commands, merge_writes_credentials_again_with_the_spans_of_dead_npis_ended) {
    const char *nppes = scene_file(&scene, "nppes.csv", NPPES, strlen(NPPES));
    const char *dir = make_roster("1000000004,CPSSP-MH,current,2020-01-01,\n"
                                  "1000000012,CPSSP-MH,current,2020-01-01,\n");
    const char *old = scene_path(&scene, "roster/credentials.csv");
    struct run run;
    (void)dir;
    run_roster((const char *[]){"import", "--nppes", nppes, "--merge", old, NULL}, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_str_eq(run.out, HEADER "1000000004,CPSSP-MH,current,2020-01-01,2023-03-04\n"
                                     "1000000012,CPSSP-MH,current,2020-01-01,\n");
    cr_expect_not_null(strstr(run.err, "of 2 NPIs 1 is deactivated, 0 more were and are active "
                                       "again: 1 row ends by the day before"),
                       "%s", run.err);
    run_fini(&run);
    /* gzip too, in and out of a file */
    static const char rows[] = HEADER "1000000004,CPSSP-MH,current,2020-01-01,\n";
    const char *packed = scene_gzip(&scene, "credentials.csv.gz", rows, sizeof rows - 1);
    const char *merged = scene_path(&scene, "merged.csv");
    size_t len = 0;
    run_roster(
        (const char *[]){"import", "--nppes", nppes, "--merge", packed, "--out", merged, NULL},
        &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    char *text = run_read_file(merged, &len);
    cr_expect_str_eq(text, HEADER "1000000004,CPSSP-MH,current,2020-01-01,2023-03-04\n");
    free(text);
    run_roster((const char *[]){"import", "--nppes", nppes, "--merge", old, "--type", "X", NULL},
               &run);
    cr_expect_eq(run.exit_code, 64);
    run_fini(&run);
}

Test(roster_commands, check_says_where_a_row_is_a_total_and_where_a_cell_is_a_list) {
    struct run run;
    run_roster((const char *[]){"check", make_roster("Total,2,,,\n"), NULL}, &run);
    cr_expect_eq(run.exit_code, 78);
    cr_expect_not_null(strstr(run.err, "credentials.csv:2: it looks like a total or the end of a "
                                       "report: remove it"),
                       "%s", run.err);
    run_fini(&run);
    run_roster((const char *[]){"check",
                                make_roster("1000000004,CPSSP-MH; CPSSP-SU,current,2020-01-01,\n"
                                            "1000000012,RN / LPN,current,2020-01-01,\n"),
                                NULL},
               &run);
    cr_expect_not_null(strstr(run.out,
                              "  CPSSP-MH; CPSSP-SU (rows: 1): a list; a row holds one type, "
                              "so give each type a row of its own\n"
                              "  RN / LPN (rows: 1)\n"),
                       "%s", run.out);
    run_fini(&run);
}

Test(roster_commands, a_column_is_told_by_what_stands_in_it) {
    struct run run;
    const char *dir =
        make_roster_of("npi,credential_type,status,effective_date,end_date,board,town\n",
                       "1000000004,CPSSP-MH,current,2020-01-01,,License suspended,Jackson\n"
                       "1000000012,CPSSP-MH,current,2020-01-01,,,Biloxi\n");
    run_roster((const char *[]){"check", dir, NULL}, &run);
    cr_expect_not_null(strstr(run.err, "the column \"board\" is not read, though by what stands in "
                                       "it it may end or limit what a row grants"),
                       "%s", run.err);
    cr_expect_null(strstr(run.err, "town"), "%s", run.err);
    run_fini(&run);
}

Test(roster_commands, names_of_columns_may_be_written_as_people_write_them) {
    static const char rows[] = "NPI,Credential Type,Status,Effective-Date,enddate\n"
                               "1000000004,CPSSP-MH,current,2020-01-01,\n";
    char path[RUN_PATH_BYTES * 2];
    struct run run;
    const char *dir = make_roster("");
    snprintf(path, sizeof path, "%s/credentials.csv", dir);
    run_write_file(path, rows, sizeof rows - 1);
    run_roster((const char *[]){"check", dir, NULL}, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "\"Credential Type\" is read as credential_type"), "%s",
                       run.err);
    run_fini(&run);
}

/* In a run too, for nobody looks at a roster that was good yesterday. */
Test(roster_commands, a_column_that_may_end_a_credential_and_is_not_read_is_warned_of) {
    struct run run;
    const char *roster =
        make_roster_of("npi,credential_type,status,effective_date,end_date,county,revoked_date\n",
                       "1000000004,CPSSP-MH,current,2020-01-01,,Hinds,2021-01-01\n");
    scene_validate(
        (const char *[]){"fixtures/quickstart/claims.csv", "--roster", roster, "--dry-run", NULL},
        NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "credentials.csv: the column \"revoked_date\" is not read"),
                       "%s", run.err);
    cr_expect_not_null(strstr(run.err, "write what it says into end_date or status"), "%s",
                       run.err);
    cr_expect_null(strstr(run.err, "county"), "%s", run.err);
    run_fini(&run);
}

Test(roster_commands, files_under_a_name_nearly_right_are_named) {
    struct run run;
    const char *roster = make_roster("1000000004,CPSSP-MH,current,2020-01-01,\n");
    char path[RUN_PATH_BYTES * 2];
    char other[RUN_PATH_BYTES * 2];
    snprintf(other, sizeof other, "%s/Layout.json", roster);
    run_write_file(other, "{}", 2);
    scene_validate(
        (const char *[]){"fixtures/quickstart/claims.csv", "--roster", roster, "--dry-run", NULL},
        NULL, &run);
    cr_expect_not_null(strstr(run.err, "/Layout.json is not read"), "%s", run.err);
    run_fini(&run);
    snprintf(path, sizeof path, "%s/credentials.csv", roster);
    snprintf(other, sizeof other, "%s/Credentials.csv", roster);
    cr_assert_eq(rename(path, other), 0);
    run_roster((const char *[]){"check", roster, NULL}, &run);
    cr_expect_eq(run.exit_code, 78, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "is it \"Credentials.csv\"?"), "%s", run.err);
    run_fini(&run);
}

Test(roster_commands, a_night_warns_of_credentials_that_were_left_open) {
    const char *dir = make_roster("1000000004,CPSSP-MH,current,2020-01-01,\n"
                                  "1000000004,CPSSP-MH,lapsed,2025-01-01,\n");
    const char *out = scene_path(&scene, "out");
    struct run run;
    size_t len = 0;
    run_program((const char *[]){run_claimgate(), "validate", "fixtures/quickstart/claims.csv",
                                 "--roster", dir, "--out", out, "--as-of", "2025-06-30", NULL},
                NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "lapsed, inactive or pending: 1; they let render all the "
                                       "same"),
                       "%s", run.err);
    run_fini(&run);
    char *report = scene_read(out, "report.json", &len);
    cr_expect_not_null(strstr(report, "\"unclosed_credentials\": 1,"));
    scene_check_report(report, len);
    free(report);
}
