#include "claimgate/report/ledger_pages.h"

#include "decision_parts.h"
#include "period.h"

#include "claimgate/base/log.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/spread.h"
#include "claimgate/record/field.h"
#include "claimgate/report/answer.h"

#include <inttypes.h>

/* --- when a plan of so many units a day or week would reach a cap --- */

enum { WEEK = 7, PLAN_DAYS = 3660 };

/* Units of the plan on the days from its start up to, and with, `last_day`. A week's units lie over
 * its days as a span's do, so that each week is like the first. */
static uint64_t planned_until(const struct cg_plan *plan, int32_t last_day) {
    const int32_t days = last_day - plan->from_day + 1;
    if (days <= 0) {
        return 0;
    }
    if (!plan->is_weekly) {
        return (uint64_t)days * plan->units;
    }
    const int32_t week_start = plan->from_day + days / WEEK * WEEK;
    const struct cg_spread week =
        cg_spread_of(week_start, week_start + WEEK - 1, plan->units, true);
    return (uint64_t)(days / WEEK) * plan->units +
           (days % WEEK != 0 ? cg_spread_within(&week, week_start, last_day) : 0);
}

/* The first day from plan->from_day on that the cap has no room for, beside what the member has
 * used already; CG_DAY_NONE: not within PLAN_DAYS. */
static int32_t plan_reaches(const struct cg_plan *plan, const struct cg_history *history,
                            struct cg_text member_id, const struct cg_cap *cap) {
    int32_t first_day;
    int32_t last_day;
    for (int32_t day = plan->from_day; day < plan->from_day + PLAN_DAYS; day++) {
        cg_cap_period(cap, day, &first_day, &last_day);
        const uint64_t planned = planned_until(plan, day) - planned_until(plan, first_day - 1);
        if (planned > 0 &&
            cg_history_units_used(history, member_id, cap, day) + planned > cap->limit_units) {
            return day;
        }
    }
    return CG_DAY_NONE;
}

/* --- the page --- */

struct usage {
    struct cg_page *page;
    struct cg_ledger *ledger;
    struct cg_policy *policy; /* the newest text */
    struct cg_history *history;
    const struct cg_ledger_question *question;
    /* The cap being told. */
    const struct cg_cap *cap;
    struct cg_used_by used_by;
    struct cg_error *err; /* set where the id of a line could not be read */
};

static void add_line(void *context, const struct cg_past_line *line) {
    struct usage *usage = context;
    const struct cg_spread spread =
        cg_spread_of(line->start_day, line->end_day, line->accepted_units, line->split);
    char procedure[6] = "";
    struct cg_text line_id;
    int32_t first_day;
    int32_t last_day;
    if (line->exempt || !cg_cap_counts(usage->cap, line->procedure_no)) {
        return;
    }
    if (line->procedure_no != CG_PROCEDURE_OTHER) {
        cg_procedure_text(cg_policy_procedure_code(usage->policy, line->procedure_no), procedure);
    }
    if (usage->err->status != CG_OK ||
        cg_ledger_line_id(usage->ledger, line->line_number, &line_id, usage->err) != CG_OK) {
        return;
    }
    cg_cap_period(usage->cap, usage->question->day_no, &first_day, &last_day);
    cg_used_by_add(&usage->used_by, &(struct cg_used_line){
                                        .claim_id = line->claim_id,
                                        .procedure = procedure,
                                        .line_number = line->line_number,
                                        .line_id = line_id,
                                        .accepted_units = line->accepted_units,
                                        .units = cg_spread_within(&spread, first_day, last_day),
                                        .start_day = line->start_day,
                                        .end_day = line->end_day,
                                    });
}

static void put_cap(struct cg_page *page, const struct cg_decision_cap *cap) {
    char period[CG_PERIOD_TEXT_BYTES];
    if (page->json != NULL) {
        cg_decision_cap_put_json(page->json, cap);
        return;
    }
    cg_page_say(page,
                "\nCap \"%s\": %s%" PRIu32 " of %" PRIu32 " units used, %" PRIu32 " left%s\n"
                "  in the %s\n",
                cap->cap->id, cap->left == 0 ? cg_style_bad() : cg_style_good(), cap->used,
                cap->cap->limit_units, cap->left, cg_style_end(),
                cg_period_text(cap->cap, cap->day_no, period));
}

static void tell_cap(struct usage *usage, const struct cg_cap *cap) {
    const int32_t day_no = usage->question->day_no;
    const struct cg_text member_id = usage->question->id;
    const uint32_t used = cg_history_units_used(usage->history, member_id, cap, day_no);
    const struct cg_decision_cap told = {
        .cap = cap,
        .day_no = day_no,
        .used = used,
        .left = used < cap->limit_units ? cap->limit_units - used : 0,
    };
    usage->cap = cap;
    put_cap(usage->page, &told);
    cg_used_by_open(&usage->used_by, usage->page);
    cg_history_visit(usage->history, member_id, add_line, usage);
    cg_used_by_close(&usage->used_by);
}

static void tell_caps(struct usage *usage) {
    struct cg_page *page = usage->page;
    const struct cg_policy_version *version =
        cg_policy_in_force(usage->policy, usage->question->day_no);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        if (page->json != NULL) {
            cg_json_open_object(page->json, NULL);
            tell_cap(usage, &version->caps[i]);
            cg_json_close_object(page->json);
        } else {
            tell_cap(usage, &version->caps[i]);
        }
    }
    if (page->json == NULL && (version == NULL || version->cap_count == 0)) {
        cg_page_say(page, "\nNo cap is in force on that day.\n");
    }
}

static void put_plan(struct usage *usage) {
    static const struct cg_answer_column columns[] = {
        {"cap", "cap", CG_ANSWER_TEXT},
        {"reached_on", "has no room on", CG_ANSWER_DAY},
    };
    const struct cg_plan *plan = &usage->question->plan;
    const struct cg_policy_version *version = cg_policy_in_force(usage->policy, plan->from_day);
    struct cg_answer answer;
    char from[CG_DATE_TEXT_BYTES];
    if (usage->page->json == NULL) {
        cg_page_say(usage->page, "\nWith %" PRIu32 " %s a %s from %s on, beside what is used:\n",
                    plan->units, cg_plural(plan->units, "unit", "units"),
                    plan->is_weekly ? "week" : "day", cg_date_format(plan->from_day, from));
    }
    cg_answer_open(&answer, usage->page, false, "plan", columns, 2);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        cg_answer_text(&answer, cap->id);
        cg_answer_day(&answer, plan_reaches(plan, usage->history, usage->question->id, cap));
    }
    cg_answer_close(&answer);
}

/* A row for each cap in force; `usage` NULL: none is. */
static void put_csv(struct cg_page *page, const struct usage *usage) {
    static const struct cg_answer_column columns[] = {
        {"cap", "", CG_ANSWER_TEXT},      {"from", "", CG_ANSWER_DAY},
        {"to", "", CG_ANSWER_DAY},        {"limit", "", CG_ANSWER_NUMBER},
        {"used", "", CG_ANSWER_NUMBER},   {"left", "", CG_ANSWER_NUMBER},
        {"reached_on", "", CG_ANSWER_DAY}};
    const struct cg_policy_version *version =
        usage == NULL ? NULL : cg_policy_in_force(usage->policy, usage->question->day_no);
    struct cg_answer answer;
    cg_answer_open(&answer, page, true, "caps", columns, sizeof columns / sizeof columns[0]);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        const struct cg_ledger_question *question = usage->question;
        const struct cg_cap *cap = &version->caps[i];
        const uint32_t used =
            cg_history_units_used(usage->history, question->id, cap, question->day_no);
        int32_t first_day;
        int32_t last_day;
        cg_cap_period(cap, question->day_no, &first_day, &last_day);
        cg_answer_text(&answer, cap->id);
        cg_answer_day(&answer, first_day);
        cg_answer_day(&answer, last_day);
        cg_answer_number(&answer, cap->limit_units);
        cg_answer_number(&answer, used);
        cg_answer_number(&answer, used < cap->limit_units ? cap->limit_units - used : 0);
        cg_answer_day(&answer,
                      question->plan.units == 0
                          ? CG_DAY_NONE
                          : plan_reaches(&question->plan, usage->history, question->id, cap));
    }
    cg_answer_close(&answer);
}

static void put_page(struct usage *usage) {
    struct cg_page *page = usage->page;
    const struct cg_text member_id = usage->question->id;
    const char *policy_id = cg_policy_id(usage->policy);
    char date[CG_DATE_TEXT_BYTES];
    if (usage->question->is_csv) {
        put_csv(page, usage);
        return;
    }
    cg_date_format(usage->question->day_no, date);
    if (page->json != NULL) {
        cg_json_put_text(page->json, "member_id", member_id.ptr, member_id.len);
        cg_json_put_string(page->json, "date", date);
        cg_json_put_string(page->json, "policy", policy_id);
    } else {
        cg_page_say(page, "Member ");
        cg_page_show(page, member_id);
        cg_page_say(page, " on %s, policy %s\n", date, policy_id);
    }
    cg_page_open_list(page, "caps");
    tell_caps(usage);
    cg_page_close_list(page);
    if (usage->question->plan.units != 0) {
        put_plan(usage);
    }
}

static void count_line(void *context, const struct cg_past_line *line) {
    uint64_t *count = context;
    (void)line;
    ++*count;
}

/* Units are the person's under a crosswalk, and the member id of a card has none. */
static void hint_at_person(const struct usage *usage) {
    uint64_t lines = 0;
    cg_history_visit(usage->history, usage->question->id, count_line, &lines);
    if (lines == 0 && cg_policy_has_crosswalk(usage->policy)) {
        cg_log_note("no line stands under this id; policy %s counts by person, so ask for the "
                    "person_id that members.csv names for a member_id",
                    cg_policy_id(usage->policy));
    }
}

static enum cg_status find_policy(void *context, const struct cg_ledger_run_facts *run,
                                  struct cg_error *err) {
    bool *found = context;
    (void)err;
    *found = *found || (run->policy_id[0] != '\0' && run->withdrawn_by == 0);
    return CG_OK;
}

/* Of a ledger whose first night failed. */
static void put_nothing(struct cg_page *page, const struct cg_ledger_question *question) {
    char date[CG_DATE_TEXT_BYTES];
    if (question->is_csv) {
        put_csv(page, NULL);
        return;
    }
    if (page->json == NULL) {
        cg_page_say(page, "The ledger has no runs that stand, so that nothing was used.\n");
        return;
    }
    cg_json_put_text(page->json, "member_id", question->id.ptr, question->id.len);
    cg_json_put_string(page->json, "date", cg_date_format(question->day_no, date));
    cg_json_put_string(page->json, "policy", "");
    cg_page_open_list(page, "caps");
    cg_page_close_list(page);
}

/* The gate's own history, so that usage and decisions can never disagree. */
static enum cg_status recall(struct usage *usage, struct cg_error *err) {
    if (cg_ledger_load_policy(usage->ledger, 0, &usage->policy, err) != CG_OK ||
        cg_ledger_recall_for(usage->ledger, usage->policy, 0, err) != CG_OK) {
        return err->status;
    }
    usage->history = cg_history_new(cg_ledger_recall, usage->ledger);
    return usage->history == NULL ? cg_error_no_memory(err)
                                  : cg_history_meet(usage->history, usage->question->id, err);
}

enum cg_status cg_page_usage(struct cg_page *page, struct cg_ledger *ledger,
                             struct cg_ledger_question *question, struct cg_error *err) {
    struct usage usage = {.page = page, .ledger = ledger, .question = question, .err = err};
    bool any = false;
    bool known = false;
    if (cg_ledger_visit_runs(ledger, 0, find_policy, &any, err) != CG_OK ||
        cg_ledger_knows_member(ledger, question->id, &known, err) != CG_OK) {
        return err->status;
    }
    question->is_unknown = !known;
    if (!any) {
        put_nothing(page, question);
        return CG_OK;
    }
    enum cg_status status = recall(&usage, err);
    if (status == CG_OK) {
        hint_at_person(&usage);
        put_page(&usage);
        status = err->status;
    }
    cg_history_free(usage.history);
    cg_policy_free(usage.policy);
    return status;
}
