/*
 * What is read ahead of members decides as what is recalled when it is asked for.
 */
#include "ledger/ahead.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { MEMBERS = 90, LINES = 2 * MEMBERS };

static struct fixture fixture;
static struct fixture_line lines[LINES];
static char names[LINES][2][16];

/* Two lines of each member, the second of another day; every seventh takes the first back. */
static void fill_lines(const char *prefix, uint32_t first_member) {
    for (uint32_t i = 0; i < LINES; i++) {
        const bool takes_back = i % 2 == 1 && i % 7 == 0;
        snprintf(names[i][0], sizeof names[i][0], "M%u", first_member + i / 2);
        snprintf(names[i][1], sizeof names[i][1], "%s%u", prefix, i);
        lines[i] = (struct fixture_line){.member = names[i][0],
                                         .claim = names[i][1],
                                         .date = i % 2 == 0 ? "2024-07-01" : "2024-07-02",
                                         .units = 4,
                                         .frequency = takes_back ? CG_VOID : CG_ORIGINAL,
                                         .original = takes_back ? names[i - 1][1] : NULL};
    }
}

static void set_up(void) {
    char decided[LINES + 1];
    struct cg_error err = CG_ERROR_INIT;
    fixture_init(&fixture);
    fill_lines("C", 0);
    cr_assert_eq(fixture_run(&fixture, lines, LINES, NULL, decided, &err), CG_OK, "%s", err.text);
    fill_lines("D", 10); /* the last ten members are new */
}

static void tear_down(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_ahead, .init = set_up, .fini = tear_down, .timeout = 120);

static struct cg_ledger *open_ledger(void) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    cr_assert_eq(cg_ledger_open_reader(fixture.path, &ledger, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_recall_for(ledger, fixture.policy, 0, &err), CG_OK, "%s", err.text);
    return ledger;
}

/* One letter a line; the error when it fails. */
static enum cg_status decide(struct cg_ledger *ledger, struct cg_batch *batch, char *decided,
                             struct cg_error *err) {
    struct cg_history *history = cg_history_new(cg_ledger_recall, ledger);
    const enum cg_status status =
        cg_history_decide(history, batch->lines.items, batch->lines.count, err);
    for (uint32_t i = 0; i < batch->lines.count; i++) {
        decided[i] = (char)('0' + cg_batch_line(batch, i)->decision);
    }
    cg_history_free(history);
    return status;
}

Test(ledger_ahead, lines_are_decided_alike) {
    struct cg_error err = CG_ERROR_INIT;
    char decided[2][LINES];
    for (uint32_t helped = 0; helped < 2; helped++) {
        struct cg_ledger *ledger = open_ledger();
        struct cg_batch *batch = fixture_batch(&fixture, lines, LINES);
        struct cg_ledger_ahead *ahead = helped == 1 ? cg_ledger_ahead_new(ledger, helped, 2) : NULL;
        if (helped == 1) {
            const struct cg_outline *outlines;
            uint32_t count;
            int64_t member_no;
            cr_assert_not_null(ahead);
            cg_ledger_ahead_read(ahead, batch);
            cr_expect_not(cg_ahead_number(ahead, cg_text_of("M11"), &member_no), "not at hand");
            cg_ledger_ahead_begin(ahead, batch);
            cr_expect(cg_ahead_outlines(ahead, cg_text_of("M11"), &outlines, &count));
            cr_expect_eq(count, 2);
            cr_expect(cg_ahead_number(ahead, cg_text_of("M95"), &member_no));
            cr_expect_eq(member_no, 0);
        }
        cr_assert_eq(decide(ledger, batch, decided[helped], &err), CG_OK, "%s", err.text);
        if (helped == 1) {
            cg_ledger_ahead_end(ahead, batch);
        }
        cg_ledger_ahead_free(ahead);
        cg_batch_free(batch);
        cg_ledger_close(ledger);
    }
    cr_expect_arr_eq(decided[0], decided[1], LINES);
    cr_expect_not_null(memchr(decided[0], '0' + CG_REJECTED, LINES));
    cr_expect_not_null(memchr(decided[0], '0' + CG_ACCEPTED, LINES));
}

Test(ledger_ahead, what_cannot_be_read_is_told_by_who_asks) {
    struct cg_error err = CG_ERROR_INIT;
    char decided[LINES];
    int64_t member_no;
    fixture_exec(&fixture, "UPDATE past SET packed = x'ffff'");
    struct cg_ledger *ledger = open_ledger();
    struct cg_batch *batch = fixture_batch(&fixture, lines, LINES);
    struct cg_ledger_ahead *ahead = cg_ledger_ahead_new(ledger, 0, 1);
    cg_ledger_ahead_read(ahead, batch);
    cg_ledger_ahead_begin(ahead, batch);
    cr_expect(cg_ahead_number(ahead, cg_text_of("M11"), &member_no));
    cr_expect_eq(decide(ledger, batch, decided, &err), CG_BAD_DATA);
    cr_expect_not_null(strstr(err.text, "is damaged"), "%s", err.text);
    cg_ledger_ahead_end(ahead, batch);
    cg_ledger_ahead_free(ahead);
    cg_batch_free(batch);
    cg_ledger_close(ledger);
}

Test(ledger_ahead, a_few_members_are_looked_up_as_they_come) {
    int64_t member_no;
    struct cg_ledger *ledger = open_ledger();
    struct cg_batch *batch = fixture_batch(&fixture, lines, 20);
    struct cg_ledger_ahead *ahead = cg_ledger_ahead_new(ledger, 1, 1);
    cg_ledger_ahead_read(ahead, batch);
    cg_ledger_ahead_begin(ahead, batch);
    cr_expect_not(cg_ahead_number(ahead, cg_text_of("M11"), &member_no));
    cg_ledger_ahead_free(ahead);
    cg_batch_free(batch);
    cg_ledger_close(ledger);
}
