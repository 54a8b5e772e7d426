/*
 * Seeded ids through every command and fault: no value of a claim is ever in a message, a report or
 * the name of a file.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"

#define HEADER                                                                                     \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id,"                  \
    "authorization_number,patient_name\n"
#define LINE(claim, day, units, rest)                                                              \
    claim ",1,CANARY-MBR-7," day ",H0038," units ",1000000004," rest ",CANARY-NAME\n"

/* Accepted, over a cap, a void, an unknown original, malformed, bad fields: each with its ids. */
static const char CANARIES[] = HEADER LINE("CANARY-CLM-1", "2025-01-06", "4", ",,CANARY-AUTH-1")
    LINE("CANARY-CLM-2", "2025-01-06", "5", ",,CANARY-AUTH-2")
        LINE("CANARY-CLM-3", "2025-01-06", "1", "8,CANARY-CLM-1,")
            LINE("CANARY-CLM-4", "2025-01-06", "1", "7,CANARY-ORIG-9,")
                LINE("CANARY-CLM-5", "2025-01-40", "4.5", ",,")
                    LINE("\"CANARY-CLM-6", "2025-01-06", "1", ",,")
                        LINE("CANARY-CLM-1", "2025-01-06", "4", ",,CANARY-AUTH-1");

static void expect_no_canary(const char *where, const char *bytes, size_t len) {
    cr_expect(memmem(bytes, len, "CANARY", 6) == NULL, "%s: %s", where, bytes);
}

/* No name below the scene's folder holds a canary either. */
static void expect_no_canary_in_names(const struct scene *scene) {
    struct run run;
    run_program((const char *[]){"find", scene->dir, NULL}, NULL, &run);
    expect_no_canary("names", run.out, run.out_len);
    run_fini(&run);
}

/* argv[0] is put in; "CLAIMS", "OUT" and "ROSTER" stand for this scene's. */
static void say(struct scene *scene, const char *claims, const char *const args[], int exit_code) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
    struct run run;
    const char *out = scene_path(scene, "out");
    for (size_t i = 0; args[i] != NULL; i++) {
        argv[1 + i] = strcmp(args[i], "CLAIMS") == 0   ? claims
                      : strcmp(args[i], "OUT") == 0    ? out
                      : strcmp(args[i], "ROSTER") == 0 ? ROSTER
                                                       : args[i];
    }
    run_program(argv, claims, &run);
    cr_expect(run.exit_code == exit_code, "%s %s: exit %d: %s", args[0], args[1], run.exit_code,
              run.err);
    expect_no_canary("standard output", run.out, run.out_len);
    expect_no_canary("standard error", run.err, run.err_len);
    run_fini(&run);
}

Test(canaries, no_id_of_a_claim_is_ever_said, .timeout = 60) {
    static const struct {
        const char *args[12];
        int exit_code;
    } WAYS[] = {
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--out", "OUT"}, 0},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--out", "OUT"}, 73},
        {{"validate", "-", "--roster", "ROSTER", "--out", "OUT", "--overwrite", "--json"}, 0},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--dry-run", "--fail-on-reject"}, 1},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--dry-run", "--max-reject-rate", "1"}, 1},
        {{"validate", "CLAIMS", CLAIMS, "--roster", "ROSTER", "--dry-run"}, 65},
        {{"validate", CLAIMS, "CLAIMS", "--roster", "ROSTER", "--dry-run"}, 65},
        {{"validate", "CLAIMS", "--roster", "CLAIMS", "--dry-run"}, 78},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--policy", "CLAIMS", "--dry-run"}, 78},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--layout", "CLAIMS", "--dry-run"}, 78},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--layout", "cclf5", "--dry-run"}, 65},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--accepted", "/dev/full", "--rejected",
          "OUT"},
         73},
        {{"policy", "check", "CLAIMS"}, 78},
        {{"layout", "check", "CLAIMS"}, 78},
    };
    struct scene scene;
    size_t len = 0;
    scene_make(&scene);
    const char *claims = scene_file(&scene, "claims.csv", CANARIES, sizeof CANARIES - 1);
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        say(&scene, claims, WAYS[i].args, WAYS[i].exit_code);
    }
    char *report = scene_read(scene_path(&scene, "out"), "report.json", &len);
    expect_no_canary("report.json", report, len);
    expect_no_canary_in_names(&scene);
    free(report);
    scene_remove(&scene);
}

/* The first line of such a file is taken for a header, and what is wrong with a header is shown. */
Test(canaries, a_claim_in_the_place_of_a_header_is_shown_only_when_asked, .timeout = 60) {
    struct scene scene;
    struct run run;
    const char *const DRY[] = {"validate", "CLAIMS", "--roster", "ROSTER", "--dry-run", NULL};
    static const char *const HEADLESS[] = {LINE("CANARY-CLM-1", "2025-01-06", "4", ",,"),
                                           "CANARY-CLM-1;CANARY-MBR-7\n", "CANARY-CLM-1\n",
                                           "\"CANARY-CLM-1,CANARY-MBR-7\n", "CANARY,CANARY\n"};
    scene_make(&scene);
    const char *claims = NULL;
    for (size_t i = sizeof HEADLESS / sizeof HEADLESS[0]; i-- > 0;) {
        claims = scene_file(&scene, "claims.csv", HEADLESS[i], strlen(HEADLESS[i]));
        say(&scene, claims, DRY, 65);
    }
    scene_validate((const char *[]){claims, "--dry-run", "--show-phi", NULL}, NULL, &run);
    cr_expect(strstr(run.err, "CANARY-CLM-1") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* A file joined without a line end: a name of a column before, behind or in the midst of a claim.
 */
Test(canaries, a_claim_that_is_stuck_to_a_header_is_shown_only_when_asked, .timeout = 60) {
#define NAMES  "member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi"
#define VALUES "CANARY-MBR-7,2025-01-06,H0038,5,1000000004"
    static const char *const STUCK[] = {
        "claim_id," NAMES "CANARY-CLM-1," VALUES "\n",
        "CANARY-CLM-1," VALUES "claim_id," NAMES "\n",
        "claim_id," NAMES ",claim_frequency_codeCANARY," VALUES "\n",
        "CANARY-CLM-1,1,CANARY-MBR-7,claim_id,H0038,5,1000000004\n",
        "claim_id,CANARY-CLM-1," VALUES "\n",
    };
    struct scene scene;
    struct run run;
    scene_make(&scene);
    for (size_t i = 0; i < sizeof STUCK / sizeof STUCK[0]; i++) {
        const char *claims = scene_file(&scene, "claims.csv", STUCK[i], strlen(STUCK[i]));
        const char *const WAYS[][8] = {
            {"validate", "CLAIMS", "--roster", "ROSTER", "--dry-run"},
            {"check", "-", "--roster", "ROSTER"},
            {"layout", "check", "tuva", "--sample", "CLAIMS"},
        };
        for (size_t way = 0; way < sizeof WAYS / sizeof WAYS[0]; way++) {
            say(&scene, claims, WAYS[way], 65);
        }
        say(&scene, claims,
            (const char *[]){"validate", CLAIMS, "CLAIMS", "--roster", ROSTER, "--dry-run", NULL},
            65);
        scene_validate((const char *[]){claims, "--dry-run", "--show-phi", NULL}, NULL, &run);
        /* Of a claim behind the header's last name only that it is there. */
        cr_expect((strstr(run.err, "CANARY") != NULL) == (i != 2), "%zu: %s", i, run.err);
        run_fini(&run);
    }
    scene_remove(&scene);
}

Test(canaries, authorizations_are_refused_without_naming_the_member, .timeout = 60) {
    static const char ROWS[] =
        "authorization_number,member_id,hcpcs_code,effective_date,end_date\n"
        "A-1,CANARY-0123456789012345678901234567890123456789012345678901234567,,2025-01-01,\n"
        "A-2,CANARY\001,H0038,2025-01-01,\n"
        "A-3,\"CANARY\"x,H0038,2025-01-01,\n"
        "A-4,CANARY,H0038,2025-13-01,\n"
        ",CANARY,H00381,2025-01-01,2024-01-01\n";
    struct scene scene;
    struct run policy;
    size_t len = 0;
    char *text = NULL;
    scene_make(&scene);
    run_program((const char *[]){run_claimgate(), "policy", "show", "ms", NULL}, NULL, &policy);
    char *null = strstr(policy.out, "\"cap_exempt\": null");
    cr_assert(null != NULL, "the policy's cap_exempt stands elsewhere");
    cr_assert(asprintf(&text,
                       "%.*s\"cap_exempt\": {\"under_age\": 21, \"authorization\": \"on_file\", "
                       "\"source\": \"x\"}%s",
                       (int)(null - policy.out), policy.out,
                       null + strlen("\"cap_exempt\": null")) > 0);
    const char *path = scene_file(&scene, "policy.json", text, strlen(text));
    char *credentials = run_read_file(ROSTER "/credentials.csv", &len);
    scene_file(&scene, "credentials.csv", credentials, len);
    scene_file(&scene, "authorizations.csv", ROWS, sizeof ROWS - 1);
    say(&scene, CLAIMS,
        (const char *[]){"validate", CLAIMS, "--roster", scene.dir, "--policy", path, "--dry-run",
                         NULL},
        78);
    say(&scene, CLAIMS, (const char *[]){"roster", "check", scene.dir, "--policy", path, NULL}, 78);
    free(credentials);
    free(text);
    run_fini(&policy);
    scene_remove(&scene);
}

Test(canaries, a_ledger_names_runs_and_not_members, .timeout = 60) {
    struct scene scene;
    scene_make(&scene);
    const char *claims = scene_file(&scene, "claims.csv", CANARIES, sizeof CANARIES - 1);
    const char *ledger = scene_path(&scene, "ledger.db"), *other = scene_path(&scene, "other");
    const struct {
        const char *args[12];
        int exit_code;
    } WAYS[] = {
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--out", "OUT", "--ledger", ledger}, 0},
        {{"validate", "CLAIMS", "--roster", "ROSTER", "--out", other, "--ledger", ledger}, 0},
        {{"validate", "-", "--roster", "ROSTER", "--out", other, "--ledger", ledger}, 0},
        {{"ledger", "runs", "--ledger", ledger}, 0},
        {{"ledger", "show", "1", "--ledger", ledger}, 0},
        {{"ledger", "verify", "--ledger", ledger}, 0},
        {{"ledger", "withdraw", "1", "--ledger", ledger}, 0},
    };
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        say(&scene, claims, WAYS[i].args, WAYS[i].exit_code);
    }
    expect_no_canary_in_names(&scene);
    scene_remove(&scene);
}
