/*
 * Generated 837 files, and what they hold as CSV: a line decided by itself is decided as the same
 * line of the default layout, and a claim that is decided whole as the same row of a claim.
 */
#include "support/told.h"

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

TestSuite(generated_x12, .init = set_up, .fini = tear_down, .timeout = 120);

/* A row of a claim numbers its lines itself, so that no number of a line is a mistake there. */
static const char *generate(const char *seed, const char *errors) {
    return scene_generate(&scene, "made",
                          (const char *const[]){"--layout",
                                                "x12-837p",
                                                "--history",
                                                "--plain",
                                                "--lines",
                                                "4000",
                                                "--seed",
                                                seed,
                                                "--errors",
                                                errors,
                                                "--voids",
                                                "3",
                                                "--replacements",
                                                "4",
                                                "--out-of-scope",
                                                "3",
                                                "--dependents",
                                                "5",
                                                "--authorized",
                                                "3",
                                                "--error",
                                                "line_number_invalid=0",
                                                NULL});
}

Test(generated_x12, lines_by_themselves_are_decided_as_in_csv) {
    static const char *const CASES[][2] = {{"1", "0"}, {"2", "0.2"}, {"3", "0.5"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char label[64];
        snprintf(label, sizeof label, "seed %s, errors %s", CASES[i][0], CASES[i][1]);
        const char *made = generate(CASES[i][0], CASES[i][1]);
        struct told x12 = told_decide(&scene, made, "claims.837",
                                      (const char *const[]){"--lines", "--dependents", "joined",
                                                            "--policy", "ms-full", NULL});
        struct told csv =
            told_decide(&scene, made, "history.csv",
                        (const char *const[]){"--layout", "tuva", "--policy", "ms-full", NULL});
        told_expect_same_lines(label, &x12, &csv);
        told_expect_same_counts(label, &x12, &csv, 0);
        cr_expect(scene_count(x12.report, "counts", "taken_back") > 40, "%s", label);
        cr_expect(scene_count(x12.report, "counts", "exempt") > 40, "%s", label);
        free(x12.report);
        free(csv.report);
        tear_down();
        set_up();
    }
}

/* The generator's rows of claims, every column of them. */
static const char CLAIM_ROWS[] =
    "{\"name\":\"generated\",\"title\":\"generated\",\"delimiter\":\",\","
    "\"date_format\":\"YYYY-MM-DD\",\"lines\":{\"count\":6},\"fields\":{"
    "\"claim_id\":{\"column\":\"claim_id\"},\"member_id\":{\"column\":\"member_id\"},"
    "\"birth_date\":{\"column\":\"birth_date\"},\"billing_npi\":{\"column\":\"billing_npi\"},"
    "\"claim_frequency_code\":{\"column\":\"claim_frequency_code\"},"
    "\"original_claim_id\":{\"column\":\"original_claim_id\"},"
    "\"received_date\":{\"column\":\"received_date\"},"
    "\"authorization_number\":{\"column\":\"authorization_number\"},"
    "\"claim_line_start_date\":{\"column\":\"from_{n}\"},"
    "\"claim_line_end_date\":{\"column\":\"to_{n}\"},"
    "\"place_of_service_code\":{\"column\":\"pos_{n}\"},\"hcpcs_code\":{\"column\":\"hcpcs_{n}\"},"
    "\"hcpcs_modifier_1\":{\"column\":\"mod_a_{n}\"},"
    "\"hcpcs_modifier_2\":{\"column\":\"mod_b_{n}\"},"
    "\"service_unit_quantity\":{\"column\":\"units_{n}\"},"
    "\"charge_amount\":{\"column\":\"charge_{n}\"},"
    "\"rendering_npi\":{\"column\":\"npi_{n}\"}}}";

Test(generated_x12, whole_claims_are_decided_as_rows_of_claims) {
    static const char *const CASES[][2] = {{"4", "0"}, {"5", "0.2"}, {"6", "0.5"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char label[64];
        snprintf(label, sizeof label, "seed %s, errors %s", CASES[i][0], CASES[i][1]);
        const char *layout = scene_file(&scene, "layout.json", CLAIM_ROWS, sizeof CLAIM_ROWS - 1);
        const char *made = generate(CASES[i][0], CASES[i][1]);
        struct told x12 = told_decide(
            &scene, made, "claims.837",
            (const char *const[]){"--dependents", "joined", "--policy", "ms-full", NULL});
        struct told rows =
            told_decide(&scene, made, "claim-rows.csv",
                        (const char *const[]){"--layout", layout, "--policy", "ms-full", NULL});
        told_expect_same_lines(label, &x12, &rows);
        told_expect_same_counts(label, &x12, &rows, 0);
        cr_expect(scene_count(x12.report, "claims", "rejected") > 100, "%s", label);
        free(x12.report);
        free(rows.report);
        tear_down();
        set_up();
    }
}

/* A claim is rejected whole: with it go lines out of scope, of which the ledger holds none. */
Test(generated_x12, an_audit_of_its_run_under_the_same_rules_changes_nothing) {
    (void)generate("7", "0.5");
    const char *claims = scene_path(&scene, "made/claims.837");
    const char *roster = scene_path(&scene, "made/roster");
    const char *ledger = scene_path(&scene, "ledger.db");
    struct run run;
    scene_expect_success((const char *const[]){claims, "--roster", roster, "--ledger", ledger,
                                               "--out", scene_path(&scene, "out"), NULL},
                         NULL);
    run_program((const char *const[]){run_claimgate(), "audit", claims, "--ledger", ledger, "--run",
                                      "1", "--roster", roster, "--out", scene_path(&scene, "audit"),
                                      NULL},
                NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    run_fini(&run);
}
