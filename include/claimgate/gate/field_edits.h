/*
 * Field edits (group 1), which the parse station calls for each record.
 *
 * Fills a cg_line from the values of a record, tests every field, and, where group 1
 * passes, the credential edits (group 2) and, for lines that pass those too, the cap exemption.
 * Pure.
 *
 * What cannot be used stays blank in the line: an invalid id has len 0, an invalid day is
 * CG_DAY_NONE (but an end before its start is kept, for the detail). A void has what is valid
 * in it, and is tested only for ids, line number, frequency and the original's id.
 */
#ifndef CLAIMGATE_GATE_FIELD_EDITS_H
#define CLAIMGATE_GATE_FIELD_EDITS_H

#include "claimgate/record/line.h"
#include "claimgate/record/parse.h"
#include "claimgate/rules/policy.h"
#include "claimgate/rules/roster.h"

struct cg_rules {
    const struct cg_policy *policy;
    const struct cg_roster *roster; /* NULL: lines that were paid elsewhere; nothing asks for it */
    int32_t as_of_day;
    bool untested; /* lines that were paid elsewhere: the exemption alone matters of all edits */
};

/* A cg_parse_plan.edit_fields: scope and group 1. `rules` is a struct cg_rules. */
bool cg_edit_fields(const void *rules, struct cg_values *values, struct cg_line *line);

/* A cg_parse_plan.edit_credentials: group 2 and the cap exemption, for the lines that get there. */
void cg_edit_credentials(const void *rules, struct cg_line *lines, uint32_t count);

#endif
