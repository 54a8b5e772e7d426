/*
 * The layout commands through the program: what stands in a layout, and what one makes of a file.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void layout(const char *const args[], struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "layout"};
    for (size_t i = 0; args[i] != NULL; i++) {
        argv[2 + i] = args[i];
    }
    run_program(argv, NULL, run);
}

#define ARGS(...) ((const char *[]){__VA_ARGS__, NULL})

static void expect_text(const struct run *run, const char *wanted) {
    cr_expect(strstr(run->out, wanted) != NULL, "no \"%s\" in:\n%s%s", wanted, run->out, run->err);
}

Test(layout_check, list_names_every_built_in_layout) {
    static const char *const names[] = {"tuva", "taf-ot", "cclf5", "rif-carrier", "synthea"};
    struct run run;
    layout(ARGS("list"), &run);
    cr_expect(run.exit_code == 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_text(&run, names[i]);
    }
    run_fini(&run);
}

Test(layout_check, what_show_prints_is_a_good_layout_file) {
    struct scene scene;
    struct run shown, checked;
    scene_make(&scene);
    layout(ARGS("show", "taf-ot"), &shown);
    const char *file = scene_file(&scene, "mine.json", shown.out, shown.out_len);
    layout(ARGS("check", file), &checked);
    cr_expect(checked.exit_code == 0, "%s", checked.err);
    expect_text(&checked, "mine.json: good: taf-ot");
    run_fini(&checked);
    layout(ARGS("show", file), &checked);
    cr_expect(scene_same(shown.out, shown.out_len, checked.out, checked.out_len));
    run_fini(&shown);
    run_fini(&checked);
    scene_remove(&scene);
}

Test(layout_check, every_problem_is_named_with_its_place) {
    static const char bad[] =
        "{\n \"name\": \"x\",\n \"titel\": \"x\",\n \"delimiter\": \"ab\"\n}\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    layout(ARGS("check", scene_file(&scene, "bad.json", bad, sizeof bad - 1)), &run);
    cr_expect(run.exit_code == 78);
    cr_expect(strstr(run.err, "bad.json:3:") != NULL, "%s", run.err);
    cr_expect(strstr(run.err, "bad.json:4:") != NULL, "%s", run.err);
    cr_expect(strstr(run.err, "problems to mend") != NULL, "%s", run.err);
    run_fini(&run);
    layout(ARGS("check", "tuvaa"), &run);
    cr_expect(run.exit_code == 78);
    cr_expect(strstr(run.err, "did you mean \"tuva\"?") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* Each layout on a file of its own shape: the same line comes out of all of them. */
Test(layout_check, every_layout_reads_its_own_files) {
    static const char *const names[] = {"tuva", "taf-ot", "cclf5", "rif-carrier", "synthea"};
    struct scene scene;
    scene_make(&scene);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct run run;
        char claims[RUN_PATH_BYTES + 32];
        const char *dir = scene_generate(
            &scene, names[i], ARGS("--layout", names[i], "--lines", "50", "--errors", "0"));
        snprintf(claims, sizeof claims, "%s/claims.csv.gz", dir);
        layout(ARGS("check", names[i], "--sample", claims), &run);
        cr_expect(run.exit_code == 0, "%s: %s", names[i], run.err);
        expect_text(&run, "claim_line_start_date   2023-07-01        2023-07-0");
        expect_text(&run, "hcpcs_code              H0038             H0038");
        expect_text(&run, "50 records in the head, 0 malformed\n");
        cr_expect(strstr(run.out, "? ") == NULL || strstr(run.out, "? ") > strstr(run.out, "\n\n?"),
                  "%s: something is not valid:\n%s", names[i], run.out);
        for (const char *at = run.out + strcspn(run.out, "\n"); *at != '\0';
             at += strcspn(at, "\n"), at += *at == '\n') {
            cr_expect(strcspn(at, "\n") <= 80, "too wide: %.*s", (int)strcspn(at, "\n"), at);
        }
        run_fini(&run);
    }
    scene_remove(&scene);
}

Test(layout_check, ids_are_masked_unless_asked_for) {
    struct run run;
    static const char claims[] = "fixtures/quickstart/claims.csv";
    layout(ARGS("check", "tuva", "--sample", claims), &run);
    expect_text(&run, "claim_id                CL.. (8 bytes)");
    run_fini(&run);
    layout(ARGS("check", "tuva", "--sample", claims, "--show-phi"), &run);
    cr_expect(strstr(run.out, "bytes)") == NULL, "%s", run.out);
    run_fini(&run);
    layout(ARGS("check", "tuva", "--sample", claims, "--json"), &run);
    expect_text(&run, "\"claim_id\": \"CL.. (8 bytes)\"");
    run_fini(&run);
}

Test(layout_check, values_that_are_not_valid_are_marked) {
    static const char claims[] = "claim_id,member_id,claim_line_start_date,hcpcs_code,"
                                 "service_unit_quantity,rendering_npi,billing_npi\n\n"
                                 "1,2,2025-02-30,H0038,4.5,1000000005,\n"
                                 "1,2\n"
                                 ",\"a,b\",2025-02-28,H0038,4.0,1000000004,1000000004\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    layout(ARGS("check", "tuva", "--sample", scene_file(&scene, "c.csv", claims, sizeof claims - 1),
                "--show-phi"),
           &run);
    cr_expect(run.exit_code == 0, "%s", run.err);
    expect_text(&run, "comes out as            line 3            line 5\n");
    expect_text(&run, "claim_id                1                 ? -\n");
    expect_text(&run, "member_id               2                 a,b\n");
    expect_text(&run, "claim_line_start_date   ? 2025-02-30      2025-02-28\n");
    expect_text(&run, "service_unit_quantity   ? 4.5             4\n");
    expect_text(&run, "rendering_npi           ? 1000000005      1000000004\n");
    expect_text(&run, "billing_npi             -                 1000000004\n");
    expect_text(&run, "3 records in the head, 1 malformed\n");
    run_fini(&run);
    scene_remove(&scene);
}

Test(layout_check, a_value_that_does_not_fit_its_field_is_not_shown) {
    static const char claims[] =
        "claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi,"
        "place_of_service_code,charge_amount,diagnosis_code_1\n"
        "1,2,Doe Jane,Smith Jo,Roe,555-0100,Elm St,O'Hara,1 Main St.\n"
        "1,2,2025-02-28,H0038,4.0,1000000004,11,12.50,F33.1\n";
    static const char *const hidden[] = {"Doe", "Smith", "Roe", "555", "Elm St", "Hara", "1 Main"};
    static const char *const shown[] = {"2025-02-28", "H0038", "1000000004",
                                        "11",         "12.50", "F33.1"};
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *file = scene_file(&scene, "c.csv", claims, sizeof claims - 1);
    const char *const *const ways[] = {ARGS("check", "tuva", "--sample", file),
                                       ARGS("check", "tuva", "--sample", file, "--json")};
    for (size_t way = 0; way < 2; way++) {
        layout(ways[way], &run);
        for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
            cr_expect(strstr(run.out, hidden[i]) == NULL, "%s in %s", hidden[i], run.out);
        }
        for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
            expect_text(&run, shown[i]);
        }
        run_fini(&run);
    }
    scene_remove(&scene);
}

Test(layout_check, missing_columns_are_shown_with_what_was_found) {
    static const char claims[] = "claim_id,member_id,hcpcs_code,units,rendering_npi\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    layout(
        ARGS("check", "tuva", "--sample", scene_file(&scene, "c.csv", claims, sizeof claims - 1)),
        &run);
    cr_expect(run.exit_code == 65, "exit %d", run.exit_code);
    expect_text(&run, "member_id               2 member_id\n");
    expect_text(&run, "service_unit_quantity   MISSING\n");
    expect_text(&run, "received_date           -\n");
    cr_expect(strstr(run.err, "columns missing for layout tuva") != NULL, "%s", run.err);
    run_fini(&run);
    layout(ARGS("check", "tuva", "--sample", scene_path(&scene, "nowhere.csv")), &run);
    cr_expect(run.exit_code == 66, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&scene);
}
