/*
 * What can be asked of a ledger and done to it, each as one job from opening to closing, on a small
 * ledger that has something of everything; for tests that make each step of a job fail.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_LEDGER_JOBS_H
#define CLAIMGATE_TESTS_SUPPORT_LEDGER_JOBS_H

#include "support/ledger_fixture.h"

struct ledger_job {
    const char *name;
    bool writes;
    bool asserts; /* asks for memory itself, and takes it for granted */
    enum cg_status (*run)(struct fixture *fixture, struct cg_error *err);
};
enum { LEDGER_JOBS = 24, LEDGER_JOBS_RUNS = 7 };
extern const struct ledger_job ledger_jobs[LEDGER_JOBS];

/* LEDGER_JOBS_RUNS runs: two nights, a third that is taken back, a release, a claim's other number
 * and a last night. The file is kept, for the ledger to be put back as it was. */
struct ledger_copy {
    char *bytes;
    size_t len;
};
void ledger_jobs_make(struct fixture *fixture, struct ledger_copy *copy);
void ledger_jobs_put_back(const struct fixture *fixture, const struct ledger_copy *copy);

#endif
