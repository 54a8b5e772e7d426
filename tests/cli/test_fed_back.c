/*
 * A rejected file of an earlier run is an input: its rows are decided as the records they hold.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define H                                                                                          \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,service_unit_quantity," \
    "rendering_npi\n"
#define ROSTER_HEADER "npi,credential_type,status,effective_date,end_date\n"
#define ONE           "1000000004,CPSSP-MH,current,2020-01-01,\n"
#define OTHER         "1234567893,CPSSP-MH,current,2020-01-01,\n"
#define BEHIND                                                                                     \
    "reject_reason,reject_reasons,group_code,carc,rarc,cap_id,cap_limit,units_used,"               \
    "units_available,reject_detail,raw_record\n"

/* `validate` on these inputs with a roster; the folder that it made. */
static const char *decide(struct scene *scene, const char *roster, const char *a, const char *b) {
    const char *out = scene_path(scene, "out-%zu", scene->path_count);
    struct run run;
    const char *const argv[] = {run_claimgate(),
                                "validate",
                                "--roster",
                                roster,
                                "--as-of",
                                "2025-12-31",
                                "--out",
                                out,
                                "--ledger",
                                scene_path(scene, "claims.ledger"),
                                a,
                                b,
                                NULL};
    run_program(argv, NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    return out;
}

static const char *roster_of(struct scene *scene, const char *name, const char *text) {
    char file[RUN_PATH_BYTES];
    const char *dir = scene_path(scene, "%s", name);
    cr_assert_eq(mkdir(dir, 0700), 0);
    snprintf(file, sizeof file, "%s/credentials.csv", name);
    scene_file(scene, file, text, strlen(text));
    return dir;
}

static void expect_output(const char *out, const char *name, const char *text) {
    size_t len = 0;
    char *found = scene_read(out, name, &len);
    cr_expect_str_eq(found, text);
    free(found);
}

Test(fed_back, what_was_rejected_is_decided_again_and_keeps_its_first_place) {
    struct scene scene;
    scene_make(&scene);
    const char *poor = roster_of(&scene, "poor", ROSTER_HEADER ONE);
    const char *mended = roster_of(&scene, "mended", ROSTER_HEADER ONE OTHER);
    static const char claims[] = H "A1,1,M1,2025-01-06,H0038,2,1000000004\n"
                                   "A2,1,M1,2025-01-06,H0038,2,1234567893\r\n"
                                   "\"A3\",1,\"M,3\",2025-01-06,H0038,0,1000000004\n"
                                   "A4,1,\"M\"\"4\",2025-01-06,H0038,1,1234567893\n";
    const char *file = scene_file(&scene, "claims.csv", claims, strlen(claims));
    const char *first = decide(&scene, poor, file, NULL);
    const char *rejected = scene_path(&scene, "%s/rejected.csv.gz", first + strlen(scene.dir) + 1);
    const char *second = decide(&scene, mended, rejected, NULL);
    expect_output(second, "accepted.csv.gz",
                  H "A2,1,M1,2025-01-06,H0038,2,1234567893\n"
                    "A4,1,\"M\"\"4\",2025-01-06,H0038,1,1234567893\n");
    char row[RUN_PATH_BYTES + 200];
    size_t len = 0;
    char *again = scene_read(second, "rejected.csv.gz", &len);
    snprintf(row, sizeof row, "\n%s,4,\"A3\",1,\"M,3\",2025-01-06,H0038,0,1000000004,units_invalid",
             file);
    cr_expect_not_null(strstr(again, row), "%s", again);
    free(again);
    struct run run;
    run_program((const char *[]){run_claimgate(), "explain", "A2", "--ledger",
                                 scene_path(&scene, "claims.ledger"), NULL},
                NULL, &run);
    cr_expect_not_null(strstr(run.out, ": rejected"), "%s", run.out);
    cr_expect_not_null(strstr(run.out, ": accepted"), "%s", run.out);
    run_fini(&run);
    scene_remove(&scene);
}

/* Every field in quotes, rows sorted and dropped, line ends of Windows, a BOM. */
Test(fed_back, a_spreadsheet_may_have_written_it_anew) {
    struct scene scene;
    scene_make(&scene);
    const char *mended = roster_of(&scene, "mended", ROSTER_HEADER ONE OTHER);
    static const char text[] =
        "\xef\xbb\xbf\"source_file\",\"source_line\",claim_id,claim_line_number,member_id,"
        "claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi,"
        "reject_reason,reject_reasons,group_code,carc,rarc,cap_id,cap_limit,units_used,"
        "units_available,reject_detail,raw_record\r\n"
        "\"n.csv\",\"9\",\"A9\",\"1\",\"M1\",\"2025-01-06\",\"H0038\",\"2\",\"1234567893\","
        "\"x\",\"x\",\"CO\",\"208\",\"\",\"\",\"\",\"\",\"\",\"a, b\",\"\"\r\n"
        "n.csv,3,,,,,,,,malformed_record,malformed_record,CO,16,MA130,,,,,The record,"
        "\"A3,1,\"\"M2\"\",2025-01-06,H0038,1,1000000004\"\r\n";
    const char *out =
        decide(&scene, mended, scene_file(&scene, "kept.csv", text, strlen(text)), NULL);
    expect_output(out, "accepted.csv.gz",
                  H "\"A9\",\"1\",\"M1\",\"2025-01-06\",\"H0038\",\"2\",\"1234567893\"\r\n"
                    "A3,1,\"M2\",2025-01-06,H0038,1,1000000004\r\n");
    scene_remove(&scene);
}

Test(fed_back, new_claims_and_a_rejected_file_are_one_night) {
    struct scene scene;
    scene_make(&scene);
    const char *roster = roster_of(&scene, "roster", ROSTER_HEADER ONE);
    static const char claims[] = H "B1,1,M1,2025-01-06,H0038,5,1000000004\n";
    static const char rejected[] =
        "source_file,source_line,claim_id,claim_line_number,member_id,claim_line_start_date,"
        "hcpcs_code,service_unit_quantity,rendering_npi," BEHIND
        "n.csv,2,A1,1,M1,2025-01-06,H0038,2,1000000004,x,x,,,,,,,,,\n"
        "broken\n";
    const char *out = decide(&scene, roster, scene_file(&scene, "b.csv", claims, strlen(claims)),
                             scene_file(&scene, "r.csv", rejected, strlen(rejected)));
    expect_output(out, "accepted.csv.gz", claims);
    size_t len = 0;
    char *again = scene_read(out, "rejected.csv.gz", &len);
    cr_expect_not_null(strstr(again, "\nn.csv,2,A1,1,M1,2025-01-06,H0038,2,1000000004,daily_cap"),
                       "%s", again);
    cr_expect_not_null(strstr(again, "r.csv,3,,,,,,,,malformed_record"), "%s", again);
    free(again);
    scene_remove(&scene);
}

/* Decide one file under a policy that cuts back; what was accepted, and the rejected file. */
static const char *cut_back(struct scene *scene, const char *claims, const char *accepted) {
    const char *out = scene_path(scene, "cut-%zu", scene->path_count);
    struct run run;
    scene_validate((const char *[]){claims, "--policy", scene_path(scene, "cutback.json"), "--out",
                                    out, "--ledger", scene_path(scene, "cut.ledger"), NULL},
                   NULL, &run);
    cr_assert_eq(run.exit_code, 0, "%s", run.err);
    run_fini(&run);
    expect_output(out, "accepted.csv.gz", accepted);
    return scene_path(scene, "%s/rejected.csv.gz", out + strlen(scene->dir) + 1);
}

Test(fed_back, the_rest_of_a_cutback_is_a_line_and_comes_once) {
    struct scene scene;
    size_t len = 0;
    scene_make(&scene);
    char *ms = run_read_file("schemas/policies/ms.json", &len);
    char *over = strstr(ms, "\"over_cap\": \"reject\"");
    cr_assert_not_null(over);
    memcpy(over, "\"over_cap\":\"cutback\"", strlen("\"over_cap\":\"cutback\""));
    scene_file(&scene, "cutback.json", ms, len);
#define VOIDS                                                                                      \
    "claim_id,claim_line_number,member_id,claim_line_start_date,hcpcs_code,"                       \
    "service_unit_quantity,rendering_npi,claim_frequency_code,original_claim_id\n"
    static const char first[] = VOIDS "A1,1,M1,2025-01-06,H0038,4,1000000004,1,\n"
                                      "B1,1,M1,2025-01-06,H0038,5,1000000004,1,\n";
    static const char rest[] = VOIDS "B1,1,M1,2025-01-06,H0038,3,1000000004,1,\n";
    static const char undo[] = VOIDS "V1,1,M1,2025-01-06,H0038,4,1000000004,8,A1\n";
    const char *night = scene_file(&scene, "first.csv", first, strlen(first));
    const char *rejected = cut_back(&scene, night,
                                    VOIDS "A1,1,M1,2025-01-06,H0038,4,1000000004,1,\n"
                                          "B1,1,M1,2025-01-06,H0038,2,1000000004,1,\n");
    (void)cut_back(&scene, scene_file(&scene, "undo.csv", undo, strlen(undo)), undo);
    (void)cut_back(&scene, rejected, rest);
    /* Cut by a hand, so that the ledger does not know the file: nothing is paid twice. */
    char *rows = run_gunzip(rejected, &len);
    const char *again = scene_file(&scene, "again.csv", rows, len - 1);
    (void)cut_back(&scene, again, VOIDS);
    free(rows);
    free(ms);
    scene_remove(&scene);
}

/* In one folder: nobody's roster first, then the mended one, alone, beside what was accepted, and
 * on a ledger. */
Test(fed_back, a_rejected_file_whose_past_nobody_knows_is_warned_of) {
    static const char script[] =
        "program=$(realpath $0); cd $1; mkdir half whole; printf "
        "'npi,credential_type,status,effective_date,end_date\\n"
        "1000000004,CPSSP-MH,current,2020-01-01,\\n' | tee half/credentials.csv > "
        "whole/credentials.csv; echo 1234567893,CPSSP-MH,current,2020-01-01, >> "
        "whole/credentials.csv; printf 'claim_id,claim_line_number,member_id,"
        "claim_line_start_date,hcpcs_code,service_unit_quantity,rendering_npi,cg_past\\n"
        "A,1,M1,2025-01-06,H0038,6,1000000004,\\nB,1,M1,2025-01-06,H0038,6,1234567893,\\n' > "
        "n.csv; "
        "v() { $program validate \"$@\" --policy ms --as-of 2025-12-31 2>> told > /dev/null; }; "
        "v n.csv --roster half --out one; v one/rejected.csv.gz --roster whole --out two; "
        "cat told; grep -c fed_back_alone two/report.json; "
        "gzip -dc one/accepted.csv.gz | sed '2s/$/1/' > past.csv; : > told; "
        "v past.csv one/rejected.csv.gz --roster whole --out three; "
        "v one/rejected.csv.gz --roster whole --ledger l --out four; cat told";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    run_program((const char *[]){"bash", "-ec", script, run_claimgate(), scene.dir, NULL}, NULL,
                &run);
    cr_expect_eq(run.exit_code, 0, "%s", run.err);
    cr_expect_str_eq(run.out,
                     "claimgate: warning: records of a rejected file that were decided without the "
                     "lines that were accepted beside them, which have used units and may be the "
                     "same services: 1 (one/rejected.csv.gz:2); name the ledger (--ledger), or "
                     "give the accepted file too, its rows marked in a column cg_past\n1\n");
    run_fini(&run);
    scene_remove(&scene);
}

Test(fed_back, a_rejected_file_was_not_paid_and_is_not_imported) {
    static const char rejected[] =
        "source_file,source_line,claim_id,claim_line_number,member_id,claim_line_start_date,"
        "hcpcs_code,service_unit_quantity,rendering_npi," BEHIND
        "n.csv,2,A1,1,M1,2025-01-06,H0038,2,1000000004,x,x,,,,,,,,,\n";
    struct scene scene;
    struct run run;
    scene_make(&scene);
    const char *file = scene_file(&scene, "r.csv", rejected, strlen(rejected));
    run_program((const char *[]){run_claimgate(), "ledger", "import", file, "--ledger",
                                 scene_path(&scene, "claims.ledger"), "--as-of", "2025-12-31",
                                 NULL},
                NULL, &run);
    cr_expect_eq(run.exit_code, 65);
    cr_expect_not_null(strstr(run.err, "is a rejected file"), "%s", run.err);
    run_fini(&run);
    scene_remove(&scene);
}

/* Nobody is on the first night's roster: what it rejects and the mended roster decides is what one
 * night under the mended roster would have decided, byte by byte. */
Test(fed_back, reject_mend_and_feed_back_equals_one_night, .timeout = 120) {
    static const char *const seeds[] = {"1", "2", "3"};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct scene scene;
        struct scene alone;
        scene_make(&scene);
        scene_make(&alone);
        const char *made = scene_generate(
            &scene, "made",
            (const char *[]){"--lines", "3000", "--seed", seeds[i], "--quoted", "5", "--errors",
                             "1", "--voids", "0", "--replacements", "0", NULL});
        const char *claims = scene_path(&scene, "%s/claims.csv.gz", made + strlen(scene.dir) + 1);
        const char *mended = scene_path(&scene, "%s/roster", made + strlen(scene.dir) + 1);
        const char *poor = roster_of(
            &scene, "poor", ROSTER_HEADER "1234567893,CPSS,current,1990-01-01,1990-01-02\n");
        const char *first = decide(&scene, poor, claims, NULL);
        const char *second =
            decide(&scene, mended,
                   scene_path(&scene, "%s/rejected.csv.gz", first + strlen(scene.dir) + 1), NULL);
        const char *once = decide(&alone, mended, claims, NULL);
        static const char *const outputs[] = {"accepted.csv.gz", "rejected.csv.gz"};
        for (size_t k = 0; k < 2; k++) {
            size_t a_len = 0;
            size_t b_len = 0;
            char *a = scene_read(second, outputs[k], &a_len);
            char *b = scene_read(once, outputs[k], &b_len);
            cr_expect(scene_same(a, a_len, b, b_len), "%s, seed %s", outputs[k], seeds[i]);
            free(b);
            free(a);
        }
        scene_remove(&alone);
        scene_remove(&scene);
    }
}
