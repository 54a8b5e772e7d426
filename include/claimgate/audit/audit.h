/*
 * Audit: decide a history again and compare it, line by line, with what was decided then.
 *
 * The ordinary run goes dry and is watched; what was decided then comes from an output folder, by
 * position or by key, or from a run of a ledger; several folders or runs are one history, whose
 * inputs are told by their hashes and decided in the order of the nights. Every line of now and
 * every line of then is in exactly one cell.
 *
 * Ownership  The facts are the caller's: cg_audit_facts_fini. The plan outlives the call.
 * Threads    Called from one thread.
 * Failure    The folder with the changes appears whole or not at all.
 * Memory     By position and by ledger run: a ledger needs 16 bytes for each decided line of the
 *            run, a folder nothing. By key: the keys of all lines decided then.
 */
#ifndef CLAIMGATE_AUDIT_AUDIT_H
#define CLAIMGATE_AUDIT_AUDIT_H

#include "claimgate/base/error.h"
#include "claimgate/report/audit_facts.h"
#include "claimgate/run/run.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_audit_plan {
    struct cg_run_plan run;     /* inputs, rules, layout, threads; as_of_day CG_DAY_NONE: that of
                                 * the original, where it is known. ledger: that of run_no */
    const char *const *decided; /* folders of the decisions, in their order */
    uint32_t decided_count;     /* 0: a run of the ledger, or several of them */
    int64_t run_no;             /* 0: those from first_run to last_run that stand */
    int64_t first_run;
    int64_t last_run;
    const char *out;
    bool overwrite;
    gid_t group;
    int level;
    bool html;     /* audit.html too */
    bool xlsx;     /* audit.xlsx too */
    bool show_phi; /* which may name members and claims */
};

cg_must_use enum cg_status cg_audit_run(const struct cg_audit_plan *plan,
                                        struct cg_audit_facts *out, struct cg_error *err);
void cg_audit_facts_fini(struct cg_audit_facts *facts);

#endif
