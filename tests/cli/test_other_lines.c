/*
 * Lines among the records that are no records: headers met again, other headers, lines that rule a
 * file off. Whoever reads claim files reads them alike.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H                                                                                          \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity," \
    "rendering_npi\n"
#define MOVED                                                                                      \
    "claim_id,service_unit_quantity,member_id,claim_line_start_date,hcpcs_code,"                   \
    "claim_line_number,rendering_npi\n"
#define A1 "A1,1,M1,2025-01-06,H0038,2,1000000004\n"
#define A2 "A2,1,M2,2025-01-07,H0038,3,1000000004\n"
#define ROSTER                                                                                     \
    "npi,credential_type,status,effective_date,end_date\n1000000004,CPSSP-MH,current,2020-01-01,"  \
    "\n"

struct lines {
    struct scene scene;
    const char *roster;
    char *out; /* the folder, once _validate has made it */
    char *report;
    struct run run;
};

static void begin(struct lines *lines) {
    *lines = (struct lines){.out = NULL};
    scene_make(&lines->scene);
    lines->roster = scene_file(&lines->scene, "credentials.csv", ROSTER, strlen(ROSTER));
}

static void end(struct lines *lines) {
    free(lines->report);
    run_fini(&lines->run);
    scene_remove(&lines->scene);
}

/* A folder in scene is a roster too: credentials.csv alone counts. */
static int validate(struct lines *lines, const char *file) {
    char out[RUN_PATH_BYTES];
    snprintf(out, sizeof out, "%s/out-%zu", lines->scene.dir, scene_names(&lines->scene));
    const char *const argv[] = {
        run_claimgate(), "validate",   file,    "--roster", lines->scene.dir,
        "--as-of",       "2025-12-31", "--out", out,        NULL};
    run_fini(&lines->run);
    run_program(argv, NULL, &lines->run);
    free(lines->report);
    size_t len = 0;
    lines->report = lines->run.exit_code == 0 ? scene_read(out, "report.json", &len) : NULL;
    if (lines->report != NULL) {
        scene_check_report(lines->report, len);
    }
    return lines->run.exit_code;
}

static int validate_text(struct lines *lines, const char *text) {
    return validate(lines, scene_file(&lines->scene, "claims.csv", text, strlen(text)));
}

static void expect_count(const struct lines *lines, const char *key, long long count) {
    cr_assert_not_null(lines->report, "%s", lines->run.err);
    cr_expect(scene_count(lines->report, "counts", key) == count, "%s in %s", key, lines->report);
}

Test(other_lines, a_header_met_again_is_skipped_counted_and_noted_once) {
    static const char *const again[] = {
        H,
        "\xef\xbb\xbf" H,
        "CLAIM_ID,claim_line_number, member_id ,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,\trendering_npi\r\n",
        "\"claim_id\",\"claim_line_number\",\"member_id\",\"claim_line_start_date\","
        "\"hcpcs_code\",\"service_unit_quantity\",\"rendering_npi\"\n",
        "Claim ID,Claim Line Number,Member ID,Claim-Line-Start-Date,HCPCS Code,"
        "Service Unit Quantity,Rendering NPI\n",
        "\xef\xbb\xbf\"claim_id\",\"claim_line_number\",member_id,claim_line_start_date,"
        "hcpcs_code,service_unit_quantity,rendering_npi\n",
    };
    struct lines lines;
    begin(&lines);
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++) {
        char text[2000];
        snprintf(text, sizeof text, H A1 "%s" A2 "%s", again[i], again[i]);
        cr_expect_eq(validate_text(&lines, text), 0, "%s", lines.run.err);
        expect_count(&lines, "records", 2);
        expect_count(&lines, "accepted", 2);
        expect_count(&lines, "out_of_scope", 0);
        expect_count(&lines, "repeated_headers", 2);
        const char *note = strstr(lines.run.err, "line 3 is the header again");
        cr_expect_not_null(note, "%s", lines.run.err);
        cr_expect(note == NULL || strstr(note + strlen("line 3 is the header again"),
                                         "is the header again") == NULL);
    }
    end(&lines);
}

Test(other_lines, a_header_at_the_start_of_a_gzip_member_is_skipped) {
    struct lines lines;
    begin(&lines);
    size_t first = 0;
    size_t second = 0;
    char *a = run_read_file(scene_gzip(&lines.scene, "a.gz", H A1, strlen(H A1)), &first);
    char *b = run_read_file(
        scene_gzip(&lines.scene, "b.gz", "\xef\xbb\xbf" H A2, strlen("\xef\xbb\xbf" H A2)),
        &second);
    char *both = malloc(first + second);
    memcpy(both, a, first);
    memcpy(both + first, b, second);
    const char *file = scene_file(&lines.scene, "both.csv.gz", both, first + second);
    cr_expect_eq(validate(&lines, file), 0, "%s", lines.run.err);
    expect_count(&lines, "accepted", 2);
    expect_count(&lines, "repeated_headers", 1);
    free(both);
    free(b);
    free(a);
    end(&lines);
}

Test(other_lines, another_header_ends_the_run_and_says_which_columns_differ) {
    static const struct {
        const char *header;
        const char *words;
    } others[] = {
        {MOVED, "line 3 is another header: column 2 is service_unit_quantity where the first "
                "header has claim_line_number, column 6 is claim_line_number"},
        {"member_id,claim_id,claim_line_number,claim_line_start_date,hcpcs_code,"
         "service_unit_quantity,rendering_npi\n",
         "column 1 is member_id where the first header has claim_id"},
        {"\"rendering_npi\",\"claim_id\",\"dos\",\"hcpcs_code\"\n",
         "it has 4 columns where the first header has 7"},
        {"claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
         "service_unit_quantity,rendering_npi,note\n",
         "it has 8 columns where the first header has 7"},
        {"Claim ID,Claim Line Number,Member ID,Date,HCPCS Code,Units,NPI\n",
         "column 4 is another name where the first header has claim_line_start_date"},
        {"claim_id,claim_line_number,member_id,,hcpcs_code,,rendering_npi,,,\n",
         "column 4 is blank"},
    };
    struct lines lines;
    begin(&lines);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[2000];
        snprintf(text, sizeof text, H A1 "%sA2,90,M1,2025-01-07,H0038,1,1000000004\n",
                 others[i].header);
        cr_expect_eq(validate_text(&lines, text), 65, "%s", others[i].header);
        cr_expect_not_null(strstr(lines.run.err, others[i].words), "%s", lines.run.err);
        cr_expect_null(strstr(lines.run.err, "M1"));
    }
    end(&lines);
}

Test(other_lines, a_header_in_the_names_of_another_layout_ends_the_run) {
    static const char *const others[] = {
        "CLM_CNTL_NUM,CLM_LINE_NUM,BENE_MBI_ID,CLM_LINE_HCPCS_CD,CLM_LINE_FROM_DT,"
        "CLM_LINE_SRVC_UNIT_QTY,RNDRG_PRVDR_NPI_NUM\n",
        "\"CLM_CNTL_NUM\",\"CLM_LINE_NUM\",\"BENE_MBI_ID\",\"note "
        "2\",\"CLM_LINE_HCPCS_CD\",,\"x\"\n",
        "DESY_SORT_KEY,HCPCS_1ST_MDFR_CD,CLM_ID,LINE_NUM,HCPCS_CD,LINE_SRVC_CNT,"
        "PRF_PHYSN_NPI,CLM_CNTL_NUM,LINE_1ST_EXPNS_DT\n",
    };
    struct lines lines;
    begin(&lines);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[2000];
        snprintf(text, sizeof text, H A1 "%sA2,90,M1,H0038,2025-01-07,1,1000000004\n" MOVED,
                 others[i]);
        cr_expect_eq(validate_text(&lines, text), 65, "%s", others[i]);
        cr_expect_not_null(strstr(lines.run.err, "claims.csv: line 3 is another header: it has "
                                                 "names of columns that another layout has"),
                           "%s", lines.run.err);
    }
    end(&lines);
}

Test(other_lines, a_record_with_words_for_date_units_and_npi_is_warned_of_once) {
    static const char words[] = H A1 "Claim No,Units,Member,DOS,Code,Line,NPI\n"
                                     "A2,90,M1,2025-01-07,H0038,1,1000000004\n"
                                     "Claim No,Units,Member,DOS,Code,Line,NPI\n";
    struct lines lines;
    begin(&lines);
    cr_expect_eq(validate_text(&lines, words), 0, "%s", lines.run.err);
    const char *told = strstr(lines.run.err, "claims.csv: line 3 looks like a header");
    cr_assert_not_null(told, "%s", lines.run.err);
    cr_expect_null(strstr(strchr(told, ';'), "looks like"), "%s", lines.run.err);
    expect_count(&lines, "records", 4);
    static const char *const claims[] = {
        H A1 "A2,1,M1,unknown,H0038,none,missing\n",
        H A1 "A2,1,M1,unknown,Code,2,missing\n",
        H A1 "A2,1,M1,unknown,Code,none,\n",
        H A1 "A2,1,M1,Jan 6,Code,none,missing\n",
        H A1 "Id,START,CODE,unknown,H0038,2,1000000004\n",
    };
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        cr_expect_eq(validate_text(&lines, claims[i]), 0, "%s: %s", claims[i], lines.run.err);
        cr_expect_null(strstr(lines.run.err, "looks like"), "%s", claims[i]);
    }
    end(&lines);
}

Test(other_lines, a_claim_that_says_the_names_of_columns_stays_a_claim) {
    struct lines lines;
    begin(&lines);
    cr_expect_eq(validate_text(&lines, H A1 "claim_id,1,member_id,2025-01-06,H0038,2,1000000004\n"
                                            "claim_id,1,rendering_npi,,H0038,2,1000000004\n"
                                            "A9,1,,,,,\n"),
                 0, "%s", lines.run.err);
    expect_count(&lines, "records", 4);
    expect_count(&lines, "repeated_headers", 0);
    end(&lines);
}

Test(other_lines, a_line_without_a_letter_or_digit_is_decoration) {
    struct lines lines;
    begin(&lines);
    cr_expect_eq(validate_text(&lines, H "-----,----\n=====\n" A1 ",,,,,,\n \t+---+---+\n"
                                         "\xe2\x94\x80\xe2\x94\xbc\xe2\x95\x90\n"
                                         "\"\",\"\"\n\xc2\xa0\xe2\x80\x94\n" A2 "\f\n***\n\x1a"),
                 0, "%s", lines.run.err);
    expect_count(&lines, "records", 2);
    expect_count(&lines, "decoration", 10);
    expect_count(&lines, "empty_lines", 0);
    end(&lines);
}

/* Letters of other alphabets are letters, and bytes that nobody can read hide something. */
Test(other_lines, what_might_say_something_is_no_decoration) {
    static const char *const said[] = {"\xc3\xa9\n", "\xe6\xbc\xa2\n",      "--\x01--\n",
                                       "--\xff--\n", "\xc2\xbd,\xc2\xbd\n", "-- 1 --\n"};
    struct lines lines;
    begin(&lines);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        char text[1000];
        snprintf(text, sizeof text, H A1 "%s", said[i]);
        cr_expect_eq(validate_text(&lines, text), 0, "%s", lines.run.err);
        expect_count(&lines, "malformed", 1);
        expect_count(&lines, "decoration", 0);
    }
    end(&lines);
}

Test(other_lines, a_claim_with_a_header_stuck_to_it_is_malformed_and_told_so) {
    static const char *const stuck[] = {
        "A2,1,M1,2025-01-06,H0038,2,1000000004" H,
        "A2,1,M1,2025-01-06,H0038,2,1000000004\xef\xbb\xbf" H,
        "A2,1,M1,2025-01-06,H0038,2," H,
        "A2,1,M1,2025-01-06,H0038,2,1000000004" MOVED,
        "A2,1,M1,2025-01-06,H0038,2,\"1000000004\"" H,
        "A2,1,M1,2025-01-06,H0038,2,\"1000000004\"\"claim_id\",\"claim_line_number\","
        "\"member_id\",\"claim_line_start_date\",\"hcpcs_code\",\"service_unit_quantity\","
        "\"rendering_npi\"\n",
    };
    struct lines lines;
    begin(&lines);
    for (size_t i = 0; i < sizeof stuck / sizeof stuck[0]; i++) {
        char text[2000];
        snprintf(text, sizeof text, H A1 "%s" A2, stuck[i]);
        const char *file = scene_file(&lines.scene, "stuck.csv", text, strlen(text));
        const char *const argv[] = {run_claimgate(), "validate",   file,         "--roster",
                                    lines.scene.dir, "--as-of",    "2025-12-31", "--accepted",
                                    "/dev/null",     "--rejected", "-",          NULL};
        run_fini(&lines.run);
        run_program(argv, NULL, &lines.run);
        cr_expect_not_null(strstr(lines.run.out, "A header is stuck to the end of the record"),
                           "%s: %s", stuck[i], lines.run.out);
    }
    end(&lines);
}

/* --- the other readers --- */

Test(other_lines, check_and_import_and_samples_read_such_lines_alike) {
    static const char *const commands[] = {"check", "import", "sample"};
    struct lines lines;
    begin(&lines);
    const char *good =
        scene_file(&lines.scene, "good.csv", H A1 "---\n" H A2, strlen(H A1 "---\n" H A2));
    const char *bad = scene_file(&lines.scene, "bad.csv", H A1 MOVED A2, strlen(H A1 MOVED A2));
    for (size_t i = 0; i < 2 * sizeof commands / sizeof commands[0]; i++) {
        const char *file = i % 2 == 0 ? good : bad;
        const char *ledger = scene_path(&lines.scene, "ledger-%zu", i);
        const char *const argv[][12] = {
            {run_claimgate(), "check", "-", "--roster", lines.scene.dir, "--as-of", "2025-12-31",
             NULL},
            {run_claimgate(), "ledger", "import", file, "--ledger", ledger, "--as-of", "2025-12-31",
             NULL},
            {run_claimgate(), "layout", "check", "tuva", "--sample", file, NULL},
        };
        run_fini(&lines.run);
        run_program(argv[i / 2], i / 2 == 0 ? file : NULL, &lines.run);
        cr_expect_eq(lines.run.exit_code, i % 2 == 0 ? 0 : 65, "%s %s: %s", commands[i / 2], file,
                     lines.run.err);
        cr_expect_not_null(
            strstr(lines.run.err, i % 2 == 0 ? " is the header again" : "line 3 is another header"),
            "%s: %s", commands[i / 2], lines.run.err);
    }
    end(&lines);
}

Test(other_lines, a_roster_put_together_from_several_files_is_read) {
    struct lines lines;
    begin(&lines);
    static const char roster[] = ROSTER "----------,----\n" ROSTER;
    scene_file(&lines.scene, "credentials.csv", roster, strlen(roster));
    cr_expect_eq(validate_text(&lines, H A1), 0, "%s", lines.run.err);
    expect_count(&lines, "accepted", 1);
    end(&lines);
}

/* --- under --multiline --- */

/* Twelve lines, every third with a quoted field, and one quote too many in front of a field. */
static void put_stray_quote(char text[2000], int line, int field) {
    size_t len = (size_t)snprintf(text, 2000, "%s", H);
    for (int i = 0; i < 12; i++) {
        char member[16];
        snprintf(member, sizeof member, i % 3 == 2 ? "\"M%d\"" : "M%d", i);
        len += (size_t)snprintf(
            text + len, 2000 - len, "%sC%d,%s1,%s%s,%s2025-01-06,H0038,2,%s1000000004\n",
            i == line && field == 0 ? "\"" : "", i, i == line && field == 1 ? "\"" : "",
            i == line && field == 2 && i % 3 != 2 ? "\"" : "", member,
            i == line && field == 3 ? "\"" : "", i == line && field == 6 ? "\"" : "");
    }
}

/* No line is lost, and none but the one with the quote is harmed, wherever it stands. */
Test(other_lines, under_multiline_a_stray_quote_costs_its_own_line_alone, .timeout = 120) {
    static const int fields[] = {0, 1, 3, 6};
    struct lines lines;
    begin(&lines);
    for (int i = 0; i < 48; i++) {
        char text[2000];
        put_stray_quote(text, i / 4, fields[i % 4]);
        const char *file = scene_file(&lines.scene, "stray.csv", text, strlen(text));
        const char *const argv[] = {run_claimgate(),
                                    "validate",
                                    file,
                                    "--multiline",
                                    "--roster",
                                    lines.scene.dir,
                                    "--as-of",
                                    "2025-12-31",
                                    "--accepted",
                                    "/dev/null",
                                    "--rejected",
                                    "/dev/null",
                                    "--report",
                                    "-",
                                    "--quiet",
                                    NULL};
        run_fini(&lines.run);
        run_program(argv, NULL, &lines.run);
        cr_assert_eq(lines.run.exit_code, 0, "%s", lines.run.err);
        cr_expect(scene_count(lines.run.out, "counts", "records") == 12, "%s", text);
        cr_expect(scene_count(lines.run.out, "counts", "accepted") == 11, "%s", text);
        cr_expect(scene_count(lines.run.out, "counts", "malformed") == 1, "%s", text);
    }
    end(&lines);
}
