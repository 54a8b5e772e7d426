/*
 * What nights add to a member waits in `recent` and is moved to the member's parts in `past`,
 * whatever these hold already.
 */
#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "ledger/past.h"
#include "support/ledger_copy.h"
#include "support/spared_sqlite.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 1100 }; /* lines that fill a part of `past` */

static struct fixture fixture;

static void setup(void) {
    cg_log_init((struct cg_log_options){.quiet = true});
    fixture_init(&fixture);
    cg_ledger_set_fold_bytes(1);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(fold, .init = setup, .fini = teardown, .timeout = 240);

/* Claims of M1, whose ids share little. */
static enum cg_status run_night(uint32_t first, uint32_t count, struct cg_error *err) {
    static char claims[MANY][CG_ID_MAX_BYTES];
    static struct fixture_line lines[MANY];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(claims[i], sizeof claims[i], "%u%05u-an-id-that-shares-little-with-others",
                 (first + i) % 10, first + i);
        lines[i] = (struct fixture_line){.member = "M1", .claim = claims[i]};
    }
    return fixture_run(&fixture, lines, count, NULL, NULL, err);
}

static void expect_night(uint32_t first, uint32_t count) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(run_night(first, count, &err), CG_OK, "%s", err.text);
}

static void expect_parts(const char *wanted) {
    cr_expect_str_eq(fixture_query(&fixture, "SELECT past_no % 4096, length(packed) >= 65536, "
                                             "up_to_run FROM past ORDER BY 1"),
                     wanted);
}

Test(fold, behind_a_full_part_another_is_begun) {
    expect_night(0, MANY);
    expect_parts("0|1|1\n");
    expect_night(MANY, 1); /* what it adds waits for the next */
    expect_parts("0|1|1\n");
    expect_night(MANY + 1, 1);
    expect_parts("0|1|1\n1|0|2\n");
    expect_night(MANY + 2, 1);
    expect_parts("0|1|1\n1|0|3\n");
    cr_expect_eq(fixture_faults(&fixture), 0);
}

/* Nothing is written under another member's numbers. */
Test(fold, the_last_part_that_a_member_may_have_grows_on) {
    expect_night(0, MANY);
    fixture_exec(&fixture, "UPDATE past SET past_no = past_no + 4095");
    cg_ledger_set_fold_bytes(-1);
    expect_night(MANY, 1);
    expect_parts("4095|1|1\n");
    cg_ledger_set_fold_bytes(1);
    expect_night(MANY + 1, 1);
    expect_parts("4095|1|2\n");
    expect_night(MANY + 2, 1);
    expect_parts("4095|1|3\n");
}

Test(fold, goes_on_from_the_first_member_where_its_place_makes_no_sense) {
    static const char *const places[] = {"-7", "0", "99"};
    expect_night(0, 1);
    for (uint32_t i = 0; i < 3; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "UPDATE fold SET next_member = %s", places[i]);
        expect_night(1 + 2 * i, 1);
        fixture_exec(&fixture, sql);
        expect_night(2 + 2 * i, 1);
        cr_expect_str_eq(fixture_query(&fixture, "SELECT next_member FROM fold"), "1\n", "%s",
                         places[i]);
        cr_expect_eq(fixture_faults(&fixture), 0, "%s", places[i]);
    }
}

Test(fold, moves_nothing_where_no_member_is_known_any_more) {
    const struct cg_ledger_plan plan = {.path = fixture.path, .policy = fixture.policy};
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    expect_night(0, MANY);
    cg_ledger_set_fold_bytes(-1);
    expect_night(MANY, 1);
    cg_ledger_set_fold_bytes(1);
    fixture_exec(&fixture, "DELETE FROM member");
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK, "%s", err.text);
    cr_expect_eq(cg_ledger_withdraw(ledger, 2, &err), CG_OK, "%s", err.text);
    cg_ledger_close(ledger);
    cr_expect_str_eq(fixture_query(&fixture, "SELECT count(*) FROM recent"), "1\n");
}

/* --- moving that fails --- */

/* A night more moves two groups of M1, of which the first fills a part. */
static void gather(struct ledger_copy *copy) {
    expect_night(0, 1);
    cg_ledger_set_fold_bytes(-1);
    expect_night(1, MANY);
    cg_ledger_set_fold_bytes(1);
    ledger_copy_take(copy, &fixture, 0);
}

static void expect_kept_or_not(enum cg_status status) {
    const char *runs = fixture_query(&fixture, "SELECT count(*) FROM run");
    cr_expect_str_eq(runs, status == CG_OK ? "3\n" : "2\n");
    cr_expect_eq(fixture_faults(&fixture), 0);
}

Test(fold, without_memory_to_move_them_leaves_groups_where_they_were) {
    struct ledger_copy copy;
    bool failed = true;
    leave_sqlite_its_memory();
    gather(&copy);
    for (uint32_t at = 0; failed; at++) {
        struct cg_error err = CG_ERROR_INIT;
        ledger_copy_put_back(&copy);
        shortage_begin(at, false);
        const enum cg_status status = run_night(2 * MANY, 1, &err);
        failed = shortage_end();
        cr_expect(status == CG_OK || (failed && status == CG_INTERNAL), "request %u: %d %s", at,
                  (int)status, err.text);
        expect_kept_or_not(status);
    }
    ledger_copy_free(&copy);
}

#ifdef CG_FAULTS

Test(fold, that_cannot_write_a_part_leaves_groups_where_they_were) {
    struct ledger_copy copy;
    bool met = true;
    gather(&copy);
    for (uint32_t at = 1; met; at++) {
        struct cg_error err = CG_ERROR_INIT;
        char fault[64];
        snprintf(fault, sizeof fault, "ledger.insert:%u:5", at);
        ledger_copy_put_back(&copy);
        cg_fault_want(fault);
        const enum cg_status status = run_night(2 * MANY, 1, &err);
        met = cg_fault_was_met();
        cg_fault_want(NULL);
        cr_expect_eq(status, met ? CG_IO : CG_OK, "%s: %d %s", fault, (int)status, err.text);
        expect_kept_or_not(status);
    }
    ledger_copy_free(&copy);
}

#endif
