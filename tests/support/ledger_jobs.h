/*
 * What can be asked of a ledger and done to it, each as one job from opening to closing, on a small
 * ledger that has something of everything; for tests that make each step of a job fail.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_LEDGER_JOBS_H
#define CLAIMGATE_TESTS_SUPPORT_LEDGER_JOBS_H

#include "support/ledger_copy.h"
#include "support/ledger_fixture.h"

struct ledger_job {
    const char *name;
    bool writes;
    bool single; /* of a ledger by itself, not of a set */
    enum cg_status (*run)(struct fixture *fixture, struct cg_error *err);
    void (*prepare)(struct fixture *fixture); /* the copy, before each run; NULL: nothing */
};
enum { LEDGER_QUESTIONS = 21, LEDGER_CHANGES = 14, SET_JOBS = 8, LEDGER_JOBS_RUNS = 7 };
extern const struct ledger_job ledger_questions[LEDGER_QUESTIONS];
extern const struct ledger_job ledger_changes[LEDGER_CHANGES];
extern const struct ledger_job set_jobs[SET_JOBS]; /* of a set alone */

/* LEDGER_JOBS_RUNS runs, on a new ledger or set: two nights, a third that is taken back, a release,
 * a claim's other number and a last night. */
void ledger_jobs_make(struct fixture *fixture, struct ledger_copy *copy);

/* The ledger as it was made, and as the job wants it. */
void ledger_job_prepare(const struct ledger_job *job, struct fixture *fixture,
                        const struct ledger_copy *copy);

#endif
