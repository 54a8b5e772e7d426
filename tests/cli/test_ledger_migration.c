/*
 * A ledger of version 1 (fixtures/ledger-v1) brought up to date, beside one that this program makes
 * of the same files.
 */
#include "support/scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES "fixtures/ledger-v1/"

static struct scene scene;
static const char *old;  /* as it was */
static const char *twin; /* made now */
static const char *ledger;

static void program(const char *const argv[], int expected, struct run *run) {
    run_program(argv, NULL, run);
    cr_assert_eq(run->exit_code, expected, "%s%s", run->out, run->err);
}
#define PROGRAM(expected, run, ...)                                                                \
    program((const char *const[]){run_claimgate(), __VA_ARGS__, NULL}, expected, run)

static void make(const char *path) {
    char command[RUN_PATH_BYTES + 64];
    struct run run;
    snprintf(command, sizeof command, "sqlite3 %s <" FILES "ledger.sql", path);
    program((const char *const[]){"sh", "-c", command, NULL}, 0, &run);
    run_fini(&run);
}

static void night(const char *into, const char *name, const char *out) {
    char file[64];
    struct run run;
    snprintf(file, sizeof file, FILES "%s.csv", name);
    PROGRAM(0, &run, "validate", file, "--roster", "fixtures/quickstart/roster", "--as-of",
            "2025-06-30", "--quiet", "--ledger", into, "--out", out);
    run_fini(&run);
}

static void make_twin(void) {
    struct run run;
    night(twin, "night-1", scene_path(&scene, "one"));
    night(twin, "night-2", scene_path(&scene, "two"));
    PROGRAM(0, &run, "ledger", "import", FILES "imported.csv", "--ledger", twin);
    run_fini(&run);
    PROGRAM(0, &run, "ledger", "release", FILES "released.csv", "--ledger", twin);
    run_fini(&run);
    night(twin, "night-3", scene_path(&scene, "three"));
    PROGRAM(0, &run, "ledger", "withdraw", "5", "--ledger", twin);
    run_fini(&run);
    night(twin, "night-3", scene_path(&scene, "four"));
}

static void setup(void) {
    scene_make(&scene);
    old = scene_path(&scene, "old.db");
    twin = scene_path(&scene, "twin.db");
    ledger = scene_path(&scene, "ledger.db");
    make(old);
    make(ledger);
}

static void teardown(void) {
    scene_remove(&scene);
}

TestSuite(ledger_migration, .init = setup, .fini = teardown, .timeout = 300);

static void migrate(void) {
    struct run run;
    PROGRAM(0, &run, "ledger", "recover", "--ledger", ledger);
    cr_expect_not_null(strstr(run.err, "bringing it up to date"), "%s", run.err);
    run_fini(&run);
}

static void expect_sound(void) {
    struct run run;
    PROGRAM(0, &run, "ledger", "verify", "--ledger", ledger);
    run_fini(&run);
}

static void expect_query(const char *sql, const char *expected) {
    struct run run;
    program((const char *const[]){"sqlite3", ledger, sql, NULL}, 0, &run);
    cr_expect_str_eq(run.out, expected, "%s", sql);
    run_fini(&run);
}

Test(ledger_migration, readers_leave_it_as_it_is) {
    struct run run;
    PROGRAM(65, &run, "explain", "A", "--ledger", ledger);
    cr_expect_not_null(strstr(run.err, "written by an older claimgate"), "%s", run.err);
    run_fini(&run);
    expect_query("PRAGMA user_version", "1\n");
}

Test(ledger_migration, rows_stay_what_they_were) {
    static const struct {
        const char *columns;
        const char *table;
    } same[] = {
        {"run_no, member_no, input_no, source_line, claim_id, claim_line, frequency, "
         "original_claim_id, start_day, end_day, procedure, modifiers, rendering_npi, billing_npi, "
         "units, accepted_units, decision, reasons, cap_used, units_used, units_available, exempt, "
         "split",
         "line"},
        {"run_no, member_no, input_no, source_line, original_claim_id, claim_line, claim_id, "
         "frequency",
         "take_back"},
        {"run_no, kind, hex(previous_hash), hex(hash), hex(rows_sha256)", "run"},
        {"run_no, member_no, member_id", "member"},
        {"run_no, folder, published_at", "publication"},
        {"run_no, file, hex(content_sha256)", "input"},
        {"*", "output"},
        {"claim_id, run_no, member_no", "claim WHERE claim_id <> ''"},
    };
    migrate();
    expect_sound();
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char now[512];
        char then[512];
        char sql[4096];
        snprintf(now, sizeof now, "SELECT %s FROM %s", same[i].columns, same[i].table);
        snprintf(then, sizeof then, "SELECT %s FROM old.%s", same[i].columns, same[i].table);
        snprintf(sql, sizeof sql,
                 "ATTACH '%s' AS old; SELECT count(*) FROM (%s EXCEPT %s); "
                 "SELECT count(*) FROM (%s EXCEPT %s); SELECT count(*) > 0 FROM (%s)",
                 old, now, then, then, now, now);
        expect_query(sql, "0\n0\n1\n");
    }
}

static void expect_same_answer(const char *const words[]) {
    const char *const ledgers[] = {ledger, twin};
    struct run runs[2];
    for (int i = 0; i < 2; i++) {
        const char *argv[RUN_ARGS_MAX] = {run_claimgate()};
        size_t count = 1;
        for (size_t w = 0; words[w] != NULL; w++) {
            argv[count++] = words[w];
        }
        argv[count++] = "--ledger";
        argv[count++] = ledgers[i];
        program(argv, 0, &runs[i]);
    }
    char *then = strstr(runs[0].out, "Run ");
    for (char *now = strstr(runs[1].out, "Run "); then != NULL && now != NULL;) {
        memcpy(then, now, strlen("Run 1 of 2025-01-01")); /* the day it was made */
        then = strstr(then + 1, "Run ");
        now = strstr(now + 1, "Run ");
    }
    cr_expect_str_eq(runs[0].out, runs[1].out);
    run_fini(&runs[0]);
    run_fini(&runs[1]);
}

Test(ledger_migration, questions_are_answered_as_by_a_ledger_made_now) {
    static const char *const claims[] = {"A", "B", "D", "J", "R", "P", "M", "V", "W"};
    static const char *const members[] = {"M1", "M2", "M3", "M4"};
    make_twin();
    migrate();
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        expect_same_answer((const char *const[]){"explain", claims[i], NULL});
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        expect_same_answer(
            (const char *const[]){"usage", members[i], "--date", "2025-01-06", NULL});
    }
    expect_same_answer((const char *const[]){"reconsider", NULL});
    expect_same_answer((const char *const[]){"ledger", "export", "--table", "usage_by_year", NULL});
}

Test(ledger_migration, a_rejected_line_of_old_is_explained_without_its_sentence) {
    struct run run;
    migrate();
    PROGRAM(0, &run, "explain", "C", "--ledger", ledger);
    cr_expect_not_null(strstr(run.out, "daily_cap"), "%s", run.out);
    run_fini(&run);
}

Test(ledger_migration, a_release_of_old_does_not_say_that_it_freed_nothing) {
    static const char *const questions[][3] = {{"runs"}, {"runs", "--oneline"}, {"show", "4"}};
    migrate();
    for (size_t i = 0; i < 3; i++) {
        struct run run;
        PROGRAM(0, &run, "ledger", questions[i][0], "--ledger", ledger, questions[i][1]);
        cr_expect_not_null(strstr(run.out, "frees lines, of which claimgate 1.0.0 kept no count"),
                           "%s", run.out);
        cr_expect_null(strstr(run.out, "frees 0"), "%s", run.out);
        run_fini(&run);
    }
}

static void expect_same_file(const char *name) {
    size_t len[2];
    char *now = scene_read(scene_path(&scene, "next"), name, &len[0]);
    char *wanted = scene_read(scene_path(&scene, "next-of-twin"), name, &len[1]);
    cr_expect(scene_same(now, len[0], wanted, len[1]), "%s", name);
    free(now);
    free(wanted);
}

Test(ledger_migration, the_next_night_decides_as_on_a_ledger_made_now) {
    make_twin();
    night(twin, "night-4", scene_path(&scene, "next-of-twin"));
    night(ledger, "night-4", scene_path(&scene, "next"));
    expect_sound();
    expect_same_file("accepted.csv.gz");
    expect_same_file("rejected.csv.gz");
    expect_query("SELECT run_no, form FROM run WHERE run_no > 6", "7|1\n8|2\n");
    expect_same_answer((const char *const[]){"reconsider", NULL});
}

/* More points by `make crash`. */
Test(ledger_migration, killed_in_the_middle_it_is_done_by_the_next_start) {
    struct run run;
    for (int at = 1; at < 60; at += 7) {
        char inject[64];
        snprintf(inject, sizeof inject, "inject=pwrite64:signal=KILL:when=%d", at);
        run_program((const char *const[]){RUN_STRACE, "-e", "trace=pwrite64", "-e", inject,
                                          run_claimgate(), "ledger", "recover", "--ledger", ledger,
                                          NULL},
                    NULL, &run);
        const bool whole = run.exit_code == 0;
        run_fini(&run);
        PROGRAM(0, &run, "ledger", "recover", "--ledger", ledger);
        run_fini(&run);
        expect_sound();
        expect_query("SELECT count(*) FROM decided_line", "25\n");
        if (whole) {
            break;
        }
        for (const char *const *side = (const char *const[]){"", "-wal", "-shm", NULL};
             *side != NULL; side++) {
            char path[RUN_PATH_BYTES + 8];
            snprintf(path, sizeof path, "%s%s", ledger, *side);
            (void)remove(path);
        }
        make(ledger);
    }
}
