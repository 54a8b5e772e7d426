/*
 * A fault that most of a file has is told once, with the step that mends all of it.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,hcpcs_code,"   \
    "service_unit_quantity,rendering_npi,note\n"
#define ROSTER "fixtures/quickstart/roster"
#define SECRET "MEMBER77"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(remarks, .init = set_up, .fini = tear_down, .timeout = 120);

/* A record with the fault, and what must be said of a file of such records. */
struct faulty {
    const char *record;
    const char *seen;
    const char *mend;
};

static const struct faulty faulty[] = {
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,n,", "end in a delimiter",
     "\"trailing_delimiter\": true"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,n, , ,", "end in a delimiter",
     "\"trailing_delimiter\": true"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004", "fewer fields", "\"short_records\": true"},
    {"A;1;" SECRET ";2025-01-06;;H0038;2;1000000004;n", "another delimiter", "same delimiter"},
    {"\"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,n\"", "each line as a whole",
     "around values"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,Smith, Jo", "more fields", "quotes around"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,\"a\nb\"", "line ends", "--multiline"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,\"a \\\"b\\\" c\"", "a backslash", "twice"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000004,\"a \"b\" c\"", "not written twice", "twice"},
    {"A,1, \"" SECRET "\",2025-01-06,,H0038,2,1000000004,n", "blanks stand before", "no blank"},
    {"A,1," SECRET ",01/06/2025,,H0038,2,1000000004,n", "claim_line_start_date: written MM/DD/YYYY",
     "\"date_format\": \"MM/DD/YYYY\""},
    {"A,1," SECRET ",13-jan-2025,,H0038,2,1000000004,n", "written DD-MON-YYYY",
     "\"date_format\": \"DD-MON-YYYY\""},
    {"A,1," SECRET ",2025-01-06T00:00:00Z,,H0038,2,1000000004,n", "time of day",
     "\"date_format\": \"YYYY-MM-DDTHH:MM:SS\""},
    {"A,1," SECRET ",20250106,20250107,H0038,2,1000000004,n",
     "claim_line_start_date, claim_line_end_date: written YYYYMMDD",
     "\"date_format\": \"YYYYMMDD\""},
    {"A,1," SECRET ",31/01/2025,,H0038,2,1000000004,n", "written DD/MM/YYYY", "YYYY-MM-DD"},
    {"A,1," SECRET ",06.01.2025,,H0038,2,1000000004,n", "written DD.MM.YYYY", "YYYY-MM-DD"},
    {"A,1," SECRET ",1/6/25,,H0038,2,1000000004,n", "written M/D/YY", "YYYY-MM-DD"},
    {"A,1," SECRET ",45663,,H0038,2,1000000004,n", "count of days", "format the column"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,NULL,n", "rendering_npi: NULL stands",
     "\"blank\": [\"NULL\"]"},
    {"A,1," SECRET ",2025-01-06,\\N,H0038,2,1000000004,n", "claim_line_end_date: \\N stands",
     "\"blank\": [\"\\\\N\"]"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1.000000004E+09,n", "rendering_npi: a number with an exp",
     "all digits"},
    {"2.02501E+14,1," SECRET ",2025-01-06,,H0038,2,1000000004,n", "claim_id: a number with an exp",
     "all digits"},
    {"A,1," SECRET "\xe9,2025-01-06,,H0038,2,1000000004,n", "member_id: not UTF-8",
     "iconv -f ISO-8859-1"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,\"=\"\"1000000004\"\"\",n", "a formula", "around them"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,'1000000004,n", "apostrophe", "without apostrophes"},
    {"A,1," SECRET ",2025-01-06,,H0038,\"2,0\",1000000004,n", "comma", "whole numbers"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,\"1,000,000,004\",n", "in groups", "digits alone"},
    {"A,1," SECRET ",2025-01-06,,H0038,1.25,1000000004,n", "service_unit_quantity: no whole",
     "hours"},
    {"A,1," SECRET ",2025-01-06,,H0038,-2,1000000004,n", "service_unit_quantity: negative",
     "\"negative_units\": \"void\""},
    {"A,1," SECRET ",2025-01-06,,H0038,2 UN,1000000004,n", "letters behind", "digits alone"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,1000000005,n", "wrong check digits", "masked"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,PR000123,n", "no NPIs", "name the column of the NPIs"},
    {"A,1," SECRET ",2025-01-06,,H0038,2,,n", "rendering_npi: blank", "name the column"},
    {"A,L1," SECRET ",2025-01-06,,H0038,2,1000000004,n", "claim_line_number: no number",
     "claim_line_number"},
    {"A,1," SECRET ",2025-01-06,,H0038HQ,2,1000000004,n", "hcpcs_code: ", "columns of their own"},
};
enum { FAULTS = sizeof faulty / sizeof faulty[0], RECORDS = 20 };

/* 18 of 20 records have the fault; the others are good, and one more is out of scope. */
static const char *make_file(const struct faulty *fault, int with_fault) {
    static char text[16384];
    size_t used =
        (size_t)snprintf(text, sizeof text, "%sX,1,X,2025-01-06,,T1015,2,1000000004,n\n", HEADER);
    for (int i = 0; i < RECORDS; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n",
                                 i < with_fault ? fault->record
                                                : "G,1,G,2025-01-06,,H0038,1,1000000004,n");
    }
    return scene_file(&scene, "feed.csv", text, used);
}

static size_t count_of(const char *text, const char *words) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
        count++;
    }
    return count;
}

static void expect_told(const struct faulty *fault, const char *command, const struct run *run) {
    cr_expect(strstr(run->err, fault->seen) != NULL && strstr(run->err, fault->mend) != NULL,
              "%s: %s: wanted \"%s\" and \"%s\" in: %s", command, fault->record, fault->seen,
              fault->mend, run->err);
    cr_expect(count_of(run->err, "records have one fault") == 1, "%s: %s: %s", command,
              fault->record, run->err);
    cr_expect(strstr(run->err, SECRET) == NULL, "%s", run->err);
}

Test(remarks, a_fault_of_nine_records_in_ten_is_told_once_with_its_mend_by_every_command) {
    for (size_t i = 0; i < FAULTS; i++) {
        const char *file = make_file(&faulty[i], RECORDS * 9 / 10);
        const char *const argv[][12] = {
            {run_claimgate(), "validate", file, "--roster", ROSTER, "--as-of", "2025-12-31",
             "--dry-run", "--quiet", NULL},
            {run_claimgate(), "check", "-", "--roster", ROSTER, "--as-of", "2025-12-31", NULL},
            {run_claimgate(), "layout", "check", "tuva", "--sample", file, NULL},
        };
        for (size_t command = 0; command < sizeof argv / sizeof argv[0]; command++) {
            struct run run;
            run_program(argv[command], file, &run);
            if (command < 2) { /* the head of a sample has no scope */
                expect_told(&faulty[i], argv[command][1], &run);
            }
            run_fini(&run);
        }
    }
}

Test(remarks, a_fault_of_fewer_records_is_no_fault_of_the_file) {
    for (size_t i = 0; i < FAULTS; i++) {
        struct run run;
        const char *const argv[] = {run_claimgate(),
                                    "validate",
                                    make_file(&faulty[i], 10),
                                    "--roster",
                                    ROSTER,
                                    "--as-of",
                                    "2025-12-31",
                                    "--quiet",
                                    "--dry-run",
                                    NULL};
        run_program(argv, NULL, &run);
        cr_expect(strstr(run.err, "one fault") == NULL, "%s: %s", faulty[i].record, run.err);
        run_fini(&run);
    }
}

/* All of the file has it, and no format of dates would mend it. */
Test(remarks, an_end_before_the_start_is_no_way_to_write_a_date) {
    static const char rows[] = HEADER "A,1,M1,2025-01-06,2025-01-01,H0038,2,1000000004,n\n"
                                      "B,1,M1,2025-01-07,2025-01-02,H0038,2,1000000004,n\n";
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                scene_file(&scene, "e.csv", rows, sizeof rows - 1),
                                "--roster",
                                ROSTER,
                                "--dry-run",
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_not_null(strstr(run.out, "service_end_date_invalid"), "%s%s", run.out, run.err);
    cr_expect_null(strstr(run.err, "one fault"), "%s", run.err);
    run_fini(&run);
}

Test(remarks, the_report_has_them_whatever_the_threads) {
    static const char *const threads[] = {"0", "1", "2", "7"};
    const char *file = make_file(&faulty[0], RECORDS);
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        size_t len = 0;
        const char *out = scene_path(&scene, "out%zu", i);
        scene_expect_success((const char *[]){file, "--out", out, "--threads", threads[i], NULL},
                             NULL);
        char *report = scene_read(out, "report.json", &len);
        scene_check_report(report, len);
        cr_expect(strstr(report, "\"records\": 20,\n      \"of\": 20") != NULL, "%s", report);
        cr_expect(count_of(report, "\"remark\"") == 1);
        free(report);
    }
}

Test(remarks, a_sample_with_such_a_fault_fails_the_check_of_its_layout) {
    char text[2048];
    const int len =
        snprintf(text, sizeof text, "%s%s\n%s\n", HEADER, faulty[0].record, faulty[0].record);
    const char *file = scene_file(&scene, "head.csv", text, (size_t)len);
    const char *const argv[] = {run_claimgate(), "layout", "check", "tuva", "--sample", file, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect(run.exit_code == 1, "%d", run.exit_code);
    expect_told(&faulty[0], "layout check", &run);
    run_fini(&run);
}

Test(remarks, an_import_that_is_refused_says_what_all_its_lines_have_wrong) {
    const char *const argv[] = {run_claimgate(),
                                "ledger",
                                "import",
                                make_file(&faulty[10], RECORDS),
                                "--ledger",
                                scene_path(&scene, "ledger"),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect(run.exit_code == 65);
    expect_told(&faulty[10], "ledger import", &run);
    run_fini(&run);
}

/* A column of a roster's row, and what is said of a file of such rows. */
Test(remarks, a_roster_of_which_nine_rows_in_ten_fail_alike_says_so_once) {
    static const struct faulty rows[] = {
        {"1000000004,CPSSP-MH,current,01/01/2020,", "effective_date: written MM/DD/YYYY",
         "\"date_format\": \"MM/DD/YYYY\" in the roster's layout.json"},
        {"1000000004,CPSSP-MH,current,2020-01-01,(null)", "end_date: (null) stands",
         "\"blank\": [\"(null)\"]"},
        {"1000000004,CPSSP-MH,Approved,2020-01-01,", "status: words that are not known",
         "status_words"},
        {"1000000004,CPSSP-MH,current,2020-01-01,,", "end in a delimiter", "otherwise"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[2048];
        const char *dir = scene_path(&scene, "roster%zu", i);
        const int len = snprintf(text, sizeof text,
                                 "npi,credential_type,status,effective_date,end_date\n%s\n%s\n",
                                 rows[i].record, rows[i].record);
        const char *const make[] = {"mkdir", dir, NULL};
        struct run run;
        run_program(make, NULL, &run);
        run_fini(&run);
        char path[RUN_PATH_BYTES];
        run_join(path, dir, "credentials.csv");
        run_write_file(path, text, (size_t)len);
        const char *const argv[] = {run_claimgate(), "roster", "check", dir, NULL};
        run_program(argv, NULL, &run);
        cr_expect(run.exit_code == 78, "%d", run.exit_code);
        expect_told(&rows[i], "roster check", &run);
        run_fini(&run);
    }
}
