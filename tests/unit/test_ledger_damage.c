/*
 * Questions to a ledger whose rows say what no run has written: they are answered or refused with a
 * sentence, in time.
 */
#include "ledger/private.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct fixture fixture;

/* What the second run adds stays in `recent`. */
static void setup(void) {
    fixture_init(&fixture);
    cg_ledger_set_fold_bytes(1);
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
