/*
 * Lines that were paid before the gate went live, taken in with the roster's help: exempt lines
 * stay exempt, and persons are persons.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,billing_npi,hcpcs_modifier_1,received_date,"              \
    "authorization_number,birth_date\n"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(import_roster, .init = set_up, .fini = tear_down);

/* A built-in policy with one stretch replaced, as a file. */
static const char *edited_policy(const char *from, const char *to) {
    char text[65536];
    size_t len = 0;
    char *ms = run_read_file("schemas/policies/ms.json", &len);
    char *at = strstr(ms, from);
    cr_assert_not_null(at, "%s", from);
    const int used =
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - ms), ms, to, at + strlen(from));
    free(ms);
    return scene_file(&scene, "policy.json", text, (size_t)used);
}

static void add_file(const char *dir, const char *name, const char *text) {
    char path[RUN_PATH_BYTES * 2];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    run_write_file(path, text, strlen(text));
}

static const char *make_roster(void) {
    const char *dir = scene_path(&scene, "roster");
    const char *const argv[] = {"mkdir", "-p", dir, NULL};
    struct run run;
    run_program(argv, NULL, &run);
    run_fini(&run);
    add_file(dir, "credentials.csv",
             "npi,credential_type,status,effective_date,end_date\n"
             "1000000004,CPSSP-MH,current,2020-01-01,\n");
    add_file(dir, "members.csv",
             "member_id,person_id,effective_date,end_date\n"
             "M1,P1,2020-01-01,\nM2,P1,2020-01-01,\n");
    add_file(dir, "authorizations.csv",
             "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"
             "PA1,M1,H0038,2020-01-01,\n");
    return dir;
}

static const char *import_ledger_as(const char *name, const char *claims, const char *policy,
                                    const char *roster) {
    const char *ledger = scene_path(&scene, "%s", name);
    const char *file = scene_file(&scene, "paid.csv", claims, strlen(claims));
    const char *const argv[] = {run_claimgate(),
                                "ledger",
                                "import",
                                file,
                                "--ledger",
                                ledger,
                                "--policy",
                                policy,
                                "--as-of",
                                "2025-06-30",
                                roster != NULL ? "--roster" : NULL,
                                roster,
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    return ledger;
}

static void expect_used(const char *ledger, const char *member, const char *wanted) {
    const char *const usage[] = {run_claimgate(), "usage",  member,       "--ledger",
                                 ledger,          "--date", "2025-01-06", NULL};
    struct run run;
    run_program(usage, NULL, &run);
    cr_expect_not_null(strstr(run.out, wanted), "%s: %s%s", wanted, run.out, run.err);
    run_fini(&run);
}

Test(import_roster, import_keeps_what_was_paid_to_the_person) {
    expect_used(import_ledger_as("imported",
                                 HEADER "A1,1,M1,2025-01-06,H0038,2,1000000004,,,,,\n"
                                        "A2,1,M2,2025-01-06,H0038,3,1000000004,,,,,\n",
                                 edited_policy("{", "{\"member_crosswalk\": true,"), make_roster()),
                "P1", "5 of 6 units used");
}

Test(import_roster, import_needs_the_roster_where_the_policy_has_a_crosswalk) {
    const char *file = scene_file(&scene, "paid.csv", HEADER, strlen(HEADER));
    const char *const argv[] = {run_claimgate(),
                                "ledger",
                                "import",
                                file,
                                "--ledger",
                                scene_path(&scene, "l"),
                                "--policy",
                                edited_policy("{", "{\"member_crosswalk\": true,"),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 64);
    cr_expect_not_null(strstr(run.err, "--roster DIR is missing"), "%s", run.err);
    run_fini(&run);
}

Test(import_roster, near_codes_are_not_left_out_in_silence) {
    static const char claims[] = HEADER "B,1,M1,2025-01-06,H0O38,9,1000000004,,,,,\n"
                                        "C,1,M1,2025-01-06,H0038HQ,3,1000000004,,,,,\n";
    const char *file = scene_file(&scene, "paid.csv", claims, sizeof claims - 1);
    const char *ledger = scene_path(&scene, "ledger");
    const char *const argv[] = {run_claimgate(), "ledger",  "import",     file, "--ledger",
                                ledger,          "--as-of", "2025-06-30", NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_not_null(strstr(run.err, "they were not taken in: 1 ("), "%s", run.err);
    run_fini(&run);
    expect_used(ledger, "M1", "3 of 6 units used"); /* what was paid was paid */
}

#define EXEMPT(authorization)                                                                      \
    "{\"under_age\": 21, \"authorization\": \"" authorization "\", \"source\": \"t\"}"

Test(import_roster, an_exempt_line_stays_exempt_whatever_else_is_wrong_with_it) {
    static const char *const lines[] = {
        "B,1,M1,2025-01-06,H0038,9,1000000004,,,,PA1,2010-01-01\n",
        "B,1,M1,2025-01-06,H0038,9,,,,,PA1,2010-01-01\n",                    /* no NPI */
        "B,1,M1,2025-01-06,H0038,9,1000000005,,,,PA1,2010-01-01\n",          /* check digit */
        "B,1,M1,2025-01-06,H0038,9,1000000004,12,,,PA1,2010-01-01\n",        /* billing NPI */
        "B,1,M1,2025-01-06,H0038,9,1000000004,,HEX,,PA1,2010-01-01\n",       /* modifier */
        "B,1,M1,2025-01-06,H0038,9,1000000004,,,2024-01-01,PA1,2010-01-01\n" /* received before */
    };
    const char *policy =
        edited_policy("\"cap_exempt\": null", "\"cap_exempt\": " EXEMPT("on_claim"));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char claims[1024];
        char name[32];
        snprintf(claims, sizeof claims, HEADER "%s", lines[i]);
        snprintf(name, sizeof name, "ledger-%zu", i);
        const char *ledger = import_ledger_as(name, claims, policy, NULL);
        expect_used(ledger, "M1", "0 of 6 units used");
    }
}

Test(import_roster, an_authorization_on_file_exempts_where_the_roster_is_given) {
    static const char claims[] = HEADER "B,1,M1,2025-01-06,H0038,9,,,,,PA1,2010-01-01\n"
                                        "C,1,M2,2025-01-06,H0038,9,,,,,PA1,2010-01-01\n";
    const char *policy =
        edited_policy("\"cap_exempt\": null", "\"cap_exempt\": " EXEMPT("on_file"));
    const char *ledger = import_ledger_as("with", claims, policy, make_roster());
    expect_used(ledger, "M1", "0 of 6 units used");
    expect_used(ledger, "M2", "9 of 6 units used");
    expect_used(import_ledger_as("without", claims, policy, NULL), "M1", "9 of 6 units used");
}
