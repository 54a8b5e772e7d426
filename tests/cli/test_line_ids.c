/*
 * A layout whose lines are told by an id in place of a number.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT(keys, more)                                                                         \
    "{\"name\":\"own\",\"title\":\"own\",\"delimiter\":\",\",\"date_format\":\"YYYY-MM-DD\","      \
    "\"negative_units\":\"void\"," keys "\"fields\":{\"claim_id\":{\"column\":\"claim_id\"},"      \
    "\"claim_line_number\":{\"column\":\"line\",\"as\":\"id\"" more "},"                           \
    "\"member_id\":{\"column\":\"member_id\"},"                                                    \
    "\"claim_line_start_date\":{\"column\":\"day\"},"                                              \
    "\"hcpcs_code\":{\"column\":\"hcpcs_code\"},"                                                  \
    "\"service_unit_quantity\":{\"column\":\"units\"},"                                            \
    "\"rendering_npi\":{\"column\":\"npi\"}}}"
#define HEADER "claim_id,line,member_id,day,hcpcs_code,units,npi\n"
#define ROW(claim, line, day, units)                                                               \
    claim "," line ",M1,2025-01-" day ",H0038," units ",1000000004\n"
#define SIXTY_FOUR "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct scene scene;

static void set_up(void) {
    scene_make(&scene);
}

static void tear_down(void) {
    scene_remove(&scene);
}

TestSuite(line_ids, .init = set_up, .fini = tear_down);

static const char *layout(void) {
    return scene_file(&scene, "own.json", LAYOUT("", ""), sizeof LAYOUT("", "") - 1);
}

/* What a night writes; NULL for `ledger`: on none. The caller frees. */
static char *night(const char *name, const char *claims, const char *ledger, const char *file) {
    char out[RUN_PATH_BYTES];
    size_t len;
    snprintf(out, sizeof out, "%s", scene_path(&scene, "%s", name));
    scene_expect_success(
        (const char *const[]){scene_file(&scene, "claims.csv", claims, strlen(claims)), "--layout",
                              layout(), "--out", out, ledger == NULL ? NULL : "--ledger", ledger,
                              NULL},
        NULL);
    return scene_read(out, file, &len);
}

static void expect_counts(const char *report, long long accepted, long long rejected,
                          long long taken_back) {
    cr_expect_eq(scene_count(report, "counts", "accepted"), accepted, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "rejected"), rejected, "%s", report);
    cr_expect_eq(scene_count(report, "counts", "taken_back"), taken_back, "%s", report);
}

static void expect_night(const char *name, const char *claims, const char *ledger,
                         const long long counts[3]) {
    char *report = night(name, claims, ledger, "report.json");
    expect_counts(report, counts[0], counts[1], counts[2]);
    free(report);
}

/* The caller finishes. */
static void ask(const char *const words[], const char *ledger, struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
    size_t count = 1;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[count++] = words[i];
    }
    argv[count++] = "--ledger";
    argv[count++] = ledger;
    run_program(argv, NULL, run);
}
#define ASK(ledger, run, ...) ask((const char *const[]){__VA_ARGS__, NULL}, ledger, run)

static void expect_verified(const char *ledger) {
    struct run run;
    ASK(ledger, &run, "ledger", "verify");
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(line_ids, letter_case_and_zeros_tell_lines_apart) {
    char *rejected =
        night("out",
              HEADER ROW("A1", "a1", "06", "1") ROW("A1", "A1", "06", "2")
                  ROW("A1", "01", "07", "1") ROW("A1", "1", "07", "2") ROW("A1", "1.0", "08", "1")
                      ROW("A1", "a1", "08", "2") ROW("A2", "a1", "08", "3"),
              NULL, "rejected.csv.gz");
    cr_expect(strstr(rejected, "A1,a1,M1,2025-01-08") != NULL, "%s", rejected);
    cr_expect(strstr(rejected, ",duplicate_line,") != NULL, "%s", rejected);
    cr_expect_null(strstr(rejected, "2025-01-06"), "%s", rejected);
    cr_expect_null(strstr(rejected, "2025-01-07"), "%s", rejected);
    cr_expect_null(strstr(rejected, "A2,"), "%s", rejected);
    free(rejected);
}

Test(line_ids, an_id_has_up_to_64_bytes_and_is_never_blank) {
    char *rejected = night("out",
                           HEADER ROW("A1", SIXTY_FOUR, "06", "1")
                               ROW("A1", SIXTY_FOUR "x", "07", "1") ROW("A1", "", "08", "1"),
                           NULL, "rejected.csv.gz");
    cr_expect_null(strstr(rejected, "2025-01-06"), "%s", rejected);
    cr_expect(strstr(rejected, "line is 65 bytes long; it must be 1 to 64 bytes") != NULL, "%s",
              rejected);
    cr_expect(strstr(rejected, "line is blank; it must be 1 to 64 bytes") != NULL, "%s", rejected);
    free(rejected);
}

Test(line_ids, a_line_is_the_same_on_a_later_night) {
    const char *ledger = scene_path(&scene, "ledger");
    expect_night("n1", HEADER ROW("A1", "b", "06", "1") ROW("A1", "a", "06", "2"), ledger,
                 (const long long[]){2, 0, 0});
    expect_night("n2",
                 HEADER ROW("A1", "c", "07", "1") ROW("A1", "a", "08", "3")
                     ROW("A1", "B", "08", "2") ROW("A1", "b", "09", "4"),
                 ledger, (const long long[]){2, 2, 0});
    expect_night("n3", HEADER ROW("A1", "c", "10", "4") ROW("A1", "B", "10", "5"), ledger,
                 (const long long[]){0, 2, 0});
    expect_verified(ledger);
}

Test(line_ids, negative_units_take_back_the_line_of_that_id_alone) {
    const char *ledger = scene_path(&scene, "ledger");
    expect_night("n1", HEADER ROW("A1", "x", "06", "2") ROW("A1", "X", "06", "4"), ledger,
                 (const long long[]){2, 0, 0});
    expect_night("n2", HEADER ROW("A1", "X", "06", "-4") ROW("A1", "y", "06", "-2"), ledger,
                 (const long long[]){2, 0, 1});
    expect_night("n3", HEADER ROW("A1", "x", "07", "1") ROW("A1", "X", "06", "4"), ledger,
                 (const long long[]){1, 1, 0});
    expect_verified(ledger);
}

Test(line_ids, questions_to_a_ledger_name_the_id) {
    const char *ledger = scene_path(&scene, "ledger");
    struct run run;
    expect_night("n1", HEADER ROW("A1", "Lx", "06", "2") ROW("A1", "Ly", "06", "4"), ledger,
                 (const long long[]){2, 0, 0});
    ASK(ledger, &run, "explain", "A1", "--line", "Ly");
    cr_expect(strstr(run.out, "Ly") != NULL && strstr(run.out, "Lx") == NULL, "%s", run.out);
    run_fini(&run);
    ASK(ledger, &run, "explain", "A1", "--line", "ly");
    cr_expect_null(strstr(run.out, "Ly"), "%s", run.out);
    run_fini(&run);
    ASK(ledger, &run, "explain", "A1", "--json");
    cr_expect(strstr(run.out, "\"claim_line_number\": \"Lx\"") != NULL, "%s", run.out);
    run_fini(&run);
    ASK(ledger, &run, "usage", "M1", "--date", "2025-01-06");
    cr_expect(strstr(run.out, "claim A1 line Lx") != NULL, "%s", run.out);
    run_fini(&run);
}

Test(line_ids, a_release_names_the_id) {
    static const char released[] = "claim_id,claim_line_number\nA1,Ly\nA1,ly\n";
    const char *ledger = scene_path(&scene, "ledger");
    struct run run;
    expect_night("n1", HEADER ROW("A1", "Lx", "06", "2") ROW("A1", "Ly", "06", "4"), ledger,
                 (const long long[]){2, 0, 0});
    ASK(ledger, &run, "ledger", "release",
        scene_file(&scene, "released.csv", released, sizeof released - 1));
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    expect_night("n2", HEADER ROW("A1", "Lx", "07", "2") ROW("A1", "Ly", "06", "4"), ledger,
                 (const long long[]){1, 1, 0});
    expect_verified(ledger);
}

Test(line_ids, a_changed_id_is_found_by_verify) {
    const char *ledger = scene_path(&scene, "ledger");
    const char *const change[] = {"sqlite3", ledger, "UPDATE line_id SET line_id = 'z'", NULL};
    struct run run;
    expect_night("n1", HEADER ROW("A1", "Lx", "06", "2"), ledger, (const long long[]){1, 0, 0});
    run_program(change, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    ASK(ledger, &run, "ledger", "verify");
    cr_expect_eq(run.exit_code, 1, "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(line_ids, what_numbers_lines_does_not_go_with_ids) {
    static const char text[] = LAYOUT("", ",\"from_zero\":true");
    const char *const argv[] = {run_claimgate(), "layout", "check",
                                scene_file(&scene, "own.json", text, sizeof text - 1), NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_neq(run.exit_code, 0);
    cr_expect(strstr(run.err, "does not go with \"from_zero\"") != NULL, "%s%s", run.out, run.err);
    run_fini(&run);
}

Test(line_ids, a_sample_masks_them) {
    static const char claims[] = HEADER ROW("A1", "secretline", "06", "2");
    const char *const argv[] = {run_claimgate(),
                                "layout",
                                "check",
                                layout(),
                                "--sample",
                                scene_file(&scene, "claims.csv", claims, sizeof claims - 1),
                                NULL};
    struct run run;
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 0, "%s%s", run.out, run.err);
    cr_expect(strstr(run.out, "se.. (10 bytes)") != NULL, "%s", run.out);
    cr_expect_null(strstr(run.out, "secretline"), "%s", run.out);
    run_fini(&run);
}

/* Another system names lines by the fields' names, whatever the layout calls its columns. */
Test(line_ids, another_system_s_decisions_are_matched_by_the_id) {
    static const char claims[] = HEADER ROW("A", "x1", "06", "4") ROW("A", "X1", "06", "4");
    const char *dir = scene_path(&scene, "then");
    const char *out = scene_path(&scene, "audited");
    const char *file = scene_file(&scene, "claims.csv", claims, sizeof claims - 1);
    static const char accepted[] = "claim_id,claim_line_number\nA,X1\n";
    static const char rejected[] = "claim_id,claim_line_number,reject_reasons\nA,x1,daily_cap\n";
    char path[RUN_PATH_BYTES * 2];
    struct run run;
    size_t len;
    run_program((const char *const[]){"mkdir", dir, NULL}, NULL, &run);
    run_fini(&run);
    snprintf(path, sizeof path, "%s/accepted.csv", dir);
    run_write_file(path, accepted, sizeof accepted - 1);
    snprintf(path, sizeof path, "%s/rejected.csv", dir);
    run_write_file(path, rejected, sizeof rejected - 1);
    const char *const argv[] = {run_claimgate(),
                                "audit",
                                file,
                                "--decided",
                                dir,
                                "--layout",
                                layout(),
                                "--roster",
                                "fixtures/quickstart/roster",
                                "--policy",
                                "ms",
                                "--as-of",
                                "2025-06-30",
                                "--out",
                                out,
                                NULL};
    run_program(argv, NULL, &run);
    cr_expect_eq(run.exit_code, 1, "%s", run.err);
    run_fini(&run);
    char *changes = scene_read(out, "changes.csv.gz", &len);
    cr_expect_not_null(strstr(changes, ",2,A,x1,M1,rejected,daily_cap,0,accepted,"), "%s", changes);
    cr_expect_not_null(strstr(changes, ",3,A,X1,M1,accepted,,4,rejected,daily_cap,0"), "%s",
                       changes);
    free(changes);
}

Test(line_ids, a_file_without_their_column_has_none) {
    char *report = night("out",
                         "claim_id,member_id,day,hcpcs_code,units,npi\n"
                         "A,M1,2025-01-06,H0038,2,1000000004\n"
                         "A,M1,2025-01-06,H0038,2,1000000004\n",
                         NULL, "report.json");
    expect_counts(report, 1, 1, 0);
    cr_expect_not_null(strstr(report, "duplicate_line"), "%s", report);
    free(report);
}
