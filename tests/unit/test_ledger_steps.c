/*
 * Each step of what a ledger is asked, and of what is done to it, fails once: a statement that
 * cannot be prepared, a row that cannot be read or written. It is told as a fault of the disk, and
 * the ledger is as it was before or as after the job, and sound.
 */
#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "support/ledger_jobs.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CG_FAULTS

enum { STEPS_MAX = 5000 };

static struct fixture fixture;
static struct ledger_copy copy;

static void setup(void) {
    cg_log_init((struct cg_log_options){.quiet = true});
    fixture_init(&fixture);
    ledger_jobs_make(&fixture, &copy);
}

static void teardown(void) {
    ledger_copy_free(&copy);
    fixture_fini(&fixture);
}

TestSuite(ledger_steps, .init = setup, .fini = teardown, .timeout = 600);

static void expect_sound(const struct ledger_job *job, const char *fault) {
    const int runs = atoi(fixture_query(&fixture, "SELECT count(*) FROM run"));
    cr_expect(runs == LEDGER_JOBS_RUNS || (job->writes && runs == LEDGER_JOBS_RUNS + 1),
              "%s, %s: %d runs", job->name, fault, runs);
    cr_expect_eq(fixture_faults(&fixture), 0, "%s, %s", job->name, fault);
}

/* False: the job has not so many of these points. */
static bool fail_step(const struct ledger_job *job, const char *point, uint32_t at) {
    struct cg_error err = CG_ERROR_INIT;
    char fault[64];
    snprintf(fault, sizeof fault, "%s:%u:5", point, at);
    if (job->writes) {
        ledger_job_prepare(job, &fixture, &copy);
    }
    cg_fault_want(fault);
    const enum cg_status status = job->run(&fixture, &err);
    const bool met = cg_fault_was_met();
    cg_fault_want(NULL);
    cr_expect_eq(status, met ? CG_IO : CG_OK, "%s, %s: %d %s", job->name, fault, (int)status,
                 err.text);
    if (met && job->writes) {
        expect_sound(job, fault);
    }
    return met;
}

static uint32_t fail_each_of(const struct ledger_job *job, const char *point) {
    uint32_t at = 1;
    while (fail_step(job, point, at)) {
        at++;
        cr_assert_lt(at, STEPS_MAX, "%s", job->name);
    }
    return at;
}

static void fail_each(const char *point) {
    uint32_t tried = 0;
    for (size_t i = 0; i < LEDGER_QUESTIONS; i++) {
        tried += fail_each_of(&ledger_questions[i], point);
    }
    for (size_t i = 0; i < LEDGER_CHANGES; i++) {
        tried += fail_each_of(&ledger_changes[i], point);
    }
    cr_log_info("%s: %u", point, tried);
    cr_assert_gt(tried, 2 * (LEDGER_QUESTIONS + LEDGER_CHANGES));
}

Test(ledger_steps, a_statement_that_cannot_be_prepared) {
    fail_each("ledger.prepare");
}

Test(ledger_steps, a_row_that_cannot_be_read) {
    fail_each("ledger.step");
}

Test(ledger_steps, a_row_that_cannot_be_written) {
    fail_each("ledger.insert");
}

Test(ledger_steps, a_statement_that_cannot_be_done) {
    fail_each("ledger.exec");
}

Test(ledger_steps, a_line_that_cannot_be_put_aside_or_fetched_again) {
    uint32_t tried = 0;
    for (size_t i = 0; i < LEDGER_CHANGES; i++) {
        tried += fail_each_of(&ledger_changes[i], "ledger.spill");
        tried += fail_each_of(&ledger_changes[i], "ledger.unspill");
    }
    cr_assert_gt(tried, 2 * LEDGER_CHANGES + 10);
}

#else

Test(ledger_steps, points_are_nothing_in_a_release) {
    cr_assert(true);
}

#endif
