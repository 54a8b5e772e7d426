/*
 * Import: take lines that were paid before the gate went live into a ledger, untested.
 *
 * They are accepted, whatever credentials and caps say. Voids and replacements take back as
 * everywhere, and a line that stands already is duplicate_line. An import is a run of its own.
 *
 * Failure    Any bad row: all of them in `problems`, CG_BAD_DATA, and the ledger is as it was.
 */
#ifndef CLAIMGATE_RUN_IMPORT_H
#define CLAIMGATE_RUN_IMPORT_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/io/sandbox.h"
#include "claimgate/report/care_pages.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"
#include "claimgate/x12/x12.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_import_plan {
    const char *file; /* CSV or X12, plain or gzip; a regular file */
    const char *ledger;
    int64_t lock_wait_seconds;
    int32_t as_of_day;
    const struct cg_policy *policy; /* tells which codes are in scope */
    const struct cg_roster *roster; /* authorizations on file, and whose a member id is; NULL:
                                     * neither is known */
    const char *layout;             /* NULL: by the header */
    bool multiline;
    struct cg_x12_options x12;
    const struct cg_sandbox_plan *sandbox; /* entered before the file is read */
};

cg_must_use enum cg_status cg_import_run(const struct cg_import_plan *plan,
                                         struct cg_import_facts *facts,
                                         struct cg_problems *problems, struct cg_error *err);

#endif
