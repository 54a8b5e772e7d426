/*
 * What a run makes of choices that a policy leaves to its payer.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi\n"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(policy_choices, .init = set_up, .fini = tear_down);

/* ms with one stretch replaced, as a file. */
static const char *ms_with(const char *from, const char *to) {
    char edited[16384];
    size_t len = 0;
    char *text = run_read_file("schemas/policies/ms.json", &len);
    const char *at = strstr(text, from);
    cr_assert_not_null(at);
    const int used =
        snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return scene_file(&scene, "policy.json", edited, (size_t)used);
}

static void validate(const char *policy, const char *lines, struct run *run) {
    char text[2048];
    const int len = snprintf(text, sizeof text, "%s%s", HEADER, lines);
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                scene_file(&scene, "claims.csv", text, (size_t)len),
                                "--roster",
                                "fixtures/quickstart/roster",
                                "--as-of",
                                "2025-12-31",
                                "--policy",
                                policy,
                                "--dry-run",
                                "--json",
                                "--fail-on-reject",
                                NULL};
    run_program(argv, NULL, run);
}

Test(policy_choices, the_rest_of_a_cutback_is_a_rejected_row_and_fails_on_reject) {
    struct run run;
    const char *policy = ms_with("\"over_cap\": \"reject\"", "\"over_cap\": \"cutback\"");
    validate(policy, "A,1,M1,2025-01-06,H0038,8,1000000004\n", &run);
    cr_expect(scene_count(run.out, "counts", "rejected") == 0);
    cr_expect(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    validate(policy, "A,1,M1,2025-01-06,H0038,6,1000000004\n", &run);
    cr_expect(run.exit_code == 0, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
}

/* The second version drops H2017, and its yearly cap counts it on. */
Test(policy_choices, units_of_a_code_that_was_dropped_count_to_the_end_of_the_year) {
    size_t len = 0;
    char *ms = run_read_file("schemas/policies/ms.json", &len);
    const char *first = strstr(ms, "{\n      \"effective\"");
    const char *end = strrchr(ms, ']');
    cr_assert(first != NULL && end != NULL);
    char text[16384];
    const char *credential = strstr(first, "\"over_cap\"");
    const int used = snprintf(
        text, sizeof text,
        "%.*s{\"effective\":\"2012-07-01\",\"procedures\":[{\"code\":\"H0038\"},{\"code\":"
        "\"H2017\"}],\"caps\":[],%.*s,{\"effective\":\"2025-01-01\",\"procedures\":[{\"code\":"
        "\"H0038\"}],\"caps\":[{\"id\":\"both\",\"period\":\"year\",\"year_start\":\"07-01\","
        "\"limit\":10,\"procedures\":[\"H0038\",\"H2017\"],\"carc\":\"119\",\"rarc\":\"N640\","
        "\"source\":\"a test\"}],%.*s]}",
        (int)(first - ms), ms, (int)(end - credential), credential, (int)(end - credential),
        credential);
    free(ms);
    const char *policy = scene_file(&scene, "two.json", text, (size_t)used);
    struct run run;
    validate(policy,
             "A,1,M1,2024-12-30,H2017,8,1000000004\n"
             "B,1,M1,2025-01-06,H0038,3,1000000004\n",
             &run);
    cr_expect(run.exit_code == 1, "exit %d: %s%s", run.exit_code, run.err, run.out);
    cr_expect(strstr(run.out, "\"both_cap\"") != NULL, "%s", run.out);
    run_fini(&run);
}
