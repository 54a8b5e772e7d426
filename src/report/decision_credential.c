/*
 * The credential row by which a line passed or failed, as a person asks for it.
 */
#include "claimgate/report/decision.h"

#include "claimgate/rules/roster_tables.h"

/* A row that blocks before one that grants, before any other of the day; where none holds the day,
 * the one that ended last or, of later ones, begins first. */
static int rank_of(const struct cg_credential *row, int32_t first_day, int32_t last_day) {
    enum { BEGINS_LATER, ENDED_BEFORE, HOLDS, GRANTS, BLOCKS };
    if (row->span.first_day > last_day) {
        return BEGINS_LATER;
    }
    if (row->span.last_day < first_day) {
        return ENDED_BEFORE;
    }
    return cg_credential_blocks(row) ? BLOCKS : cg_credential_grants(row) ? GRANTS : HOLDS;
}

static bool is_better(const struct cg_credential *row, const struct cg_credential *best,
                      int32_t first_day, int32_t last_day) {
    if (best == NULL) {
        return true;
    }
    const int rank = rank_of(best, first_day, last_day);
    const int of_row = rank_of(row, first_day, last_day);
    return of_row > rank ||
           (of_row == rank && of_row > 0 && row->span.last_day > best->span.last_day);
}

void cg_decision_add_credential(struct cg_decision_view *view, const struct cg_roster *roster) {
    const struct cg_ledger_decision *line = &view->line;
    const struct cg_credential *best = NULL;
    if (roster == NULL || line->rendering_npi == 0 || line->start_day == CG_DAY_NONE) {
        return;
    }
    const int32_t last_day = line->end_day > line->start_day ? line->end_day : line->start_day;
    const struct cg_span_group group =
        cg_span_table_find(&roster->credentials, line->rendering_npi);
    for (size_t i = 0; i < group.count; i++) {
        const struct cg_credential *row = (const void *)cg_span_at(group, i);
        if (is_better(row, best, line->start_day, last_day)) {
            best = row;
        }
    }
    if (best != NULL) {
        view->credential = (struct cg_decision_credential){
            .type = best->type == 0 ? "" : cg_words_at(&roster->words, best->type)->written.ptr,
            .status = cg_credential_status_words[best->status],
            .first_day = best->span.first_day,
            .last_day = best->span.last_day,
        };
    }
}
