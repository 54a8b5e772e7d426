/*
 * Audits through the program: the same rules change nothing, other rules change what they must, and
 * no line of then or now is dropped.
 */
#include "support/scene.h"

#include "claimgate/json/json.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUDIT_ARGS = 16 };

/* Generated claims, and a folder of what was decided of them. */
struct history {
    struct scene scene;
    const char *claims;
    const char *roster;
    const char *decided;
};

static void replace(char *text, const char *from, const char *to) {
    char *at = strstr(text, from);
    cr_assert(at != NULL && strlen(to) <= strlen(from), "no \"%s\" to replace", from);
    memset(at, ' ', strlen(from));
    memcpy(at, to, strlen(to));
}

/* The policy ms with one place changed. */
static const char *other_policy(struct scene *scene, const char *from, const char *to) {
    size_t len = 0;
    char *text = run_read_file("schemas/policies/ms.json", &len);
    replace(text, from, to);
    const char *path = scene_file(scene, "other.json", text, len);
    free(text);
    return path;
}

static void history_make(struct history *history, const char *const more[]) {
    const char *options[RUN_ARGS_MAX] = {"--plain",  "--lines", "4000",          "--members", "300",
                                         "--months", "8",       "--start-month", "2024-01"};
    for (size_t i = 0; more[i] != NULL; i++) {
        options[9 + i] = more[i];
    }
    scene_make(&history->scene);
    scene_generate(&history->scene, "in", options);
    history->claims = scene_path(&history->scene, "in/claims.csv");
    history->roster = scene_path(&history->scene, "in/roster");
    history->decided = scene_path(&history->scene, "decided");
}

static void decide(struct history *history, const char *policy) {
    scene_expect_success((const char *[]){history->claims, "--roster", history->roster, "--policy",
                                          policy, "--out", history->decided, NULL},
                         NULL);
}

static void audit(const struct history *history, const char *out, const char *const more[],
                  struct run *run) {
    const char *argv[RUN_ARGS_MAX] = {run_claimgate(), "audit", "--roster",
                                      history->roster, "--out", out};
    for (size_t i = 0; more[i] != NULL; i++) {
        cr_assert(i + 7 < RUN_ARGS_MAX);
        argv[6 + i] = more[i];
    }
    run_program(argv, NULL, run);
}

static size_t count_lines(const char *text, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        count += text[i] == '\n';
    }
    return count;
}

/* A number of summary.json; the cells of `then` by `now` summed up where those are given. */
static long long summary_count(const char *dir, const char *key, const char *then,
                               const char *now) {
    struct cg_problems problems;
    size_t len = 0;
    long long sum = 0;
    char *text = scene_read(dir, "summary.json", &len);
    scene_check_json("audit.schema.json", text, len);
    cg_problems_init(&problems);
    struct cg_json_doc *doc = cg_json_load("summary.json", text, len, NULL, &problems);
    cr_assert(doc != NULL, "summary.json is no JSON");
    const struct cg_json *root = cg_json_root(doc);
    const struct cg_json *cells = cg_json_member(root, "cells");
    for (size_t i = 0; then != NULL && i < cg_json_count(cells); i++) {
        const struct cg_json *cell = cg_json_item(cells, i);
        if (strcmp(cg_json_string(cg_json_member(cell, "then")), then) == 0 &&
            strcmp(cg_json_string(cg_json_member(cell, "now")), now) == 0) {
            sum += cg_json_integer(cg_json_member(cell, key));
        }
    }
    sum = then == NULL ? cg_json_integer(cg_json_member(root, key)) : sum;
    cg_json_free(doc);
    cg_problems_fini(&problems);
    free(text);
    return sum;
}

static void expect_changes(const struct history *history, const char *const more[], bool any) {
    struct run run;
    char out[RUN_PATH_BYTES + 16];
    size_t len = 0;
    snprintf(out, sizeof out, "%s/audit", history->scene.dir);
    audit(history, out, more, &run);
    cr_assert(run.exit_code == any, "exit %d: %s\n%s", run.exit_code, run.err, run.out);
    char *changes = scene_read(out, "changes.csv.gz", &len);
    cr_expect_eq((long long)count_lines(changes, len) - 1,
                 summary_count(out, "changed", NULL, NULL));
    cr_expect_eq(summary_count(out, "changed", NULL, NULL) != 0, any);
    free(changes);
    run_fini(&run);
    run_remove_dir(out);
}

#define WITH(...) ((const char *[]){__VA_ARGS__, NULL})

/* --- our own decisions --- */

Test(audit, same_rules_change_nothing, .timeout = 120) {
    static const char *const shapes[][5] = {{NULL},
                                            {"--quoted", "30", NULL},
                                            {"--layout", "rif-carrier", NULL},
                                            {"--out-of-scope", "40", NULL},
                                            {"--errors", "2", NULL}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct history history;
        history_make(&history, shapes[i]);
        decide(&history, "ms");
        expect_changes(&history, WITH(history.claims, "--decided", history.decided), false);
        scene_remove(&history.scene);
    }
}

Test(audit, cutbacks_are_matched_in_both_files, .timeout = 60) {
    struct history history;
    history_make(&history, WITH("--error", "over_daily_cap=9", "--quoted", "30"));
    const char *policy =
        other_policy(&history.scene, "\"over_cap\": \"reject\"", "\"over_cap\":\"cutback\"");
    decide(&history, policy);
    expect_changes(&history, WITH(history.claims, "--decided", history.decided, "--policy", policy),
                   false);
    expect_changes(&history, WITH(history.claims, "--decided", history.decided), true);
    scene_remove(&history.scene);
}

Test(audit, crlf_and_a_missing_last_line_end_are_matched, .timeout = 60) {
    struct history history;
    size_t len = 0;
    history_make(&history, WITH("--errors", "1"));
    char *text = run_read_file(history.claims, &len);
    char *crlf = malloc(2 * len);
    size_t used = 0;
    cr_assert(crlf != NULL);
    for (size_t i = 0; i + 1 < len; i++) {
        if (text[i] == '\n') {
            crlf[used++] = '\r';
        }
        crlf[used++] = text[i];
    }
    run_write_file(history.claims, crlf, used);
    decide(&history, "ms");
    expect_changes(&history, WITH(history.claims, "--decided", history.decided), false);
    free(crlf);
    free(text);
    scene_remove(&history.scene);
}

/* A note behind every record: line ends in quotes, none, a quote never closed, one over 64 KiB. */
static char *with_notes(const char *text, size_t len, size_t *out_len) {
    static const char *const NOTES[] = {",\"a\nb, \"\"c\"\"\n\n\"", ",n", ",\"\r\n\"", ",\"never",
                                        ",\"bad\" x"};
    enum { NOTE_COUNT = sizeof NOTES / sizeof NOTES[0], LONG_BYTES = 70000 };
    char *out = malloc(2 * len + LONG_BYTES);
    size_t used = 0;
    size_t line = 0;
    cr_assert(out != NULL);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n') {
            /* A record with an open quote takes the next lines with it, so that few are. */
            const size_t kind = line == 0 ? 1 : line % 97 == 0 ? line / 97 % NOTE_COUNT : line % 3;
            memcpy(out + used, NOTES[kind], strlen(NOTES[kind]));
            used += strlen(NOTES[kind]);
            if (line == 1000) { /* its note is ",n": now a quote that is open for too long */
                out[used - 1] = '"';
                memset(out + used, '\n', LONG_BYTES);
                used += LONG_BYTES;
            }
            line++;
        }
        out[used++] = text[i];
    }
    *out_len = used;
    return out;
}

Test(audit, records_of_many_lines_are_matched, .timeout = 60) {
    struct history history;
    size_t len = 0;
    size_t noted_len = 0;
    history_make(&history, WITH("--errors", "1", "--error", "over_daily_cap=9"));
    char *text = run_read_file(history.claims, &len);
    char *noted = with_notes(text, len, &noted_len);
    run_write_file(history.claims, noted, noted_len);
    const char *policy =
        other_policy(&history.scene, "\"over_cap\": \"reject\"", "\"over_cap\":\"cutback\"");
    const char *ledger = scene_path(&history.scene, "ledger");
    scene_expect_success(WITH(history.claims, "--roster", history.roster, "--policy", policy,
                              "--multiline", "--out", history.decided, "--ledger", ledger),
                         NULL);
    expect_changes(
        &history,
        WITH(history.claims, "--decided", history.decided, "--policy", policy, "--multiline"),
        false);
    expect_changes(
        &history,
        WITH(history.claims, "--ledger", ledger, "--run", "1", "--policy", policy, "--multiline"),
        false);
    expect_changes(&history, WITH(history.claims, "--decided", history.decided, "--multiline"),
                   true);
    free(noted);
    free(text);
    scene_remove(&history.scene);
}

Test(audit, another_cap_changes_what_it_must, .timeout = 60) {
    struct history history;
    struct run run;
    history_make(&history, WITH("--errors", "0.2"));
    decide(&history, "ms");
    const char *policy = other_policy(&history.scene, "\"limit\": 6", "\"limit\": 3");
    const char *out = scene_path(&history.scene, "audit");
    audit(&history, out, WITH(history.claims, "--decided", history.decided, "--policy", policy),
          &run);
    cr_assert(run.exit_code == 1, "%s", run.err);
    cr_expect(strstr(run.out, "accepted                    daily_cap") != NULL, "%s", run.out);
    cr_expect_eq(summary_count(out, "lines", NULL, NULL), 4000);
    cr_expect(summary_count(out, "lines", "accepted", "rejected") > 0);
    cr_expect_eq(summary_count(out, "lines", "accepted", "absent"), 0);
    /* Conservation: what was accepted then is accepted or rejected now, line by line. */
    struct run again;
    const char *decided_now = scene_path(&history.scene, "now");
    scene_validate(WITH(history.claims, "--roster", history.roster, "--policy", policy, "--out",
                        decided_now, "--json"),
                   NULL, &again);
    const char *accepted = strstr(again.out, "\"accepted\": ");
    cr_assert(accepted != NULL);
    cr_expect_eq(summary_count(out, "lines", "accepted", "accepted") +
                     summary_count(out, "lines", "rejected", "accepted"),
                 scene_count(again.out, "counts", "accepted"));
    run_fini(&again);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit, threads_change_no_byte, .timeout = 60) {
    struct history history;
    static const char *const threads[] = {"0", "1", "2", "7"};
    char *first = NULL;
    size_t first_len = 0;
    history_make(&history, WITH("--errors", "1"));
    decide(&history, "ms");
    const char *policy = other_policy(&history.scene, "\"limit\": 6", "\"limit\": 4");
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        struct run run;
        size_t len = 0;
        const char *out = scene_path(&history.scene, "audit-%zu", i);
        audit(&history, out,
              WITH(history.claims, "--decided", history.decided, "--policy", policy, "--threads",
                   threads[i], "--quiet"),
              &run);
        cr_assert(run.exit_code == 1 && run.out_len == 0, "%s", run.err);
        char *changes = scene_read(out, "changes.csv.gz", &len);
        cr_expect(first == NULL || scene_same(first, first_len, changes, len));
        free(first);
        first = changes;
        first_len = len;
        run_fini(&run);
    }
    free(first);
    scene_remove(&history.scene);
}

/* --- inputs that have changed since --- */

Test(audit, lines_gone_and_lines_added_are_listed, .timeout = 60) {
    struct history history;
    struct run run;
    size_t len = 0;
    history_make(&history, WITH("--errors", "0.2"));
    decide(&history, "ms");
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
    audit(&history, out, WITH(now, "--decided", history.decided), &run);
    cr_assert(run.exit_code == 1, "%s", run.err);
    cr_expect(strstr(run.err, "matched by claim id and line number") != NULL, "%s", run.err);
    cr_expect_eq(summary_count(out, "lines", NULL, NULL), 4001);
    cr_expect_eq(summary_count(out, "lines", "accepted", "absent") +
                     summary_count(out, "lines", "rejected", "absent"),
                 1);
    cr_expect_eq(summary_count(out, "lines", "absent", "accepted") +
                     summary_count(out, "lines", "absent", "rejected"),
                 1);
    free(changed);
    free(text);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit, inputs_of_the_same_size_but_other_bytes_are_refused) {
    struct history history;
    struct run run;
    size_t len = 0;
    history_make(&history, WITH("--errors", "0"));
    decide(&history, "ms");
    char *text = run_read_file(history.claims, &len);
    char *last = memrchr(text, '\n', len - 1);
    last[1] = 'X';
    run_write_file(history.claims, text, len);
    const char *out = scene_path(&history.scene, "audit");
    audit(&history, out, WITH(history.claims, "--decided", history.decided), &run);
    cr_expect(run.exit_code == 65, "exit %d", run.exit_code);
    cr_expect(strstr(run.err, "claims.csv:4001: the record is not what") != NULL, "%s", run.err);
    cr_expect(!scene_exists(out), "a failed audit leaves no folder");
    free(text);
    run_fini(&run);
    scene_remove(&history.scene);
}

/* --- decisions of another system --- */

Test(audit, another_system_needs_keys_alone) {
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
    struct history history;
    struct run run;
    size_t len = 0;
    scene_make(&history.scene);
    history.roster = "fixtures/quickstart/roster";
    const char *now = scene_file(&history.scene, "now.csv", claims, sizeof claims - 1);
    scene_file(&history.scene, "accepted.csv", accepted, sizeof accepted - 1);
    scene_gzip(&history.scene, "rejected.csv.gz", rejected, sizeof rejected - 1);
    const char *out = scene_path(&history.scene, "audit");
    audit(&history, out, WITH(now, "--decided", history.scene.dir, "--as-of", "2025-06-30"), &run);
    cr_assert(run.exit_code == 1, "exit %d: %s", run.exit_code, run.err);
    char *changes = scene_read(out, "changes.csv.gz", &len);
    /* A 1 and both lines of B are as they were; the reason's words are not compared. */
    cr_expect_eq(count_lines(changes, len), 4, "%s", changes);
    cr_expect(strstr(changes, ",3,A,02,M1,accepted,,4,rejected,daily_cap,0,") != NULL, "%s",
              changes);
    cr_expect(strstr(changes, ",6,C,1,M3,absent,,,accepted,,4,") != NULL, "%s", changes);
    cr_expect(strstr(changes, ",,Z,9,,rejected,119,0,absent,,,") != NULL, "%s", changes);
    free(changes);
    run_fini(&run);
    scene_remove(&history.scene);
}

/* --- a run of a ledger --- */

Test(audit, a_run_starts_from_the_ledger_as_it_was, .timeout = 120) {
    struct history history;
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
        expect_changes(&history, WITH(inputs[i], "--ledger", ledger, "--run", run_no), false);
    }
    const char *policy = other_policy(&history.scene, "\"limit\": 6", "\"limit\": 4");
    expect_changes(&history, WITH(inputs[1], "--ledger", ledger, "--run", "2", "--policy", policy),
                   true);
    struct run run;
    audit(&history, scene_path(&history.scene, "audit"),
          WITH(inputs[0], "--ledger", ledger, "--run", "2"), &run);
    cr_expect(run.exit_code == 65, "exit %d: %s", run.exit_code, run.err);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit, refuses_what_it_cannot_compare) {
    struct history history = {.roster = "fixtures/quickstart/roster"};
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
        audit(&history, out, cases[i].args, &run);
        cr_expect(run.exit_code == cases[i].exit_code, "case %zu: exit %d: %s", i, run.exit_code,
                  run.err);
        cr_expect(strstr(run.err, cases[i].says) != NULL, "case %zu: %s", i, run.err);
        cr_expect(!scene_exists(out));
        run_fini(&run);
    }
    scene_remove(&history.scene);
}
