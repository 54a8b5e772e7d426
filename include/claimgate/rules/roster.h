/*
 * Roster: who may render, and when. Loaded once, asked millions of times.
 *
 * Ownership  _free frees all.
 * Threads    Constant after loading; shared by all threads.
 * Failure    Loading reads every file that the policy demands and collects every bad row
 *            with file, line, column and value. A gate never runs on half a roster.
 */
#ifndef CLAIMGATE_RULES_ROSTER_H
#define CLAIMGATE_RULES_ROSTER_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/reason.h"

#include <stdbool.h>
#include <stdint.h>

struct cg_roster;

/*
 * Read the files of `dir` that the policy demands, plain or gzip; credentials.csv always.
 * CG_BAD_CONFIG with `problems` for a missing folder or file, a damaged file and every bad row. A
 * missing optional column is a warning in the log, for its demand is then met by nobody. The roster
 * answers for the versions of this policy alone.
 */
cg_must_use enum cg_status cg_roster_load(const char *dir, const struct cg_policy *policy,
                                          struct cg_roster **out, struct cg_problems *problems,
                                          struct cg_error *err);
void cg_roster_free(struct cg_roster *roster);

/* Files read, for the report. */
enum { CG_ROSTER_NAME_BYTES = 64 };
struct cg_roster_file_facts {
    char path[CG_ROSTER_NAME_BYTES]; /* name within the folder, as found: "credentials.csv.gz" */
    uint64_t rows;
    uint8_t sha256[32];
};
uint32_t cg_roster_file_count(const struct cg_roster *roster);
const struct cg_roster_file_facts *cg_roster_file(const struct cg_roster *roster, uint32_t index);

bool cg_roster_has_provider(const struct cg_roster *roster, uint64_t npi);

/* Two steps to take before a provider's line is edited, so that its rows are in the cache by then:
 * first one, some lines later the other. Any NPI. */
void cg_roster_fetch_place(const struct cg_roster *roster, uint64_t npi);
void cg_roster_fetch_rows(const struct cg_roster *roster, uint64_t npi);

/* People in credentials.csv, and those without any granting row of a type that some version
 * accepts. */
struct cg_roster_providers {
    uint64_t all;
    uint64_t never_granted;
};
struct cg_roster_providers cg_roster_providers(const struct cg_roster *roster);

/* credential_type words of credentials.csv that no version of the policy names, as written, each
 * once with its number of rows. NULL past the end. */
const char *cg_roster_unnamed_type(const struct cg_roster *roster, uint32_t index, uint64_t *rows);

/* Whether a cell is a list, one part of which is a type that the version accepts: a row holds one
 * type, so that nobody holds any of them. */
bool cg_roster_is_type_list(const struct cg_policy_version *version, struct cg_text written);

/* The member's authorization on file: number, member and code, holding the line's start date. */
bool cg_roster_authorizes(const struct cg_roster *roster, const struct cg_line *line,
                          uint64_t procedure);

/* Whose the member id is on that day, under a policy with a member crosswalk; NULL where
 * members.csv does not say, so that the id is its own person. `id_no`, from 1, is the same for all
 * rows of an id, and in every process that has read this file. CG_DAY_NONE: a line without a valid
 * date. */
const struct cg_key *cg_roster_person(const struct cg_roster *roster,
                                      const struct cg_key *member_id, int32_t day, uint32_t *id_no);

/* Rows of members.csv, `index` from 0, in no order; false past the last. Texts live as long as the
 * roster. */
struct cg_roster_membership {
    struct cg_text member_id;
    struct cg_text person;
    int32_t first_day;
    int32_t last_day; /* CG_DAY_OPEN: no end */
    uint64_t line;
};
bool cg_roster_membership(const struct cg_roster *roster, uint32_t index,
                          struct cg_roster_membership *out);
/* The file as found, "members.csv.gz". */
const char *cg_roster_members_file(const struct cg_roster *roster);

#endif
