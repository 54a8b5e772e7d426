/*
 * Values as real feeds have them: codes that are a code to a person and not to the byte, ids and
 * numbers that went through a spreadsheet. Asked through `check -`, which decides as a run does.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,billing_npi,claim_frequency_code,original_claim_id\n"
#define ROSTER "fixtures/quickstart/roster"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(real_values, .init = set_up, .fini = tear_down);

/* A built-in policy with one stretch replaced, as a file. */
static const char *edited_policy(const char *id, const char *from, const char *to) {
    char path[RUN_PATH_BYTES];
    char edited[65536];
    snprintf(path, sizeof path, "schemas/policies/%s.json", id);
    size_t text_len = 0;
    char *text = run_read_file(path, &text_len);
    char *at = strstr(text, from);
    cr_assert_not_null(at, "%s", from);
    const int len =
        snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return scene_file(&scene, "policy.json", edited, (size_t)len);
}

/* Each line and what `check -` must say behind its number. */
struct asked {
    const char *line;
    const char *answer;
};

static void expect_answers(const char *policy, const struct asked *asked, size_t count) {
    char input[16384];
    size_t used = (size_t)snprintf(input, sizeof input, "%s", HEADER);
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(input + used, sizeof input - used, "%s\n", asked[i].line);
    }
    const char *const argv[] = {run_claimgate(), "check", "-",        "--as-of", "2025-06-30",
                                "--roster",      ROSTER,  "--policy", policy,    NULL};
    struct run run;
    run_program(argv, scene_file(&scene, "asked.csv", input, used), &run);
    const char *at = run.out;
    for (size_t i = 0; i < count; i++) {
        char wanted[256];
        const int len = snprintf(wanted, sizeof wanted, "%zu\t%s\n", i + 2, asked[i].answer);
        cr_assert(strncmp(at, wanted, (size_t)len) == 0, "%s: wanted %s, got %.80s", asked[i].line,
                  wanted, at);
        at += len;
    }
    run_fini(&run);
}

#define EXPECT(policy, asked) expect_answers(policy, asked, sizeof(asked) / sizeof(asked)[0])
#define CODE(code)            "C1,1,M1,2025-01-06," code ",2,1000000004,,,"

Test(real_values, a_code_held_together_with_something_else_is_rejected_not_passed_by) {
    static const struct asked asked[] = {
        {CODE("H0038"), "accepted\t2\t"},
        {CODE("h0038"), "accepted\t2\t"},
        {CODE("H0038HQ"), "rejected\t0\tprocedure_code_invalid"},
        {CODE("H0038-HQ"), "rejected\t0\tprocedure_code_invalid"},
        {CODE("\"H0038 HQ\""), "rejected\t0\tprocedure_code_invalid"},
        {CODE("\"=\"\"H0038\"\"\""), "rejected\t0\tprocedure_code_invalid"},
        {CODE("HCPCS:H0038"), "rejected\t0\tprocedure_code_invalid"},
        {CODE("H0039"), "out_of_scope\t0\t"},
        {CODE(""), "out_of_scope\t0\t"},
        /* its place among the field edits: behind modifier_invalid, before units_invalid */
        {"C1,1,M1,2025-01-06,H0038HQ,0,1000000004,,,", "rejected\t0\tprocedure_code_invalid;"
                                                       "units_invalid"},
        {"C1,1,M1,2025-02-31,H0038HQ,2,1000000004,,,", "rejected\t0\tservice_date_invalid;"
                                                       "procedure_code_invalid"},
    };
    EXPECT("ms", asked);
}

Test(real_values, nothing_keeps_a_payer_from_voiding_a_line_with_such_a_code) {
    static const struct asked asked[] = {
        {"C1,1,M1,2025-01-06,H0038HQ,2,1000000004,,8,C0", "accepted\t0\t"}};
    EXPECT("ms", asked);
}

Test(real_values, a_near_code_passes_with_a_warning_unless_the_policy_says_else) {
    static const struct asked warned[] = {{CODE("H0O38"), "out_of_scope\t0\tprocedure_code_near"},
                                          {CODE("H00388"), "out_of_scope\t0\tprocedure_code_near"},
                                          {CODE("H038"), "out_of_scope\t0\tprocedure_code_near"}};
    static const struct asked rejected[] = {
        {CODE("H0O38"), "rejected\t0\tprocedure_code_near"},
        {CODE("H00388"), "rejected\t0\tprocedure_code_near"},
        {CODE("H0038HQ"), "rejected\t0\tprocedure_code_invalid"},
        {CODE("H0039"), "out_of_scope\t0\t"}};
    static const struct asked silent[] = {{CODE("H0O38"), "out_of_scope\t0\t"},
                                          {CODE("H0038HQ"), "rejected\t0\tprocedure_code_invalid"}};
    EXPECT("ms", warned);
    EXPECT(edited_policy("ms", "\"unknown_original\"",
                         "\"near_code\": \"reject\", \"unknown_original\""),
           rejected);
    EXPECT(
        edited_policy("ms", "\"unknown_original\"", "\"near_code\": \"off\", \"unknown_original\""),
        silent);
}

/* Values that have slipped by a column, or a program that writes the code elsewhere. */
Test(real_values, a_code_in_another_column_is_near_where_its_own_holds_no_code) {
    static const struct asked warned[] = {
        {"C1,1,M1,H0038,2025-01-06,2,1000000004,,,", "out_of_scope\t0\tprocedure_code_near"},
        {"C1,1,M1,2025-01-06,,h0038,1000000004,,,", "out_of_scope\t0\tprocedure_code_near"},
        {"C1,1,M1,2025-01-06,HQ,\" H0038\",1000000004,,,", "out_of_scope\t0\tprocedure_code_near"},
        {"H0038,1,M1,2025-01-06,0900,2,1000000004,,,", "out_of_scope\t0\tprocedure_code_near"},
        {"C1,1,M1,2025-01-06,99213,H0038,1000000004,,,", "out_of_scope\t0\t"},
        {"C1,1,M1,2025-01-06,,2,1000000004,,,", "out_of_scope\t0\t"}};
    static const struct asked rejected[] = {{"C1,1,M1,2025-01-06,,H0038,1000000004,,,",
                                             "rejected\t0\tprocedure_code_near;units_invalid"}};
    EXPECT("ms", warned);
    EXPECT(edited_policy("ms", "\"unknown_original\"",
                         "\"near_code\": \"reject\", \"unknown_original\""),
           rejected);
}

Test(real_values, the_sentence_names_the_column_in_which_the_code_stands) {
    static const char claims[] = HEADER "C1,1,M1,2025-01-06,,H0038,1000000004,,,\n"
                                        "C2,1,M1,2025-01-06,0900,2,1000000004,,,H0038\n";
    const char *policy = edited_policy("ms", "\"unknown_original\"",
                                       "\"near_code\": \"reject\", \"unknown_original\"");
    const char *out = scene_path(&scene, "out");
    const char *file = scene_file(&scene, "slipped.csv", claims, sizeof claims - 1);
    struct run run;
    size_t len = 0;
    scene_validate((const char *[]){file, "--policy", policy, "--out", out, NULL}, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    char path[RUN_PATH_BYTES];
    run_join(path, out, "rejected.csv.gz");
    char *rejected = run_gunzip(path, &len);
    cr_expect_not_null(
        strstr(rejected,
               "H0038 stands in the column service_unit_quantity, not in that of the code"),
        "%s", rejected);
    cr_expect_not_null(strstr(rejected, "H0038 stands in the column original_claim_id"), "%s",
                       rejected);
    free(rejected);
    run_fini(&run);
}

Test(real_values, a_code_only_for_those_on_the_roster_is_sought_for_them_alone) {
    static const struct asked asked[] = {
        {"C1,1,M1,2025-01-06,H2017-HQ,2,1234567893,,,", "out_of_scope\t0\t"},
        {"C1,1,M1,2025-01-06,H2O17,2,1234567893,,,", "out_of_scope\t0\t"},
        {"C1,1,M1,2025-01-06,H2O17,2,1000000004,,,", "out_of_scope\t0\tprocedure_code_near"}};
    EXPECT(edited_policy("ms", "{\n          \"code\": \"H0038\"\n        }",
                         "{\"code\": \"H2017\", \"only_if_on_roster\": true}"),
           asked);
}

Test(real_values, invisible_characters_around_a_value_are_no_part_of_it) {
    static const struct asked asked[] = {
        {"C1,1,M1,2025-01-06,H0038\xC2\xA0,\xC2\xA0"
         "2,\xE2\x80\x8B"
         "1000000004,\xC2\xA0,,",
         "accepted\t2\t"},
        {"\"\xEF\xBB\xBF"
         "C1\",\"1\xE3\x80\x80\",M1,2025-01-06,\"\xC2\xA0H0038\",2,1000000004,,,",
         "accepted\t2\t"},
        {"\xC2\xA0,1,M1,2025-01-06,H0038,2,1000000004,,,", "rejected\t0\tclaim_id_invalid"}};
    EXPECT("ms", asked);
}

Test(real_values, invisible_characters_around_a_column_s_name_are_no_part_of_it) {
    static const char input[] =
        "\xC2\xA0"
        "claim_id,claim_line_number\xE2\x80\x8B,\"member_id\xC2\xA0\","
        "claim_line_start_date,\xE3\x80\x80hcpcs_code,service_unit_quantity,rendering_npi\n"
        "C1,1,M1,2025-01-06,H0038,2,1000000004\n";
    const char *const argv[] = {run_claimgate(), "check",    "-",    "--as-of",
                                "2025-06-30",    "--roster", ROSTER, NULL};
    struct run run;
    run_program(argv, scene_file(&scene, "asked.csv", input, sizeof input - 1), &run);
    cr_expect_str_eq(run.out, "2\taccepted\t2\t\n", "%s", run.err);
    run_fini(&run);
}

Test(real_values, point_and_zeros_may_follow_line_numbers_and_npis) {
    static const struct asked asked[] = {
        {"C1,1.0,M1,2025-01-06,H0038,2.00,1000000004.0,1000000004.00,,", "accepted\t2\t"},
        {"C1,1.5,M1,2025-01-06,H0038,2,1000000004.1,,,",
         "rejected\t0\tline_number_invalid;rendering_npi_invalid"},
        {"C1,0.0,M1,2025-01-06,H0038,2,1000000004,,,", "rejected\t0\tline_number_invalid"}};
    EXPECT("ms", asked);
}

Test(real_values, an_id_with_an_exponent_is_nobodys) {
    static const struct asked asked[] = {
        {"2.02501E+14,1,M1,2025-01-06,H0038,2,1000000004,,,", "rejected\t0\tclaim_id_invalid"},
        {"C1,1,2.02501E+14,2025-01-06,H0038,2,1000000004,,,", "rejected\t0\tmember_id_invalid"},
        {"C1,1,M1,2025-01-06,H0038,2,1E+09,,,", "rejected\t0\trendering_npi_invalid"},
        {"C1,1,M1,2025-01-06,H0038,2,1000000004,1.00E+09,,", "rejected\t0\tbilling_npi_invalid"},
        {"C1,1,M1,2025-01-06,H0038,2,1000000004,,8,2.02501E+14",
         "rejected\t0\toriginal_claim_unknown"},
        {"2025E0001,1,12E34,2025-01-06,H0038,2,1000000004,,,", "accepted\t2\t"}};
    EXPECT("ms", asked);
}

/* Lines that have each of these as the claim's id and the member's. */
static void expect_as_ids(const char *const ids[], size_t count, const char *answer) {
    char lines[20][128];
    struct asked asked[20];
    for (size_t i = 0; i < count; i++) {
        snprintf(lines[i], sizeof lines[i], "%s,1,%s,2025-01-06,H0038,2,1000000004,,,", ids[i],
                 ids[i]);
        asked[i] = (struct asked){lines[i], answer};
    }
    expect_answers("ms", asked, count);
}

Test(real_values, a_mark_for_no_value_is_nobodys_id) {
    static const char *const MARKS[] = {"NULL", "\\N", "N/A", "#N/A",    "(null)", "None",    "nan",
                                        "<NA>", "NaT", "~",   "UNKNOWN", "?",      "-",       ".",
                                        "#",    "nil", "--",  "NA",      "null",   "########"};
    static const char *const IDS[] = {"N", "NULL1", "#1", "-1", "M.", "unknown person", "N-A"};
    expect_as_ids(MARKS, sizeof MARKS / sizeof MARKS[0],
                  "rejected\t0\tclaim_id_invalid;member_id_invalid");
    expect_as_ids(IDS, sizeof IDS / sizeof IDS[0], "accepted\t2\t");
    static const struct asked voids[] = {
        {"C1,1,M1,2025-01-06,H0038,2,1000000004,,8,NULL", "rejected\t0\toriginal_claim_unknown"}};
    EXPECT("ms", voids);
}

/* The id under "blank" is blank, and the sentence of one that is not there says how to say so. */
Test(real_values, the_sentence_of_a_mark_for_an_id_names_the_layout_s_key) {
    static const char input[] = HEADER "C1,1,########,2025-01-06,H0038,2,1000000004,,,\n";
    const char *claims = scene_file(&scene, "claims.csv", input, sizeof input - 1);
    size_t len;
    scene_expect_success((const char *[]){claims, "--out", scene_path(&scene, "out"), NULL}, NULL);
    char *rejected = scene_read(scene_path(&scene, "out"), "rejected.csv.gz", &len);
    cr_expect(strstr(rejected, "member_id holds a mark for no value, which would make one of many "
                               "people; name it under \"\"blank\"\" in the layout") != NULL,
              "%s", rejected);
    free(rejected);
}

#define NO_ORIGINAL(more)                                                                          \
    "{\"name\": \"no-original\", \"title\": \"t\", \"delimiter\": \",\", \"multiline\": false,"    \
    " \"date_format\": \"YYYY-MM-DD\", \"fields\": {"                                              \
    "\"claim_id\": {\"column\": \"claim_id\"}, \"member_id\": {\"column\": \"member_id\"},"        \
    "\"claim_line_start_date\": {\"column\": \"claim_line_start_date\"},"                          \
    "\"hcpcs_code\": {\"column\": \"hcpcs_code\"},"                                                \
    "\"service_unit_quantity\": {\"column\": \"service_unit_quantity\"},"                          \
    "\"rendering_npi\": {\"column\": \"rendering_npi\"},"                                          \
    "\"claim_frequency_code\": {\"column\": \"claim_frequency_code\"" more "}}}"

Test(real_values, an_8_voids_nothing_where_the_layout_has_no_place_for_the_original) {
    static const char layout[] = NO_ORIGINAL("");
    static const char input[] = HEADER "B,1,M1,2025-01-06,H2017,2,1234567893,,8,\n"
                                       "B,1,M1,2025-01-06,H2017,2,,,8,\n"
                                       "B,1,M1,2025-01-06,H0038,2,1000000004,,8,\n";
    const char *const argv[] = {
        run_claimgate(),
        "check",
        "-",
        "--as-of",
        "2025-06-30",
        "--roster",
        ROSTER,
        "--layout",
        scene_file(&scene, "layout.json", layout, sizeof layout - 1),
        "--policy",
        edited_policy("ms", "{\n          \"code\": \"H0038\"\n        }",
                      "{\"code\": \"H0038\"}, {\"code\": \"H2017\", \"only_if_on_roster\": true}"),
        NULL};
    struct run run;
    run_program(argv, scene_file(&scene, "asked.csv", input, sizeof input - 1), &run);
    cr_expect_str_eq(run.out,
                     "2\tout_of_scope\t0\t\n3\tout_of_scope\t0\t\n"
                     "4\trejected\t0\tfrequency_code_invalid\n",
                     "%s", run.err);
    run_fini(&run);
}

Test(real_values, a_word_that_means_void_is_told_by_its_meaning) {
    static const char layout[] = NO_ORIGINAL(", \"map\": {\"VOID\": \"8\"}");
    static const char input[] = HEADER "B,1,M1,2025-01-06,H0038,2,1000000004,,VOID,\n";
    size_t len;
    scene_expect_success((const char *[]){scene_file(&scene, "claims.csv", input, sizeof input - 1),
                                          "--layout",
                                          scene_file(&scene, "l.json", layout, sizeof layout - 1),
                                          "--out", scene_path(&scene, "out"), NULL},
                         NULL);
    char *rejected = scene_read(scene_path(&scene, "out"), "rejected.csv.gz", &len);
    cr_expect_not_null(strstr(rejected,
                              "claim_frequency_code means 8, but the layout has no column "
                              "for the claim to void."),
                       "%s", rejected);
    free(rejected);
}

Test(real_values, a_run_counts_near_codes_and_names_the_first_lines) {
    static const char claims[] = HEADER "C1,1,M1,2025-01-06,H0O38,2,1000000004,,,\n"
                                        "C2,1,M1,2025-01-06,99213,2,1000000004,,,\n"
                                        "C3,1,M1,2025-01-06,H00388,2,1000000004,,,\n";
    const char *out = scene_path(&scene, "out");
    const char *file = scene_file(&scene, "near.csv", claims, sizeof claims - 1);
    struct run run;
    size_t len = 0;
    scene_validate((const char *[]){file, "--out", out, NULL}, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "near.csv:2, "), "%s", run.err);
    cr_expect_not_null(strstr(run.err, "near.csv:4)"), "%s", run.err);
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    cr_expect_eq(scene_count(report, "warnings", "procedure_code_near"), 2);
    cr_expect_eq(scene_count(report, "counts", "out_of_scope"), 3);
    cr_expect_not_null(strstr(report, "\"near_codes\""));
    free(report);
    run_fini(&run);
}

Test(real_values, the_sentence_names_the_code_and_the_mend) {
    const char *const argv[] = {
        run_claimgate(),   "check",      "--member",    "M1",      "--date",  "2025-01-06",
        "--units",         "2",          "--roster",    ROSTER,    "--as-of", "2025-06-30",
        "--rendering-npi", "1000000004", "--procedure", "H0038HQ", NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 1);
    cr_expect_not_null(strstr(run.out, "reason procedure_code_invalid: CO 16 M51\n"), "%s",
                       run.out);
    cr_expect_not_null(strstr(run.out, "hcpcs_code holds H0038 together with something else"), "%s",
                       run.out);
    run_fini(&run);
}
