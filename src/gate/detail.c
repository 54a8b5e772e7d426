#include "claimgate/detail.h"

#include "detail_private.h"

#include "claimgate/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *cg_reason_name(const struct cg_line *line, enum cg_reason reason,
                           char out[CG_VERDICT_REASON_BYTES]) {
    static const char cap_suffix[] = "_cap";
    bool is_cap = reason == CG_REASON_CAP;
    const char *name = is_cap ? line->version->caps[line->cap_no].id : cg_reason_info(reason)->name;
    size_t len = strnlen(name, CG_VERDICT_REASON_BYTES - sizeof cap_suffix);
    memcpy(out, name, len);
    memcpy(out + len, cap_suffix, sizeof cap_suffix);
    out[is_cap ? len + sizeof cap_suffix - 1 : len] = '\0';
    return out;
}

static bool is_span(const struct cg_line *line) {
    return line->end_day > line->start_day;
}

static void say_no_policy(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    const struct cg_policy *policy = detail->rules->policy;
    char day[CG_DATE_TEXT_BYTES];
    char first[CG_DATE_TEXT_BYTES];
    char code[6];
    cg_date_format(line->start_day, day);
    if (line->version == NULL) {
        cg_date_format(cg_policy_version(policy, 0)->effective_day, first);
        snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
                 "No version of the policy was in force on %s; the first is effective from %s.",
                 day, first);
        return;
    }
    cg_procedure_text(cg_policy_procedure_code(policy, line->procedure_no), code);
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
             "The version of the policy in force on %s does not name the procedure %s.", day, code);
}

static void say_future(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    char day[CG_DATE_TEXT_BYTES];
    char limit[CG_DATE_TEXT_BYTES];
    int32_t latest_day = is_span(line) ? line->end_day : line->start_day;
    bool received = line->received_day != CG_DAY_NONE && latest_day > line->received_day;
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES, "The service date %s is after %s, %s.",
             cg_date_format(latest_day, day),
             cg_date_format(received ? line->received_day : detail->rules->as_of_day, limit),
             received ? "when the claim was received" : "the date as of which this run decides");
}

static void say_span(const struct cg_detail *detail) {
    char start[CG_DATE_TEXT_BYTES];
    char end[CG_DATE_TEXT_BYTES];
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
             "The line spans %s to %s; the policy takes lines of one day.",
             cg_date_format(detail->line->start_day, start),
             cg_date_format(detail->line->end_day, end));
}

static void say_late(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    char received[CG_DATE_TEXT_BYTES];
    char end[CG_DATE_TEXT_BYTES];
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
             "The claim was received on %s, %" PRId32 " days after the service of %s; the limit is "
             "%d days.",
             cg_date_format(line->received_day, received), line->received_day - line->end_day,
             cg_date_format(line->end_day, end), line->version->timely_filing_days);
}

/* The id itself may be at fault, or else the history of the member does not have it. */
static void say_unknown_original(const struct cg_detail *detail) {
    if (detail->line->original_claim_id.len == 0) {
        cg_detail_id(detail);
        return;
    }
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
             "The claim to %s has no accepted line of this member, or another claim has taken it "
             "back already.",
             detail->line->frequency == CG_VOID ? "void" : "replace");
}

static void say_duplicate(const struct cg_detail *detail) {
    const char *text = "A line with the same claim id and line number has been accepted already "
                       "for this member.";
    if (detail->reason == CG_REASON_DUPLICATE_SERVICE) {
        text = "A line with the same rendering provider, dates, procedure, modifiers and units "
               "has been accepted already under another claim id for this member.";
    } else if (detail->line->line_number == CG_LINE_NUMBER_NONE) {
        text = "A line with the same claim id, dates, procedure, modifiers, units and rendering "
               "provider has been accepted already for this member.";
    }
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES, "%s", text);
}

/* The period of a cap that holds the line: "on 2024-03-05", "from 2023-07-01 to 2024-06-30". Of a
 * span, and of a window that may end later, it is not known which one failed. */
static void name_period(const struct cg_line *line, const struct cg_cap *cap, char *out,
                        size_t capacity) {
    char first[CG_DATE_TEXT_BYTES];
    char last[CG_DATE_TEXT_BYTES];
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap, line->start_day, &first_day, &last_day);
    cg_date_format(first_day, first);
    cg_date_format(last_day, last);
    if (cap->period == CG_PERIOD_LIFETIME) {
        snprintf(out, capacity, "in the member's lifetime");
    } else if (cap->period == CG_PERIOD_ROLLING_MONTHS) {
        snprintf(out, capacity, "in %d %s that hold the service", cap->months,
                 cap->months == 1 ? "month" : "months");
    } else if (line->end_day > last_day) {
        snprintf(out, capacity, "in one of the periods that the line touches");
    } else if (cap->period == CG_PERIOD_DAY) {
        snprintf(out, capacity, "on %s", first);
    } else {
        snprintf(out, capacity, "from %s to %s", first, last);
    }
}

static void say_cap(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    const struct cg_cap *cap = &line->version->caps[line->cap_no];
    char period[80];
    name_period(line, cap, period, sizeof period);
    if (line->decision == CG_CUTBACK) {
        uint32_t rest = (uint32_t)(line->units - line->accepted_units);
        snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
                 "%u of %u units fit under the limit of %" PRIu32 " %s; the remaining %" PRIu32
                 " %s rejected.",
                 line->accepted_units, line->units, cap->limit_units, period, rest,
                 rest == 1 ? "is" : "are");
        return;
    }
    snprintf(detail->out, CG_VERDICT_DETAIL_BYTES,
             "%" PRIu32 " of %" PRIu32 " units were already used %s; this line asks for %u%s and "
             "%" PRIu32 " %s left.",
             line->units_used, cap->limit_units, period, line->units,
             is_span(line) ? " over its days" : "", line->units_available,
             line->units_available == 1 ? "is" : "are");
}

static void say_credential(const struct cg_detail *detail) {
    cg_credential_detail(detail->rules->roster, detail->line, detail->reason, detail->out,
                         CG_VERDICT_DETAIL_BYTES);
}

/* Who words which reason. */
static void (*const sentences[CG_REASON_COUNT])(const struct cg_detail *) = {
    [CG_REASON_MALFORMED_RECORD] = cg_detail_malformed,
    [CG_REASON_CLAIM_ID_INVALID] = cg_detail_id,
    [CG_REASON_LINE_NUMBER_INVALID] = cg_detail_value,
    [CG_REASON_MEMBER_ID_INVALID] = cg_detail_id,
    [CG_REASON_SERVICE_DATE_INVALID] = cg_detail_date,
    [CG_REASON_SERVICE_END_DATE_INVALID] = cg_detail_end_date,
    [CG_REASON_MODIFIER_INVALID] = cg_detail_modifier,
    [CG_REASON_UNITS_INVALID] = cg_detail_value,
    [CG_REASON_RENDERING_NPI_MISSING] = cg_detail_value,
    [CG_REASON_RENDERING_NPI_INVALID] = cg_detail_value,
    [CG_REASON_BILLING_NPI_INVALID] = cg_detail_value,
    [CG_REASON_FREQUENCY_CODE_INVALID] = cg_detail_frequency,
    [CG_REASON_ORIGINAL_CLAIM_UNKNOWN] = say_unknown_original,
    [CG_REASON_RECEIVED_DATE_INVALID] = cg_detail_date,
    [CG_REASON_BIRTH_DATE_INVALID] = cg_detail_date,
    [CG_REASON_NO_POLICY_IN_FORCE] = say_no_policy,
    [CG_REASON_SERVICE_DATE_FUTURE] = say_future,
    [CG_REASON_SERVICE_DATE_SPAN] = say_span,
    [CG_REASON_LATE_FILING] = say_late,
    [CG_REASON_PROVIDER_NOT_ON_ROSTER] = say_credential,
    [CG_REASON_CREDENTIAL_SUSPENDED] = say_credential,
    [CG_REASON_CREDENTIAL_TYPE_NOT_ACCEPTED] = say_credential,
    [CG_REASON_CREDENTIAL_NOT_ACTIVE] = say_credential,
    [CG_REASON_TRAINING_NOT_COMPLETED] = say_credential,
    [CG_REASON_EXAM_NOT_PASSED] = say_credential,
    [CG_REASON_PROVIDER_AGE] = say_credential,
    [CG_REASON_DESIGNATION_MISMATCH] = say_credential,
    [CG_REASON_CONTINUING_EDUCATION_SHORT] = say_credential,
    [CG_REASON_NOT_EMPLOYED] = say_credential,
    [CG_REASON_AGENCY_NOT_CERTIFIED] = say_credential,
    [CG_REASON_SUPERVISION_MISSING] = say_credential,
    [CG_REASON_SUPERVISOR_NOT_TRAINED] = say_credential,
    [CG_REASON_SUPERVISOR_OVER_RATIO] = say_credential,
    [CG_REASON_DUPLICATE_LINE] = say_duplicate,
    [CG_REASON_DUPLICATE_SERVICE] = say_duplicate,
    [CG_REASON_CAP] = say_cap,
};

/* All names and their semicolons fit, that of a cap too. */
#define NAME_BYTES(name, text) +sizeof #text
_Static_assert(0 CG_REASON_TABLE(NAME_BYTES) + CG_CAP_ID_BYTES <= CG_VERDICT_REASONS_BYTES,
               "a line with every reason");
#undef NAME_BYTES

void cg_reason_list(const struct cg_line *line, uint64_t reasons,
                    char out[CG_VERDICT_REASONS_BYTES]) {
    out[0] = '\0';
    size_t len = 0;
    for (uint64_t rest = reasons; rest != 0; rest &= rest - 1) {
        if (len > 0) {
            out[len++] = ';';
        }
        cg_reason_name(line, (enum cg_reason)__builtin_ctzll(rest), out + len);
        len += strlen(out + len);
    }
}

void cg_verdict_fill(const struct cg_rules *rules, const struct cg_binding *binding,
                     const struct cg_batch *batch, const struct cg_line *line,
                     struct cg_verdict *out) {
    /* The rest of a cutback is rejected under its cap, whatever the accepted part has. */
    uint64_t reasons = line->decision == CG_CUTBACK ? cg_reason_bit(CG_REASON_CAP) : line->reasons;
    enum cg_reason first = (enum cg_reason)__builtin_ctzll(reasons);
    cg_reason_list(line, reasons, out->reasons);
    cg_reason_name(line, first, out->reason);
    const struct cg_reason_info *info = cg_reason_info(first);
    out->group_code = info->group_code;
    out->carc = info->carc;
    out->rarc = info->rarc;
    out->cap_id = NULL;
    out->cap_limit_units = 0;
    out->units_used = 0;
    out->units_available = 0;
    if (first == CG_REASON_CAP) {
        const struct cg_cap *cap = &line->version->caps[line->cap_no];
        out->cap_id = cap->id;
        out->cap_limit_units = cap->limit_units;
        out->carc = cap->carc;
        out->rarc = cap->rarc;
        out->units_used = line->units_used;
        out->units_available = line->units_available;
    }
    out->detail[0] = '\0';
    const struct cg_detail detail = {
        .rules = rules,
        .binding = binding,
        .batch = batch,
        .line = line,
        .reason = first,
        .out = out->detail,
    };
    sentences[first](&detail);
}
