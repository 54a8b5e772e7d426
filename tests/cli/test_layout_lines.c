/*
 * What a layout says of whole lines: those before the header, a trailer, a delimiter too many,
 * fields that are missing.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H                                                                                          \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity," \
    "rendering_npi\n"
#define A1 "A1,1,M1,2025-01-06,H0038,2,1000000004\n"
#define A2 "A2,1,M2,2025-01-07,H0038,3,1000000004\n"
#define ROSTER                                                                                     \
    "npi,credential_type,status,effective_date,end_date\n1000000004,CPSSP-MH,current,2020-01-01,"  \
    "\n"

struct decided_text {
    struct scene scene;
    struct run run;
    char *rejected;
};

/* The text under layout tuva with one key more. The report is the program's output. */
static struct decided_text *decide(struct decided_text *decided, const char *key,
                                   const char *text) {
    struct run shown;
    char layout[8192];
    scene_make(&decided->scene);
    run_program((const char *[]){run_claimgate(), "layout", "show", "tuva", NULL}, NULL, &shown);
    snprintf(layout, sizeof layout, "{\n  %s,%s", key, strchr(shown.out, '{') + 1);
    run_fini(&shown);
    struct scene *scene = &decided->scene;
    scene_file(scene, "credentials.csv", ROSTER, strlen(ROSTER));
    const char *layout_path = scene_file(scene, "claims-layout.json", layout, strlen(layout));
    const char *claims = scene_file(scene, "claims.csv", text, strlen(text));
    const char *rejected = scene_path(scene, "rejected.csv");
    const char *const argv[] = {run_claimgate(), "validate",   claims,      "--layout",
                                layout_path,     "--roster",   scene->dir,  "--as-of",
                                "2025-12-31",    "--accepted", "/dev/null", "--rejected",
                                rejected,        "--report",   "-",         NULL};
    run_program(argv, NULL, &decided->run);
    size_t len = 0;
    decided->rejected = decided->run.exit_code == 0 ? run_read_file(rejected, &len) : NULL;
    return decided;
}

static void drop(struct decided_text *decided) {
    free(decided->rejected);
    run_fini(&decided->run);
    scene_remove(&decided->scene);
}

static void expect_counts(const char *key, const char *text, long long accepted,
                          const char *counted, long long count) {
    struct decided_text decided;
    decide(&decided, key, text);
    cr_assert_eq(decided.run.exit_code, 0, "%s: %s", key, decided.run.err);
    scene_check_report(decided.run.out, decided.run.out_len);
    cr_expect(scene_count(decided.run.out, "counts", "accepted") == accepted, "%s: %s", key, text);
    cr_expect(scene_count(decided.run.out, "counts", counted) == count, "%s: %s", key, text);
    drop(&decided);
}

Test(layout_lines, lines_before_the_header_are_skipped_and_counted) {
    expect_counts("\"skip_lines\": 2", "Claims of January\n\n" H A1, 1, "skipped_lines", 2);
    expect_counts("\"skip_lines\": 1",
                  "\xef\xbb\xbf"
                  "a\"b\n\n" H A1,
                  1, "skipped_lines", 1);
    expect_counts("\"header_starts_with\": \"Claim_ID\"", "As of,today\nfor all\n\n" H A1, 1,
                  "skipped_lines", 2);
    expect_counts("\"header_starts_with\": \"claim_id,\"", H A1, 1, "skipped_lines", 0);
}

Test(layout_lines, a_header_that_starts_as_no_line_does_is_missing) {
    struct decided_text decided;
    decide(&decided, "\"header_starts_with\": \"CLM\"", H A1);
    cr_expect_eq(decided.run.exit_code, 65);
    cr_expect_not_null(strstr(decided.run.err, "no line starts with \"CLM\""), "%s",
                       decided.run.err);
    drop(&decided);
}

Test(layout_lines, a_trailer_is_no_record_and_its_count_is_that_of_the_records) {
    static const char trailer[] = "\"trailer\": \"TRL\"";
    expect_counts(trailer, H A1 A2 "TRL,20250131,2\n", 2, "trailers", 1);
    expect_counts(trailer, H A1 A2 "\"TRL\",\"000002\"", 2, "trailers", 1);
    expect_counts(trailer, H A1 A2 "TRL0000002\n", 2, "trailers", 1);
    expect_counts(trailer, H A1 A2 "TRL,,,,,,2\n", 2, "trailers", 1);
    expect_counts(trailer, H A1 A2 "TRL end\n", 2, "trailers", 1);
    expect_counts(trailer, H A1 "TRL,1\n" H A2 "TRL,1\n", 2, "trailers", 2);
    expect_counts(trailer, H "TRL9,1,M1,2025-01-06,H0038,2,1000000004\nTRL,1\n", 1, "trailers", 1);
}

Test(layout_lines, a_trailer_that_counts_otherwise_ends_the_run) {
    static const char *const ends[] = {"TRL,20250131,3\n", "TRL1", "TRL: 2025\n"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct decided_text decided;
        char text[1000];
        snprintf(text, sizeof text, H A1 A2 "%s", ends[i]);
        decide(&decided, "\"trailer\": \"TRL\"", text);
        cr_expect_eq(decided.run.exit_code, 65, "%s", ends[i]);
        cr_expect_not_null(strstr(decided.run.err, "the trailer on line 4 counts"), "%s",
                           decided.run.err);
        cr_expect_not_null(strstr(decided.run.err, "2 were read"), "%s", decided.run.err);
        drop(&decided);
    }
}

Test(layout_lines, a_file_without_its_trailer_is_warned_of) {
    struct decided_text decided;
    decide(&decided, "\"trailer\": \"TRL\"", H A1);
    cr_expect_eq(decided.run.exit_code, 0);
    cr_expect_not_null(strstr(decided.run.err, "was the file cut?"), "%s", decided.run.err);
    drop(&decided);
}

/* The rejected file has the header's columns all the same. */
Test(layout_lines, a_delimiter_too_many_at_the_end_is_allowed_where_the_layout_says_so) {
    struct decided_text decided;
    decide(&decided, "\"trailing_delimiter\": true",
           H "A1,1,M1,2025-01-06,H0038,2,1000000004,\n"
             "A2,1,M1,2025-01-06,H0038,0,\"1000000004\",  \n" A2
             "A3,1,M1,2025-01-06,H0038,1,1000000004,x\n");
    cr_assert_eq(decided.run.exit_code, 0, "%s", decided.run.err);
    cr_expect(scene_count(decided.run.out, "counts", "accepted") == 2);
    cr_expect(scene_count(decided.run.out, "counts", "malformed") == 1);
    cr_expect_not_null(
        strstr(decided.rejected, ",3,A2,1,M1,2025-01-06,H0038,0,\"1000000004\",units_invalid,"),
        "%s", decided.rejected);
    drop(&decided);
}

Test(layout_lines, fields_that_are_missing_at_the_end_are_blank_where_the_layout_says_so) {
    struct decided_text decided;
    decide(&decided, "\"short_records\": true",
           H A1 "A2,1,M1,2025-01-06,H0038,2\n\"A3\",1,M1,2025-01-06,99213\nA4,1,M1,2025-01-06\n");
    cr_assert_eq(decided.run.exit_code, 0, "%s", decided.run.err);
    cr_expect(scene_count(decided.run.out, "counts", "accepted") == 2);
    cr_expect(scene_count(decided.run.out, "counts", "out_of_scope") == 1);
    cr_expect(scene_count(decided.run.out, "counts", "malformed") == 1, "without a code");
    cr_expect_not_null(
        strstr(decided.rejected, ",3,A2,1,M1,2025-01-06,H0038,2,,rendering_npi_missing,"), "%s",
        decided.rejected);
    drop(&decided);
}

Test(layout_lines, a_header_under_other_lines_is_pointed_at) {
    static const char *const above[] = {"sep=,\n", "Claims of January\r\n\n", "a,b\n1,2\n,,,\n"};
    static const char *const said[] = {"line 2 looks like the header: write \"skip_lines\": 1 in",
                                       "line 3 looks like the header: write \"skip_lines\": 2 in",
                                       "line 4 looks like the header: write \"skip_lines\": 3 in"};
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++) {
        struct decided_text decided;
        char text[1024];
        snprintf(text, sizeof text, "%s%s", above[i], H A1);
        decide(&decided, "\"short_records\": false", text);
        cr_expect_eq(decided.run.exit_code, 65);
        cr_expect_not_null(strstr(decided.run.err, said[i]), "%s", decided.run.err);
        drop(&decided);
    }
}

Test(layout_lines, a_header_that_the_layout_skips_is_pointed_at) {
    static const struct {
        const char *key;
        const char *above;
        const char *said;
    } cases[] = {
        {"\"skip_lines\": 1", "",
         "line 1 looks like the header, and the layout skips it: mend "
         "\"skip_lines\" (0 lines stand above it)"},
        {"\"skip_lines\": 3", "Claims\n\n", "line 3 looks like the header"},
        {"\"header_starts_with\": \"A\"", "", "line 1 looks like the header"},
        {"\"skip_lines\": 9", "", "no header line behind the 9 that the layout's skip_lines"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decided_text decided;
        char text[1024];
        snprintf(text, sizeof text, "%s%s", cases[i].above, H A1);
        decide(&decided, cases[i].key, text);
        cr_expect_eq(decided.run.exit_code, 65);
        cr_expect_not_null(strstr(decided.run.err, cases[i].said), "%s", decided.run.err);
        drop(&decided);
    }
}

Test(layout_lines, nothing_is_pointed_at_where_the_header_itself_is_wrong) {
    struct decided_text decided;
    decide(&decided, "\"short_records\": false", "claim_id," H A1 H);
    cr_expect_eq(decided.run.exit_code, 65);
    cr_expect_null(strstr(decided.run.err, "looks like"), "%s", decided.run.err);
    drop(&decided);
}

Test(layout_lines, such_lines_are_malformed_under_a_layout_that_says_nothing) {
    struct decided_text decided;
    decide(&decided, "\"skip_lines\": 1",
           "x\n" H "A1,1,M1,2025-01-06,H0038,2,1000000004,\n"
           "A2,1,M1,2025-01-06,H0038,2\n");
    cr_expect(scene_count(decided.run.out, "counts", "malformed") == 2, "%s", decided.run.err);
    drop(&decided);
}
