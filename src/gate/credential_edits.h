/*
 * Credential edits (the README, "Roster"): is the rendering provider on the roster, and does the
 * provider meet what the policy's version demands?
 *
 * Pure. The line must have a version and valid dates, NPI and modifiers.
 */
#ifndef CLAIMGATE_GATE_CREDENTIAL_EDITS_H
#define CLAIMGATE_GATE_CREDENTIAL_EDITS_H

#include "claimgate/base/phrase.h"
#include "claimgate/record/line.h"
#include "claimgate/rules/reason.h"
#include "claimgate/rules/roster.h"

/* Steps 1 to 4, then the version's further demands, for line->rendering_npi on every day of the
 * line. Sets bits in line->reasons and line->warnings. */
void cg_credential_edits(const struct cg_roster *roster, struct cg_line *line);

/* From here on the line's member is the person that the roster's members.csv names, if any, to
 * caps, duplicates, take-backs and the ledger. The member's id must be usable. */
void cg_line_name_person(const struct cg_roster *roster, struct cg_line *line);

/* One plain sentence for a credential reason of this line: what was found and what was needed
 * (dates, scores, hours, NPIs; never a member or a claim). Says nothing where the reason does not
 * hold. */
void cg_credential_sentence(const struct cg_roster *roster, const struct cg_line *line,
                            enum cg_reason reason, struct cg_phrase *say);

#endif
