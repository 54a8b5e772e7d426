/*
 * Facts of an audit: plain data between the audit, which finds them, and the report.
 */
#ifndef CLAIMGATE_REPORT_AUDIT_FACTS_H
#define CLAIMGATE_REPORT_AUDIT_FACTS_H

#include "claimgate/base/array.h"
#include "claimgate/record/verdict.h"
#include "claimgate/report/run_facts.h"

#include <stdbool.h>
#include <stdint.h>

/* What became of a line, then or now. */
enum cg_audit_decision {
    CG_AUDIT_ACCEPTED,
    CG_AUDIT_OUT_OF_SCOPE, /* accepted untested; an output folder does not tell it from accepted */
    CG_AUDIT_CUTBACK,
    CG_AUDIT_REJECTED,
    CG_AUDIT_ABSENT, /* then: not decided; now: not in the inputs */
    CG_AUDIT_DECISIONS,
};

struct cg_audit_sums {
    uint64_t lines;
    uint64_t units;  /* submitted, of in-scope lines */
    int64_t charges; /* of the same lines, in ten-thousandths */
};

/* Lines that have these two decisions and first reasons ("" for none), all changed or none. */
struct cg_audit_cell {
    enum cg_audit_decision then;
    enum cg_audit_decision now;
    char reason_then[CG_VERDICT_REASON_BYTES];
    char reason_now[CG_VERDICT_REASON_BYTES];
    bool changed; /* with equal decisions: further reasons or the units of a cutback */
    struct cg_audit_sums sums;
};

enum { CG_AUDIT_CHARGE_PLACES = 4 };
#define CG_AUDIT_NO_CHARGE INT64_MIN

/* By what lines are summed up beside their reasons. */
enum cg_audit_table {
    CG_AUDIT_BY_YEAR,     /* of the date of service */
    CG_AUDIT_BY_AGENCY,   /* billing NPI */
    CG_AUDIT_BY_PROVIDER, /* rendering NPI */
    CG_AUDIT_TABLES,
};

/* The lines of one year, agency or provider that have these two decisions. Lines that no rule was
 * for, then or now, are in no table. */
struct cg_audit_group {
    uint64_t key; /* year or NPI; 0: the line has no valid one */
    enum cg_audit_decision then;
    enum cg_audit_decision now;
    bool changed; /* all of them, or none */
    struct cg_audit_sums sums;
    uint64_t key_changed; /* changed lines of all groups of the key */
};
/* The key of all that had no room any more. */
#define CG_AUDIT_OTHER_KEYS UINT64_MAX

/* The lines that a reason stood first for, then and now. */
struct cg_audit_reason {
    char reason[CG_VERDICT_REASON_BYTES];
    struct cg_audit_sums then;
    struct cg_audit_sums now;
};

/* A changed line, for those who may see members and claims. */
enum { CG_AUDIT_LISTED_MAX = 300, CG_AUDIT_LISTED_ID_BYTES = 80 };
struct cg_audit_listed {
    char claim_id[CG_AUDIT_LISTED_ID_BYTES];
    char line_number[CG_AUDIT_LISTED_ID_BYTES];
    char member_id[CG_AUDIT_LISTED_ID_BYTES];
    enum cg_audit_decision then;
    enum cg_audit_decision now;
    char reason_now[CG_VERDICT_REASON_BYTES];
};

enum cg_audit_match { CG_AUDIT_BY_POSITION, CG_AUDIT_BY_KEY, CG_AUDIT_BY_RUN };

struct cg_audit_facts {
    const char *ledger; /* NULL: folders */
    const char *const *folders;
    uint32_t folder_count;
    int64_t first_run; /* of the ledger, */
    int64_t last_run;  /* and the same where it is one */
    enum cg_audit_match match;
    int32_t as_of_day;
    const struct cg_policy *policy;
    const struct cg_roster *roster;
    struct cg_array cells; /* of struct cg_audit_cell, in the order in which they were met first */
    struct cg_array reasons; /* of struct cg_audit_reason, those of most lines first */
    /* Of struct cg_audit_group: years in their order, others with most changed lines first. */
    struct cg_array tables[CG_AUDIT_TABLES];
    struct cg_array listed;    /* of struct cg_audit_listed: the first ones; empty without leave */
    bool has_charges;          /* any line has one */
    uint64_t lines;            /* of then and now together */
    uint64_t changed;          /* absent ones count */
    int64_t out_of_scope_then; /* records, by the report of a folder of the same inputs; -1: not
                                * known, or known of each line */
    uint64_t out_of_scope_now;
    struct cg_output_facts changes;
};

/* More or fewer records are out of scope than then, and nobody can say which: a folder has them in
 * one file with the accepted ones. */
static inline bool cg_audit_scope_changed(const struct cg_audit_facts *facts) {
    return facts->out_of_scope_then >= 0 &&
           (uint64_t)facts->out_of_scope_then != facts->out_of_scope_now;
}

#endif
