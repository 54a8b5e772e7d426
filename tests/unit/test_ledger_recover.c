#include "claimgate/base/fault.h"
#include "support/ledger_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fixture fixture;

static void setup(void) {
    fixture_init(&fixture);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_recover, .init = setup, .fini = teardown, .timeout = 60);

/* As a crash after COMMIT would leave it: kept, the folder staged or renamed, no mark. */
static void cut_off(const char *out) {
    char decided[8];
    struct cg_error err = CG_ERROR_INIT;
    const struct fixture_line line = {.claim = out, .units = 1};
    cr_assert_eq(fixture_run(&fixture, &line, 1, out, decided, &err), CG_OK, "%s", err.text);
    fixture_exec(&fixture, "DELETE FROM publication WHERE run_no = (SELECT max(run_no) FROM run)");
}

/* Put the published folder back to where it was staged. */
static void unpublish(const char *out) {
    char staged[256];
    char final[256];
    snprintf(staged, sizeof staged, "%s",
             fixture_query(&fixture, "SELECT staging_path FROM run ORDER BY run_no DESC LIMIT 1"));
    staged[strcspn(staged, "\n")] = '\0';
    snprintf(final, sizeof final, "%s/%s", fixture.folder, out);
    cr_assert_eq(rename(final, staged), 0);
}

static enum cg_status recover(const char *to, bool discard, uint32_t *recovered,
                              struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture.path};
    const struct cg_ledger_recovery recovery = {.to = to, .discard = discard};
    return cg_ledger_recover(&plan, &recovery, recovered, err);
}

Test(ledger_recover, marks_a_folder_that_was_renamed) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered;
    cut_off("one");
    cr_assert_eq(recover(NULL, false, &recovered, &err), CG_OK, "%s", err.text);
    cr_assert_eq(recovered, 1);
    cr_assert_str_eq(fixture_query(&fixture, "SELECT run_no FROM publication"), "1\n");
    cr_assert_eq(recover(NULL, false, &recovered, &err), CG_OK);
    cr_assert_eq(recovered, 0);
}

Test(ledger_recover, the_next_run_publishes_a_staged_folder) {
    const struct fixture_line next = {.claim = "C9"};
    struct cg_error err = CG_ERROR_INIT;
    char decided[8];
    cut_off("one");
    unpublish("one");
    cr_assert_eq(fixture_run(&fixture, &next, 1, "two", decided, &err), CG_OK, "%s", err.text);
    cr_assert_str_eq(decided, "a");
    cr_assert(fixture_holds(&fixture, "one/accepted.csv.gz"));
    cr_assert_str_eq(fixture_query(&fixture, "SELECT run_no FROM publication"), "1\n2\n");
}

Test(ledger_recover, takes_back_a_run_whose_folder_is_damaged_or_gone) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered;
    char path[192];
    for (int damaged = 0; damaged < 2; damaged++) {
        const char *out = damaged ? "damaged" : "gone";
        cut_off(out);
        snprintf(path, sizeof path, "%s/%s/accepted.csv.gz", fixture.folder, out);
        if (damaged) {
            FILE *file = fopen(path, "w");
            fputs("else", file);
            fclose(file);
            unpublish(out);
        } else {
            cr_assert_eq(unlink(path), 0);
            snprintf(path, sizeof path, "%s/%s", fixture.folder, out);
            cr_assert_eq(rmdir(path), 0);
        }
        cr_assert_eq(recover(NULL, false, &recovered, &err), CG_OK, "%s", err.text);
        cr_assert_eq(recovered, 1);
    }
    cr_assert_str_eq(fixture_query(&fixture, "SELECT withdraws FROM run WHERE kind = 'withdraw'"),
                     "1\n3\n");
    cr_assert_not(fixture_holds(&fixture, "damaged"));
    cr_assert_eq(fixture_faults(&fixture), 0);
}

Test(ledger_recover, asks_when_the_folder_is_taken) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_error again = CG_ERROR_INIT;
    uint32_t recovered;
    char path[192];
    cut_off("one");
    unpublish("one");
    snprintf(path, sizeof path, "%s/one", fixture.folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_assert_eq(recover(NULL, false, &recovered, &err), CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(err.text, "--to DIR | --discard"));
    err = (struct cg_error)CG_ERROR_INIT;
    cr_assert_eq(recover(path, false, &recovered, &err), CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(err.text, "the folder given by --to exists"), "%s", err.text);
    snprintf(path, sizeof path, "%s/elsewhere", fixture.folder);
    cr_assert_eq(recover(path, false, &recovered, &again), CG_OK, "%s", again.text);
    cr_assert(fixture_holds(&fixture, "elsewhere/accepted.csv.gz"));
    cr_assert_not_null(
        strstr(fixture_query(&fixture, "SELECT folder FROM publication"), "/elsewhere\n"));
}

Test(ledger_recover, asks_when_the_file_system_is_not_there) {
    struct cg_error err = CG_ERROR_INIT;
    struct cg_error again = CG_ERROR_INIT;
    uint32_t recovered;
    cut_off("one");
    unpublish("one");
    fixture_exec(&fixture, "UPDATE run SET parent_inode = 1, staging_path = staging_path || 'x'");
    cr_assert_eq(recover(NULL, false, &recovered, &err), CG_CANNOT_CREATE);
    cr_assert_not_null(strstr(err.text, "not mounted"));
    cr_assert_eq(recover(NULL, true, &recovered, &again), CG_OK, "%s", again.text);
    cr_assert_str_eq(fixture_query(&fixture, "SELECT withdraws FROM run WHERE kind = 'withdraw'"),
                     "1\n");
}

#ifdef CG_FAULTS

/* Kept it is in each case; published from the second step on, and marked at the last. */
Test(ledger_recover, a_run_whose_end_fails_is_kept_and_goes_no_further) {
    static const struct {
        const char *fault;
        bool is_published, is_marked;
    } steps[] = {{"ledger.before_publish:1:5", false, false},
                 {"ledger.before_mark:1:5", true, false},
                 {"ledger.after_mark:1:5", true, true}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char out[16], decided[8], marks[80];
        const struct fixture_line line = {.claim = out, .units = 1};
        struct cg_error err = CG_ERROR_INIT;
        snprintf(out, sizeof out, "out%zu", i);
        snprintf(marks, sizeof marks, "SELECT count(*) FROM publication WHERE run_no = %zu", i + 1);
        cg_fault_want(steps[i].fault);
        cr_expect_eq(fixture_run(&fixture, &line, 1, out, decided, &err), CG_IO, "%s", out);
        cg_fault_want(NULL);
        cr_expect_eq(strstr(err.text, "not yet published") != NULL, !steps[i].is_marked);
        cr_expect_eq(fixture_holds(&fixture, out), steps[i].is_published, "%s", out);
        cr_expect_str_eq(fixture_query(&fixture, marks), steps[i].is_marked ? "1\n" : "0\n");
    }
}

#endif
