/*
 * A decision as JSON: every member is there; null stands for what is not known.
 */
#include "claimgate/report/decision.h"

#include "decision_parts.h"

#include <inttypes.h>
#include <stdio.h>

void cg_json_put_known(struct cg_json_writer *json, const char *key, int64_t value, int64_t none) {
    if (value == none) {
        cg_json_put_null(json, key);
    } else {
        cg_json_put_integer(json, key, value);
    }
}

void cg_json_put_known_text(struct cg_json_writer *json, const char *key, const char *value) {
    if (value[0] == '\0') {
        cg_json_put_null(json, key);
    } else {
        cg_json_put_string(json, key, value);
    }
}

void cg_json_put_day(struct cg_json_writer *json, const char *key, int32_t day_no) {
    char text[CG_DATE_TEXT_BYTES] = "";
    if (day_no != CG_DAY_NONE) {
        cg_date_format(day_no, text);
    }
    cg_json_put_known_text(json, key, text);
}

static void put_npi(struct cg_json_writer *json, const char *key, uint64_t npi) {
    char text[24] = "";
    if (npi != 0) {
        snprintf(text, sizeof text, "%" PRIu64, npi);
    }
    cg_json_put_known_text(json, key, text);
}

const char *cg_decision_word(const struct cg_decision_view *view) {
    static const char *const words[] = {
        [CG_UNDECIDED] = "undecided",
        [CG_ACCEPTED] = "accepted",
        [CG_REJECTED] = "rejected",
        [CG_CUTBACK] = "cutback",
    };
    return view->in_scope ? words[view->line.decision] : "out_of_scope";
}

/* Where and when it was made: by no run and from no file in a check. */
static void put_run(struct cg_json_writer *json, const struct cg_ledger_decision *line) {
    static const char *const states[] = {
        [CG_RUN_STANDS] = "stands",
        [CG_RUN_UNPUBLISHED] = "unpublished",
        [CG_RUN_WITHDRAWN] = "withdrawn",
    };
    cg_json_put_known(json, "run", line->run_no, 0);
    cg_json_put_known_text(json, "run_started_at", line->started_at);
    cg_json_put_known_text(json, "run_state", line->run_no == 0 ? "" : states[line->run_state]);
    cg_json_put_known_text(json, "source_file", line->source_file);
    cg_json_put_known(json, "source_line", line->source_line, 0);
}

static void put_line(struct cg_json_writer *json, const struct cg_ledger_decision *line) {
    cg_json_put_known_text(json, "member_id", line->member_id);
    cg_json_put_known_text(json, "claim_id", line->claim_id);
    cg_json_put_line(json, line->line_number, line->line_id);
    cg_json_put_known(json, "claim_frequency_code", line->frequency, 0);
    cg_json_put_known_text(json, "original_claim_id", line->original_claim_id);
    cg_json_put_day(json, "start_date", line->start_day);
    cg_json_put_day(json, "end_date", line->end_day);
    cg_json_put_known_text(json, "hcpcs_code", line->procedure);
    cg_json_put_known_text(json, "modifiers", line->modifiers);
    put_npi(json, "rendering_npi", line->rendering_npi);
    put_npi(json, "billing_npi", line->billing_npi);
    cg_json_put_known(json, "units", line->units, 0);
    cg_json_put_integer(json, "accepted_units", line->accepted_units);
    cg_json_put_boolean(json, "exempt", line->exempt);
}

static void put_reasons(struct cg_json_writer *json, const char *key,
                        const struct cg_decision_reason *reasons, uint32_t count) {
    cg_json_open_array(json, key);
    for (uint32_t i = 0; i < count; i++) {
        cg_json_open_object(json, NULL);
        cg_json_put_string(json, "reason", reasons[i].name);
        cg_json_put_string(json, "group_code", reasons[i].group_code);
        cg_json_put_string(json, "carc", reasons[i].carc);
        cg_json_put_string(json, "rarc", reasons[i].rarc);
        cg_json_put_string(json, "text", reasons[i].text);
        cg_json_put_known_text(json, "detail", reasons[i].detail);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
}

static void put_take_backs(struct cg_json_writer *json, const struct cg_decision_view *view) {
    if (view->line.run_no != 0 && !view->line.took_nothing) {
        cg_json_put_null(json, "takes_back");
    } else {
        cg_json_open_object(json, "takes_back");
        cg_json_put_integer(json, "lines", view->taken_back_lines);
        cg_json_put_integer(json, "units", view->taken_back_units);
        cg_json_close_object(json);
    }
    if (!view->line.taken_back) {
        cg_json_put_null(json, "taken_back");
    } else {
        cg_json_open_object(json, "taken_back");
        cg_json_put_known_text(json, "claim_id", view->line.taken_back_by);
        cg_json_put_integer(json, "run", view->line.taken_back_run);
        cg_json_close_object(json);
    }
}

void cg_decision_cap_put_json(struct cg_json_writer *json, const struct cg_decision_cap *cap) {
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap->cap, cap->day_no, &first_day, &last_day);
    cg_json_put_string(json, "id", cap->cap->id);
    cg_json_put_day(json, "from", first_day);
    cg_json_put_day(json, "to", last_day);
    cg_json_put_integer(json, "limit", cap->cap->limit_units);
    cg_json_put_integer(json, "used", cap->used);
    cg_json_put_known(json, "asked", cap->asked, 0);
    cg_json_put_integer(json, "left", cap->left);
}

static void put_credential(struct cg_json_writer *json,
                           const struct cg_decision_credential *credential) {
    if (credential->type == NULL) {
        return;
    }
    cg_json_open_object(json, "credential");
    cg_json_put_string(json, "type", credential->type);
    cg_json_put_string(json, "status", credential->status);
    cg_json_put_day(json, "from", credential->first_day);
    cg_json_put_day(json, "to",
                    credential->last_day == CG_DAY_OPEN ? CG_DAY_NONE : credential->last_day);
    cg_json_close_object(json);
}

void cg_decision_put_json(struct cg_json_writer *json, const struct cg_decision_view *view) {
    cg_json_put_string(json, "decision", cg_decision_word(view));
    cg_json_put_boolean(json, "imported", view->line.imported);
    cg_json_put_known_text(json, "policy", view->policy_id == NULL ? "" : view->policy_id);
    put_run(json, &view->line);
    put_line(json, &view->line);
    if (view->unknown_member) {
        cg_json_put_boolean(json, "unknown_member", true);
    }
    put_reasons(json, "reasons", view->reasons, view->reason_count);
    if (view->line.run_no != 0) {
        cg_json_put_null(json, "warnings");
    } else {
        put_reasons(json, "warnings", view->reasons + view->reason_count, view->warning_count);
    }
    cg_json_open_array(json, "caps");
    for (uint32_t i = 0; i < view->cap_count; i++) {
        cg_json_open_object(json, NULL);
        cg_decision_cap_put_json(json, &view->caps[i]);
        cg_json_close_object(json);
    }
    cg_json_close_array(json);
    put_credential(json, &view->credential);
    put_take_backs(json, view);
}
