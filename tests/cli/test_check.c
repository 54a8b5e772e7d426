/*
 * Spot checks through the program: what a person reads, and what a script reads.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLAIMS "fixtures/quickstart/claims.csv"
#define ROSTER "fixtures/quickstart/roster"
#define AS_OF  "2025-06-30"

/* `claimgate check` as of the usual date; `more` is closed by NULL. */
static void check(const char *const more[], const char *input, struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "check", "--as-of", AS_OF};
    for (size_t i = 0; more[i] != NULL; i++) {
        cr_assert(i + 5 < RUN_ARGS_MAX, "too many arguments");
        argv[4 + i] = more[i];
    }
    run_program(argv, input, run);
}

#define WITH_ROSTER(...)                                                                           \
    { "--roster", ROSTER, __VA_ARGS__ }
#define ASK(...) ((const char *[]){"--roster", ROSTER, __VA_ARGS__, NULL})

/* --- what people read --- */

Test(check, says_decision_reasons_and_caps) {
    static const struct {
        const char *args[RUN_ARGS_MAX];
        int exit_code;
        const char *says[4];
    } cases[] = {
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004"),
         0,
         {"accepted: 4 units of H0038 on 2025-01-06\n", "cap daily: day 2025-01-06\n",
          "limit 200, used 0, asked 4, left before this line 200",
          "benefit year 2024-07-01 to 2025-06-30"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "7.0", "--rendering-npi",
                     "1000000004", "--modifier", "HE", "--modifier", "HQ"),
         1,
         {"rejected: 7 units", "reason daily_cap: CO 119 N362\n",
          "0 of 6 units were already used on 2025-01-06"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-02-31", "--units", "4.5", "--rendering-npi",
                     "12"),
         1,
         {"reason service_date_invalid: CO 16 M52\n", "reason units_invalid: CO 16 M53\n",
          "reason rendering_npi_invalid: CO 207 N290\n"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     ""),
         1,
         {"reason rendering_npi_missing"}},
        {WITH_ROSTER("--member", "a\nb", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004"),
         1,
         {"reason member_id_invalid"}},
        {WITH_ROSTER("--member", "\"M,1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004"),
         0,
         {"accepted: 4 units"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004", "--procedure", "99213"),
         0,
         {"out of scope: policy ms does not test this line"}},
        {WITH_ROSTER("--member", "M1", "--date", "2025-02-03", "--units", "4", "--rendering-npi",
                     "1000000012"),
         1,
         {"reason credential_suspended: CO B7 N570\n", "cap yearly"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        check(cases[i].args, NULL, &run);
        cr_expect(run.exit_code == cases[i].exit_code, "case %zu: exit %d: %s", i, run.exit_code,
                  run.err);
        for (size_t j = 0; j < 4 && cases[i].says[j] != NULL; j++) {
            cr_expect(strstr(run.out, cases[i].says[j]) != NULL, "case %zu: no \"%s\" in:\n%s", i,
                      cases[i].says[j], run.out);
        }
        run_fini(&run);
    }
}

Test(check, fits_80_columns_and_names_no_member) {
    struct run run;
    check(ASK("--member", "MEMBER-77", "--date", "2025-02-03", "--units", "9", "--rendering-npi",
              "1000000012", "--end-date", "2025-02-01", "--received", "2023-01-01"),
          NULL, &run);
    for (const char *at = run.out; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        cr_expect(strcspn(at, "\n") <= 80, "too wide: %.*s", (int)strcspn(at, "\n"), at);
    }
    cr_expect(strstr(run.out, "MEMBER-77") == NULL, "the member is named: %s", run.out);
    run_fini(&run);
}

Test(check, refuses_half_a_question) {
    static const struct {
        const char *args[RUN_ARGS_MAX];
        const char *says;
    } cases[] = {
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4"),
         "--rendering-npi NPI is"},
        {WITH_ROSTER("--date", "2025-01-06"), "--member ID is missing"},
        {WITH_ROSTER("-", "--member", "M1"), "leave the options out"},
        {WITH_ROSTER("claims.csv"), "check - < claims.csv"},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004", "--layout", "tuva"),
         "--layout is for the lines"},
        {WITH_ROSTER("--member", "M1", "--date", "2025-01-06", "--units", "4", "--rendering-npi",
                     "1000000004", "--modifier", "A1", "--modifier", "A2", "--modifier", "A3",
                     "--modifier", "A4", "--modifier", "A5", "--modifier", "A6"),
         "at most 5 times"},
        {{"-"}, "--roster DIR is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        check(cases[i].args, NULL, &run);
        cr_expect(run.exit_code == 64, "case %zu: exit %d: %s", i, run.exit_code, run.err);
        cr_expect(strstr(run.err, cases[i].says) != NULL, "case %zu: %s", i, run.err);
        run_fini(&run);
    }
}

/* --- lines on standard input --- */

Test(check, lines_do_not_count_for_each_other) {
    struct run run;
    check(ASK("-"), CLAIMS, &run);
    cr_expect(run.exit_code == 1);
    /* Line 16 repeats a line that stands above it; asked by itself it is new. */
    cr_expect(strstr(run.out, "16\taccepted\t4\t\n") != NULL, "%s", run.out);
    cr_expect(strstr(run.out, "5\tout_of_scope\t0\t\n") != NULL, "%s", run.out);
    cr_expect(strstr(run.out, "12\trejected\t0\tunits_invalid;rendering_npi_invalid\n") != NULL);
    cr_expect(strstr(run.out, "17\trejected\t0\tmalformed_record\n") != NULL);
    run_fini(&run);
}

Test(check, json_lines_are_one_document_each) {
    struct run run;
    size_t count = 0;
    check(ASK("-", "--json"), CLAIMS, &run);
    for (const char *at = run.out; *at != '\0'; count++) {
        size_t len = strcspn(at, "\n");
        scene_check_json("decision.schema.json", at, len);
        cr_expect_not_null(memmem(at, len, "\"source_line\":", 14), "%.*s", (int)len, at);
        at += len + (at[len] == '\n');
    }
    cr_expect(count == 20, "%zu answers", count);
    run_fini(&run);
}

Test(check, json_of_one_question_is_a_document) {
    struct run run;
    check(ASK("--member", "MEMBER-77", "--date", "2025-01-06", "--units", "7", "--rendering-npi",
              "1000000004", "--modifier", "HQ", "--json"),
          NULL, &run);
    scene_check_json("decision.schema.json", run.out, run.out_len);
    cr_expect_not_null(strstr(run.out, "\"source_line\": null"), "%s", run.out);
    cr_expect_not_null(strstr(run.out, "\"modifiers\": \"HQ\""), "%s", run.out);
    cr_expect_null(strstr(run.out, "MEMBER-77"), "the member is named: %s", run.out);
    run_fini(&run);
}

/* The built-in policy, but that lines over a cap are cut back. */
static const char *write_cutback_policy(struct scene *scene) {
    static const char reject[] = "\"over_cap\": \"reject\"", cutback[] = "\"over_cap\":\"cutback\"";
    size_t len = 0;
    char *policy = run_read_file("schemas/policies/ms.json", &len);
    char *at = strstr(policy, reject);
    cr_assert_not_null(at);
    memset(at, ' ', sizeof reject - 1);
    memcpy(at, cutback, sizeof cutback - 1);
    const char *path = scene_file(scene, "cutback.json", policy, len);
    free(policy);
    return path;
}

Test(check, a_line_that_is_cut_back_has_its_own_warnings) {
    static const char claims[] =
        "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"
        "R,1,M1,2025-01-06,H0038,8,1000000004,7,NOPE\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    check(ASK("-", "--json", "--policy", write_cutback_policy(&scene)),
          scene_file(&scene, "in", claims, sizeof claims - 1), &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    const char *warnings = strstr(run.out, "\"warnings\":");
    cr_assert_not_null(warnings, "%s", run.out);
    cr_expect_not_null(strstr(warnings, "original_claim_unknown"), "%s", run.out);
    cr_expect_not_null(strstr(warnings, "The claim to replace has no accepted line"), "%s",
                       run.out);
    cr_expect_null(strstr(warnings, "daily_cap\","), "%s", run.out);
    run_fini(&run);
    scene_remove(&scene);
}

Test(check, bad_input_is_said_with_its_exit_code) {
    struct scene scene;
    static const char no_column[] = "claim_id,member_id\n1,2\n";
    static const char gzip[] = "\x1F\x8B\x08";
    const struct {
        const char *bytes;
        size_t len;
        const char *says;
    } cases[] = {
        {"", 0, "there is no header line"},
        {no_column, sizeof no_column - 1, "columns missing"},
        {gzip, sizeof gzip - 1, "zcat"},
    };
    scene_make(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        check(ASK("-"), scene_file(&scene, "in", cases[i].bytes, cases[i].len), &run);
        cr_expect(run.exit_code == 65, "case %zu: exit %d: %s", i, run.exit_code, run.err);
        cr_expect(strstr(run.err, cases[i].says) != NULL, "case %zu: %s", i, run.err);
        run_fini(&run);
    }
    struct run run;
    check(ASK("-", "--ledger", scene_path(&scene, "none.db")), CLAIMS, &run);
    cr_expect(run.exit_code == 66, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* A person, or a program, that waits for each answer before it asks again. */
Test(check, answers_a_line_before_the_next_one_comes, .timeout = 60) {
    static const char header[] = "claim_id,member_id,claim_line_start_date,hcpcs_code,"
                                 "service_unit_quantity,rendering_npi\n";
    static const char question[] = "C1,M1,2025-01-06,H0038,4,1000000004\n";
    struct scene scene;
    int to[2], from[2], status = 0;
    char answer[64] = "";
    scene_make(&scene);
    cr_assert(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    const char *argv[] = {run_claimgate(), "check",   "-",   "--roster",
                          ROSTER,          "--as-of", AS_OF, NULL};
    pid_t pid = scene_start(argv, to[0], from[1], scene_path(&scene, "err"));
    cr_assert(write(to[1], header, sizeof header - 1) == sizeof header - 1);
    for (int line = 2; line < 5; line++) {
        char expected[32];
        int len = snprintf(expected, sizeof expected, "%d\taccepted\t4\t\n", line);
        cr_assert(write(to[1], question, sizeof question - 1) == sizeof question - 1);
        ssize_t got = read(from[0], answer, sizeof answer - 1);
        cr_expect(got == len && memcmp(answer, expected, (size_t)len) == 0, "got %.*s", (int)got,
                  answer);
    }
    /* A signal ends the wait for more. */
    cr_assert(kill(pid, SIGINT) == 0 && waitpid(pid, &status, 0) == pid);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    for (int i = 0; i < 2; i++) {
        close(to[i]);
        close(from[i]);
    }
    scene_remove(&scene);
}

Test(check, a_date_in_another_form_is_a_slip_of_the_keyboard_and_no_verdict) {
    static const char *const options[] = {"--date", "--end-date", "--received", "--birth-date"};
    static const char *const dates[] = {"01/07/2025", "1/7/2025", "20250107", "yesterday"};
    for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
        for (size_t d = 0; d < sizeof dates / sizeof dates[0]; d++) {
            struct run run;
            const char *const argv[] = {run_claimgate(),
                                        "check",
                                        "--member",
                                        "M1",
                                        options[o],
                                        dates[d],
                                        "--units",
                                        "2",
                                        "--rendering-npi",
                                        "1000000004",
                                        "--roster",
                                        "fixtures/quickstart/roster",
                                        o == 0 ? NULL : "--date",
                                        "2025-01-07",
                                        NULL};
            run_program(argv, NULL, &run);
            cr_expect(run.exit_code == 64, "%s %s: %d", options[o], dates[d], run.exit_code);
            cr_expect(strstr(run.err, "YYYY-MM-DD") != NULL && strstr(run.err, dates[d]) == NULL,
                      "%s", run.err);
            run_fini(&run);
        }
    }
}

Test(check, lines_before_another_header_are_answered_though_they_came_with_it) {
    static const char lines[] =
        "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi\n"
        "C1,1,M1,2025-01-06,H0038,2,1000000004\n"
        "claim_id,service_unit_quantity,member_id,claim_line_start_date,hcpcs_code,"
        "claim_line_number,rendering_npi\n"
        "C2,2,M1,2025-01-07,H0038,1,1000000004\n";
    const char *const argv[] = {run_claimgate(),
                                "check",
                                "-",
                                "--as-of",
                                "2025-06-30",
                                "--roster",
                                "fixtures/quickstart/roster",
                                NULL};
    struct scene scene;
    struct run run;
    scene_make(&scene);
    run_program(argv, scene_file(&scene, "two.csv", lines, sizeof lines - 1), &run);
    cr_expect_eq(run.exit_code, 65);
    cr_expect_str_eq(run.out, "2\taccepted\t2\t\n");
    cr_expect(strstr(run.err, "line 3 is another header") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* Which credential let the line pass or not, and when it ends. */
Test(check, the_credential_row_that_decided_is_named) {
    struct run run;
    const char *const argv[] = {run_claimgate(), "check",    "--member",
                                "M-02",          "--date",   "2025-01-09",
                                "--units",       "2",        "--rendering-npi",
                                "1000000004",    "--roster", "fixtures/quickstart/roster",
                                "--json",        NULL};
    run_program(argv, NULL, &run);
    cr_expect(strstr(run.out, "\"credential\": {") != NULL, "%s", run.out);
    scene_check_json("decision.schema.json", run.out, run.out_len);
    run_fini(&run);
}

/* Of a stream, each answer's document says it. */
Test(check, a_member_whom_the_ledger_has_never_seen_is_told) {
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *ledger = scene_path(&scene, "claims.ledger");
    scene_validate(
        (const char *[]){CLAIMS, "--ledger", ledger, "--out", scene_path(&scene, "out"), NULL},
        NULL, &run);
    run_fini(&run);
    for (int known = 0; known < 2; known++) {
        const char *member = known ? "M-02" : "M-2";
        check(ASK("--member", member, "--date", "2025-01-09", "--units", "1", "--rendering-npi",
                  "1000000004", "--ledger", ledger, "--json"),
              NULL, &run);
        scene_check_json("decision.schema.json", run.out, run.out_len);
        cr_expect_eq(strstr(run.err, "the ledger has never seen this member") != NULL, !known, "%s",
                     run.err);
        cr_expect_eq(strstr(run.out, "\"unknown_member\": true") != NULL, !known, "%s", run.out);
        run_fini(&run);
    }
    static const char lines[] =
        "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"
        "service_unit_quantity,rendering_npi\nA,1,M-2,2025-01-09,H0038,1,1000000004\n";
    check(ASK("-", "--ledger", ledger, "--json"),
          scene_file(&scene, "lines.csv", lines, sizeof lines - 1), &run);
    cr_expect_not_null(strstr(run.out, "\"unknown_member\":true"), "%s", run.out);
    cr_expect_null(strstr(run.err, "never seen"), "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}
