#include "credential_edits.h"

#include "credential_demands.h"

/* Steps 1 to 4 in one pass over the provider's rows: the first that fails, CG_REASON_COUNT for
 * none. Rows stand by their first days, so that the granting ones cover the line's days from the
 * first on. */
static enum cg_reason failed_step(const struct cg_credential_question *question) {
    const struct cg_line *line = question->line;
    int64_t next_day = line->start_day; /* the first that no granting row covers yet */
    bool has_accepted_type = false;
    if (question->credentials.count == 0) {
        return CG_REASON_PROVIDER_NOT_ON_ROSTER;
    }
    for (size_t i = 0; i < question->credentials.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(question->credentials, i);
        if (row->span.first_day > line->end_day && has_accepted_type) {
            break; /* neither this row nor one after it can hold a day of the line */
        }
        const bool is_accepted = question->roles[row->type].type_slot != CG_TYPE_NOT_ACCEPTED;
        has_accepted_type |= is_accepted;
        if (row->span.last_day < line->start_day || row->span.first_day > line->end_day) {
            continue;
        }
        if (cg_credential_blocks(row)) {
            return CG_REASON_CREDENTIAL_SUSPENDED;
        }
        if (is_accepted && cg_credential_grants(row) && row->span.first_day <= next_day &&
            row->span.last_day >= next_day) {
            next_day = (int64_t)row->span.last_day + 1;
        }
    }
    if (!has_accepted_type) {
        return CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED;
    }
    return next_day <= line->end_day ? CG_REASON_CREDENTIAL_NOT_ACTIVE : CG_REASON_COUNT;
}

void cg_credential_edits(const struct cg_roster *roster, struct cg_line *line) {
    struct cg_credential_question question = cg_credential_ask(roster, line);
    enum cg_reason step = failed_step(&question);
    if (step != CG_REASON_COUNT) {
        line->reasons |= cg_reason_bit(step);
        return;
    }
    struct cg_demands demands = roster->demands[line->version->index];
    uint64_t asked = demands.rejects | demands.warns;
    for (; asked != 0; asked &= asked - 1) {
        enum cg_reason demand = (enum cg_reason)__builtin_ctzll(asked);
        if (cg_credential_unmet_day(&question, demand) == CG_DAY_NONE) {
            continue;
        }
        line->reasons |= demands.rejects & cg_reason_bit(demand);
        line->warnings |= demands.warns & cg_reason_bit(demand);
    }
}
