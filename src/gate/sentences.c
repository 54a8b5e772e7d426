#include "claimgate/gate/sentences.h"

#include "credential_edits.h"
#include "sentences_private.h"

#include "claimgate/gate/spread.h"

#include "claimgate/record/field.h"

const char *cg_reason_name(const struct cg_line *line, enum cg_reason reason) {
    return reason == CG_REASON_CAP ? line->version->caps[line->cap_no].reason
                                   : cg_reason_info(reason)->name;
}

static bool is_span(const struct cg_line *line) {
    return line->end_day > line->start_day;
}

static void say_no_policy(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    const struct cg_policy *policy = detail->rules->policy;
    if (line->version == NULL) {
        cg_say(detail->say,
               "No version of the policy was in force on %s; the first is effective from %s.",
               cg_date_text(line->start_day).text,
               cg_date_text(cg_policy_version(policy, 0)->effective_day).text);
        return;
    }
    char code[6];
    cg_say(detail->say, "The version of the policy in force on %s does not name the procedure %s.",
           cg_date_text(line->start_day).text,
           cg_procedure_text(cg_policy_procedure_code(policy, line->procedure_no), code));
}

static void say_future(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    const int32_t latest_day = is_span(line) ? line->end_day : line->start_day;
    const struct cg_date_text latest = cg_date_text(latest_day);
    if (line->received_day != CG_DAY_NONE && latest_day > line->received_day) {
        cg_say(detail->say, "The service date %s is after %s, when the claim was received.",
               latest.text, cg_date_text(line->received_day).text);
    } else {
        cg_say(detail->say,
               "The service date %s is after %s, the date as of which this run decides.",
               latest.text, cg_date_text(detail->rules->as_of_day).text);
    }
}

static void say_span(const struct cg_detail *detail) {
    cg_say(detail->say, "The line spans %s to %s; the policy takes lines of one day.",
           cg_date_text(detail->line->start_day).text, cg_date_text(detail->line->end_day).text);
}

static void say_late(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    cg_say(detail->say,
           "The claim was received on %s, %u days after the service of %s; the limit is %u days.",
           cg_date_text(line->received_day).text, (uint32_t)(line->received_day - line->end_day),
           cg_date_text(line->end_day).text, (uint32_t)line->version->timely_filing_days);
}

/* The id itself may be at fault, or else the history of the member does not have it. */
static void say_unknown_original(const struct cg_detail *detail) {
    if (detail->line->original_claim_id.len == 0) {
        cg_detail_id(detail);
        return;
    }
    cg_say(
        detail->say,
        "The claim to %s has no accepted line of this member, or another claim has taken it back "
        "already.",
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
    cg_say(detail->say, "%s", text);
}

/* The period in which a cap failed: " on 2024-03-05", " from 2023-07-01 to 2024-06-30", " in the 6
 * months up to 2024-03-05". */
static void say_period(struct cg_phrase *say, const struct cg_line *line,
                       const struct cg_cap *cap) {
    int32_t first_day;
    int32_t last_day;
    cg_cap_period(cap, line->cap_day, &first_day, &last_day);
    const struct cg_date_text last = cg_date_text(last_day);
    switch (cap->period) {
    case CG_PERIOD_DAY:
        cg_say(say, " on %s", last.text);
        break;
    case CG_PERIOD_MONTH:
    case CG_PERIOD_YEAR:
        cg_say(say, " from %s to %s", cg_date_text(first_day).text, last.text);
        break;
    case CG_PERIOD_ROLLING_MONTHS:
        if (cap->months > 1) {
            cg_say(say, " in the %u months up to %s", (uint32_t)cap->months, last.text);
        } else {
            cg_say(say, " in the month up to %s", last.text);
        }
        break;
    case CG_PERIOD_LIFETIME:
        cg_say(say, " in the member's lifetime");
        break;
    }
}

/* What lines before it in its own claim would have used in the period of the failing cap. */
static uint32_t units_of_claim(const struct cg_detail *detail, const struct cg_cap *cap) {
    const struct cg_batch *batch = detail->batch;
    const struct cg_record *record = cg_batch_record(batch, detail->line->record_no);
    int32_t first_day;
    int32_t last_day;
    uint32_t units = 0;
    cg_cap_period(cap, detail->line->cap_day, &first_day, &last_day);
    for (uint32_t i = 0; i < record->line_count; i++) {
        const struct cg_line *line = cg_batch_line(batch, record->line_index + i);
        if (line == detail->line) {
            break;
        }
        if (line->reasons == cg_reason_bit(CG_REASON_CLAIM_REJECTED) && !line->out_of_scope &&
            !line->exempt && line->frequency != CG_VOID && cg_cap_counts(cap, line->procedure_no)) {
            const struct cg_spread spread = cg_spread_of(line->start_day, line->end_day,
                                                         line->units, line->version->split_spans);
            units += cg_spread_within(&spread, first_day, last_day);
        }
    }
    return units;
}

static void say_cap(const struct cg_detail *detail) {
    const struct cg_line *line = detail->line;
    const struct cg_cap *cap = &line->version->caps[line->cap_no];
    struct cg_phrase *say = detail->say;
    if (line->decision == CG_CUTBACK) {
        const uint32_t rest = (uint32_t)(line->units - line->accepted_units);
        cg_say(say, "%u of %u units fit under the limit of %u", line->accepted_units, line->units,
               cap->limit_units);
        say_period(say, line, cap);
        cg_say(say, "; the remaining %u %s rejected.", rest, rest == 1 ? "is" : "are");
        return;
    }
    cg_say(say, "%u of %u units were already used", line->units_used, cap->limit_units);
    say_period(say, line, cap);
    const uint32_t own_units = units_of_claim(detail, cap);
    if (own_units > 0) {
        cg_say(say, ", %u of them by lines of this claim", own_units);
    }
    cg_say(say, "; this line asks for %u%s and %u %s left.", line->units,
           is_span(line) ? " over its days" : "", line->units_available,
           line->units_available == 1 ? "is" : "are");
}

/* A line of the claim that has a reason of its own; NULL: none is known by number. */
static const struct cg_line *find_cause(const struct cg_detail *detail) {
    const struct cg_batch *batch = detail->batch;
    const struct cg_record *record = cg_batch_record(batch, detail->line->record_no);
    for (uint32_t i = 0; i < record->line_count; i++) {
        const struct cg_line *line = cg_batch_line(batch, record->line_index + i);
        if (line->reasons != cg_reason_bit(CG_REASON_CLAIM_REJECTED)) {
            return line->line_number != CG_LINE_NUMBER_NONE ? line : NULL;
        }
    }
    return NULL;
}

static void say_claim_rejected(const struct cg_detail *detail) {
    const struct cg_line *cause = find_cause(detail);
    if (cause != NULL) {
        cg_say(detail->say,
               "Line %u of the claim was rejected, and a claim is accepted or rejected whole.",
               cause->line_number);
    } else {
        cg_say(detail->say, "Another line of the claim was rejected, and a claim is accepted or "
                            "rejected whole.");
    }
}

static void say_credential(const struct cg_detail *detail) {
    cg_credential_sentence(detail->rules->roster, detail->line, detail->reason, detail->say);
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
    [CG_REASON_PROCEDURE_CODE_INVALID] = cg_detail_procedure,
    [CG_REASON_PROCEDURE_CODE_NEAR] = cg_detail_procedure,
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
    [CG_REASON_CLAIM_REJECTED] = say_claim_rejected,
    [CG_REASON_CAP] = say_cap,
};

/* All names and their semicolons fit, that of a cap too. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a sum is made of it. */
#define NAME_BYTES(name, text) +sizeof #text
_Static_assert(0 CG_REASON_TABLE(NAME_BYTES) + CG_CAP_ID_BYTES <= CG_VERDICT_REASONS_BYTES,
               "a line with every reason");
#undef NAME_BYTES

void cg_reason_list(const struct cg_line *line, uint64_t reasons,
                    char out[CG_VERDICT_REASONS_BYTES]) {
    struct cg_phrase list = cg_phrase_start(out, CG_VERDICT_REASONS_BYTES);
    for (uint64_t rest = reasons; rest != 0; rest &= rest - 1) {
        const char *name = cg_reason_name(line, (enum cg_reason)__builtin_ctzll(rest));
        cg_say(&list, rest == reasons ? "%s" : ";%s", name);
    }
}

void cg_verdict_fill(const struct cg_rules *rules, const struct cg_binding *binding,
                     const struct cg_batch *batch, const struct cg_line *line,
                     struct cg_verdict *out) {
    enum cg_reason first = (enum cg_reason)__builtin_ctzll(line->reasons);
    cg_reason_list(line, line->reasons, out->reasons);
    out->reason = cg_reason_name(line, first);
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
    struct cg_phrase say = cg_phrase_start(out->detail, sizeof out->detail);
    const struct cg_detail detail = {
        .rules = rules,
        .binding = cg_binding_of_line(binding, line),
        .batch = batch,
        .line = line,
        .reason = first,
        .say = &say,
    };
    sentences[first](&detail);
}
