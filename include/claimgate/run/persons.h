/*
 * Whether the roster's crosswalk says of members what the ledger was built on. A crosswalk learns:
 * an id that was its own person yesterday is another one's today, and what it had stays where it
 * was kept.
 */
#ifndef CLAIMGATE_RUN_PERSONS_H
#define CLAIMGATE_RUN_PERSONS_H

#include "claimgate/base/error.h"
#include "claimgate/ledger/ledger.h"
#include "claimgate/report/notices.h"
#include "claimgate/rules/roster.h"

/* Notes each row of members.csv whose id has standing lines in the ledger, on the row's days, under
 * the id and not under the row's person, in the order of the file. *first_run: the first run that
 * has such a line; 0: there is none. */
cg_must_use enum cg_status cg_persons_compare(struct cg_ledger *ledger,
                                              const struct cg_roster *roster,
                                              struct cg_notice *notice, int64_t *first_run,
                                              struct cg_error *err);

#endif
