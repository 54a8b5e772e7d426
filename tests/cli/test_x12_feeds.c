/*
 * X12 as clearinghouses really send it: what is told of it, and what comes of what is let pass.
 */
#include "support/x12_world.h"

#include "claimgate/rules/reason.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void replace(struct x12_world *world, const char *from, const char *to) {
    char *at = memmem(world->text.data, world->text.len_bytes, from, strlen(from));
    cr_assert_not_null(at, "%s", from);
    cr_assert_eq(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

#define PEER_2(id) X12_CLAIM(id), "NM1*82*1*PEER*PAT****XX*1234567893"

/* Whoever reads the files next has no lenient envelope. */
Test(x12_feeds, what_a_lenient_run_writes_is_right) {
    static const char *const wrong[][2] = {
        {"SE*28*", "SE*91*"}, {"*0021~\nGE", "*0099~\nGE"}, {"GE*1*7", "GE*3*7"},
        {"GE*1*7", "GE*1*8"}, {"IEA*1*", "IEA*4*"},         {"IEA*1*000000905", "IEA*1*000000000"},
        {"HL*2*1", "HL*2*7"}, {"HL*3*1", "HL*3* "},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct x12_world world;
        x12_world_make(&world);
        X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), PEER_2("C-2"),
                "HL*3*1*22*0", "NM1*IL*1*ROE*RAY****MI*M-2", X12_CLAIM("C-3"));
        replace(&world, wrong[i][0], wrong[i][1]);
        const char *out = x12_world_decide(
            &world, X12_MORE(x12_world_put(&world, "in.837"), "--lenient-envelope"));
        char accepted[RUN_PATH_BYTES];
        char rejected[RUN_PATH_BYTES];
        run_join(accepted, out, "accepted.x12.gz");
        run_join(rejected, out, "rejected.x12.gz");
        x12_world_expect_in(x12_world_decide(&world, X12_MORE(accepted)), "report.json",
                            "\"claims\": {\n    \"records\": 2,\n    \"accepted\": 2,");
        x12_world_expect_in(x12_world_decide(&world, X12_MORE(rejected)), "rejected.csv.gz",
                            ",provider_not_on_roster,");
        x12_world_end(&world);
    }
}

/* What is broken stays broken, or the rejected file would be taken when it comes again. */
Test(x12_feeds, a_loop_that_names_another_is_rejected_again) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), "HL*3*9*22*0",
            "NM1*IL*1*ROE*RAY****MI*M-2", X12_CLAIM("C-2"));
    const char *out = x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837")));
    x12_world_expect_in(out, "accepted.x12.gz", "CLM*C-1*");
    x12_world_expect_in(out, "rejected.x12.gz", "HL*2*9*22*0~");
    char rejected[RUN_PATH_BYTES];
    run_join(rejected, out, "rejected.x12.gz");
    x12_world_expect_in(x12_world_decide(&world, X12_MORE(rejected)), "rejected.csv.gz",
                        ",malformed_record,");
    x12_world_end(&world);
}

/* X12 has no layout whose columns could be named. */
Test(x12_feeds, what_most_claims_have_wrong_is_told_in_the_words_of_x12) {
    struct x12_world world;
    struct run run;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, "HL*3*2*23*0", "PAT*19", "NM1*QC*1*DOE*ANN",
            X12_CLAIM("C-1"), X12_CLAIM("C-2"));
    x12_world_validate(&world, scene_path(&world.scene, "out"),
                       X12_MORE(x12_world_put(&world, "in.837")), &run);
    cr_expect_not_null(strstr(run.err, "2 of 2 records have one fault: member_id: blank; ask the "
                                       "sender: it is read from NM109 of NM1*IL; patients who are "
                                       "not the subscriber (HL03 23) have one with --dependents "
                                       "joined\n"),
                       "%s", run.err);
    cr_expect_null(strstr(run.err, "layout"), "%s", run.err);
    run_fini(&run);
    x12_world_end(&world);
}

Test(x12_feeds, an_interchange_that_comes_twice_is_told) {
    struct x12_world world;
    struct run run;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    const char *first = x12_world_put(&world, "a.837");
    const char *second = x12_world_put(&world, "b.837");
    x12_world_validate(&world, scene_path(&world.scene, "out"), X12_MORE(first, second), &run);
    cr_expect_not_null(strstr(run.err, "b.837: 1 of 1 interchanges have the sender and control "
                                       "number (ISA06, ISA13) of one before: was it given twice?"),
                       "%s", run.err);
    run_fini(&run);
    replace(&world, "*000000905*0", "*000000906*0");
    replace(&world, "*000000905~", "*000000906~");
    replace(&world, "C-1", "C-2");
    second = x12_world_put(&world, "b.837");
    x12_world_validate(&world, scene_path(&world.scene, "again"), X12_MORE(first, second), &run);
    cr_expect_str_eq(run.err, "");
    run_fini(&run);
    x12_world_end(&world);
}

/* Its claim went with them, and whoever reads the decisions must find it. */
Test(x12_feeds, a_decision_on_a_line_out_of_scope_has_its_ids) {
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, "CLM*C-1*20***11:B:1", "LX*1",
            "SV1*HC:99213*10*UN*1***1", "DTP*472*D8*20250106", "LX*2",
            "SV1*HC:H0038:HE*10*UN*99***1", "DTP*472*D8*20250106");
    const char *out =
        x12_world_decide(&world, X12_MORE(x12_world_put(&world, "in.837"), "--with-decisions"));
    x12_world_expect_in(out, "decisions.csv.gz", "in.837,13,C-1,1,M-1,rejected,claim_rejected,");
    x12_world_expect_in(out, "decisions.csv.gz", "in.837,16,C-1,2,M-1,rejected,daily_cap,");
    x12_world_end(&world);
}

static void check_layout(const char *layout, const char *file, struct run *run) {
    const char *const argv[] = {
        run_claimgate(), "layout", "check", layout, file != NULL ? "--sample" : NULL, file, NULL};
    run_program(argv, NULL, run);
}

Test(x12_feeds, a_check_of_a_layout_shows_what_is_read_of_it) {
    static const char csv[] = "claim_id,member_id\nC-1,M-1\n";
    struct x12_world world;
    struct run run;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"), X12_LINE("2"),
            "CLM*C-2*1***11:B:1");
    const char *file = x12_world_put(&world, "in.837");
    check_layout("x12-837p", file, &run);
    cr_expect_eq(run.exit_code, 0);
    cr_expect_not_null(strstr(run.out, "\nmember_id               NM109 of NM1*IL\n"));
    cr_expect_not_null(strstr(run.out, "\ncomes out as            segment 14        segment 17\n"),
                       "%s", run.out);
    cr_expect_not_null(strstr(run.out, "\nclaim_line_start_date   2025-01-06        2025-01-06\n"));
    cr_expect_not_null(strstr(run.out, "\n2 claims in the head, 1 malformed\n"), "%s", run.out);
    run_fini(&run);
    check_layout("tuva", file, &run);
    cr_expect_eq(run.exit_code, 65);
    cr_expect_not_null(strstr(run.err, "`claimgate layout check x12-837p --sample FILE` shows"));
    run_fini(&run);
    check_layout("x12-837p", scene_file(&world.scene, "in.csv", csv, sizeof csv - 1), &run);
    cr_expect_eq(run.exit_code, 65);
    cr_expect_not_null(strstr(run.err, "in.csv: is no X12; name the layout that it has"), "%s",
                       run.err);
    run_fini(&run);
    check_layout("x12-837p", NULL, &run);
    cr_expect_eq(run.exit_code, 64);
    run_fini(&run);
    x12_world_end(&world);
}

#define EVERY_REASON "fixtures/x12/every_reason/"

static char *read_whole(const char *path, size_t *len) {
    FILE *file = fopen(path, "rbe");
    cr_assert_not_null(file, "%s", path);
    char *bytes = calloc(1, 1 << 20);
    cr_assert_not_null(bytes);
    *len = fread(bytes, 1, (1 << 20) - 1, file);
    fclose(file);
    return bytes;
}

/* As it stands in the fixture, which was read against the guide. */
Test(x12_feeds, the_acknowledgment_tells_every_reason) {
    struct scene scene;
    struct run run;
    struct cg_error err = CG_ERROR_INIT;
    size_t len = 0;
    cr_assert_eq(cg_reason_init(&err), CG_OK, "%s", err.text);
    scene_make(&scene);
    const char *out = scene_path(&scene, "out");
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                EVERY_REASON "claims.837",
                                "--roster",
                                EVERY_REASON "roster",
                                "--policy",
                                EVERY_REASON "policy.json",
                                "--as-of",
                                "2025-12-31",
                                "--ack",
                                "--out",
                                out,
                                NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    char *wanted = read_whole(EVERY_REASON "ack.277", &len);
    x12_world_expect_content(out, "ack.277ca.x12.gz", wanted, len);
    free(wanted);
    char *rows = scene_read(out, "rejected.csv.gz", &len);
    for (int i = 0; i < CG_REASON_CAP; i++) {
        char column[80];
        const char *name = cg_reason_info((enum cg_reason)i)->name;
        snprintf(column, sizeof column, ",%s,", name);
        cr_expect(strstr(rows, column) != NULL || i == CG_REASON_PROCEDURE_CODE_NEAR, "%s", name);
    }
    cr_expect_not_null(strstr(rows, ",daily_cap,"));
    cr_expect_not_null(strstr(rows, ",yearly_cap,"));
    free(rows);
    scene_remove(&scene);
}

Test(x12_feeds, small_letters_and_ebcdic_are_told) {
    static const char ebcdic[] =
        "\xc9\xe2\xc1\x5c\xf0\xf0\x5c\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x5c";
    struct x12_world world;
    x12_world_make(&world);
    X12_PUT(&world.text, X12_BILLING, X12_SUBSCRIBER, X12_CLAIM("C-1"));
    for (size_t i = 0; i < world.text.len_bytes; i++) {
        const char byte = world.text.data[i];
        world.text.data[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    }
    x12_world_expect_refused(&world, X12_MORE(x12_world_put(&world, "small.837")), 65,
                             "is X12 in small letters");
    x12_world_expect_refused(
        &world, X12_MORE(scene_file(&world.scene, "host.837", ebcdic, sizeof ebcdic - 1)), 65,
        "is EBCDIC text of a mainframe, not CSV; turn it into UTF-8: iconv -f IBM037");
    x12_world_end(&world);
}
