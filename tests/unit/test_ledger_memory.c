/*
 * A night on a ledger without memory: requests fail in turn, SQLite's among them. The night is then
 * kept whole or not at all, the failure is told as a lack of memory, and the next one is fine.
 */
#include "claimgate/base/log.h"
#include "support/ledger_jobs.h"
#include "support/points.h"
#include "support/set_fixture.h"
#include "support/spared_sqlite.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRIDE = 23, LINES = 4 };

static struct fixture fixture;

static void setup(void) {
    fixture_init(&fixture);
}

static void teardown(void) {
    fixture_fini(&fixture);
}

TestSuite(ledger_memory, .init = setup, .fini = teardown, .timeout = 240);

static const struct fixture_line lines[LINES] = {
    {.member = "M1", .claim = "C3", .units = 4},
    {.member = "M2", .claim = "C4", .frequency = CG_VOID, .original = "C2"},
    {.member = "M2", .claim = "C5", .units = 6},
    {.member = "M3-with-a-long-id-of-its-own", .claim = "C6", .units = 1}};

static enum cg_status decide(struct cg_ledger *ledger, struct cg_batch *batch,
                             struct cg_tally *tally, struct cg_error *err) {
    struct cg_history *history = cg_history_new(cg_ledger_recall, ledger);
    if (history == NULL) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    enum cg_status status = cg_history_decide(history, batch->lines.items, batch->lines.count, err);
    cg_history_free(history);
    if (status == CG_OK && !cg_tally_add(tally, batch)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    return status;
}

static enum cg_status keep(struct cg_ledger *ledger, struct cg_batch *batch,
                           const struct cg_ledger_commit *commit, struct cg_error *err) {
    bool kept = false;
    enum cg_status status = cg_ledger_number_members(ledger, batch, err);
    if (status == CG_OK) {
        status = cg_ledger_record(ledger, batch, err);
    }
    return status != CG_OK ? status : cg_ledger_commit(ledger, commit, &kept, err);
}

/* A night of these lines from opening to closing the ledger; the request `at` fails. */
static enum cg_status run_night(uint32_t at, bool lasts, bool *failed, struct cg_error *err) {
    const struct cg_ledger_plan plan = {.path = fixture.path, .policy = fixture.policy};
    struct cg_ledger *ledger = NULL;
    struct cg_ledger_input input;
    struct cg_tally tally;
    struct cg_batch *batch = fixture_batch(&fixture, lines, LINES);
    fixture_identify(lines, LINES, &input);
    cr_assert(cg_tally_init(&tally, fixture.policy));
    const struct cg_ledger_commit commit = {.inputs = &input, .input_count = 1, .tally = &tally};
    shortage_begin(at, lasts);
    enum cg_status status = cg_ledger_open(&plan, &ledger, err);
    status = status == CG_OK ? cg_ledger_begin(ledger, NULL, 20000, err) : status;
    status = status == CG_OK ? decide(ledger, batch, &tally, err) : status;
    status = status == CG_OK ? keep(ledger, batch, &commit, err) : status;
    *failed = shortage_end();
    cg_ledger_close(ledger);
    cg_tally_fini(&tally);
    cg_batch_free(batch);
    return status;
}

static void put_back(const char *kept) {
    char command[1024];
    snprintf(command, sizeof command, "rm -f %s-wal %s-shm && cp %s %s", fixture.path, fixture.path,
             kept, fixture.path);
    cr_assert_eq(system(command), 0);
}

static void begin_ledger(char kept[192]) {
    static const struct fixture_line first[] = {{.member = "M1", .claim = "C1", .units = 3},
                                                {.member = "M2", .claim = "C2", .units = 4}};
    struct cg_error err = CG_ERROR_INIT;
    char command[512];
    cr_assert_eq(fixture_run(&fixture, first, 2, NULL, NULL, &err), CG_OK, "%s", err.text);
    snprintf(kept, 192, "%s/kept.db", fixture.folder);
    snprintf(command, sizeof command, "cp %s %s", fixture.path, kept);
    cr_assert_eq(system(command), 0);
}

Test(ledger_memory, a_night_is_kept_whole_or_not_at_all_and_the_lack_is_told) {
    char kept[192];
    uint32_t tried = 0;
    bool failed = true;
    begin_ledger(kept);
    for (uint32_t at = 0; failed; at += STRIDE) {
        struct cg_error err = CG_ERROR_INIT;
        put_back(kept);
        const enum cg_status status = run_night(at, at / STRIDE % 2 != 0, &failed, &err);
        /* SQLite does without some of what it asks for. */
        cr_expect(status == CG_OK || (failed && status == CG_INTERNAL), "request %u: %d %s", at,
                  (int)status, err.text);
        cr_expect(status == CG_OK || strstr(err.text, "memory") != NULL, "request %u: %s", at,
                  err.text);
        cr_expect_str_eq(fixture_query(&fixture, "SELECT count(*) FROM run"),
                         status == CG_OK ? "2\n" : "1\n", "request %u: %s", at, err.text);
        cr_expect_eq(fixture_faults(&fixture), 0, "request %u", at);
        tried++;
    }
    cr_assert_gt(tried, 20);
    cr_log_info("%u requests", tried);
}

/* --- each request of ours --- */

/* Files are mapped, folders listed and digests found without what is asked for in vain as well. */
static void expect_told(const char *name, uint32_t at, bool failed, enum cg_status status,
                        const struct cg_error *err) {
    cr_expect(status == CG_OK || (failed && status == CG_INTERNAL), "%s, request %u: %d %s", name,
              at, (int)status, err->text);
}

Test(ledger_memory, a_night_fails_by_each_request_of_ours) {
    char kept[192];
    bool failed = true;
    leave_sqlite_its_memory();
    begin_ledger(kept);
    for (uint32_t at = 0; failed; at++) {
        struct cg_error err = CG_ERROR_INIT;
        put_back(kept);
        const enum cg_status status = run_night(at, at % 2 != 0, &failed, &err);
        expect_told("night", at, failed, status, &err);
        cr_expect_eq(fixture_faults(&fixture), 0, "request %u", at);
    }
}

/* On a ledger that has no row yet. */
Test(ledger_memory, the_first_night_fails_by_each_request_of_ours) {
    bool failed = true;
    leave_sqlite_its_memory();
    for (uint32_t at = 0; failed; at++) {
        struct cg_error err = CG_ERROR_INIT;
        (void)remove(fixture.path);
        const enum cg_status status = run_night(at, false, &failed, &err);
        expect_told("first night", at, failed, status, &err);
    }
}

static bool fail_request(const struct ledger_job *job, uint32_t at) {
    struct cg_error err = CG_ERROR_INIT;
    shortage_begin(at, at % 2 != 0);
    const enum cg_status status = job->run(&fixture, &err);
    const bool failed = shortage_end();
    expect_told(job->name, at, failed, status, &err);
    return failed;
}

Test(ledger_memory, whatever_is_asked_fails_by_each_request_of_ours) {
    struct ledger_copy copy;
    uint32_t tried = 0;
    cg_log_init((struct cg_log_options){.quiet = true});
    leave_sqlite_its_memory();
    ledger_jobs_make(&fixture, &copy);
    for (size_t i = 0; i < LEDGER_QUESTIONS; i++) {
        uint32_t at = 0;
        while (fail_request(&ledger_questions[i], at)) {
            at++;
        }
        tried += at;
    }
    ledger_copy_free(&copy);
    cr_log_info("%u requests", tried);
    cr_assert_gt(tried, 500);
}

/* --- each way to a request of ours --- */

static void fail_at(const struct ledger_job *job, const struct ledger_copy *copy, uint32_t point) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered;
    if (job->writes) {
        ledger_job_prepare(job, &fixture, copy);
    }
    points_fail_at(point, point % 2 != 0);
    const enum cg_status status = job->run(&fixture, &err);
    const bool failed = points_end();
    expect_told(job->name, point, failed, status, &err);
    if (failed && job->writes) {
        err = (struct cg_error)CG_ERROR_INIT;
        cr_expect_eq(set_fixture_recover(&fixture, true, &recovered, &err), CG_OK,
                     "%s, request %u: %s", job->name, point, err.text);
        cr_expect_eq(fixture_faults(&fixture), 0, "%s, request %u", job->name, point);
    }
}

static uint32_t fail_in_each_way(const struct ledger_job *job, const struct ledger_copy *copy) {
    struct cg_error err = CG_ERROR_INIT;
    ledger_job_prepare(job, &fixture, copy);
    points_list();
    cr_assert_eq(job->run(&fixture, &err), CG_OK, "%s: %s", job->name, err.text);
    (void)points_end();
    for (uint32_t i = 0; i < points.new_count; i++) {
        fail_at(job, copy, points.new_points[i]);
    }
    return points.new_count;
}

static void expect_told_in_each_way(bool is_set) {
    struct ledger_copy copy;
    uint32_t tried = 0;
    cg_log_init((struct cg_log_options){.quiet = true});
    leave_sqlite_its_memory();
    if (is_set) {
        set_fixture_make(&fixture, LEDGER_COPY_PARTS);
    }
    ledger_jobs_make(&fixture, &copy);
    shortage_also = points_meet;
    for (size_t i = 0; is_set && i < LEDGER_QUESTIONS; i++) {
        tried += ledger_questions[i].single ? 0 : fail_in_each_way(&ledger_questions[i], &copy);
    }
    for (size_t i = 0; i < LEDGER_CHANGES; i++) {
        tried +=
            is_set && ledger_changes[i].single ? 0 : fail_in_each_way(&ledger_changes[i], &copy);
    }
    for (size_t i = 0; is_set && i < SET_JOBS; i++) {
        tried += fail_in_each_way(&set_jobs[i], &copy);
    }
    shortage_also = NULL;
    ledger_copy_free(&copy);
    cr_log_info("%u requests", tried);
    cr_assert_gt(tried, 100);
}

Test(ledger_memory, whatever_is_done_to_a_ledger_leaves_it_sound) {
    expect_told_in_each_way(false);
}

Test(ledger_memory, whatever_is_asked_of_a_set_and_done_to_it_leaves_it_sound) {
    expect_told_in_each_way(true);
}
