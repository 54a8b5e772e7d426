/*
 * Checks: what a run, decided and not yet published, must hold to be published.
 */
#ifndef CLAIMGATE_RUN_CHECKS_H
#define CLAIMGATE_RUN_CHECKS_H

#include "claimgate/base/error.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/report/run_facts.h"

#include <stdbool.h>
#include <stdint.h>

/* A number that the sender tells; another one publishes nothing (CG_BAD_DATA). */
struct cg_expected {
    bool is_told;
    uint64_t number;
};

/* What is done about a run that is out of the ordinary. */
enum cg_guard_mode { CG_GUARD_OFF, CG_GUARD_WARN, CG_GUARD_STOP };

struct cg_run_checks {
    enum cg_guard_mode guard;
    struct cg_expected records;    /* of the inputs that are decided */
    struct cg_expected units;      /* submitted, in scope */
    int64_t max_reject_rate_milli; /* thousandths of a percent; -1: no limit */
};

/* Sets the outcome of the facts, which lack no more than that and the outputs: CG_PUBLISHED,
 * CG_TRIPPED or CG_GUARDED; and their guard's remarks, against the runs of `ledger` (NULL: there
 * are none). Where the outcome is CG_ALL_KNOWN already there is nothing to check. CG_BAD_DATA with
 * CG_TRIPPED: another number than was expected is there. */
cg_must_use enum cg_status cg_run_check(const struct cg_run_checks *checks,
                                        struct cg_ledger *ledger, struct cg_run_facts *facts,
                                        struct cg_error *err);

#endif
