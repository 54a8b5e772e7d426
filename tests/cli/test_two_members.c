/*
 * Claims whose lines name two members: one of the two is somebody else's care.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi\n"
#define LINE(claim, number, member) claim "," number "," member ",2025-01-06,H0038,1,1000000004\n"
#define LONG_ID                     "a-claim-id-that-is-longer-than-a-key-holds"

static void expect_counted(const char *lines, const char *told) {
    struct scene scene;
    struct run run;
    char text[4096];
    scene_make(&scene);
    const int len = snprintf(text, sizeof text, "%s%s", HEADER, lines);
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                scene_file(&scene, "claims.csv", text, (size_t)len),
                                "--roster",
                                "fixtures/quickstart/roster",
                                "--as-of",
                                "2025-06-30",
                                "--dry-run",
                                "--json",
                                NULL};
    run_program(argv, NULL, &run);
    cr_expect(run.exit_code == 0, "%s", run.err);
    scene_check_report(run.out, run.out_len);
    if (told == NULL) {
        cr_expect(strstr(run.out, "claims_with_two_members") == NULL, "%s", run.out);
    } else {
        cr_expect(strstr(run.out, told) != NULL, "%s", run.out);
    }
    run_fini(&run);
    scene_remove(&scene);
}

Test(two_members, a_claim_counts_once_however_many_of_its_lines_differ) {
    expect_counted(LINE("A", "1", "M1") LINE("A", "2", "M2") LINE("A", "3", "M3"),
                   "\"claims_with_two_members\": 1");
    expect_counted(LINE(LONG_ID, "1", "M1") LINE(LONG_ID, "2", LONG_ID) LINE("B", "1", "M1")
                       LINE("B", "2", "M2"),
                   "\"claims_with_two_members\": 2");
}

Test(two_members, nothing_is_said_where_every_claim_has_one) {
    expect_counted(LINE("A", "1", "M1") LINE("A", "2", "M1") LINE("B", "1", "M2"), NULL);
}
