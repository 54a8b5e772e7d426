/*
 * Policy: a payer's rules for one program (schemas/policy.schema.json).
 *
 * Ownership  _free frees. Versions, caps and names are views into the policy.
 * Threads    Constant after loading; shared by all threads.
 * Failure    Loading collects every problem with its line and column.
 */
#ifndef CLAIMGATE_RULES_POLICY_H
#define CLAIMGATE_RULES_POLICY_H

#include "claimgate/base/error.h"
#include "claimgate/base/problems.h"
#include "claimgate/io/named_file.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/credential_status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cg_severity { CG_SEVERITY_OFF, CG_SEVERITY_WARN, CG_SEVERITY_REJECT };

enum cg_period {
    CG_PERIOD_DAY,
    CG_PERIOD_MONTH,
    CG_PERIOD_YEAR,
    CG_PERIOD_ROLLING_MONTHS,
    CG_PERIOD_LIFETIME
};

enum {
    CG_PROCEDURES_MAX = 255, /* codes that all versions name together */
    CG_PROCEDURE_OTHER =
        255, /* procedure_no of a past line whose code the policy no longer names */
    CG_CAP_ID_BYTES = 32,
    CG_TYPES_MAX = 64,
};

struct cg_cap {
    char id[CG_CAP_ID_BYTES];                         /* lower-case letters, digits and _ */
    char reason[CG_CAP_ID_BYTES + sizeof "_cap" - 1]; /* "<id>_cap" */
    enum cg_period period;
    int months;           /* CG_PERIOD_ROLLING_MONTHS: 1 to 1200 */
    int year_start_month; /* CG_PERIOD_YEAR */
    int year_start_day;
    uint32_t limit_units;
    char carc[8];
    char rarc[8];
    bool counts_all;     /* false: only procedures marked in `counts` */
    uint8_t counts[256]; /* by procedure_no: 1 when its units count */
};

/* A demand on the rendering provider beyond steps 1 to 4. Credential types are folded words. */
struct cg_age_range {
    const char *type;
    int min_years;
    int max_years;
};
struct cg_designation {
    uint16_t modifier;
    uint64_t types; /* bit set over version->types */
    char modifier_text[3];
};

struct cg_policy_version {
    uint32_t index; /* position in the policy, from 0 */
    int32_t effective_day;
    bool names[256];       /* by procedure_no: this version names the code */
    bool roster_only[256]; /* by procedure_no: in scope only if the provider is on the roster */
    struct cg_cap caps[CG_CAPS_MAX];
    uint32_t cap_count;
    bool cutback;           /* over_cap: cutback */
    bool split_spans;       /* span: split */
    int timely_filing_days; /* -1: not tested */
    bool has_exemption;     /* cap_exempt */
    bool exemption_on_file; /* authorization: on_file, else on_claim */
    int exempt_under_age;
    bool reject_unknown_original;
    enum cg_severity duplicate_service;
    enum cg_severity near_code; /* a code that only looks like one of the policy's */

    const char *const
        *types; /* accepted credential types, folded (field.h); at most CG_TYPES_MAX */
    const char *const *type_names; /* the same as written */
    uint32_t type_count;
    enum cg_severity training;
    enum cg_severity exam;
    int64_t exam_min_milli; /* thousandths of a point */
    enum cg_severity age;
    int age_min;
    const struct cg_age_range *age_by_type; /* folded types */
    uint32_t age_by_type_count;
    enum cg_severity designation;
    const struct cg_designation *designations;
    uint32_t designation_count;
    enum cg_severity continuing_education;
    int64_t ce_hours_milli;
    int64_t ce_ethics_milli;
    enum cg_severity employment;
    const char *const *agency_certifications; /* folded; count 0: no certification is asked for */
    uint32_t agency_certification_count;
    enum cg_severity supervision;
    const char *const *supervisor_credentials; /* folded */
    uint32_t supervisor_credential_count;
    bool supervisor_training; /* supervision.training */
    int64_t max_fte_milli;    /* supervision.max_fte in thousandths; -1: no ratio */
    enum cg_severity supervisor_ratio;
};

struct cg_policy;

/* A built-in id or a path. CG_BAD_CONFIG with problems for a bad file, and without any, naming the
 * built-in ids, when there is no such policy; CG_NO_PERMISSION. */
cg_must_use enum cg_status cg_policy_load(const char *id_or_path, struct cg_policy **out,
                                          struct cg_problems *problems, struct cg_error *err);
/* The same from text that is kept elsewhere (the ledger). */
cg_must_use enum cg_status cg_policy_load_text(const char *file, const char *text, size_t len_bytes,
                                               struct cg_policy **out, struct cg_problems *problems,
                                               struct cg_error *err);
void cg_policy_free(struct cg_policy *policy);

/* Those that are built in. */
extern const struct cg_named_files cg_policy_files;

const char *cg_policy_id(const struct cg_policy *policy);
const char *cg_policy_title(const struct cg_policy *policy);
const uint8_t *cg_policy_sha256(const struct cg_policy *policy); /* of its bytes as read */
const char *cg_policy_text(const struct cg_policy *policy, size_t *len_bytes);
uint32_t cg_policy_version_count(const struct cg_policy *policy);
bool cg_policy_cuts_back(const struct cg_policy *policy); /* some version does */
const struct cg_policy_version *cg_policy_version(const struct cg_policy *policy, uint32_t index);

/* The version in force on day_no: the last that is effective on or before it; NULL: none. */
const struct cg_policy_version *cg_policy_in_force(const struct cg_policy *policy, int32_t day_no);

/* The cap of this id; NULL: the version has none. */
const struct cg_cap *cg_policy_cap(const struct cg_policy_version *version, const char *id);

/* procedure_no of a code (field.h: cg_field_procedure); -1: no version names it. */
int cg_policy_procedure(const struct cg_policy *policy, uint64_t procedure);
/* True when lines of this code are in scope only if the rendering provider is on the roster: the
 * version in force says so, or, where it does not name the code or is NULL, all that name it. */
bool cg_policy_asks_roster(const struct cg_policy *policy, int procedure_no,
                           const struct cg_policy_version *in_force);
uint64_t cg_policy_procedure_code(const struct cg_policy *policy, uint8_t procedure_no);

/* Roster files that some version demands. */
enum cg_roster_file {
    CG_ROSTER_CREDENTIALS,
    CG_ROSTER_CONTINUING_EDUCATION,
    CG_ROSTER_EMPLOYMENT,
    CG_ROSTER_AGENCIES,
    CG_ROSTER_SUPERVISION,
    CG_ROSTER_AUTHORIZATIONS,
    CG_ROSTER_MEMBERS,
    CG_ROSTER_FILE_COUNT,
};
/* member_crosswalk: members.csv says whose a member id is. */
bool cg_policy_has_crosswalk(const struct cg_policy *policy);
/* test_npis: NPIs of made-up providers are taken. */
bool cg_policy_takes_test_npis(const struct cg_policy *policy);
/* An NPI under the policy, as cg_field_npi or cg_field_test_npi has it. */
uint64_t cg_policy_npi(const struct cg_policy *policy, struct cg_text text);
/* credential.status_words of all versions. */
const struct cg_status_words *cg_policy_status_words(const struct cg_policy *policy);

bool cg_policy_demands(const struct cg_policy *policy, enum cg_roster_file file);

/* Whether the cap counts units of a procedure. */
static inline bool cg_cap_counts(const struct cg_cap *cap, uint8_t procedure_no) {
    return cap->counts_all || cap->counts[procedure_no] != 0;
}

/* The period of a cap that holds day_no, as first and last day. Lifetime: CG_DAY_FIRST to
 * CG_DAY_LAST. For rolling months: the window that ends on day_no. In caps.c. */
void cg_cap_period(const struct cg_cap *cap, int32_t day_no, int32_t *first_day, int32_t *last_day);

#endif
