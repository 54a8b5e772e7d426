/*
 * Reasons: why a line was rejected, and the codes a remittance carries for it.
 *
 * The enum gives each reason its place: reasons are listed in this order. Everything
 * else about a reason (group, group code, CARC, RARC, text) is data in
 * schemas/reasons.csv, built into the program. CARC and RARC are the X12 external code
 * lists 139 and 411; group codes are those of the X12 835 CAS segment.
 */
#ifndef CLAIMGATE_RULES_REASON_H
#define CLAIMGATE_RULES_REASON_H

#include "claimgate/base/error.h"

#include <stdint.h>

#define CG_REASON_TABLE(X)                                                                         \
    X(MALFORMED_RECORD, malformed_record)                                                          \
    X(CLAIM_ID_INVALID, claim_id_invalid)                                                          \
    X(LINE_NUMBER_INVALID, line_number_invalid)                                                    \
    X(MEMBER_ID_INVALID, member_id_invalid)                                                        \
    X(SERVICE_DATE_INVALID, service_date_invalid)                                                  \
    X(SERVICE_END_DATE_INVALID, service_end_date_invalid)                                          \
    X(MODIFIER_INVALID, modifier_invalid)                                                          \
    X(PROCEDURE_CODE_INVALID, procedure_code_invalid)                                              \
    X(PROCEDURE_CODE_NEAR, procedure_code_near)                                                    \
    X(UNITS_INVALID, units_invalid)                                                                \
    X(RENDERING_NPI_MISSING, rendering_npi_missing)                                                \
    X(RENDERING_NPI_INVALID, rendering_npi_invalid)                                                \
    X(BILLING_NPI_INVALID, billing_npi_invalid)                                                    \
    X(FREQUENCY_CODE_INVALID, frequency_code_invalid)                                              \
    X(ORIGINAL_CLAIM_UNKNOWN, original_claim_unknown)                                              \
    X(RECEIVED_DATE_INVALID, received_date_invalid)                                                \
    X(BIRTH_DATE_INVALID, birth_date_invalid)                                                      \
    X(NO_POLICY_IN_FORCE, no_policy_in_force)                                                      \
    X(SERVICE_DATE_FUTURE, service_date_future)                                                    \
    X(SERVICE_DATE_SPAN, service_date_span)                                                        \
    X(LATE_FILING, late_filing)                                                                    \
    X(PROVIDER_NOT_ON_ROSTER, provider_not_on_roster)                                              \
    X(CREDENTIAL_SUSPENDED, credential_suspended)                                                  \
    X(CREDENTIAL_TYPE_NOT_ACCEPTED, credential_type_not_accepted)                                  \
    X(CREDENTIAL_NOT_ACTIVE, credential_not_active)                                                \
    X(TRAINING_NOT_COMPLETED, training_not_completed)                                              \
    X(EXAM_NOT_PASSED, exam_not_passed)                                                            \
    X(PROVIDER_AGE, provider_age)                                                                  \
    X(DESIGNATION_MISMATCH, designation_mismatch)                                                  \
    X(CONTINUING_EDUCATION_SHORT, continuing_education_short)                                      \
    X(NOT_EMPLOYED, not_employed)                                                                  \
    X(AGENCY_NOT_CERTIFIED, agency_not_certified)                                                  \
    X(SUPERVISION_MISSING, supervision_missing)                                                    \
    X(SUPERVISOR_NOT_TRAINED, supervisor_not_trained)                                              \
    X(SUPERVISOR_OVER_RATIO, supervisor_over_ratio)                                                \
    X(DUPLICATE_LINE, duplicate_line)                                                              \
    X(DUPLICATE_SERVICE, duplicate_service)                                                        \
    X(CLAIM_REJECTED, claim_rejected)                                                              \
    X(CAP, cap) /* stands for "<id>_cap" of the line's cap_no */

enum cg_reason {
#define CG_REASON_ENUM(name, text) CG_REASON_##name,
    CG_REASON_TABLE(CG_REASON_ENUM)
#undef CG_REASON_ENUM
        CG_REASON_COUNT,
};

static inline uint64_t cg_reason_bit(enum cg_reason reason) {
    return UINT64_C(1) << reason;
}

struct cg_reason_info {
    const char *name;
    const char *group;      /* "field", "credential" or "history" */
    const char *group_code; /* CO or OA */
    const char *carc;
    const char *rarc; /* "" where there is none */
    const char *text; /* one plain sentence */
    const char *stc;  /* composites of a 277CA's STC, parted by blanks: category, status, entity
                       * (X12 external code lists 507 and 508); "" where nothing is told */
    const char *stc_blank; /* the same where the field is blank; "": no other than stc */
};

/* Read the built-in schemas/reasons.csv; called once in main before any other use. CG_INTERNAL
 * when the file and the enum do not name the same reasons. */
cg_must_use enum cg_status cg_reason_init(struct cg_error *err);

/* CG_REASON_CAP has the group and group code of caps; its name, CARC and RARC are the cap's. */
const struct cg_reason_info *cg_reason_info(enum cg_reason reason);

#endif
