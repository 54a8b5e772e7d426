/*
 * A void or replacement that came before its original took nothing, and is told so afterwards.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"
#define ROW(claim, line, frequency, original)                                                      \
    claim "," line ",M1,2025-01-06,H0038,1,1000000004," frequency "," original "\n"

static void expect_explained(const char *ledger, const char *claim, const char *wanted) {
    const char *const argv[] = {run_claimgate(), "explain", claim, "--ledger", ledger, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect(strstr(run.out, wanted) != NULL, "no \"%s\" in:\n%s%s", wanted, run.out, run.err);
    run_fini(&run);
}

Test(take_back_order, reconsider_lists_those_whose_original_came_later_and_stands) {
    static const char *const nights[] = {
        HEADER ROW("V1", "1", "8", "A1") ROW("V2", "1", "8", "A2") ROW("R3", "1", "7", "A3"),
        HEADER ROW("A1", "1", "", "") ROW("A2", "1", "", "") ROW("V4", "1", "8", "A2")};
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *ledger = scene_path(&scene, "ledger");
    for (size_t i = 0; i < 2; i++) {
        scene_expect_success(
            (const char *const[]){scene_file(&scene, "night.csv", nights[i], strlen(nights[i])),
                                  "--ledger", ledger, "--out", scene_path(&scene, "out%zu", i),
                                  NULL},
            NULL);
    }
    run_program((const char *const[]){run_claimgate(), "reconsider", "--ledger", ledger, NULL},
                NULL, &run);
    cr_expect(strstr(run.out, "claim V1 was asked to void A1, in run 1") != NULL, "%s", run.out);
    cr_expect(strstr(run.out, "V2") == NULL && strstr(run.out, "R3") == NULL, "%s", run.out);
    run_fini(&run);
    run_program(
        (const char *const[]){run_claimgate(), "reconsider", "--ledger", ledger, "--json", NULL},
        NULL, &run);
    scene_check_json("decision.schema.json", run.out, run.out_len);
    run_fini(&run);
    scene_remove(&scene);
}

Test(take_back_order, explain_says_that_a_void_before_its_original_took_nothing) {
    static const char night[] =
        HEADER ROW("V1", "1", "8", "A1") ROW("R1", "1", "7", "A1") ROW("A1", "1", "", "")
            ROW("A1", "2", "", "") ROW("V2", "1", "8", "A1") ROW("V2", "2", "8", "A1");
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *ledger = scene_path(&scene, "ledger");
    scene_expect_success(
        (const char *const[]){scene_file(&scene, "night.csv", night, sizeof night - 1), "--ledger",
                              ledger, "--out", scene_path(&scene, "out"), NULL},
        NULL);
    expect_explained(ledger, "V1", "asked to void A1, took nothing back");
    expect_explained(ledger, "R1", "asked to replace A1, took nothing back");
    expect_explained(ledger, "V2", "voids       A1\n");
    const char *const argv[] = {run_claimgate(), "explain", "V2", "--ledger", ledger, NULL};
    run_program(argv, NULL, &run);
    cr_expect(strstr(run.out, "took nothing") == NULL, "%s", run.out);
    run_fini(&run);
    const char *const json[] = {run_claimgate(), "explain", "V1", "--ledger",
                                ledger,          "--json",  NULL};
    run_program(json, NULL, &run);
    cr_expect(strstr(run.out, "\"takes_back\": {\n") != NULL, "%s", run.out);
    run_fini(&run);
    scene_remove(&scene);
}
