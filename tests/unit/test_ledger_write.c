/*
 * Rows carried to the tables one block after the other, or by a belt that makes them ahead. A run
 * of these tests has more rows than fit in the blocks on their way at once.
 */
#include "claimgate/base/stop.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

enum { LINES = 6000, MEMBERS = 40 };

static struct fixture alone;
static struct fixture ahead;
static struct fixture_line lines[LINES];
static char members[LINES][12];
static char claims[LINES][16];
static char dates[LINES][16];

static void set_up(void) {
    fixture_init(&alone);
    fixture_init(&ahead);
    ahead.on_belt = true;
    for (uint32_t i = 0; i < LINES; i++) {
        snprintf(members[i], sizeof members[i], "M%u", i * 7919 % MEMBERS);
        snprintf(claims[i], sizeof claims[i], "C%u", i * 31 % LINES);
        snprintf(dates[i], sizeof dates[i], "2025-%02u-%02u", 1 + i % 9, 1 + i / 9 % 28);
        lines[i] = (struct fixture_line){
            .member = members[i], .claim = claims[i], .number = 1, .date = dates[i], .units = 1};
        if (i % 50 == 49) {
            lines[i].frequency = CG_VOID;
            lines[i].original = claims[i - MEMBERS]; /* of the same member */
        }
    }
}

static void tear_down(void) {
    fixture_fini(&ahead);
    fixture_fini(&alone);
}

TestSuite(ledger_write, .init = set_up, .fini = tear_down, .timeout = 60);

static enum cg_status run(struct fixture *fixture, struct cg_error *err) {
    return fixture_run(fixture, lines, LINES, NULL, NULL, err);
}

static void expect_same_table(const char *table) {
    char sql[512];
    snprintf(sql, sizeof sql,
             "ATTACH '%s' AS other; SELECT count(*) FROM (SELECT * FROM %s EXCEPT "
             "SELECT * FROM other.%s); SELECT count(*) FROM (SELECT * FROM other.%s EXCEPT "
             "SELECT * FROM %s); SELECT count(*) > 0 FROM %s",
             alone.path, table, table, table, table, table);
    cr_expect_str_eq(fixture_query(&ahead, sql), "0\n0\n1\n", "%s", table);
}

Test(ledger_write, keeps_the_same_rows_made_ahead_or_not) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(run(&alone, &err), CG_OK, "%s", err.text);
    cr_assert_eq(run(&ahead, &err), CG_OK, "%s", err.text);
    const char *const tables[] = {"member", "line", "take_back", "past", "claim_block"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        expect_same_table(tables[i]);
    }
    char digest[256];
    const char *sql = "SELECT hex(rows_sha256) FROM run";
    snprintf(digest, sizeof digest, "%s", fixture_query(&alone, sql));
    cr_expect_str_eq(fixture_query(&ahead, sql), digest);
}

Test(ledger_write, claims_stand_in_blocks_of_a_page_and_none_by_itself) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(run(&alone, &err), CG_OK, "%s", err.text);
    cr_expect_str_eq(fixture_query(&alone, "SELECT count(*) BETWEEN 2 AND 20, "
                                           "max(length(packed)) BETWEEN 9192 AND 9300 "
                                           "FROM claim_block"),
                     "1|1\n");
}

static void expect_nothing_kept(struct fixture *fixture) {
    cr_expect_str_eq(fixture_query(fixture, "SELECT count(*) FROM run UNION ALL "
                                            "SELECT count(*) FROM member UNION ALL "
                                            "SELECT count(*) FROM line UNION ALL "
                                            "SELECT count(*) FROM claim_block"),
                     "0\n0\n0\n0\n");
}

/* An empty ledger, made by a run that is wiped from it. */
static void make_ledger(struct fixture *fixture) {
    struct cg_error err = CG_ERROR_INIT;
    cr_assert_eq(fixture_run(fixture, lines, 0, NULL, NULL, &err), CG_OK, "%s", err.text);
    fixture_exec(fixture, "DELETE FROM input; DELETE FROM run");
}

/* Lines are inserted member by member, and these two belong to the last of them. */
Test(ledger_write, keeps_nothing_when_a_row_cannot_be_inserted) {
    struct fixture *const both[] = {&alone, &ahead};
    lines[LINES - 1 - MEMBERS].claim = lines[LINES - 1 - 2 * MEMBERS].claim;
    for (int i = 0; i < 2; i++) {
        struct cg_error err = CG_ERROR_INIT;
        make_ledger(both[i]);
        fixture_exec(both[i], "CREATE UNIQUE INDEX no ON decided_line (claim_id)");
        cr_expect_neq(run(both[i], &err), CG_OK);
        cr_expect_not_null(strstr(err.text, "decided_line.claim_id"), "%s", err.text);
        expect_nothing_kept(both[i]);
        fixture_exec(both[i], "DROP INDEX no");
        err = (struct cg_error)CG_ERROR_INIT;
        cr_expect_eq(run(both[i], &err), CG_OK, "%s", err.text);
    }
}

/* The maker looks at the flag; what it says must reach the caller from its own station too. */
Test(ledger_write, keeps_nothing_when_it_is_interrupted) {
    struct fixture *const both[] = {&alone, &ahead};
    struct cg_error err = CG_ERROR_INIT;
    make_ledger(&alone);
    make_ledger(&ahead);
    cg_stop_install();
    raise(SIGTERM);
    for (int i = 0; i < 2; i++) {
        err = (struct cg_error)CG_ERROR_INIT;
        cr_expect_eq(run(both[i], &err), CG_INTERRUPTED, "%s", err.text);
        cr_expect_not_null(strstr(err.text, "interrupted"), "%s", err.text);
        expect_nothing_kept(both[i]);
    }
}
