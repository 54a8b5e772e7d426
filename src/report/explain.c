#include "claimgate/report/ledger_pages.h"

#include "decision_parts.h"
#include "period.h"

#include "claimgate/gate/spread.h"

#include <inttypes.h>

struct explaining {
    const struct cg_roster *roster; /* NULL: none */
    struct cg_page *page;
    struct cg_ledger *ledger;
    struct cg_policy *policy; /* of the run `policy_run` */
    int64_t policy_run;
    uint64_t decisions;
    struct cg_text asked; /* the number that was asked about */
    struct cg_text line;
    /* Of the decision being told. */
    struct cg_used_by used_by;
    struct cg_decision_cap *failed;
};

static enum cg_status find_policy(struct explaining *explaining, int64_t run_no,
                                  struct cg_error *err) {
    if (explaining->policy_run == run_no) {
        return CG_OK;
    }
    cg_policy_free(explaining->policy);
    explaining->policy = NULL;
    explaining->policy_run = run_no;
    return cg_ledger_load_policy(explaining->ledger, run_no, &explaining->policy, err);
}

/* Units that the failed cap counted in its period. */
static uint32_t units_of(const struct explaining *explaining,
                         const struct cg_ledger_decision *line) {
    const struct cg_decision_cap *failed = explaining->failed;
    const struct cg_text code = cg_text_of(line->procedure);
    const int no = cg_policy_procedure(explaining->policy, cg_field_procedure(code));
    const struct cg_spread spread =
        cg_spread_of(line->start_day, line->end_day, line->accepted_units, line->split);
    int32_t first_day;
    int32_t last_day;
    if (line->exempt || !(failed->cap->counts_all || (no >= 0 && failed->cap->counts[no] != 0))) {
        return 0;
    }
    cg_cap_period(failed->cap, failed->day_no, &first_day, &last_day);
    return cg_spread_within(&spread, first_day, last_day);
}

static enum cg_status add_line(void *context, const struct cg_ledger_decision *line,
                               struct cg_error *err) {
    struct explaining *explaining = context;
    (void)err;
    cg_used_by_add(&explaining->used_by, &(struct cg_used_line){
                                             .claim_id = cg_text_of(line->claim_id),
                                             .procedure = line->procedure,
                                             .line_number = line->line_number,
                                             .line_id = line->line_id,
                                             .accepted_units = line->accepted_units,
                                             .units = units_of(explaining, line),
                                             .start_day = line->start_day,
                                             .end_day = line->end_day,
                                             .run_no = line->run_no,
                                         });
    return CG_OK;
}

/* The accepted lines that had used up the cap when the line was decided. */
static enum cg_status put_used_by(struct explaining *explaining,
                                  const struct cg_ledger_decision *decision, struct cg_error *err) {
    const struct cg_decision_cap *failed = explaining->failed;
    char period[CG_PERIOD_TEXT_BYTES];
    if (failed == NULL) {
        return CG_OK;
    }
    if (explaining->page->json == NULL && failed->used > 0) {
        cg_page_say(explaining->page,
                    "  used by     these, %" PRIu32 " %s in the\n              %s\n", failed->used,
                    cg_plural(failed->used, "unit", "units"),
                    cg_period_text(failed->cap, failed->day_no, period));
    }
    cg_used_by_open(&explaining->used_by, explaining->page);
    const enum cg_status status = cg_ledger_visit_standing(
        explaining->ledger, cg_text_of(decision->member_id), decision, add_line, explaining, err);
    cg_used_by_close(&explaining->used_by);
    return status;
}

static struct cg_decision_cap *failed_cap(struct cg_decision_view *view) {
    struct cg_decision_cap *failed = NULL;
    for (uint32_t i = 0; i < view->cap_count; i++) {
        failed = view->caps[i].failed ? &view->caps[i] : failed;
    }
    return failed;
}

/* Who asks by a payer's number may be told of several claims. */
static void put_claim(const struct explaining *explaining, struct cg_text claim_id) {
    if (!cg_text_equal(claim_id, explaining->asked)) {
        cg_page_say(explaining->page, "claim ");
        cg_page_show(explaining->page, claim_id);
        cg_page_say(explaining->page, "\n");
    }
}

static enum cg_status explain(void *context, const struct cg_ledger_decision *decision,
                              struct cg_error *err) {
    struct explaining *explaining = context;
    struct cg_page *page = explaining->page;
    struct cg_decision_view view;
    enum cg_status status = find_policy(explaining, decision->run_no, err);
    if (status != CG_OK) {
        return status;
    }
    cg_decision_of_row(decision, explaining->policy, &view);
    cg_decision_add_credential(&view, explaining->roster);
    explaining->failed = failed_cap(&view);
    if (page->json == NULL) {
        cg_page_say(page, "%s", explaining->decisions == 0 ? "" : "\n");
        put_claim(explaining, cg_text_of(decision->claim_id));
        cg_decision_put_record(page, &view);
        status = put_used_by(explaining, decision, err);
    } else {
        cg_json_open_object(page->json, NULL);
        cg_decision_put_json(page->json, &view);
        status = put_used_by(explaining, decision, err);
        cg_json_close_object(page->json);
    }
    explaining->decisions++;
    return status;
}

static enum cg_status explain_claim(struct explaining *explaining, struct cg_text claim_id,
                                    struct cg_error *err) {
    return cg_ledger_visit_claim(explaining->ledger, claim_id, explaining->line, explain,
                                 explaining, err);
}

/* The claims that a payer knows by the number asked about. */
static enum cg_status explain_named(void *context, struct cg_text claim_id, struct cg_error *err) {
    struct explaining *explaining = context;
    return cg_text_equal(claim_id, explaining->asked) ? CG_OK
                                                      : explain_claim(explaining, claim_id, err);
}

static enum cg_status put_number(void *context, struct cg_text number, struct cg_error *err) {
    struct cg_page *page = context;
    (void)err;
    if (page->json != NULL) {
        cg_json_put_text(page->json, NULL, number.ptr, number.len);
    } else {
        cg_page_say(page, "the payer's number of the claim is ");
        cg_page_show(page, number);
        cg_page_say(page, "\n");
    }
    return CG_OK;
}

static enum cg_status put_numbers(struct cg_page *page, struct cg_ledger *ledger,
                                  struct cg_text claim_id, struct cg_error *err) {
    cg_page_open_list(page, "payer_claim_ids");
    const enum cg_status status =
        cg_ledger_visit_numbers(ledger, claim_id, true, put_number, page, err);
    cg_page_close_list(page);
    return status;
}

enum cg_status cg_page_explain(struct cg_page *page, struct cg_ledger *ledger,
                               struct cg_ledger_question *question, struct cg_error *err) {
    struct explaining explaining = {.page = page,
                                    .ledger = ledger,
                                    .asked = question->id,
                                    .line = question->line,
                                    .roster = question->roster};
    if (page->json != NULL) {
        cg_json_put_text(page->json, "claim_id", question->id.ptr, question->id.len);
    }
    enum cg_status status = put_numbers(page, ledger, question->id, err);
    cg_page_open_list(page, "decisions");
    if (status == CG_OK) {
        status = explain_claim(&explaining, question->id, err);
    }
    if (status == CG_OK) {
        status =
            cg_ledger_visit_numbers(ledger, question->id, false, explain_named, &explaining, err);
    }
    cg_page_close_list(page);
    question->is_unknown = explaining.decisions == 0;
    cg_policy_free(explaining.policy);
    return status;
}
