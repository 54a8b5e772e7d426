/*
 * Doctor: whether a night will find what it needs: rights, room, renames, locks, roster, clock.
 *
 * Nothing is changed but that a folder is staged beside `out` and removed again; afterwards the
 * process is in the sandbox of a run.
 */
#ifndef CLAIMGATE_RUN_DOCTOR_H
#define CLAIMGATE_RUN_DOCTOR_H

#include "claimgate/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_doctor_plan {
    const char *ledger; /* NULL, here and below: not asked for */
    const char *out;
    const char *roster;
    const char *policy;
};

enum { CG_FINDINGS_MAX = 24, CG_FINDING_BYTES = 512 };

struct cg_finding {
    const char *what; /* "ledger", "free space" */
    bool is_fault;
    char text[CG_FINDING_BYTES]; /* what was seen; of a fault, with the mend */
};

struct cg_findings {
    struct cg_finding list[CG_FINDINGS_MAX];
    uint32_t count;
    uint32_t faults;
};

void cg_doctor_look(const struct cg_doctor_plan *plan, struct cg_findings *out);

#endif
