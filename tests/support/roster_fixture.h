/*
 * A roster folder for one test: written file by file, loaded under a policy, removed at the end.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_ROSTER_FIXTURE_H
#define CLAIMGATE_TESTS_SUPPORT_ROSTER_FIXTURE_H

#include "claimgate/base/problems.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

struct roster_fixture {
    char dir[64];
    struct cg_policy *policy;
    struct cg_roster *roster;
    struct cg_problems problems;
    struct cg_error err;
};

/* Policy text that makes every demand, all of them to be rejected. */
extern const char roster_fixture_all_demands[];

/* `policy` is a built-in id or, where it starts with a brace, the text of a policy. */
void roster_fixture_init(struct roster_fixture *fixture, const char *policy);
void roster_fixture_fini(struct roster_fixture *fixture);
void roster_fixture_write(struct roster_fixture *fixture, const char *name, const char *text);
/* Load what was written; again after an earlier load. */
enum cg_status roster_fixture_load(struct roster_fixture *fixture);
/* The kept problems with the folder's name left out, one a line. */
const char *roster_fixture_problems(const struct roster_fixture *fixture);

int32_t roster_fixture_day(const char *iso); /* asserts that it is a date */

/* A line of one day or, where `end` is given, of a span. Valid fields, version in force. */
struct cg_line roster_fixture_line(const struct roster_fixture *fixture, uint64_t npi,
                                   const char *start, const char *end);
/* Names of the set bits, joined by ';'. */
const char *roster_fixture_reasons(uint64_t reasons);
/* Ask for the credential edits and return the reasons' names. */
const char *roster_fixture_edit(const struct roster_fixture *fixture, struct cg_line line);

#endif
