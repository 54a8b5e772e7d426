/*
 * Compare a run, decided and not yet published, with the runs that its ledger has.
 */
#ifndef CLAIMGATE_RUN_GUARD_H
#define CLAIMGATE_RUN_GUARD_H

#include "claimgate/base/error.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/report/run_facts.h"

/* Fills facts->guard from the other facts, which are complete but for the outcome. */
cg_must_use enum cg_status cg_guard_compare(struct cg_ledger *ledger, struct cg_run_facts *facts,
                                            struct cg_error *err);

#endif
