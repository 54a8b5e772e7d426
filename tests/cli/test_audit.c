/*
 * Audits through the program: the same rules change nothing, other rules change what they must, and
 * no line of then or now is dropped.
 */
#include "support/audited.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(audit, same_rules_change_nothing, .timeout = 120) {
    static const char *const shapes[][5] = {{NULL},
                                            {"--quoted", "30", NULL},
                                            {"--layout", "rif-carrier", NULL},
                                            {"--out-of-scope", "40", NULL},
                                            {"--errors", "2", NULL}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct audited_history history;
        history_make(&history, shapes[i]);
        history_decide(&history, "ms");
        history_expect_changes(&history, WITH(history.claims, "--decided", history.decided), false);
        scene_remove(&history.scene);
    }
}

Test(audit, cutbacks_are_matched_in_both_files, .timeout = 60) {
    struct audited_history history;
    history_make(&history, WITH("--error", "over_daily_cap=9", "--quoted", "30"));
    const char *policy = history_other_policy(&history.scene, "\"over_cap\": \"reject\"",
                                              "\"over_cap\":\"cutback\"");
    history_decide(&history, policy);
    history_expect_changes(
        &history, WITH(history.claims, "--decided", history.decided, "--policy", policy), false);
    history_expect_changes(&history, WITH(history.claims, "--decided", history.decided), true);
    scene_remove(&history.scene);
}

Test(audit, crlf_and_a_missing_last_line_end_are_matched, .timeout = 60) {
    struct audited_history history;
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
    history_decide(&history, "ms");
    history_expect_changes(&history, WITH(history.claims, "--decided", history.decided), false);
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
    struct audited_history history;
    size_t len = 0;
    size_t noted_len = 0;
    history_make(&history, WITH("--errors", "1", "--error", "over_daily_cap=9"));
    char *text = run_read_file(history.claims, &len);
    char *noted = with_notes(text, len, &noted_len);
    run_write_file(history.claims, noted, noted_len);
    const char *policy = history_other_policy(&history.scene, "\"over_cap\": \"reject\"",
                                              "\"over_cap\":\"cutback\"");
    const char *ledger = scene_path(&history.scene, "ledger");
    scene_expect_success(WITH(history.claims, "--roster", history.roster, "--policy", policy,
                              "--multiline", "--out", history.decided, "--ledger", ledger),
                         NULL);
    history_expect_changes(
        &history,
        WITH(history.claims, "--decided", history.decided, "--policy", policy, "--multiline"),
        false);
    history_expect_changes(
        &history,
        WITH(history.claims, "--ledger", ledger, "--run", "1", "--policy", policy, "--multiline"),
        false);
    history_expect_changes(&history,
                           WITH(history.claims, "--decided", history.decided, "--multiline"), true);
    free(noted);
    free(text);
    scene_remove(&history.scene);
}

Test(audit, another_cap_changes_what_it_must, .timeout = 60) {
    struct audited_history history;
    struct run run;
    history_make(&history, WITH("--errors", "0.2"));
    history_decide(&history, "ms");
    const char *policy = history_other_policy(&history.scene, "\"limit\": 6", "\"limit\": 3");
    const char *out = scene_path(&history.scene, "audit");
    history_audit(&history, out,
                  WITH(history.claims, "--decided", history.decided, "--policy", policy), &run);
    cr_assert(run.exit_code == 1, "%s", run.err);
    cr_expect(strstr(run.out, "accepted        daily_cap    506   2084") != NULL, "%s", run.out);
    cr_expect_eq(history_summary_count(out, "lines", NULL, NULL), 4000);
    cr_expect(history_summary_count(out, "lines", "accepted", "rejected") > 0);
    cr_expect_eq(history_summary_count(out, "lines", "accepted", "absent"), 0);
    /* Conservation: what was accepted then is accepted or rejected now, line by line. */
    struct run again;
    const char *decided_now = scene_path(&history.scene, "now");
    scene_validate(WITH(history.claims, "--roster", history.roster, "--policy", policy, "--out",
                        decided_now, "--json"),
                   NULL, &again);
    const char *accepted = strstr(again.out, "\"accepted\": ");
    cr_assert(accepted != NULL);
    cr_expect_eq(history_summary_count(out, "lines", "accepted", "accepted") +
                     history_summary_count(out, "lines", "rejected", "accepted"),
                 scene_count(again.out, "counts", "accepted"));
    run_fini(&again);
    run_fini(&run);
    scene_remove(&history.scene);
}

Test(audit, threads_change_no_byte, .timeout = 60) {
    struct audited_history history;
    static const char *const threads[] = {"0", "1", "2", "7"};
    char *first = NULL;
    size_t first_len = 0;
    history_make(&history, WITH("--errors", "1"));
    history_decide(&history, "ms");
    const char *policy = history_other_policy(&history.scene, "\"limit\": 6", "\"limit\": 4");
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        struct run run;
        size_t len = 0;
        const char *out = scene_path(&history.scene, "audit-%zu", i);
        history_audit(&history, out,
                      WITH(history.claims, "--decided", history.decided, "--policy", policy,
                           "--threads", threads[i], "--quiet"),
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
