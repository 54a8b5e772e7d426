#include "claimgate/report/ledger_pages.h"

#include "decision_parts.h"

#include "claimgate/gate/history.h"
#include "claimgate/record/field.h"

#include <inttypes.h>
#include <string.h>

struct reconsidering {
    struct cg_page *page;
    struct cg_ledger *ledger;
    struct cg_policy *policy;   /* the newest text */
    struct cg_page_table table; /* for people */
    uint64_t listed;
    uint64_t early;    /* voids and replacements that came before their original */
    uint64_t left_out; /* would fit, but their claim was voided or replaced */
};

/* The line as it would meet the gate if it came again; of a cutback, its rejected rest. What it
 * replaced has been taken back already. False: the policy no longer names its code or date. */
static bool line_again(const struct reconsidering *state, const struct cg_ledger_decision *decision,
                       struct cg_line *out) {
    const int procedure_no =
        cg_policy_procedure(state->policy, cg_field_procedure(cg_text_of(decision->procedure)));
    const struct cg_policy_version *version =
        cg_policy_in_force(state->policy, decision->start_day);
    if (procedure_no < 0 || version == NULL || !version->names[procedure_no]) {
        return false;
    }
    *out = (struct cg_line){
        .claim_id = cg_key_of(cg_text_of(decision->claim_id)),
        .member_id = cg_key_of(cg_text_of(decision->member_id)),
        .start_day = decision->start_day,
        .end_day = decision->end_day,
        .received_day = CG_DAY_NONE,
        .birth_day = CG_DAY_NONE,
        .rendering_npi = decision->rendering_npi,
        .billing_npi = decision->billing_npi,
        .modifiers = cg_modifiers_of(cg_text_of(decision->modifiers)),
        .units = (uint16_t)(decision->units - decision->accepted_units),
        .line_number = decision->line_number,
        .frequency = CG_ORIGINAL,
        .procedure_no = (uint8_t)procedure_no,
        .version = version,
    };
    /* The accepted part of a cutback stands under the same claim line; its rest would come under a
     * number of its own. */
    if (decision->decision == CG_CUTBACK) {
        out->line_number = CG_LINE_NUMBER_NONE;
    }
    return true;
}

static void list_json(struct reconsidering *state, const struct cg_ledger_decision *decision,
                      uint16_t units) {
    struct cg_json_writer *json = state->page->json;
    struct cg_decision_view view;
    cg_decision_of_row(decision, state->policy, &view);
    cg_json_open_object(json, NULL);
    cg_json_put_integer(json, "units_that_fit", units);
    cg_json_open_object(json, "decision");
    cg_decision_put_json(json, &view);
    cg_json_close_object(json);
    cg_json_close_object(json);
}

static void list(struct reconsidering *state, const struct cg_ledger_decision *decision,
                 uint16_t units) {
    struct cg_page_table *table = &state->table;
    char days[CG_DAYS_TEXT_BYTES];
    if (state->page->json != NULL) {
        list_json(state, decision, units);
        return;
    }
    cg_put_claim_cell(table, cg_text_of(decision->claim_id), decision->line_number,
                      decision->line_id);
    cg_page_table_cell(table, "%s", cg_days_text(decision->start_day, decision->end_day, days));
    cg_page_table_cell(table, "%u %s", (unsigned)units, cg_plural(units, "unit", "units"));
    cg_page_table_cell(table, "%s", decision->procedure);
    cg_page_table_cell(table, "member %s", decision->member_id);
    cg_page_table_note(table, "%s in run %" PRId64 " (%s), %s line %" PRId64,
                       cg_decision_words(decision), decision->run_no, decision->reasons,
                       decision->source_file, decision->source_line);
}

/* Each line meets a history of its own: lines on the list do not use up each other's room. */
static enum cg_status reconsider(void *context, const struct cg_ledger_decision *decision,
                                 struct cg_error *err) {
    struct reconsidering *state = context;
    struct cg_line line;
    if (!line_again(state, decision, &line)) {
        return CG_OK;
    }
    struct cg_history *history = cg_history_new(cg_ledger_recall, state->ledger);
    if (history == NULL) {
        return cg_error_no_memory(err);
    }
    const enum cg_status status = cg_history_decide(history, &line, 1, err);
    cg_history_free(history);
    if (status != CG_OK || line.decision != CG_ACCEPTED) {
        return status;
    }
    if (decision->claim_replaced) {
        state->left_out++;
    } else {
        list(state, decision, line.units);
        state->listed++;
    }
    return CG_OK;
}

static void list_early(struct reconsidering *state, const struct cg_ledger_decision *decision) {
    struct cg_page *page = state->page;
    if (page->json != NULL) {
        struct cg_decision_view view;
        cg_decision_of_row(decision, state->policy, &view);
        cg_json_open_object(page->json, NULL);
        cg_decision_put_json(page->json, &view);
        cg_json_close_object(page->json);
        return;
    }
    if (state->early == 0) {
        cg_page_say(page,
                    "\nCame before their original, took nothing back, and the original stands "
                    "now:\n\n");
    }
    cg_page_say(page, "claim %s was asked to %s %s, in run %" PRId64 ", %s line %" PRId64 "\n",
                decision->claim_id, decision->frequency == CG_VOID ? "void" : "replace",
                decision->original_claim_id, decision->run_no, decision->source_file,
                decision->source_line);
}

/* A claim that replaces itself is the original of none. */
static enum cg_status reconsider_early(void *context, const struct cg_ledger_decision *decision,
                                       struct cg_error *err) {
    struct reconsidering *state = context;
    (void)err;
    if (decision->run_state != CG_RUN_WITHDRAWN && !decision->taken_back &&
        (decision->frequency != CG_REPLACEMENT ||
         strcmp(decision->claim_id, decision->original_claim_id) != 0)) {
        list_early(state, decision);
        state->early++;
    }
    return CG_OK;
}

static void put_text(struct reconsidering *state) {
    struct cg_page *page = state->page;
    if (state->listed == 0) {
        cg_page_say(page, "No line that a cap rejected would fit now.\n");
    } else {
        cg_page_say(page, "Lines once over a cap that would fit now, each by itself:\n\n");
    }
    cg_page_table_end(&state->table, 2, page);
    if (state->listed > 0) {
        cg_page_say(page,
                    "\n%" PRIu64 " %s. Nothing was decided: send again what should be paid.\n",
                    state->listed, cg_plural(state->listed, "line", "lines"));
    }
    if (state->left_out > 0) {
        cg_page_say(page, "%" PRIu64 " %s of claims that were voided or replaced %s left out.\n",
                    state->left_out, cg_plural(state->left_out, "line", "lines"),
                    cg_plural(state->left_out, "is", "are"));
    }
}

static enum cg_status visit(struct reconsidering *state, struct cg_error *err) {
    if (cg_ledger_load_policy(state->ledger, 0, &state->policy, err) != CG_OK) {
        return err->status;
    }
    const enum cg_status status = cg_ledger_recall_for(state->ledger, state->policy, 0, err);
    return status != CG_OK ? status : cg_ledger_visit_freed(state->ledger, reconsider, state, err);
}

enum cg_status cg_page_reconsider(struct cg_page *page, struct cg_ledger *ledger,
                                  struct cg_ledger_question *question, struct cg_error *err) {
    static const struct cg_page_table_column columns[] = {
        {NULL, false}, {NULL, false}, {NULL, true}, {NULL, false}, {NULL, false}};
    struct reconsidering state = {.page = page, .ledger = ledger};
    cg_page_table_open(&state.table, columns, sizeof columns / sizeof columns[0]);
    (void)question;
    cg_page_open_list(page, "lines");
    enum cg_status status = visit(&state, err);
    cg_page_close_list(page);
    if (page->json != NULL) {
        cg_json_put_integer(page->json, "left_out", (int64_t)state.left_out);
        cg_page_table_end(&state.table, 0, page);
    } else {
        put_text(&state);
    }
    cg_page_open_list(page, "before_their_original");
    if (status == CG_OK) {
        status = cg_ledger_visit_early(ledger, reconsider_early, &state, err);
    }
    cg_page_close_list(page);
    cg_policy_free(state.policy);
    return status;
}
