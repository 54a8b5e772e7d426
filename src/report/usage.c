#include "claimgate/report/ledger_pages.h"

#include "decision_parts.h"

#include "claimgate/base/utf8.h"
#include "claimgate/gate/history.h"
#include "claimgate/gate/spread.h"
#include "claimgate/record/field.h"
#include "claimgate/report/period.h"

#include <inttypes.h>
#include <stdio.h>

struct usage {
    struct cg_page *page;
    struct cg_ledger *ledger;
    struct cg_policy *policy; /* the newest text */
    struct cg_history *history;
    struct cg_text member_id;
    int32_t day_no;
    /* The cap being told. */
    struct cg_decision_cap cap;
    struct cg_used_lines lines;
};

static void add_line(void *context, const struct cg_past_line *line) {
    struct usage *usage = context;
    const struct cg_spread spread =
        cg_spread_of(line->start_day, line->end_day, line->accepted_units, line->split);
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(usage->cap.cap, usage->day_no, &first_day, &last_day);
    struct cg_used_line used = {
        .line_number = line->line_number,
        .accepted_units = line->accepted_units,
        .units = cg_spread_within(&spread, first_day, last_day),
        .start_day = line->start_day,
        .end_day = line->end_day,
    };
    if (line->exempt || used.units == 0 || !cg_cap_counts(usage->cap.cap, line->procedure_no)) {
        return;
    }
    snprintf(used.claim_id, sizeof used.claim_id, "%.*s", (int)line->claim_id.len,
             line->claim_id.ptr);
    if (line->procedure_no != CG_PROCEDURE_OTHER) {
        cg_procedure_text(cg_policy_procedure_code(usage->policy, line->procedure_no),
                          used.procedure);
    }
    if (!cg_used_lines_add(&usage->lines, &used)) {
        usage->page->failed = true;
    }
}

static void put_cap(struct cg_page *page, const struct cg_decision_cap *cap) {
    char period[CG_PERIOD_TEXT_BYTES];
    cg_page_say(page,
                "\nCap \"%s\": %s%" PRIu32 " of %" PRIu32 " units used, %" PRIu32 " left%s\n"
                "  in the %s\n",
                cap->cap->id, cap->left == 0 ? cg_style_bad() : cg_style_good(), cap->used,
                cap->cap->limit_units, cap->left, cg_style_end(),
                cg_period_text(cap->cap, cap->day_no, period));
    cg_used_lines_put(page, cap->used_by);
}

static void tell_cap(struct usage *usage, const struct cg_cap *cap) {
    const uint32_t used =
        cg_history_units_used(usage->history, usage->member_id, cap, usage->day_no);
    usage->cap = (struct cg_decision_cap){
        .cap = cap,
        .day_no = usage->day_no,
        .used = used,
        .left = used < cap->limit_units ? cap->limit_units - used : 0,
        .used_by = &usage->lines,
    };
    usage->lines.count = 0;
    cg_history_visit(usage->history, usage->member_id, add_line, usage);
    if (usage->page->json != NULL) {
        cg_decision_cap_put_json(usage->page->json, &usage->cap);
    } else {
        put_cap(usage->page, &usage->cap);
    }
}

static void tell_caps(struct usage *usage) {
    const struct cg_policy_version *version = cg_policy_in_force(usage->policy, usage->day_no);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        tell_cap(usage, &version->caps[i]);
    }
    if (usage->page->json == NULL && (version == NULL || version->cap_count == 0)) {
        cg_page_say(usage->page, "\nNo cap is in force on that day.\n");
    }
}

static void put_page(struct usage *usage) {
    struct cg_page *page = usage->page;
    const char *policy_id = cg_policy_id(usage->policy);
    char member_id[CG_ID_MAX_BYTES + 1];
    char shown[4 * sizeof member_id];
    char date[CG_DATE_TEXT_BYTES];
    cg_date_format(usage->day_no, date);
    if (page->json != NULL) {
        cg_json_put_text(page->json, "member_id", usage->member_id.ptr, usage->member_id.len);
        cg_json_put_string(page->json, "date", date);
        cg_json_put_string(page->json, "policy", policy_id);
        cg_json_open_array(page->json, "caps");
        tell_caps(usage);
        cg_json_close_array(page->json);
        return;
    }
    snprintf(member_id, sizeof member_id, "%.*s", (int)usage->member_id.len, usage->member_id.ptr);
    (void)cg_utf8_show(shown, sizeof shown, member_id);
    cg_page_say(page, "Member %s on %s, policy %s\n", shown, date, policy_id);
    tell_caps(usage);
}

/* The gate's own history, so that usage and decisions can never disagree. */
static enum cg_status recall(struct usage *usage, struct cg_error *err) {
    enum cg_status status = cg_ledger_load_policy(usage->ledger, 0, &usage->policy, err);
    if (status != CG_OK) {
        return status;
    }
    status = cg_ledger_recall_for(usage->ledger, usage->policy, 0, err);
    if (status != CG_OK) {
        return status;
    }
    usage->history = cg_history_new(cg_ledger_recall, usage->ledger);
    return usage->history == NULL ? cg_error_set(err, CG_INTERNAL, "out of memory")
                                  : cg_history_meet(usage->history, usage->member_id, err);
}

enum cg_status cg_page_usage(struct cg_page *page, struct cg_ledger *ledger,
                             struct cg_text member_id, int32_t day_no, struct cg_error *err) {
    struct usage usage = {.page = page, .ledger = ledger, .member_id = member_id, .day_no = day_no};
    const enum cg_status status = recall(&usage, err);
    if (status == CG_OK) {
        put_page(&usage);
    }
    cg_used_lines_fini(&usage.lines);
    cg_history_free(usage.history);
    cg_policy_free(usage.policy);
    return status;
}
