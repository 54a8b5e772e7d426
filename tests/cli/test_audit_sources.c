/*
 * Where the decisions of then come from, and inputs that have changed since: another system's
 * files, a run of a ledger, lines gone and added.
 */
#include "support/audited.h"
#include "support/shell.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- inputs that have changed since --- */

Test(audit_sources, lines_gone_and_lines_added_are_listed, .timeout = 60) {
    struct audited_history history;
    struct run run;
    size_t len = 0;
    history_make(&history, WITH("--errors", "0.2"));
    history_decide(&history, "ms");
    char *text = run_read_file(history.claims, &len);
    char *second = strchr(text, '\n') + 1;
    char *third = strchr(second, '\n') + 1;
    char *changed = malloc(len + 128);
    cr_assert(changed != NULL);
    size_t used = (size_t)(second - text);
    memcpy(changed, text, used);
    memcpy(changed + used, third, len - (size_t)(third - text));
    used += len - (size_t)(third - text);
    memcpy(changed + used, second, (size_t)(third - second));
    memcpy(changed + used, "CNEW000000", 10);
    used += (size_t)(third - second);
    const char *now = scene_file(&history.scene, "now.csv", changed, used - 1);
    const char *out = scene_path(&history.scene, "audit");
    history_audit(&history, out, WITH(now, "--decided", history.decided), &run);
    cr_assert(run.exit_code == 1, "%s", run.err);
    cr_expect(strstr(run.err, "matched by claim id and line number") != NULL, "%s", run.err);
    cr_expect_eq(history_summary_count(out, "lines", NULL, NULL), 4001);
    cr_expect_eq(history_summary_count(out, "lines", "accepted", "absent") +
                     history_summary_count(out, "lines", "rejected", "absent"),
                 1);
    cr_expect_eq(history_summary_count(out, "lines", "absent", "accepted") +
                     history_summary_count(out, "lines", "absent", "rejected"),
                 1);
    free(changed);
    free(text);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit_sources, inputs_of_the_same_size_but_other_bytes_are_refused) {
    struct audited_history history;
    struct run run;
    size_t len = 0;
    history_make(&history, WITH("--errors", "0"));
    history_decide(&history, "ms");
    char *text = run_read_file(history.claims, &len);
    char *last = memrchr(text, '\n', len - 1);
    last[1] = 'X';
    run_write_file(history.claims, text, len);
    const char *out = scene_path(&history.scene, "audit");
    history_audit(&history, out, WITH(history.claims, "--decided", history.decided), &run);
    cr_expect(run.exit_code == 65, "exit %d", run.exit_code);
    cr_expect(strstr(run.err, "claims.csv:4001: the record is not what") != NULL, "%s", run.err);
    cr_expect(!scene_exists(out), "a failed audit leaves no folder");
    free(text);
    run_fini(&run);
    scene_remove(&history.scene);
}

/* --- decisions of another system --- */

Test(audit_sources, another_system_needs_keys_alone) {
    static const char claims[] = "claim_id,claim_line_number,member_id,claim_line_start_date,"
                                 "hcpcs_code,service_unit_quantity,rendering_npi\n"
                                 "A,1,M1,2025-01-06,H0038,4,1000000004\n"
                                 "A,02,M1,2025-01-06,H0038,4,1000000004\n"
                                 "B,1,M2,2025-01-06,H0038,4,1000000004\n"
                                 "B,1,M2,2025-01-06,H0038,4,1000000004\n"
                                 "C,1,M3,2025-01-06,H0038,4,1000000004\n";
    static const char accepted[] = "CLAIM_ID,claim_line_number\r\nA,1\r\nA,2\r\nB,1\r\n";
    static const char rejected[] = "claim_line_number,claim_id,reject_reason\n"
                                   "1,\"B\",18 exact duplicate\n9,Z,119\n";
    struct audited_history history;
    struct run run;
    size_t len = 0;
    scene_make(&history.scene);
    history.roster = "fixtures/quickstart/roster";
    const char *now = scene_file(&history.scene, "now.csv", claims, sizeof claims - 1);
    scene_file(&history.scene, "accepted.csv", accepted, sizeof accepted - 1);
    scene_gzip(&history.scene, "rejected.csv.gz", rejected, sizeof rejected - 1);
    const char *out = scene_path(&history.scene, "audit");
    history_audit(&history, out, WITH(now, "--decided", history.scene.dir, "--as-of", "2025-06-30"),
                  &run);
    cr_assert(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
    char *changes = scene_read(out, "changes.csv.gz", &len);
    /* A 1 and both lines of B are as they were; the reason's words are not compared. */
    cr_expect_eq(history_count_lines(changes, len), 4, "%s", changes);
    cr_expect(strstr(changes, ",3,A,02,M1,accepted,,4,rejected,daily_cap,0,") != NULL, "%s",
              changes);
    cr_expect(strstr(changes, ",6,C,1,M3,absent,,,accepted,,4,") != NULL, "%s", changes);
    cr_expect(strstr(changes, ",,Z,9,,rejected,119,0,absent,,,") != NULL, "%s", changes);
    free(changes);
    run_fini(&run);
    scene_remove(&history.scene);
}

/* --- a run of a ledger --- */

Test(audit_sources, a_run_starts_from_the_ledger_as_it_was, .timeout = 120) {
    struct audited_history history;
    const char *inputs[3];
    history_make(&history, WITH("--files", "3", "--errors", "1", "--voids", "2"));
    const char *ledger = scene_path(&history.scene, "ledger");
    for (size_t i = 0; i < 3; i++) {
        inputs[i] = scene_path(&history.scene, "in/claims-%02zu.csv", i + 1);
        scene_expect_success(WITH(inputs[i], "--roster", history.roster, "--ledger", ledger,
                                  "--out", scene_path(&history.scene, "night-%zu", i)),
                             NULL);
    }
    for (size_t i = 0; i < 3; i++) {
        const char *run_no = (const char *[]){"1", "2", "3"}[i];
        history_expect_changes(&history, WITH(inputs[i], "--ledger", ledger, "--run", run_no),
                               false);
    }
    const char *policy = history_other_policy(&history.scene, "\"limit\": 6", "\"limit\": 4");
    history_expect_changes(
        &history, WITH(inputs[1], "--ledger", ledger, "--run", "2", "--policy", policy), true);
    struct run run;
    history_audit(&history, scene_path(&history.scene, "audit"),
                  WITH(inputs[0], "--ledger", ledger, "--run", "2"), &run);
    cr_expect(run.exit_code == 65, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit_sources, a_run_takes_its_own_file_however_it_was_compressed_since, .timeout = 120) {
    struct audited_history history;
    history_make(&history, WITH("--files", "2", "--errors", "1"));
    const char *ledger = scene_path(&history.scene, "ledger");
    const char *first = scene_path(&history.scene, "in/claims-01.csv");
    const char *other = scene_path(&history.scene, "in/claims-02.csv");
    size_t len = 0;
    scene_expect_success(WITH(first, "--roster", history.roster, "--ledger", ledger, "--out",
                              scene_path(&history.scene, "night")),
                         NULL);
    char *text = run_read_file(first, &len);
    const char *archived = scene_gzip(&history.scene, "archived.csv.gz", text, len);
    free(text);
    history_expect_changes(&history, WITH(archived, "--ledger", ledger, "--run", "1"), false);
    text = run_read_file(other, &len);
    const char *wrong = scene_gzip(&history.scene, "wrong.csv.gz", text, len);
    free(text);
    struct run run;
    history_audit(&history, scene_path(&history.scene, "audit"),
                  WITH(wrong, "--ledger", ledger, "--run", "1"), &run);
    cr_expect(run.exit_code == 65, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&history.scene);
}

/* $A audits a run of the ledger $D/l on which run 1 took in a and b, and run 2 the file c. All have
 * one size, and `how` makes the latter two of the first. */
static void expect_other_content_is_refused(const char *first, const char *how,
                                            const char *ledger) {
    static const char begin[] = "R=\"--roster " SHELL_ROSTER " --ledger $D/l --quiet\"; "
                                "A=\"$C audit $R --out $D/audit\"; ";
    static const struct {
        const char *command;
        int exit_code;
        const char *says;
    } cases[] = {
        {"$A --run 1 $D/b $D/a", 65, "/b has "},
        {"$A --run 1 $D/a $D/c", 65, "/c has "},
        {"$A --run 2 $D/b", 65, "bytes and other content; run 2 took in "},
        {"$A --run 2 - < $D/b", 65, "bytes and other content; run 2 took in "},
        {"cat $D/c | $A --run 2 -", 0, ""},
        {"gzip -kf $D/c; $A --run 2 - < $D/c.gz && rm -r $D/audit && $A --run 2 $D/c.gz", 0, ""},
        {"$A --run 1 $D/a $D/b", 0, ""},
    };
    char command[2048];
    struct scene scene;
    scene_make(&scene);
    snprintf(command, sizeof command,
             "%s%s; cp %s $D/a; for f in b c; do sed %s $D/a > $D/$f; done; "
             "V=\"$C validate $R --as-of 2025-06-30 --out $D\"; $V/1 $D/a $D/b && $V/2 $D/c",
             begin, ledger, first, how);
    shell_expect(&scene, command, 0, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(command, sizeof command, "%srm -rf $D/audit; %s", begin, cases[i].command);
        shell_expect(&scene, command, cases[i].exit_code, cases[i].says);
        cr_expect_eq(scene_exists(scene_path(&scene, "audit")), cases[i].exit_code == 0);
    }
    scene_remove(&scene);
}

Test(audit_sources, a_run_refuses_files_of_the_same_size_with_other_content, .timeout = 120) {
    static const char other_claims[] = "\"s/CLM-/CL$f-/\"";
    expect_other_content_is_refused(SHELL_CLAIMS, other_claims, ":");
    expect_other_content_is_refused(SHELL_CLAIMS, other_claims,
                                    "$C ledger create $D/l --parts 3 --quiet");
    expect_other_content_is_refused("fixtures/x12/every_reason/claims.837",
                                    "\"s/000000905/00000090$f/; s/BATCH-000/BATCH-$f-/\"", ":");
}

Test(audit_sources, refuses_what_it_cannot_compare) {
    struct audited_history history = {.roster = "fixtures/quickstart/roster"};
    static const struct {
        const char *args[AUDIT_ARGS];
        int exit_code;
        const char *says;
    } cases[] = {
        {{"fixtures/quickstart/claims.csv"}, 64, "--decided DIR"},
        {{"fixtures/quickstart/claims.csv", "--ledger", "x"}, 64, "with --run N"},
        {{"fixtures/quickstart/claims.csv", "--decided", "x", "--run", "1"}, 64, "leave one out"},
        {{"fixtures/quickstart/claims.csv", "--decided", "fixtures/bad"}, 66, "accepted.csv"},
    };
    scene_make(&history.scene);
    const char *out = scene_path(&history.scene, "audit");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run;
        history_audit(&history, out, cases[i].args, &run);
        cr_expect(run.exit_code == cases[i].exit_code, "case %zu: exit %d: %s", i, run.exit_code,
                  run.err);
        cr_expect(strstr(run.err, cases[i].says) != NULL, "case %zu: %s", i, run.err);
        cr_expect(!scene_exists(out));
        run_fini(&run);
    }
    scene_remove(&history.scene);
}

/* Codes that another policy does not name any more pass by untested, which is no small change. */
Test(audit_sources, what_was_accepted_then_and_is_out_of_scope_now_has_changed, .timeout = 120) {
    struct audited_history history;
    history_make(&history, WITH("--errors", "0"));
    const char *ledger = scene_path(&history.scene, "ledger");
    history.decided = scene_path(&history.scene, "night");
    scene_expect_success(WITH(history.claims, "--roster", history.roster, "--ledger", ledger,
                              "--out", history.decided),
                         NULL);
    const char *policy =
        history_other_policy(&history.scene, "\"code\": \"H0038\"", "\"code\": \"H2014\"");
    history_expect_changes(
        &history, WITH(history.claims, "--ledger", ledger, "--run", "1", "--policy", policy), true);
    /* In a folder both stand in one file, so that only their number tells. */
    struct run run;
    history_audit(&history, scene_path(&history.scene, "audit"),
                  WITH(history.claims, "--decided", history.decided, "--policy", policy), &run);
    cr_expect_eq(run.exit_code, 1, "%s", run.err);
    cr_expect(strstr(run.out, "were out of scope then") != NULL, "%s", run.out);
    run_fini(&run);
    scene_remove(&history.scene);
}
