/*
 * One row a claim: lines by numbered columns, decided whole; on a ledger, in audits, fed back.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;
static const char *layout;

/* Two lines a claim; the NPI is the claim's. */
static const char layout_text[] =
    "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\",\"date_format\":\"YYYY-MM-DD\","
    "\"lines\":{\"count\":3},\"fields\":{"
    "\"claim_id\":{\"column\":\"claim\"},\"member_id\":{\"column\":\"member\"},"
    "\"claim_line_start_date\":{\"column\":\"date_{n}\"},"
    "\"hcpcs_code\":{\"column\":\"code_{n}\"},"
    "\"service_unit_quantity\":{\"column\":\"units_{n}\"},"
    "\"rendering_npi\":{\"column\":\"npi\"},"
    "\"claim_frequency_code\":{\"column\":\"freq\"},"
    "\"original_claim_id\":{\"column\":\"orig\"}}}";

#define HEADER                                                                                     \
    "claim,member,freq,orig,npi,code_1,date_1,units_1,code_2,date_2,units_2,code_3,date_3,"        \
    "units_3\n"
#define CLAIM(claim, freq, orig, lines) claim ",M1," freq "," orig ",1000000004," lines "\n"
#define PEER(day, units)                "H0038,2025-01-" day "," units
#define OTHER                           "99213,2025-01-06,1"
#define NONE                            ",,"

static void set_up(void) {
    scene_make(&scene);
    layout = scene_file(&scene, "own.json", layout_text, sizeof layout_text - 1);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(claim_rows, .init = set_up, .fini = tear_down);

static const char claims_text[] =
    HEADER CLAIM("A", "", "", PEER("06", "4") "," OTHER "," PEER("07", "6")) /* accepted */
    CLAIM("B", "", "", PEER("08", "4") "," NONE "," PEER("08", "4"))         /* 8 on one day */
    CLAIM("C", "", "", PEER("08", "6") "," OTHER "," NONE)                   /* B used nothing */
    CLAIM("D", "", "", OTHER "," OTHER "," NONE)                             /* out of scope */
    CLAIM("E", "7", "A", PEER("06", "6") "," OTHER "," PEER("08", "1"))      /* A stands again */
    CLAIM("F", "", "", PEER("07", "1") "," NONE "," NONE)                    /* A's 6 of the 7th */
    CLAIM("G", "", "", PEER("09", "x") "," OTHER "," PEER("09", "1"))        /* units */
    CLAIM("H", "8", "A", PEER("06", "1") "," PEER("07", "1") "," NONE);      /* voids A */

static const char *validate(const char *name, const char *const more[]) {
    const char *out = scene_path(&scene, "%s", name);
    const char *args[16] = {scene_file(&scene, "claims.csv", claims_text, sizeof claims_text - 1),
                            "--layout", layout, "--out", out};
    for (size_t i = 0; more != NULL && more[i] != NULL; i++) {
        args[5 + i] = more[i];
    }
    scene_expect_success(args, NULL);
    return out;
}

static void expect_rows(const char *out, const char *file, const char *wanted) {
    size_t len;
    char *text = scene_read(out, file, &len);
    cr_expect_eq(len, strlen(wanted), "%s", text);
    cr_expect_str_eq(text, wanted);
    free(text);
}

Test(claim_rows, a_claim_is_accepted_or_rejected_whole) {
    const char *out = validate("out", NULL);
    size_t len;
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    cr_expect_eq(scene_count(report, "claims", "records"), 8, "%s", report);
    cr_expect_eq(scene_count(report, "claims", "accepted"), 4, "%s", report);
    cr_expect_eq(scene_count(report, "claims", "rejected"), 4, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "records"), 18, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "accepted"), 9, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "out_of_scope"), 4, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 2, "%s", report);
    free(report);
    expect_rows(out, "accepted.csv.gz",
                HEADER CLAIM("A", "", "", PEER("06", "4") "," OTHER "," PEER("07", "6"))
                    CLAIM("C", "", "", PEER("08", "6") "," OTHER "," NONE)
                        CLAIM("D", "", "", OTHER "," OTHER "," NONE)
                            CLAIM("H", "8", "A", PEER("06", "1") "," PEER("07", "1") "," NONE));
}

/* "LINE CLAIM reason;claim_line" of each rejected row. */
static void summarise(const char *rejected, char *out, size_t out_bytes) {
    size_t used = 0;
    out[0] = '\0';
    for (const char *row = strchr(rejected, '\n') + 1; *row != '\0'; row = strchr(row, '\n') + 1) {
        const char *cells[64];
        int lens[64];
        uint32_t count = 0;
        for (const char *at = row; count < 64; count++) {
            bool quoted = false;
            cells[count] = at;
            for (; quoted || (*at != ',' && *at != '\n'); at++) {
                quoted = quoted != (*at == '"');
            }
            lens[count] = (int)(at - cells[count]);
            if (*at++ == '\n') {
                count++;
                break;
            }
        }
        used += (size_t)snprintf(out + used, out_bytes - used, "%.*s %.*s %.*s %.*s\n", lens[1],
                                 cells[1], lens[2], cells[2], lens[16], cells[16], lens[count - 1],
                                 cells[count - 1]);
    }
}

Test(claim_rows, each_line_of_a_rejected_claim_has_a_row_of_its_own) {
    char summary[4096];
    size_t len;
    char *rejected = scene_read(validate("out", NULL), "rejected.csv.gz", &len);
    summarise(rejected, summary, sizeof summary);
    cr_expect_str_eq(summary, "3 B claim_rejected 1\n3 B daily_cap 3\n"
                              "6 E claim_rejected 1\n6 E claim_rejected 2\n6 E daily_cap 3\n"
                              "7 F daily_cap 1\n"
                              "8 G units_invalid 1\n8 G claim_rejected 2\n8 G claim_rejected 3\n");
    cr_expect(strstr(rejected, "Line 3 of the claim was rejected, and a claim is accepted or "
                               "rejected whole.") != NULL);
    cr_expect(strstr(rejected, "\"4 of 6 units were already used on 2025-01-08, 4 of them by lines "
                               "of this claim; this line asks for 4 and 2 are left.\"") != NULL);
    cr_expect(strstr(rejected, "units_1 holds") != NULL, "%s", rejected);
    free(rejected);
}

Test(claim_rows, a_sentence_counts_the_units_of_lines_before_it_in_its_claim) {
    static const char text[] =
        HEADER CLAIM("A", "", "", PEER("08", "4") "," PEER("08", "5") "," PEER("08", "1"));
    const char *out = scene_path(&scene, "out");
    const char *const args[] = {scene_file(&scene, "claims.csv", text, sizeof text - 1),
                                "--layout",
                                layout,
                                "--out",
                                out,
                                NULL};
    size_t len;
    scene_expect_success(args, NULL);
    char *rejected = scene_read(out, "rejected.csv.gz", &len);
    cr_expect(strstr(rejected, "4 of 6 units were already used on 2025-01-08, 4 of them by lines "
                               "of this claim; this line asks for 5 and 2 are left.") != NULL,
              "%s", rejected);
    free(rejected);
}

Test(claim_rows, the_number_of_threads_changes_nothing) {
    static const char *const threads[] = {"0", "1", "2", "7"};
    char *first[2] = {NULL, NULL};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        const char *const more[] = {"--threads", threads[i], "--overwrite", NULL};
        const char *out = validate("out", more);
        size_t len;
        char *files[2] = {scene_read(out, "accepted.csv.gz", &len),
                          scene_read(out, "rejected.csv.gz", &len)};
        for (int f = 0; f < 2; f++) {
            if (i > 0) {
                cr_expect_str_eq(files[f], first[f]);
                free(files[f]);
            } else {
                first[f] = files[f];
            }
        }
    }
    free(first[0]);
    free(first[1]);
}

Test(claim_rows, a_rejected_file_is_fed_back_as_the_claims_that_it_holds) {
    const char *out = validate("out", NULL);
    char path[RUN_PATH_BYTES];
    snprintf(path, sizeof path, "%s/rejected.csv.gz", out);
    const char *again = scene_path(&scene, "again");
    const char *const args[] = {path, "--layout", layout, "--out", again, NULL};
    scene_expect_success(args, NULL);
    size_t len;
    char *report = scene_read(again, "report.json", &len);
    scene_check_report(report, len);
    /* Alone, F fits; E's A is unknown, and its 6 and 1 fit. */
    cr_expect_eq(scene_count(report, "claims", "records"), 4, "%s", report);
    cr_expect_eq(scene_count(report, "claims", "accepted"), 2, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "further_rows"), 5, "%s", report);
    free(report);
    expect_rows(again, "accepted.csv.gz",
                HEADER CLAIM("E", "7", "A", PEER("06", "6") "," OTHER "," PEER("08", "1"))
                    CLAIM("F", "", "", PEER("07", "1") "," NONE "," NONE));
}

/* --- nights --- */

/* The claims from `first` on, `count` of them, as a file of their own. */
static const char *night_file(const char *name, uint32_t first, uint32_t count) {
    char text[sizeof claims_text];
    const char *from = strchr(claims_text, '\n') + 1;
    size_t used = (size_t)(from - claims_text);
    memcpy(text, claims_text, used);
    for (uint32_t i = 0; i < first + count && *from != '\0'; i++) {
        const char *behind = strchr(from, '\n') + 1;
        if (i >= first) {
            memcpy(text + used, from, (size_t)(behind - from));
            used += (size_t)(behind - from);
        }
        from = behind;
    }
    return scene_file(&scene, name, text, used);
}

Test(claim_rows, nights_on_a_ledger_decide_like_one_file) {
    const char *ledger = scene_path(&scene, "l.db");
    char whole[4096];
    char nights[4096];
    size_t used = 0;
    size_t len;
    char *rejected = scene_read(validate("out", NULL), "rejected.csv.gz", &len);
    summarise(rejected, whole, sizeof whole);
    free(rejected);
    for (uint32_t night = 0; night < 4; night++) {
        char name[32];
        char part[1024];
        snprintf(name, sizeof name, "night%u.csv", night);
        const char *out = scene_path(&scene, "out%u", night);
        const char *const args[] = {night_file(name, night * 2, 2),
                                    "--layout",
                                    layout,
                                    "--out",
                                    out,
                                    "--ledger",
                                    ledger,
                                    NULL};
        scene_expect_success(args, NULL);
        rejected = scene_read(out, "rejected.csv.gz", &len);
        summarise(rejected, part, sizeof part);
        free(rejected);
        /* Without the lines of the file, which begin anew each night. */
        for (const char *row = part; *row != '\0'; row = strchr(row, '\n') + 1) {
            const char *from = strchr(row, ' ');
            used += (size_t)snprintf(nights + used, sizeof nights - used, "%.*s",
                                     (int)(strchr(row, '\n') + 1 - from), from);
        }
    }
    char expected[4096];
    used = 0;
    for (const char *row = whole; *row != '\0'; row = strchr(row, '\n') + 1) {
        const char *from = strchr(row, ' ');
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%.*s",
                                 (int)(strchr(row, '\n') + 1 - from), from);
    }
    cr_expect_str_eq(nights, expected);
    struct run run;
    const char *const verify[] = {run_claimgate(), "ledger", "verify", "--ledger", ledger, NULL};
    run_program(verify, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    run_fini(&run);
}

/* --- audits --- */

static void expect_audit(const char *const more[], int wanted_exit) {
    struct run run;
    char claims[RUN_PATH_BYTES];
    snprintf(claims, sizeof claims, "%s", scene_path(&scene, "claims.csv"));
    const char *argv[24] = {run_claimgate(),
                            "audit",
                            claims,
                            "--layout",
                            layout,
                            "--roster",
                            "fixtures/quickstart/roster",
                            "--quiet"};
    size_t count = 8;
    for (size_t i = 0; more[i] != NULL; i++) {
        argv[count++] = more[i];
    }
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, wanted_exit, "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(claim_rows, an_audit_finds_every_line_where_it_was_decided) {
    const char *out = validate("out", NULL);
    const char *const by_folder[] = {"--decided", out, "--out", scene_path(&scene, "a1"), NULL};
    expect_audit(by_folder, 0);
    const char *ledger = scene_path(&scene, "l.db");
    const char *const more[] = {"--ledger", ledger, NULL};
    (void)validate("on-ledger", more);
    const char *const by_run[] = {
        "--ledger", ledger, "--run", "1", "--out", scene_path(&scene, "a2"), NULL};
    expect_audit(by_run, 0);
}

/* --- check and layout check --- */

Test(claim_rows, check_answers_each_line_of_a_claim_decided_as_one) {
    struct run run;
    const char *claims = scene_file(&scene, "c.csv", claims_text, sizeof claims_text - 1);
    const char *const argv[] = {
        run_claimgate(), "check",      "-",        "--json",
        "--layout",      layout,       "--roster", "fixtures/quickstart/roster",
        "--as-of",       "2025-06-30", NULL};
    run_program(argv, claims, &run);
    cr_expect_eq(run.exit_code, 1, "%s", run.err);
    size_t answers = 0;
    size_t rejected = 0;
    for (const char *at = run.out; (at = strstr(at, "\"decision\":")) != NULL; at++) {
        answers++;
        rejected += strstr(at, "rejected") == strchr(at, 'r');
    }
    cr_expect_eq(answers, 18, "%s", run.out);
    /* Each claim alone: B's 8 units on one day and G's quantity; E and F fit. */
    cr_expect_eq(rejected, 5, "%s", run.out);
    run_fini(&run);
}

Test(claim_rows, the_layout_of_the_fixtures_is_good) {
    struct run run;
    const char *const argv[] = {run_claimgate(), "layout", "check",
                                "fixtures/layouts/claim-rows.json", NULL};
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect(strstr(run.out, "a record is a claim of up to 13 lines") != NULL, "%s", run.out);
    run_fini(&run);
}

/* --- refusals --- */

static void expect_refusal(const char *text, int exit_code, const char *said) {
    struct run run;
    const char *bad = scene_file(&scene, "bad.json", text, strlen(text));
    const char *const argv[] = {run_claimgate(), "layout", "check", bad, NULL};
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, exit_code, "%s", run.err);
    cr_expect(strstr(run.err, said) != NULL, "%s", run.err);
    run_fini(&run);
}

static void replaced(const char *from, const char *to, char out[4096]) {
    const char *at = strstr(layout_text, from);
    cr_assert_not_null(at);
    snprintf(out, 4096, "%.*s%s%s", (int)(at - layout_text), layout_text, to, at + strlen(from));
}

Test(claim_rows, a_layout_that_cannot_be_meant_is_refused) {
    char text[4096];
    replaced("\"lines\":{\"count\":3},", "", text);
    expect_refusal(text, 78, "say with \"lines\" how many");
    replaced("\"column\":\"code_{n}\"", "\"column\":\"code\"", text);
    expect_refusal(text, 78, "hcpcs_code tells which lines there are");
    replaced("\"column\":\"claim\"", "\"column\":\"claim_{n}\"", text);
    expect_refusal(text, 78, "claim_id is one for all lines of a claim");
    replaced("\"claim_id\"", "\"claim_line_number\":{\"column\":\"n_{n}\"},\"claim_id\"", text);
    expect_refusal(text, 78, "leave claim_line_number out");
    replaced("\"count\":3", "\"count\":1", text);
    expect_refusal(text, 78, "lines");
}

Test(claim_rows, a_header_without_the_columns_of_a_line_is_refused_by_their_names) {
    static const char claims[] = "claim,member,npi,code_1,date_1,units_1,code_2,date_2,units_2\n";
    struct run run;
    const char *const more[] = {scene_file(&scene, "c.csv", claims, sizeof claims - 1), "--layout",
                                layout, "--dry-run", NULL};
    scene_validate(more, NULL, &run);
    cr_expect_eq(run.exit_code, 65, "%s", run.err);
    cr_expect(strstr(run.err, "date_3, code_3") != NULL || strstr(run.err, "code_3") != NULL, "%s",
              run.err);
    run_fini(&run);
}

Test(claim_rows, a_policy_that_cuts_back_is_refused) {
    struct run run;
    size_t len;
    const char *const show[] = {run_claimgate(), "policy", "show", "ms", NULL};
    run_program(show, NULL, &run);
    char *at = strstr(run.out, "\"over_cap\": \"reject\"");
    char policy[16384];
    cr_assert_not_null(at, "%s", run.out);
    len = (size_t)snprintf(policy, sizeof policy, "%.*s\"over_cap\": \"cutback\"%s",
                           (int)(at - run.out), run.out, at + strlen("\"over_cap\": \"reject\""));
    run_fini(&run);
    const char *const more[] = {scene_file(&scene, "c.csv", claims_text, sizeof claims_text - 1),
                                "--layout",
                                layout,
                                "--policy",
                                scene_file(&scene, "p.json", policy, len),
                                "--dry-run",
                                NULL};
    scene_validate(more, NULL, &run);
    cr_expect_eq(run.exit_code, 78, "%s", run.err);
    cr_expect(strstr(run.err, "a claim's charge cannot be cut back") != NULL, "%s", run.err);
    run_fini(&run);
}
