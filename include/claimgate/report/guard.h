/*
 * The guard: what is out of the ordinary in a run, compared with the runs that its ledger has.
 *
 * Plain data, gathered by the run, worded here. No value of a claim is in it.
 */
#ifndef CLAIMGATE_REPORT_GUARD_H
#define CLAIMGATE_REPORT_GUARD_H

#include "claimgate/json/json.h"

#include <stdint.h>

enum cg_guard_check {
    CG_GUARD_POLICY,    /* another text than the last run's; the subject names caps that changed */
    CG_GUARD_LAYOUT,    /* another than the last run's */
    CG_GUARD_ROSTER,    /* a roster file has lost rows since the last run */
    CG_GUARD_PEOPLE,    /* credentials.csv has lost providers since the last run */
    CG_GUARD_RENDERING, /* providers who had accepted lines lately are not on the roster any more */
    CG_GUARD_RECORDS,   /* far fewer or more records than the runs before */
    CG_GUARD_REASON,    /* a reason's share is far above that of the runs before */
    CG_GUARD_REPEATED,  /* most lines without another fault stand already */
    CG_GUARD_PERSON,    /* the roster gives members to other persons than the ledger has them as */
    CG_GUARD_COLUMN,    /* a column is not read although its name is near that of a field */
};

enum { CG_GUARD_MAX = 24, CG_GUARD_SUBJECT_BYTES = 160, CG_GUARD_FIGURE_BYTES = 96 };

struct cg_guard_remark {
    enum cg_guard_check check;
    char subject[CG_GUARD_SUBJECT_BYTES]; /* file, reason, column, caps; "": none */
    char now[CG_GUARD_FIGURE_BYTES];
    char before[CG_GUARD_FIGURE_BYTES];
    int64_t run_no;     /* it is compared with; of several, the newest */
    uint32_t run_count; /* of how many runs `before` is the median; 0: of that run alone */
};

struct cg_guard {
    struct cg_guard_remark remarks[CG_GUARD_MAX];
    uint32_t count;
};

/* Each as a warning on standard error; a column that is not read has been warned of by then. */
void cg_guard_warn(const struct cg_guard *guard);

/* "guard": [...] of report.json; nothing where there is no remark. */
void cg_guard_put(struct cg_json_writer *json, const struct cg_guard *guard);

#endif
