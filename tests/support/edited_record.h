/*
 * One record, edited: built cell by cell under a built-in policy, with stand-ins for the roster.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_EDITED_RECORD_H
#define CLAIMGATE_TESTS_SUPPORT_EDITED_RECORD_H

#include "claimgate/gate/field_edits.h"

#define NPI_ON_ROSTER  "1234567893"
#define NPI_ELSEWHERE  "1245319599"
#define AUTHORIZATION  "A77"
#define BAD(reason)    (UINT64_C(1) << CG_REASON_##reason)
#define ROW_COUNT(row) (sizeof(row) / sizeof *(row))

extern uint64_t edited_credential_reasons;
extern int edited_credential_calls;
extern int edited_roster_calls;
extern bool edited_layout_without_original;
extern bool edited_plainness_hidden;
extern bool edited_negative_units_void; /* the layout says that units below zero reverse */
extern const char *edited_fixed_authorization;
#define BYTES_64 "0123456789012345678901234567890123456789012345678901234567890123"

enum { RECORD_MAX = 1024, POLICY_MAX = 65536 };

/* A record, cell by cell; a NULL cell is a column that the file does not have. */
struct record {
    const char *cells[CG_FIELD_COUNT];
};
extern const struct record edited_good;

struct edited {
    struct cg_line line;
    bool takes_back; /* it passes by, and asks to take a claim back */
    char text[RECORD_MAX];
};
struct cg_policy *edited_load_policy(const char *id);

/* A built-in policy with one stretch replaced. */
struct cg_policy *edited_policy(const char *file_name, const char *from, const char *to);
int32_t edited_day(const char *iso);
bool edited_is_plain(const char *text, uint32_t len);

bool edited_fields(const struct cg_policy *policy, const struct record *record, struct edited *out);
uint64_t edited_reasons_of(const struct cg_policy *policy, const struct record *record);
struct record edited_with(const struct record *from, enum cg_field field, const char *cell);

#endif
