#include "claimgate/report/ledger_pages.h"

#include "decision_parts.h"
#include "failing_period.h"

#include "claimgate/gate/spread.h"
#include "claimgate/record/field.h"

#include <stdio.h>

struct explaining {
    struct cg_page *page;
    struct cg_ledger *ledger;
    struct cg_policy *policy; /* of the run `policy_run` */
    int64_t policy_run;
    uint64_t decisions;
    /* Of the decision being told. */
    struct cg_used_lines used_by;
    const struct cg_decision_cap *failed;
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
    struct cg_used_line used = {
        .line_number = line->line_number,
        .accepted_units = line->accepted_units,
        .units = units_of(explaining, line),
        .start_day = line->start_day,
        .end_day = line->end_day,
        .run_no = line->run_no,
    };
    snprintf(used.claim_id, sizeof used.claim_id, "%s", line->claim_id);
    snprintf(used.procedure, sizeof used.procedure, "%s", line->procedure);
    if (used.units > 0 && !cg_used_lines_add(&explaining->used_by, &used)) {
        return cg_error_set(err, CG_INTERNAL, "out of memory");
    }
    return CG_OK;
}

/* The accepted lines that had used up the cap when the line was decided. */
static enum cg_status find_used_by(struct explaining *explaining, struct cg_decision_view *view,
                                   struct cg_error *err) {
    struct cg_decision_cap *failed = NULL;
    for (uint32_t i = 0; i < view->cap_count; i++) {
        failed = view->caps[i].failed ? &view->caps[i] : failed;
    }
    explaining->used_by.count = 0;
    explaining->failed = failed;
    if (failed == NULL) {
        return CG_OK;
    }
    failed->used_by = &explaining->used_by;
    if (view->line.cap_day == CG_DAY_NONE) {
        struct cg_failing_period period = {explaining->policy, failed->cap, CG_DAY_NONE};
        const enum cg_status status =
            cg_failing_period_find(explaining->ledger, &view->line, &period, err);
        if (status != CG_OK) {
            return status;
        }
        failed->day_no = period.day_no;
        failed->used = view->line.units_used;
        failed->left = view->line.units_available;
    }
    return cg_ledger_visit_standing(explaining->ledger, cg_text_of(view->line.member_id),
                                    &view->line, add_line, explaining, err);
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
    status = find_used_by(explaining, &view, err);
    if (status != CG_OK) {
        return status;
    }
    if (page->json != NULL) {
        cg_json_open_object(page->json, NULL);
        cg_decision_put_json(page->json, &view);
        cg_json_close_object(page->json);
    } else {
        cg_page_say(page, "%s", explaining->decisions == 0 ? "" : "\n");
        cg_decision_put_record(page, &view);
    }
    explaining->decisions++;
    return CG_OK;
}

enum cg_status cg_page_explain(struct cg_page *page, struct cg_ledger *ledger,
                               struct cg_text claim_id, uint16_t line_number,
                               struct cg_error *err) {
    struct explaining explaining = {.page = page, .ledger = ledger};
    if (page->json != NULL) {
        cg_json_put_text(page->json, "claim_id", claim_id.ptr, claim_id.len);
        cg_json_open_array(page->json, "decisions");
    }
    const enum cg_status status =
        cg_ledger_visit_claim(ledger, claim_id, line_number, explain, &explaining, err);
    if (page->json != NULL) {
        cg_json_close_array(page->json);
    } else if (explaining.decisions == 0) {
        cg_page_say(page, "The ledger has no decision on this claim.\n");
    }
    cg_used_lines_fini(&explaining.used_by);
    cg_policy_free(explaining.policy);
    return status;
}
