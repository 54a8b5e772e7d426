/*
 * Anomalies: what is out of the ordinary about a generated line, and how often.
 *
 * Those with a weight are mistakes: `--errors` sets them all, in proportion to their
 * weight. The others are lawful and have options of their own, or are out of scope, so that only
 * `--error NAME=PCT` makes them. A name that is also a reason's
 * (reason.h) makes lines of that reason where the policy tests it.
 */
#ifndef CLAIMGATE_TESTS_GENERATE_ANOMALY_H
#define CLAIMGATE_TESTS_GENERATE_ANOMALY_H

#include "claimgate/base/error.h"
#include "random.h"

#include <stdint.h>

/* name, weight in thousandths. An over-long record is 66 KB: one in two hundred will do. */
#define CG_ANOMALY_TABLE(X)                                                                        \
    X(NONE, none, 0)                                                                               \
    X(QUOTED, quoted, 0)                                                                           \
    X(AUTHORIZED, authorized, 0)                                                                   \
    X(VOID, void, 0)                                                                               \
    X(REPLACEMENT, replacement, 0)                                                                 \
    X(TOO_FEW_FIELDS, too_few_fields, 1000)                                                        \
    X(TOO_MANY_FIELDS, too_many_fields, 1000)                                                      \
    X(NUL_BYTE, nul_byte, 1000)                                                                    \
    X(BROKEN_QUOTING, broken_quoting, 1000)                                                        \
    X(UNCLOSED_QUOTE, unclosed_quote, 1000)                                                        \
    X(OVER_LONG_RECORD, over_long_record, 5)                                                       \
    X(CLAIM_ID_INVALID, claim_id_invalid, 1000)                                                    \
    X(LINE_NUMBER_INVALID, line_number_invalid, 1000)                                              \
    X(MEMBER_ID_INVALID, member_id_invalid, 1000)                                                  \
    X(SERVICE_DATE_INVALID, service_date_invalid, 1000)                                            \
    X(SERVICE_END_DATE_INVALID, service_end_date_invalid, 1000)                                    \
    X(MODIFIER_INVALID, modifier_invalid, 1000)                                                    \
    X(UNITS_INVALID, units_invalid, 1000)                                                          \
    X(RENDERING_NPI_MISSING, rendering_npi_missing, 1000)                                          \
    X(RENDERING_NPI_INVALID, rendering_npi_invalid, 1000)                                          \
    X(BILLING_NPI_INVALID, billing_npi_invalid, 1000)                                              \
    X(FREQUENCY_CODE_INVALID, frequency_code_invalid, 1000)                                        \
    X(ORIGINAL_CLAIM_UNKNOWN, original_claim_unknown, 1000)                                        \
    X(RECEIVED_DATE_INVALID, received_date_invalid, 1000)                                          \
    X(BIRTH_DATE_INVALID, birth_date_invalid, 1000)                                                \
    X(NO_POLICY_IN_FORCE, no_policy_in_force, 1000)                                                \
    X(SERVICE_DATE_FUTURE, service_date_future, 1000)                                              \
    X(SERVICE_DATE_SPAN, service_date_span, 1000)                                                  \
    X(LATE_FILING, late_filing, 1000)                                                              \
    X(PROVIDER_NOT_ON_ROSTER, provider_not_on_roster, 1000)                                        \
    X(CREDENTIAL_SUSPENDED, credential_suspended, 1000)                                            \
    X(CREDENTIAL_TYPE_NOT_ACCEPTED, credential_type_not_accepted, 1000)                            \
    X(CREDENTIAL_NOT_ACTIVE, credential_not_active, 1000)                                          \
    X(TRAINING_NOT_COMPLETED, training_not_completed, 1000)                                        \
    X(EXAM_NOT_PASSED, exam_not_passed, 1000)                                                      \
    X(PROVIDER_AGE, provider_age, 1000)                                                            \
    X(DESIGNATION_MISMATCH, designation_mismatch, 1000)                                            \
    X(CONTINUING_EDUCATION_SHORT, continuing_education_short, 1000)                                \
    X(NOT_EMPLOYED, not_employed, 1000)                                                            \
    X(AGENCY_NOT_CERTIFIED, agency_not_certified, 1000)                                            \
    X(SUPERVISION_MISSING, supervision_missing, 1000)                                              \
    X(SUPERVISOR_NOT_TRAINED, supervisor_not_trained, 1000)                                        \
    X(SUPERVISOR_OVER_RATIO, supervisor_over_ratio, 1000)                                          \
    X(DUPLICATE_LINE, duplicate_line, 1000)                                                        \
    X(DUPLICATE_SERVICE, duplicate_service, 1000)                                                  \
    X(OVER_DAILY_CAP, over_daily_cap, 1000)                                                        \
    X(OVER_YEARLY_CAP, over_yearly_cap, 1000)                                                      \
    X(PROCEDURE_CODE_INVALID, procedure_code_invalid, 1000)                                        \
    X(PROCEDURE_CODE_NEAR, procedure_code_near, 0)

enum cg_anomaly {
#define CG_ANOMALY_ENUM(name, text, weight) CG_ANOMALY_##name,
    CG_ANOMALY_TABLE(CG_ANOMALY_ENUM)
#undef CG_ANOMALY_ENUM
        CG_ANOMALY_COUNT,
    /* Those that a provider carries: every line of theirs shows it. */
    CG_ANOMALY_PROVIDER_FIRST = CG_ANOMALY_CREDENTIAL_SUSPENDED,
    CG_ANOMALY_PROVIDER_LAST = CG_ANOMALY_SUPERVISOR_OVER_RATIO,
};

enum { CG_ANOMALY_PROVIDER_KINDS = CG_ANOMALY_PROVIDER_LAST - CG_ANOMALY_PROVIDER_FIRST + 1 };

const char *cg_anomaly_name(enum cg_anomaly anomaly);

/* Shares of all in-scope lines, in thousandths of thousandths of a percent. */
#define CG_SHARE_WHOLE UINT32_C(100000000)

struct cg_anomaly_shares {
    uint32_t of[CG_ANOMALY_COUNT];
};

/* Shares as options give them: thousandths of a percent. */
void cg_anomaly_set(struct cg_anomaly_shares *shares, enum cg_anomaly anomaly,
                    int64_t milli_percent);
void cg_anomaly_set_mistakes(struct cg_anomaly_shares *shares, int64_t milli_percent);

/* "duplicate_line=0.5": one anomaly's share in percent. CG_USAGE with the nearest name. */
cg_must_use enum cg_status cg_anomaly_parse(struct cg_anomaly_shares *shares, const char *setting,
                                            struct cg_error *err);

/* CG_USAGE when the shares add up to more than all lines. */
cg_must_use enum cg_status cg_anomaly_check(const struct cg_anomaly_shares *shares,
                                            struct cg_error *err);

/* One line's anomaly; CG_ANOMALY_NONE for the rest. The shares have been checked. */
enum cg_anomaly cg_anomaly_draw(const struct cg_anomaly_shares *shares, struct cg_random *random);

#endif
