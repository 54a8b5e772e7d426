/*
 * X12 with a ledger: what was paid before is taken in from it, and what is decided is told in its
 * words.
 */
#include "support/x12_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct told {
    int exit_code;
    const char *out;
    const char *err;
};

/* A command of up to three words more with the ledger. */
static void expect(struct x12_world *world, const char *const words[6], struct told wanted) {
    struct run run;
    const char *const argv[] = {run_claimgate(), words[0], words[1], words[2],
                                words[3],        words[4], words[5], NULL};
    (void)world;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, wanted.exit_code, "%s", run.err);
    cr_expect_not_null(strstr(run.out, wanted.out), "\"%s\" is not in %s", wanted.out, run.out);
    cr_expect_not_null(strstr(run.err, wanted.err), "\"%s\" is not in %s", wanted.err, run.err);
    run_fini(&run);
}
#define WORDS(...) ((const char *const[6]){__VA_ARGS__})

static const char *ledger_of(struct x12_world *world) {
    static char option[RUN_PATH_BYTES + 16];
    snprintf(option, sizeof option, "--ledger=%s", scene_path(&world->scene, "claims.ledger"));
    return option;
}

Test(x12_ledger, what_was_paid_is_taken_in_from_x12) {
    struct x12_world world;
    x12_world_make(&world);
    const char *ledger = ledger_of(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_LINE("2"),
            "HL*3*2*23*0", "NM1*QC*1*DOE*ANN", "DMG*D8*20150304*F", X12_CLAIM("C-2"));
    const char *file = x12_world_put(&world, "paid.837");
    expect(&world, WORDS("ledger", "import", file, ledger),
           (struct told){65, "", "paid.837:25: member_id_invalid"});
    expect(&world, WORDS("ledger", "import", file, ledger, "--dependents=joined"),
           (struct told){0, "3 lines taken in as paid, 6 units.\n  3 records", ""});
    expect(&world, WORDS("explain", "C-1", ledger, "--line=2"),
           (struct told){0, "paid.837, segment 17\n", ""});
    world.text.len_bytes = 0;
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    file = x12_world_put(&world, "again.837");
    const char *out = x12_world_decide(&world, X12_MORE(file, ledger));
    x12_world_expect_in(out, "rejected.csv.gz", ",duplicate_line,");
    x12_world_end(&world);
}

static const char *put_replacement(struct x12_world *world, const char *name, const char *biller) {
    char billing[64];
    snprintf(billing, sizeof billing, "NM1*85*2*AGENCY*****XX*%s", biller);
    world->text.len_bytes = 0;
    X12_PUT(&world->text, "HL*1**20*1", billing, X12_SUBSCRIBER, "CLM*C-1*10***11:B:7*Y*A*Y*Y",
            "REF*F8*P-900001", "LX*9", "SV1*HC:H0038:HE*10*UN*1***1", "DTP*472*D8*20250108",
            "NM1*82*1*PEER*PAT****XX*1000000004");
    return x12_world_put(world, name);
}

/* Two providers may have given a member the same CLM01. */
Test(x12_ledger, a_number_that_nobody_knows_means_a_claim_of_the_same_provider) {
    static const struct {
        const char *biller;
        const char *told;
    } replacements[] = {{"1000000012", "\"taken_back\": 0,"}, {"1000000004", "\"taken_back\": 2,"}};
    for (size_t i = 0; i < sizeof replacements / sizeof replacements[0]; i++) {
        struct x12_world world;
        x12_world_make(&world);
        const char *ledger = ledger_of(&world);
        X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_LINE("2"));
        x12_world_decide(&world, X12_MORE(x12_world_put(&world, "first.837"), ledger));
        const char *second = put_replacement(&world, "second.837", replacements[i].biller);
        x12_world_expect_in(x12_world_decide(&world, X12_MORE(second, ledger)), "report.json",
                            replacements[i].told);
        x12_world_end(&world);
    }
}

/* Claim B once more, or some of its lines. */
struct sent {
    const char *frequency;
    const char *payer_number; /* NULL: none */
    const char *lines;        /* at most two: days of January, a digit each */
    const char *units;
};

static void put_sent(struct x12_world *world, const struct sent *sent) {
    char claim[64];
    char payer_number[64];
    char service[64];
    snprintf(claim, sizeof claim, "CLM*B*10***11:B:%s*Y*A*Y*Y", sent->frequency);
    snprintf(payer_number, sizeof payer_number, "REF*F8*%s", sent->payer_number);
    snprintf(service, sizeof service, "SV1*HC:H0038:HE*10*UN*%s***1", sent->units);
    world->text.len_bytes = 0;
    const char *segments[32] = {X12_BILLING, X12_SUBSCRIBER, claim};
    size_t count = 6;
    char numbers[2][16];
    char days[2][32];
    if (sent->payer_number != NULL) {
        segments[count++] = payer_number;
    }
    segments[count++] = "HI*ABK:F200";
    for (size_t i = 0; sent->lines[i] != '\0'; i++) {
        snprintf(numbers[i], sizeof numbers[i], "LX*%c", sent->lines[i]);
        snprintf(days[i], sizeof days[i], "DTP*472*D8*2025010%c", sent->lines[i]);
        segments[count++] = numbers[i];
        segments[count++] = service;
        segments[count++] = days[i];
    }
    segments[count] = NULL;
    x12_put(&world->text, segments);
}

Test(x12_ledger, a_correction_of_a_correction_takes_back_what_stands_and_no_line_of_its_own) {
    static const struct sent nights[] = {
        {"1", NULL, "67", "1"},  {"7", "ICN1", "67", "2"}, {"7", "ICN2", "6", "3"},
        {"7", "ICN2", "7", "3"}, {"8", "ICN3", "67", "3"}, {"7", "ICN4", "6", "4"},
        {"7", "ICN4", "7", "4"}, {"7", "ICN4", "7", "5"},
    };
    static const char *const told[] = {
        "\"taken_back\": 0,", "\"taken_back\": 2,", "\"taken_back\": 2,", "\"taken_back\": 0,",
        "\"taken_back\": 2,", "\"taken_back\": 0,", "\"taken_back\": 0,", "\"duplicate_line\"",
    };
    struct x12_world world;
    x12_world_make(&world);
    const char *ledger = ledger_of(&world);
    for (size_t i = 0; i < sizeof nights / sizeof nights[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "%zu.837", i);
        put_sent(&world, &nights[i]);
        const char *file = x12_world_put(&world, name);
        x12_world_expect_in(x12_world_decide(&world, X12_MORE(file, ledger, "--lines")),
                            "report.json", told[i]);
    }
    expect(&world, WORDS("usage", "M-1", ledger, "--date=2025-01-08"),
           (struct told){0, "8 of 200", ""});
    expect(&world, WORDS("ledger", "verify", ledger), (struct told){0, "", ""});
    x12_world_end(&world);
}

/* The rows of a claim that could not be read hold its segments, line ends and all. */
Test(x12_ledger, an_audit_compares_a_folder_that_was_made_of_x12) {
    static const char mended[] = X12_ROSTER "1234567893,CPSSP-MH,current,2020-01-01,\n";
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-0*1***11:B:1", "LX*1", "REF*6R*1",
            X12_CLAIM("C-1"), X12_CLAIM("C-2"), "NM1*82*1*PEER*PAT****XX*1234567893",
            "CLM*C-3*20***11:B:1", "LX*1", "SV1*HC:H0038:HE*10*UN*99***1", "DTP*472*D8*20250107");
    const char *file = x12_world_put(&world, "in.837");
    const char *out = x12_world_decide(&world, X12_MORE(file));
    scene_file(&world.scene, "roster/credentials.csv", mended, sizeof mended - 1);
    const char *const argv[] = {run_claimgate(),
                                "audit",
                                file,
                                "--decided",
                                out,
                                "--roster",
                                world.roster,
                                "--out",
                                scene_path(&world.scene, "audited"),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 1, "%s", run.err);
    cr_expect_not_null(strstr(run.out, "1 of 4 lines changed"), "%s", run.out);
    cr_expect_not_null(strstr(run.out, "provider_not_on_roster  accepted"), "%s", run.out);
    run_fini(&run);
    world.text.data[world.text.len_bytes - 1] = ' ';
    const char *const other[] = {
        run_claimgate(), "audit", x12_world_put(&world, "other.837"),  "--decided", out, "--roster",
        world.roster,    "--out", scene_path(&world.scene, "refused"), NULL};
    run_program(other, NULL, &run);
    cr_expect_eq(run.exit_code, 64, "%d %s", run.exit_code, run.err);
    run_fini(&run);
    x12_world_end(&world);
}

Test(x12_ledger, a_claim_that_cannot_be_read_is_not_taken_in) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*10***11:B:1");
    expect(
        &world, WORDS("ledger", "import", x12_world_put(&world, "bad.837"), ledger_of(&world)),
        (struct told){65, "", "bad.837:12: malformed_record: The claim has no service line (LX)."});
    x12_world_end(&world);
}
