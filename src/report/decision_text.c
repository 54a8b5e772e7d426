/*
 * A decision for people, in 80 columns: the answer to a check, one row among many, and the record
 * of a ledger.
 */
#include "claimgate/report/decision.h"

#include "decision_parts.h"
#include "period.h"

#include <inttypes.h>

enum { INDENT = 2, LABEL_COLUMNS = 12, VALUE_COLUMN = INDENT + LABEL_COLUMNS };

static void say_units(struct cg_page *page, uint32_t units) {
    cg_page_say(page, "%" PRIu32 " %s", units, cg_plural(units, "unit", "units"));
}

static void say_codes(struct cg_page *page, const struct cg_decision_reason *reason) {
    cg_page_say(page, "%s %s%s%s", reason->group_code, reason->carc,
                reason->rarc[0] == '\0' ? "" : " ", reason->rarc);
}

static void say_label(struct cg_page *page, const char *label) {
    cg_page_say(page, "  %-*s", LABEL_COLUMNS, label);
}

const char *cg_decision_words(const struct cg_ledger_decision *line) {
    return line->decision == CG_REJECTED  ? "rejected"
           : line->decision == CG_CUTBACK ? "cut back"
           : line->imported               ? "accepted untested (imported)"
                                          : "accepted";
}

/* --- made now --- */

/* "4 units of H0038 on 2025-03-05", as far as the line says so. */
static void put_service(struct cg_page *page, const struct cg_decision_view *view) {
    const struct cg_ledger_decision *line = &view->line;
    const int32_t last_day = line->end_day > line->start_day ? line->end_day : line->start_day;
    char days[CG_DAYS_TEXT_BYTES];
    if (view->malformed) {
        cg_page_say(page, "a malformed record\n");
        return;
    }
    if (line->units != 0) {
        say_units(page, line->units);
        cg_page_say(page, " of ");
    }
    cg_page_say(page, "%s", line->procedure);
    if (line->start_day != CG_DAY_NONE) {
        cg_page_say(page, " on %s", cg_days_text(line->start_day, last_day, days));
    }
    cg_page_say(page, "\n");
}

static void put_cap(struct cg_page *page, const struct cg_decision_cap *cap) {
    char period[CG_PERIOD_TEXT_BYTES];
    cg_page_say(page, "\ncap %s: %s\n", cap->cap->id,
                cg_period_text(cap->cap, cap->day_no, period));
    cg_page_say(page,
                "  limit %" PRIu32 ", used %" PRIu32 ", asked %" PRIu32
                ", left before this line %" PRIu32 "\n",
                cap->cap->limit_units, cap->used, cap->asked, cap->left);
}

/* "CPSSP-MH, current, from 2020-01-01, ends 2025-03-31" */
static void put_credential(struct cg_page *page, const char *label,
                           const struct cg_decision_credential *credential) {
    char from[CG_DATE_TEXT_BYTES];
    cg_page_say(page, "%s", label);
    cg_page_show(page, cg_text_of(credential->type));
    cg_page_say(page, ", %s, from %s, %s%s\n", credential->status,
                cg_date_format(credential->first_day, from),
                credential->last_day == CG_DAY_OPEN ? "without an end" : "ends ",
                credential->last_day == CG_DAY_OPEN ? "" : cg_date_text(credential->last_day).text);
}

static void put_reasons(struct cg_page *page, const struct cg_decision_view *view) {
    for (uint32_t i = 0; i < view->reason_count + view->warning_count; i++) {
        const struct cg_decision_reason *reason = &view->reasons[i];
        if (i < view->reason_count) {
            cg_page_say(page, "\nreason %s: ", reason->name);
            say_codes(page, reason);
        } else {
            cg_page_say(page, "\nwarning %s: the line passes all the same", reason->name);
        }
        cg_page_say(page, "\n");
        cg_page_wrap(page, 0, INDENT, CG_PAGE_COLUMNS, reason->detail);
    }
}

void cg_decision_put_answer(struct cg_page *page, const struct cg_decision_view *view) {
    if (!view->in_scope) {
        cg_page_say(page, "out of scope: policy %s does not test this line; it passes through\n",
                    view->policy_id);
        put_reasons(page, view);
        return;
    }
    if (view->line.decision == CG_CUTBACK) {
        cg_page_say(page, "accepted in part: %u of ", (unsigned)view->line.accepted_units);
    } else {
        cg_page_say(page, "%s: ", view->line.decision == CG_REJECTED ? "rejected" : "accepted");
    }
    put_service(page, view);
    if (view->line.exempt) {
        cg_page_say(page, "exempt from caps: authorized\n");
    }
    put_reasons(page, view);
    if (view->credential.type != NULL) {
        cg_page_say(page, "\n");
        put_credential(page, "credential ", &view->credential);
    }
    for (uint32_t i = 0; i < view->cap_count; i++) {
        put_cap(page, &view->caps[i]);
    }
}

void cg_decision_put_row(struct cg_page *page, const struct cg_decision_view *view) {
    cg_page_say(page, "%" PRId64 "\t%s\t%u\t", view->line.source_line, cg_decision_word(view),
                (unsigned)view->line.accepted_units);
    /* A line that passes untested has no reasons, but there may be something to say of its code. */
    const uint32_t told = view->in_scope ? view->reason_count : view->warning_count;
    for (uint32_t i = 0; i < told; i++) {
        cg_page_say(page, "%s%s", i == 0 ? "" : ";", view->reasons[i].name);
    }
    cg_page_say(page, "\n");
}

/* --- remembered --- */

static void put_source(struct cg_page *page, const struct cg_ledger_decision *line) {
    say_label(page, "from");
    cg_page_show(page, cg_text_of(line->source_file));
    cg_page_say(page, ", %s %" PRId64 "\n", line->is_x12 ? "segment" : "line", line->source_line);
    if (line->line_id.len > 0) {
        say_label(page, "claim line");
        cg_page_show(page, line->line_id);
        cg_page_say(page, "\n");
    } else if (line->line_number != CG_LINE_NUMBER_NONE) {
        say_label(page, "claim line");
        cg_page_say(page, "%u\n", (unsigned)line->line_number);
    }
}

static void put_recorded_service(struct cg_page *page, const struct cg_ledger_decision *line) {
    char days[CG_DAYS_TEXT_BYTES];
    say_label(page, "service");
    cg_page_say(page, "%s%s%s on %s, ", line->procedure, line->modifiers[0] == '\0' ? "" : " ",
                line->modifiers, cg_days_text(line->start_day, line->end_day, days));
    if (line->units == 0) {
        cg_page_say(page, "units not valid");
    } else {
        say_units(page, line->units);
    }
    if (line->units != 0 && line->decision == CG_CUTBACK) {
        cg_page_say(page, ", %u of them accepted", (unsigned)line->accepted_units);
    }
    cg_page_say(page, "\n");
    if (line->rendering_npi != 0) {
        say_label(page, "rendered by");
        cg_page_say(page, "%" PRIu64 "\n", line->rendering_npi);
    }
    if (line->frequency == CG_VOID || line->frequency == CG_REPLACEMENT) {
        const bool voids = line->frequency == CG_VOID;
        say_label(page, voids ? "voids" : "replaces");
        if (line->took_nothing) {
            cg_page_say(page, "asked to %s %s, took nothing back\n", voids ? "void" : "replace",
                        line->original_claim_id);
        } else {
            cg_page_say(page, "%s\n", line->original_claim_id);
        }
    }
}

static void put_recorded_reasons(struct cg_page *page, const struct cg_decision_view *view) {
    for (uint32_t i = 0; i < view->reason_count; i++) {
        const struct cg_decision_reason *reason = &view->reasons[i];
        say_label(page, "reason");
        cg_page_say(page, "%s (", reason->name);
        say_codes(page, reason);
        cg_page_say(page, ")\n");
        cg_page_wrap(page, 0, VALUE_COLUMN, CG_PAGE_COLUMNS,
                     reason->detail[0] != '\0' ? reason->detail : reason->text);
    }
}

static void put_recorded_caps(struct cg_page *page, const struct cg_decision_view *view) {
    char period[CG_PERIOD_TEXT_BYTES];
    for (uint32_t i = 0; i < view->cap_count; i++) {
        const struct cg_decision_cap *cap = &view->caps[i];
        say_label(page, cap->cap->id);
        cg_page_say(page, "%" PRIu32 " of %" PRIu32 " units used before, in the\n", cap->used,
                    cap->cap->limit_units);
        cg_page_say(page, "%*s%s\n", VALUE_COLUMN, "",
                    cg_period_text(cap->cap, cap->day_no, period));
    }
    if (view->line.exempt) {
        say_label(page, "exempt");
        cg_page_say(page, "the caps neither tested nor counted this line\n");
    }
}

static void put_recorded_credential(struct cg_page *page, const struct cg_decision_view *view) {
    if (view->credential.type != NULL) {
        say_label(page, "credential");
        put_credential(page, "", &view->credential);
    }
}

static void put_afterwards(struct cg_page *page, const struct cg_ledger_decision *line) {
    if (line->taken_back) {
        say_label(page, "taken back");
        cg_page_say(page, "by %s%s in run %" PRId64 "\n",
                    line->taken_back_by[0] == '\0' ? "a release" : "claim ", line->taken_back_by,
                    line->taken_back_run);
    }
    if (line->run_state == CG_RUN_WITHDRAWN) {
        say_label(page, "withdrawn");
        cg_page_say(page, "its whole run was taken back\n");
    } else if (line->run_state == CG_RUN_UNPUBLISHED) {
        say_label(page, "unpublished");
        cg_page_say(page, "its run was cut off; the next run or `ledger recover` ends it\n");
    }
}

void cg_decision_put_record(struct cg_page *page, const struct cg_decision_view *view) {
    const struct cg_ledger_decision *line = &view->line;
    const bool is_rejected = line->decision == CG_REJECTED;
    cg_page_say(page, "Run %" PRId64 " of %.10s: %s%s%s\n", line->run_no, line->started_at,
                is_rejected ? cg_style_bad() : cg_style_good(), cg_decision_words(line),
                cg_style_end());
    put_source(page, line);
    put_recorded_service(page, line);
    put_recorded_reasons(page, view);
    put_recorded_credential(page, view);
    put_recorded_caps(page, view);
    put_afterwards(page, line);
}
