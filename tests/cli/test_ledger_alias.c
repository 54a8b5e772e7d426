/*
 * A payer's numbers: told to a ledger, looked up by voids and replacements, found by explain, taken
 * back with their run, proved by verify.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;
static const char *ledger;

static void set_up(void) {
    scene_make(&scene);
    ledger = scene_path(&scene, "l.db");
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(ledger_alias, .init = set_up, .fini = tear_down, .timeout = 120);

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"
#define ROW(claim, member, units, more)                                                            \
    claim ",1," member ",2025-01-06,H0038," units ",1000000004," more "\n"

/* Returns report.json; the caller frees it. */
static char *night(const char *name, const char *rows) {
    const char *out = scene_path(&scene, "%s", name);
    const char *const args[] = {scene_file(&scene, "claims.csv", rows, strlen(rows)),
                                "--ledger",
                                ledger,
                                "--out",
                                out,
                                NULL};
    size_t len;
    scene_expect_success(args, NULL);
    return scene_read(out, "report.json", &len);
}

static void expect_night(const char *name, const char *rows, long long rejected,
                         long long taken_back) {
    char *report = night(name, rows);
    cr_expect_eq(scene_count(report, "counts", "rejected"), rejected, "%s: %s", name, report);
    cr_expect_eq(scene_count(report, "counts", "taken_back"), taken_back, "%s: %s", name, report);
    free(report);
}

/* A command with --ledger; words closed by NULL. */
static void expect(const char *const words[], int exit_code, const char *said) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
    struct run run;
    size_t count = 1;
    while (words[count - 1] != NULL) {
        argv[count] = words[count - 1];
        count++;
    }
    argv[count++] = "--ledger";
    argv[count] = ledger;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s %s: %s%s", words[0], words[1], run.out, run.err);
    cr_expect(strstr(run.out, said) != NULL || strstr(run.err, said) != NULL, "%s%s", run.out,
              run.err);
    run_fini(&run);
}
#define EXPECT(exit_code, said, ...)                                                               \
    expect((const char *const[]){__VA_ARGS__, NULL}, exit_code, said)

static void tell(const char *rows, int exit_code, const char *said) {
    EXPECT(exit_code, said, "ledger", "alias",
           scene_file(&scene, "numbers.csv", rows, strlen(rows)));
}

Test(ledger_alias, a_void_finds_the_claim_by_the_payers_number) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ","), 0, 0);
    tell("claim_id,payer_claim_id\nCLM-1,P-900001\n", 0,
         "Run 2: 1 claim number of the payer kept.");
    expect_night("two", HEADER ROW("CLM-2", "M1", "4", "8,P-900001"), 0, 1);
    expect_night("three", HEADER ROW("CLM-3", "M1", "6", ","), 0, 0);
    EXPECT(0, "The ledger is sound", "ledger", "verify");
    EXPECT(0, "taken back  by claim CLM-2", "explain", "CLM-1");
}

Test(ledger_alias, a_replacement_takes_its_original_back_once_whichever_number_it_names) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ","), 0, 0);
    tell("claim_id,payer_claim_id\nCLM-1,P-1\n", 0, "1 claim number");
    expect_night("two", HEADER ROW("CLM-2", "M1", "3", "7,P-1"), 0, 1);
    /* Line 1 of the same claim again, by the claim's own id: a duplicate, but no unknown original.
     */
    char *report = night("three", HEADER ROW("CLM-2", "M1", "3", "7,CLM-1"));
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 0, "%s", report);
    cr_expect(strstr(report, "original_claim_unknown") == NULL, "%s", report);
    cr_expect(strstr(report, "duplicate_line") != NULL, "%s", report);
    free(report);
    EXPECT(0, "The ledger is sound", "ledger", "verify");
}

Test(ledger_alias, a_number_that_leads_nowhere_is_looked_for_among_claim_ids) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ",") ROW("P-1", "M1", "2", ","), 0, 0);
    tell("claim_id,payer_claim_id\nNOBODY,P-1\n", 0, "1 claim number");
    expect_night("two", HEADER ROW("CLM-2", "M1", "1", "8,P-1"), 0, 1);
    expect_night("three", HEADER ROW("CLM-3", "M1", "2", ","), 0, 0);
}

Test(ledger_alias, a_number_of_one_member_is_not_anothers) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ",") ROW("CLM-1", "M2", "4", ","), 0, 0);
    tell("claim_id,payer_claim_id,member_id\nCLM-1,P-1,M1\nCLM-1,P-2,NOBODY\n", 0,
         "1 row names a member whom the ledger does not know");
    char *report = night("two", HEADER ROW("CLM-2", "M2", "1", "8,P-1"));
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 0, "%s", report);
    cr_expect(strstr(report, "original_claim_unknown") != NULL, "%s", report);
    free(report);
    expect_night("three", HEADER ROW("CLM-2", "M1", "1", "8,P-1"), 0, 1);
}

Test(ledger_alias, the_numbers_go_with_their_run_and_can_be_told_again) {
    static const char numbers[] = "claim_id,payer_claim_id\nCLM-1,P-1\n";
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ","), 0, 0);
    tell(numbers, 0, "Run 2");
    tell(numbers, 0, "skipped");
    EXPECT(0, "", "ledger", "withdraw", "2");
    expect_night("two", HEADER ROW("CLM-2", "M1", "4", "8,P-1"), 0, 0);
    tell(numbers, 0, "Run 5");
    expect_night("three", HEADER ROW("CLM-3", "M1", "4", "8,P-1"), 0, 1);
    EXPECT(0, "alias", "ledger", "runs");
    EXPECT(0, "The ledger is sound", "ledger", "verify");
}

Test(ledger_alias, explain_finds_a_claim_by_either_number) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ","), 0, 0);
    tell("claim_id,payer_claim_id\nCLM-1,P-1\n", 0, "1 claim number");
    EXPECT(0, "the payer's number of the claim is P-1", "explain", "CLM-1");
    EXPECT(0, "accepted", "explain", "P-1");
    EXPECT(1, "", "explain", "P-2");
    struct run run;
    const char *const argv[] = {run_claimgate(), "explain", "P-1", "--json",
                                "--ledger",      ledger,    NULL};
    run_program(argv, NULL, &run);
    scene_check_json("decision.schema.json", run.out, run.out_len);
    run_fini(&run);
}

/* A number for two claims, a claim that the ledger has never seen; and what each decision is of. */
Test(ledger_alias, what_a_list_cannot_mean_is_told) {
    static const char rows[] = "claim_id,payer_claim_id,member_id\nA1,ICN1,\nA2,ICN2,\nZZ,ICN3,\n"
                               "A1,ICN2,\nA1,ICN1,M1\nA2,ICN2,M1\n";
    expect_night("one", HEADER ROW("A1", "M1", "2", ",") ROW("A2", "M1", "3", ","), 0, 0);
    tell(rows, 0, "1 row names a claim that the ledger has never seen, first line 4");
    EXPECT(0, "", "ledger", "withdraw", "2");
    tell(rows, 0, "means the claim whose claim_id comes first: 1 (");
    EXPECT(0, "claim A1\n", "explain", "ICN2");
    EXPECT(0, "\nclaim A2\n", "explain", "ICN2");
    struct run run;
    run_program((const char *[]){run_claimgate(), "explain", "A1", "--ledger", ledger, NULL}, NULL,
                &run);
    cr_expect_null(strstr(run.out, "claim A1\n"), "%s", run.out);
    run_fini(&run);
}

Test(ledger_alias, a_list_for_a_set_is_looked_for_in_all_its_parts) {
    ledger = scene_path(&scene, "set");
    const char *const create[] = {run_claimgate(), "ledger", "create", ledger, "--parts", "3",
                                  "--policy",      "ms",     NULL};
    struct run run;
    run_program(create, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    expect_night("one", HEADER ROW("A1", "M1", "2", ",") ROW("A2", "M2", "3", ","), 0, 0);
    tell("claim_id,payer_claim_id\nA1,ICN1\nA2,ICN2\nZZ,ICN3\n", 0,
         "1 row names a claim that the ledger has never seen, first line 4");
}

static void change(const char *sql) {
    char command[RUN_PATH_BYTES + 128];
    snprintf(command, sizeof command, "sqlite3 %s \"%s\"", ledger, sql);
    cr_assert_eq(system(command), 0, "%s", command);
}

Test(ledger_alias, a_number_that_was_changed_shows) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ","), 0, 0);
    tell("claim_id,payer_claim_id\nCLM-1,P-1\n", 0, "1 claim number");
    change("UPDATE alias SET claim_id = 'CLM-2'");
    EXPECT(1, "its claims' numbers", "ledger", "verify");
    change("UPDATE alias SET claim_id = 'CLM-1'");
    EXPECT(0, "The ledger is sound", "ledger", "verify");
    change("INSERT INTO alias VALUES (9, 'P-3', 'CLM-1', 0)");
    EXPECT(1, "table alias has rows of no run", "ledger", "verify");
}

Test(ledger_alias, a_bad_row_is_named_and_nothing_is_kept) {
    expect_night("one", HEADER ROW("CLM-1", "M1", "4", ","), 0, 0);
    tell("claim_id,payer_claim_id\nCLM-1,P-1\n,P-2\n", 65, "numbers.csv:3");
    tell("claim_id,other\nCLM-1,P-1\n", 65, "payer_claim_id");
    expect_night("two", HEADER ROW("CLM-2", "M1", "4", "8,P-1"), 0, 0);
}

/* Of one remittance a payer takes its numbers and what it denied, in either order. */
Test(ledger_alias, one_list_may_be_given_to_alias_and_to_release) {
    static const char *const orders[][2] = {{"alias", "release"}, {"release", "alias"}};
    static const char list[] = "claim_id,payer_claim_id\nA,P-1\n";
    static const char night[] = "claim_id,claim_line_number,member_id,claim_line_start_date,"
                                "hcpcs_code,service_unit_quantity,rendering_npi\n"
                                "A,1,M1,2025-01-06,H0038,4,1000000004\n";
    for (size_t i = 0; i < 2; i++) {
        struct scene place;
        scene_make(&place);
        const char *ledger_path = scene_path(&place, "ledger");
        const char *file = scene_file(&place, "list.csv", list, sizeof list - 1);
        scene_expect_success((const char *[]){scene_file(&place, "n.csv", night, sizeof night - 1),
                                              "--ledger", ledger_path, "--out",
                                              scene_path(&place, "out"), NULL},
                             NULL);
        for (size_t k = 0; k < 2; k++) {
            struct run run;
            const char *const argv[] = {run_claimgate(), "ledger",    orders[i][k], file,
                                        "--ledger",      ledger_path, NULL};
            run_program(argv, NULL, &run);
            cr_expect_eq(run.exit_code, 0, "%s: %s", orders[i][k], run.err);
            cr_expect(strstr(run.err, "skipped") == NULL, "%s: %s", orders[i][k], run.err);
            run_fini(&run);
            run_program(argv, NULL, &run);
            cr_expect(strstr(run.err, "skipped") != NULL, "the same list again: %s", run.err);
            run_fini(&run);
        }
        scene_remove(&place);
    }
}
