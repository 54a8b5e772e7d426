/*
 * The view of a decision, made from a line that was decided now or from a ledger's row.
 */
#include "claimgate/report/decision.h"

#include "claimgate/gate/sentences.h"

#include <stdio.h>
#include <string.h>

static bool has(uint64_t reasons, enum cg_reason reason) {
    return (reasons & cg_reason_bit(reason)) != 0;
}

static void add_cap(struct cg_decision_view *view, const struct cg_decision_cap *cap) {
    view->caps[view->cap_count++] = *cap;
}

/* What is told of a cap that did not fail: the period that holds the start date. */
static struct cg_decision_cap cap_at_start(const struct cg_cap *cap, int32_t start_day,
                                           uint32_t used, uint32_t asked) {
    return (struct cg_decision_cap){
        .cap = cap,
        .day_no = start_day,
        .asked = asked,
        .used = used,
        .left = used < cap->limit_units ? cap->limit_units - used : 0,
    };
}

/* --- of a line decided now --- */

/* The words for one of several reasons, or for a warning: those of a line that has it alone. */
static void add_reason(const struct cg_check_answer *answer, enum cg_reason reason,
                       struct cg_decision_reason *out) {
    struct cg_verdict verdict;
    struct cg_line alone = *answer->line;
    alone.reasons = cg_reason_bit(reason);
    cg_verdict_fill(answer->rules, answer->binding, answer->batch, &alone, &verdict);
    out->group_code = verdict.group_code;
    out->carc = verdict.carc;
    out->rarc = verdict.rarc;
    out->text = cg_reason_info(reason)->text;
    snprintf(out->name, sizeof out->name, "%s", verdict.reason);
    snprintf(out->detail, sizeof out->detail, "%s", verdict.detail);
}

static void add_reasons(const struct cg_check_answer *answer, struct cg_decision_view *out) {
    const struct cg_line *line = answer->line;
    for (enum cg_reason reason = 0; reason < CG_REASON_COUNT; reason++) {
        if (has(line->reasons, reason)) {
            add_reason(answer, reason, &out->reasons[out->reason_count++]);
        }
    }
    for (enum cg_reason reason = 0; reason < CG_REASON_COUNT; reason++) {
        if (has(line->warnings, reason)) {
            add_reason(answer, reason, &out->reasons[out->reason_count + out->warning_count++]);
        }
    }
}

static void add_caps(const struct cg_check_answer *answer, struct cg_decision_view *out) {
    const struct cg_line *line = answer->line;
    for (uint32_t i = 0; line->version != NULL && i < line->version->cap_count; i++) {
        const struct cg_cap *cap = &line->version->caps[i];
        struct cg_decision_cap told =
            cap_at_start(cap, line->start_day, answer->used[i], line->units);
        if (has(line->reasons, CG_REASON_CAP) && line->cap_no == i) {
            told.failed = true;
            told.day_no = line->cap_day;
            told.used = line->units_used;
            told.left = line->units_available;
        }
        if (answer->used[i] != CG_CHECK_NOT_COUNTED) {
            add_cap(out, &told);
        }
    }
}

static void copy_line(const struct cg_check_answer *answer, struct cg_decision_view *out) {
    const struct cg_line *line = answer->line;
    struct cg_ledger_decision *to = &out->line;
    to->start_day = line->start_day;
    to->end_day = line->end_day;
    if (line->malformed == CG_WELL_FORMED && !line->out_of_scope) {
        const uint64_t code = cg_policy_procedure_code(answer->rules->policy, line->procedure_no);
        cg_procedure_text(code, to->procedure);
    }
    to->modifiers = cg_modifiers_text(line->modifiers, out->modifiers);
    to->rendering_npi = line->rendering_npi;
    to->billing_npi = line->billing_npi;
    to->units = line->units;
    to->accepted_units = line->accepted_units;
    to->line_number = line->line_number;
    to->line_id = line->line_id;
    to->frequency = line->frequency;
    to->decision = line->decision;
    to->exempt = line->exempt;
    out->malformed = line->malformed != CG_WELL_FORMED;
    out->taken_back_lines = line->taken_back_lines;
    out->taken_back_units = line->taken_back_units;
}

/* The code is no code of the policy's, but looks like one. */
static void add_near_code(struct cg_decision_view *out) {
    const struct cg_reason_info *info = cg_reason_info(CG_REASON_PROCEDURE_CODE_NEAR);
    struct cg_decision_reason *warning = &out->reasons[out->warning_count++];
    *warning = (struct cg_decision_reason){
        .group_code = info->group_code, .carc = info->carc, .rarc = info->rarc, .text = info->text};
    snprintf(warning->name, sizeof warning->name, "%s", info->name);
    snprintf(warning->detail, sizeof warning->detail, "%s", info->text);
}

void cg_decision_of_answer(const struct cg_check_answer *answer, struct cg_decision_view *out) {
    *out = (struct cg_decision_view){
        .line = {.source_line = (int64_t)answer->source_line,
                 .started_at = "",
                 .source_file = "",
                 .member_id = "",
                 .claim_id = "",
                 .original_claim_id = "",
                 .start_day = CG_DAY_NONE,
                 .end_day = CG_DAY_NONE,
                 .modifiers = "",
                 .taken_back_by = ""},
        .policy_id = cg_policy_id(answer->rules->policy),
        .in_scope = answer->line != NULL,
        .unknown_member = answer->unknown_member,
    };
    if (answer->line != NULL) {
        copy_line(answer, out);
        add_reasons(answer, out);
        add_caps(answer, out);
        cg_decision_add_credential(out, answer->rules->roster);
    } else if (answer->near_code) {
        add_near_code(out);
    }
}

/* --- of a ledger's row --- */

static const struct cg_cap *cap_named(const struct cg_policy_version *version, const char *reason) {
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        if (strcmp(version->caps[i].reason, reason) == 0) {
            return &version->caps[i];
        }
    }
    return NULL;
}

/* Reasons of a program that has others are shown by their name alone. */
static const struct cg_reason_info *info_named(const char *reason) {
    static const struct cg_reason_info unknown = {"", "", "", "", "", "", "", ""};
    for (enum cg_reason i = 0; i < CG_REASON_COUNT; i++) {
        if (strcmp(cg_reason_info(i)->name, reason) == 0) {
            return cg_reason_info(i);
        }
    }
    return &unknown;
}

/* Of the reasons joined by ';'. Returns the cap that failed, or NULL. */
static const struct cg_cap *read_reasons(const struct cg_policy_version *version,
                                         struct cg_decision_view *out) {
    const struct cg_cap *failed = NULL;
    const char *rest = out->line.reasons;
    while (*rest != '\0' && out->reason_count < CG_DECISION_REASONS_MAX) {
        struct cg_decision_reason *reason = &out->reasons[out->reason_count++];
        const size_t len = strcspn(rest, ";");
        snprintf(reason->name, sizeof reason->name, "%.*s", (int)len, rest);
        rest += len + (rest[len] == ';' ? 1 : 0);
        const struct cg_cap *cap = cap_named(version, reason->name);
        const struct cg_reason_info *info =
            cap != NULL ? cg_reason_info(CG_REASON_CAP) : info_named(reason->name);
        reason->group_code = info->group_code;
        reason->carc = cap != NULL ? cap->carc : info->carc;
        reason->rarc = cap != NULL ? cap->rarc : info->rarc;
        reason->text = info->text;
        failed = cap != NULL ? cap : failed;
    }
    /* The row of the line has the sentence of its first reason. */
    snprintf(out->reasons[0].detail, sizeof out->reasons[0].detail, "%s", out->line.detail);
    return failed;
}

void cg_decision_of_row(const struct cg_ledger_decision *row, const struct cg_policy *policy,
                        struct cg_decision_view *out) {
    const struct cg_policy_version *version = policy == NULL || row->start_day == CG_DAY_NONE
                                                  ? NULL
                                                  : cg_policy_in_force(policy, row->start_day);
    *out = (struct cg_decision_view){
        .line = *row,
        .policy_id = policy == NULL ? NULL : cg_policy_id(policy),
        .in_scope = true,
    };
    const struct cg_cap *failed = read_reasons(version, out);
    for (uint32_t i = 0; version != NULL && i < version->cap_count; i++) {
        const struct cg_cap *cap = &version->caps[i];
        struct cg_decision_cap told =
            cap_at_start(cap, row->start_day, row->cap_used[i], row->units);
        told.failed = cap == failed;
        if (told.failed && row->cap_day != CG_DAY_NONE) {
            told.day_no = row->cap_day;
            told.used = row->units_used;
            told.left = row->units_available;
        }
        if (row->cap_used[i] != UINT32_MAX || told.failed) {
            add_cap(out, &told);
        }
    }
}
