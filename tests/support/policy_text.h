/*
 * Policies as text, for the tests of how they are loaded and what they answer.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_POLICY_TEXT_H
#define CLAIMGATE_TESTS_SUPPORT_POLICY_TEXT_H

#include "claimgate/rules/policy.h"

enum { TEXT_MAX = 65536 };
int32_t policy_day(const char *iso);
struct cg_policy *policy_load_good(const char *id_or_path);

enum cg_status policy_load_text(const char *text, struct cg_policy **out,
                                struct cg_problems *problems);
struct cg_policy *policy_load_good_text(const char *text);

/* The built-in ms-full with one stretch of it replaced. */
const char *policy_edited(const char *from, const char *to, char out[TEXT_MAX]);
int policy_procedure(const struct cg_policy *policy, const char *code);

#define CAP(id, more)                                                                              \
    "{\"id\":\"" id "\",\"limit\":5,\"carc\":\"119\",\"rarc\":\"\",\"source\":\"s\"," more "}"

/* Policies of two versions, and of one with these caps; `out` has room for TEXT_MAX. */
const char *policy_two_versions(const char *first, const char *first_codes, const char *second,
                                const char *second_codes, char out[TEXT_MAX]);
const char *policy_with_caps(const char *caps, char out[TEXT_MAX]);

#endif
