/*
 * Questions to a ledger whose rows say what no run has written: they are answered or refused with a
 * sentence, in time.
 */
#include "claimgate/base/log.h"
#include "ledger/private.h"
#include "support/ledger_jobs.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;

/* What the newest run adds stays in `recent`; all that was there before it is moved, so that no
 * block holds what does not count any more. */
static void setup(void) {
    fixture_init(&fixture);
    cg_ledger_set_fold_bytes(1 << 20);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_damage, .init = setup, .fini = teardown, .timeout = 60);

static void fill(void) {
    struct cg_error err = CG_ERROR_INIT;
    const struct fixture_line lines[] = {{.member = "M1", .claim = "C1", .units = 3},
                                         {.member = "M2", .claim = "C2", .units = 4},
                                         {.member = "M3", .claim = "C3", .units = 4}};
    const struct fixture_line more[] = {{.member = "M2", .claim = "C4", .units = 1},
                                        {.member = "M4", .claim = "C5", .units = 2}};
    cr_assert_eq(fixture_run(&fixture, lines, 3, "one", NULL, &err), CG_OK, "%s", err.text);
    cr_assert_eq(fixture_run(&fixture, more, 2, "two", NULL, &err), CG_OK, "%s", err.text);
}

static enum cg_status hear(void *context, const struct cg_ledger_decision *decision,
                           struct cg_error *err) {
    (void)context;
    (void)decision;
    (void)err;
    return CG_OK;
}

static void note(void *context, const char *text) {
    (void)context;
    cr_log_info("%s", text);
}

/* What each question comes to: all but CG_OK has a sentence. */
struct answers {
    enum cg_status standing;
    enum cg_status recalled;
    enum cg_status verified;
    uint64_t faults;
};

static struct cg_error fresh(const struct cg_error *err, enum cg_status status) {
    cr_expect(status == CG_OK || err->text[0] != '\0');
    return (struct cg_error)CG_ERROR_INIT;
}

static struct answers ask(const char *member) {
    struct answers answers = {.faults = 0};
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_OK, "%s", err.text);
    answers.standing = cg_ledger_visit_standing(ledger, cg_text_of(member), NULL, hear, NULL, &err);
    err = fresh(&err, answers.standing);
    cr_assert_eq(cg_ledger_recall_for(ledger, fixture.policy, 0, &err), CG_OK, "%s", err.text);
    struct cg_history *history = cg_history_new(cg_ledger_recall, ledger);
    cr_assert_not_null(history);
    answers.recalled = cg_history_meet(history, cg_text_of(member), &err);
    err = fresh(&err, answers.recalled);
    cg_history_free(history);
    answers.verified = cg_ledger_verify(ledger, note, NULL, &answers.faults, &err);
    err = fresh(&err, answers.verified);
    cg_ledger_close(ledger);
    return answers;
}

Test(ledger_damage, a_member_of_no_number_that_a_run_gives_is_damage) {
    static const char *const numbers[] = {"0",
                                          "-1",
                                          "-9223372036854775807",
                                          "9223372036854775807",
                                          "2251799813685248",
                                          "1099511627776"};
    fill();
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "UPDATE member SET member_no = %s WHERE member_id = 'M2'",
                 numbers[i]);
        fixture_exec(&fixture, sql);
        const struct answers answers = ask("M2");
        const bool possible = i + 1 == sizeof numbers / sizeof numbers[0];
        cr_expect(possible || answers.standing == CG_BAD_DATA, "%s", numbers[i]);
        cr_expect(possible || answers.recalled == CG_BAD_DATA, "%s", numbers[i]);
        cr_expect(answers.verified != CG_OK || answers.faults > 0, "%s", numbers[i]);
    }
}

/* Each is answered in time, and verify finds it. */
Test(ledger_damage, numbers_that_no_run_gives_are_found_and_hold_nothing_up) {
    static const char *const changes[] = {
        "UPDATE run SET run_no = 1099511627776 WHERE run_no = 2",
        "UPDATE run SET run_no = -1 WHERE run_no = 2",
        "UPDATE run SET run_no = 0 WHERE run_no = 2",
        "UPDATE run SET last_line = 9223372036854775807 WHERE run_no = 2",
        "UPDATE run SET policy_no = 1099511627776 WHERE run_no = 2",
        "UPDATE run SET form = 77 WHERE run_no = 2",
        "UPDATE policy SET policy_no = 1099511627776",
        "UPDATE decided_line SET line_no = 9223372036854775807 WHERE line_no = 2",
        "UPDATE decided_line SET line_no = -5 WHERE line_no = 2",
        "UPDATE decided_line SET member_no = 1099511627776 WHERE line_no = 2",
        "UPDATE decided_line SET start_day = 2147483647 WHERE line_no = 2",
        "UPDATE decided_line SET start_day = -2147483648, end_day = 2147483647 WHERE line_no = 2",
        "UPDATE decided_line SET units = -1 WHERE line_no = 2",
        "UPDATE decided_line SET accepted_units = 70000 WHERE line_no = 2",
        "UPDATE decided_line SET decision = 250 WHERE line_no = 2",
        "UPDATE decided_line SET service_no = 1099511627776 WHERE line_no = 2",
        "UPDATE decided_line SET cap_used = '[' WHERE line_no = 2",
        "UPDATE decided_line SET cap_used = '[1,2,3,4,5,6,7,8,9,10]' WHERE line_no = 2",
        "UPDATE service SET procedure = ''",
        "UPDATE service SET modifiers = 'HQ:HE:HF:HA:U1:U2:U3'",
        "DELETE FROM service",
        "DELETE FROM provider",
        "DELETE FROM policy",
        "DELETE FROM member",
        "DELETE FROM past; DELETE FROM recent",
        "UPDATE past SET packed = zeroblob(65536)",
        "UPDATE recent SET packed = zeroblob(65536)",
        "UPDATE recent SET packed = x'ffffffffffffffffffff'",
        "UPDATE recent SET packed = x''",
        "UPDATE recent SET first_member = -9223372036854775807, last_member = 9223372036854775807",
        "UPDATE claim_block SET packed = zeroblob(65536)",
        "UPDATE claim_block SET packed = x'ffffffffffffffffffff'",
        "UPDATE claim_block SET packed = x''",
        "INSERT INTO input SELECT 99, input_no, file, bytes, records, sha256, content_sha256, "
        "head_sha256 FROM input WHERE run_no = 1",
        "UPDATE publication SET run_no = 99 WHERE run_no = 2",
    };
    char kept[192];
    char command[1024];
    fill();
    snprintf(kept, sizeof kept, "%s/kept.db", fixture.folder);
    snprintf(command, sizeof command, "cp %s %s", fixture.path, kept);
    cr_assert_eq(system(command), 0);
    snprintf(command, sizeof command, "rm -f %s-wal %s-shm && cp %s %s", fixture.path, fixture.path,
             kept, fixture.path);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        cr_assert_eq(system(command), 0);
        cr_log_info("%s", changes[i]);
        fixture_exec(&fixture, "PRAGMA foreign_keys = 0");
        fixture_exec(&fixture, changes[i]);
        const struct answers answers = ask("M2");
        cr_expect(answers.verified != CG_OK || answers.faults > 0, "%s: %d", changes[i],
                  (int)answers.verified);
        cr_expect_neq(answers.verified, CG_INTERNAL, "%s", changes[i]);
        cr_expect_neq(answers.standing, CG_INTERNAL, "%s", changes[i]);
        cr_expect_neq(answers.recalled, CG_INTERNAL, "%s", changes[i]);
    }
}

Test(ledger_damage, nothing_is_built_on_a_newest_run_that_is_not_what_was_kept) {
    static const char *const changes[] = {"UPDATE run SET form = 0 WHERE run_no = 2",
                                          "UPDATE run SET hash = x'00' WHERE run_no = 2",
                                          "UPDATE run SET records = 9 WHERE run_no = 2"};
    const struct fixture_line line = {.member = "M1", .claim = "C9"};
    struct ledger_copy copy;
    fill();
    ledger_copy_take(&copy, &fixture, 0);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct cg_error err = CG_ERROR_INIT;
        ledger_copy_put_back(&copy);
        fixture_exec(&fixture, changes[i]);
        cr_expect_eq(fixture_run(&fixture, &line, 1, NULL, NULL, &err), CG_BAD_DATA, "%s",
                     changes[i]);
        cr_expect_not_null(strstr(err.text, "its newest run is not what was kept"), "%s: %s",
                           changes[i], err.text);
        cr_expect_gt(fixture_faults(&fixture), 0, "%s", changes[i]);
    }
    ledger_copy_free(&copy);
}

/* What is read by number goes on behind a row that is out of order, or twice there. */
Test(ledger_damage, numbers_of_codes_that_are_out_of_order_or_twice_there_hold_nothing_up) {
    static const char *const changes[] = {
        "UPDATE service SET service_no = 77",
        "INSERT INTO service SELECT max(service_no) + 1, procedure, modifiers FROM service",
        "INSERT INTO provider SELECT max(provider_no) + 1, rendering_npi, billing_npi FROM "
        "provider",
        "UPDATE alias SET claim_id = printf('%.100c', 'X')"};
    struct ledger_copy copy;
    cg_log_init((struct cg_log_options){.quiet = true});
    ledger_jobs_make(&fixture, &copy);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const struct fixture_line lines[] = {
            {.member = "M1", .claim = "C41"},
            {.member = "M1", .claim = "C42", .frequency = CG_VOID, .original = "PAYER-2"}};
        struct cg_error err = CG_ERROR_INIT;
        ledger_copy_put_back(&copy);
        fixture_exec(&fixture, "PRAGMA foreign_keys = 0");
        fixture_exec(&fixture, changes[i]);
        cr_expect_eq(fixture_run(&fixture, lines, 2, NULL, NULL, &err), CG_OK, "%s: %s", changes[i],
                     err.text);
    }
    ledger_copy_free(&copy);
}

static bool is_found(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    uint64_t faults = 0;
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_OK, "%s", err.text);
    const enum cg_status status = cg_ledger_verify(ledger, note, NULL, &faults, &err);
    cg_ledger_close(ledger);
    return status == CG_BAD_DATA || faults > 0;
}

static void ask_all(const char *damage) {
    static const char no_questions[] = "verify, snapshot, export"; /* that end in damage */
    for (size_t i = 0; i < LEDGER_QUESTIONS; i++) {
        struct cg_error err = CG_ERROR_INIT;
        if (strstr(no_questions, ledger_questions[i].name) != NULL) {
            continue;
        }
        const enum cg_status status = ledger_questions[i].run(&fixture, &err);
        cr_expect(status == CG_OK || err.text[0] != '\0', "%s: %s", damage,
                  ledger_questions[i].name);
        cr_expect_neq(status, CG_INTERNAL, "%s: %s: %s", damage, ledger_questions[i].name,
                      err.text);
    }
}

/* 255 makes lengths and numbers larger than what there is. */
Test(ledger_damage, one_changed_byte_of_what_is_packed_is_found, .timeout = 300) {
    static const char *const tables[] = {"past", "recent", "claim_block", "rendered", "near"};
    struct ledger_copy copy;
    cg_log_init((struct cg_log_options){.quiet = true});
    ledger_jobs_make(&fixture, &copy);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        char sql[192];
        snprintf(sql, sizeof sql, "SELECT coalesce(max(length(packed)), 0) FROM %s", tables[t]);
        const int bytes = atoi(fixture_query(&fixture, sql));
        for (int at = 0; at < bytes; at++) {
            ledger_copy_put_back(&copy);
            snprintf(sql, sizeof sql,
                     "UPDATE %s SET packed = CAST(substr(packed, 1, %d) || x'ff' || substr(packed, "
                     "%d) AS BLOB) WHERE length(packed) > %d",
                     tables[t], at, at + 2, at);
            fixture_exec(&fixture, sql);
            cr_expect(is_found(), "%s", sql);
            ask_all(sql);
        }
    }
    ledger_copy_free(&copy);
}

/* --- cells --- */

/* False: the table does not take it. */
static bool change(sqlite3 *db, const char *table, const char *column, const char *value) {
    char sql[256];
    snprintf(sql, sizeof sql,
             "PRAGMA foreign_keys = 0; UPDATE %s SET %s = %s WHERE rowid = (SELECT max(rowid) FROM "
             "%s) AND %s IS NOT %s",
             table, column, value, table, column, value);
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK && sqlite3_changes(db) > 0;
}

static uint32_t try_values(const char *table, const char *column, const struct ledger_copy *copy) {
    static const char *const values[] = {"NULL", "77", "'x'", "x'00'"};
    uint32_t tried = 0;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        sqlite3 *db;
        cr_assert_eq(sqlite3_open(fixture.path, &db), SQLITE_OK);
        const bool changed = change(db, table, column, values[i]);
        cr_assert_eq(sqlite3_close(db), SQLITE_OK);
        if (changed) {
            tried++;
            cr_expect(is_found(), "%s.%s = %s", table, column, values[i]);
            ledger_copy_put_back(copy);
        }
    }
    return tried;
}

/* Where moving members has got to, and how rows beside a run are numbered, is nothing that was
 * decided. */
Test(ledger_damage, a_changed_cell_of_any_table_is_found, .timeout = 300) {
    struct ledger_copy copy;
    char columns[8192];
    char *rest = NULL;
    uint32_t tried = 0;
    cg_log_init((struct cg_log_options){.quiet = true});
    ledger_jobs_make(&fixture, &copy);
    snprintf(columns, sizeof columns, "%s",
             fixture_query(&fixture,
                           "SELECT m.name, c.name FROM sqlite_schema m, "
                           "pragma_table_info(m.name) c WHERE m.type = 'table' AND "
                           "m.name NOT LIKE 'sqlite%' AND m.name <> 'fold' AND c.name "
                           "NOT IN ('take_back_no', 'recent_no', 'rendered_no', 'block_no', "
                           "'near_no', 'up_to_run')"));
    for (char *row = strtok_r(columns, "\n", &rest); row != NULL;
         row = strtok_r(NULL, "\n", &rest)) {
        char *bar = strchr(row, '|');
        *bar = '\0';
        tried += try_values(row, bar + 1, &copy);
    }
    cr_log_info("%u cells", tried);
    cr_assert_gt(tried, 100);
    ledger_copy_free(&copy);
}
