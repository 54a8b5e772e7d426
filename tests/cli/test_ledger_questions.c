/*
 * Questions to a ledger whose answer depends on what was taken back, split over days or left
 * without a number.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROSTER "fixtures/quickstart/roster"
#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,claim_line_end_date,hcpcs_code,"   \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"
#define NO_NUMBER_HEADER                                                                           \
    "claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi\n"

static struct scene scene;
static const char *ledger;
static const char *policy = "ms"; /* of the nights */

static void setup(void) {
    scene_make(&scene);
    ledger = scene_path(&scene, "ledger.db");
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(ledger_questions, .init = setup, .fini = teardown, .timeout = 120);

static void ask(const char *const words[], struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
    size_t count = 1;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[count++] = words[i];
    }
    argv[count++] = "--ledger";
    argv[count++] = ledger;
    run_program(argv, NULL, run);
    cr_assert_eq(run->exit_code, 0, "%s", run->err);
}
#define ASK(run, ...) ask((const char *const[]){__VA_ARGS__, NULL}, run)

static void night(const char *name, const char *text) {
    char file[64];
    struct run run;
    snprintf(file, sizeof file, "%s.csv", name);
    ASK(&run, "validate", scene_file(&scene, file, text, strlen(text)), "--roster", ROSTER,
        "--policy", policy, "--as-of", "2025-06-30", "--quiet", "--out",
        scene_path(&scene, "%s", name));
    run_fini(&run);
}

static void withdraw(const char *run_no) {
    struct run run;
    ASK(&run, "ledger", "withdraw", run_no);
    run_fini(&run);
}

/* The built-in policy with one text in place of another of it. */
static void change_policy(const char *from, const char *to) {
    size_t len;
    char *text = run_read_file("schemas/policies/ms.json", &len);
    char *at = strstr(text, from);
    cr_assert(at != NULL && strlen(to) <= strlen(from), "%s", from);
    memset(at, ' ', strlen(from));
    memcpy(at, to, strlen(to));
    policy = scene_file(&scene, "policy.json", text, len);
    free(text);
}

static void expect_said(const struct run *run, const char *text) {
    cr_expect_not_null(strstr(run->out, text), "no \"%s\" in:\n%s", text, run->out);
}

static void expect_unsaid(const struct run *run, const char *text) {
    cr_expect_null(strstr(run->out, text), "\"%s\" in:\n%s", text, run->out);
}

/* The answer, which is one document of the schema. */
static void ask_json(const char *const words[], struct run *run) {
    ask(words, run);
    scene_check_json("decision.schema.json", run->out, run->out_len);
}
#define ASK_JSON(run, ...) ask_json((const char *const[]){__VA_ARGS__, "--json", NULL}, run)

/* --- usage --- */

Test(ledger_questions, usage_lists_lines_with_units_in_the_period_alone) {
    struct run run;
    change_policy("\"span\": \"reject\"", "\"span\": \"split\"");
    night("one", HEADER "A,1,M1,2025-03-21,2025-03-23,H0038,1,1000000004,1,\n"
                        "B,1,M1,2024-06-29,2024-07-02,H0038,8,1000000004,1,\n");
    ASK(&run, "usage", "M1", "--date", "2025-03-22");
    expect_said(&run, "Cap \"daily\": 0 of 6 units used, 6 left\n  in the day 2025-03-22\n\nCap");
    run_fini(&run);
    ASK(&run, "usage", "M1", "--date", "2024-06-30");
    expect_said(&run, "2 of 6 units used, 4 left\n  in the day 2024-06-30\n"
                      "    2024-06-29 to 2024-07-02  2 of 8 units  H0038  claim B line 1\n");
    expect_said(&run, "4 of 200 units used, 196 left");
    expect_said(&run, "  4 of 8 units  H0038  claim B line 1\n");
    run_fini(&run);
    ASK_JSON(&run, "usage", "M1", "--date", "2024-06-30");
    expect_said(&run, "\"accepted_units\": 8,\n          \"units\": 2");
    expect_said(&run, "\"accepted_units\": 8,\n          \"units\": 4");
    run_fini(&run);
}

Test(ledger_questions, a_line_without_a_number_has_none) {
    struct run run;
    night("one", NO_NUMBER_HEADER "A,M1,2025-03-05,H0038,4,1000000004\n"
                                  "B,M1,2025-03-05,H0038,4,1000000004\n");
    ASK_JSON(&run, "usage", "M1", "--date", "2025-03-05");
    expect_said(&run, "\"claim_line_number\": null");
    expect_unsaid(&run, "\"claim_line_number\": 0");
    run_fini(&run);
    ASK_JSON(&run, "explain", "B");
    expect_said(&run, "\"used_by\": [\n        {\n          \"claim_id\": \"A\",\n"
                      "          \"claim_line_number\": null,");
    expect_unsaid(&run, "\"claim_line_number\": 0");
    run_fini(&run);
}

/* --- documents --- */

Test(ledger_questions, every_kind_of_decision_is_a_document_of_the_schema) {
    struct run run;
    change_policy("\"over_cap\": \"reject\"", "\"over_cap\":\"cutback\"");
    night("one", HEADER "A,1,M1,2025-01-06,,H0038,4,1000000004,1,\n"
                        "B,1,M1,2025-01-06,,H0038,5,1000000004,1,\n"
                        "C,1,M1,,,H0038,4.5,12,1,\n"
                        "V,1,M1,2025-01-06,,H0038,4,1000000004,8,A\n");
    ASK_JSON(&run, "explain", "B");
    expect_said(&run, "\"decision\": \"cutback\"");
    run_fini(&run);
    ASK_JSON(&run, "explain", "C");
    expect_said(&run, "\"start_date\": null");
    expect_said(&run, "\"units\": null");
    run_fini(&run);
    ASK_JSON(&run, "explain", "A");
    expect_said(&run, "\"taken_back\": {\n        \"claim_id\": \"V\",\n        \"run\": 1");
    run_fini(&run);
    const char *const unknown[] = {run_claimgate(), "explain", "NO-SUCH", "--json",
                                   "--ledger",      ledger,    NULL};
    run_program(unknown, NULL, &run);
    cr_expect_eq(run.exit_code, 1);
    cr_expect_not_null(strstr(run.err, "the ledger has never seen this claim"), "%s", run.err);
    scene_check_json("decision.schema.json", run.out, run.out_len);
    run_fini(&run);
    ASK_JSON(&run, "reconsider");
    expect_said(&run, "\"units_that_fit\": 3");
    run_fini(&run);
}

Test(ledger_questions, explain_tells_the_sentence_of_the_rejected_row) {
    static const char sentence[] = "4 of 6 units were already used on 2025-01-06; this line asks "
                                   "for 3 and 2 are left.";
    struct run run;
    night("one", HEADER "A,1,M1,2025-01-06,,H0038,4,1000000004,1,\n"
                        "B,1,M1,2025-01-06,,H0038,3,1000000004,1,\n");
    ASK(&run, "explain", "B");
    expect_said(&run, "  reason      daily_cap (CO 119 N362)\n"
                      "              4 of 6 units were already used on 2025-01-06; this line");
    run_fini(&run);
    ASK_JSON(&run, "explain", "B");
    expect_said(&run, sentence);
    run_fini(&run);
}

/* --- runs that were withdrawn --- */

/* A is taken back by V before B and C come; the daily cap is 6 units. */
#define VOIDED_WITHIN_THE_RUN                                                                      \
    "A,1,M1,2025-01-06,,H0038,4,1000000004,1,\n"                                                   \
    "V,1,M1,2025-01-06,,H0038,1,1000000004,8,A\n"                                                  \
    "B,1,M1,2025-01-06,,H0038,5,1000000004,1,\n"                                                   \
    "C,1,M1,2025-01-06,,H0038,2,1000000004,1,\n"

Test(ledger_questions, a_withdrawn_run_is_explained_by_what_stood_within_it) {
    struct run run;
    night("one", HEADER VOIDED_WITHIN_THE_RUN);
    withdraw("1");
    ASK(&run, "explain", "C");
    expect_said(&run, "these, 5 units");
    expect_said(&run, "claim B line 1");
    expect_unsaid(&run, "claim A line 1");
    run_fini(&run);
    ASK(&run, "explain", "A");
    expect_said(&run, "taken back  by claim V in run 1");
    run_fini(&run);
}

Test(ledger_questions, a_void_of_a_withdrawn_run_held_until_it_was_withdrawn) {
    struct run run;
    night("one", HEADER "A,1,M1,2025-01-06,,H0038,4,1000000004,1,\n");
    night("two", HEADER "V,1,M1,2025-01-06,,H0038,1,1000000004,8,A\n"
                        "B,1,M1,2025-01-06,,H0038,5,1000000004,1,\n"
                        "C,1,M1,2025-01-06,,H0038,2,1000000004,1,\n");
    withdraw("2");
    ASK(&run, "explain", "C");
    expect_said(&run, "these, 5 units");
    expect_unsaid(&run, "claim A line 1");
    run_fini(&run);
    ASK(&run, "explain", "A");
    expect_unsaid(&run, "taken back");
    run_fini(&run);
}

Test(ledger_questions, no_later_run_takes_back_a_line_of_a_withdrawn_run) {
    struct run run;
    night("one", HEADER "B,1,M1,2025-01-06,,H0038,5,1000000004,1,\n");
    withdraw("1");
    night("three", HEADER "B,1,M1,2025-01-06,,H0038,5,1000000004,1,\n");
    night("four", HEADER "V,1,M1,2025-01-06,,H0038,1,1000000004,8,B\n");
    ASK(&run, "explain", "B");
    const char *first = strstr(run.out, "by claim V in run 4");
    cr_expect(first != NULL && strstr(first + 1, "by claim V in run 4") == NULL, "%s", run.out);
    cr_expect(first > strstr(run.out, "Run 3 of"), "%s", run.out);
    run_fini(&run);
    ASK(&run, "ledger", "export", "--table", "decision");
    const char *row = strstr(run.out, "\n1,");
    cr_assert_not_null(row, "%s", run.out);
    cr_expect_null(memmem(row, strcspn(row + 1, "\n"), ",V,", 3), "%s", run.out);
    run_fini(&run);
}

/* --- reconsider --- */

Test(ledger_questions, reconsider_leaves_out_claims_that_were_replaced) {
    struct run run;
    night("one", HEADER "R,1,M1,2025-01-06,,H0038,5,1000000004,1,\n"
                        "R,2,M1,2025-01-06,,H0038,3,1000000004,1,\n");
    night("two", HEADER "S,1,M1,2025-01-06,,H0038,2,1000000004,7,R\n"
                        "S,2,M1,2025-01-06,,H0038,1,1000000004,7,R\n");
    ASK(&run, "reconsider");
    expect_unsaid(&run, "claim R line 2");
    expect_said(&run, "No line that a cap rejected would fit now.");
    expect_said(&run, "1 line of claims that were voided or replaced is left out.");
    run_fini(&run);
    ASK_JSON(&run, "reconsider");
    expect_said(&run, "\"left_out\": 1");
    run_fini(&run);
    withdraw("2");
    ASK(&run, "reconsider");
    expect_unsaid(&run, "left out");
    run_fini(&run);
}

/* --- which text of the policy counts --- */

Test(ledger_questions, usage_by_year_goes_by_the_newest_run_that_stands) {
    struct run run;
    night("one", HEADER "A,1,M1,2025-01-06,,H0038,4,1000000004,1,\n");
    change_policy("\"year_start\": \"07-01\"", "\"year_start\":\"01-01\"");
    night("two", HEADER "B,1,M1,2025-01-07,,H0038,4,1000000004,1,\n");
    ASK(&run, "ledger", "export", "--table", "usage_by_year");
    expect_said(&run, "M1,2025-01-01,2,8");
    run_fini(&run);
    withdraw("2");
    policy = "ms";
    night("three", HEADER "C,1,M1,2025-01-08,,H0038,2,1000000004,1,\n");
    ASK(&run, "ledger", "export", "--table", "usage_by_year");
    expect_said(&run, "M1,2024-07-01,2,6");
    run_fini(&run);
}

Test(ledger_questions, a_ledger_whose_first_night_failed_knows_of_nothing) {
    static const char bad[] = "no,header\n1,2\n";
    const char *empty = scene_path(&scene, "empty.ledger");
    struct run run;
    scene_validate((const char *[]){scene_file(&scene, "bad.csv", bad, sizeof bad - 1), "--ledger",
                                    empty, "--out", scene_path(&scene, "bad"), NULL},
                   NULL, &run);
    cr_assert_eq(run.exit_code, 65);
    run_fini(&run);
    const char *const argv[] = {run_claimgate(), "usage", "M1", "--ledger", empty, NULL};
    run_program(argv, NULL, &run);
    cr_expect_neq(run.exit_code, 65, "%s", run.err);
    expect_said(&run, "The ledger has no runs that stand");
    run_fini(&run);
}
