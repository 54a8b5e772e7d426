/*
 * Remarks: what is lawful in credentials.csv and yet seldom meant.
 *
 * Ownership  A remark and its texts live as long as the roster.
 * Threads    Pure.
 */
#ifndef CLAIMGATE_RULES_ROSTER_REMARKS_H
#define CLAIMGATE_RULES_ROSTER_REMARKS_H

#include "claimgate/rules/credential_status.h"
#include "claimgate/rules/roster.h"

#include <stdbool.h>
#include <stdint.h>

enum cg_remark_kind {
    CG_REMARK_SAME_ROW, /* one row stands twice */
    CG_REMARK_OVERLAP,  /* two spans of one NPI, type and status share days */
    CG_REMARK_STATUSES, /* two rows say different things of the same days */
};

/* Two rows of one provider and the days on which both hold. */
struct cg_roster_remark {
    enum cg_remark_kind kind;
    uint64_t npi;
    const char *type;
    const char *other_type; /* the same text unless a block of one type meets another type */
    enum cg_credential_status status;
    enum cg_credential_status other_status;
    int32_t first_day;
    int32_t last_day; /* CG_DAY_OPEN: no end */
    /* CG_REMARK_STATUSES: which of the two decides a line of these days;
     * CG_CREDENTIAL_STATUS_COUNT: either way it is the same. */
    enum cg_credential_status wins;
};

/* Each remark in the order of NPIs and first days, until `tell` says false. */
void cg_roster_remarks(const struct cg_roster *roster,
                       bool (*tell)(void *context, const struct cg_roster_remark *remark),
                       void *context);

/* Granting rows without an end beside which a later row of their type says that it is no longer so,
 * and that hold all the same: a registry that adds a row and leaves the one before it open. */
uint64_t cg_roster_unclosed(const struct cg_roster *roster);

#endif
