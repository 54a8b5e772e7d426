/*
 * Files without a header: columns by number, and records of fixed length, of which some are service
 * lines.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(headless, .init = set_up, .fini = tear_down);

static const char by_number[] =
    "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\"|\",\"date_format\":\"YYYYMMDD\","
    "\"header\":false,\"columns\":8,\"record\":{\"column\":1,\"value\":\"L\"},\"fields\":{"
    "\"claim_id\":{\"column\":2},\"claim_line_number\":{\"column\":3},"
    "\"member_id\":{\"column\":4},\"claim_line_start_date\":{\"column\":5},"
    "\"hcpcs_code\":{\"column\":6},\"service_unit_quantity\":{\"column\":7},"
    "\"rendering_npi\":{\"column\":8}}}";

static const char numbered_claims[] = "F|a file header of two columns\n"
                                      "L|A|1|M1|20250106|H0038|4|1000000004\n"
                                      "C|other \"kind|x\n"
                                      "L|A|2|M1|20250106|H0038|4|1000000004\n"
                                      "L|B|1|M1|20250107|99213|1|1000000004\n"
                                      "L|C|1|M1|2025010|H0038|1|1000000004\n";

static char *validate(const char *layout, const char *claims, size_t len, const char *name) {
    const char *out = scene_path(&scene, "%s", name);
    const char *const args[] = {
        scene_file(&scene, "claims.txt", claims, len), "--layout", layout, "--out", out, NULL};
    scene_expect_success(args, NULL);
    char *report = scene_read(out, "report.json", &len);
    scene_check_report(report, len);
    return report;
}

static void expect_file(const char *name, const char *file, const char *wanted) {
    size_t len;
    char *text = scene_read(scene_path(&scene, "%s", name), file, &len);
    cr_expect_str_eq(text, wanted);
    free(text);
}

Test(headless, columns_are_found_by_their_numbers_and_other_kinds_of_records_pass) {
    const char *layout = scene_file(&scene, "own.json", by_number, sizeof by_number - 1);
    char *report = validate(layout, numbered_claims, sizeof numbered_claims - 1, "out");
    cr_expect_eq(scene_count(report, "counts", "records"), 6, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "other_records"), 2, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "out_of_scope"), 1, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "rejected"), 2, "%s", report);
    free(report);
    expect_file("out", "accepted.csv.gz",
                "F|a file header of two columns\n"
                "L|A|1|M1|20250106|H0038|4|1000000004\n"
                "C|other \"kind|x\n"
                "L|B|1|M1|20250107|99213|1|1000000004\n");
    size_t len;
    char *rejected = scene_read(scene_path(&scene, "out"), "rejected.csv.gz", &len);
    cr_expect(strstr(rejected, "source_file|source_line|column_1|column_2|") == rejected, "%s",
              rejected);
    cr_expect(strstr(rejected, "|6|L|C|1|M1|2025010|H0038|1|1000000004|service_date_invalid|") !=
                  NULL,
              "%s", rejected);
    cr_expect(strstr(rejected, "column_5 is \"\"2025010\"\"; it must be") != NULL, "%s", rejected);
    free(rejected);
}

Test(headless, a_rejected_file_is_fed_back_and_an_audit_finds_every_line) {
    const char *layout = scene_file(&scene, "own.json", by_number, sizeof by_number - 1);
    free(validate(layout, numbered_claims, sizeof numbered_claims - 1, "out"));
    struct run run;
    const char *const audit[] = {run_claimgate(),
                                 "audit",
                                 scene_path(&scene, "claims.txt"),
                                 "--layout",
                                 layout,
                                 "--roster",
                                 "fixtures/quickstart/roster",
                                 "--decided",
                                 scene_path(&scene, "out"),
                                 "--out",
                                 scene_path(&scene, "audit"),
                                 "--quiet",
                                 NULL};
    run_program(audit, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    run_fini(&run);
    char path[RUN_PATH_BYTES];
    snprintf(path, sizeof path, "%s/rejected.csv.gz", scene_path(&scene, "out"));
    const char *const again[] = {path, "--layout", layout, "--out", scene_path(&scene, "again"),
                                 NULL};
    scene_expect_success(again, NULL);
    size_t len;
    char *accepted = scene_read(scene_path(&scene, "again"), "accepted.csv.gz", &len);
    cr_expect(strstr(accepted, "L|A|2|M1|20250106|H0038|4|1000000004\n") != NULL, "%s", accepted);
    free(accepted);
}

Test(headless, a_sample_shows_what_the_layout_makes_of_it) {
    const char *layout = scene_file(&scene, "own.json", by_number, sizeof by_number - 1);
    const char *claims = scene_file(&scene, "c.txt", numbered_claims, sizeof numbered_claims - 1);
    struct run run;
    const char *const argv[] = {run_claimgate(), "layout", "check", layout,
                                "--sample",      claims,   NULL};
    run_program(argv, NULL, &run);
    cr_expect(strstr(run.out, "column_6") != NULL && strstr(run.out, "H0038") != NULL, "%s%s",
              run.out, run.err);
    run_fini(&run);
}

/* --- fixed length --- */

enum { FIXED_BYTES = 330 };

static void put(char *record, size_t start, const char *value) {
    memcpy(record + start - 1, value, strlen(value));
}

/* One COT00003 with the NPI at 320. */
static size_t fixed_line(char *out, const char *orig, const char *adj, const char *indicator,
                         const char *units) {
    memset(out, ' ', FIXED_BYTES);
    put(out, 1, "COT00003");
    put(out, 22, "M1");
    put(out, 42, orig);
    put(out, 92, adj);
    put(out, 142, "001");
    put(out, 148, indicator);
    put(out, 167, "20250106");
    put(out, 175, "20250106");
    put(out, 187, "H0038");
    put(out, 205, "HE");
    put(out, 298, units);
    put(out, 320, "1000000004");
    out[FIXED_BYTES] = '\n';
    return FIXED_BYTES + 1;
}

static size_t fixed_file(char *out) {
    static const char head[] = "COT00001, a file header \"that is short\n";
    memcpy(out, head, sizeof head - 1);
    size_t len = sizeof head - 1;
    len += fixed_line(out + len, "A", "88888888", "0", "00000004000"); /* 4 units */
    len += fixed_line(out + len, "B", "", "0", "00000004000");         /* over the cap */
    len += fixed_line(out + len, "C", "", "5", "00000004000");         /* passes */
    len += fixed_line(out + len, "A", "A2", "1", "00000004000");       /* voids A */
    len += fixed_line(out + len, "D", "", "0", "00000000500");         /* half a unit */
    return len;
}

static const char *own_copy(void) {
    struct run run;
    const char *const show[] = {run_claimgate(), "layout", "show", "tmsis-cot", NULL};
    run_program(show, NULL, &run);
    const char *at = strstr(run.out, "{\"missing\"");
    cr_assert_not_null(at);
    const char *behind = strchr(at, '}');
    char text[8192];
    const int len = snprintf(text, sizeof text, "%.*s{\"start\": 320, \"length\": 10%s",
                             (int)(at - run.out), run.out, behind);
    run_fini(&run);
    return scene_file(&scene, "cot.json", text, (size_t)len);
}

Test(headless, records_of_fixed_length_are_read_by_spans) {
    char claims[8 * (FIXED_BYTES + 1)];
    const size_t claims_len = fixed_file(claims);
    char *report = validate(own_copy(), claims, claims_len, "out");
    cr_expect_eq(scene_count(report, "counts", "records"), 6, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "other_records"), 1, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "left_out"), 1, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "rejected"), 2, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "taken_back"), 1, "%s", report);
    cr_expect_eq(scene_count(report, "units", "accepted"), 4, "%s", report);
    free(report);
    size_t len;
    char *rejected = scene_read(scene_path(&scene, "out"), "rejected.csv.gz", &len);
    cr_expect(strstr(rejected, "source_file,source_line,record,reject_reason,") == rejected, "%s",
              rejected);
    cr_expect(strstr(rejected, "daily_cap") != NULL && strstr(rejected, "units_invalid") != NULL,
              "%s", rejected);
    free(rejected);
}

Test(headless, a_code_in_another_span_is_named_with_its_bytes) {
    char claim[FIXED_BYTES + 1];
    char policy[65536];
    size_t len;
    const size_t claim_len = fixed_line(claim, "A", "H0038", "0", "00000004000");
    put(claim, 187, "     ");
    char *ms = run_read_file("schemas/policies/ms.json", &len);
    const char *at = strstr(ms, "\"unknown_original\"");
    const int policy_len = snprintf(policy, sizeof policy, "%.*s\"near_code\": \"reject\", %s",
                                    (int)(at - ms), ms, at);
    free(ms);
    scene_expect_success((const char *[]){scene_file(&scene, "c.txt", claim, claim_len), "--layout",
                                          own_copy(), "--policy",
                                          scene_file(&scene, "p.json", policy, (size_t)policy_len),
                                          "--out", scene_path(&scene, "out"), NULL},
                         NULL);
    char *rejected = scene_read(scene_path(&scene, "out"), "rejected.csv.gz", &len);
    cr_expect_not_null(strstr(rejected, "H0038 stands in the column bytes_92_"), "%s", rejected);
    free(rejected);
}

Test(headless, the_built_in_layout_says_what_a_user_has_to_fill_in) {
    char claims[8 * (FIXED_BYTES + 1)];
    struct run run;
    const char *const args[] = {scene_file(&scene, "c.txt", claims, fixed_file(claims)), "--layout",
                                "tmsis-cot", "--dry-run", NULL};
    scene_validate(args, NULL, &run);
    cr_expect_eq(run.exit_code, 65, "%s", run.err);
    cr_expect(strstr(run.err, "SERVICING-PROV-NPI-NUM") != NULL, "%s", run.err);
    run_fini(&run);
}

Test(headless, a_layout_that_cannot_be_meant_is_refused) {
    static const struct {
        const char *from;
        const char *to;
        const char *said;
    } rows[] = {
        {"\"header\":false,", "", "say \"header\": false"},
        {"{\"column\":2}", "{\"column\":\"claim\"}", "a column is told by its number"},
        {"{\"column\":2}", "{\"start\":2,\"length\":4}", "all of them spans"},
        {"\"columns\":8,", "", "with \"columns\" to say how many"},
        {"\"columns\":8,", "\"columns\":3,", "\"columns\" says that a record has 3 of them"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[4096];
        struct run run;
        const char *at = strstr(by_number, rows[i].from);
        const int len = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - by_number), by_number,
                                 rows[i].to, at + strlen(rows[i].from));
        const char *const argv[] = {run_claimgate(), "layout", "check",
                                    scene_file(&scene, "bad.json", text, (size_t)len), NULL};
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, 78, "%s: %s", rows[i].said, run.err);
        cr_expect(strstr(run.err, rows[i].said) != NULL, "%s: %s", rows[i].said, run.err);
        run_fini(&run);
    }
}

/* It would pass as a record of no procedure. */
Test(headless, a_header_that_is_there_all_the_same_is_told) {
    static const char plain[] =
        "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\",\"date_format\":\"YYYYMMDD\","
        "\"header\":false,\"columns\":6,\"fields\":{\"claim_id\":{\"column\":1},"
        "\"member_id\":{\"column\":2},\"claim_line_start_date\":{\"column\":3},"
        "\"hcpcs_code\":{\"column\":4},\"service_unit_quantity\":{\"column\":5},"
        "\"rendering_npi\":{\"column\":6}}}";
    static const struct {
        const char *header;
        int exit_code;
        const char *told;
    } cases[] = {
        {"claim_id,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi",
         65,
         "line 1 is a header: it has names of columns that another layout has, but the layout "
         "says \"header\": false"},
        {"ID,MEMBER,DOS,CPT,UNITS,NPI", 0,
         "line 1 looks like a header: it has words where the layout"},
        {"C-0,M-1,20250105,H0038,1,1000000004", 0, ""},
    };
    const char *layout = scene_file(&scene, "own.json", plain, sizeof plain - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char claims[300];
        struct run run;
        const int len = snprintf(claims, sizeof claims, "%s\nC-1,M-1,20250106,H0038,2,1000000004\n",
                                 cases[i].header);
        const char *file = scene_file(&scene, "claims.txt", claims, (size_t)len);
        const char *const argv[] = {run_claimgate(),
                                    "validate",
                                    file,
                                    "--layout",
                                    layout,
                                    "--roster",
                                    "fixtures/quickstart/roster",
                                    "--as-of",
                                    "2025-12-31",
                                    "--out",
                                    scene_path(&scene, "out-%zu", i),
                                    NULL};
        run_program(argv, NULL, &run);
        cr_expect_eq(run.exit_code, cases[i].exit_code, "%s", run.err);
        cr_expect_not_null(strstr(run.err, cases[i].told), "%s", run.err);
        cr_expect(cases[i].told[0] != '\0' || run.err[0] == '\0', "%s", run.err);
        run_fini(&run);
    }
}
