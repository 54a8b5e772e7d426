#include "claimgate/report/check_report.h"

#include "claimgate/gate/sentences.h"
#include "claimgate/json/json.h"
#include "claimgate/record/field.h"
#include "claimgate/report/period.h"
#include "claimgate/rules/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_COLUMNS = 78, INDENT = 2 };

bool cg_check_is_rejected(const struct cg_check_answer *answer) {
    return answer->line != NULL && answer->line->decision == CG_REJECTED;
}

static const char *decision_word(const struct cg_check_answer *answer) {
    if (answer->line == NULL) {
        return "out_of_scope";
    }
    switch ((enum cg_decision)answer->line->decision) {
    case CG_UNDECIDED:
        break;
    case CG_ACCEPTED:
        return "accepted";
    case CG_REJECTED:
        return "rejected";
    case CG_CUTBACK:
        return "cutback";
    }
    return "undecided";
}

/* The words for one of several reasons, or for a warning: those of a line that has it alone. */
static void fill_verdict(const struct cg_check_answer *answer, enum cg_reason reason,
                         struct cg_verdict *out) {
    struct cg_line alone = *answer->line;
    alone.reasons = cg_reason_bit(reason);
    cg_verdict_fill(answer->rules, answer->binding, answer->batch, &alone, out);
}

static bool has(uint64_t reasons, enum cg_reason reason) {
    return (reasons & cg_reason_bit(reason)) != 0;
}

static uint32_t left(const struct cg_cap *cap, uint32_t used) {
    return used < cap->limit_units ? cap->limit_units - used : 0;
}

/* --- for people --- */

/* A sentence, indented, broken between words. */
static bool put_wrapped(struct cg_buffer *out, const char *text) {
    size_t column = 0;
    bool ok = true;
    while (ok && *text != '\0') {
        const size_t len = strcspn(text, " ");
        if (column == 0 || column + 1 + len > PAGE_COLUMNS) {
            ok = cg_buffer_printf(out, "%s%*s", column == 0 ? "" : "\n", INDENT, "");
            column = INDENT;
        } else {
            ok = cg_buffer_append_text(out, " ");
            column++;
        }
        ok = ok && cg_buffer_append(out, text, len);
        column += len;
        text += len;
        text += strspn(text, " ");
    }
    return ok && cg_buffer_append_text(out, "\n");
}

/* "4 units of H0038 on 2025-03-05", as far as the line says so. */
static bool put_service(struct cg_buffer *out, const struct cg_check_answer *answer) {
    const struct cg_line *line = answer->line;
    const struct cg_policy *policy = answer->rules->policy;
    char procedure[6];
    char day[CG_DATE_TEXT_BYTES];
    bool ok = true;
    if (line->malformed != CG_WELL_FORMED) {
        return cg_buffer_append_text(out, "a malformed record\n");
    }
    if (line->units != 0) {
        ok = cg_buffer_printf(out, "%u %s of ", (unsigned)line->units,
                              line->units == 1 ? "unit" : "units");
    }
    cg_procedure_text(cg_policy_procedure_code(policy, line->procedure_no), procedure);
    ok = ok && cg_buffer_append_text(out, procedure);
    if (line->start_day != CG_DAY_NONE) {
        ok = ok && cg_buffer_printf(out, " on %s", cg_date_format(line->start_day, day));
    }
    if (line->end_day > line->start_day && line->start_day != CG_DAY_NONE) {
        ok = ok && cg_buffer_printf(out, " to %s", cg_date_format(line->end_day, day));
    }
    return ok && cg_buffer_append_text(out, "\n");
}

static bool put_decision(struct cg_buffer *out, const struct cg_check_answer *answer) {
    const struct cg_line *line = answer->line;
    bool ok = true;
    if (line->decision == CG_CUTBACK) {
        ok = cg_buffer_printf(out, "accepted in part: %u of ", (unsigned)line->accepted_units);
    } else {
        ok = cg_buffer_printf(out, "%s: ", decision_word(answer));
    }
    ok = ok && put_service(out, answer);
    if (line->taken_back_lines != 0) {
        ok = ok && cg_buffer_printf(out, "takes back %" PRIu32 " accepted %s, %" PRIu32 " units\n",
                                    line->taken_back_lines,
                                    line->taken_back_lines == 1 ? "line" : "lines",
                                    line->taken_back_units);
    }
    return ok && (!line->exempt || cg_buffer_append_text(out, "exempt from caps: authorized\n"));
}

static bool put_reason(struct cg_buffer *out, const struct cg_check_answer *answer,
                       enum cg_reason reason) {
    struct cg_verdict verdict;
    fill_verdict(answer, reason, &verdict);
    return cg_buffer_printf(out, "\nreason %s: %s %s%s%s\n", verdict.reason, verdict.group_code,
                            verdict.carc, verdict.rarc[0] != '\0' ? " " : "", verdict.rarc) &&
           put_wrapped(out, verdict.detail);
}

static bool put_warning(struct cg_buffer *out, const struct cg_check_answer *answer,
                        enum cg_reason reason) {
    struct cg_verdict verdict;
    fill_verdict(answer, reason, &verdict);
    return cg_buffer_printf(out, "\nwarning %s: the line passes all the same\n", verdict.reason) &&
           put_wrapped(out, verdict.detail);
}

/* What is told of a cap: the period that holds the start date, or the one that failed. */
struct told_cap {
    int32_t day_no; /* by which cg_cap_period gives the period */
    uint32_t used;
    uint32_t left;
};

static struct told_cap told_cap(const struct cg_check_answer *answer, uint32_t cap_no) {
    const struct cg_line *line = answer->line;
    const struct cg_cap *cap = &line->version->caps[cap_no];
    if (has(line->reasons, CG_REASON_CAP) && line->cap_no == cap_no) {
        return (struct told_cap){line->cap_day, line->units_used, line->units_available};
    }
    const uint32_t used = answer->used[cap_no];
    return (struct told_cap){line->start_day, used, left(cap, used)};
}

static bool put_cap(struct cg_buffer *out, const struct cg_check_answer *answer, uint32_t cap_no) {
    const struct cg_line *line = answer->line;
    const struct cg_cap *cap = &line->version->caps[cap_no];
    char period[CG_PERIOD_TEXT_BYTES];
    if (answer->used[cap_no] == CG_CHECK_NOT_COUNTED) {
        return true;
    }
    const struct told_cap told = told_cap(answer, cap_no);
    return cg_buffer_printf(out, "\ncap %s: %s\n", cap->id,
                            cg_period_text(cap, told.day_no, period)) &&
           cg_buffer_printf(out,
                            "  limit %" PRIu32 ", used %" PRIu32 ", asked %u, left before this "
                            "line %" PRIu32 "\n",
                            cap->limit_units, told.used, (unsigned)line->units, told.left);
}

static bool put_out_of_scope(struct cg_buffer *out, const struct cg_check_answer *answer) {
    const struct cg_reason_info *near = cg_reason_info(CG_REASON_PROCEDURE_CODE_NEAR);
    return cg_buffer_printf(out,
                            "out of scope: policy %s does not test this line; it passes through\n",
                            cg_policy_id(answer->rules->policy)) &&
           (!answer->near_code ||
            (cg_buffer_printf(out, "\nwarning %s: the line passes all the same\n", near->name) &&
             put_wrapped(out, near->text)));
}

bool cg_check_report_text(struct cg_buffer *out, const struct cg_check_answer *answer) {
    const struct cg_line *line = answer->line;
    if (line == NULL) {
        return put_out_of_scope(out, answer);
    }
    bool ok = put_decision(out, answer);
    for (enum cg_reason reason = 0; ok && reason < CG_REASON_COUNT; reason++) {
        ok = !has(line->reasons, reason) || put_reason(out, answer, reason);
    }
    for (enum cg_reason reason = 0; ok && reason < CG_REASON_COUNT; reason++) {
        ok = !has(line->warnings, reason) || put_warning(out, answer, reason);
    }
    for (uint32_t i = 0; ok && line->version != NULL && i < line->version->cap_count; i++) {
        ok = put_cap(out, answer, i);
    }
    return ok;
}

/* --- JSON --- */

static void put_json_verdict(struct cg_json_writer *json, const struct cg_verdict *verdict,
                             const char *detail) {
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "reason", verdict->reason);
    cg_json_put_string(json, "group_code", verdict->group_code);
    cg_json_put_string(json, "carc", verdict->carc);
    cg_json_put_string(json, "rarc", verdict->rarc);
    cg_json_put_string(json, "detail", detail);
    cg_json_close_object(json);
}

static void put_json_reason(struct cg_json_writer *json, const struct cg_check_answer *answer,
                            enum cg_reason reason) {
    struct cg_verdict verdict;
    fill_verdict(answer, reason, &verdict);
    put_json_verdict(json, &verdict, verdict.detail);
}

static void put_json_near_code(struct cg_json_writer *json) {
    const struct cg_reason_info *info = cg_reason_info(CG_REASON_PROCEDURE_CODE_NEAR);
    const struct cg_verdict verdict = {.reason = info->name,
                                       .group_code = info->group_code,
                                       .carc = info->carc,
                                       .rarc = info->rarc};
    cg_json_open_array(json, "warnings");
    put_json_verdict(json, &verdict, info->text);
    cg_json_close_array(json);
}

static void put_json_reasons(struct cg_json_writer *json, const struct cg_check_answer *answer,
                             const char *key, uint64_t reasons) {
    cg_json_open_array(json, key);
    for (enum cg_reason reason = 0; reason < CG_REASON_COUNT; reason++) {
        if (has(reasons, reason)) {
            put_json_reason(json, answer, reason);
        }
    }
    cg_json_close_array(json);
}

static void put_json_cap(struct cg_json_writer *json, const struct cg_check_answer *answer,
                         uint32_t cap_no) {
    const struct cg_line *line = answer->line;
    const struct cg_cap *cap = &line->version->caps[cap_no];
    char text[CG_PERIOD_TEXT_BYTES];
    char day[CG_DATE_TEXT_BYTES];
    int32_t first_day;
    int32_t last_day;
    const struct told_cap told = told_cap(answer, cap_no);
    cg_cap_period(cap, told.day_no, &first_day, &last_day);
    cg_json_open_object(json, NULL);
    cg_json_put_string(json, "cap", cap->id);
    cg_json_put_string(json, "period", cg_period_text(cap, told.day_no, text));
    cg_json_put_string(json, "first_day", cg_date_format(first_day, day));
    cg_json_put_string(json, "last_day", cg_date_format(last_day, day));
    cg_json_put_integer(json, "limit", cap->limit_units);
    cg_json_put_integer(json, "used", told.used);
    cg_json_put_integer(json, "asked", line->units);
    cg_json_put_integer(json, "left", told.left);
    cg_json_close_object(json);
}

static void put_json_line(struct cg_json_writer *json, const struct cg_check_answer *answer) {
    const struct cg_line *line = answer->line;
    cg_json_put_integer(json, "units", line->units);
    cg_json_put_integer(json, "accepted_units", line->accepted_units);
    cg_json_put_boolean(json, "exempt", line->exempt);
    cg_json_put_integer(json, "taken_back_lines", line->taken_back_lines);
    put_json_reasons(json, answer, "reasons", line->reasons);
    put_json_reasons(json, answer, "warnings", line->warnings);
    cg_json_open_array(json, "caps");
    for (uint32_t i = 0; line->version != NULL && i < line->version->cap_count; i++) {
        if (answer->used[i] != CG_CHECK_NOT_COUNTED) {
            put_json_cap(json, answer, i);
        }
    }
    cg_json_close_array(json);
}

bool cg_check_report_json(struct cg_buffer *out, const struct cg_check_answer *answer,
                          bool compact) {
    struct cg_json_writer json;
    cg_json_begin(&json, out, compact);
    cg_json_open_object(&json, NULL);
    if (compact) {
        cg_json_put_integer(&json, "source_line", (int64_t)answer->source_line);
    }
    cg_json_put_string(&json, "decision", decision_word(answer));
    if (answer->line != NULL) {
        put_json_line(&json, answer);
    } else if (answer->near_code) {
        put_json_near_code(&json);
    }
    cg_json_close_object(&json);
    return cg_json_end(&json);
}

/* --- a row --- */

bool cg_check_report_row(struct cg_buffer *out, const struct cg_check_answer *answer) {
    const struct cg_line *line = answer->line;
    char reasons[CG_VERDICT_REASONS_BYTES] = "";
    if (line != NULL) {
        cg_reason_list(line, line->reasons, reasons);
    } else if (answer->near_code) {
        snprintf(reasons, sizeof reasons, "%s",
                 cg_reason_info(CG_REASON_PROCEDURE_CODE_NEAR)->name);
    }
    return cg_buffer_printf(out, "%" PRIu64 "\t%s\t%u\t%s\n", answer->source_line,
                            decision_word(answer),
                            line != NULL ? (unsigned)line->accepted_units : 0U, reasons);
}
