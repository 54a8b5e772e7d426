/*
 * What several documents about runs say in the same words.
 */
#ifndef CLAIMGATE_REPORT_RUN_JSON_H
#define CLAIMGATE_REPORT_RUN_JSON_H

#include "claimgate/gate/tally.h"
#include "claimgate/json/json.h"
#include "claimgate/report/run_facts.h"

#include <stdbool.h>
#include <stdint.h>

/* An output file; null where it was not written. */
void cg_put_output(struct cg_json_writer *json, const char *key,
                   const struct cg_output_facts *output);

/* What most records have wrong in the same way, where there is such a fault. */
void cg_put_remarks(struct cg_json_writer *json, const struct cg_remarks *remarks);

/* Counts of records and of units, in the order in which they are told. False past the end. */
struct cg_told_count {
    const char *name;
    bool of_units;
    uint64_t value;
};
bool cg_told_count_at(const struct cg_tally *tally, uint32_t index, struct cg_told_count *out);

/* near_codes and notices; nothing where there are none. */
void cg_put_notices(struct cg_json_writer *json, const struct cg_notices *notices);

/* Each file of a roster with its rows and hash. */
void cg_put_roster_files(struct cg_json_writer *json, const char *key,
                         const struct cg_roster *roster);

/* "as_of", "policy" and "roster": the rules that a report was made under. */
void cg_put_rules(struct cg_json_writer *json, int32_t as_of_day, const struct cg_policy *policy,
                  const struct cg_roster *roster);

#endif
