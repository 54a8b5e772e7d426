/*
 * Each step of what a ledger set is asked, and of what is done to it, fails once, in each way that
 * leads to it: a statement, a row, a file, a point of a protocol. It is told, and once the set was
 * recovered all its parts are as they were before or as after the job, and sound.
 */
#include "claimgate/base/fault.h"
#include "claimgate/base/log.h"
#include "support/ledger_jobs.h"
#include "support/points.h"
#include "support/set_fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CG_FAULTS

static const char *failed_point;

/* In place of the program's own, which are set off by their names. Memory has a test of its own. */
int cg_fault(const char *name) {
    if (strcmp(name, "pool.take") == 0 || !points_meet()) {
        return 0;
    }
    failed_point = name;
    return EIO;
}

static struct fixture fixture;
static struct ledger_copy copy;

static void setup(void) {
    cg_log_init((struct cg_log_options){.quiet = true});
    fixture_init(&fixture);
    set_fixture_make(&fixture, LEDGER_COPY_PARTS);
    ledger_jobs_make(&fixture, &copy);
}

static void teardown(void) {
    ledger_copy_free(&copy);
    fixture_fini(&fixture);
}

TestSuite(set_steps, .init = setup, .fini = teardown, .timeout = 600);

static int runs_of_part(uint32_t part_no) {
    const struct fixture part = set_fixture_part(&fixture, part_no);
    return atoi(fixture_query(&part, "SELECT count(*) FROM run"));
}

/* A night that failed half-way is finished or undone, which is a run more. */
static void expect_sound(const struct ledger_job *job, uint32_t point) {
    struct cg_error err = CG_ERROR_INIT;
    uint32_t recovered;
    cr_expect_eq(set_fixture_recover(&fixture, true, &recovered, &err), CG_OK, "%s, %u: %s",
                 job->name, point, err.text);
    const int runs = runs_of_part(0);
    cr_expect(runs >= LEDGER_JOBS_RUNS && runs <= LEDGER_JOBS_RUNS + 2, "%s, %u: %d runs",
              job->name, point, runs);
    cr_expect_eq(runs, runs_of_part(1), "%s, %u: its parts differ", job->name, point);
    cr_expect_eq(fixture_faults(&fixture), 0, "%s, %u", job->name, point);
}

static void fail_at(const struct ledger_job *job, uint32_t point) {
    struct cg_error err = CG_ERROR_INIT;
    if (job->writes) {
        ledger_job_prepare(job, &fixture, &copy);
    }
    points_fail_at(point, false);
    const enum cg_status status = job->run(&fixture, &err);
    cr_expect(points_end(), "%s, %u: not met", job->name, point);
    cr_expect_neq(status, CG_OK, "%s, %u: %s", job->name, point, failed_point);
    cr_expect(strstr(err.text, "Input/output error") != NULL, "%s, %s: %s", job->name, failed_point,
              err.text);
    if (job->writes) {
        expect_sound(job, point);
    }
}

static uint32_t fail_in_each_way(const struct ledger_job *job) {
    struct cg_error err = CG_ERROR_INIT;
    ledger_job_prepare(job, &fixture, &copy);
    points_list();
    cr_assert_eq(job->run(&fixture, &err), CG_OK, "%s: %s", job->name, err.text);
    (void)points_end();
    const uint32_t count = points.new_count;
    for (uint32_t i = 0; i < count; i++) {
        fail_at(job, points.new_points[i]);
    }

    return count;
}

static void fail_in_jobs(const struct ledger_job *jobs, size_t count) {
    uint32_t tried = 0;
    for (size_t i = 0; i < count; i++) {
        tried += jobs[i].single ? 0 : fail_in_each_way(&jobs[i]);
    }
    cr_log_info("%u steps", tried);
    cr_assert_gt(tried, 100);
}

Test(set_steps, of_a_question) {
    fail_in_jobs(ledger_questions, LEDGER_QUESTIONS);
}

Test(set_steps, of_a_change) {
    fail_in_jobs(ledger_changes, LEDGER_CHANGES);
}

Test(set_steps, of_a_night_of_many_tasks) {
    fail_in_jobs(set_jobs, SET_JOBS);
}

#else

Test(set_steps, points_are_nothing_in_a_release) {
    cr_assert(true);
}

#endif
