/*
 * What of a night was put aside into nameless files and comes back changed, or not at all: the
 * night is not kept, and the ledger is as it was.
 */
#include "claimgate/base/log.h"
#include "ledger/private.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AS_OF = 20000, LINES = 5000, PACK_BYTES = 400 << 10 };

static struct fixture fixture;
static uint32_t reads, bad_read; /* of nameless files; 0: all are good */
static bool reads_zeros;         /* a bad one, else it fails */

/* SQLite has a name of its own for it. */
ssize_t pread(int fd, void *out, size_t len, off_t at) {
    const ssize_t got = syscall(SYS_pread64, fd, out, len, at);
    if (++reads != bad_read) {
        return got;
    }
    errno = EIO;
    return reads_zeros && got > 0 ? (memset(out, 0, (size_t)got), got) : -1;
}

static void setup(void) {
    cg_log_init((struct cg_log_options){.quiet = true});
    fixture_init(&fixture);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_spilled, .init = setup, .fini = teardown, .timeout = 240);

static struct cg_ledger *begin_night(size_t pack_bytes) {
    const struct cg_ledger_plan plan = {.path = fixture.path, .policy = fixture.policy};
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK, "%s", err.text);
    ledger->pack_bytes = pack_bytes;
    cr_assert_eq(cg_ledger_begin(ledger, NULL, AS_OF, &err), CG_OK, "%s", err.text);
    return ledger;
}

/* Lines of many members, with a take-back at the end; more of them than wait in memory. */
static enum cg_status run_night(struct cg_error *err) {
    static char ids[LINES][16];
    static struct fixture_line lines[LINES];
    struct cg_ledger *ledger = begin_night(PACK_BYTES);
    struct cg_ledger_input input;
    bool kept;
    for (uint32_t i = 0; i < LINES; i++) {
        snprintf(ids[i], sizeof ids[i], "%u", i * 7919 % LINES);
        lines[i] = (struct fixture_line){.member = ids[i], .claim = ids[i]};
    }
    lines[LINES - 1].member = ids[0];
    lines[LINES - 1].frequency = CG_VOID;
    lines[LINES - 1].original = ids[0];
    fixture_identify(lines, LINES, &input);
    reads = 0;
    const enum cg_status status = fixture_keep(
        &fixture, ledger, &(struct fixture_lines){lines, LINES},
        (struct cg_ledger_commit){.inputs = &input, .input_count = 1}, NULL, &kept, err);
    cg_ledger_close(ledger);
    return status;
}

static enum cg_status commit(struct cg_ledger *ledger, struct cg_error *err) {
    struct cg_ledger_input input;
    bool kept;
    fixture_identify(&(struct fixture_line){.claim = "C1"}, 1, &input);
    const enum cg_status status = cg_ledger_commit(
        ledger, &(struct cg_ledger_commit){.inputs = &input, .input_count = 1}, &kept, err);
    cg_ledger_close(ledger);
    return status;
}

/* Numbers of the payer, more of them than wait in memory. */
static enum cg_status number_claims(struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture.path, .policy = fixture.policy};
    struct cg_ledger *ledger;
    cr_assert_eq(cg_ledger_open(&plan, &ledger, err), CG_OK, "%s", err->text);
    ledger->pack_bytes = 2 * PACK_BYTES;
    cr_assert_eq(cg_ledger_begin_alias(ledger, AS_OF, err), CG_OK, "%s", err->text);
    for (uint32_t i = 0; i < LINES; i++) {
        char number[16];
        bool known;
        snprintf(number, sizeof number, "P%u", i);
        const struct cg_ledger_alias alias = {cg_text_of("C1"), cg_text_of(number), {"", 0}};
        cr_assert_eq(cg_ledger_add_alias(ledger, &alias, &known, err), CG_OK, "%s", err->text);
    }
    reads = 0;
    return commit(ledger, err);
}

static void fail_each_read(enum cg_status (*night)(struct cg_error *err), enum cg_status wanted,
                           const char *const told[2]) {
    struct cg_error err = CG_ERROR_INIT;
    (void)unlink(fixture.path);
    bad_read = UINT32_MAX;
    cr_assert_eq(night(&err), CG_OK, "%s", err.text);
    const uint32_t count = reads;
    cr_assert_gt(count, 1);
    for (uint32_t at = 1; at <= count; at++) {
        (void)unlink(fixture.path);
        err = (struct cg_error)CG_ERROR_INIT;
        bad_read = at;
        cr_expect_eq(night(&err), wanted, "read %u: %s", at, err.text);
        cr_expect(strstr(err.text, told[0]) != NULL || strstr(err.text, told[1]) != NULL,
                  "read %u: %s", at, err.text);
        cr_expect_str_eq(fixture_query(&fixture, "SELECT count(*) FROM run"), "0\n", "read %u", at);
    }
}

Test(ledger_spilled, what_cannot_be_read_again_ends_the_night) {
    static const char *const told[] = {"cannot read a temporary file", "Input/output error"};
    fail_each_read(run_night, CG_IO, told);
    fail_each_read(number_claims, CG_IO, told);
}

Test(ledger_spilled, what_comes_back_changed_ends_the_night) {
    static const char *const told[] = {"was damaged while it waited",
                                       "a temporary file is shorter than it was written"};
    reads_zeros = true;
    fail_each_read(run_night, CG_INTERNAL, told);
}

Test(ledger_spilled, a_row_that_is_neither_line_nor_take_back_ends_the_night) {
    const struct cg_cell cells[] = {cg_cell_integer(1), cg_cell_integer(2), cg_cell_integer(3)};
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger = begin_night(CG_LEDGER_PACK_BYTES);
    cr_assert_eq(cg_ledger_add_row(ledger, cells, 3, &err), CG_OK);
    cr_expect_eq(commit(ledger, &err), CG_INTERNAL, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "damaged while it waited"), "%s", err.text);
}

Test(ledger_spilled, a_number_of_the_payer_that_comes_back_changed_is_not_kept) {
    const struct cg_ledger_plan plan = {.path = fixture.path, .policy = fixture.policy};
    struct cg_error err = CG_ERROR_INIT;
    struct cg_ledger *ledger;
    cr_assert_eq(cg_ledger_open(&plan, &ledger, &err), CG_OK, "%s", err.text);
    cr_assert_eq(cg_ledger_begin_alias(ledger, AS_OF, &err), CG_OK, "%s", err.text);
    cr_assert_eq(
        cg_sorter_add(ledger->run.aliases, cg_text_of("PAYER"), cg_text_of("no cells"), &err),
        CG_OK);
    cr_expect_eq(commit(ledger, &err), CG_INTERNAL, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "damaged on its way"), "%s", err.text);
}
