/*
 * Many nights audited as one history: by the runs of a ledger, or by several folders.
 */
#include "support/audited.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NIGHTS = 4 };

struct nights {
    struct audited_history history;
    const char *ledger;
    const char *inputs[NIGHTS];
    const char *folders[NIGHTS];
};

/* Each night has a day of its own: claims of later months are of the future in the first nights. */
static void make_nights(struct nights *nights) {
    static const char *const days[NIGHTS] = {"2024-01-20", "2024-03-20", "2024-05-20",
                                             "2024-12-31"};
    history_make(&nights->history, WITH("--files", "4", "--errors", "1", "--voids", "2"));
    struct scene *scene = &nights->history.scene;
    nights->ledger = scene_path(scene, "ledger");
    for (size_t i = 0; i < NIGHTS; i++) {
        nights->inputs[i] = scene_path(scene, "in/claims-%02zu.csv", i + 1);
        nights->folders[i] = scene_path(scene, "night-%zu", i);
        struct run run;
        run_program(WITH(run_claimgate(), "validate", nights->inputs[i], "--roster",
                         nights->history.roster, "--policy", "ms", "--ledger", nights->ledger,
                         "--as-of", days[i], "--out", nights->folders[i]),
                    NULL, &run);
        cr_assert(run.exit_code == 0, "%s", run.err);
        run_fini(&run);
    }
}

Test(audit_history, all_nights_of_a_ledger_under_the_same_rules_change_nothing, .timeout = 120) {
    struct nights nights;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    history_expect_changes(&nights.history,
                           WITH(in[0], in[1], in[2], in[3], "--ledger", nights.ledger, "--all"),
                           false);
    /* Each night had its own day: as of the last one's, fewer claims are of the future. */
    history_expect_changes(&nights.history,
                           WITH(in[0], in[1], in[2], in[3], "--ledger", nights.ledger, "--all",
                                "--as-of", "2024-12-31"),
                           true);
    scene_remove(&nights.history.scene);
}

Test(audit_history, some_nights_start_where_the_first_of_them_did, .timeout = 120) {
    struct nights nights;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    history_expect_changes(&nights.history,
                           WITH(in[1], in[2], "--ledger", nights.ledger, "--runs", "2-3"), false);
    scene_remove(&nights.history.scene);
}

Test(audit_history, files_are_told_by_their_hashes_and_not_by_their_order, .timeout = 120) {
    struct nights nights;
    size_t len = 0;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    char *text = run_read_file(in[2], &len);
    const char *archived = scene_gzip(&nights.history.scene, "archived.csv.gz", text, len);
    free(text);
    history_expect_changes(&nights.history,
                           WITH(in[3], archived, in[0], in[1], "--ledger", nights.ledger, "--all"),
                           false);
    scene_remove(&nights.history.scene);
}

Test(audit_history, folders_of_the_nights_are_one_history_too, .timeout = 120) {
    struct nights nights;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    const char *const *out = nights.folders;
    history_expect_changes(&nights.history,
                           WITH(in[3], in[2], in[1], in[0], "--decided", out[0], "--decided",
                                out[1], "--decided", out[2], "--decided", out[3]),
                           false);
    scene_remove(&nights.history.scene);
}

Test(audit_history, another_policy_changes_the_same_lines_by_runs_and_by_folders, .timeout = 120) {
    struct nights nights;
    struct run run;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    const char *const *out = nights.folders;
    const char *policy =
        history_other_policy(&nights.history.scene, "\"limit\": 6", "\"limit\": 4");
    const char *by_run = scene_path(&nights.history.scene, "by-run");
    const char *by_folder = scene_path(&nights.history.scene, "by-folder");
    history_audit(
        &nights.history, by_run,
        WITH(in[0], in[1], in[2], in[3], "--ledger", nights.ledger, "--all", "--policy", policy),
        &run);
    cr_assert(run.exit_code == 1, "%s", run.err);
    run_fini(&run);
    history_audit(&nights.history, by_folder,
                  WITH(in[0], in[1], in[2], in[3], "--decided", out[0], "--decided", out[1],
                       "--decided", out[2], "--decided", out[3], "--policy", policy),
                  &run);
    cr_assert(run.exit_code == 1, "%s", run.err);
    size_t len = 0;
    size_t other_len = 0;
    char *changes = scene_read(by_run, "changes.csv.gz", &len);
    char *others = scene_read(by_folder, "changes.csv.gz", &other_len);
    cr_expect(scene_same(changes, len, others, other_len));
    cr_expect(history_summary_count(by_run, "lines", "accepted", "rejected") > 0);
    cr_expect_eq(history_summary_count(by_folder, "lines", NULL, NULL), 4000);
    free(changes);
    free(others);
    run_fini(&run);
    scene_remove(&nights.history.scene);
}

Test(audit_history, missing_inputs_are_named_and_others_refused, .timeout = 120) {
    struct nights nights;
    struct run run;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    const char *out = scene_path(&nights.history.scene, "audit");
    history_audit(&nights.history, out, WITH(in[0], in[2], "--ledger", nights.ledger, "--all"),
                  &run);
    cr_expect(run.exit_code == 66, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, "2 of 4 inputs") != NULL && strstr(run.err, in[1]) != NULL &&
                  strstr(run.err, in[3]) != NULL && strstr(run.err, in[0]) == NULL,
              "%s", run.err);
    cr_expect(!scene_exists(out));
    run_fini(&run);
    history_audit(&nights.history, out,
                  WITH(in[0], in[1], in[2], "--ledger", nights.ledger, "--runs", "2-3"), &run);
    cr_expect(run.exit_code == 64, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, "is no input of these nights") != NULL, "%s", run.err);
    run_fini(&run);
    history_audit(&nights.history, out,
                  WITH("-", "--decided", nights.folders[0], "--decided", nights.folders[1]), &run);
    cr_expect(run.exit_code == 64, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&nights.history.scene);
}

Test(audit_history, withdrawn_nights_are_left_out, .timeout = 120) {
    struct nights nights;
    struct run run;
    make_nights(&nights);
    const char *const *in = nights.inputs;
    const char *out = scene_path(&nights.history.scene, "audit");
    run_program((const char *[]){run_claimgate(), "ledger", "withdraw", "4", "--ledger",
                                 nights.ledger, NULL},
                NULL, &run);
    cr_assert(run.exit_code == 0, "%s", run.err);
    run_fini(&run);
    history_expect_changes(&nights.history,
                           WITH(in[0], in[1], in[2], "--ledger", nights.ledger, "--all"), false);
    history_audit(&nights.history, out, WITH(in[0], "--ledger", nights.ledger, "--runs", "4-9"),
                  &run);
    cr_expect(run.exit_code == 64, "exit %d: %s", run.exit_code, run.err);
    cr_expect(strstr(run.err, "`claimgate ledger runs` lists the runs") != NULL, "%s", run.err);
    run_fini(&run);
    scene_remove(&nights.history.scene);
}

static const char *folder(struct scene *scene, const char *name) {
    const char *path = scene_path(scene, "%s", name);
    cr_assert(mkdir(path, 0700) == 0);
    return path;
}

Test(audit_history, folders_of_another_system_are_matched_by_key_as_one) {
    static const char header[] = "claim_id,claim_line_number,member_id,claim_line_start_date,"
                                 "hcpcs_code,service_unit_quantity,rendering_npi\n";
    struct audited_history history;
    struct run run;
    char text[512];
    scene_make(&history.scene);
    history.roster = "fixtures/quickstart/roster";
    snprintf(text, sizeof text, "%sA,1,M1,2025-01-06,H0038,4,1000000004\n", header);
    const char *first = scene_file(&history.scene, "first.csv", text, strlen(text));
    snprintf(text, sizeof text, "%sB,1,M2,2025-01-07,H0038,4,1000000004\n", header);
    const char *second = scene_file(&history.scene, "second.csv", text, strlen(text));
    const char *one = folder(&history.scene, "one");
    const char *two = folder(&history.scene, "two");
    scene_file(&history.scene, "one/accepted.csv", "claim_id,claim_line_number\nA,1\n", 31);
    scene_file(&history.scene, "one/rejected.csv", "claim_id,claim_line_number\n", 27);
    scene_file(&history.scene, "two/accepted.csv", "claim_id,claim_line_number\n", 27);
    scene_file(&history.scene, "two/rejected.csv", "claim_id,claim_line_number\nB,1\n", 31);
    const char *out = scene_path(&history.scene, "audit");
    history_audit(&history, out,
                  WITH(first, second, "--decided", one, "--decided", two, "--as-of", "2025-06-30"),
                  &run);
    cr_assert(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
    cr_expect_eq(history_summary_count(out, "lines", "accepted", "accepted"), 1);
    cr_expect_eq(history_summary_count(out, "lines", "rejected", "accepted"), 1);
    run_fini(&run);
    scene_remove(&history.scene);
}
