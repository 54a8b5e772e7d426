/*
 * The demands on a rendering provider, one question each. Shared by the credential edits, which ask
 * all of them, and the details, which ask again where the answer was no.
 */
#ifndef CLAIMGATE_GATE_CREDENTIAL_DEMANDS_H
#define CLAIMGATE_GATE_CREDENTIAL_DEMANDS_H

#include "claimgate/record/line.h"
#include "claimgate/rules/roster.h"
#include "claimgate/rules/roster_tables.h"

/* A line, and the rows and roles that answer for it. */
struct cg_credential_question {
    const struct cg_roster *roster;
    const struct cg_line *line;
    const struct cg_word_role *roles;         /* of the line's version */
    struct cg_span_group credentials;         /* of the rendering provider */
    const struct cg_designation *designation; /* the one asked about, or that failed last */
};

struct cg_credential_question cg_credential_ask(const struct cg_roster *roster,
                                                const struct cg_line *line);

/* A granting row of an accepted type. */
static inline bool cg_credential_is_accepted(const struct cg_credential_question *question,
                                             const struct cg_credential *credential) {
    return cg_credential_grants(credential) &&
           question->roles[credential->type].type_slot != CG_TYPE_NOT_ACCEPTED;
}

/* The first day of the line on which credential_not_active or a further demand is not met;
 * CG_DAY_NONE: it is met on every day, or nothing is asked of this line. */
int32_t cg_credential_unmet_day(struct cg_credential_question *question, enum cg_reason demand);

/* What the provider reported in time for the year that holds `day`. */
struct cg_education_sum {
    int64_t hours_milli;
    int64_t ethics_milli;
};
struct cg_education_sum cg_credential_education(const struct cg_credential_question *question,
                                                int32_t day);

/* The load of the supervisor of `row` on a day that the row holds. */
const struct cg_workload *cg_credential_workload(const struct cg_credential_question *question,
                                                 const struct cg_supervision *row, int32_t day);

#endif
