/*
 * X12 files that hold other transactions than professional claims, and 835s as payers write them.
 */
#include "support/x12_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct x12_world world;

static void set_up(void) {
    x12_world_make(&world);
}

static void tear_down(void) {
    x12_world_end(&world);
}

TestSuite(x12_kinds, .init = set_up, .fini = tear_down, .timeout = 60);

/* What was put last becomes institutional. */
static void make_institutional(size_t from) {
    for (char *at = world.text.data + from; at < world.text.data + world.text.len_bytes; at++) {
        if (strncmp(at, "005010X222A1", 12) == 0) {
            memcpy(at, "005010X223A2", 12);
        }
    }
}

Test(x12_kinds, transactions_of_institutional_claims_pass_as_they_are) {
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    const size_t first = world.text.len_bytes;
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("I-1"), X12_CLAIM("I-2"));
    make_institutional(first);
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837")));
    x12_world_expect_content(out, "accepted.x12.gz", world.text.data, world.text.len_bytes);
    x12_world_expect_content(out, "rejected.x12.gz", "", 0);
    x12_world_expect_in(out, "report.json", "\"out_of_scope\": 2,");
    const char *lines =
        x12_world_decide(&world, X12_MORE(scene_path(&world.scene, "in.837"), "--lines"));
    x12_world_expect_in(lines, "report.json", "\"out_of_scope\": 2,");
}

/* More than is carried from one batch to the next. */
Test(x12_kinds, a_long_transaction_that_passes_is_parted_between_batches) {
    static const char *claims[4003] = {X12_BILLING, X12_SUBSCRIBER};
    for (size_t i = 5; i < 4000; i += 5) {
        static const char *const claim[] = {X12_CLAIM("I-1")};
        memcpy(claims + i, claim, sizeof claim);
    }
    for (size_t i = 0; i < 12; i++) {
        const size_t from = world.text.len_bytes;
        x12_put(&world.text, claims);
        make_institutional(from);
    }
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837")));
    x12_world_expect_content(out, "accepted.x12.gz", world.text.data, world.text.len_bytes);
    x12_world_expect_in(out, "report.json", "\"accepted\": 9588,");
}

/* What is told of its claims waits in a file, for what stands before them counts them. */
Test(x12_kinds, a_transaction_of_thousands_of_claims_is_acknowledged_whole) {
    enum { CLAIMS = 12000 };
    static const char *segments[5 + 5 * CLAIMS + 1] = {X12_BILLING, X12_SUBSCRIBER};
    for (size_t i = 0; i < CLAIMS; i++) {
        static const char *const claim[] = {X12_CLAIM("C-1")};
        memcpy(segments + 5 + 5 * i, claim, sizeof claim);
    }
    x12_put(&world.text, segments);
    x12_put(&world.text, segments);
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837"), "--ack"));
    struct run run;
    char command[RUN_PATH_BYTES + 64];
    snprintf(command, sizeof command, "zcat %s/ack.277ca.x12.gz | grep -o 'TRN.2.C-1' | wc -l",
             out);
    run_program((const char *[]){"sh", "-c", command, NULL}, NULL, &run);
    cr_expect_eq(atoi(run.out), 2 * CLAIMS, "%s", run.out);
    run_fini(&run);
}

/* --- 835 --- */

#define HEAD                                                                                       \
    "ISA*00*          *00*          *ZZ*PAYER1         *ZZ*SENDER         "                        \
    "*250630*0000*^*00501*000000906*0*P*:~GS*HP*PAYER1*SENDER*20250630*0000*1*X*005010X221A1~"

/* A night of C-1 to C-3; then the text is given to `ledger release`. */
static void expect_released(const char *text, size_t len, int exit_code, const char *said) {
    struct run run;
    char command[1024];
    cg_buffer_clear(&world.text);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_CLAIM("C-2"),
            X12_CLAIM("C-3"));
    scene_file(&world.scene, "r.835", text, len);
    x12_world_put(&world, "in.837");
    snprintf(command, sizeof command,
             "cd %s; rm -rf o l*; $0 validate in.837 --roster roster --as-of 2025-12-31 --quiet "
             "--out o --ledger l && $0 ledger release r.835 --ledger l 2>&1",
             world.scene.dir);
    char *program = realpath(run_claimgate(), NULL);
    const char *const argv[] = {"sh", "-c", command, program, NULL};
    run_program(argv, NULL, &run);
    free(program);
    cr_expect_eq(run.exit_code, exit_code, "%s", run.out);
    cr_expect_not_null(strstr(run.out, said), "no \"%s\" in: %s", said, run.out);
    run_fini(&run);
}
#define RELEASED(text, exit_code, said) expect_released(text, sizeof(text) - 1, exit_code, said)

Test(x12_kinds, an_835_frees_what_it_denies_whoever_is_named_in_it) {
    RELEASED(HEAD "ST*835*1~CLP*C-1*4*10*0~NM1*IL*1*DOE*JANE****MI*M-1~NM1*74*1*X~"
                  "CLP*C-2*4*10*0~NM1*QC*1*DOE*JANE****MI*M-1~PLB*1~NM1*QC*1*NO*ONE****MI*M-9~"
                  "SVC*HC:H0038*10*0~SE*9*1~GE*1*1~IEA*1*000000906",
             0, "2 accepted lines freed, named in 2 rows");
    RELEASED(HEAD "ST*835*1~CLP**4*10*0~CLP*C-1*4*10*0~SE*4*1~GE*1*1~IEA*1*000000906~", 0,
             "1 accepted line freed, named in 1 row");
}

Test(x12_kinds, lines_denied_in_a_claim_that_was_paid_are_told_and_not_freed) {
    RELEASED(HEAD "ST*835*1~CLP*C-1*1*30*10~SVC*HC:H0038*10*0~SVC*HC:H0038*10*10~"
                  "SVC*HC:H0038*10*x~CLP*C-2*44*10*10~SVC*HC:H0038*10*0~CLP*C-3*4*10*0~"
                  "SVC*HC:H0038*10*0~SVC*HC:H0038*10*0~SE*10*1~GE*1*1~IEA*1*000000906~",
             0, "2 lines were denied in claims that were not denied whole");
}

Test(x12_kinds, what_is_no_835_is_refused_with_its_place) {
    RELEASED(HEAD "ST*837*1~SE*2*1~GE*1*1~IEA*1*000000906~", 65, "r.835: segment 3 (byte ");
    RELEASED(HEAD "ST*835*1~CLP*C-1*4*10*0~", 65, "r.835: ends before IEA");
    RELEASED(HEAD "ST*835*1~SE*2*1~GE*1*1~IEA*1*000000906~NOT AN ISA~", 65, "segment 6 (byte ");
    static char long_one[80000] = HEAD "ST*835*1~CLP*";
    memset(long_one + strlen(long_one), 'x', 70000);
    expect_released(long_one, strlen(long_one), 65, "this segment is longer than 64 KiB");
    strcat(long_one, "~SE*3*1~GE*1*1~IEA*1*000000906~");
    expect_released(long_one, strlen(long_one), 65, "this segment is longer than 64 KiB");
}
