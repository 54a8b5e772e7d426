/*
 * Each system call of a job on a ledger, or on a set, fails once, in each way that leads to it. Who
 * fails says so with the system's words or SQLite's, and is not told that the data are bad; then
 * the ledger can be recovered, its parts agree, and it is sound.
 */
#include "claimgate/base/log.h"
#include "support/ledger_jobs.h"
#include "support/outage.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;
static struct ledger_copy copy;

static void setup(void) {
    cg_log_init((struct cg_log_options){.quiet = true});
    fixture_init(&fixture);
}

static void teardown(void) {
    ledger_copy_free(&copy);
    fixture_fini(&fixture);
}

TestSuite(ledger_calls, .init = setup, .fini = teardown, .timeout = 600);

static bool is_told(const struct cg_error *err) {
    return err->status != CG_BAD_DATA && err->status != CG_USAGE &&
           (strstr(err->text, "Input/output error") != NULL ||
            strstr(err->text, "disk I/O error") != NULL || strstr(err->text, "cannot") != NULL ||
            strstr(err->text, "unable to open") != NULL);
}

static void expect_sound(const struct ledger_job *job) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered;
    cr_expect_eq(set_fixture_recover(&fixture, true, &recovered, &err), CG_OK, "%s, %s: %s",
                 job->name, outage_call, err.text);
    cr_expect_eq(fixture_faults(&fixture), 0, "%s, %s", job->name, outage_call);
}

static void fail_at(const struct ledger_job *job, uint32_t point) {
    struct cg_error err = CG_ERROR_INIT;
    if (job->writes) {
        ledger_job_prepare(job, &fixture, &copy);
    }
    points_fail_at(point, false);
    const enum cg_status status = job->run(&fixture, &err);
    (void)points_end();
    cr_expect(status == CG_OK || is_told(&err), "%s, %s (%u): %d %s", job->name, outage_call, point,
              (int)status, err.text);
    if (job->writes) {
        expect_sound(job);
    }
}

static uint32_t fail_in_each_way(const struct ledger_job *job) {
    struct cg_error err = CG_ERROR_INIT;
    ledger_job_prepare(job, &fixture, &copy);
    points_list();
    cr_assert_eq(job->run(&fixture, &err), CG_OK, "%s: %s", job->name, err.text);
    (void)points_end();
    for (uint32_t i = 0; i < points.new_count; i++) {
        fail_at(job, points.new_points[i]);
    }
    return points.new_count;
}

static void fail_each(bool is_set) {
    uint32_t tried = 0;
    if (is_set) {
        set_fixture_make(&fixture, LEDGER_COPY_PARTS);
    }
    ledger_jobs_make(&fixture, &copy);
    for (size_t i = 0; i < LEDGER_QUESTIONS; i++) {
        tried += is_set && ledger_questions[i].single ? 0 : fail_in_each_way(&ledger_questions[i]);
    }
    for (size_t i = 0; i < LEDGER_CHANGES; i++) {
        tried += is_set && ledger_changes[i].single ? 0 : fail_in_each_way(&ledger_changes[i]);
    }
    for (size_t i = 0; is_set && i < SET_JOBS; i++) {
        tried += fail_in_each_way(&set_jobs[i]);
    }
    cr_log_info("%u calls", tried);
    cr_assert_gt(tried, 100);
}

Test(ledger_calls, of_a_ledger) {
    fail_each(false);
}

Test(ledger_calls, of_a_set) {
    fail_each(true);
}
