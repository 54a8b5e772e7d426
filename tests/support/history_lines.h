/*
 * History lines: short words for building service lines and caps by hand in tests of the history.
 */
#ifndef CLAIMGATE_TESTS_SUPPORT_HISTORY_LINES_H
#define CLAIMGATE_TESTS_SUPPORT_HISTORY_LINES_H

#include "claimgate/gate/history.h"

#include <stdint.h>

/* A version with nothing switched on; the tests set what they are about. */
struct cg_policy_version plain_version(void);

/* Caps that count everything. Years start on 1 July. */
struct cg_cap plain_cap(enum cg_period period, uint32_t limit_units);

/* Line 1 of a claim of member M: 1 unit on 2024-07-01, frequency 1. */
struct cg_line plain_line(const struct cg_policy_version *version, const char *claim);
struct cg_line units_on(const struct cg_policy_version *version, const char *claim,
                        const char *date, uint16_t units);
struct cg_line void_of(const struct cg_policy_version *version, const char *claim,
                       const char *original);
struct cg_line replacement_of(const struct cg_policy_version *version, const char *claim,
                              const char *original, uint16_t line_number);

struct cg_key id_key(const char *text);
int32_t date_day(const char *date);

/* Decide lines whose ids stand in a batch that is gone afterwards, as in a run. Fails the test when
 * the history fails. */
void decide_batch(struct cg_history *history, struct cg_line *lines, uint32_t count);
enum cg_decision decide_one(struct cg_history *history, struct cg_line *line);

/* cg_member_add_line and cg_member_add_take_back with ids that are gone afterwards. */
enum cg_status add_past_line(struct cg_member *member, const struct cg_past_line *line);
enum cg_status add_past_take_back(struct cg_member *member, const struct cg_past_take_back *take);

#endif
